"""How far a run or a long computation is, on stderr: rate, failures, time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any, Literal

from mgllm.records import Record

Display = Literal["auto", "rich", "plain", "none"]
_SECONDS_BETWEEN_LINES = 10.0


class Progress:
    """Counts steps, or records and what became of them: a bar, a line every ten seconds, or nothing."""

    def __init__(
        self, display: Display, what: str, total: int, counted: Literal["steps", "records"] = "steps"
    ) -> None:
        if display == "auto":
            display = "rich" if sys.stderr.isatty() else "plain"
        self._display, self._what, self._total = display, what, total
        self._done = self._before = self._not_answered = self._failed = 0
        self._began = self._last_line = time.monotonic()
        self._bar: Any = None
        self._note = ""
        self._records = counted == "records"
        self._unit = "" if self._records else " steps"

    def __enter__(self) -> Progress:
        if self._display == "rich":
            self._bar = _bar(self._what, self._total)
            self._bar.start()
        elif self._display == "plain" and self._records:
            self._say(f"{self._total} records to make")
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self._display == "plain":
            self._say(f"{self._place()}, {time.monotonic() - self._began:.1f} s{self._remark(self._note)}")

    def start_at(self, done: int) -> None:
        """Progress that were done before."""
        self._done = self._before = done

    def step(self, state: str = "") -> None:
        """One more step is done."""
        self._done += 1
        rate = (self._done - self._before) / max(time.monotonic() - self._began, 1e-9)
        if self._bar is not None:
            shown = f"{rate:.1f}{self._unit}/s"
            self._bar.update(self._bar.task_ids[0], completed=self._done, state=state, rate=shown)
        elif self._display == "plain" and time.monotonic() - self._last_line > _SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            left = f"{(self._total - self._done) / max(rate, 1e-9):.0f} s left"
            self._say(f"{self._place()}, {rate:.1f}/s, {left}{self._remark(self._note or state)}")

    def count(self, record: Record) -> None:
        """One more record stands in the file."""
        self._failed += record.outcome == "failed"
        self._not_answered += record.outcome in ("refused", "unparsed")
        self.step(self._trouble())

    def say(self, line: str) -> None:
        """One line at once, unless nothing is to be shown."""
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False)
        elif self._display == "plain":
            _write(line)

    def note(self, text: str) -> None:
        """What is to be said of the work so far, beside the next line."""
        self._note = text

    def _place(self) -> str:
        return f"{self._done}/{self._total}{self._unit}{self._trouble()}"

    def _trouble(self) -> str:
        parts = [(self._failed, "failed"), (self._not_answered, "refused or unparsed")]
        return "".join(f", {count} {name}" for count, name in parts if count)

    def _remark(self, text: str) -> str:
        return "" if self._records else f". {text}"

    def _say(self, line: str) -> None:
        _write(f"{self._what}: {line}")


def warn(lines: Iterable[str]) -> None:
    """Lines on stderr, each once, whatever is to be shown of the progress."""
    for line in dict.fromkeys(lines):
        _write(f"warning: {line}")


def _write(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _bar(what: str, total: int) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress as Bar, TextColumn, TimeRemainingColumn

    bar = Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[state]}"),
        console=Console(stderr=True),
        refresh_per_second=4,
    )
    bar.add_task(what, total=total, state="", rate="")
    return bar
