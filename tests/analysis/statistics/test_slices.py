"""Slices by a covariate: each is what a run over its items alone would say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mgllm.analysis import Covariate, RunRecords, render, summarise
from mgllm.analysis.statistics.slices import exposures
from mgllm.errors import InputError
from mgllm.records import Slice, Summary
from tests.analysis.conftest import part_of

MakeRun = Callable[..., RunRecords]


def by(run: RunRecords, name: str, value: Callable[[str], Any]) -> Summary:
    subjects = {record.item: record.subject for record in run.records}
    values = {("emotion", item): value(subject) for item, subject in subjects.items()}
    return summarise([run], Covariate(name, values))


def sex(subject: str) -> str:
    return "F" if int(subject[1:]) % 3 else "M"


def bare(part: Slice) -> tuple[Any, ...]:
    """Arms and effects without what differs by the table they stand in."""
    return part.arms, tuple(e.model_copy(update={"q": None, "primary": False}) for e in part.effects)


def test_a_slice_is_the_run_over_its_items(made_run: MakeRun) -> None:
    run = made_run(1, sizes=(2, 3) * 10, missing=0.1, epochs=2, shuffles=2)
    summary = by(run, "sex", sex)
    assert [part.value for part in summary.slices] == ["F", "M"]
    for part in summary.slices:
        people = {r.subject for r in run.records if sex(r.subject) == part.value}
        alone = summarise([part_of(run, lambda r: r.subject in people)])  # noqa: B023  # called at once
        primary = [e for e in alone.effects if e.primary]
        wanted = part.model_copy(
            update={"arms": tuple(a for a in alone.arms if a.arm != "none"), "effects": tuple(primary)}
        )
        assert bare(part) == bare(wanted)
        assert part.items == len({r.item for r in run.records if sex(r.subject) == part.value})
        assert all(effect.q is not None for effect in part.effects if effect.p is not None)


def test_small_slices_say_that_they_are_small(made_run: MakeRun) -> None:
    run = made_run(2, sizes=(2,) * 12)
    text = " ".join(render(by(run, "sex", lambda s: "few" if s < "s003" else "more"), "md").split())
    assert "sex: few: no interval: 3.0 effective subjects" in text
    assert "sex: more: few subjects: 9.0 effective" in text


def test_numbers_are_cut_into_thirds_and_missing_values_stand_last(made_run: MakeRun) -> None:
    run = made_run(3, sizes=(2,) * 20)
    summary = by(run, "age", lambda s: None if s == "s000" else 20 + int(s[1:]))
    assert [part.value for part in summary.slices] == ["≤ 27", "27 … 33", "> 33", "(unknown)"]
    assert sum(part.items for part in summary.slices) == 40
    few = by(run, "age", lambda s: int(s[1:]) % 2 * 10)
    assert [part.value for part in few.slices] == ["0", "10"]
    yes = by(run, "made_up", lambda s: s < "s010")
    assert [part.value for part in yes.slices] == ["false", "true"]


def test_what_cannot_be_sliced_is_refused(made_run: MakeRun) -> None:
    run = made_run(4, sizes=(2,) * 20)
    with pytest.raises(InputError, match="20 different values"):
        by(run, "name", lambda s: s)
    with pytest.raises(InputError, match="no item of scenario 'emotion' has the covariate 'age'"):
        by(run, "age", lambda _: None)


def test_slices_touch_nothing_else(made_run: MakeRun) -> None:
    run = made_run(5)
    assert by(run, "sex", sex).model_copy(update={"slices": ()}) == summarise([run])


def test_by_exposure_parts_clean_from_leaked_items(made_run: MakeRun) -> None:
    run = made_run(4, sizes=(2,) * 12)

    def told(item: str) -> str:
        return "in_sample" if item < "i0008" else "held_out"

    records = [
        r.model_copy(update={"exposure": told(r.item), "cue_source": "recognized"})
        if "mg" in r.arm or "shuffled" in r.arm
        else r
        for r in run.records
    ]
    leaky = RunRecords(run.manifest, records)
    found = summarise([leaky], by=exposures([leaky])).slices
    assert {part.value: part.items for part in found} == {"held_out": 16, "in_sample": 8}
    clean, leaked = (next(p for p in found if p.value == name) for name in ("held_out", "in_sample"))
    assert not any(flag.startswith("leaked") for effect in clean.effects for flag in effect.flags)
    assert all(any(flag.startswith("leaked: 8 of 8") for flag in effect.flags) for effect in leaked.effects)
    with pytest.raises(InputError, match="no run shows recognised gestures"):
        exposures([run])
