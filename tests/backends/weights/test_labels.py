"""Labels that log-probabilities cannot tell apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mgllm.backends.weights.labels import refuse_labels, refuse_rows, unknown_ids
from mgllm.errors import FatalBackendError
from mgllm.records import Form

NOTHING: frozenset[int] = frozenset()


@pytest.mark.parametrize(
    ("texts", "tails", "form", "words"),
    [
        (("Zorn", "Wut"), ((3,), (3,)), "cloze", "'Zorn' and 'Wut' are the same tokens"),
        (("a", "b", "c"), ((1, 2), (4,), (1, 2)), "chat", "'a' and 'c' are the same tokens"),
        (("calm", "喜"), ((1,), (0,)), "chat", "'喜' has a word that this model's tokenizer does not know"),
        (("calm", "calm 喜"), ((1,), (1, 0)), "chat", "'calm 喜' has a word"),
        ((" sad", " sad enough"), ((7,), (7, 8)), "cloze", "'sad' is the beginning of label 'sad enough'"),
        (("glum indeed", "glum"), ((5, 6), (5,)), "chat", "'glum' is the beginning of label 'glum indeed'"),
        ((" fight", " fighter"), ((5,), (6,)), "cloze", "'fight' is the beginning of label 'fighter'"),
    ],
)
def test_what_is_decided_by_spelling_is_refused(
    texts: tuple[str, ...], tails: tuple[tuple[int, ...], ...], form: Form, words: str
) -> None:
    with pytest.raises(FatalBackendError) as caught:
        refuse_labels(texts, tails, frozenset({0}), form)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("texts", "tails", "form"),
    [
        (("fight", "fighter"), ((5,), (6,)), "chat"),
        ((" won", " lost"), ((1, 2), (1, 3)), "cloze"),
        ((" won", " lost"), ((0, 2), (0, 3)), "cloze"),  # a space that is unknown stands before both
    ],
)
def test_labels_that_differ_are_accepted(
    texts: tuple[str, ...], tails: tuple[tuple[int, ...], ...], form: Form
) -> None:
    refuse_labels(texts, tails, frozenset({0}), form)


def test_a_token_without_a_vector_is_refused(make_coder: Callable[..., Any]) -> None:
    coder = make_coder()
    refuse_rows(coder, (1, 2), 3)
    with pytest.raises(FatalBackendError, match=r"uses token 3 .*knows only 3 tokens"):
        refuse_rows(coder, (1, 3), 3)


def test_the_unknown_token_is_found_where_the_wrapper_does_not_name_it(
    make_coder: Callable[..., Any],
) -> None:
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    assert unknown_ids(make_coder()) == NOTHING
    core = Tokenizer(models.WordLevel({"?": 0, "won": 1}, unk_token="?"))
    wrap: Any = PreTrainedTokenizerFast
    assert unknown_ids(wrap(tokenizer_object=core)) == {0}
