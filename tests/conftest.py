"""What all tests share: a small scenario in a folder of its own, a scripted backend, a browser.

For the recogniser's commands: a toy data set and checkpoints of a tiny network, made once.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from mgllm.backends.base import backends
from mgllm.commands.new_scenario import new_scenario
from mgllm.prompts.scenarios import Folders
from mgllm.testing import Script, ScriptedBackend
from mgllm.testing.scripted import Answer, say_by_hash
from tests.opened import Opened
from tests.spoiling import make_whole

if TYPE_CHECKING:
    from mgllm.skeleton import Clip

settings.register_profile("ours", deadline=None)  # a test may wait for a busy machine
settings.load_profile("ours")

Shelve = Callable[..., ScriptedBackend]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No option of the developer's own, no hub."""
    for name in [name for name in os.environ if name.startswith("MGLLM_")]:
        if name not in ("MGLLM_CACHE", "MGLLM_TEST_DATA"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """A user's own folders with one scenario, `meeting`: four items of two people, labels agrees, objects."""
    mine = Folders(scenarios=tmp_path / "scenarios", prompts=tmp_path / "prompts")
    new_scenario("meeting", mine)
    return mine


@pytest.fixture
def meeting(folders: Folders, tmp_path: Path) -> dict[str, Any]:
    """Options of a run of the scenario `meeting` on whatever is on the shelf as `scripted`."""
    return {
        "model": "scripted/x",
        "scenarios": ["meeting"],
        "scenarios_dir": folders.scenarios,
        "prompts_dir": folders.prompts,
        "results": tmp_path / "results",
    }


@pytest.fixture
def shelve(monkeypatch: pytest.MonkeyPatch) -> Shelve:
    """Put a scripted backend on the shelf under `scripted`; asked for as `--model scripted/x`."""

    def put(answer: Answer = say_by_hash, script: Script | None = None) -> ScriptedBackend:
        made = ScriptedBackend(answer, script or Script())
        monkeypatch.setitem(backends._things, "scripted", lambda options: made)
        return made

    return put


@pytest.fixture(scope="session")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder that is whole and that no test may change: see `make_whole`."""
    return make_whole(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def copied_run(whole_run: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil."""
    return shutil.copytree(whole_run, tmp_path / whole_run.name)


FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--force-device-scale-factor=1", "--window-size=1280,1000", "--lang=en-GB"),
)
"""How chromium is started for tests."""


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium without a window, driven by its own driver; skipped where there is none."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    pytest.importorskip("selenium", reason="pip install 'mgllm[test]' brings selenium")
    if binary is None or driver is None:
        pytest.skip("no chromium and chromedriver here (Debian: apt-get install chromium chromium-driver)")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield made
    made.quit()


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Opened]]:
    """Open a page, light unless told; afterwards no error may stand in the console."""

    def open_page(page: Path | str, theme: str = "light", width: int = 1280, height: int = 1000) -> Opened:
        media = [{"name": "prefers-color-scheme", "value": theme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(page.as_uri() if isinstance(page, Path) else page)
        made = Opened(browser)
        made.wait_for(lambda: made.run("return document.documentElement.dataset.ready === 'yes'"), 20)
        return made

    browser.get_log("browser")
    yield open_page
    assert [line for line in browser.get_log("browser") if line["level"] == "SEVERE"] == []
    browser.get("about:blank")


TINY = {
    "encoder.spatial_args": "{widths: [8, 8], parts: 2}",
    "encoder.temporal_args": "{width: 8}",
    "encoder.dims": "24",
    "encoder.head_width": "16",
    "encoder.head_dims": "8",
    "preprocessing.frames": "8",
    "contrast.cross": "0",
    "batch": "4",
    "learning_rate": "0.01",
}


@pytest.fixture(scope="session")
def tiny() -> list[str]:
    """`--set` values of a pre-training that takes a moment and does not collapse on so few clips."""
    return [f"{name}={value}" for name, value in TINY.items()]


@pytest.fixture(scope="session")
def toy_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A skeleton data set that no test may change: 24 clips of four people who nod, wave or shrug.

    Splits: `people` (1, 2, 3 against 4) and `view` (camera 0 against 1, the same people in both).
    """
    from mgllm.skeleton import DatasetMeta, Layout, SplitRule, write_dataset

    layout = Layout(
        joints=("neck", "head", "left_shoulder", "right_shoulder", "left_hand", "right_hand"),
        edges=(
            ("neck", "head"),
            ("neck", "left_shoulder"),
            ("neck", "right_shoulder"),
            ("left_shoulder", "left_hand"),
            ("right_shoulder", "right_hand"),
        ),
        mirror=(("left_shoulder", "right_shoulder"), ("left_hand", "right_hand")),
        root=("neck",),
    )
    splits = {
        "people": SplitRule(train={"subject": ("1-3",)}, test={"subject": ("4",)}),
        "view": SplitRule(train={"camera": ("0",)}, test={"camera": ("1",)}),
    }
    classes = ("nod", "wave", "shrug")
    meta = DatasetMeta(name="toy", layout=layout, dims=2, units="m", classes=classes, splits=splits)
    return write_dataset(tmp_path_factory.mktemp("toy") / "set", meta, _toy_clips()).dataset.path


def _toy_clips() -> Iterator[Clip]:
    import numpy as np

    from mgllm.skeleton import Clip

    rest = np.array([(0, 1.3), (0, 1.6), (0.2, 1.3), (-0.2, 1.3), (0.4, 1.0), (-0.4, 1.0)])
    moving = {"nod": ([1], 0.2), "wave": ([4], 0.3), "shrug": ([2, 3], 0.1)}
    random = np.random.default_rng(5)
    for number in range(24):
        subject, label, take = 1 + number // 6, ("nod", "wave", "shrug")[number % 3], number // 3 % 2
        length = 7 + subject + take
        joints_TVC = np.repeat(rest[None] * (1 + 0.05 * subject), length, 0)
        joints_TVC += random.normal(0, 0.01, joints_TVC.shape)
        places, far = moving[label]
        joints_TVC[:, places, 1] += far * np.sin(np.linspace(0, 4 * np.pi, length))[:, None]
        yield Clip(f"{subject}-{label}-{take}", str(subject), joints_TVC, label, 25.0, {"camera": str(take)})


@pytest.fixture
def rewrite(toy_set: Path, tmp_path: Path) -> Callable[..., Path]:
    """Write a copy of the toy set whose labels, joints or meta differ, into a folder of that name."""
    from mgllm.skeleton import Clip, open_dataset, write_dataset

    toy = open_dataset(toy_set)

    def write(
        folder: str,
        *,
        label: Callable[[str, str | None], str | None] = lambda subject, label: label,
        frames: slice = slice(None),
        **meta: object,
    ) -> Path:
        clips = [
            Clip(row.id, row.subject, toy.clip(n)[frames], label(row.subject, row.label), row.fps, row.more)
            for n, row in enumerate(toy.clips)
        ]
        return write_dataset(tmp_path / folder, toy.meta.model_copy(update=meta), clips).dataset.path

    return write


@pytest.fixture(scope="session")
def toy_checkpoint(toy_set: Path, tiny: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pre-trained for two epochs on the subjects 1 and 2 of the toy set, without labels."""
    from mgllm.commands._options import parse_options
    from mgllm.commands.recognizer.pretrain import pretrain
    from mgllm.recognizer.evaluation.splits import SplitOptions
    from mgllm.recognizer.training.pretraining import PretrainOptions

    out = tmp_path_factory.mktemp("toy") / "checkpoint"
    options = parse_options(PretrainOptions, {"epochs": 2, "device": "cpu"}, tiny)
    pretrain(toy_set, out, options, SplitOptions(train_on="subject=1,2"), display="none")
    return out


@pytest.fixture(scope="session")
def toy_classifier(toy_set: Path, toy_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That checkpoint with classes, from the labels of subject 3."""
    from mgllm.commands.recognizer.finetune import FinetuneOptions, finetune
    from mgllm.recognizer.evaluation.splits import SplitOptions
    from mgllm.recognizer.training.supervised import SupervisedOptions

    out = tmp_path_factory.mktemp("toy") / "classifier"
    training = SupervisedOptions(epochs=2, batch=3, device="cpu")
    options = FinetuneOptions(which=SplitOptions(train_on="subject=3"), training=training)
    finetune(str(toy_checkpoint), toy_set, out, options, display="none")
    return out
