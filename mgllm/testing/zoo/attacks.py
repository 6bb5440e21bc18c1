"""Malicious replies: each ends as one outcome."""

from __future__ import annotations

import json

from mgllm.testing.zoo.animal import Ask, Does, Keeper, Served
from mgllm.testing.zoo.expecting import FAILED, UNPARSED, answers, but
from mgllm.testing.zoo.right import Right
from mgllm.testing.zoo.saying import Say, error, sent

animal = Keeper("attacks")

TAME = Say("deceptive", [{"deceptive": 0.9, "truthful": 0.08}])
ANSWERED = answers("deceptive", "maybe")
AT_ONCE = ("--max-retries", "0")
HALF = "\ud83d"
"""The first half of a surrogate pair."""
_WAIT_ODD = sent({"error": {"message": "Slow down"}}, 429, **{"Retry-After": "nan"})
WORDS_OR_NOTHING = Right(("answered", "unparsed"), "deceptive", "maybe")
"""The label may be read or not; nothing breaks."""
READ_OR_FAILED = Right(("answered", "failed"), "deceptive", "maybe")


def _questions(does: Does | Served) -> Does:
    """Give this response to questions about people; answer any other question well."""
    chosen: Does = does if callable(does) else lambda _: does
    return lambda ask: chosen(ask) if ask.place is not None else TAME(ask)


def _raw(text: str, status: int = 200) -> Served:
    return Served(text.encode(), status)


def _with(field: str, raw: str) -> Does:
    """A good reply with one more field, whose value is written unchanged."""

    def does(ask: Ask) -> Served:
        return Served(TAME(ask).body[:-1] + f', "{field}": {raw}}}'.encode())

    return does


def _usage(name: str, raw: str) -> None:
    """A good reply whose first count is written unchanged."""
    counts = f'{{"prompt_tokens": {raw}, "completion_tokens": 1}}'
    what = f"Counts {raw if len(raw) < 20 else f'a number of {len(raw)} digits'} tokens read."
    animal(f"counts-{name}", what, _questions(_with("usage", counts)), READ_OR_FAILED, flags=AT_ONCE)


def _nats(name: str, what: str, raw: str) -> None:
    """A good reply whose log-probabilities are written unchanged."""
    listed = f'[{{"token": "deceptive", "logprob": {raw}}}, {{"token": "truthful", "logprob": {raw}}}]'
    content = f'{{"content": [{{"token": "deceptive", "logprob": {raw}, "top_logprobs": {listed}}}]}}'
    choice = f'{{"message": {{"content": "deceptive"}}, "finish_reason": "stop", "logprobs": {content}}}'
    served = _raw(f'{{"model": "zoo", "choices": [{choice}], "usage": null}}')
    animal(f"nats-{name}", what, _questions(served), READ_OR_FAILED, flags=AT_ONCE)


def _error(name: str, what: str, served: Served) -> None:
    animal(f"error-{name}", what, _questions(served), FAILED, flags=AT_ONCE)


animal(
    "half-pair",
    "Ends its text with half a surrogate pair.",
    _questions(Say(f"deceptive {HALF}")),
    WORDS_OR_NOTHING,
    report="UKGovernmentBEIS/inspect_ai#2316, UKGovernmentBEIS/inspect_ai#3802",
)
animal("half-pair-alone", "Says only half a surrogate pair.", _questions(Say(HALF)), UNPARSED)
animal(
    "half-pair-in-token",
    "Lists a token with half a surrogate pair.",
    _questions(
        Say(
            "deceptive",
            choice={
                "logprobs": {
                    "content": [
                        {
                            "token": f"deceptive{HALF}",
                            "logprob": -0.1,
                            "top_logprobs": [{"token": HALF, "logprob": -0.1}],
                        }
                    ]
                }
            },
        )
    ),
    ANSWERED,
)
animal(
    "half-pair-in-model",
    "Has half a surrogate pair in the model's name.",
    Say("deceptive", "silent", body={"model": f"zoo{HALF}"}),
    ANSWERED,
)
animal(
    "half-pair-in-finish",
    "Has half a surrogate pair in the reason to stop.",
    _questions(Say("deceptive", "silent", finish=f"stop{HALF}")),
    READ_OR_FAILED,
    flags=AT_ONCE,
)
animal("null-byte", "Ends its text with a null byte.", _questions(Say("deceptive\x00")), WORDS_OR_NOTHING)
animal(
    "escapes",
    "Has terminal escapes and direction marks in its text.",
    _questions(Say("deceptive \x1b]52;c;aGVsbG8=\x07\x1b[31m\u202e\u2066")),
    but(WORDS_OR_NOTHING, escapes=True),
)
animal(
    "escapes-in-model",
    "Has terminal escapes in the model's name.",
    Say("deceptive", "silent", body={"model": "zoo\x1b[31mred\u202e"}),
    but(ANSWERED, escapes=True),
)

_error("half-pair", "Refuses with half a surrogate pair in its message.", error(400, f"No {HALF}"))
_error(
    "escapes",
    "Refuses with terminal escapes in its message.",
    error(400, "No \x1b]52;c;aGVsbG8=\x07\x1b[31m\u202e"),
)
_error(
    "place-number",
    "Refuses, and names the place with a number.",
    sent({"detail": [{"loc": 5, "msg": "boiler is cold"}]}, 400),
)
_error(
    "place-object",
    "Refuses, and names the place with an object.",
    sent({"detail": [{"loc": {"a": 1}, "msg": ["x"]}]}, 422),
)
_error("detail-odd", "Refuses with odd details.", sent({"detail": [[], None, 5]}, 422))
_error(
    "param-object",
    "Refuses, and names the parameter with an object.",
    error(400, "No", param={"a": ["temperature"]}),
)
_error(
    "message-object",
    "Refuses with an object as its message.",
    sent({"error": {"message": {"a": 1}, "code": ["x"], "type": {}}}, 400),
)
_error(
    "code-digits",
    "Answers 200 with a code of 5,000 digits, as a string.",
    sent({"error": {"code": "9" * 5000, "message": "No"}}),
)
_error(
    "code-number",
    "Answers 200 with a code of 5,000 digits, as a number.",
    _raw(f'{{"error": {{"code": {"9" * 5000}, "message": "No"}}}}'),
)
_error(
    "angles",
    "Refuses with 200,000 angle brackets.",
    Served(b"<" * 200_000, 400, {"Content-Type": "text/html"}),
)
_error("angles-in-message", "Refuses with 200,000 angle brackets in its message.", error(400, "<" * 200_000))
_error("quotes", "Refuses with 200,000 quotes.", error(400, "'" * 200_000))
_error("long", "Refuses with a message of 4 MB.", error(400, "temperature " * 350_000))
_error("nested", "Refuses with 100,000 brackets.", _raw("[" * 100_000, 400))
_error(
    "wait-forever",
    "Asks to wait for a billion seconds.",
    sent({"error": {"message": "Slow down"}}, 429, **{"Retry-After": "1e9"}),
)
animal(
    "error-wait-odd",
    "Asks at first to wait for a time that is not a number, and then answers.",
    _questions(lambda ask: _WAIT_ODD if ask.again == 0 else TAME(ask)),
    ANSWERED,
    flags=AT_ONCE,
)

animal(
    "nested-lists",
    "Opens 200,000 lists.",
    _questions(_raw("[" * 200_000)),
    FAILED,
    flags=AT_ONCE,
    report="Liquid4All/ifstruct#5, notatallshaw/nab#1007",
)
animal(
    "nested-objects",
    "Opens 100,000 objects.",
    _questions(_raw('{"a":' * 100_000)),
    FAILED,
    flags=AT_ONCE,
    report="simplejson/simplejson#270",
)
animal(
    "nested-beside",
    "Has 100,000 nested lists beside a good choice.",
    _questions(_with("extra", "[" * 100_000 + "]" * 100_000)),
    READ_OR_FAILED,
    flags=AT_ONCE,
)
animal(
    "nested-inside",
    "Has 900 nested lists as its content.",
    _questions(Say("", "silent", message={"content": json.loads("[" * 900 + "]" * 900)})),
    but(FAILED, outcomes=("failed", "unparsed")),
    flags=AT_ONCE,
)

_usage("infinite", "1e999")
_usage("negative", "-5")
_usage("fraction", "812.5")
_usage("text", '"many"')
_usage("list", "[1, 2]")
_usage("true", "true")
_usage("nan", "NaN")
_usage("googol", "9" * 400)
_usage("too-long", "9" * 5000)
animal(
    "counts-as-list",
    "Has a list instead of its counts.",
    _questions(_with("usage", "[1, 2]")),
    READ_OR_FAILED,
    flags=AT_ONCE,
)

_nats("googol", "Has a log-probability of 400 digits.", "-" + "9" * 400)
_nats("too-long", "Has a log-probability of 5,000 digits.", "-" + "9" * 5000)
_nats("infinite", "Has an infinite log-probability.", "-1e999")
_nats("tiny", "Has a log-probability that is almost zero.", "-1e-320")
_nats("list", "Has a list as a log-probability.", "[-0.1]")
_nats("object", "Has an object as a log-probability.", '{"value": -0.1}')
_nats("true", "Has true as a log-probability.", "true")
