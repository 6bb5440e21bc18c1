"""Makes prompts from templates."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from jinja2 import Template, TemplateNotFound, meta, nodes
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError, UndefinedError

from mgllm.cues.block import Cues
from mgllm.errors import InputError, unknown
from mgllm.prompts.meter import MAX_CHARACTERS, TooMuch, value_size
from mgllm.prompts.sandbox import (
    MARKS,
    MarkingLoader,
    Sandbox,
    Unmarked,
    shot_spans,
    unmark,
    without_marks,
)
from mgllm.prompts.trees import TOO_DEEP
from mgllm.prompts.views import View, cue_variables
from mgllm.records import Form, Message, Prompt, Span, prompt_sha256

Role = Literal["system", "user"]
COMPILING = (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError)
"""What Jinja and Python raise of a template that they cannot compile."""
_SURROGATE = re.compile("[\ud800-\udfff]")
SHOT = "_shot.j2"
"""Writes one worked example."""
SHOT_SEES = ("number", "count", "form", "answer", "ending")
"""What it sees besides what every template sees: which of how many it is, the form, the answer, and
in cloze the words that an answer continues."""
SEEN = ("question", "labels", "reasoning", "speech", "cues")
"""What every template sees, besides the scenario's own `text:` values."""


class Renderer:
    """Templates of one scenario, looked up in `folders` in their order.

    Raises (all methods):
        InputError: a template is missing, broken, unsafe, too long or uses an unknown name; one
            line with file and line.
    """

    def __init__(self, folders: Sequence[Path], own_words: Sequence[str] = ()) -> None:
        self._loader = MarkingLoader(folders)
        self._environment = Sandbox(self._loader)
        self._own_words = tuple(own_words)

    def render(self, file: str, form: Form, view: View) -> Prompt:
        """One prompt. `chat` has the blocks `system` (optional) and `user`; `cloze` has only
        `user`."""
        messages, spans = unmark(self._blocks(file, form, view.variables()), str(self.path(file)))
        if view.shots:
            messages, spans = self._with_shots(messages, spans, form, view)
        return self._prompt(file, form, messages, spans)

    def _with_shots(
        self, messages: tuple[Message, ...], spans: tuple[Span, ...], form: Form, view: View
    ) -> Unmarked:
        """Worked examples at the beginning of the last message, each as `_shot.j2` writes it."""
        *others, last = messages
        ending = last.content.rpartition("\n")[2] if form == "cloze" else ""
        texts = [self._shot(view.shot_variables(nth, form, ending)) for nth in range(len(view.shots))]
        found, written = shot_spans(texts, len(others), str(self.path(SHOT)))
        moved = [
            span.model_copy(update={"start": span.start + len(written), "end": span.end + len(written)})
            if span.message == len(others)
            else span
            for span in spans
        ]
        longer = last.model_copy(update={"content": written + last.content})
        return (*others, longer), (*moved, *found)

    def _shot(self, variables: Mapping[str, Any]) -> str:
        self._begin(SHOT, variables)
        template = self._template(SHOT)
        return self._collect(SHOT, template.root_render_func(template.new_context(dict(variables))))

    def render_probe(self, file: str, form: Form, seen: Mapping[str, Any]) -> Prompt:
        """A prompt without speech and cues, from `seen` alone."""
        blocks = self._blocks(file, form, seen)
        messages = tuple(Message(role=role, content=without_marks(text)) for role, text in blocks)
        return self._prompt(file, form, messages, ())

    def _blocks(self, file: str, form: Form, variables: Mapping[str, Any]) -> list[tuple[Role, str]]:
        """What the blocks of a template write, speech and cues between their marks."""
        self._begin(file, variables)
        template = self._template(file)
        roles: tuple[Role, ...] = ("system", "user") if form == "chat" else ("user",)
        if "user" not in template.blocks:
            raise InputError(
                f"{self.path(file)} has no block 'user'; write {{% block user %}}…{{% endblock %}}"
            )
        context = template.new_context(dict(variables))
        return [
            (role, self._write(file, template, role, context)) for role in roles if role in template.blocks
        ]

    def _prompt(
        self, file: str, form: Form, messages: tuple[Message, ...], spans: tuple[Span, ...]
    ) -> Prompt:
        if form == "cloze" and messages[-1].content != messages[-1].content.rstrip():
            raise InputError(
                f"{self.path(file)} ends in white space, but labels begin with their own; end with a word"
            )
        return Prompt(form=form, messages=messages, spans=spans, sha256=prompt_sha256(form, messages))

    def cue_block(self, cues: Cues) -> str:
        """Only what `_cues.j2` writes for `cues`."""
        variables: dict[str, Any] = {"cues": cue_variables(cues), "speech": []}
        self._begin("_cues.j2", variables)
        template = self._template("_cues.j2")
        text = self._collect("_cues.j2", template.root_render_func(template.new_context(variables)))
        return without_marks(text)

    def check(self, file: str) -> None:
        """Look for faults that rendering may not meet: unknown names in branches not taken, text
        outside blocks, and `speech` or `cues` used outside their partials."""
        self._check_names(file, (*SEEN, *self._own_words))
        _refuse_stray_text(self._parse(file), self.path(file))

    def check_shot(self) -> None:
        """The same for `_shot.j2`, which also sees what a worked example has."""
        self._check_names(SHOT, (*SEEN, *self._own_words, *SHOT_SEES))

    def _check_names(self, file: str, known: Collection[str]) -> None:
        for name in self._with_includes(file):
            tree = self._parse(name)
            for variable in sorted(meta.find_undeclared_variables(tree)):
                if variable not in known:
                    raise InputError(self._unknown_variable(name, variable))
                if variable in ("speech", "cues") and MARKS.get(name, ("",))[0] != variable:
                    raise InputError(
                        f"{self.path(name)} uses '{variable}'; only _{variable}.j2 may: write "
                        f'{{% include "_{variable}.j2" %}} once instead, outside of any condition'
                    )

    def check_probe(self, file: str, seen: Collection[str]) -> None:
        """The same for a template that sees `seen` alone, and neither speech nor cues."""
        for name in self._with_includes(file):
            for variable in sorted(meta.find_undeclared_variables(self._parse(name)) - set(seen)):
                raise InputError(f"{self.path(name)} {unknown('variable of this probe', variable, seen)}")
        _refuse_stray_text(self._parse(file), self.path(file))

    def hashes(self) -> dict[str, str]:
        """sha256 by file name of all templates read so far."""
        return dict(sorted(self._loader.hashes.items()))

    def path(self, file: str) -> Path:
        """Where a template was found."""
        return self._loader.find(file)

    def _begin(self, file: str, variables: Mapping[str, Any]) -> None:
        """Count from now what one prompt costs."""
        try:
            self._environment.meter.begin(value_size(variables))
        except TooMuch as error:
            raise InputError(f"{self.path(file)} {error.message}") from None

    def _template(self, file: str) -> Template:
        try:
            return self._environment.get_template(file)
        except TemplateSyntaxError as error:
            raise InputError(f"{self.path(error.name or file)}:{error.lineno} {error.message}") from None
        except TooMuch as error:
            raise InputError(f"{self.path(file)} {error.message}") from None
        except (RecursionError, MemoryError):  # Python's own compiler
            raise InputError(f"{self.path(file)} {TOO_DEEP}") from None
        except COMPILING as error:
            raise InputError(f"{self.path(file)} cannot be read as a template: {error}") from None

    def _parse(self, file: str) -> nodes.Template:
        try:
            return self._environment.parse(self._loader.source(file), name=file)
        except TemplateSyntaxError as error:
            raise InputError(f"{self.path(file)}:{error.lineno} {error.message}") from None

    def _with_includes(self, file: str) -> list[str]:
        found, waiting = [], [file]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.append(name)
                waiting += [ref for ref in meta.find_referenced_templates(self._parse(name)) if ref]
        return found

    def _write(self, file: str, template: Template, block: str, context: Any) -> str:
        return self._collect(file, template.blocks[block](context))

    def _collect(self, file: str, chunks: Iterator[str]) -> str:
        parts: list[str] = []
        size = 0
        try:
            for chunk in chunks:
                size += len(chunk)
                if size > MAX_CHARACTERS:
                    raise InputError(f"{self.path(file)} writes more than {MAX_CHARACTERS:,} characters")
                parts.append(chunk)
        except TooMuch as error:
            raise InputError(f"{self.path(file)} {error.message}") from None
        except UndefinedError as error:
            raise InputError(
                f"{self._place(file, error)} {error.message}; a template can use {self._visible()}"
            ) from None
        except SecurityError as error:
            raise InputError(
                f"{self.path(file)} uses something that templates may not use: {error.message}"
            ) from None
        except TemplateSyntaxError as error:
            raise InputError(f"{self.path(error.name or file)}:{error.lineno} {error.message}") from None
        except TemplateNotFound as error:
            raise InputError(f"{self.path(file)} includes '{error.name}', which does not exist") from None
        except (TemplateError, TypeError, LookupError, *COMPILING) as error:
            raise InputError(self._fault(file, error)) from None
        text = "".join(parts)
        if _SURROGATE.search(text):
            raise InputError(f"{self.path(file)} writes half a character (\\ud800 to \\udfff); remove it")
        return text

    def _fault(self, file: str, error: Exception) -> str:
        if isinstance(error, RecursionError):
            return f"{self.path(file)} includes itself without end, or {TOO_DEEP}"
        return f"{self._place(file, error)} cannot be rendered: {error}"

    def _place(self, file: str, error: Exception) -> str:
        """File and line of the template in which an error arose: the innermost frame of a
        template."""
        place, trace = str(self.path(file)), error.__traceback__
        while trace is not None:
            template = trace.tb_frame.f_globals.get("__jinja_template__")
            if template is not None:
                place = f"{template.filename}:{template.get_corresponding_lineno(trace.tb_lineno)}"
            trace = trace.tb_next
        return place

    def _visible(self) -> str:
        return ", ".join((*SEEN, *self._own_words))

    def _unknown_variable(self, file: str, variable: str) -> str:
        return f"{self.path(file)} {unknown('variable', variable, (*SEEN, *self._own_words))}"


def _refuse_stray_text(tree: nodes.Template, path: Path) -> None:
    for node in tree.body:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                if not (isinstance(part, nodes.TemplateData) and not part.data.strip()):
                    raise InputError(
                        f"{path}:{part.lineno} is outside the blocks and would be lost; move it into one"
                    )
