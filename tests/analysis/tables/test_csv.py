"""The two shapes of CSV against the JSON: nothing rounded, nothing left out, nothing beside."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from io import StringIO
from typing import Any

from mgllm.analysis import render
from mgllm.records import Summary

METRICS = ("accuracy", "balanced_accuracy", "macro_f1", "auc", "log_odds", "brier", "calibration_error")


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def number(cell: str) -> float | None:
    return float(cell) if cell else None


def test_the_flat_csv_is_the_json(summary: Summary) -> None:
    """Each field of an arm, effect and claim stands unrounded in a column of its name, and nothing beside."""
    told: Mapping[str, Any] = json.loads(render(summary, "json"))
    lines = read(render(summary, "csv"))
    for table in ("arms", "effects", "claims"):
        rows = [line for line in lines if line["table"] == table]
        for line, known in zip(rows, told[table], strict=True):
            filled = {name for name, cell in line.items() if cell != ""} - {"table"}
            for name, cell in flat(known).items():
                filled.discard(name)
                assert same(line[name], cell), (table, name, line[name], cell)
            assert not filled, (table, filled)


def flat(known: Mapping[str, Any]) -> dict[str, Any]:
    """An object of the JSON as columns."""
    found: dict[str, Any] = {}
    for name, value in known.items():
        if name == "row":
            found |= value
        elif isinstance(value, Mapping):
            found |= {f"{name}_{key}": part for key, part in value.items()}
        elif name.endswith("interval") or name == "bounds":
            found |= dict(zip((f"{name}_low", f"{name}_high"), value or (None, None), strict=True))
        else:
            found[name] = "; ".join(value) if isinstance(value, list) else value
    return found


def same(cell: str, value: Any) -> bool:
    if value is None:
        return cell == ""
    return cell == str(value) if isinstance(value, bool | str) else float(cell) == float(value)


def test_the_long_csv_is_the_json_one_number_a_line(summary: Summary) -> None:
    lines = read(render(summary, "csv", shape="long"))
    found = {
        (line["about"], line["slice"], line["model"], line["arm"], line["baseline"], line["metric"]): line
        for line in lines
    }
    assert len(found) == len(lines)
    expected = 0
    for effect in (e for e in summary.effects if e.difference is not None):
        line = found["effect", "", effect.row.model, effect.arm, effect.baseline, effect.metric]
        low, high = effect.interval or (None, None)
        values = [effect.difference, low, high, effect.p, effect.q, effect.pairs, effect.subjects]
        assert [number(line[c]) for c in ("value", "low", "high", "p", "q", "n", "subjects")] == values
        expected += 1
    for arm in summary.arms:
        for metric in METRICS:
            value = getattr(arm, metric)
            key = ("arm", "", arm.row.model, arm.arm, "", metric)
            assert (key in found) == (value is not None)
            if value is not None:
                assert number(found[key]["value"]) == value
                assert int(found[key]["n"]) == arm.answered
                expected += 1
    for part in summary.slices:
        for effect in (e for e in part.effects if e.difference is not None):
            key = (
                "slice",
                f"half={part.value}",
                effect.row.model,
                effect.arm,
                effect.baseline,
                effect.metric,
            )
            assert number(found[key]["value"]) == effect.difference
            expected += 1
    rest = [line for line in lines if line["about"] in {"bias", "attribution"}]
    arms_of_slices = [line for line in lines if line["about"] == "slice" and not line["baseline"]]
    assert expected + len(rest) + len(arms_of_slices) == len(lines)


def test_each_gesture_has_its_counts(summary: Summary) -> None:
    lines = [line for line in read(render(summary, "csv")) if line["table"] == "attribution"]
    assert [(line["gesture"], line["gained"], line["lost"]) for line in lines] == [("head | nod", "3", "1")]
    assert lines[0]["arm"] == "text+only@head | nod"
    assert number(lines[0]["difference"]) == summary.attribution[0].effect.difference


def test_flips_and_biases_stand_with_their_numbers(summary: Summary) -> None:
    lines = read(render(summary, "csv"))
    flips = [line for line in lines if line["table"] == "flips"]
    assert [(line["arm"], line["baseline"], int(line["gained"]), int(line["lost"])) for line in flips] == [
        (each.arm, each.baseline, each.gained, each.lost) for each in summary.flips
    ]
    for line, bias in zip((each for each in lines if each["table"] == "bias"), summary.bias, strict=True):
        for nth, position in enumerate(bias.positions, 1):
            assert number(line[f"position_{nth}"]) == position.value
            ends = (number(line[f"position_{nth}_low"]), number(line[f"position_{nth}_high"]))
            assert ends == (position.interval or (None, None))
        assert number(line["refused_share"]) == (bias.refused.value if bias.refused else None)
        assert number(line["unparsed_share"]) == (bias.unparsed.value if bias.unparsed else None)
