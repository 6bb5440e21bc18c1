"""Every bundled prompt is what it was: scenario × item × arm × form × reasoning × wording × cue style.

Prompts are planned by whole runs on the scripted model, whose token counter counts words; `text+filler`
depends on that counter. The renderer without a model, whose counter is another one, has cases of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import mgllm
from mgllm.testing import Script
from tests.golden.bundled import SCENARIOS, copy_scenarios
from tests.golden.comparing import Golden
from tests.golden.scripted_model import first_choice

NAME = "prompts.json"
ARMS = ("none", "text", "mg", "text+mg", "text+shuffled", "text+filler", "text+noisy@0.3")
NO_TWIN = ("none", "text", "mg", "text+oracle", "text+shuffled", "text+filler")
SHORT = 4
"""Hex digits kept of each prompt's hash, to name the item that differs."""

Parts = dict[str, dict[str, str]]
"""By "scenario · arm": `all`, a hash over all items, and `each`, the beginning of each item's."""


class Case(NamedTuple):
    """One way to put all bundled questions."""

    name: str
    options: Mapping[str, Any] = {}
    form: Any = "chat"
    cue: Mapping[str, object] | None = None
    rich: bool = False


MANNERS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "chat, direct": ("chat", {"reasoning": "direct"}),
    "cloze, direct": ("cloze", {"reasoning": "direct", "form": "cloze"}),
    "chat, chain_of_thought": ("chat", {"reasoning": "chain_of_thought", "score": "generate"}),
}


def cases() -> Iterable[Case]:
    """Manners by wordings and by styles; then one case for each option that moves prompts."""
    for manner, (form, options) in MANNERS.items():
        for wording in (None, "b", "c"):
            yield Case(f"{manner} · wording {wording or 'own'}", {**options, "paraphrase": wording}, form)
        for style in ("plain", "by_turn", "summary"):
            turns = style == "by_turn"  # bundled items have no turns
            told = {**options, "cue_source": "annotated"} if turns else options
            yield Case(f"{manner} · style {style}", told, form, {"style": style}, rich=turns)
    yield Case("oracle", {"arms": NO_TWIN})
    yield Case("seed 3, 2 epochs, 2 shuffles", {"seed": 3, "epochs": 2, "shuffles": 2, "limit": 12})
    yield Case("attributed", {"arms": ("text", "text+mg"), "attribute": True, "limit": 6})
    rich: Mapping[str, Any] = {"arms": (*ARMS, "text+oracle"), "cue_source": "recognized"}
    surest: Mapping[str, Any] = {"threshold": 0.3, "top_k": 2, "confidences": True, "leave_out": []}
    for style in ("timeline", "plain", "by_turn", "summary"):
        yield Case(f"turns, recognised, {style}", rich, "chat", {"style": style}, rich=True)
    yield Case("turns, recognised, surest", rich, "chat", {"style": "timeline", **surest}, rich=True)


CASES = {case.name: case for case in cases()}


def parts_of(entries: Iterable[tuple[str, str, str, str]]) -> Parts:
    """From (scenario, arm, item and repetition, sha256) to what the golden file keeps."""
    grouped: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for scenario, arm, item, sha256 in entries:
        grouped[f"{scenario} · {arm}"].append((item, sha256))
    return {name: _part(sorted(pairs)) for name, pairs in sorted(grouped.items())}


def _part(pairs: list[tuple[str, str]]) -> dict[str, str]:
    lines = "".join(f"{item} {sha256}\n" for item, sha256 in pairs)
    whole = hashlib.sha256(lines.encode()).hexdigest()
    return {"all": whole, "each": " ".join(sha256[:SHORT] for _, sha256 in pairs)}


def entries_of(folder: Path) -> list[tuple[str, str, str, str]]:
    """What the records of a run say of their prompts."""
    lines = (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()
    return [_entry(json.loads(line)) for line in lines]


def _entry(record: Mapping[str, Any]) -> tuple[str, str, str, str]:
    item = f"{record['item']}, epoch {record['epoch']}, shuffle {record['shuffle']}"
    return record["scenario"], record["arm"], item, record["prompt_sha256"]


def check(golden: Golden, case: str, entries: list[tuple[str, str, str, str]]) -> None:
    """Compare a case with its part of the golden file, or write it there."""
    path, made = golden.folder / NAME, parts_of(entries)
    if golden.remake:
        whole = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        text = json.dumps({**whole, case: made}, indent=0, sort_keys=True, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
    wanted: Parts = json.loads(path.read_text(encoding="utf-8"))[case]
    items: defaultdict[str, list[str]] = defaultdict(list)
    for scenario, arm, item, _ in sorted(entries):
        items[f"{scenario} · {arm}"].append(item)
    assert sorted(made) == sorted(wanted), f"{case}: other arms than before"
    wrong = [f"{case} · {name} · {_where(items[name], wanted[name], made[name])}" for name in made]
    assert made == wanted, "prompts differ:\n" + "\n".join(line for line in wrong if not line.endswith("—"))


def _where(items: list[str], wanted: Mapping[str, str], made: Mapping[str, str]) -> str:
    was, now = wanted["each"].split(), made["each"].split()
    if wanted == made:
        return "—"
    if len(was) != len(now):
        return f"{len(was)} prompts before, {len(now)} now"
    differing = [item for item, one, other in zip(items, was, now, strict=True) if one != other]
    return f"{len(differing)} of {len(items)} items: " + "; ".join(differing[:3])


@pytest.mark.parametrize("name", CASES)
def test_prompts_are_what_they_were(name: str, golden: Golden, seat: Any, tmp_path: Path) -> None:
    case = CASES[name]
    seat(first_choice, Script(form=case.form, concurrency=64))
    options: dict[str, Any] = {"arms": ARMS, **case.options}
    if case.cue is not None:
        options["scenarios_dir"] = copy_scenarios(tmp_path / "scenarios", case.cue, rich=case.rich)
    options = {key: value for key, value in options.items() if value is not None}
    finished = mgllm.run(model="golden/prompts", results=tmp_path / "results", yes=True, **options)
    assert finished.exit_code == 0
    check(golden, name, entries_of(finished.folder))


def test_prompts_without_a_model_are_what_they_were(golden: Golden, mgllm_says: Callable[..., str]) -> None:
    entries = []
    for scenario in SCENARIOS:
        for form, item in (("chat", f"{scenario}-01a"), ("cloze", f"{scenario}-07b")):
            said = mgllm_says(
                *("render", scenario, "--item", item, "--form", form, "--arms", ",".join(ARMS), "--json")
            )
            for one in json.loads(said)["arms"]:
                entries.append((scenario, one["arm"], f"{item}, {form}", one["prompt"]["sha256"]))
    check(golden, "rendered without a model", entries)


def test_the_hash_is_that_of_the_messages(seat: Any, tmp_path: Path) -> None:
    """Were the hash itself made otherwise, equal hashes would prove nothing."""
    seat(first_choice)
    finished = mgllm.run(model="golden/prompts", scenarios=["emotion"], limit=2, results=tmp_path)
    lines = (finished.folder / "prompts.jsonl").read_text(encoding="utf-8").splitlines()
    for prompt in map(json.loads, lines):
        messages = [[message["role"], message["content"]] for message in prompt["messages"]]
        canonical = json.dumps([prompt["form"], messages], ensure_ascii=False)
        assert prompt["sha256"] == hashlib.sha256(canonical.encode()).hexdigest()
