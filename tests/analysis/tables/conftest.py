"""Summaries of many kinds, for what must hold of all tables."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mgllm.analysis import Covariate, RunRecords, summarise
from mgllm.records import AttributedGesture, Attribution, Summary

MakeRun = Callable[..., RunRecords]


def runs(make: MakeRun, name: str) -> list[RunRecords]:
    """One run, or two models, with few or many people."""
    missing = {"missing": 0.1}
    return {
        "plain": [make(1, sizes=(2,) * 12, **missing)],
        "two models": [make(1, sizes=(3,) * 40, **missing), make(2, sizes=(3,) * 40, model="fake/2", id="2")],
        "not scored": [make(3, sizes=(2,) * 7, scored=False, score="generate", **missing)],
        "three labels": [make(4, sizes=(2, 3) * 6, labels=("joy", "fear", "calm"), effect=3.0)],
        "few people": [make(5, sizes=(4,) * 3)],
    }[name]


@pytest.fixture(scope="session", params=["plain", "two models", "not scored", "three labels", "few people"])
def summary(made_run: MakeRun, request: pytest.FixtureRequest) -> Summary:
    found = runs(made_run, request.param)
    halves = {("emotion", r.item): "odd" if int(r.item[1:]) % 2 else "even" for r in found[0].records}
    return with_gestures(summarise(found, Covariate("half", halves)))


def with_gestures(summary: Summary) -> Summary:
    """The summary with what one gesture gives, taken from its first effect."""
    effect = summary.effects[0]
    gesture = AttributedGesture(name="head | nod", members=("head | nod",), items=9, subjects=4)
    more = effect.model_copy(update={"primary": False, "q": 0.25, "arm": "text+only@head | nod"})
    found = Attribution(row=effect.row, gesture=gesture, way="added", effect=more, gained=3, lost=1)
    return summary.model_copy(update={"attribution": (found,)})
