"""The recogniser in the package on people whom it has not learned from: a sample of the real test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mgllm.commands.transcribe_sets import TranscribeOptions, transcribe
from mgllm.items.gesture_files import SUFFIX
from mgllm.records import GestureFile
from mgllm.skeleton import Clip, SkeletonDataset, open_dataset, write_dataset

EACH = 12
"""Clips of a person and kind."""


@pytest.fixture(scope="module")
def sample(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> SkeletonDataset:
    """Touches of the head and the chest, and clips without contact."""
    data = Path(os.environ.get("MGLLM_TEST_DATA", pytestconfig.rootpath.parent / "shared" / "data"))
    if not (data / "people_dev").is_dir():
        pytest.skip(f"{data / 'people_dev'} is not here: it may not be passed on")
    dataset, count, clips = open_dataset(data / "people_dev"), dict[tuple[str, str], int](), []
    for number, row in enumerate(dataset.clips):
        kind = row.more["location"]
        if kind not in {"forehead_temple", "chin_jaw", "chest", "none"}:
            continue
        seen = count[row.subject, kind] = count.get((row.subject, kind), 0) + 1
        if seen <= EACH:
            clips.append(Clip(row.id, row.subject, dataset.clip(number), None, row.fps, row.more))
    meta = dataset.meta.model_copy(update={"classes": (), "splits": {}})
    return write_dataset(tmp_path_factory.mktemp("people") / "sample", meta, clips).dataset


def test_it_names_touches_and_is_quiet_without_contact(sample: SkeletonDataset, tmp_path: Path) -> None:
    transcribe(sample.path, tmp_path / "out", TranscribeOptions(), display="none")
    right, touches, false, quiet = 0, 0, 0, 0
    for row in sample.clips:
        path = next((tmp_path / "out").glob(f"{row.id}{SUFFIX}"))
        words = {one.label for one in GestureFile.model_validate_json(path.read_bytes()).gestures}
        if row.more["location"] == "none":
            quiet, false = quiet + 1, false + bool(words)
        else:
            touches, right = touches + 1, right + bool(words & set(row.more["mg_accept"].split("|")))
    assert touches > 150
    assert quiet > 80
    assert right / touches > 0.75
    assert false / quiet < 0.12
