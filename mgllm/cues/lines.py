"""The two simple cue styles: `timeline` and `plain`."""

from __future__ import annotations

from mgllm.cues.base import CueLine, Style, Told, clock, style, sure
from mgllm.records import Gesture


@style("plain")
class Plain(Style):
    """The names alone."""

    def lines(self, told: Told) -> list[CueLine]:
        """A line for each gesture."""
        return [CueLine(what=one.label, sure=sure(one, told.settings)) for one in told.gestures]


@style("timeline")
class Timeline(Style):
    """Each gesture behind its time, where it has one: "0:03.2–0:05.1 touching or scratching neck"."""

    def lines(self, told: Told) -> list[CueLine]:
        """A line for each gesture."""
        return [
            CueLine(when=_time(one), what=one.label, sure=sure(one, told.settings)) for one in told.gestures
        ]


def _time(gesture: Gesture) -> str:
    if gesture.start is None:
        return ""
    end = f"–{clock(gesture.end)}" if gesture.end is not None else ""
    return f"{clock(gesture.start)}{end} "
