"""Wrong input: one line that says what, where and what to do; exit 2; no trace; nothing written."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.prompts.scenarios import Folders

Problem = Callable[..., str]


@pytest.fixture
def problem(folders: Folders, tmp_path: Path, shelve: object, capsys: pytest.CaptureFixture[str]) -> Problem:
    """Run a command that must fail, and give back its one line."""
    assert callable(shelve)
    shelve()

    def fail(*words: str, code: int = 2) -> str:
        flags = ["--scenarios", str(folders.scenarios), "--prompts", str(folders.prompts)]
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(SystemExit) as caught:
            main(
                [
                    *words,
                    *(flags if words[0] in ("run", "render") or words[:2] == ("scenario", "check") else []),
                ]
            )
        told = capsys.readouterr()
        assert caught.value.code == code, told.err
        assert "Traceback" not in told.err
        lines = [line for line in told.err.splitlines() if line.startswith("mgllm: ")]
        assert len(lines) == 1, told.err
        assert sorted(tmp_path.rglob("*")) == before
        return lines[0]

    return fail


@pytest.fixture
def run(problem: Problem, tmp_path: Path) -> Problem:
    def fail(*words: str) -> str:
        base = ["run", "meeting", "--model", "scripted/x", "--results", str(tmp_path / "results")]
        return problem(*base, *words)

    return fail


ITEM = {
    "id": "i1",
    "subject": "p1",
    "speech": "Well.",
    "gestures": {"annotated": {"gestures": []}},
    "target": "agrees",
}


def seen(*gestures: dict[str, object], **more: object) -> dict[str, object]:
    """The item with these annotated gestures."""
    changed: dict[str, object] = {"gestures": {"annotated": {"gestures": list(gestures), **more}}}
    return ITEM | changed


def items(folder: Path, *lines: object) -> str:
    path = folder / "mine.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n")
    return str(path)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "meating", "--model", "scripted/x"], "Did you mean 'meeting'?"),
        (["run", "--model", "gpt-5"], "Write BACKEND/NAME"),
        (["run", "--model", "openia/gpt-5"], "unknown model 'openia/gpt-5'"),
        (["run", "--model", "scripted/"], "Write BACKEND/NAME"),
        (["run"], "no model is named; use --model M"),
        (["run", "--modle", "local"], "--modle"),
        (["run", "--model", "scripted/x", "--limit", "none"], "--limit"),
        (["run", "--model", "scripted/x", "--limit", "0"], "--limit must be 1 or more, not 0"),
        (["run", "--model", "scripted/x", "--form", "verse"], "auto', not 'verse'"),
        (["run", "--model", "scripted/x", "--temperature", "9"], "--temperature must be at most 2, not 9"),
        (["run", "--model", "scripted/x", "--model-arg", "top_p"], "--model-arg needs K=V"),
        (["run", "--model", "scripted/x", "--arms", "text,text+gm"], "Did you mean 'text+mg'?"),
        (["run", "--model", "scripted/x", "--arms", ","], "no arm is named"),
        (["run", "--model", "scripted/x", "--arms", "text,text+noisy@1.5"], "text+noisy@1.5"),
        (["run", "--model", "scripted/x", "--paraphrase", "z"], "paraphrase of scenario meeting"),
        (["run", "--model", "scripted/x", "--items", "none.jsonl"], "none.jsonl"),
        (["run", "--model", "scripted/x", "--gestures", "nowhere"], "nowhere"),
        (["run", "--model", "scripted/x", "--cue-source", "recognized"], "have no recognized gestures"),
        (["run", "--model", "scripted/x", "--cue-source", "guessed"], "out_of_fold', not 'guessed'"),
        (
            ["run", "--model", "scripted/x", "--confusion", "none.csv", "--arms", "text,text+noisy@1"],
            "none.csv",
        ),
        (["run", "--resume", "nothing"], "unknown run 'nothing'"),
        (["render", "meeting", "--item", "meeting-p1-9"], "Did you mean 'meeting-p1-"),
        (["render", "meeting", "--arm", "text+noisy@1"], "other arms are named with --arms"),
        (["scenario", "check", "emotoin"], "Did you mean 'emotion'?"),
        (["scenario", "new", "emotion"], "is a bundled scenario"),
        (
            ["scenario", "new", "../up"],
            "is not a name for a scenario; use lower-case letters, digits, - and _. Try: mgllm sc",
        ),
        (["show", "nothing"], "unknown run"),
        (["compare", "nothing"], "unknown run"),
        (["score", "nothing"], "unknown run"),
        (["import", "rtld", "x", "-o", "y"], "Did you mean 'rltd'?"),
        (["import", "rltd", "nowhere", "-o", "y"], "nowhere does not exist"),
        (["models", "pull", "smollm3"], "smollm"),
        (["nonsense"], "nonsense"),
    ],
)
def test_names_and_flags(
    problem: Problem, words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in problem(*words)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([""], "mine.jsonl"),
        (["{torn"], "mine.jsonl:1"),
        ([ITEM, "\x00\x01"], "mine.jsonl:2"),
        ([ITEM, ITEM], "i1"),
        ([ITEM | {"target": "agres"}], "Did you mean 'agrees'?"),
        ([ITEM | {"speach": "x"}], "speach"),
        ([{"id": "i1"}], "subject"),
        ([ITEM, ITEM | {"id": "i2", "gestures": {}}], "an empty transcript if"),
        ([ITEM | {"gestures": {}}], "--gestures DIR"),
        ([seen({"label": "x", "start": 2, "end": 1})], "before its start"),
        ([seen({"label": "agrees"}), ITEM | {"id": "i2", "subject": "p2"}], "contains the label 'agrees'"),
        ([seen(vocabulary="nods")], "unknown gesture vocabulary 'nods'"),
    ],
)  # fmt: skip
def test_items(run: Problem, tmp_path: Path, lines: list[object], said: str) -> None:
    assert said in run("--items", items(tmp_path, *lines))


TEMPLATE = '{{% block user %}}{{% include "_speech.j2" %}}{{% include "_cues.j2" %}}{}{{% endblock %}}'


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ('{% include "meeting.j2" %}', "without end"),
        ("{{ question * 1000000 }}", "templates may not use"),
        ("{{ question.__class__ }}", "may not use"),
        ("{{ itme }}", "meeting.j2:1"),
        ("{% if cues %}Look at the hands.{% endif %}", "Look at the hands."),
    ],
)
def test_templates_in_run_and_check(
    run: Problem, problem: Problem, folders: Folders, inside: str, said: str
) -> None:
    assert folders.prompts is not None
    (folders.prompts / "meeting.j2").write_text(TEMPLATE.format(inside))
    assert said in run()
    assert said in problem("scenario", "check", "meeting")


def test_a_template_over_a_megabyte(run: Problem, folders: Folders, tmp_path: Path) -> None:
    loops = "{% for a in question %}{% for b in question %}{{ question }}{% endfor %}{% endfor %}"
    assert folders.prompts is not None
    assert folders.scenarios is not None
    (folders.prompts / "meeting.j2").write_text(TEMPLATE.format(loops))
    path = folders.scenarios / "meeting.yaml"
    path.write_text(path.read_text().replace("question: What", f"question: {'x' * 130} What"))
    assert "writes more than 1,000,000 characters" in run()


def test_nothing_is_written_over(problem: Problem, folders: Folders) -> None:
    words = [
        "scenario",
        "new",
        "meeting",
        "--scenarios",
        str(folders.scenarios),
        "--prompts",
        str(folders.prompts),
    ]
    assert "already exists" in problem(*words)


def test_debug_shows_the_trace() -> None:
    from mgllm.errors import InputError

    with pytest.raises(InputError):
        main(["show", "nothing", "--debug"])


def test_an_option_is_also_a_variable(problem: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MGLLM_ARMS", "text+gm")
    assert "Did you mean 'text+mg'?" in problem("run", "meeting", "--model", "scripted/x")


def test_a_disk_that_is_full_anywhere_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a.csv")

    monkeypatch.setattr("mgllm.cli.app._command", lambda: full)
    with pytest.raises(SystemExit) as ended:
        main(["runs"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "mgllm: a.csv cannot be written: No space left on device; make room on the disk and give the command "
        "again\n"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_into_a_file_on_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as target:
        done = subprocess.run(
            [sys.executable, "-m", "mgllm", "vocabulary", "list"],
            stdout=target,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(
        "mgllm: the output cannot be written: No space left on device; make room on the disk"
    )
