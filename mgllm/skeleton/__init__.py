"""Skeleton data sets: layouts by joint name, a memory-mapped folder, selection, preparation."""

from __future__ import annotations

from mgllm.skeleton.dataset import (
    Clip as Clip,
    ClipRow as ClipRow,
    DatasetMeta as DatasetMeta,
    SkeletonDataset as SkeletonDataset,
    SplitRule as SplitRule,
)
from mgllm.skeleton.layout import Layout as Layout
from mgllm.skeleton.reading import check_dataset as check_dataset, open_dataset as open_dataset
from mgllm.skeleton.writing import Written as Written, write_dataset as write_dataset
