"""Label scores from the few likeliest tokens that a server shows.

At the position where the answer begins, every shown token is given to the label that it begins (or that
begins it); the spellings of a label are summed. A token that fits several labels is given to none and
counts as not shown. `missing_mass` = 1 − all shown probability (+ that of tokens fitting several labels);
probability shown for other words is *not* missing. A label that was not seen is censored: its score is an
upper bound, the smaller of the missing mass and the smallest shown probability, never zero.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from mgllm.records import AnswerToken, CensoredReason, Choice, LabelScores, Position

LOOK_AHEAD = 8
"""Tokens in which the answer must begin; before it stand spaces, markdown, or "The answer is"."""
_LOWEST = -100.0
"""Nats; servers write −9999 or −inf for what they did not compute."""
_ROUNDING = 1e-6
"""What 1 − a sum of rounded probabilities can be off by: missing mass is not known finer."""
_SHELL = " \t\r\n▁ĠĊ\"'`“”‘’«»„*_#>-:([{"
"""Stripped from a token before it is compared: spaces in their three spellings, quotes, markdown."""
_ANSWER = re.compile(r"answer\W{0,4}:|</think(?:ing)?>", re.IGNORECASE)
_WORDS_OF_ONE_LETTER = frozenset({"a", "i"})


def shares_first_token(labels: Sequence[str]) -> bool:
    """Whether two labels may begin with the same token, so that only letters can tell them apart.

    >>> shares_first_token(["truthful", "deceptive"]), shares_first_token(["relaxed", "reserved"])
    (False, True)
    """
    bare = [label.strip().casefold() for label in labels]
    return any(
        a[:2] == b[:2] or a.startswith(b) or b.startswith(a) for i, a in enumerate(bare) for b in bare[:i]
    )


def score_labels(
    positions: Sequence[Position], choices: Sequence[Choice], *, after_answer: bool
) -> LabelScores | None:
    """Scores of all labels where the answer begins; None where fewer than two tokens were shown there.

    Args:
        positions: all tokens of the reply.
        choices: the labels.
        after_answer: the answer begins behind the last "Answer:"; without one there are no scores.
    """
    begin = _begin(positions, required=after_answer)
    near = [] if begin is None else [p for p in positions[begin : begin + LOOK_AHEAD] if len(p.tops) > 1]
    if not near:
        return None
    labels = {choice.label: choice.text.strip().casefold() for choice in choices}
    hearable = [p for p in near if any(len(_fits(token, labels)) == 1 for token, _ in p.tops)]
    spoken = [p for p in hearable if _bare(p.token)]
    return _score((spoken or hearable or near)[0], labels)


def bounded_nats(value: float | None) -> float:
    """A log-probability as servers write it, between −100 and 0; what is none is −100."""
    return _LOWEST if value is None or math.isnan(value) else max(_LOWEST, min(0.0, value))


def _begin(positions: Sequence[Position], *, required: bool) -> int | None:
    """Index of the first token behind the last "Answer:" or reasoning block; without either 0 or None."""
    text = "".join(position.token for position in positions)
    marks = list(_ANSWER.finditer(text))
    if not marks:
        return None if required else 0
    at = 0
    for index, position in enumerate(positions):
        if at >= marks[-1].end():
            return index
        at += len(position.token)
    return None


def _score(position: Position, labels: Mapping[str, str]) -> LabelScores:
    seen: dict[str, list[float]] = {label: [] for label in labels}
    shared: dict[str, float] = dict.fromkeys(labels, 0.0)
    ambiguous = 0.0
    for token, nats in position.tops:
        fits = _fits(token, labels)
        if len(fits) == 1:
            seen[fits[0]].append(nats)
        elif fits:
            ambiguous += math.exp(nats)
            for label in fits:
                shared[label] += math.exp(nats)
    unseen = max(0.0, 1.0 - math.fsum(math.exp(nats) for _, nats in position.tops))
    smallest = math.exp(min(nats for _, nats in position.tops))
    bound = min(max(unseen, _ROUNDING), smallest)
    total = {
        label: _log_sum(values) if values else bounded_nats(math.log(max(bound + shared[label], 1e-43)))
        for label, values in seen.items()
    }
    censored = tuple(label for label, values in seen.items() if not values)
    return LabelScores(total=total, mean=total, missing_mass=min(1.0, unseen + ambiguous), censored=censored)


def _fits(token: str, labels: Mapping[str, str]) -> list[str]:
    """The labels that a token begins, or that begin it."""
    bare = _bare(token)
    if not bare:
        return []
    return [label for label, text in labels.items() if _supports(bare, text)]


def _supports(bare: str, text: str) -> bool:
    if text.startswith(bare):
        return text == bare or bare not in _WORDS_OF_ONE_LETTER
    if not bare.startswith(text):
        return False
    return len(text) > 2 or not bare[len(text)].isalnum()  # "B." is the letter B, "But" is not


def _bare(token: str) -> str:
    return token.strip(_SHELL).casefold()


def _log_sum(nats: Sequence[float]) -> float:
    top = max(nats)
    return min(0.0, top + math.log(math.fsum(math.exp(value - top) for value in nats)))


def keep_tokens(
    text: str, positions: Sequence[Position], reading: object
) -> tuple[AnswerToken, ...] | CensoredReason:
    return "no_tokens"


def read_scores(
    text: str, kept: Sequence[AnswerToken], reading: object, words: object
) -> LabelScores | CensoredReason:
    return "no_tokens"
