"""How far a run is, on stderr: rate, failures, time left."""

from __future__ import annotations

import sys
import time
from typing import Any, Literal

from mgllm.records import Record

Display = Literal["auto", "rich", "plain", "none"]
_SECONDS_BETWEEN_LINES = 10.0


class Progress:
    """Counts records; shows them as a bar, as a line every ten seconds, or not at all."""

    def __init__(self, display: Display, what: str, total: int) -> None:
        if display == "auto":
            display = "rich" if sys.stderr.isatty() else "plain"
        self._display, self._what, self._total = display, what, total
        self._done = self._not_answered = self._failed = 0
        self._began = self._last_line = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> Progress:
        if self._display == "rich":
            self._bar = _bar(self._what, self._total)
            self._bar.start()
        elif self._display == "plain":
            self._say(f"{self._what}: {self._total} records to make")
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self._display == "plain":
            self._say(f"{self._what}: {self._state()}, {time.monotonic() - self._began:.1f} s")

    def say(self, line: str) -> None:
        """One line at once, unless nothing is to be shown."""
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False)
        elif self._display == "plain":
            self._say(line)

    def count(self, record: Record) -> None:
        """One more record stands in the file."""
        self._done += 1
        self._failed += record.outcome == "failed"
        self._not_answered += record.outcome in ("refused", "unparsed")
        if self._bar is not None:
            rate = f"{self.rate():.1f}/s"
            self._bar.update(self._bar.task_ids[0], completed=self._done, state=self._trouble(), rate=rate)
        elif self._display == "plain" and time.monotonic() - self._last_line > _SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            left = (self._total - self._done) / max(self.rate(), 1e-9)
            self._say(f"{self._what}: {self._state()}, {self.rate():.1f}/s, {left:.0f} s left")

    def rate(self) -> float:
        """Records a second since the beginning."""
        return self._done / max(time.monotonic() - self._began, 1e-9)

    def _state(self) -> str:
        return f"{self._done}/{self._total}{self._trouble()}"

    def _trouble(self) -> str:
        parts = [(self._failed, "failed"), (self._not_answered, "refused or unparsed")]
        return "".join(f", {count} {name}" for count, name in parts if count)

    def _say(self, line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


class Steps:
    """Counts the steps of a long computation: a bar, a line every ten seconds, or nothing."""

    def __init__(self, display: Display, what: str, total: int) -> None:
        if display == "auto":
            display = "rich" if sys.stderr.isatty() else "plain"
        self._display, self._what, self._total = display, what, total
        self._done = self._before = 0
        self._began = self._last_line = time.monotonic()
        self._bar: Any = None
        self._note = ""

    def __enter__(self) -> Steps:
        if self._display == "rich":
            self._bar = _bar(self._what, self._total)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        elif self._display == "plain":
            took = time.monotonic() - self._began
            self._say(f"{self._what}: {self._done}/{self._total} steps, {took:.1f} s. {self._note}")

    def start_at(self, done: int) -> None:
        """Steps that were done before."""
        self._done = self._before = done

    def step(self, state: str = "") -> None:
        """One more step is done."""
        self._done += 1
        rate = (self._done - self._before) / max(time.monotonic() - self._began, 1e-9)
        if self._bar is not None:
            shown = f"{rate:.1f} steps/s"
            self._bar.update(self._bar.task_ids[0], completed=self._done, state=state, rate=shown)
        elif self._display == "plain" and time.monotonic() - self._last_line > _SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            left = (self._total - self._done) / max(rate, 1e-9)
            place = f"{self._done}/{self._total} steps, {rate:.1f}/s, {left:.0f} s left"
            self._say(f"{self._what}: {place}. {self._note or state}")

    def say(self, line: str) -> None:
        """One line at once, unless nothing is to be shown."""
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False)
        elif self._display == "plain":
            self._say(line)

    def note(self, text: str) -> None:
        """What is to be said of the work so far, beside the next line."""
        self._note = text

    def _say(self, line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


def _bar(what: str, total: int) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

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
