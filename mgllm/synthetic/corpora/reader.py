"""A reader of known weights: it adds up phrases of the speech and the gestures that it is shown.

It is not a model of people or of language models. Its answers say what effect was planted into a
made-up corpus, because nothing about it is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from mgllm.records import Frozen
from mgllm.synthetic.corpora.interview_texts import load_texts

BIAS = 0.1
"""Log-odds of the first outcome if nothing is shown: who sees nothing answers the first one. Small
against all else, so that one gesture outweighs it."""
PHRASE = 4.0
"""Of a phrase of `up` (down: minus): more than all gestures together, so that gestures decide only
where the words say nothing."""
LEAK = 9.0
"""Of a phrase that names the outcome: more than anything else."""
GESTURE = 1.0
"""Of each gesture that counts, shown once or often."""
MOST_GESTURES = 3
"""Gestures that count in one recording: their sum stays below PHRASE."""


class Signs(Frozen):
    """Gestures by what they count for. The choice is ours and says nothing about people."""

    up: tuple[str, ...]
    """For the first outcome."""
    down: tuple[str, ...]
    """For the second outcome."""
    neutral: tuple[str, ...]
    """For none."""


class Weights(Frozen):
    """Everything that the reader knows; nats toward the first outcome."""

    outcomes: tuple[str, str]
    """Labels of the scenario: first, second."""
    bias: float = BIAS
    """What is added always."""
    speech: Mapping[str, float] = {}
    """By phrase, in lower case: counted once if it occurs."""
    gestures: Mapping[str, float] = {}
    """By gesture: counted once if it occurs."""

    def log_odds(self, speech: str, gestures: Iterable[str]) -> float:
        """Of the first outcome; speech in any case."""
        text, shown = speech.lower(), set(gestures)
        said = sum(weight for phrase, weight in self.speech.items() if phrase in text)
        return self.bias + said + sum(weight for label, weight in self.gestures.items() if label in shown)

    def answer(self, speech: str, gestures: Iterable[str]) -> str:
        """The outcome that it names."""
        return self.outcomes[0 if self.log_odds(speech, gestures) > 0 else 1]

    def toward(self, target: str, speech: str, gestures: Iterable[str]) -> float:
        """Log-odds of an outcome."""
        odds = self.log_odds(speech, gestures)
        return odds if target == self.outcomes[0] else -odds

    def log_probabilities(self, prompt: str) -> dict[str, float]:
        """By outcome, from a complete prompt in which gestures have their own names."""
        text = prompt.lower()
        odds = self.log_odds(text, [label for label in self.gestures if label in text])
        first, second = self.outcomes
        return {first: -math.log1p(math.exp(-odds)), second: -math.log1p(math.exp(odds))}


def weights_of(outcomes: tuple[str, str], signs: Signs, names: Mapping[str, str], *, speech: bool) -> Weights:
    """The weights for a corpus; `names` says what a gesture of `signs` is called there."""
    texts, phrases = load_texts(), dict[str, float]()
    if speech:
        phrases = {one.phrase: PHRASE for one in texts.up} | {one.phrase: -PHRASE for one in texts.down}
        phrases |= {one.phrase: LEAK for one in texts.leaks.first}
        phrases |= {one.phrase: -LEAK for one in texts.leaks.second}
    gestures = {names.get(label, label): GESTURE for label in signs.up}
    gestures |= {names.get(label, label): -GESTURE for label in signs.down}
    return Weights(outcomes=outcomes, speech=phrases, gestures=gestures)
