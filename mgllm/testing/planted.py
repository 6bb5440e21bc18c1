"""A model that adds up its gestures, and items for it: an attribution must find its weights."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping
from pathlib import Path

from mgllm.records import LabelScores, Question, Reply

WEIGHTS: Mapping[str, float] = {
    "rubbing eyes": 0.9,
    "head up": -0.4,
    "biting nails": 0.25,
    "arms akimbo": -1.5,
}
"""What each gesture adds to the log-odds of the first label by letter, in nats."""
HEADING = 0.6
"""What a cue block adds, with any cues in it."""
SHARES: Mapping[str, float] = {"rubbing eyes": 0.8, "head up": 0.5, "biting nails": 0.06, "arms akimbo": 0.06}
"""Probability that an item has the gesture: two are frequent, two are rare."""


def planted_items(path: Path, labels: tuple[str, str], subjects: int = 20, per_subject: int = 3) -> Path:
    """Write items with different speech, random gestures, and targets that depend on neither."""
    rng, lines = random.Random(5), []  # noqa: S311  # made-up items
    for number in range(subjects * per_subject):
        shown = [label for label, share in SHARES.items() if rng.random() < share]
        gestures = [{"label": label, "start": at, "end": at + 0.5} for at, label in enumerate(shown)]
        item = {
            "id": f"i{number:02d}",
            "subject": f"s{number // per_subject:02d}",
            "target": rng.choice(labels),
            "speech": f"I looked at plan {number} and have something to say.",
            "gestures": {"annotated": {"gestures": gestures, "duration": 6.0}},
        }
        lines.append(json.dumps(item))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def add_up(question: Question) -> Reply:
    """Two labels: a number for each speech, one for a cue block, and the weight of each shown
    gesture."""
    text = question.prompt.messages[-1].content.lower()
    plan = int(text.split("plan ")[1].split(" ")[0]) if "plan " in text else 0
    odds = math.sin(plan + 1) + sum(weight for label, weight in WEIGHTS.items() if label in text)
    odds += HEADING * ("micro-gesture" in text)
    first, second = sorted(choice.label for choice in question.choices)
    scores = {first: -math.log1p(math.exp(-odds)), second: -math.log1p(math.exp(odds))}
    best = first if odds > 0 else second
    said = next(choice.text for choice in question.choices if choice.label == best)
    return Reply(text=said, scores=LabelScores(total=scores, mean=scores), finish_reason="stop")
