"""compare, show, runs, render, check, new, dry-run: everything that asks nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.cli import main
from mgllm.commands._options import from_flat
from mgllm.commands.check import check_scenario
from mgllm.commands.dry_run import dry_run
from mgllm.commands.render import render_item
from mgllm.errors import InputError
from mgllm.experiment.checking import check_here
from mgllm.experiment.options import RunOptions
from mgllm.prompts.scenarios import Folders
from mgllm.records import Question, Reply, prompt_text
from mgllm.testing import say


@pytest.fixture
def options(folders: Folders, tmp_path: Path) -> RunOptions:
    return from_flat(
        {
            "model": "scripted/x",
            "scenarios_dir": folders.scenarios,
            "prompts_dir": folders.prompts,
            "results": tmp_path / "results",
        }
    )


def follow_gestures(question: Question) -> Reply:
    """A model that reads folded arms as an objection and does not look at anything else."""
    told = question.prompt.messages[-1].content
    return say(question, "objects" if "folding arms" in told else "agrees", 0.9)


@pytest.fixture
def run(meeting: dict[str, Any], shelve: Any) -> Any:
    def go(answer: Any = follow_gestures, **more: Any) -> str:
        shelve(answer)
        return str(mgllm.run(**(meeting | more)).folder)

    return go


def cli(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    with pytest.raises(SystemExit) as caught:
        main(list(words))
    told = capsys.readouterr()
    assert caught.value.code == code, told.err
    return told.out


def test_an_effect_that_was_put_there_is_found(run: Any) -> None:
    summary = mgllm.compare([run()])
    (effect,) = [
        e for e in summary.effects if (e.metric, e.arm, e.baseline) == ("accuracy", "text+mg", "text")
    ]
    assert effect.baseline_value == 0.5
    assert effect.arm_value == 1.0
    assert effect.difference == 0.5
    assert (effect.b, effect.c) == (2, 0)


def test_compare_in_every_format(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = run()
    for form in ("md", "csv", "tex", "html", "json"):
        first = cli(capsys, "compare", folder, "--format", form)
        assert first == cli(capsys, "compare", folder, "--format", form)
        assert "text+mg" in first.replace(r"\_", "_")
    assert json.loads(cli(capsys, "compare", folder, "--json"))["arms"]
    assert "Did you mean 'html'" in cli_error(capsys, "compare", folder, "--format", "htm")


def cli_error(capsys: pytest.CaptureFixture[str], *words: str, code: int = 2) -> str:
    with pytest.raises(SystemExit) as caught:
        main(list(words))
    assert caught.value.code == code
    return capsys.readouterr().err


def test_a_gate_that_fails_is_exit_4(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = run()
    assert cli(capsys, "compare", folder, "--fail-if", "text+mg<text")
    told = cli_error(capsys, "compare", folder, "--fail-if", "text+mg<=text", code=4)
    assert told.count("\n") == 1
    assert "text+mg" in told


def test_redacted_tables_name_no_run_and_no_file(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = run()
    whole = cli(capsys, "compare", folder, "--json", "--redact")
    assert Path(folder).name not in whole
    assert Path(folder).name in cli(capsys, "compare", folder, "--json")


def test_the_same_arm_between_runs(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = run(), run(lambda question: say(question, "agrees", 0.9), seed=0)
    table = cli(capsys, "compare", one, "--against", other)
    assert "text+mg" in table
    summary = mgllm.compare([one], against=other)
    assert len(summary.effects) > len(mgllm.compare([one]).effects)


def test_runs_and_show(run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = str(tmp_path / "results")
    assert cli(capsys, "runs", "--results", results) == ""
    folder = run()
    assert Path(folder).name in cli(capsys, "runs", "--results", results)
    assert json.loads(cli(capsys, "runs", "--results", results, "--json"))[0]["outcomes"] == {"answered": 24}
    assert "meeting v1: 4 items" in cli(capsys, "show", "latest", "--results", results)
    shown = cli(capsys, "show", "latest", "--results", results, "--item", "meeting-p1-2")
    assert "folding arms" in shown
    assert "→ answered · objects (right)" in shown
    assert "Did you mean 'meeting-p1-" in cli_error(capsys, "show", folder, "--item", "meeting-p1-7")


def test_render_shows_what_differs_and_nothing_else(options: RunOptions) -> None:
    rendered = render_item("meeting", "meeting-p1-2", options)
    by_arm = {arm.arm: arm for arm in rendered.arms}
    assert by_arm["text"].diff == ()
    assert all(line.startswith("+ ") for line in by_arm["text+mg"].diff)
    assert all(line.startswith("- ") for line in by_arm["none"].diff)
    assert any("folding arms" in line for line in by_arm["text+mg"].diff)
    assert "meeting-p1-2" not in prompt_text(by_arm["text+mg"].prompt)


def test_render_is_what_a_run_sends(options: RunOptions, run: Any, shelve: Any) -> None:
    folder = run(score="generate")
    sent = {
        record.prompt_sha256 for record in mgllm.load_run(folder).records if record.item == "meeting-p1-2"
    }
    rendered = render_item("meeting", "meeting-p1-2", options)
    assert {arm.prompt.sha256 for arm in rendered.arms} == sent


def test_check_reports_every_wording(options: RunOptions) -> None:
    report = check_here("meeting", options)
    assert report.items == 4
    assert report.prompts == 4 * 6 * 3
    assert len(report.wordings) == 3


def test_check_gives_up_on_a_template_without_end(options: RunOptions) -> None:
    with pytest.raises(InputError, match=r"took more than 0\.01 s"):
        check_scenario("meeting", options, seconds=0.01)


def test_check_finds_what_no_arm_shows(options: RunOptions, folders: Folders) -> None:
    assert folders.prompts is not None
    template = folders.prompts / "meeting.j2"
    template.write_text(
        template.read_text().replace(
            "{{ question }}", "{{ question }}{% if speech|length > 99 %}x{% endif %}"
        )
    )
    with pytest.raises(InputError, match="uses 'speech'; only _speech"):
        check_here("meeting", options)


def test_a_new_scenario_is_right_and_runs(run: Any, options: RunOptions) -> None:
    assert check_scenario("meeting", options).scenario == "meeting"
    assert len(mgllm.load_run(run()).records) == 24


def test_a_dry_run_counts_and_asks_nobody(folders: Folders, tmp_path: Path, shelve: Any) -> None:
    backend = shelve()
    flat = {"model": "scripted/x", "scenarios_dir": folders.scenarios, "prompts_dir": folders.prompts}
    plan = dry_run(
        from_flat(flat | {"scenarios": ["meeting"], "price_in": 1.0, "price_out": 2.0, "results": tmp_path})
    )
    (row,) = plan.scenarios
    assert backend.asked == []
    assert backend.opened == 0
    assert (row.pairs, row.subjects, row.records) == (4, 2, 24)
    assert row.prompts == 22  # the prior is asked once per label order
    assert row.tokens_exact is False
    assert row.dollars_most == pytest.approx((row.tokens_in + 2 * row.tokens_out_most) / 1e6)
    assert list(tmp_path.glob("2*")) == []


def test_options_of_python_and_of_the_command_line_are_the_same() -> None:
    made = from_flat(
        {"model": "local", "arms": ("text",), "limit": 3, "scenarios": "emotion", "timeout_s": 5}
    )
    assert made.ask.arms == ("text",)
    assert made.which.limit == 3
    assert made.scenarios == ("emotion",)
    assert made.reach.timeout_s == 5
    with pytest.raises(InputError, match="Did you mean 'limit'"):
        from_flat({"model": "local", "limti": 3})
