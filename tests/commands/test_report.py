"""`mgllm report` and `mgllm view` as commands: files, errors, items' times, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.cli import main
from mgllm.commands._page_content import PageOptions, items_of, page_content, read_runs
from mgllm.commands.report import report
from mgllm.commands.view import view
from mgllm.errors import InputError
from mgllm.prompts.scenarios import Folders
from mgllm.store import read_run
from mgllm.testing.made_run import MadeRun, write_made_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_made_run(tmp_path / "results" / "20260101T000000Z_emotion_made_aaaa", MadeRun(items=8))


def cli(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    with pytest.raises(SystemExit) as caught:
        main(list(words))
    out, err = capsys.readouterr()
    assert caught.value.code == code, err
    return out, err


def test_report_writes_a_page(run: Path, tmp_path: Path, capsys: Any) -> None:
    out, _ = cli(capsys, "report", str(run), "-o", str(tmp_path / "new" / "page.html"))
    page = tmp_path / "new" / "page.html"
    assert out.startswith(f"{page}: 48 records, ")
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert [path.name for path in page.parent.iterdir()] == ["page.html"]


def test_report_finds_latest_and_prints_json(run: Path, tmp_path: Path, capsys: Any) -> None:
    page = str(tmp_path / "page.html")
    out, _ = cli(capsys, "report", "latest", "--results", str(run.parent), "-o", page, "--json")
    assert json.loads(out) == {"page": page, "bytes": Path(page).stat().st_size, "records": 48}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["nothing"], "run 'nothing'"),
        (["latest", "-o", "."], "is a folder"),
        (
            ["latest", "-o", "results/20260101T000000Z_emotion_made_aaaa/manifest.json/x.html"],
            "cannot be written",
        ),
        (["latest", "--items", "none.jsonl"], "none.jsonl"),
        (["latest", "--against", "other"], "run 'other'"),
    ],
)
def test_what_does_not_fit_is_one_line(
    run: Path, capsys: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    out, err = cli(capsys, "report", *words, "--results", str(run.parent), code=2)
    assert out == ""
    assert why in err
    assert len(err.splitlines()) == 1


def test_a_run_without_records_is_refused(run: Path, tmp_path: Path) -> None:
    (run / "records.jsonl").write_text("")
    with pytest.raises(InputError, match="no records yet"):
        report([run], tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_items_of_other_people_are_refused(run: Path, tmp_path: Path) -> None:
    items = tmp_path / "items.jsonl"
    items.write_text('{"id": "x", "subject": "y", "speech": "Hello."}\n')
    with pytest.raises(InputError, match="none of its items was asked"):
        report([run], tmp_path / "page.html", PageOptions(items=str(items)))


def test_an_item_file_gives_times(run: Path, tmp_path: Path) -> None:
    turn = {"text": "Well, yes.", "start": 0.5, "end": 2}
    gestures = {"annotated": {"duration": 9, "gestures": [{"label": "head up", "start": 1, "end": 2}]}}
    item = {"id": "i00003", "subject": "s0000", "speech": [turn], "gestures": gestures}
    items = tmp_path / "items.jsonl"
    items.write_text(json.dumps(item) + "\n")
    options = PageOptions(items=str(items))
    content = page_content(read_runs([run], options), options)
    known = content.runs[0].items["emotion", "i00003"]
    assert (known.duration, known.gestures[0].label, known.turns[0].start) == (9, "head up", 0.5)


def test_bundled_items_are_found_where_they_were_asked(shelve: Any, tmp_path: Path) -> None:
    shelve()
    finished = mgllm.run(model="scripted/x", scenarios=["emotion"], limit=4, results=tmp_path / "results")
    manifest = read_run(finished.folder).manifest
    found = items_of(manifest, None)
    assert found["emotion", "emotion-01a"].gestures[0].label == "dustoffing clothes"
    other = manifest.scenarios[0].model_copy(update={"items_sha256": "other"})
    assert items_of(manifest.model_copy(update={"scenarios": (other,)}), None) == {}


def test_a_run_of_ones_own_scenario_has_a_page(shelve: Any, folders: Folders, tmp_path: Path) -> None:
    shelve()
    mine: dict[str, Any] = {"scenarios_dir": folders.scenarios, "prompts_dir": folders.prompts}
    finished = mgllm.run(model="scripted/x", scenarios=["meeting"], results=tmp_path / "results", **mine)
    page = report([finished.folder], tmp_path / "page.html").path.read_text()
    assert "What does the speaker think" not in page  # prompts are packed
    assert "few subjects" in page or "no interval" in page.lower()


def test_two_runs_of_one_model_are_told_apart(run: Path, tmp_path: Path) -> None:
    """Rows of one name would be mixed up: their numbers are those of each run alone."""
    other = write_made_run(tmp_path / "other", MadeRun(items=12, seed=5))
    options = PageOptions(against=str(other))
    both = page_content(read_runs([run], options), options)
    alone = [page_content(read_runs([each], PageOptions()), PageOptions()) for each in (run, other)]
    models = [account.heading.split(" · chat")[0] for account in both.accounts]
    assert models == [
        *("emotion · made/one · run 1", "emotion · made/one · run 2"),
        "emotion · made/one · run 1 − made/one · run 2",
    ]
    for number in range(2):
        assert both.accounts[number].sentences == alone[number].accounts[0].sentences
    assert len(both.figures.calibrations) == 10
    assert len({(each.row, each.arm) for each in both.figures.calibrations}) == 10


def test_the_same_run_twice_is_shown_once(run: Path, tmp_path: Path) -> None:
    assert report([run, run], tmp_path / "page.html").records == 48


def test_a_port_out_of_range_is_refused(run: Path) -> None:
    with pytest.raises(InputError, match=r"--port 99999 is not a port: 0 to 65535; leave it out"):
        view([run], PageOptions(), 99_999)


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_view_serves_until_ctrl_c(run: Path) -> None:
    command = [sys.executable, "-m", "mgllm", "view", str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{address}state", timeout=60) as reply:
            assert json.loads(reply.read())["records"] == 48
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
