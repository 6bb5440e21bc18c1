"""A run folder made without a model: any size, with ordinary texts or with hostile ones."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mgllm.records import (
    Label,
    LabelScores,
    Message,
    Prompt,
    Record,
    RunManifest,
    ScenarioManifest,
    Span,
    Usage,
    prompt_sha256,
)
from mgllm.store import RunWriter

ARMS = ("none", "text", "mg", "text+mg", "text+shuffled", "text+filler")
GESTURES = ("touching neck", "pressing lips", "crossing fingers", "head up", "folding arms", "rubbing eyes")
SYLLABLES = ("ba", "ker", "lin", "mo", "ra", "sti", "tu", "ven", "ol", "den", "fi", "gra", "hus", "pel", "wy")


@dataclass(frozen=True, slots=True)
class MadeRun:
    """How the run is made."""

    items: int = 40
    """Items, each in every arm."""
    per_subject: int = 4
    """Items of each person."""
    arms: tuple[str, ...] = ARMS
    """Arms; `text+noisy@P` too."""
    words: int = 80
    """Words of speech in each item."""
    gain: float = 0.6
    """What `text+mg` adds to the target's log-odds, in nats."""
    missing: float = 0.02
    """Share of records without an answer."""
    stores_text: bool = True
    """False as with `--no-store-text`."""
    spice: str = ""
    """Text that is added to every id, label, speech, cue and reply."""
    model: str = "made/one"
    """Name of the model."""
    base_url: str | None = None
    """Its address; null for a model on this machine."""
    censored: float = 0.0
    """Share of the answers with probabilities that could not be read."""
    sampled: int = 0
    """Answers drawn for each item and arm instead of probabilities; 0: there are probabilities."""
    reasoning_tokens: int | None = None
    """Tokens of hidden reasoning in each reply."""
    effort: str | None = None
    """`--reasoning-effort`."""
    served_models: tuple[str, ...] = ()
    """The models that the server says have answered, in turn; empty: it names none."""
    answer_rules: str = "2"
    """Version of the rules that the answers were read with."""
    seed: int = 0
    """Seed of everything."""


def write_made_run(folder: Path, made: MadeRun | None = None) -> Path:
    """Fill a run folder; returns it."""
    made = made or MadeRun()
    folder.mkdir(parents=True)
    with RunWriter(folder, stores_text=made.stores_text) as writer:
        writer.write_manifest(made_manifest(folder.name, made))
        for prompt, record in made_answers(made):
            writer.keep_prompt(prompt)
            writer.append(record)
    return folder


def made_answers(made: MadeRun) -> Iterator[tuple[Prompt, Record]]:
    """Every prompt and its record: item by item, and arm by arm in each item."""
    rng = random.Random(made.seed)  # noqa: S311  # made-up numbers
    chance = random.Random(f"{made.seed} draws")  # noqa: S311  # separate, so that other numbers stay the same
    lexicon = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(4000)]
    labels = _labels(made)
    blocks = [_cue_block(rng, made) for _ in range(made.items)]
    for number in range(made.items):
        target, order = labels[number % 2], labels if number // 2 % 2 else labels[::-1]
        speech = " ".join(rng.choices(lexicon, k=made.words)) + made.spice
        base = rng.gauss(0, 1.5)
        for arm in made.arms:
            cues = _cues_of(arm, blocks, number)
            prompt = _prompt(speech if arm.startswith("text") else "", cues, order)
            odds = base + rng.gauss(0, 0.5) + (made.gain if arm == "text+mg" else 0.0)
            record = _record(made, rng, (number, arm, target), (prompt, order), odds)
            for served in _as_served(record, made, chance):
                yield prompt, served


def _labels(made: MadeRun) -> tuple[str, str]:
    return (f"win{made.spice}", f"lose{made.spice}")


def _cue_block(rng: random.Random, made: MadeRun) -> str:
    at, lines = 0.0, []
    for _ in range(rng.randint(1, 5)):
        at += rng.uniform(0.5, 4)
        lines.append(f"0:{at:04.1f}–0:{at + 0.8:04.1f} {rng.choice(GESTURES)}{made.spice}")
    return "\n".join(["Micro-gestures observed:", *lines, ""])


def _cues_of(arm: str, blocks: list[str], number: int) -> str:
    if arm in ("none", "text"):
        return ""
    if arm == "text+filler":
        return "Notes:\nnothing of note\n"
    return blocks[number - 5] if arm == "text+shuffled" else blocks[number]


def _prompt(speech: str, cues: str, order: tuple[str, ...]) -> Prompt:
    before, after = "Did the speaker win or lose the match?\n\n", f"\nAnswer with one of: {', '.join(order)}"
    spoken = f"Transcript:\nSpeaker: {speech}\n" if speech else ""
    middle, end = len(before) + len(spoken), len(before) + len(spoken) + len(cues)
    messages = (
        Message(role="system", content="You read people."),
        Message(role="user", content=before + spoken + cues + after),
    )
    spans = (
        Span(message=1, block="speech", start=len(before), end=middle),
        Span(message=1, block="cues", start=middle, end=end),
    )
    return Prompt(form="chat", messages=messages, spans=spans, sha256=prompt_sha256("chat", messages))


def _record(
    made: MadeRun,
    rng: random.Random,
    what: tuple[int, str, str],
    asked: tuple[Prompt, tuple[str, ...]],
    odds: float,
) -> Record:
    (number, arm, target), (prompt, order) = what, asked
    p = 1 / (1 + math.exp(-odds))
    other = next(label for label in order if label != target)
    probabilities = {target: p, other: 1 - p}
    answer = target if p > 0.5 else other
    missing = rng.random() < made.missing
    total = {label: math.log(max(value, 1e-9)) for label, value in probabilities.items()}
    tells = arm not in ("none", "text", "text+filler")
    return Record(
        scenario="emotion",
        item=f"i{number:05d}{made.spice}",
        subject=f"s{number // made.per_subject:04d}{made.spice}",
        arm=arm,
        model=made.model,
        form="chat",
        reasoning="direct",
        score="logprob",
        cue_source="annotated" if tells else None,
        label_order=order,
        outcome="unparsed" if missing else "answered",
        answer=None if missing else answer,
        target=target,
        correct=None if missing else answer == target,
        probabilities=None if missing else probabilities,
        scores=None if missing else LabelScores(total=total, mean=total),
        text=f"Hm.{made.spice}" if missing else f"{answer}{made.spice}",
        finish_reason="stop",
        prompt_sha256=prompt.sha256,
        usage=Usage(prompt_tokens=made.words + 40, completion_tokens=2),
        latency_s=0.1,
        error="the reply names no label" if missing else None,
    )


def _as_served(record: Record, made: MadeRun, chance: random.Random) -> Iterator[Record]:
    """The record as the made-up server gives it: drawn several times, censored, with reasoning and
    model."""
    p, label = record.probabilities, record.label_order[0]
    bare = {"probabilities": None, "scores": None}
    for epoch in range(max(made.sampled, 1)):
        served = made.served_models[epoch % len(made.served_models)] if made.served_models else None
        change: dict[str, object] = {"reasoning_tokens": made.reasoning_tokens, "served_model": served}
        if made.sampled:
            drawn = label if p and chance.random() < p[label] else record.label_order[1]
            said = (
                {"answer": drawn, "correct": drawn == record.target, "text": f"{drawn}{made.spice}"}
                if p
                else {}
            )
            change |= {"epoch": epoch, "score": "sample", **bare, **said}
        elif p and made.censored and chance.random() < made.censored:
            change |= {"censored": True, "censored_reason": "not_shown", **bare}
        yield record.model_copy(update=change)


def made_manifest(name: str, made: MadeRun) -> RunManifest:
    """The manifest of such a run."""
    subjects = -(-made.items // made.per_subject)
    scenario = ScenarioManifest(
        name="emotion",
        version=1,
        title="Won or lost",
        sha256="0",
        templates={},
        items_name="items.jsonl",
        items_sha256="0",
        items_in_set=made.items,
        items_asked=made.items,
        subjects=subjects,
        effective_subjects=float(subjects),
        largest_cluster=made.per_subject,
        labels=tuple(Label(id=label, text=label, cloze=f" {label}") for label in _labels(made)),
        arms=made.arms,
        baseline="text",
        form="chat",
        reasoning="direct",
        score="sample" if made.sampled else "logprob",
        reasoning_effort=made.effort,
        cue_source="annotated",
        ethics="Made-up numbers, about nobody.",
    )
    return RunManifest(
        schema="mgllm.run/1",
        id=name,
        created="2026-01-01T00:00:00Z",
        model=made.model,
        backend="made",
        base_url=made.base_url,
        temperature=1.0 if made.sampled else 0.0,
        epochs=made.sampled or 1,
        answer_rules=made.answer_rules,
        max_tokens=8,
        stores_text=made.stores_text,
        scenarios=(scenario,),
        refusal_phrases="1",
    )
