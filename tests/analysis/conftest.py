"""Made-up runs for the ledger's tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from mgllm.analysis import RunRecords
from mgllm.records import Label, LabelScores, Record, RunManifest, ScenarioManifest

ARMS = ("none", "text", "mg", "text+mg", "text+shuffled", "text+filler")


def make_manifest(**changes: Any) -> RunManifest:
    """A manifest of one scenario; keys of ScenarioManifest go to the scenario."""
    labels = changes.pop("labels", ("win", "lose"))
    scenario: dict[str, Any] = {
        "name": "emotion",
        "version": 1,
        "title": "Won or lost",
        "sha256": "0",
        "templates": {},
        "items_name": "items.jsonl",
        "items_sha256": "0",
        "items_in_set": 24,
        "items_asked": 24,
        "subjects": 12,
        "effective_subjects": 12.0,
        "largest_cluster": 2,
        "labels": tuple(Label(id=label, text=label, cloze=f" {label}") for label in labels),
        "arms": ARMS,
        "baseline": "text",
        "form": "cloze",
        "reasoning": "direct",
        "score": "logprob",
        "cue_source": "annotated",
        "ethics": "Not for use on people.",
    }
    run: dict[str, Any] = {
        "schema": "mgllm.run/1",
        "id": "20260101T000000Z_emotion_fake_aaaa",
        "created": "2026-01-01T00:00:00Z",
        "model": "fake/one",
        "backend": "fake",
        "max_tokens": 8,
        "refusal_phrases": "1",
    }
    for key, value in changes.items():
        (scenario if key in ScenarioManifest.model_fields else run)[key] = value
    return RunManifest(**run, scenarios=(ScenarioManifest(**scenario),))


def make_record(**changes: Any) -> Record:
    """An answered record; `logits` (by label) give probabilities and scores."""
    logits = changes.pop("logits", None)
    fields: dict[str, Any] = {
        "scenario": "emotion",
        "item": "i0",
        "subject": "s0",
        "arm": "text",
        "model": "fake/one",
        "form": "cloze",
        "reasoning": "direct",
        "score": "logprob",
        "label_order": ("win", "lose"),
        "outcome": "answered",
        "target": "win",
        "prompt_sha256": "0",
    }
    fields |= changes
    if logits is not None:
        top = max(logits.values())
        weight = {label: float(np.exp(value - top)) for label, value in logits.items()}
        fields["probabilities"] = {label: value / sum(weight.values()) for label, value in weight.items()}
        fields["scores"] = LabelScores(total=logits, mean={k: v / 2 for k, v in logits.items()})
        fields.setdefault("answer", max(logits, key=lambda label: logits[label]))
    answered = fields["outcome"] == "answered"
    if not answered:
        fields |= {"answer": None, "probabilities": None, "scores": None}
    if answered and fields["target"] is not None and "correct" not in fields:
        fields["correct"] = fields.get("answer") == fields["target"]
    return Record(**fields)


def make_run(
    seed: int = 0,
    *,
    sizes: Sequence[int] = (2,) * 12,
    labels: Sequence[str] = ("win", "lose"),
    epochs: int = 1,
    shuffles: int = 1,
    missing: float = 0.0,
    scored: bool = True,
    effect: float = 1.0,
    **changes: Any,
) -> RunRecords:
    """A random run.

    Args:
        seed: of everything.
        sizes: items of each subject.
        labels: label ids.
        epochs: repetitions.
        shuffles: of the shuffled arm.
        missing: chance that a record is not answered.
        scored: whether records carry log-probabilities.
        effect: what `text+mg` adds to the target's log-probability, in nats.
        changes: fields of the manifest.
    """
    rng = np.random.default_rng(seed)
    records = []
    owners = [f"s{s:03d}" for s, size in enumerate(sizes) for _ in range(size)]
    size = {"items_asked": len(owners), "items_in_set": len(owners)}
    manifest = make_manifest(**{"labels": labels, "epochs": epochs, **size, **changes})
    for n, subject in enumerate(owners):
        target, base = labels[n % len(labels)], rng.normal(size=len(labels))
        for arm in ARMS:
            for epoch in range(epochs):
                for shuffle in range(shuffles if arm == "text+shuffled" else 1):
                    values = base + rng.normal(size=len(labels))
                    values[n % len(labels)] += effect if arm == "text+mg" else 0.2
                    outcome = str(rng.choice(["unparsed", "refused", "failed"]))
                    fields = {
                        "item": f"i{n:04d}",
                        "subject": subject,
                        "arm": arm,
                        "epoch": epoch,
                        "shuffle": shuffle,
                        "model": manifest.model,
                        "label_order": tuple(labels),
                        "target": target,
                        "outcome": outcome if rng.random() < missing else "answered",
                        "score": "logprob" if scored else "generate",
                    }
                    if scored:
                        logits = dict(zip(labels, map(float, values), strict=True))
                        records.append(make_record(**fields, logits=logits))
                    else:
                        records.append(make_record(**fields, answer=labels[int(values.argmax())]))
    return RunRecords(manifest, records)


def part_of(run: RunRecords, keep: Callable[[Record], bool]) -> RunRecords:
    """The run as it would be, had these records been all that was asked."""
    kept = [record for record in run.records if keep(record)]
    (scenario,) = run.manifest.scenarios
    scenario = scenario.model_copy(update={"items_asked": len({r.item for r in kept})})
    return RunRecords(run.manifest.model_copy(update={"scenarios": (scenario,)}), kept)


@pytest.fixture
def random_run() -> Callable[..., RunRecords]:
    """Makes a random run: see `make_run`."""
    return make_run


@pytest.fixture(scope="session")
def made_run() -> Callable[..., RunRecords]:
    """The same for property tests, which share fixtures between examples."""
    return make_run


@pytest.fixture
def record() -> Callable[..., Record]:
    """Makes a record: see `make_record`."""
    return make_record


@pytest.fixture
def manifest() -> Callable[..., RunManifest]:
    """Makes a manifest: see `make_manifest`."""
    return make_manifest
