"""Runs on a scripted model and on the fake server: every outcome, every table, every reading command."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.records import Score
from mgllm.testing import FakeReply, FakeServer
from tests.golden.bundled import ROOT
from tests.golden.comparing import Golden, without_volatile_words
from tests.golden.scripted_model import all_outcomes, first_choice, fraction, planted

Says = Callable[..., str]
KEPT = (
    *("scenario", "item", "arm", "outcome", "answer", "correct", "probabilities", "text", "finish_reason"),
    *("label_order", "attempts", "shared_with"),
)
"""Of a record, what is compared."""


@pytest.fixture(scope="module")
def outcomes(seat: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of all bundled scenarios in which every outcome occurs."""
    seat(all_outcomes)
    return Path(mgllm.run(model="golden/outcomes", results=tmp_path_factory.mktemp("runs")).folder)


@pytest.fixture(scope="module")
def helped(seat: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one scenario whose model understands more where gestures are told."""
    seat(first_choice)
    first = mgllm.run(
        model="golden/helped", scenarios=["emotion"], results=tmp_path_factory.mktemp("targets")
    )
    targets = {one["prompt_sha256"]: (one["target"], one["arm"]) for one in records_of(first.folder)}
    seat(planted(targets))
    second = mgllm.run(
        model="golden/helped", scenarios=["emotion"], results=tmp_path_factory.mktemp("helped")
    )
    return Path(second.folder)


def records_of(folder: Path) -> list[dict[str, Any]]:
    """The records of a run, sorted."""
    lines = (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()
    return sorted(map(json.loads, lines), key=lambda one: (one["scenario"], one["item"], one["arm"]))


def outlines(folder: Path) -> list[list[Any]]:
    """Of every record, what is compared."""
    return [[one.get(key) for key in KEPT] for one in records_of(folder)]


def test_the_files_of_a_run(outcomes: Path, golden: Golden) -> None:
    found = {one["outcome"] for one in records_of(outcomes)}
    assert found == {"answered", "failed", "refused", "unparsed"}
    whole = [one for one in records_of(outcomes) if one["outcome"] == "answered"]
    assert {one["probabilities"] is None for one in whole} == {True, False}
    golden.text("scripted/table.md", (outcomes / "table.md").read_text(encoding="utf-8"))
    golden.text("scripted/table.tex", (outcomes / "table.tex").read_text(encoding="utf-8"))
    golden.rows("scripted/table.csv", (outcomes / "table.csv").read_text(encoding="utf-8"))
    golden.values("scripted/summary.json", json.loads((outcomes / "summary.json").read_text("utf-8")))
    manifest = json.loads((outcomes / "manifest.json").read_text("utf-8"))
    golden.values("scripted/manifest.json", manifest)


def test_the_records_of_a_run(outcomes: Path, golden: Golden) -> None:
    made = outlines(outcomes)
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in made)
    counts = [[scenario, arm, *rest] for (scenario, arm), rest in sorted(_counted(made).items())]
    golden.values(
        "scripted/records.json",
        {"sha256 of all": hashlib.sha256(text.encode()).hexdigest(), "outcomes and answers": counts},
    )


def _counted(made: list[list[Any]]) -> Mapping[tuple[str, str], list[Any]]:
    """By scenario and arm, the items' answers, or the first letter of another outcome."""
    found: dict[tuple[str, str], list[Any]] = {}
    for scenario, _, arm, outcome, answer, *_ in made:
        word = answer if outcome == "answered" else outcome[0].upper()
        found.setdefault((scenario, arm), []).append(word)
    return {key: [" ".join(words)] for key, words in found.items()}


def test_compare_in_every_format(outcomes: Path, golden: Golden, mgllm_says: Says) -> None:
    """Of a run that is whole it says what the run's own files say."""
    for form in ("md", "tex", "csv"):
        said = mgllm_says("compare", outcomes, "--full", "--format", form)
        kept = (outcomes / f"table.{form}").read_text(encoding="utf-8")
        assert said.rstrip("\n") == kept.rstrip("\n")
    said = json.loads(mgllm_says("compare", outcomes, "--format", "json"))
    assert said == json.loads((outcomes / "summary.json").read_text("utf-8"))
    assert said == json.loads(mgllm_says("compare", outcomes, "--json"))
    assert said == mgllm.compare([str(outcomes)]).model_dump(mode="json", by_alias=True)
    golden.text("scripted/table.html", mgllm_says("compare", outcomes, "--format", "html"))


@pytest.mark.parametrize(
    ("name", "words"),
    {
        "helped.md": [],
        "pair.md": ["--pair", "text+mg,mg", "--ids"],
        "margin.md": ["--margin", "5"],
        "redacted.md": ["--redact"],
        "wide.csv": ["--shape", "wide", "--format", "csv"],
        "long.csv": ["--shape", "long", "--format", "csv"],
        "by_rule.md": ["--by", "rule", "--items", str(ROOT / "scenarios/items/emotion.jsonl")],
    }.items(),
)
def test_compare_with_options(
    name: str, words: list[str], helped: Path, golden: Golden, mgllm_says: Says
) -> None:
    said = mgllm_says("compare", helped, *words)
    (golden.rows if name.endswith("csv") else golden.text)(f"scripted/{name}", said)


def test_compare_of_two_runs(outcomes: Path, helped: Path, golden: Golden, mgllm_says: Says) -> None:
    golden.text("scripted/two_runs.md", mgllm_says("compare", helped, "--against", outcomes, "--ids"))


def test_gates(helped: Path, golden: Golden, mgllm_says: Says) -> None:
    mgllm_says("compare", helped, "--fail-if", "text+mg<text")
    mgllm_says("compare", helped, "--fail-if", "text<text+mg", code=4)


def test_show_and_runs(outcomes: Path, golden: Golden, mgllm_says: Says) -> None:
    golden.values(
        "scripted/runs.json", json.loads(mgllm_says("runs", "--results", outcomes.parent, "--json"))
    )
    shown = json.loads(mgllm_says("show", outcomes, "--item", "emotion-01a", "--json"))
    shown.pop("manifest")
    golden.values("scripted/show_item.json", shown)
    golden.text("scripted/show_item.txt", mgllm_says("show", outcomes, "--item", "emotion-01a"))


def test_what_the_page_holds(outcomes: Path, tmp_path: Path, golden: Golden, mgllm_says: Says) -> None:
    """What the page's script reads: a hash for each part of it."""
    page = tmp_path / "page.html"
    mgllm_says("report", outcomes, "-o", page)
    found = re.search(r'id="payload">([^<]*)<', page.read_text(encoding="utf-8"))
    assert found is not None
    payload = json.loads(zlib.decompress(base64.b64decode(found[1])))
    texts = {key: without_volatile_words(json.dumps(value)) for key, value in payload.items()}
    hashes = {key: hashlib.sha256(text.encode()).hexdigest() for key, text in texts.items()}
    golden.values("scripted/page.json", hashes)


def speak(messages: Sequence[Mapping[str, str]]) -> FakeReply:
    """The fake server's word: every outcome, answers with and without a label's token among the first."""
    prompt = json.dumps([message["content"] for message in messages])
    kind, p = 100 * fraction(prompt, "kind"), 0.55 + 0.4 * fraction(prompt, "p")
    if kind < 6:
        raise RuntimeError("made to fail")
    if kind < 10:
        return FakeReply(text="I'm sorry, I cannot judge that.")
    if kind < 14:
        return FakeReply(text=None, refusal="I will not say.")
    if kind < 20:
        return FakeReply(text="Perhaps.")
    if kind < 24:
        return FakeReply(text="relax", finish_reason="length")
    word, other = ("relaxed", "stressed") if fraction(prompt, "label") < 0.5 else ("stressed", "relaxed")
    if kind < 30:
        return FakeReply(text=f"Answer: {word}.")
    return FakeReply(text=word, tops=({word: p, other: (1 - p) * 0.8, "It": (1 - p) * 0.1},))


@pytest.mark.parametrize("score", ["logprob", "generate"])
def test_over_the_fake_server(score: Score, tmp_path: Path, golden: Golden) -> None:
    with FakeServer(say=speak) as server:
        finished = mgllm.run(
            model="openai-compatible/fake",
            base_url=server.url,
            scenarios=["interview"],
            score=score,
            max_retries=0,
            results=tmp_path,
        )
    made = outlines(finished.folder)
    assert {one[KEPT.index("outcome")] for one in made} == {"answered", "failed", "refused", "unparsed"}
    golden.values(f"scripted/server_{score}.json", [_without_prompts(one) for one in made])
    golden.text(f"scripted/server_{score}.md", (finished.folder / "table.md").read_text(encoding="utf-8"))


def _without_prompts(outline: list[Any]) -> list[Any]:
    """Scenario, item, arm, outcome, answer, correct, and the probability of the first label."""
    probabilities = outline[KEPT.index("probabilities")]
    return [*outline[:6], None if probabilities is None else min(probabilities.items())[1]]
