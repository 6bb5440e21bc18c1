"""A small recogniser of iMiGUE's 22 joints, and a detector that sees what a test tells it to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest

from mgllm.skeleton.landmarks import BODY, HAND

CLASSES = ("folding arms", "touching or scratching neck")


@pytest.fixture(scope="session")
def small_classifier(tiny: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained for a moment on noise: of the layout imigue22, two classes, no data set of real people."""
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.finetune import FinetuneOptions, finetune
    from mgllm.commands.recognizer.pretrain import pretrain
    from mgllm.recognizer.evaluation.splits import SplitOptions
    from mgllm.recognizer.training.pretraining import PretrainOptions
    from mgllm.recognizer.training.supervised import SupervisedOptions
    from mgllm.skeleton import Clip, DatasetMeta, write_dataset
    from mgllm.skeleton.layouts import load_layout

    root = tmp_path_factory.mktemp("small")
    random = np.random.default_rng(0)
    clips = [
        Clip(f"{subject}-{n}", str(subject), random.normal(100, 50, (8, 22, 3)) ** 2, CLASSES[n % 2], 25.0)
        for subject in (1, 2)
        for n in range(4)
    ]
    layout = load_layout("imigue22")
    meta = DatasetMeta(
        name="synthetic micro-gestures, noise", layout=layout, dims=2, units="pixels", classes=CLASSES
    )
    write_dataset(root / "set", meta, clips)
    which = SplitOptions(train_on="subject=1,2")
    options = parse_options(PretrainOptions, {"epochs": 1, "device": "cpu"}, [*tiny, "batch=2"])
    pretrain(root / "set", root / "checkpoint", options, which, display="none")
    training = SupervisedOptions(epochs=1, batch=4, device="cpu")
    finetune(
        str(root / "checkpoint"),
        root / "set",
        root / "classifier",
        FinetuneOptions(which=which, training=training),
        display="none",
    )
    return root / "classifier"


class FakeDetector:
    """Sees a person at the place that the picture's grey tells; nobody in a black picture."""

    calls = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def detect(self, rgb: Any, box: Any = None) -> tuple[Any, Any]:
        FakeDetector.calls += 1
        body = np.full((BODY, 3), np.nan, np.float32)
        hands = np.full((2, HAND, 2), np.nan, np.float32)
        height, width = rgb.shape[:2]
        if box is not None:
            height, width = box.height, box.width
            rgb = rgb[box.y : box.y + height, box.x : box.x + width]
        if rgb.mean() > 8:
            grey = float(rgb[0, 0, 0])
            spread = np.linspace(-1, 1, BODY)
            body[:, 0] = width * (0.5 + 0.2 * spread) + grey / 50 + (box.x if box else 0)
            body[:, 1] = height * (0.5 + 0.3 * np.cos(9 * spread))
            body[:, 2] = 0.9
            hands[0] = body[16, :2] + np.arange(HAND)[:, None] / 10
        return body, hands


@pytest.fixture
def fake_detector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> type[FakeDetector]:
    """In the place of MediaPipe; poses are kept in a folder of the test's own."""
    pytest.importorskip("av", reason="PyAV is not installed (pip install 'mgllm[test]')")
    monkeypatch.setenv("MGLLM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("mgllm.transcription.recordings.PoseDetector", FakeDetector)
    monkeypatch.setattr("mgllm.commands.transcribe_files.holistic", lambda: None)
    FakeDetector.calls = 0
    return FakeDetector


Film = Callable[..., Path]


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """Write a video of 160 x 120: a grey a frame at the times given."""
    av = pytest.importorskip("av", reason="PyAV is not installed (pip install 'mgllm[test]')")
    from fractions import Fraction

    def make(name: str, times: Any = None, *, grey: Callable[[int], int] = lambda n: 100 + n % 50) -> Path:
        path = tmp_path / name
        tick = Fraction(1, 1000)
        with av.open(str(path), "w") as container:
            stream = container.add_stream("ffv1", rate=25)
            stream.width, stream.height, stream.pix_fmt = 160, 120, "bgr0"
            stream.codec_context.time_base = stream.time_base = tick
            for number, time in enumerate(np.arange(60) / 30 if times is None else times):
                picture = np.full((120, 160, 3), grey(number), np.uint8)
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.time_base, frame.pts = tick, round(float(time) / tick)
                for packet in stream.encode(frame):
                    container.mux(packet)
            for packet in stream.encode(None):
                container.mux(packet)
        return path

    return make
