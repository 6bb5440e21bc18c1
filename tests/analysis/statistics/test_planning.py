"""People that a study needs: against simulation, against the jackknife's own numbers, at its limits."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from mgllm.analysis.statistics.jackknife import detectable_in_se
from mgllm.analysis.statistics.planning import (
    detectable,
    fewest,
    icc_of,
    people_needed,
    pilots,
    plan_study,
    power,
    standard_error,
)
from mgllm.errors import InputError
from mgllm.records import StudyDesign
from tests.analysis.dosed import REAL, dosed_run

TEN = StudyDesign(effect=0.1, items=5)


@cache
def benchmark() -> Any:
    """`benchmarks/plan_study.py`, which makes studies up."""
    path = Path(__file__).parents[3] / "benchmarks" / "plan_study.py"
    spec = importlib.util.spec_from_file_location("benchmark_of_plan_study", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # pydantic and NamedTuple look there
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("nth", range(6))
def test_the_power_is_what_studies_find(nth: int) -> None:
    found = benchmark().simulate(benchmark().DESIGNS[nth], 10_000, 1)
    assert found.found == pytest.approx(found.planned, abs=benchmark().MOST_OFF)


def test_the_power_is_what_a_few_studies_find() -> None:
    found = benchmark().simulate(benchmark().DESIGNS[0], 1_000, 2)
    assert found.people == people_needed(benchmark().DESIGNS[0])
    assert found.found == pytest.approx(found.planned, abs=0.05)


def test_the_fewest_people_with_the_power_are_named() -> None:
    people = people_needed(TEN)
    assert power(TEN, people) >= 0.8 > power(TEN, people - 1)


def test_the_degrees_of_freedom_are_those_of_tables() -> None:
    """The detectable effect in standard errors is that of `detectable_in_se`, with effective people − 1."""
    uneven = TEN.model_copy(update={"spread": 1.0})
    for design, df in ((TEN, 19), (uneven, 9)):
        found = detectable(design, 20)
        assert found is not None
        se = standard_error(design.model_copy(update={"effect": found}), 20)
        assert found / se == pytest.approx(detectable_in_se(df), rel=1e-6)
    assert plan_study(uneven, 20).at.df == pytest.approx(9)


def test_the_standard_error_is_that_of_clustered_differences() -> None:
    """By the covariance matrix of all items: the slow, obvious version."""
    sizes = np.array([2, 6, 2, 6])
    design = StudyDesign(effect=0.1, items=4, spread=0.5, icc=0.3, discordance=0.4)
    owner = np.repeat(np.arange(4), sizes)
    alike = np.where(owner[:, None] == owner[None], 0.3, 0.0)
    np.fill_diagonal(alike, 1.0)
    variance = (0.4 - 0.01) * alike.sum() / len(owner) ** 2
    assert standard_error(design, 4) == pytest.approx(np.sqrt(variance))


def test_more_people_items_and_discordance_move_the_power_as_they_must() -> None:
    powers = [power(TEN, people) for people in (10, 20, 40, 80, 5_000)]
    assert powers == sorted(powers)
    assert powers[-1] == pytest.approx(1.0)
    needs = {need.items: need for need in plan_study(TEN).by_items}
    assert needs[1].people > needs[5].people > needs[50].people
    assert needs[5].people == people_needed(TEN) < needs[5].more_power
    assert people_needed(TEN.model_copy(update={"discordance": 0.5})) > people_needed(TEN)
    assert people_needed(TEN.model_copy(update={"claims": 4})) > people_needed(TEN)
    assert people_needed(TEN.model_copy(update={"icc": 0.5})) > people_needed(TEN)


def test_a_number_of_people_says_what_it_finds() -> None:
    plan = plan_study(TEN, 30)
    assert (plan.people, plan.given, plan.at.items) == (30, True, 150)
    assert plan.at in plan.curve
    assert plan.both == pytest.approx(max(0.0, 2 * plan.at.power - 1))


def test_without_an_interval_there_is_no_power() -> None:
    assert fewest(TEN) == 5
    assert fewest(TEN.model_copy(update={"spread": 1.0})) == 10
    assert power(TEN, 4) == 0.0
    with pytest.raises(InputError, match="--people 4: below 5 people of such a design there is no interval"):
        plan_study(TEN, 4)
    huge = StudyDesign(effect=0.25, items=5, discordance=0.25)
    assert plan_study(huge).people >= 5
    assert detectable(StudyDesign(effect=0.01, items=1, discordance=0.02), 5) is None


def test_an_impossible_number_of_people_is_one_line() -> None:
    with pytest.raises(InputError, match="more than 1,000,000 people would be needed"):
        people_needed(StudyDesign(effect=1e-5, items=1))


def test_an_effect_larger_than_the_discordance_cannot_be() -> None:
    with pytest.raises(ValidationError, match="10 points needs arms that differ in at least 10 %"):
        StudyDesign(effect=0.1, items=5, discordance=0.05)


def test_nats_have_a_standard_deviation_instead_of_discordance() -> None:
    nats = StudyDesign(effect=0.5, items=1, icc=0, sd=1.0)
    assert people_needed(nats) == 34  # two-sided paired t test, d = 0.5: any table of power


def test_the_icc_is_found_again() -> None:
    rng = np.random.default_rng(0)
    sizes = rng.integers(2, 9, 4_000)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    values = rng.normal(0, np.sqrt(0.3), len(sizes))[owner] + rng.normal(0, np.sqrt(0.7), len(owner))
    assert icc_of(values, owner) == pytest.approx(0.3, abs=0.02)


def test_a_first_run_says_what_to_assume() -> None:
    run = dosed_run(arms=REAL, sizes=(2, 6) * 10)
    found = list(pilots(run))
    assert [(one.contrast, one.scored) for one in found[:2]] == [
        ("emotion: text+mg − text, accuracy", False),
        ("emotion: text+mg − text, log-odds", True),
    ]
    right = {(r.item, r.arm): bool(r.correct) for r in run.records}
    items = {r.item for r in run.records}
    differ = np.mean([right[item, "text+mg"] != right[item, "text"] for item in items])
    assert found[0].discordance == pytest.approx(differ)
    assert (found[0].items, found[0].spread, found[0].people) == (4.0, 0.5, 20)
    assert 0 <= found[0].icc < 1
