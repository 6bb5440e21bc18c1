"""Skeleton data sets: layouts by joint name, a memory-mapped folder, selections, preparation; numpy alone."""

from __future__ import annotations

from mgllm.skeleton.dataset import Clip, ClipRow, DatasetMeta, SkeletonDataset, SplitRule
from mgllm.skeleton.layout import Layout
from mgllm.skeleton.reading import check_dataset, open_dataset
from mgllm.skeleton.writing import Written, write_dataset

__all__ = [
    "Clip",
    "ClipRow",
    "DatasetMeta",
    "Layout",
    "SkeletonDataset",
    "SplitRule",
    "Written",
    "check_dataset",
    "open_dataset",
    "write_dataset",
]
