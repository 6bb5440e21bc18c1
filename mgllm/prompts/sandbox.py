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

from jinja2 import BaseLoader, Environment, StrictUndefined, nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mgllm.errors import InputError
from mgllm.records import Message, Span

Block = Literal["speech", "cues"]
FILTERS = (
    "capitalize",
    "default",
    "first",
    "join",
    "last",
    "length",
    "lower",
    "replace",
    "title",
    "trim",
    "upper",
)
"""Filters that templates may use; none can make a long text from a short one without being
counted."""
MARKS: dict[str, tuple[Block, str, str]] = {
    "_speech.j2": ("speech", "\ue000", "\ue001"),
    "_cues.j2": ("cues", "\ue002", "\ue003"),
}
"""By partial: its block, and the characters written before and after it."""
ALLOWED_NODES = (
    *(nodes.Template, nodes.Block, nodes.Include, nodes.Output, nodes.TemplateData, nodes.If, nodes.For),
    *(
        nodes.Name,
        nodes.Const,
        nodes.List,
        nodes.Tuple,
        nodes.Getattr,
        nodes.Getitem,
        nodes.Filter,
        nodes.Test,
    ),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Keyword),
)
"""What a template may consist of: nothing that calls, assigns, joins or multiplies."""
MAX_LOOP_DEPTH = 2
"""How deep loops may be nested; more could take very long."""
_ANY_MARK = re.compile("[\ue000-\ue003]")


_BLOCK_OF: dict[str, Block] = {mark: block for block, *marks in MARKS.values() for mark in marks}
Unmarked = tuple[tuple[Message, ...], tuple[Span, ...]]


def sandbox(loader: BaseLoader) -> Environment:
    """A Jinja environment without globals, calls, assignments, operators that lengthen text, most
    filters."""
    environment = _Sandbox(
        loader=loader,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # plain text for a model, never HTML
        auto_reload=False,
    )
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    return environment


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


class _Sandbox(ImmutableSandboxedEnvironment):
    """Nothing may be called."""

    def is_safe_callable(self, obj: Any) -> bool:
        return False


class MarkingLoader(BaseLoader):
    """Reads templates from folders, never from outside them; wraps the two partials in marks."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self.hashes: dict[str, str] = {}

    def find(self, file: str) -> Path:
        """Path of a template: in the first folder that has it, else where it should be."""
        for folder in self.folders:
            path = (folder / file).resolve()
            if path.is_relative_to(folder.resolve()) and path.is_file():
                return folder / file
        return self.folders[0] / file

    def source(self, file: str) -> str:
        """Text of a template; keeps its hash."""
        path = self.find(file)
        inside = any(path.resolve().is_relative_to(folder.resolve()) for folder in self.folders)
        if not inside:
            raise InputError(f"template '{file}' is outside {self.folders[0]}; move it there")
        if not path.is_file():
            raise InputError(f"{path} does not exist; a scenario or template names it as a template")
        try:
            raw = path.read_bytes()
            text = raw.decode("utf-8").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path} cannot be read as UTF-8 text: {error}") from None
        self.hashes[file] = hashlib.sha256(raw).hexdigest()
        return text

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, None]:
        """Jinja's own hook; adds the marks to the two partials."""
        text = self.source(template)
        _refuse_unsafe(environment.parse(text, template), template)
        if template in MARKS:
            _, begin, end = MARKS[template]
            text = f"{begin}{text}{end}"
        return text, str(self.find(template)), None


def _refuse_unsafe(node: nodes.Node, template: str, loops: int = 0) -> None:
    """Refuse what is not on the list, and loops nested too deep, with the template's line."""
    loops += isinstance(node, nodes.For)
    if not isinstance(node, ALLOWED_NODES):
        what = type(node).__name__.lower()
        raise TemplateSyntaxError(
            f"templates may not use '{what}'; they may use 'if', 'for' and values", node.lineno, template
        )
    if loops > MAX_LOOP_DEPTH:
        raise TemplateSyntaxError(f"loops are more than {MAX_LOOP_DEPTH} deep", node.lineno, template)
    for child in node.iter_child_nodes():
        _refuse_unsafe(child, template, loops)
