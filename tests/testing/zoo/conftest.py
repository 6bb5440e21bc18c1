"""A zoo that is open for the whole session, and visits to it through the real command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.store import read_run
from mgllm.testing import Zoo
from mgllm.testing.zoo.animal import Animal
from mgllm.testing.zoo.echoes import KEY
from mgllm.testing.zoo.questions import BUNDLED, write_scenarios
from mgllm.testing.zoo.right import Visit

Go = Callable[..., Visit]


@pytest.fixture(scope="session")
def zoo() -> Iterator[Zoo]:
    with Zoo() as opened:
        yield opened


@pytest.fixture(scope="session")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every invented scenario."""
    folder = tmp_path_factory.mktemp("questions")
    write_scenarios(folder)
    return folder


@pytest.fixture
def visit(
    zoo: Zoo,
    questions: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Go:
    """Visit an animal with `mgllm run`, two items in two arms."""
    monkeypatch.setenv("ZOO_KEY", KEY)

    def go(animal: Animal, *more: str) -> Visit:
        named = animal.labels if animal.labels in BUNDLED else str(questions / f"{animal.labels}.yaml")
        words = ["run", named, "--model", animal.model, "--base-url", zoo.url, "--api-key-env", "ZOO_KEY"]
        words += ["--limit", "2", "--arms", "text,text+mg", "--results", str(tmp_path), "--display", "none"]
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([*words, "--max-retries", "1", *animal.flags, *more])
        out, err = capsys.readouterr()
        runs = sorted(path for path in tmp_path.iterdir() if path.is_dir())
        asked = [ask.body for ask in zoo.asked(animal.name) if ask.place is not None]
        files = {
            path.name: path.read_text(encoding="utf-8", errors="backslashreplace")
            for path in tmp_path.rglob("*")
            if path.is_file()
        }
        records = read_run(runs[-1]).records if runs else ()
        assert isinstance(left.value.code, int)
        return Visit(records, left.value.code, out + err, asked[-1] if asked else None, files)

    return go
