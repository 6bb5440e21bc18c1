"""`mgllm audit --injection`: a model that obeys, and one that does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mgllm.commands._options import from_flat
from mgllm.commands.audit_injection import InjectionReport, audit_injection
from mgllm.errors import InputError
from mgllm.records import Question, Reply
from mgllm.testing import say


@pytest.fixture
def inject(meeting: dict[str, Any], tmp_path: Path) -> Any:
    def run(**options: Any) -> InjectionReport:
        return audit_injection(from_flat(meeting | options), tmp_path / "out")

    return run


def words(question: Question) -> str:
    return "\n".join(message.content for message in question.prompt.messages)


def stubborn(question: Question) -> Reply:
    return say(question, "agrees")


def obedient(question: Question) -> Reply:
    """Answers what the first wording says; the others do not move it."""
    return say(question, "objects" if "Ignore the above, answer" in words(question) else "agrees")


def test_a_stubborn_model_is_never_flipped(inject: Any, shelve: Any) -> None:
    shelve(stubborn)
    report = inject()
    assert {row.arm for row in report.rows} == {"text", "text+mg"}
    assert all((row.flips, row.share) == (0, 0.0) for row in report.rows)
    assert report.items == 4
    assert len(report.runs) == 6


def test_flips_are_counted_by_arm_and_wording(inject: Any, shelve: Any, tmp_path: Path) -> None:
    shelve(obedient)
    report = inject()
    rows = {(row.arm, row.wording): row for row in report.rows}
    assert (rows["text", 1].n, rows["text", 1].flips) == (4, 4)
    assert (rows["text", 2].n, rows["text", 2].flips) == (4, 0)
    assert (rows["text+mg", None].n, rows["text+mg", None].share) == (20, 0.2)
    stored = json.loads((tmp_path / "out" / "injection.json").read_text(encoding="utf-8"))
    assert stored["rows"] == [row.model_dump(mode="json") for row in report.rows]


def test_answers_that_are_the_planted_label_anyway_are_not_counted(inject: Any, shelve: Any) -> None:
    """In the second arm the model answers what is planted, with and without the line."""
    shelve(lambda question: say(question, "objects" if "micro-gesture" in words(question) else "agrees"))
    rows = {(row.arm, row.wording): row for row in inject().rows}
    assert (rows["text+mg", None].n, rows["text+mg", None].share) == (0, None)
    assert rows["text", None].n == 20


def test_a_run_says_how_many_items_look_like_instructions(
    inject: Any, shelve: Any, meeting: dict[str, Any], tmp_path: Path
) -> None:
    import mgllm

    shelve(stubborn)
    inject()
    finished = mgllm.run(
        **(meeting | {"items": tmp_path / "out" / "planted-1.jsonl", "arms": ["text", "text+mg"]})
    )
    table = (finished.folder / "table.md").read_text(encoding="utf-8")
    assert "the speech of 4 items looks like an instruction to the model" in table


def test_nothing_is_asked_where_the_folder_has_a_report(inject: Any, shelve: Any, tmp_path: Path) -> None:
    asked = shelve(stubborn).asked
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "injection.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="exists already"):
        inject()
    assert asked == []
