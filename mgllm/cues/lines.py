"""The two simple cue styles: `timeline` and `plain`."""

from __future__ import annotations

from mgllm.cues.base import CueLine, ShownGestures, Style, style, sure, time_of


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
            CueLine(when=time_of(one), what=shown.name(one), sure=sure(one, shown.settings))
            for one in shown.gestures
        ]
