"""Whatever one reply holds, it ends as one outcome: thousands of replies, changed at random.

`MGLLM_MUTANTS=100000 pytest tests/backends/api/test_any_reply.py` tries more of them.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Sequence

import pytest

from mgllm.answers.verdict import judge
from mgllm.backends.api.address import Secret
from mgllm.errors import FatalBackendError
from mgllm.experiment.asking import make_record
from mgllm.experiment.plan import Planned
from mgllm.records import Item, Record, RecordKey, Reply
from mgllm.testing import a_question
from tests.backends.api.mutating import KEY, Mutant, mutant
from tests.delivered import Same, asker_of

MUTANTS = int(os.environ.get("MGLLM_MUTANTS", "3000"))
PARTS = 6
QUESTION = a_question(score="logprob")
PLANNED = Planned(
    key=RecordKey("s", "a", "text", 0, 0, ""),
    item=Item(id="a", subject="p", speech="Well.", target="yes"),
    question=QUESTION,
    label_order=("yes", "no"),
    cue_source=None,
    exposure=None,
    blind=False,
)
WORDS = {"yes": ("yes",), "no": ("no",)}


def ask(sent: Mutant) -> Reply | None:
    """The reply; None where the run is ended by a line."""
    secret = Secret(KEY, "KEY")
    asker = asker_of(Same(*sent, secret), secret, retries=1)
    try:
        return asyncio.run(asker.ask(QUESTION))
    except FatalBackendError as error:
        check_line(str(error))
        return None


def check_line(text: str) -> None:
    assert text.isprintable() or "\n" not in text
    assert len(text) <= 700
    text.encode()
    assert not pieces_in(text)


def pieces_in(text: str) -> set[str]:
    return {KEY[at : at + 8] for at in range(len(KEY) - 7)} & {
        text[at : at + 8] for at in range(len(text) - 7)
    }


def outcome(seed: int) -> str:
    """The outcome of one mutant, after all that must be true of its record."""
    reply = ask(mutant(seed))
    if reply is None:
        return "ended"
    record = make_record(PLANNED, reply, judge(reply, QUESTION, "yes", WORDS), "m", None)
    line = record.model_dump_json()
    assert Record.model_validate_json(line) == record
    assert not pieces_in(line)
    if record.error is not None:
        check_line(record.error)
    assert (record.outcome == "failed") == (reply.error is not None)
    if record.outcome == "failed":
        assert record.error
        assert (record.answer, record.probabilities) == (None, None)
    return record.outcome


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_a_reply_holds_it_ends_as_one_outcome(part: int) -> None:
    found: Counter[str] = Counter()
    for seed in range(part, MUTANTS, PARTS):
        try:
            found[outcome(seed)] += 1
        except BaseException as error:
            raise AssertionError(f"mutant {seed}: {mutant(seed)!r:.800}") from error
    assert min(found[name] for name in ("answered", "unparsed", "failed")) > MUTANTS / PARTS / 50, found
    assert found["ended"] < MUTANTS / PARTS / 5, found


def texts(answers: Sequence[bytes]) -> list[str | None]:
    found = [ask(Mutant(200, {}, raw)) for raw in answers]
    return [None if reply is None else reply.text for reply in found]


def test_a_part_that_cannot_be_read_leaves_the_words_standing() -> None:
    whole = (
        '{"choices": [{"message": {"content": "yes"}, "finish_reason": "stop", "logprobs": %s}], "usage": %s}'
    )
    shown = (
        '{"content": [{"token": "yes", "logprob": %s, "top_logprobs": [{"token": "yes", "logprob": %s}]}]}'
    )
    odd = (
        "1e999",
        "-1e999",
        "NaN",
        "-Infinity",
        "9" * 400,
        "-" + "9" * 5000,
        '"x"',
        "null",
        "true",
        "[]",
        "{}",
    )
    counts = [whole % ("null", f'{{"prompt_tokens": {one}, "completion_tokens": {one}}}') for one in odd]
    values = [whole % (shown % (one, one), "null") for one in odd]
    tokens = [whole % (f'{{"content": [{{"token": {one}}}]}}', one) for one in odd]
    parts = [whole % (one, one) for one in odd]
    sent = [text.encode() for text in (*counts, *values, *tokens, *parts)]
    assert texts(sent) == ["yes"] * len(sent)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"choices": ' + b"[" * 200_000,
        b'{"error": {"code": ' + b"4" * 5000 + b', "message": "no"}}',
        b'{"choices": [{"error": {"code": ' + b"4" * 5000 + b"}}]}",
        b'{"detail": [{"loc": 5}]}',
        b'{"error": {"message": "\\ud83d"}}',
        b'{"error": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"choices": [{"message": {"content": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}}]}",
    ],
    ids=range(9),
)
def test_replies_that_ended_runs_are_failed_records(raw: bytes) -> None:
    reply = ask(Mutant(200, {}, raw))
    assert reply is not None
    assert reply.error or reply.text, "one reply, one outcome"
    assert reply.error is None or len(reply.error) <= 300
    reply.model_dump_json()
