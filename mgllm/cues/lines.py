"""The two simple cue styles: `timeline` and `plain`."""

from __future__ import annotations

from mgllm.cues.base import CueLine, ShownGestures, Style, clock, style, sure
from mgllm.records import Gesture


@style("plain")
class Plain(Style):
    """Only the names."""

    def lines(self, shown: ShownGestures) -> list[CueLine]:
        return [CueLine(what=shown.name(one), sure=sure(one, shown.settings)) for one in shown.gestures]


@style("timeline")
class Timeline(Style):
    """Each gesture after its time, if it has one: "0:03.2–0:05.1 touching or scratching neck"."""

    def lines(self, shown: ShownGestures) -> list[CueLine]:
        return [
            CueLine(when=_time(one), what=shown.name(one), sure=sure(one, shown.settings))
            for one in shown.gestures
        ]


def _time(gesture: Gesture) -> str:
    if gesture.start is None:
        return ""
    end = f"–{clock(gesture.end)}" if gesture.end is not None else ""
    return f"{clock(gesture.start)}{end} "
