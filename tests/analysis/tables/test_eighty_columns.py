"""No line of markdown is wider than a terminal, whatever the summary and however long its names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from mgllm.analysis import Covariate, RunRecords, effects_between, render, summarise
from mgllm.analysis.tables.width import display_width
from mgllm.records import Summary

MakeRun = Callable[..., RunRecords]
LAYOUTS: list[Mapping[str, Any]] = [
    *({"brief": True}, {}, {"ids": True}, {"margin": 0.05, "brief": True}, {"shape": "wide"}),
    *({"shape": "long"}, {"tables": ("claims", "checks")}),
]
LONG = "openai-compatible/a-company-with-a-name/its-model-3.5-405b-instruct-turbo-2026-11-01"


def widest(summary: Summary, **layout: Any) -> tuple[int, str]:
    """The widest line and its width."""
    return max((display_width(line), line) for line in render(summary, "md", **layout).splitlines())


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_summaries_of_many_kinds(summary: Summary, layout: Mapping[str, Any]) -> None:
    assert widest(summary, **layout)[0] <= 80, widest(summary, **layout)


@pytest.fixture(scope="module")
def long_names(made_run: MakeRun) -> Summary:
    """Three models with names of 85 letters, one asked twice, labels and arms that are long or wide."""
    runs = [
        made_run(
            n, sizes=(2,) * 12, missing=0.2, model=f"{LONG}-{n}", id=str(n), labels=("win", "微表情" * 9)
        )
        for n in range(3)
    ]
    runs.append(made_run(5, sizes=(2,) * 12, model="=cmd|' /C calc'!A0", id="5", reasoning_effort="low"))
    halves = {("emotion", f"i{n:04d}"): "x" * 70 if n % 2 else "a value of some words" * 4 for n in range(24)}
    found = summarise(runs, Covariate("a-covariate-with-a-name" * 3, halves))
    between = effects_between([runs[0]], [runs[1]])
    return found.model_copy(update={"effects": (*found.effects, *between)})


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_long_names_and_wide_letters(long_names: Summary, layout: Mapping[str, Any]) -> None:
    assert widest(long_names, **layout)[0] <= 80, widest(long_names, **layout)


def test_many_arms(made_run: MakeRun) -> None:
    summary = summarise([made_run(1, sizes=(2,) * 12)])
    arms = [arm for arm in summary.arms if arm.arm == "text+mg"]
    more = tuple(
        arms[0].model_copy(update={"arm": f"text+noisy-and-late-and-more-of-it@{n}"}) for n in range(12)
    )
    many = summary.model_copy(update={"arms": (*summary.arms, *more)})
    assert widest(many)[0] <= 80
    text = render(many, "md", brief=True)
    assert max(map(display_width, text.splitlines())) <= 80
    for n in range(12):
        assert f"@{n} " in text


def test_a_heading_breaks_between_its_parts(made_run: MakeRun) -> None:
    model = "openai-compatible/" + "x" * 30
    lines = render(summarise([made_run(1, model=model)]), "md").splitlines()
    (heading,) = [line for line in lines if line.startswith("## ") and model in line]
    parts = (f"{heading} · {lines[lines.index(heading) + 2]}").split(" · ")
    assert parts[1] == model
    assert any(part.startswith("cues: ") and len(part) > len("cues: ") for part in parts[2:])
