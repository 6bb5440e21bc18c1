"""Bodies in another form than OpenAI's: the record says what was received."""

from __future__ import annotations

import json

from mgllm.testing.zoo.animal import Ask, Does, Keeper, Served
from mgllm.testing.zoo.expecting import FAILED, NO_ANSWER, answers, but
from mgllm.testing.zoo.right import Right
from mgllm.testing.zoo.saying import DROPPED, Say, sent

animal = Keeper("bodies")

TAME = Say("deceptive", [{"deceptive": 0.9, "truthful": 0.08}])
ANSWERED = answers("deceptive", "maybe")
AT_ONCE = ("--max-retries", "0")
STREAM = (
    'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"deceptive"}}]}\n\n'
    'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)
PAGE = "<!DOCTYPE html><html><head><title>Welcome</title></head><body>It works! deceptive</body></html>"


def _plain(text: str, kind: str = "application/json") -> Served:
    return Served(text.encode(), headers={"Content-Type": kind})


def _questions(served: Served) -> Does:
    """Give this response to questions about people; answer any other question well."""
    return lambda ask: served if ask.place is not None else TAME(ask)


def _body(name: str, what: str, served: Served, hint: str = "", report: str = "none known") -> None:
    """A 200 that is not a completion."""
    animal(f"body-{name}", what, _questions(served), but(FAILED, hint=hint), flags=AT_ONCE, report=report)


def _shaped(name: str, what: str, right: Right, **body: object) -> None:
    """A completion with wrong fields."""
    animal(name, what, _asked(Say("deceptive", "silent", body=body)), right, flags=AT_ONCE)


def _asked(say: Say) -> Does:
    return lambda ask: say(ask) if ask.place is not None else TAME(ask)


def _parts(ask: Ask) -> Served:
    content = [{"type": "text", "text": "decep"}, {"type": "text", "text": "tive"}]
    return Say(None, "silent", message={"content": content})(ask)


def _whole(ask: Ask) -> bytes:
    return TAME(ask).body


animal(
    "body-stream",
    "Streams although it was not asked to: the parts are joined, or the record says so.",
    _questions(_plain(STREAM, "text/event-stream")),
    but(FAILED, outcomes=("failed", "answered"), answer="deceptive", hint="stream|event"),
    flags=AT_ONCE,
    report="openai/openai-python#2933",
)
_body(
    "stream-error",
    "Streams an error.",
    _plain('data: {"error":{"message":"boiler is cold"}}\n\n', "text/event-stream"),
    "stream|event|boiler",
    "lucasjinreal/Crane#121",
)
_body("page", "Answers with a page of HTML.", _plain(PAGE, "text/html"), "html|page")
_body("page-as-json", "Calls a page of HTML JSON.", _plain(PAGE), "html|page")
_body(
    "object-error",
    "Calls its answer an error.",
    sent({"object": "error", "message": "boiler is cold", "type": "BadRequestError", "code": 400}),
    "boiler is cold",
)
_body("detail", "Answers with a detail.", sent({"detail": "boiler is cold"}), "boiler is cold")
_body(
    "detail-list",
    "Answers with a list of details.",
    sent({"detail": [{"loc": ["body"], "msg": "boiler is cold"}]}),
    "boiler is cold",
)
_body("message", "Answers with a message.", sent({"message": "boiler is cold"}), "boiler is cold")
_body(
    "errors",
    "Answers with a list of errors.",
    sent({"errors": [{"message": "boiler is cold"}]}),
    "boiler is cold",
)
_body("nothing", "Answers with an empty body.", _plain(""), "empty|nothing")
_body("no-json", "Answers with plain text.", _plain("deceptive", "text/plain"), "json")
_body(
    "half-json",
    "Answers with the first half of its JSON.",
    _plain('{"choices": [{"message": {"content": "dece'),
    "json|cut",
)
_body("list", "Answers with a list.", sent([{"generated_text": "deceptive"}]), "list|object|form")
_body("string", "Answers with a string.", sent("deceptive"), "string|text|object|form")
_body("number", "Answers with a number.", sent(7))
_body("null", "Answers with null.", sent(None))
_body(
    "other-form",
    "Answers in the form of another provider.",
    sent({"type": "message", "content": [{"type": "text", "text": "deceptive"}]}),
    "form|choice",
)
_body(
    "ollama-form",
    "Answers in Ollama's own form.",
    sent({"model": "zoo", "message": {"role": "assistant", "content": "deceptive"}, "done": True}),
    "form|choice",
)
_body(
    "cut",
    "Cuts the connection in the middle of its body.",
    Served(json.dumps({"choices": ["x" * 500]}).encode(), cut=True),
)
_body("bad-gzip", "Calls plain bytes gzip.", Served(b"no gzip at all", headers={"Content-Encoding": "gzip"}))
animal(
    "body-latin-1",
    "Answers in Latin-1.",
    _questions(Served('{"choices": [{"message": {"content": "d\xe9ceptive"}}]}'.encode("latin-1"))),
    NO_ANSWER,
    flags=AT_ONCE,
)

_shaped("no-choices", "Has no choices.", FAILED, choices=DROPPED)
_shaped("choices-empty", "Has an empty list of choices.", FAILED, choices=[])
_shaped("choices-null", "Has null instead of choices.", FAILED, choices=None)
_shaped(
    "choices-object",
    "Has an object instead of choices.",
    but(FAILED, outcomes=("failed", "unparsed")),
    choices={"message": {"content": "deceptive"}},
)
_shaped("choice-null", "Has null instead of its choice.", FAILED, choices=[None])
_shaped("choice-text", "Has a string instead of its choice.", FAILED, choices=["deceptive"])
_shaped(
    "message-missing",
    "Has a choice without a message.",
    FAILED,
    choices=[{"index": 0, "finish_reason": "stop"}],
)
_shaped(
    "message-null",
    "Has null instead of its message.",
    FAILED,
    choices=[{"index": 0, "message": None, "finish_reason": "stop"}],
)
_shaped(
    "message-text",
    "Has a string instead of its message.",
    but(FAILED, outcomes=("failed", "unparsed")),
    choices=[{"message": "truthful or not", "finish_reason": "stop"}],
)
_shaped(
    "content-number",
    "Has a number as its content.",
    NO_ANSWER,
    choices=[{"message": {"content": 7}, "finish_reason": "stop"}],
)
_shaped(
    "content-true",
    "Has true as its content.",
    NO_ANSWER,
    choices=[{"message": {"content": True}, "finish_reason": "stop"}],
)
_shaped(
    "content-object",
    "Has an object as its content.",
    NO_ANSWER,
    choices=[{"message": {"content": {"a": 1}}, "finish_reason": "stop"}],
)
_shaped(
    "content-odd-parts",
    "Has a list of wrong things as its content.",
    NO_ANSWER,
    choices=[{"message": {"content": [None, 3, {"text": 4}, []]}, "finish_reason": "stop"}],
)
_shaped(
    "two-choices",
    "Gives two choices, although one was asked for: the first counts.",
    ANSWERED,
    choices=[
        {"index": at, "message": {"content": text}, "finish_reason": "stop"}
        for at, text in enumerate(("deceptive", "truthful"))
    ],
)
_shaped("model-number", "Has a number as the model's name.", ANSWERED, model=7)
_shaped(
    "finish-object",
    "Has an object as the reason to stop.",
    but(ANSWERED, outcomes=("answered", "failed", "unparsed"), exit_code=(0, 1)),
    choices=[{"message": {"content": "deceptive"}, "finish_reason": {"type": "stop"}}],
)
animal("parts-of-text", "Gives its content in parts.", _parts, ANSWERED)
animal(
    "plain-type",
    "Calls its JSON plain text.",
    lambda ask: TAME(ask)._replace(headers={"Content-Type": "text/plain"}),
    ANSWERED,
)
animal(
    "byte-order-mark",
    "Begins its JSON with a byte order mark.",
    lambda ask: Served(b"\xef\xbb\xbf" + _whole(ask)),
    but(ANSWERED, outcomes=("answered", "failed"), exit_code=(0, 1)),
    flags=AT_ONCE,
)
animal(
    "white-space",
    "Has a lot of white space around its JSON.",
    lambda ask: Served(b" \n" * 50_000 + _whole(ask) + b"\n" * 50_000),
    ANSWERED,
)
