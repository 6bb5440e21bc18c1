"""Very large replies: each ends as one outcome, soon, and in little memory."""

from __future__ import annotations

import zlib
from functools import cache

from mgllm.testing.zoo.animal import Does, Keeper, Served
from mgllm.testing.zoo.expecting import ANY, FAILED, UNPARSED, answers, but
from mgllm.testing.zoo.right import Right
from mgllm.testing.zoo.saying import Say
from mgllm.testing.zoo.tokens import Raw, Tops

animal = Keeper("floods")

TAME = Say("deceptive", [{"deceptive": 0.9, "truthful": 0.08}])
ANSWERED = answers("deceptive", "maybe")
AT_ONCE = ("--max-retries", "0")
MEGABYTE = 2**20
SO: Tops = {"so ": 0.9, "truth": 0.05}
WORDS_OR_NOTHING = Right(("answered", "unparsed"), "deceptive", "maybe")
"""The label may be read or not; nothing breaks."""
READ_OR_FAILED = Right(("answered", "failed"), "deceptive", "maybe")


def _questions(does: Does | Served) -> Does:
    """Give this response to questions about people; answer any other question well."""
    chosen: Does = does if callable(does) else lambda _: does
    return lambda ask: chosen(ask) if ask.place is not None else TAME(ask)


def _raw(text: str, status: int = 200) -> Served:
    return Served(text.encode(), status)


def _said(name: str, what: str, text: str, right: Right = UNPARSED) -> None:
    """A reply with a text that is hard to read."""
    animal(f"long-{name}", what, _questions(Say(text, "silent")), right, flags=AT_ONCE)


@cache
def bomb(window_bits: int) -> bytes:
    """A good reply of 64 MB, compressed to about 64 kB: gzip with 31 bits, zlib with 15."""
    packer = zlib.compressobj(9, zlib.DEFLATED, window_bits)
    begin, end = b'{"choices": [{"message": {"content": "deceptive ', b'"}, "finish_reason": "stop"}]}'
    pieces = [begin, *[b"a" * MEGABYTE] * 64, end]
    return b"".join([*(packer.compress(piece) for piece in pieces), packer.flush()])


def _bomb(encoding: str, window_bits: int) -> Does:
    return lambda _: Served(bomb(window_bits), headers={"Content-Encoding": encoding})


_said(
    "nots",
    "Says 'not' 25,000 times before a label.",
    "not " * 25_000 + "truthful",
    but(ANY, outcomes=("answered", "unparsed")),
)
_said("label", "Says one label 10,000 times.", "deceptive " * 10_000, WORDS_OR_NOTHING)
_said("labels", "Says both labels 5,000 times.", "truthful deceptive " * 5_000)
_said("brackets", "Says 50,000 brackets.", "[{(<" * 12_500)
_said("braces", "Says 10,000 nested objects.", '{"answer":' * 10_000)
_said("thinks", "Opens its thoughts 10,000 times.", "<think>" * 10_000 + " deceptive")
_said("closers", "Closes its thoughts 10,000 times.", "</think>" * 10_000 + " deceptive", WORDS_OR_NOTHING)
_said("boxes", "Opens 10,000 boxes of LaTeX.", "\\boxed{" * 10_000)
_said("answers", "Announces 10,000 answers.", "Answer: " * 10_000)
_said("stars", "Says 50,000 stars.", "*" * 50_000)
_said("spaces", "Says 100,000 spaces before a label.", " " * 100_000 + "deceptive", WORDS_OR_NOTHING)
_said("lines", "Says 50,000 blank lines before a label.", "\n" * 50_000 + "deceptive", WORDS_OR_NOTHING)
_said("marks", "Says 50,000 accents on one letter.", "e" + "\u0301" * 50_000)
_said("quotes", "Says 50,000 quotes.", "\"'" * 25_000)
animal(
    "many-tokens",
    "Lists 5,000 tokens.",
    _questions(
        Say(
            "so " * 5_000 + "deceptive",
            (*[SO] * 5_000, {"deceptive": 0.9, "truthful": 0.08}),
        )
    ),
    but(ANY, outcomes=("answered", "unparsed")),
    flags=AT_ONCE,
)
animal(
    "odd-tokens",
    "Lists tokens of every wrong kind.",
    _questions(Say("deceptive", [{"": Raw("x"), b"\xff\xfe": 0.5, "\x00": Raw({}), "deceptive": Raw([])}])),
    ANSWERED,
    flags=AT_ONCE,
)
animal(
    "many-choices",
    "Gives 20,000 choices.",
    _questions(
        Say(
            "",
            "silent",
            body={"choices": [{"message": {"content": "deceptive"}, "finish_reason": "stop"}] * 20_000},
        )
    ),
    READ_OR_FAILED,
    flags=AT_ONCE,
)

animal(
    "endless",
    "Sends white space without end.",
    _questions(Served(b" " * 65_536, endless=True)),
    FAILED,
    flags=("--timeout", "20", *AT_ONCE),
)
animal(
    "endless-text",
    "Sends a text without end.",
    _questions(Served(b'{"choices": [{"message": {"content": "deceptive', endless=True)),
    FAILED,
    flags=("--timeout", "2", *AT_ONCE),
)
animal(
    "endless-error",
    "Refuses without end.",
    _questions(Served(b"no " * 20_000, 400, endless=True)),
    FAILED,
    flags=("--timeout", "20", *AT_ONCE),
)
animal(
    "trickle",
    "Sends single bytes with pauses.",
    _questions(Served(b" ", endless=True, pause_s=0.2)),
    but(FAILED, hint="no answer within"),
    flags=("--timeout", "1", *AT_ONCE),
)
animal(
    "huge",
    "Answers with 16 MB.",
    _questions(_raw('{"choices": [{"message": {"content": "deceptive' + " a" * 8 * MEGABYTE + '"}}]}')),
    FAILED,
    flags=AT_ONCE,
)
animal(
    "gzip-bomb",
    "Answers with 64 MB in 64 kB of gzip.",
    _questions(_bomb("gzip", 31)),
    FAILED,
    flags=AT_ONCE,
    report="mnot/httplint#145, curl/curl#21581",
)
animal(
    "deflate-bomb",
    "Answers with 64 MB in 64 kB of zlib.",
    _questions(_bomb("deflate", 15)),
    FAILED,
    flags=AT_ONCE,
    report="oven-sh/bun#32674",
)
