"""What the golden tests share: the scripted model as an installed plugin, and the files' comparison."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mgllm.testing import Script, ScriptedBackend
from tests.golden import scripted_model
from tests.golden.comparing import Golden

HERE = Path(__file__).parent
REMAKE = bool(os.environ.get("MGLLM_REMAKE_GOLDEN"))
"""Read before the shared fixture clears all MGLLM_* of the environment."""

Seated = Callable[..., None]


@pytest.fixture
def golden() -> Golden:
    """The golden files, to compare with or, where that is asked for, to make again."""
    return Golden(HERE, remake=REMAKE)


@pytest.fixture(scope="session")
def _plugin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The metadata of an installed plugin, on the path."""
    root = tmp_path_factory.mktemp("plugin")
    folder = root / "mgllm_golden-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: mgllm-golden\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(scripted_model.PLUGIN)
    sys.path.append(str(root))
    yield
    sys.path.remove(str(root))


@pytest.fixture(scope="module")
def seat(_plugin: None) -> Iterator[Seated]:
    """Say what `--model golden/NAME` answers from now on."""
    patches = pytest.MonkeyPatch()

    def take(answer: scripted_model.Answer, script: Script | None = None) -> None:
        patches.setattr(scripted_model.Seat, "answer", staticmethod(answer))
        patches.setattr(scripted_model.Seat, "script", script or Script(concurrency=64))

    yield take
    patches.undo()


@pytest.fixture
def last_backend() -> Callable[[], ScriptedBackend]:
    """The backend that the last run has asked."""

    def get() -> ScriptedBackend:
        assert scripted_model.Seat.last is not None
        return scripted_model.Seat.last

    return get


@pytest.fixture
def mgllm_says(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run the command line in this process: what stands on stdout; the exit code is checked."""

    def say(*words: str | Path, code: int = 0) -> str:
        from mgllm.cli import main

        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        said: Any = capsys.readouterr()
        assert left.value.code == code, said.err
        return str(said.out)

    return say
