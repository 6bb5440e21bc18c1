"""Clips of several lengths with gaps, missing joints and rubbish where nothing is seen; a toy data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from mgllm.errors import InputError
from mgllm.recognizer.clips import Clips
from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.reading import ClipReader, Preprocessing
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.recognizer.training.pretraining import PretrainOptions
from mgllm.skeleton import Clip, DatasetMeta, Layout, SkeletonDataset, write_dataset

Refusal = Callable[[Callable[[], object]], str]


@pytest.fixture
def graph() -> Graph:
    """A little person: head, neck, two arms of two joints, two hips."""
    edges = ((0, 1), (1, 2), (2, 3), (1, 4), (4, 5), (1, 6), (1, 7))
    return Graph(8, edges, mirror=((2, 4), (3, 5), (6, 7)))


def _clips(channels: int) -> Clips:
    draws = torch.Generator().manual_seed(7)
    x_NTVC = torch.randn(6, 20, 8, channels, generator=draws)
    mask_NTV = torch.rand(6, 20, 8, generator=draws) > 0.15
    for clip, length in enumerate((20, 13, 7, 1, 0, 18)):
        mask_NTV[clip, length:] = False
        mask_NTV[clip, length - 1 : length, 0] = True
    mask_NTV[0, 4:6] = False  # a gap in which nobody is seen
    mask_NTV[5, :, 3] = False  # a joint that is never seen
    x_NTVC[~mask_NTV] = torch.nan
    return Clips(x_NTVC, mask_NTV)


@pytest.fixture(params=[2, 3], ids=["2-D", "3-D"])
def clips(request: pytest.FixtureRequest) -> Clips:
    """Six clips: 20 frames with a gap, 13, 7, 1, 0, and 18 without one of the joints. NaN elsewhere."""
    channels: int = request.param
    return _clips(channels)


@pytest.fixture
def clips_3d() -> Clips:
    """The same in three coordinates alone."""
    return _clips(3)


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> SkeletonDataset:
    """36 short 2-D clips of four people who raise the left hand, the right one, or sit still; some gaps."""
    layout = Layout(
        joints=("neck", "left_shoulder", "right_shoulder", "left_hand", "right_hand"),
        edges=(
            ("neck", "left_shoulder"),
            ("neck", "right_shoulder"),
            ("left_shoulder", "left_hand"),
            ("right_shoulder", "right_hand"),
        ),
        mirror=(("left_shoulder", "right_shoulder"), ("left_hand", "right_hand")),
        root=("neck",),
    )
    meta = DatasetMeta(name="toy", layout=layout, dims=2, units="pixels", classes=("left", "right", "still"))
    return write_dataset(tmp_path_factory.mktemp("toy") / "set", meta, _toy_clips()).dataset


def _toy_clips() -> Iterator[Clip]:
    """Each in a pose of its own, so that clips can be told apart without labels, too."""
    rest_VC = np.array([[0, 0], [1, 0], [-1, 0], [1.2, -2], [-1.2, -2]])
    random = np.random.default_rng(3)
    for number in range(36):
        subject, moving, length = number // 9, number % 3, int(random.integers(5, 21))
        pose_VC = rest_VC + 0.3 * random.normal(size=rest_VC.shape)
        joints_TVC = np.repeat(pose_VC[None], length, 0) + random.normal(0, 0.02, (length, 5, 2))
        if moving < 2:
            joints_TVC[:, 3 + moving, 1] += 1.5 * np.sin(np.linspace(0, np.pi, length))
        joints_TVC[length // 2 : length // 2 + number % 4, number % 5] = np.nan
        label = ("left", "right", "still")[moving]
        yield Clip(f"c{number}", f"p{subject + 1}", 30 * joints_TVC + (200, 150), label, fps=25.0)


@pytest.fixture
def reader(toy: SkeletonDataset) -> ClipReader:
    """The toy clips, brought to eight frames."""
    return ClipReader(toy, Preprocessing(frames=8))


@pytest.fixture
def small() -> StreamOptions:
    """A network of some thousand weights."""
    return StreamOptions(
        spatial_args={"widths": (8, 8), "parts": 2},
        temporal_args={"width": 8},
        dims=24,
        head_width=16,
        head_dims=8,
    )


@pytest.fixture
def quick(small: StreamOptions) -> PretrainOptions:
    """Two epochs of four steps over the toy clips, at a rate that gets so small a network going."""
    how = Preprocessing(frames=8)
    return PretrainOptions(
        epochs=2, batch=9, learning_rate=0.02, encoder=small, preprocessing=how, device="cpu"
    )


@pytest.fixture
def refusal() -> Refusal:
    """Make a call that must fail with an InputError, and give back its one line."""

    def refuse(call: Callable[[], object]) -> str:
        with pytest.raises(InputError) as caught:
            call()
        assert len(str(caught.value).splitlines()) == 1
        return str(caught.value)

    return refuse
