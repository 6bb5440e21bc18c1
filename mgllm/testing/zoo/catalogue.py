"""docs/zoo.md, made from the animals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from mgllm.testing.zoo.animal import KINDS, PLAIN_SERVER, UNREPORTED, Animal
from mgllm.testing.zoo.right import in_words

_HEAD = """\
# The zoo

Made by `python -m mgllm.testing.zoo --markdown`; a test keeps it current.

`mgllm.testing` carries a server on this machine whose **model names are behaviours**: ways in which models
and servers are known to answer, most of them reported by users of other tools. Whoever writes a harness can
point it at them:

```
python -m mgllm.testing.zoo                      # prints its URL, serves until it is stopped
python -m mgllm.testing.zoo --scenarios FOLDER   # writes the questions with labels of their own
mgllm run deception --model openai-compatible/preamble --base-url URL --limit 2 --arms text,text+mg
```

In Python, `with mgllm.testing.Zoo() as zoo:` serves at `zoo.url`, and `zoo.asked("preamble")` tells what was
asked. `GET /v1/models` lists the animals; `GET /zoo` says of each what it does and what a right harness
records. They speak `/v1/chat/completions`. A question that does not name the labels, such as a first one that
finds out what a server can do, is answered well by animals whose matter it is not.

The last column is tested for every animal, through the command line, with two items in two arms. Numbers in
brackets are bounds of a probability. Labels are *truthful* and *deceptive* unless a question is named beside
the animal; flags beside it are given to `mgllm run` too. What has no report was made up beside what has one.

{count} animals of {kinds} kinds.
"""


def markdown(animals: Iterable[Animal]) -> str:
    """The page."""
    known = list(animals)
    kinds = {animal.kind for animal in known}
    lines = [_HEAD.format(count=len(known), kinds=len(kinds)).rstrip()]
    for kind, members in groupby(known, key=lambda animal: animal.kind):
        lines += [
            "",
            f"## {KINDS[kind]}",
            "",
            "| model | what it does | reported | what mgllm says |",
            "|---|---|---|---|",
        ]
        lines += [_row(animal) for animal in members]
    return "\n".join(lines) + "\n"


def _row(animal: Animal) -> str:
    cells = (_name(animal), _cell(animal.what), _links(animal.report), _cell(in_words(animal.right)))
    return f"| {' | '.join(cells)} |"


def _name(animal: Animal) -> str:
    asked = "" if animal.labels == "deception" else f" on {animal.labels}"
    flags = f" `{' '.join(animal.flags)}`" if animal.flags else ""
    server = "" if animal.server == PLAIN_SERVER else f"{animal.server}/"
    return f"`{server}{animal.name}`{asked}{flags}"


def _links(report: str) -> str:
    """Addresses of the reports; a number on GitHub leads to an issue or a pull request alike."""
    return report if report == UNREPORTED else ", ".join(_link(one) for one in report.split(", "))


def _link(report: str) -> str:
    if report.startswith("https://"):
        return f"<{report}>"
    repository, _, number = report.partition("#")
    return f"[{report}](https://github.com/{repository}/issues/{number})"


def _cell(text: str) -> str:
    """Text in a cell of a table: strangers' characters are shown, not sent."""
    return "".join(_shown(text))


def _shown(text: str) -> Iterator[str]:
    for letter in text:
        if letter in "|\\`*_<>[]~":
            yield f"\\{letter}"
        elif letter == "\n":
            yield " ⏎ "
        elif letter.isprintable() or letter == " ":
            yield letter
        else:
            yield f"U+{ord(letter):04X}"
