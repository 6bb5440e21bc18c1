"""The same arm in two runs, and several runs in one table."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from statistics import fmean
from typing import Any

import pytest

from mgllm.analysis import RunRecords, effects_between, summarise
from mgllm.errors import InputError
from mgllm.records import Effect

MakeRun = Callable[..., RunRecords]


def two(random_run: MakeRun, **changes: Any) -> tuple[RunRecords, RunRecords]:
    """Two models over the same items."""
    other = {"model": "fake/two", "id": "run-b", **changes}
    return random_run(1, effect=2.0, id="run-a"), random_run(2, effect=0.0, **other)


def accuracy(effects: tuple[Effect, ...], arm: str) -> Effect:
    (found,) = [e for e in effects if e.arm == arm and e.metric == "accuracy"]
    return found


def test_models_are_paired_on_items(random_run: MakeRun) -> None:
    first, second = two(random_run)
    found = accuracy(effects_between([first], [second]), "text+mg")
    assert found.row.model == "fake/one − fake/two"
    assert (found.arm, found.baseline, found.pairs, found.primary) == ("text+mg", "text+mg", 24, False)
    shares = [fmean(bool(r.correct) for r in run.records if r.arm == "text+mg") for run in (first, second)]
    assert found.difference == pytest.approx(shares[0] - shares[1])
    assert found.q is not None
    back = accuracy(effects_between([second], [first]), "text+mg")
    assert back.difference == -(found.difference or 0)


def test_runs_of_one_model_are_told_apart_by_their_ids(random_run: MakeRun) -> None:
    found = effects_between(*([run] for run in two(random_run, model="fake/one")))
    assert {e.row.model for e in found} == {"run-a − run-b"}


def test_only_items_of_both_runs_enter(random_run: MakeRun) -> None:
    first, second = two(random_run)
    fewer = replace(second, records=[r for r in second.records if r.item < "i0010"])
    found = accuracy(effects_between([first], [fewer]), "mg")
    assert (found.pairs, found.missing) == (10, 0)


def test_other_sources_and_items_are_flagged(random_run: MakeRun) -> None:
    first, second = two(random_run, cue_source="recognized", items_sha256="1", templates={"a.j2": "2"})
    found = accuracy(effects_between([first], [second]), "text+mg")
    assert found.row.cue_source is None
    assert {"cue sources differ", "item sets differ", "templates differ"} <= set(found.flags)


def test_another_form_is_not_subtracted(random_run: MakeRun) -> None:
    first, second = two(random_run)
    chat = replace(second, records=[r.model_copy(update={"form": "chat"}) for r in second.records])
    with pytest.raises(InputError, match="only such arms can be compared"):
        effects_between([first], [chat])


def test_another_target_is_refused(random_run: MakeRun) -> None:
    first, second = two(random_run)
    turned = [r.model_copy(update={"target": "lose"}) if r.item == "i0000" else r for r in second.records]
    with pytest.raises(InputError, match="item 'i0000' has subject and target"):
        effects_between([first], [replace(second, records=turned)])


def test_several_runs_share_one_family(random_run: MakeRun) -> None:
    summary = summarise(two(random_run))
    assert [claim.family for claim in summary.claims] == [4] * 4
    assert {claim.row.model for claim in summary.claims} == {"fake/one", "fake/two"}


def test_rows_of_runs_that_nothing_parts_are_numbered(random_run: MakeRun) -> None:
    summary = summarise(two(random_run, model="fake/one"))
    assert {arm.row.run for arm in summary.arms} == {"run 1", "run 2"}
    assert "run 1 is run-a; run 2 is run-b" in summary.notes
    assert {arm.row.run for arm in summarise(two(random_run)).arms} == {None}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scenario": "deception"}, "scenario 'deception', which is not in manifest.json"),
        ({"answer": "draw"}, "label 'draw' is not one of: win, lose"),
        ({"target": "draw"}, "label 'draw' is not one of: win, lose"),
    ],
)
def test_records_that_do_not_fit_their_manifest_are_refused(
    random_run: MakeRun, change: dict[str, str], message: str
) -> None:
    run = random_run(1)
    bad = [r.model_copy(update=change) if r.item == "i0000" else r for r in run.records]
    with pytest.raises(InputError) as caught:
        summarise([replace(run, records=bad)])
    assert message in str(caught.value)


def test_a_run_of_priors_alone_has_rows_and_no_effects(random_run: MakeRun) -> None:
    run = random_run(1)
    summary = summarise([replace(run, records=[r for r in run.records if r.arm == "none"])])
    assert ([arm.arm for arm in summary.arms], summary.effects) == (["none"], ())


def test_a_run_without_records_is_an_empty_table(random_run: MakeRun) -> None:
    summary = summarise([replace(random_run(1), records=[])])
    assert (summary.arms, summary.effects, summary.claims) == ((), (), ())
    assert summary.notes


def test_the_ledger_loads_no_heavy_library_before_it_is_needed() -> None:
    heavy = {"pandas", "scipy", "statsmodels", "sklearn", "torch", "transformers"}
    code = f"import sys, mgllm.analysis; print(sorted({heavy!r} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
