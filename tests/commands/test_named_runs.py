"""Runs named to report, view and compare: each once, none against itself, and wrong words in one line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.commands._named_runs import named_runs
from mgllm.commands._page_content import PageOptions
from mgllm.commands.report import report
from mgllm.errors import InputError
from mgllm.testing.made_run import MadeRun, write_made_run


@pytest.fixture(scope="module")
def made_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five runs."""
    folder = tmp_path_factory.mktemp("made") / "results"
    made = MadeRun(items=6, arms=("text", "text+mg", "text+shuffled"))
    for name in ("one", "two", "empty", "damaged", "bare"):
        write_made_run(folder / name, made)
    return folder


@pytest.fixture
def results(made_runs: Path, tmp_path: Path) -> Path:
    """Runs `one` and `two`, a copy of `one`, one that has just begun and two that are damaged."""
    folder = shutil.copytree(made_runs, tmp_path / "results")
    shutil.copytree(folder / "one", tmp_path / "copy")
    (folder / "empty" / "records.jsonl").write_bytes(b"")
    lines = (folder / "damaged" / "records.jsonl").read_bytes().splitlines(keepends=True)
    lines[2] = b'{"scenario": 3}\n'
    (folder / "damaged" / "records.jsonl").write_bytes(b"".join(lines))
    (folder / "bare" / "manifest.json").write_text("{}")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "other.jsonl").write_text(
        '{"id": "z", "subject": "s", "target": "win", "speech": "Hello."}\n'
    )
    return folder


def test_each_run_is_read_once_in_the_order_named(results: Path) -> None:
    found = named_runs(["two", "one", results / "two", results / "two" / ".." / "one"], results)
    assert [run.manifest.id for run in found] == ["two", "one"]
    for names in (["two"], ["one", "two"], ["two", "one"]):
        found = named_runs(names, results, against="one")
        assert [run.manifest.id for run in found] == ["two", "one"]


def test_a_copy_is_no_second_run(results: Path) -> None:
    copy = results.parent / "copy"
    with pytest.raises(InputError, match=r"copy and .*one are the same run \('one'\)"):
        named_runs(["one", copy], results)
    with pytest.raises(InputError, match=r"copy and .*one are the same run \('one'\)"):
        named_runs(["one"], results, against=copy)


WRONG = {
    "report ''": "a run's name is empty; write a folder, the name of a run, or latest",
    "report three": "unknown run 'three'. Known: bare, damaged, empty, one, two (in ",
    "report one -o .": ". is a folder; give a file: -o report.html",
    "report one -o one/manifest.json/x.html": "x.html cannot be written: ",
    "report one --items other.jsonl": "none of its items was asked",
    "report one --items gone.jsonl": "gone.jsonl does not exist",
    "report one --against one": "--against 'one' is the run itself; give another run",
    "report one ../copy": "are the same run ('one'); give one of them",
    "report damaged": "records.jsonl:3 is damaged: scenario: must be text; restore it ",
    "report ../elsewhere": "elsewhere is a folder, but not a run: it has no manifest.json",
    "report bare": "manifest.json is damaged: id: is missing",
    "report empty": "empty has no records yet; a page needs at least one (`mgllm view` waits for records)",
    "view three": "unknown run 'three'",
    "view damaged": "records.jsonl:3 is damaged",
    "view one --port 99999": "--port 99999 is not a port: 0 to 65535; leave it out for a free one",
    "view one --port -1": "--port -1 is not a port: 0 to 65535",
    "compare one --by sex": "does not say which item set it used; name the item set with --items",
    "compare one --by sex --items other.jsonl": "item 'i00000' of the run is not in ",
    "compare one --margin -1": "--margin must be a finite number above 0: it is the largest difference",
    "compare one --margin nan": "--margin must be a finite number above 0",
    "compare one --margin inf": "--margin must be a finite number above 0",
    "compare one --fail-if nonsense": "'nonsense' is not a comparison of two arms; write 'text+mg<text' or",
    "compare one --fail-if text+mg<nope": "unknown arm 'nope'. Known: text, text+mg, text+shuffled",
    "compare one --against one": "--against 'one' is the run itself; give another run",
    "compare one ../copy": "are the same run ('one'); give one of them",
    "compare empty": "empty has no records yet; compare it after its first answer",
    "compare one --format pdf": "--format: unknown format 'pdf'. Known: ",
}


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_word_is_one_line(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    """Exit 2, nothing on stdout, and one line: what, where, what to do."""
    monkeypatch.chdir(results)
    given = [{"''": "", "other.jsonl": "../other.jsonl"}.get(word, word) for word in words.split()]
    with pytest.raises(SystemExit) as caught:
        main([*given, "--results", str(results)])
    out, err = capsys.readouterr()
    assert (caught.value.code, out) == (2, "")
    assert err.startswith("mgllm: ")
    assert len(err.splitlines()) == 1
    assert WRONG[words] in err


def test_where_nothing_may_be_written_it_is_said(results: Path) -> None:
    for out in (Path("/proc/page.html"), Path("/dev/null/page.html")):
        with pytest.raises(InputError, match=rf"{out} cannot be written: .*; choose another -o"):
            report([results / "one"], out, PageOptions())
