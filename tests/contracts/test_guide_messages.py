"""The ten messages of docs/for-psychologists.md are what mgllm says when that goes wrong."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.cli import main
from tests.guides import ROOT, files

PAGE = (ROOT / "docs" / "for-psychologists.md").read_text(encoding="utf-8")
QUOTED = re.findall(r"^\| `([^`]+)` \| \S", PAGE.partition("| you see | what to do |")[2], re.MULTILINE)
JOINED = "--items mine/items.csv --gestures mine/gestures"
WRONG = {
    "mine/item.csv does not exist": "scenario check interview --items mine/item.csv",
    "has no column 'id'": "scenario check interview --items mine/nameless.csv",
    "'strest' is not one of the labels": "scenario check interview --items mine/misspelt.csv",
    "no item has gestures": "run interview --items mine/items.csv --model local",
    "names an item of the set": "scenario check interview --items mine/items.csv --gestures mine/others",
    "in no vocabulary": "import csv mine/misspelt -o mine/new",
    "exists already": "import csv mine/notes -o mine/gestures",
    "has no weights here yet": f"run interview {JOINED} --model local",
    "OPENAI_API_KEY is not set": f"run interview {JOINED} --model openai/gpt-6",
}
"""What the page quotes, and a line after which mgllm says it."""

Say = Callable[[str], str]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Type a line; what mgllm says, on stdout and stderr."""

    def typed(line: str) -> str:
        with pytest.raises(SystemExit):
            main(line.split())
        said = capsys.readouterr()
        return said.out + said.err

    return typed


@pytest.fixture
def _mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Say) -> None:
    """The files of the page in a folder of their own, and wrong ones beside them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MGLLM_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    for name, content in files(PAGE).items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(content, encoding="utf-8")
    items = Path("mine/items.csv").read_text(encoding="utf-8")
    Path("mine/nameless.csv").write_text(items.partition("\n")[2], encoding="utf-8")
    Path("mine/misspelt.csv").write_text(items.replace("stressed", "strest"), encoding="utf-8")
    say("import csv mine/notes -o mine/gestures")
    for folder, name, old, new in (("others", "x01", "", ""), ("misspelt", "m01", "folding", "foldin")):
        shutil.copytree("mine/notes", f"mine/{folder}-notes")
        note = Path(f"mine/{folder}-notes/m01.csv").read_text(encoding="utf-8").replace(old, new)
        Path(f"mine/{folder}-notes").joinpath(f"{name}.csv").write_text(note, encoding="utf-8")
    Path("mine/only").mkdir()
    Path("mine/others-notes/x01.csv").rename("mine/only/x01.csv")
    say("import csv mine/only -o mine/others")
    Path("mine/misspelt-notes").rename("mine/misspelt")


def test_the_page_has_ten() -> None:
    assert list(QUOTED) == ["mgllm: command not found", *WRONG]


@pytest.mark.usefixtures("_mine")
@pytest.mark.parametrize("shown", WRONG)
def test_mgllm_says_so(shown: str, say: Say) -> None:
    assert shown in say(WRONG[shown])


def test_a_shell_without_mgllm_says_so(tmp_path: Path) -> None:
    bash = str(shutil.which("bash"))
    done = subprocess.run(
        [bash, "-c", "mgllm show latest"],
        env={"PATH": str(tmp_path), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert QUOTED[0] in done.stderr
