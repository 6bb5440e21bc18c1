"""What `mgllm.run` returns: a run that shows itself in a notebook."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from html import escape
from typing import Any

from mgllm.commands.api._words import in_python
from mgllm.commands.shown import ShownSummary, shown
from mgllm.errors import one_line
from mgllm.experiment.finishing import Finished


@dataclass(frozen=True, repr=False)
class FinishedRun(Finished):
    """A run that has come to its end, or to a stop."""

    summary: ShownSummary
    """What its tables show."""

    def __repr__(self) -> str:
        """Where it is and how many records it has, and what is missing."""
        state = f"{self.records} of {self.planned} records, {self.answered} answered"
        return "\n".join([one_line(f"FinishedRun({str(self.folder)!r}, {state})"), *self._remarks()])

    def _repr_html_(self) -> str:
        """What is missing, and the short table."""
        remarks = "".join(f"<p><strong>{escape(line)}</strong></p>\n" for line in self._remarks())
        return remarks + self.summary._repr_html_()

    def _remarks(self) -> list[str]:
        failed = f"{self.failed} of {self.records} records failed; resume the run to ask them again"
        stopped = f"stopped: {self.stopped}" if self.stopped is not None else ""
        lines = (stopped or (failed if self.failed else ""), self.advice or "")
        return [one_line(line) for line in lines if line]


def finished_run(finished: Finished, function: Callable[..., object]) -> FinishedRun:
    """The run with its ways to be shown, its remarks in the words of Python.

    Args:
        finished: as the command returns it.
        function: of the face, whose keywords the remarks name.
    """
    parameters = inspect.signature(function).parameters
    found: dict[str, Any] = {field.name: getattr(finished, field.name) for field in fields(Finished)}
    if finished.stopped is not None:
        found["stopped"] = type(finished.stopped)(in_python(str(finished.stopped), parameters))
    if finished.advice is not None:
        found["advice"] = in_python(finished.advice, parameters)
    return FinishedRun(**found | {"summary": shown(finished.summary)})
