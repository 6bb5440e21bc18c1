"""How far a run or a long computation is, on stderr: how much of what, how fast, how long still."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from typing import Any, Literal

from mgllm.disk import log_file
from mgllm.errors import shown_line
from mgllm.records import Record

Display = Literal["auto", "rich", "plain", "none"]
_SECONDS_BETWEEN_LINES = 10.0
"""Often enough to see that work goes on, seldom enough for a log file."""


class Progress:
    """Counts steps, or records and their outcomes: a bar, a line every ten seconds, or nothing."""

    def __init__(
        self,
        display: Display,
        what: str,
        total: int | None,
        counted: Literal["steps", "records"] = "steps",
    ) -> None:
        """`total` is None where nobody knows how many there will be. It is forgotten once there are
        more."""
        self._display = _chosen(display)
        self._what, self._total, self._unit = what, total, counted
        self._done = self._before = self._not_answered = self._failed = 0
        self._began = self._last_line = time.monotonic()
        self._bar: Any = None
        self._note = ""

    def __enter__(self) -> Progress:
        if self._display == "rich":
            self._bar = _bar(self._what, self._total, self._counted())
            self._bar.start()
        elif self._display == "plain" and self._unit == "records":
            self._say(f"{self._total or 0:,} records")
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self._display == "plain":
            rate = f" ({self._rate(self._per_second())})" if self._done > self._before else ""
            took = f"in {_duration(time.monotonic() - self._began)}{rate}"
            self._say(f"{self._place()}, {took}{self._remark(self._note)}")

    def start_at(self, done: int) -> None:
        """So many are done already; they do not count as speed."""
        self._done = self._before = done
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done, count=self._counted())
        elif self._display == "plain" and done and self._unit == "records":
            self._say(f"{self._counted()} are there already")

    def step(self, state: str = "") -> None:
        """One more is done."""
        self._done += 1
        if self._total is not None and self._done > self._total:
            self._total = None
        rate = self._per_second()
        if self._bar is not None:
            shown = {"completed": self._done, "state": shown_line(state), "rate": self._rate(rate)}
            shown |= {"total": self._total, "count": self._counted()}
            self._bar.update(self._bar.task_ids[0], **shown)
        elif self._display == "plain" and time.monotonic() - self._last_line > _SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            left = (
                "" if self._total is None else f", about {_duration((self._total - self._done) / rate)} left"
            )
            self._say(f"{self._place()}, {self._rate(rate)}{left}{self._remark(self._note or state)}")

    def count(self, record: Record) -> None:
        """One more record is in the file."""
        if log_file.is_open():
            _log_record(record)
        self._failed += record.outcome == "failed"
        self._not_answered += record.outcome in ("refused", "unparsed")
        self.step(self._trouble())

    def say(self, line: str) -> None:
        """One line at once, unless nothing is to be shown."""
        log_file.note(line, warning=line.startswith("warning"))
        if self._bar is not None:
            self._bar.console.print(shown_line(line), markup=False, highlight=False)
        elif self._display == "plain":
            _write(line)

    def note(self, text: str) -> None:
        """Something about the work so far, to be shown with the next line."""
        self._note = text

    def _per_second(self) -> float:
        return max(self._done - self._before, 1e-9) / max(time.monotonic() - self._began, 1e-9)

    def _rate(self, rate: float) -> str:
        return f"{rate:.1f} {self._unit}/s" if rate >= 1 else f"{60 * rate:.1f} {self._unit}/min"

    def _left(self, rate: float) -> str:
        if self._total is None:
            return ""
        return f", about {_duration((self._total - self._done) / rate)} left"

    def _place(self) -> str:
        return f"{self._counted()}{self._trouble()}"

    def _counted(self) -> str:
        of = "" if self._total is None else f" of {self._total:,}"
        return f"{self._done:,}{of} {self._unit}"

    def _trouble(self) -> str:
        parts = [(self._failed, "failed"), (self._not_answered, "refused or unparsed")]
        return "".join(f", {count} {name}" for count, name in parts if count)

    def _remark(self, text: str) -> str:
        return f". {text}" if text and self._unit == "steps" else ""

    def _say(self, line: str) -> None:
        _write(f"{self._what}: {line}")


def warn(lines: Iterable[str]) -> None:
    """Lines on stderr, each once, also where no progress is shown."""
    for line in dict.fromkeys(lines):
        log_file.quote("", line)
        _write(f"warning: {line}")


def _log_record(record: Record) -> None:
    """Which record it is and what became of it, in a log file; never its words."""
    name = "/".join(str(part) for part in record.key if part != "")
    if record.outcome == "failed":
        log_file.quote(f"{name}: failed:", record.error or "")
    else:
        log_file.note(f"{name}: {record.outcome}")


def _chosen(display: Display) -> Display:
    """A bar where one can be drawn over itself, else lines."""
    if display != "auto":
        return display
    moves = sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")
    return "rich" if moves else "plain"


def _duration(seconds: float) -> str:
    """Seconds as a person says them.

    >>> _duration(3725)
    '1 h 2 min'
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 1:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _write(line: str) -> None:
    sys.stderr.write(f"{shown_line(line)}\n")
    sys.stderr.flush()


def _bar(what: str, total: int | None, count: str) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress as Bar, TextColumn, TimeRemainingColumn

    bar = Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[count]}", markup=False),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[state]}", markup=False),
        console=Console(stderr=True),
        refresh_per_second=4,
    )
    bar.add_task(shown_line(what), total=total, state="", rate="", count=count)
    return bar
