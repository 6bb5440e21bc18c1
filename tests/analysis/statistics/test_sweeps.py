"""The cells of a sweep are one question: one mean, one claim, and a range that names its ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest

from mgllm.analysis import RunRecords, effects_between, summarise
from mgllm.analysis.statistics.jackknife import t_interval
from mgllm.analysis.statistics.sweeps import others_interval
from mgllm.errors import InputError
from mgllm.records import Cell, Record, Summary, cell_id

MakeRun = Callable[..., RunRecords]
ORDERS = {"win/lose": ("win", "lose"), "lose/win": ("lose", "win")}


def swept(
    make: MakeRun, wordings: Sequence[str], orders: Sequence[str] = tuple(ORDERS), **told: Any
) -> RunRecords:
    """A run of 24 items in every wording and order, each cell with answers of its own."""
    seed = told.pop("seed", 5)
    cells, records = [], list[Record]()
    for nth, (wording, order) in enumerate(product(wordings, orders)):
        facts = {"wording": wording, "order": order, "cell": cell_id(wording, order)}
        cells.append(Cell(id=facts["cell"], wording=wording, order=order, labels=ORDERS[order]))
        run = make(seed + nth, sizes=(2,) * 12, effect=2.0 - 0.5 * nth, **told)
        records += [r.model_copy(update={**facts, "label_order": ORDERS[order]}) for r in run.records]
    scenario = run.manifest.scenarios[0].model_copy(update={"cells": tuple(cells)})
    return RunRecords(run.manifest.model_copy(update={"scenarios": (scenario,)}), records)


def right(records: Sequence[Record], item: str, arm: str, **facts: Any) -> list[float]:
    return [
        float(bool(record.correct))
        for record in records
        if (record.item, record.arm) == (item, arm)
        and all(getattr(record, name) == value for name, value in facts.items())
    ]


def over_text(summary: Summary, metric: str = "accuracy") -> Any:
    (sweep,) = summary.sweeps
    return next(e for e in sweep.contrasts if (e.baseline, e.metric) == ("text", metric))


def test_cells_are_averaged_inside_the_item(made_run: MakeRun) -> None:
    run = swept(made_run, ("first", "b", "c"))
    summary = summarise([run])
    assert {arm.row.averaged for arm in summary.arms} == {"3 wordings × 2 orders"}
    effect = next(e for e in summary.effects if e.primary and (e.metric, e.baseline) == ("accuracy", "text"))
    items = sorted({record.item for record in run.records})
    gain = [
        np.mean(right(run.records, item, "text+mg")) - np.mean(right(run.records, item, "text"))
        for item in items
    ]
    subjects = {record.item: record.subject for record in run.records}
    mean = float(np.mean(gain))
    assert effect.difference == pytest.approx(mean)
    assert effect.pairs == len(items) == 24
    without = [
        np.mean([g for g, i in zip(gain, items, strict=True) if subjects[i] != each])
        for each in sorted(set(subjects.values()))
    ]
    count = len(without)
    se = float(np.sqrt((count - 1) / count * ((np.array(without) - np.mean(without)) ** 2).sum()))
    assert effect.interval == pytest.approx(t_interval(mean, se, count - 1))


def test_a_sweep_is_one_claim_however_many_cells(made_run: MakeRun) -> None:
    for wordings in (("first",), ("first", "b"), ("first", "b", "c", "d", "e")):
        summary = summarise([swept(made_run, wordings)])
        assert len(summary.claims) == 2  # accuracy and log-odds
        assert {claim.family for claim in summary.claims} == {2}


def test_worst_and_best_cell_are_named(made_run: MakeRun) -> None:
    run = swept(made_run, ("first", "b"))
    gains = {}
    items = sorted({record.item for record in run.records})
    for wording, order in product(("first", "b"), ORDERS):
        facts = {"wording": wording, "order": order}
        gains[f"{wording}, {order}"] = np.mean(
            [
                right(run.records, item, "text+mg", **facts)[0] - right(run.records, item, "text", **facts)[0]
                for item in items
            ]
        )
    found = over_text(summarise([run]))
    assert found.worst == pytest.approx(min(gains.values()))
    assert found.best == pytest.approx(max(gains.values()))
    assert gains[found.worst_cell] == pytest.approx(found.worst)
    assert gains[found.best_cell] == pytest.approx(found.best)
    assert (found.above, found.cells) == (sum(gain > 0 for gain in gains.values()), 4)


def test_each_cell_is_there_by_itself(made_run: MakeRun) -> None:
    run = swept(made_run, ("first", "b"))
    (sweep,) = summarise([run]).sweeps
    assert len(sweep.cells) == 4
    for cell in sweep.cells:
        text = next(arm for arm in cell.arms if arm.arm == "text")
        mine = [r for r in run.records if (r.wording, r.order) == (cell.row.wording, cell.row.order)]
        assert text.accuracy == pytest.approx(np.mean([bool(r.correct) for r in mine if r.arm == "text"]))
        assert not any(effect.primary for effect in cell.effects)
        assert {effect.metric for effect in cell.effects} == {"accuracy", "log_odds"}


@pytest.mark.parametrize("count", [4, 5])
def test_other_wordings_are_spoken_of_from_five_on(made_run: MakeRun, count: int) -> None:
    found = over_text(summarise([swept(made_run, ("first", "b", "c", "d", "e")[:count])]))
    assert (found.other_wordings is not None) == (count == 5)
    assert (found.why_not is None) == (count == 5)
    if found.other_wordings is not None:
        low, high = found.interval
        assert found.other_wordings[1] - found.other_wordings[0] >= high - low - 1e-9
    else:
        assert found.why_not == "4 of the 5 wordings that it needs"


def test_a_complete_table_gives_the_mean_squares_interval() -> None:
    wordings, subjects = 5, 14
    rng = np.random.default_rng(2)
    table = rng.normal(0, 1, (wordings, subjects)) + rng.normal(0, 2, (wordings, 1))
    without = (table.sum(axis=1, keepdims=True) - table) / (subjects - 1)
    replicates = np.hstack([table.mean(axis=1, keepdims=True), without])
    mean = table.mean()
    ms_s = wordings * ((table.mean(axis=0) - mean) ** 2).sum() / (subjects - 1)
    ms_w = subjects * ((table.mean(axis=1) - mean) ** 2).sum() / (wordings - 1)
    rest = table - table.mean(axis=0) - table.mean(axis=1)[:, None] + mean
    ms_sw = (rest**2).sum() / ((subjects - 1) * (wordings - 1))
    variance = (ms_s + ms_w - ms_sw) / (subjects * wordings)
    df = (ms_s + ms_w - ms_sw) ** 2 / (
        ms_s**2 / (subjects - 1) + ms_w**2 / (wordings - 1) + ms_sw**2 / ((subjects - 1) * (wordings - 1))
    )
    found = others_interval(replicates, subjects - 1)
    assert found.df == pytest.approx(df)
    assert found.interval == pytest.approx(t_interval(float(mean), float(variance**0.5), float(df)))


def test_the_interval_for_other_wordings_covers_other_wordings() -> None:
    """The one by subject, about these wordings only, covers the mean of all wordings too seldom."""
    rng, hits, mine = np.random.default_rng(0), 0, 0
    for _ in range(600):
        table = rng.normal(0, 1, 20) + rng.normal(0, 0.8, (5, 1)) + rng.normal(0, 0.5, (5, 20))
        without = (table.sum(axis=1, keepdims=True) - table) / 19
        found = others_interval(np.hstack([table.mean(axis=1, keepdims=True), without]), 19)
        hits += found.interval[0] <= 0 <= found.interval[1]
        se = float(table.mean(axis=0).std(ddof=1) / 20**0.5)
        low, high = t_interval(float(table.mean()), se, 19)
        mine += low <= 0 <= high
    assert hits / 600 == pytest.approx(0.95, abs=0.027)
    assert mine / 600 < 0.85


def test_the_variance_of_a_sweep_finds_what_was_put_in(made_run: MakeRun) -> None:
    """Log-odds of the target: items, wordings and orders move them by known amounts."""
    rng = np.random.default_rng(6)
    run = swept(made_run, ("first", "b", "c", "d", "e", "f"), epochs=2)
    moved: dict[object, float] = {}

    def move(what: object, deviation: float) -> float:
        return moved.setdefault(what, float(rng.normal(0, deviation)))

    records = []
    for record in run.records:
        odds = move(record.item, 1.0) + move(record.wording, 0.6) + float(rng.normal(0, 0.4))
        odds += 0.5 if record.order == "win/lose" else -0.5
        p = 1 / (1 + np.exp(-odds))
        other = "lose" if record.target == "win" else "win"
        told = {"probabilities": {record.target: p, other: 1 - p}, "scores": None, "outcome": "answered"}
        answer = record.target if p > 0.5 else other
        told |= {"answer": answer, "correct": answer == record.target}
        records.append(record.model_copy(update=told))
    (sweep,) = summarise([RunRecords(run.manifest, records)]).sweeps
    split = next(s for s in sweep.variance if (s.arm, s.baseline, s.metric) == ("text", None, "log_odds"))
    items = [moved[item] for item in {record.item for record in records}]
    wordings = [moved[f"{name}"] for name in ("first", "b", "c", "d", "e", "f")]
    assert split.n == 24 * 6 * 2 * 2
    assert split.parts["item"] == pytest.approx(np.var(items, ddof=1), abs=0.08)
    assert split.parts["wording"] == pytest.approx(np.var(wordings, ddof=1), abs=0.03)
    assert split.parts["order"] == pytest.approx(0.5, abs=0.03)  # two orders, 1 nat apart
    assert split.parts["resample"] == pytest.approx(0.16, abs=0.02)
    assert split.parts["item_cell"] < 0.02


def test_orders_of_sampled_answers_have_no_split_of_shares(made_run: MakeRun) -> None:
    from tests.analysis.made import made

    plain = made(made_run, "sampled")
    cells = tuple(Cell(id=cell_id(None, n), order=n, labels=order) for n, order in ORDERS.items())
    records = [
        record.model_copy(update={"cell": cell.id, "order": cell.order, "label_order": cell.labels})
        for cell in cells
        for record in plain.records
    ]
    scenario = plain.manifest.scenarios[0].model_copy(update={"cells": cells})
    manifest = plain.manifest.model_copy(update={"scenarios": (scenario,)})
    (sweep,) = summarise([RunRecords(manifest, records)]).sweeps
    assert {split.metric for split in sweep.variance} == {"accuracy"}


def test_equal_cells_change_no_number(made_run: MakeRun) -> None:
    """A sweep whose cells all answer alike has the numbers of a plain run."""
    plain = made_run(3, sizes=(2,) * 12)
    cells = tuple(Cell(id=cell_id(name), wording=name) for name in ("first", "b"))
    records = [
        record.model_copy(update={"cell": cell.id, "wording": cell.wording})
        for cell in cells
        for record in plain.records
    ]
    scenario = plain.manifest.scenarios[0].model_copy(update={"cells": cells})
    manifest = plain.manifest.model_copy(update={"scenarios": (scenario,)})
    one, two = summarise([plain]), summarise([RunRecords(manifest, records)])
    for a, b in zip(one.effects, two.effects, strict=True):
        for name in ("difference", "se", "p", "pairs", "b", "c", "strict", "bounds"):
            assert getattr(a, name) == pytest.approx(getattr(b, name)), (a.metric, name)
    for a, b in zip(one.arms, two.arms, strict=True):
        assert (a.arm, a.accuracy, a.corrected_accuracy) == (b.arm, b.accuracy, b.corrected_accuracy)
        assert 2 * a.n == b.n


def test_a_stopped_sweep_says_so(made_run: MakeRun) -> None:
    run = swept(made_run, ("first", "b"))
    last = run.records[-1].cell
    kept = [r for r in run.records if r.cell != last or r.arm == "text"]
    summary = summarise([RunRecords(run.manifest, kept)])
    main = next(arm for arm in summary.arms if arm.arm == "text+mg")
    assert any("72 of 96" in flag for flag in main.flags)
    assert next(arm for arm in summary.arms if arm.arm == "text").flags == ()


def test_two_sweeps_are_subtracted_over_common_cells(made_run: MakeRun) -> None:
    first, second = swept(made_run, ("first", "b", "c")), swept(made_run, ("b", "c"), seed=40, id="second")
    (found,) = [e for e in effects_between([first], [second]) if (e.metric, e.arm) == ("accuracy", "text")]
    mine = [r for r in first.records if r.wording in {"b", "c"} and r.arm == "text"]
    other = [r for r in second.records if r.arm == "text"]
    wanted = np.mean([bool(r.correct) for r in mine]) - np.mean([bool(r.correct) for r in other])
    assert found.difference == pytest.approx(float(wanted))
    assert any("only 4 of 6 cells" in flag for flag in found.flags)


def test_a_sweep_less_a_plain_run_is_refused(made_run: MakeRun) -> None:
    with pytest.raises(InputError, match="no cell of a sweep in common"):
        effects_between([swept(made_run, ("first", "b"))], [made_run(8, sizes=(2,) * 12, id="plain")])
