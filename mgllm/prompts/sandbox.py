"""The sandbox that templates run in, and the loader that marks the two partials.

While rendering, the text of `_speech.j2` and `_cues.j2` is between private-use characters. `unmark`
removes them and returns their places: they show exactly which text an arm may change.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mgllm.errors import InputError
from mgllm.files.json_files import read_at_most
from mgllm.prompts.meter import INCLUDE, TESTS, Meter, limited_filters, writer
from mgllm.prompts.trees import (
    LARGE_NUMBER,
    TOO_DEEP,
    check_tree,
    count_nodes,
    counting_filters,
    let_count,
)
from mgllm.records import Message, Span

Block = Literal["speech", "cues"]
ShotBlock = Literal["shot_speech", "shot_cues"]
MARKS: dict[str, tuple[Block, str, str]] = {
    "_speech.j2": ("speech", "\ue000", "\ue001"),
    "_cues.j2": ("cues", "\ue002", "\ue003"),
}
"""By partial: its block, and the characters written before and after it."""
MOST_SOURCE = 100_000
"""Bytes of a template with all that it includes; the longest bundled one has 1,000."""
_ANY_MARK = re.compile("[\ue000-\ue003]")


_BLOCK_OF: dict[str, Block] = {mark: block for block, *marks in MARKS.values() for mark in marks}
Unmarked = tuple[tuple[Message, ...], tuple[Span, ...]]


class Sandbox(ImmutableSandboxedEnvironment):
    """A Jinja environment without globals, calls, assignments, operators that lengthen text, most
    filters. What rendering costs is charged to its meter."""

    def __init__(self, loader: BaseLoader) -> None:
        self.meter = Meter()
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,  # plain text for a model, never HTML
            auto_reload=False,
            optimized=False,  # nothing is computed before it is counted
            finalize=writer(self.meter),
        )
        self.globals.clear()
        self.filters = {**limited_filters(self.meter), **counting_filters(self.meter)}
        self.tests = dict(TESTS)
        self._steps: dict[str | None, int] = {}

    def is_safe_callable(self, obj: Any) -> bool:
        """Nothing may be called."""
        return False

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Only what a loop says of itself; the parts of values are found as their keys."""
        return isinstance(obj, LoopContext) and not attr.startswith("_") and not callable(value)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Jinja's own hook, for all that is parsed or compiled."""
        try:
            tree = super()._parse(source, name, filename)
        except RecursionError:
            raise TemplateSyntaxError(TOO_DEEP, 1, name, filename) from None
        except (ValueError, OverflowError):  # Python reads no number of thousands of digits
            raise TemplateSyntaxError(LARGE_NUMBER, 1, name, filename) from None
        check_tree(tree, name or "")
        self._steps[name] = count_nodes(tree)
        let_count(tree)
        return tree

    def _load_template(self, name: str, globals: Any) -> Template:
        """Jinja's own hook, for each template that is opened or included."""
        self.meter.charge(INCLUDE)
        template = super()._load_template(name, globals)
        self.meter.charge(self._steps.get(name, 0))
        return template


def without_marks(text: str) -> str:
    return _ANY_MARK.sub("", text)


def unmark(marked: Sequence[tuple[Literal["system", "user"], str]], where: str) -> Unmarked:
    """The messages without the marks, and the marked places, in the order of the text."""
    messages: list[Message] = []
    spans: list[Span] = []
    for index, (role, text) in enumerate(marked):
        messages.append(Message(role=role, content=without_marks(text)))
        begun: dict[str, int] = {}
        for nth, found in enumerate(_ANY_MARK.finditer(text)):
            place, block = found.start() - nth, _BLOCK_OF[found[0]]
            if block not in begun:
                begun[block] = place
            else:
                spans.append(Span(message=index, block=block, start=begun.pop(block), end=place))
    for block in ("speech", "cues"):
        times = sum(span.block == block for span in spans)
        if times != 1:
            raise InputError(f'{where} includes "_{block}.j2" {times} times; include it exactly once')
    return tuple(messages), tuple(spans)


def shot_spans(marked: Sequence[str], message: int, where: str) -> tuple[tuple[Span, ...], str]:
    """Where worked examples, their speech and their cues are in a message, and their text without
    marks."""
    spans: list[Span] = []
    written = ""
    for text in marked:
        (bare,), found = unmark([("user", text)], where)
        for span in found:
            block: ShotBlock = "shot_speech" if span.block == "speech" else "shot_cues"
            start, end = len(written) + span.start, len(written) + span.end
            spans.append(Span(message=message, block=block, start=start, end=end))
        written += bare.content
    return (Span(message=message, block="shots", start=0, end=len(written)), *spans), written


class MarkingLoader(BaseLoader):
    """Reads templates from folders, never from outside them; wraps the two partials in marks."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self.hashes: dict[str, str] = {}
        self._sizes: dict[str, int] = {}

    def find(self, file: str) -> Path:
        """Path of a template: in the first folder that has it, else where it should be."""
        for folder in self.folders:
            if _is_in(folder, folder / file) and (folder / file).is_file():
                return folder / file
        return self.folders[0] / file

    def source(self, file: str) -> str:
        """Text of a template; keeps its hash."""
        path = self.find(file)
        if not any(_is_in(folder, path) for folder in self.folders):
            raise InputError(f"template '{file}' is outside {self.folders[0]}; move it there")
        if not path.is_file():
            raise InputError(f"{path} does not exist; a scenario or template names it as a template")
        raw = read_at_most(path, MOST_SOURCE, "a template")
        self._sizes[file] = len(raw)
        if sum(self._sizes.values()) > MOST_SOURCE:
            raise InputError(f"{path} and the other templates have more than {MOST_SOURCE:,} bytes in all")
        try:
            text = raw.decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise InputError(f"{path} cannot be read as UTF-8 text: {error}") from None
        self.hashes[file] = hashlib.sha256(raw).hexdigest()
        return text

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, None]:
        """Jinja's own hook; adds the marks to the two partials."""
        text = self.source(template)
        if template in MARKS:
            _, begin, end = MARKS[template]
            text = f"{begin}{text}{end}"
        return text, str(self.find(template)), None


def _is_in(folder: Path, path: Path) -> bool:
    """Whether a path leads to a place inside a folder, links followed."""
    try:
        path.is_file()  # fails if no file can have such a name
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        return False
