"""Whether a model can tell labels apart by their log-probabilities, seen before the first question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import Any

from mgllm.errors import FatalBackendError
from mgllm.records import Form

_WAYS_OUT = {
    "cloze": "give one of them another `cloze:` in the scenario, or use --form chat --score generate",
    "chat": "give one of them another `text:` in the scenario, or use --score generate",
}


def refuse_labels(
    texts: Sequence[str], tails: Sequence[Sequence[int]], unknown: frozenset[int], form: Form
) -> None:
    """See that no label gets its score by construction.

    Args:
        texts: how the labels continue the prompt.
        tails: their token ids.
        unknown: ids that stand for whatever the tokenizer does not know.
        form: of the prompt.

    Raises:
        FatalBackendError: two labels are the same tokens, one has words that the tokenizer does not know, or
            one begins another, so that it can never be the less probable one.
    """
    labels = [text.strip() for text in texts]
    _refuse_equal(labels, tails, form)
    _refuse_unknown(labels, tails, unknown)
    pairs = permutations(zip(labels, map(tuple, tails), strict=True), 2)
    for (label, tail), (other, longer) in pairs:
        letters = form == "cloze" and other.startswith(label)
        if longer[: len(tail)] == tail or letters:
            raise FatalBackendError(
                f"label '{label}' begins label '{other}', so it can never be the less probable one; "
                f"{_WAYS_OUT[form]}"
            )


def refuse_rows(tokenizer: Any, ids: Iterable[int], rows: int) -> None:
    """See that the model has a vector for every token.

    Args:
        tokenizer: of the model, as it should be.
        ids: of a prompt or a label.
        rows: that its embedding has.

    Raises:
        FatalBackendError: one is missing.
    """
    most = max(ids, default=-1)
    if most >= rows:
        raise FatalBackendError(
            f"the tokenizer writes token {most:,} ({tokenizer.convert_ids_to_tokens(most)!r}), but the model "
            f"has only {rows:,} of them: the two do not belong together; put the model's own tokenizer into "
            "its folder"
        )


def unknown_ids(tokenizer: Any) -> frozenset[int]:
    """Ids that stand for words which the tokenizer does not know."""
    core = getattr(getattr(tokenizer, "backend_tokenizer", None), "model", None)
    names = {getattr(core, "unk_token", None), getattr(tokenizer, "unk_token", None)} - {None}
    ids = [tokenizer.convert_tokens_to_ids(str(name)) for name in names]
    return frozenset(i for i in ids if isinstance(i, int))


def _refuse_equal(labels: Sequence[str], tails: Sequence[Sequence[int]], form: Form) -> None:
    first: dict[tuple[int, ...], str] = {}
    for label, tail in zip(labels, tails, strict=True):
        twin = first.setdefault(tuple(tail), label)
        if twin is not label:
            raise FatalBackendError(
                f"labels '{twin}' and '{label}' are the same tokens to this model, so their scores are "
                f"equal: its tokenizer does not tell them apart; {_WAYS_OUT[form]}, or take another model"
            )


def _refuse_unknown(labels: Sequence[str], tails: Sequence[Sequence[int]], unknown: frozenset[int]) -> None:
    """What all labels share is left aside: it moves all scores alike."""
    shared = next(
        (i for i, tokens in enumerate(zip(*tails, strict=False)) if len(set(tokens)) > 1),
        min(map(len, tails)),
    )
    for label, tail in zip(labels, tails, strict=True):
        if unknown.intersection(tail[shared:]):
            raise FatalBackendError(
                f"label '{label}' holds what this model's tokenizer does not know and reads as one unknown "
                "token, which would be scored in its place; give it other words, or take another model"
            )
