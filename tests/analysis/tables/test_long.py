"""In the long shape no two lines are about the same thing, whatever runs are compared."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from mgllm.analysis import Covariate, RunRecords, effects_between, render, summarise
from mgllm.records import Cell, Summary, cell_id

MakeRun = Callable[..., RunRecords]
NUMBERS = ("value", "low", "high", "p", "q", "n", "subjects")


def lines(summary: Summary) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render(summary, "csv", shape="long"))))


def keys(summary: Summary) -> Counter[tuple[tuple[str, str], ...]]:
    return Counter(
        tuple((name, value) for name, value in line.items() if name not in NUMBERS) for line in lines(summary)
    )


def changed(run: RunRecords, **fields: Any) -> RunRecords:
    """The run with other facts of its scenario, or of itself."""
    (scenario,) = run.manifest.scenarios
    of_scenario = {name: value for name, value in fields.items() if hasattr(scenario, name)}
    of_run = {name: value for name, value in fields.items() if name not in of_scenario}
    scenario = scenario.model_copy(update=of_scenario)
    return RunRecords(run.manifest.model_copy(update={**of_run, "scenarios": (scenario,)}), run.records)


def swept(run: RunRecords) -> RunRecords:
    """Every record in two wordings and two styles."""
    facts = [(wording, style) for wording in ("first", "b") for style in ("plain", "timeline")]
    cells = [Cell(id=cell_id(w, None, s), wording=w, style=s) for w, s in facts]
    records = [
        r.model_copy(update={"cell": c.id, "wording": c.wording, "style": c.style})
        for c in cells
        for r in run.records
    ]
    return RunRecords(changed(run, cells=tuple(cells)).manifest, records)


THREE: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "wordings": ({}, {"paraphrase": "b"}, {"paraphrase": "c"}),
    "wordings of two seeds": ({}, {"paraphrase": "b"}, {"paraphrase": "b", "seed": 1}),
    "item sets": ({}, {"items_name": "b.jsonl"}, {"items_sha256": "123456"}),
    "noise files": ({}, {"confusion_sha256": "a" * 64}, {"confusion_sha256": "b" * 64}),
    "repeated": ({}, {}, {}),
}


@pytest.mark.parametrize(
    ("changes", "sweep"),
    [*((changes, False) for changes in THREE.values()), (THREE["repeated"][:2], True)],
    ids=[*THREE, "sweeps"],
)
def test_every_line_has_its_own_key(
    made_run: MakeRun, changes: Sequence[Mapping[str, Any]], *, sweep: bool
) -> None:
    runs = [changed(made_run(n, sizes=(2,) * 12, id=f"r{n}"), **one) for n, one in enumerate(changes)]
    runs = [swept(run) for run in runs] if sweep else runs
    by = Covariate("room", {("emotion", f"i{n:04}"): "ab"[n % 2] for n in range(24)})
    found = keys(summarise(runs, by, [("mg", "text+filler")]))
    assert len(found) > 200
    assert [key for key, count in found.items() if count > 1] == []


@pytest.mark.parametrize("sweep", [False, True])
def test_differences_between_runs_have_their_own_keys(made_run: MakeRun, *, sweep: bool) -> None:
    """Of another model, so that the names of the runs are not in the row by themselves."""
    runs = [made_run(n, sizes=(2,) * 12, id=f"r{n}", model="fake/one") for n in range(2)]
    other = made_run(9, sizes=(2,) * 12, id="other", model="fake/two")
    if sweep:
        runs, other = [swept(run) for run in runs], swept(other)
    summary = summarise(runs)
    between = effects_between(runs, [other])
    found = keys(summary.model_copy(update={"effects": (*summary.effects, *between)}))
    assert sum(1 for key in found if ("model", "fake/one − fake/two") in key) == len(between) > 10
    assert set(found.values()) == {1}


def test_wordings_do_not_enlarge_the_family(made_run: MakeRun) -> None:
    for changes in (THREE["wordings"][:1], THREE["wordings"][:2], THREE["wordings"]):
        runs = [changed(made_run(n, sizes=(2,) * 12, id=f"r{n}"), **one) for n, one in enumerate(changes)]
        assert {claim.family for claim in summarise(runs).claims} == {2}


def test_a_sweep_has_cells_and_variance_in_lines_of_their_own(made_run: MakeRun) -> None:
    summary = summarise([swept(made_run(1, sizes=(2,) * 12))])
    found = lines(summary)
    cells = [line for line in found if line["about"] == "cell" and line["arm"] == "text"]
    assert {(line["wording"], line["style"]) for line in cells} == {
        ("first", "plain"), ("first", "timeline"), ("b", "plain"), ("b", "timeline")
    }  # fmt: skip
    parts = {line["slice"] for line in found if line["about"] == "variance"}
    assert {"part=item", "part=wording", "part=style", "part=resample"} <= parts
    mean = next(line for line in found if line["about"] == "arm")
    assert (mean["wordings"], mean["styles"], mean["wording"], mean["style"]) == ("2", "2", "", "")
