"""Lines that cannot be read: one line that says what is wrong, what was meant, and where help is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.testing.made_run import MadeRun, write_made_run

Wrong = Callable[..., str]


@pytest.fixture
def wrong(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wrong:
    """The one line that a command ends with in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def fail(*words: str) -> str:
        with pytest.raises(SystemExit) as left:
            main(list(words))
        said = capsys.readouterr()
        assert (left.value.code, said.out, said.err.count("\n")) == (2, "", 1), said
        assert "pydantic" not in said.err
        assert "Input should" not in said.err
        return said.err.removeprefix("mgllm: ").rstrip("\n")

    return fail


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("rnu emotion", "unknown command 'rnu'. Did you mean 'mgllm run'? Try: mgllm --help"),
        ("pull smollm2", "unknown command 'pull'. Did you mean 'mgllm models pull'? Try: mgllm --help"),
        (
            "scenario lst",
            "unknown command 'lst'. Did you mean 'mgllm scenario list'? Try: mgllm scen",
        ),
        ("models zzz", "unknown command 'zzz'. Known: list, pull, probe. Try: mgllm models --help"),
        (
            "--model local",
            "mgllm has no option --model; it is an option of mgllm run, mgllm audit and mgllm listen.",
        ),
        ("run --modle local", "mgllm run has no option --modle. Did you mean --model? Try: mgllm run --help"),
        (
            "run --diff",
            "mgllm run has no option --diff; it is an option of mgllm render. Try: mgllm run",
        ),
        ("run --zzz", "mgllm run has no option --zzz. Try: mgllm run --help"),
        ("run -x", "mgllm run has no option -x. Try: mgllm run --help"),
        ("run --limit", "--limit needs a value: --limit N. Try: mgllm run --help"),
        ("run --dry-run=yes", "--dry-run takes no value. Try: mgllm run --help"),
        ("run --limit many", "--limit must be a whole number, not 'many'. Try: mgllm run --help"),
        ("run --limit 2.5", "--limit must be a whole number, not '2.5'. Try: mgllm run --help"),
        ("run --temperature hot", "--temperature must be a number, not 'hot'. Try: mgllm run --help"),
        ("show a b c", "'b' is one word too many. Try: mgllm show --help"),
        ("render", "SCENARIO is missing (name or YAML file. Bundled: deception, emotion, interview)"),
        (
            "import eaf x",
            "--out is missing (folder to write; files in it are not replaced). Try: ",
        ),
        ("human export emotion -o f", "--raters is missing"),
    ],
)
def test_a_line_that_cannot_be_read(wrong: Wrong, line: str, said: str) -> None:
    assert wrong(*line.split()).startswith(said.replace(". Bundled: deception, emotion, interview", ""))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("run --model local --limit 0", "--limit must be 1 or more, not 0"),
        ("run --model local --epochs 0", "--epochs must be 1 or more, not 0"),
        ("run --model local --temperature 9", "--temperature must be at most 2, not 9.0"),
        ("run --model local --form verse", "--form must be 'chat', 'cloze' or 'auto', not 'verse'"),
        ("run --model local --max-tokens 0", "--max-tokens must be 1 or more, not 0"),
        ("run --model local --form clooze", "not 'clooze'. Did you mean 'cloze'?"),
        ("run --model local --reasoning CoT", "Did you mean 'chain_of_thought'?"),
        ("compare latest", "There are none yet (in results)"),
        ("run emo --model local", "unknown scenario 'emo'. Did you mean 'emotion'?"),
        ("run EMOTION --model local", "unknown scenario 'EMOTION'. Did you mean 'emotion'?"),
        ("run --model gpt-4o", "unknown model 'gpt-4o'. Did you mean 'openai/gpt-4o'?"),
        ("run --model o3-mini", "Did you mean 'openai/o3-mini'?"),
        ("run --model claude-opus-4", "Did you mean 'anthropic/claude-opus-4'?"),
        ("run --model gemini-2.5-pro", "Did you mean 'google/gemini-2.5-pro'?"),
        ("run --model Qwen/Qwen3-0.6B", "Did you mean 'local/Qwen/Qwen3-0.6B'?"),
        ("run --model smollm2", "Did you mean 'local/smollm2-135m'?"),
        ("run --model OpenAI/gpt-4o", "Did you mean 'openai/gpt-4o'?"),
        ("run --model openia/gpt-5", "Did you mean 'openai/gpt-5'?"),
        ("import elan x -o y", "unknown dataset 'elan'. Did you mean 'eaf'? Known: eaf, "),
        ("import TextGrid x -o y", "Did you mean 'textgrid'?"),
        ("export elan x -o y", "Did you mean 'eaf'?"),
        ("compare latest --table claim", "no run"),
        ("render emotion --item emotion-1a", "Did you mean 'emotion-01a'? Known: emotion-01a, "),
        ("render emotion --arms text,text+gm", "unknown arm 'text+gm'. Did you mean 'text+mg'?"),
        ("synth -o y --preview armfold a.gif", "unknown class 'armfold'"),
    ],
)
def test_a_value_that_does_not_fit(wrong: Wrong, line: str, said: str) -> None:
    if "no run" not in said:
        assert said in wrong(*line.split())
    else:
        assert wrong(*line.split()).startswith("unknown run")


def test_blanks_in_names_mean_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["emotion "], ["emotion", "--arms", " text , text + mg "]):
        with pytest.raises(SystemExit) as left:
            main(["render", *words, "--diff"])
        assert left.value.code == 0
        assert "=== text+mg" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "usable"),
    [("My question", "my-question"), ("Größe!", "grosse"), (" a b ", "a-b"), ("été_2", "ete_2")],
)
def test_a_scenario_name_is_proposed(wrong: Wrong, name: str, usable: str) -> None:
    assert wrong("scenario", "new", name).endswith(f"Try: mgllm scenario new {usable}")


def test_a_variable_with_a_wrong_value_is_named(wrong: Wrong, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MGLLM_LIMIT", "many")
    said = wrong("run", "--model", "local")
    assert said.startswith("MGLLM_LIMIT (the variable of --limit) must be a whole number, not 'many'")


@pytest.mark.parametrize("command", ["compare", "report", "show", "view", "verify"])
def test_commands_without_a_run_say_which_there_are(wrong: Wrong, command: str, tmp_path: Path) -> None:
    assert wrong(command) == "no run is named, and results has none; make one with: mgllm run --model local"
    for name in ("2026a", "2026b", "2026c", "2026d"):
        write_made_run(tmp_path / "results" / name, MadeRun(items=24))
    said = wrong(command)
    assert said == (
        f"name a run, such as: mgllm {command} latest. The latest of 4 in results: 2026d, 2026c, 2026b. "
        "All: mgllm runs"
    )


def test_an_unknown_item_of_a_run_is_guessed(wrong: Wrong, tmp_path: Path) -> None:
    folder = write_made_run(tmp_path / "x", MadeRun(items=24))
    assert "unknown item 'i3'. Did you mean 'i00003'?" in wrong("show", str(folder), "--item", "i3")


def test_a_json_array_is_recognised_and_can_be_written_as_lines(
    wrong: Wrong, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import subprocess

    items = [
        {
            "id": f"i{n}",
            "subject": f"p{n}",
            "target": "win",
            "speech": "Ä.",
            "gestures": {"annotated": {"gestures": []}},
        }
        for n in range(2)
    ]
    (tmp_path / "mine.jsonl").write_text(json.dumps(items, indent=1, ensure_ascii=False), encoding="utf-8")
    said = wrong("run", "emotion", "--model", "local", "--items", "mine.jsonl")
    assert said.startswith("mine.jsonl:1 begins a JSON array [...], but here each line is one object {...}. ")
    command = said.partition("Write it as lines with: ")[2]
    subprocess.run(command, shell=True, check=True, cwd=tmp_path)
    lines = (tmp_path / "mine-lines.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == items


def test_a_wrong_target_is_named_with_file_and_line(wrong: Wrong, tmp_path: Path) -> None:
    lines = [
        {"id": f"i{n}", "subject": f"p{n}", "speech": "So.", "target": "wni" if n == 2 else "win"}
        for n in range(4)
    ]
    (tmp_path / "mine.jsonl").write_text("# mine\n" + "\n".join(map(json.dumps, lines)) + "\n")
    said = wrong("run", "emotion", "--model", "local", "--items", "mine.jsonl")
    assert said.startswith("mine.jsonl:4 item 'i2' target: 'wni' is not one of the labels ")
    assert said.endswith("Did you mean 'win'?")
