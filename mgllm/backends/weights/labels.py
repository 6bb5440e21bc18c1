"""Checks before the first question whether a model can distinguish labels by their
log-probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import Any

from mgllm.errors import FatalBackendError
from mgllm.records import Form

_ADVICE = {
    "cloze": "give one of them another `cloze:` in the scenario, or use --form chat --score generate",
    "chat": "give one of them another `text:` in the scenario, or use --score generate",
}


def refuse_labels(
    texts: Sequence[str], tails: Sequence[Sequence[int]], unknown: frozenset[int], form: Form
) -> None:
    """Refuse labels whose scores are decided by their spelling.

    Args:
        texts: how the labels continue the prompt.
        tails: their token ids.
        unknown: ids for anything that the tokenizer does not know.
        form: of the prompt.

    Raises:
        FatalBackendError: two labels are the same tokens, one has words that the tokenizer does not
            know, or one is the beginning of another, so that it is always the more probable one.
    """
    labels = [text.strip() for text in texts]
    _refuse_equal(labels, tails, form)
    _refuse_unknown(labels, tails, unknown)
    pairs = permutations(zip(labels, map(tuple, tails), strict=True), 2)
    for (label, tail), (other, longer) in pairs:
        letters = form == "cloze" and other.startswith(label)
        if longer[: len(tail)] == tail or letters:
            raise FatalBackendError(
                f"label '{label}' is the beginning of label '{other}', so it is always the more probable "
                f"one; {_ADVICE[form]}"
            )


def refuse_rows(tokenizer: Any, ids: Iterable[int], rows: int) -> None:
    """Check that the model knows every token.

    Args:
        tokenizer: the tokenizer in the model's folder.
        ids: of a prompt or a label.
        rows: number of tokens that the model knows.

    Raises:
        FatalBackendError: it does not know one.
    """
    most = max(ids, default=-1)
    if most >= rows:
        raise FatalBackendError(
            f"the tokenizer uses token {most:,} ({tokenizer.convert_ids_to_tokens(most)!r}), but the model "
            f"knows only {rows:,} tokens: the two do not belong together; put the model's own tokenizer "
            "into its folder"
        )


def unknown_ids(tokenizer: Any) -> frozenset[int]:
    """Ids of the tokens for words that the tokenizer does not know."""
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
                f"labels '{twin}' and '{label}' are the same tokens for this model, so it cannot distinguish "
                f"them; {_ADVICE[form]}, or use another model"
            )


def _refuse_unknown(labels: Sequence[str], tails: Sequence[Sequence[int]], unknown: frozenset[int]) -> None:
    """Looks only at the tokens after those that all labels share: these change all scores alike."""
    shared = next(
        (i for i, tokens in enumerate(zip(*tails, strict=False)) if len(set(tokens)) > 1),
        min(map(len, tails)),
    )
    for label, tail in zip(labels, tails, strict=True):
        if unknown.intersection(tail[shared:]):
            raise FatalBackendError(
                f"label '{label}' has a word that this model's tokenizer does not know, so an unknown-word "
                "token would be scored in its place; give it other words, or use another model"
            )
