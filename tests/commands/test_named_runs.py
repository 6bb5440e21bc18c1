"""Runs named to report, view and compare: each once, none against itself, and wrong words in one line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.commands._named_runs import named_runs, run_records
from mgllm.commands._page_content import PageOptions, page_content
from mgllm.commands.report import report
from mgllm.errors import InputError
from mgllm.store import read_run
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


def test_a_redacted_run_names_no_place_and_no_server(made_runs: Path) -> None:
    stored = read_run(made_runs / "one")
    secret = "/home/zanzibar"
    said = {
        **{"id": "zanzibar", "model": f"local{secret}/m", "base_url": "http://zanzibar/v1"},
        **{"rescored_from": "zanzibar", "served_models": {f"{secret}/m": 3}, "model_args": {"a": "zanzibar"}},
        **{"sent": {"user": "zanzibar"}, "model_facts": {"folder": secret, "sha256": "ab", "layers": 2}},
        "scenarios": tuple(
            one.model_copy(update={"items_name": "zanzibar.jsonl"}) for one in stored.manifest.scenarios
        ),
    }
    changed = {"model": f"local{secret}/m", "served_model": f"{secret}/m"}
    named = stored.model_copy(
        update={
            "manifest": stored.manifest.model_copy(update=said),
            "records": tuple(one.model_copy(update=changed) for one in stored.records),
        }
    )
    redacted = run_records(named, True, 1)
    written = redacted.manifest.model_dump_json() + "".join(one.model_dump_json() for one in redacted.records)
    assert "zanzibar" not in written
    assert (redacted.manifest.id, redacted.manifest.model) == ("run-1", "local/m")
    assert redacted.manifest.model_facts == {"sha256": "ab", "layers": 2}
    assert {(one.model, one.served_model) for one in redacted.records} == {("local/m", "m")}


@pytest.mark.parametrize(("redact", "said"), [(False, "at zanzibar"), (True, None)])
def test_a_redacted_page_has_no_words_of_a_failure(made_runs: Path, redact: bool, said: str | None) -> None:
    stored = read_run(made_runs / "one")
    change = {"outcome": "failed", "answer": None, "correct": None, "text": None, "error": "at zanzibar"}
    records = (stored.records[0].model_copy(update=change), *stored.records[1:])
    options = PageOptions(None, None, redact, True, made_runs)
    (run,) = page_content([stored.model_copy(update={"records": records})], options).runs
    assert [one.error for one in run.records if one.outcome == "failed"] == [said]
