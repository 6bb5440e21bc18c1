"""Batches against clips prepared one by one; memory; layouts that do not fit."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from mgllm.errors import InputError
from mgllm.recognizer.network.reading import (
    ClipReader,
    Preprocessing,
    check_layout,
    layout_graph,
    prepared_batch,
)
from mgllm.skeleton import Clip, Layout, SkeletonDataset, write_dataset
from mgllm.skeleton.preparing import Preparation, prepare_clip, resampled


def test_a_batch_is_its_clips_prepared_one_by_one(toy: SkeletonDataset) -> None:
    how = Preparation(max_gap=1, centre="clip")
    reader = ClipReader(toy, Preprocessing(frames=11, preparation=how))
    numbers = np.array([35, 0, 7, 7, 12])
    clips = reader.batch(numbers)
    assert clips.x_NTVC.shape == (5, 11, 5, 2)
    assert (clips.x_NTVC.dtype, clips.mask_NTV.dtype) == (torch.float32, torch.bool)
    for place, number in enumerate(numbers):
        alone = resampled(prepare_clip(toy.clip(int(number)), toy.meta.layout, 2, how), 11)
        np.testing.assert_array_equal(clips.x_NTVC[place].numpy(), alone.x)
        np.testing.assert_array_equal(clips.mask_NTV[place].numpy(), alone.mask)
    assert not bool(clips.mask_NTV.all())
    assert bool(clips.x_NTVC.isfinite().all())


def test_a_clip_is_in_shoulder_widths_around_its_root(reader: ClipReader) -> None:
    clips = reader.batch(range(36))
    whole_N = clips.mask_NTV.all(-1).all(-1)
    x_NTVC = clips.x_NTVC[whole_N]
    torch.testing.assert_close(x_NTVC[:, :, 0], torch.zeros_like(x_NTVC[:, :, 0]), atol=1e-5, rtol=0)
    width_NT = (x_NTVC[:, :, 1] - x_NTVC[:, :, 2]).norm(dim=-1)
    torch.testing.assert_close(width_NT.mean(1), torch.ones(len(x_NTVC)), atol=0.05, rtol=0)


def test_a_clip_of_one_frame_stands_still(toy: SkeletonDataset, tmp_path: Path) -> None:
    one = [Clip(f"c{n}", "p1", toy.clip(n)[:1], toy.clips[n].label) for n in range(3)]
    reader = ClipReader(write_dataset(tmp_path / "d", toy.meta, one).dataset, Preprocessing(frames=4))
    clips = reader.batch([0, 1])
    assert bool(clips.mask_NTV.all())
    torch.testing.assert_close(clips.x_NTVC, clips.x_NTVC[:, :1].expand(-1, 4, -1, -1))
    assert float(clips.x_NTVC.abs().sum()) > 0


def test_nothing_is_kept_between_batches(toy: SkeletonDataset) -> None:
    reader = ClipReader(toy, Preprocessing(frames=2000))
    size = sum(tensor.nbytes for tensor in reader.batch(range(36)))
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(8):
            reader.batch(range(36))
        after, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 2_000_000
    assert after - before < 0.1 * size
    assert most - before < 3 * size


def test_a_layout_becomes_a_graph_by_number(toy: SkeletonDataset) -> None:
    graph = layout_graph(toy.meta.layout)
    assert graph.joints == 5
    assert set(graph.edges) == {(0, 1), (0, 2), (1, 3), (2, 4)}
    assert graph.mirrored() == (0, 2, 1, 4, 3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda names: (*names, "nose"), "6 joints; {path} has 5 (the first ones are the same)"),
        (
            lambda names: (*names[:3], names[4], names[3]),
            "5 joints; {path} has 5 (first difference: 'right_hand' against 'left_hand')",
        ),
    ],
)
def test_another_layout_is_refused(
    toy: SkeletonDataset, change: Callable[[tuple[str, ...]], tuple[str, ...]], words: str
) -> None:
    names = change(toy.meta.layout.joints)
    edges = tuple(("neck", name) for name in names if name != "neck")
    check_layout(toy.meta.layout.model_copy(update={"root": ()}), toy, "it")
    with pytest.raises(InputError) as caught:
        check_layout(Layout(joints=names, edges=edges), toy, "it")
    assert str(caught.value) == (
        f"it was made for a layout of {words.format(path=toy.path)}; train a recogniser on this layout"
    )


def test_a_preparation_that_does_not_fit_is_refused_at_once(toy: SkeletonDataset) -> None:
    pair = Preparation(scale="left_hand-right_hnd")
    with pytest.raises(InputError, match=r"unknown joint 'right_hnd'\. Did you mean 'right_hand'\?"):
        ClipReader(toy, Preprocessing(preparation=pair))
    ClipReader(toy, Preprocessing(preparation=pair.model_copy(update={"scale": "none"})))


def test_joints_that_are_not_looked_at_are_as_if_never_seen(toy: SkeletonDataset) -> None:
    only = ("neck", "left_shoulder", "right_shoulder")
    part = ClipReader(toy, Preprocessing(frames=8, only=only)).batch(range(5))
    whole = ClipReader(toy, Preprocessing(frames=8)).batch(range(5))
    assert not bool(part.mask_NTV[:, :, 3:].any())
    assert float(part.x_NTVC[:, :, 3:].abs().max()) == 0
    torch.testing.assert_close(part.x_NTVC[:, :, :3], whole.x_NTVC[:, :, :3])
    assert torch.equal(part.mask_NTV[:, :, :3], whole.mask_NTV[:, :, :3])


def test_neither_root_nor_scale_comes_from_joints_that_are_not_looked_at(toy: SkeletonDataset) -> None:
    how = Preprocessing(frames=8, only=("left_hand", "right_hand"))
    hands = ClipReader(toy, how).batch(range(5))
    moved = [clip.copy() for clip in map(toy.clip, range(5))]
    for joints in moved:
        joints[:, :3] += 50
    again = prepared_batch(moved, toy.meta.layout, 2, how)
    assert float(hands.x_NTVC.abs().sum()) > 0
    assert torch.equal(hands.x_NTVC, again.x_NTVC)
    assert not np.isnan(moved[0][0, 0, 0])  # what was given stays as it was


def test_a_joint_that_is_none_is_named(toy: SkeletonDataset) -> None:
    with pytest.raises(InputError, match=r"left_hnd.*left_hand"):
        ClipReader(toy, Preprocessing(only=("neck", "left_hnd")))
