"""Replies that repeat the key of the request, or a part of it: it must not be in any file or
output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mgllm.testing.zoo.animal import Ask, Keeper, Served
from mgllm.testing.zoo.expecting import FAILED, REFUSED, answers
from mgllm.testing.zoo.right import Right
from mgllm.testing.zoo.saying import Say, error, sent

animal = Keeper("echoes")

KEY = "zk-Q7mD2vXw9LrT4bNs8HyJ5pKc3FgZ6aUe"
"""The key that visitors get in the variable ZOO_KEY: eight consecutive letters of it are in no
other text."""
VISITOR = ("--api-key-env", "ZOO_KEY", "--max-retries", "0")
ANSWERED = answers("deceptive", "maybe")
HEARD = Right(("answered", "unparsed"), "deceptive", "maybe")


def _echo(
    name: str, what: str, says: Callable[[str, Ask], Served], right: Right, report: str = "none known"
) -> None:
    """A reply that is made from the key."""
    hidden = replace(right, hides=(KEY,))
    animal(f"echo-{name}", what, lambda ask: says(ask.key, ask), hidden, flags=VISITOR, report=report)


def _question(served: Callable[[str], Served]) -> Callable[[str, Ask], Served]:
    """Give this response to questions about people; answer any other question well."""
    return lambda key, ask: served(key) if ask.place is not None else Say("deceptive")(ask)


_echo(
    "text",
    "Repeats the header in its text.",
    lambda key, ask: Say(f"deceptive. Authorization: Bearer {key}")(ask),
    HEARD,
)
_echo(
    "text-alone",
    "Says the key and nothing else.",
    _question(lambda key: sent({"choices": [{"message": {"content": key}, "finish_reason": "stop"}]})),
    Right(("unparsed",)),
)
_echo(
    "thoughts",
    "Repeats the key in its thoughts.",
    lambda key, ask: Say("deceptive", message={"reasoning_content": key})(ask),
    ANSWERED,
)
_echo(
    "refusal",
    "Repeats the key in the field of a refusal.",
    lambda key, ask: Say(None, "silent", message={"refusal": f"I can't take {key}."})(ask),
    REFUSED,
)
_echo(
    "model",
    "Repeats the key as the model's name.",
    lambda key, ask: Say("deceptive", body={"model": f"zoo-{key}"})(ask),
    ANSWERED,
)
_echo(
    "finish",
    "Repeats the key as the reason to stop.",
    lambda key, ask: Say("deceptive", finish=f"stop {key}")(ask),
    Right(("answered", "failed", "unparsed"), "deceptive", "maybe", exit_code=(0, 1)),
)
_echo(
    "token",
    "Repeats the key as a token.",
    lambda key, ask: Say("deceptive", [{"deceptive": 0.9, key: 0.05, "truthful": 0.02}])(ask),
    ANSWERED,
)
_echo(
    "token-pieces",
    "Repeats the key in two tokens.",
    lambda key, ask: Say(
        f"deceptive {key}", [{"deceptive": 0.9, "truthful": 0.05}, {f" {key[:18]}": 0.9}, {key[18:]: 0.9}]
    )(ask),
    HEARD,
)
_echo(
    "fingerprint",
    "Repeats the key in an unknown field.",
    lambda key, ask: Say("deceptive", body={"system_fingerprint": key, "id": key})(ask),
    ANSWERED,
)
_echo(
    "half",
    "Repeats the key without its last four characters.",
    lambda key, ask: Say(f"deceptive {key[:-4]}")(ask),
    HEARD,
)
_echo(
    "middle",
    "Repeats ten characters of the middle of the key.",
    lambda key, ask: Say(f"deceptive {key[12:22]}")(ask),
    HEARD,
)
_echo(
    "ending",
    "Repeats the last eight characters of the key.",
    lambda key, ask: Say(f"deceptive {key[-8:]}")(ask),
    HEARD,
)
_echo(
    "error",
    "Refuses every question, and repeats the key.",
    _question(lambda key: error(400, f"Authorization failed with api_key: {key}")),
    FAILED,
    "langgenius/dify#39902, chocolatey/chocolatey.org#560",
)
_echo(
    "error-late",
    "Repeats the key where a long error is cut.",
    _question(lambda key: error(400, "x" * 270 + " " + key)),
    FAILED,
)
_echo(
    "error-cut",
    "Repeats the key at the end of what is read of an error.",
    _question(lambda key: Served(b"y" * 1985 + key.encode(), 400)),
    FAILED,
)
_echo(
    "error-half",
    "Repeats the beginning of the key in an error.",
    _question(lambda key: error(400, f"Key {key[:20]}… is not known")),
    FAILED,
)
_echo(
    "error-in-200",
    "Repeats the key in an error of a 200.",
    _question(lambda key: sent({"error": {"message": f"Bearer {key}", "code": 500}})),
    FAILED,
)
_echo(
    "error-choice",
    "Repeats the key in the error of a choice.",
    _question(
        lambda key: sent({"choices": [{"error": {"message": key, "code": 500}, "finish_reason": "error"}]})
    ),
    FAILED,
)
_echo(
    "error-detail",
    "Repeats the key in a detail.",
    _question(lambda key: sent({"detail": f"bad token {key}"}, 400)),
    FAILED,
)
_echo(
    "error-page",
    "Repeats the key in a page of HTML.",
    _question(lambda key: Served(f"<html>{key}</html>".encode(), 400, {"Content-Type": "text/html"})),
    FAILED,
)
_echo(
    "error-param",
    "Repeats the key as the name of a parameter.",
    _question(lambda key: error(400, "No", param=key, code=key)),
    FAILED,
)
_echo(
    "forbidden",
    "Refuses the key, and repeats it.",
    lambda key, _: error(401, f"API key {key} is invalid"),
    Right((), exit_code=(2,)),
    "Unstructured-IO/unstructured-api#578",
)
_echo(
    "forbidden-half",
    "Refuses the key, and repeats most of it.",
    lambda key, _: error(401, f"Incorrect API key provided: {key[:-4]}****"),
    Right((), exit_code=(2,)),
)
_echo(
    "redirect",
    "Redirects requests to another address, with the key in it.",
    lambda key, _: Served(key.encode(), 307, {"Location": f"http://127.0.0.1:9/v1?key={key}"}),
    Right((), exit_code=(2,)),
)
