"""docs/zoo.md, made from the animals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from mgllm.testing.zoo.animal import KINDS, PLAIN_SERVER, UNREPORTED, Animal
from mgllm.testing.zoo.right import in_words

_HEAD = """\
# The zoo

Made by `python -m mgllm.testing.zoo --markdown`; a test keeps it current.

`mgllm.testing` has a server on this machine whose **model names are behaviours**: ways in which
models and servers are known to reply. Most were reported by users of other tools. If you write
a harness, test it with them:

```
python -m mgllm.testing.zoo                      # prints its URL, serves until it is stopped
python -m mgllm.testing.zoo --scenarios FOLDER   # writes the questions with other labels
mgllm run deception --model openai-compatible/preamble --base-url URL --limit 2 --arms text,text+mg
```

In Python, `with mgllm.testing.Zoo() as zoo:` serves at `zoo.url`, and `zoo.asked("preamble")` gives
the requests. `GET /v1/models` lists the animals; `GET /zoo` says what each does and what a correct
harness records. The endpoint is `/v1/chat/completions`. A question that does not name the labels,
such as a first one that finds out what a server can do, gets a good reply from animals that are not
about such questions.

The last column is tested for every animal, through the command line, with two items in two arms.
Numbers in brackets are bounds of a probability. Labels are *truthful* and *deceptive* unless the
row names another question; flags in the row are given to `mgllm run`, too. An animal without a
report is a made-up variant of one with a report.

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
    """Links to the reports; a number on GitHub leads to an issue or a pull request."""
    return report if report == UNREPORTED else ", ".join(_link(one) for one in report.split(", "))


def _link(report: str) -> str:
    if report.startswith("https://"):
        return f"<{report}>"
    repository, _, number = report.partition("#")
    return f"[{report}](https://github.com/{repository}/issues/{number})"


def _cell(text: str) -> str:
    """Text in a cell of a table: unprintable characters are shown as codes."""
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
