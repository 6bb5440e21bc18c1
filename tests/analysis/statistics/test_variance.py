"""The variance of crossed factors, split as a slow version does, as mean squares do, and as it was made."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import numpy as np
import pytest

from mgllm.analysis.statistics.variance import components

Levels = dict[str, np.ndarray]


def crossed(*sizes: int) -> Levels:
    """Item, wording and order of each number of a complete table, repetitions last."""
    places = np.indices(sizes).reshape(len(sizes), -1)
    return dict(zip(("item", "wording", "order"), places, strict=False))


def made(rng: np.random.Generator, sizes: tuple[int, int, int, int], sd: dict[str, float]) -> np.ndarray:
    """Numbers with known components: item, wording, order, item × wording, resample."""
    items, wordings, orders, _ = sizes
    return np.asarray(
        rng.normal(0, sd["item"], (items, 1, 1, 1))
        + rng.normal(0, sd["wording"], (1, wordings, 1, 1))
        + rng.normal(0, sd["order"], (1, 1, orders, 1))
        + rng.normal(0, sd["item_cell"], (items, wordings, 1, 1))
        + rng.normal(0, sd["resample"], sizes)
    ).ravel()


def slowly(values: np.ndarray, levels: Levels) -> dict[frozenset[str], float]:
    """Every pair of numbers, one after the other: half its squared difference, by what it shares."""
    found: defaultdict[frozenset[str], list[float]] = defaultdict(list)
    for a, b in combinations(range(len(values)), 2):
        shared = frozenset(name for name, level in levels.items() if level[a] == level[b])
        found[shared].append((values[a] - values[b]) ** 2 / 2)
    return {shared: float(np.mean(each)) for shared, each in found.items()}


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_two_factors_are_split_as_all_pairs_say(missing: float) -> None:
    rng = np.random.default_rng(4)
    levels = {name: level for name, level in crossed(6, 3, 2).items() if name != "order"}  # 2 repetitions
    values = rng.normal(0, 1, 36) + 3 * levels["item"]
    kept = rng.random(36) >= missing
    values, levels = values[kept], {name: level[kept] for name, level in levels.items()}
    apart = slowly(values, levels)
    nothing, item, wording, both = (
        apart[frozenset(some)] for some in ((), ("item",), ("wording",), ("item", "wording"))
    )
    wanted = {
        "item": nothing - item,
        "wording": nothing - wording,
        "item_cell": item + wording - nothing - both,
        "resample": both,
    }
    found = components(values, levels)
    assert found is not None
    assert set(found.parts) == set(wanted)
    for name, value in wanted.items():
        assert found.parts[name] == pytest.approx(max(value, 0.0))
    assert set(found.negative) == {name for name, value in wanted.items() if value < -1e-9}


def test_a_complete_table_is_split_as_mean_squares_split_it() -> None:
    items, wordings, times = 7, 4, 3
    rng = np.random.default_rng(9)
    table = rng.normal(0, 1, (items, wordings, times)) + 2 * rng.normal(0, 1, (items, 1, 1))
    mean = table.mean()
    of_item, of_wording, cell = table.mean(axis=(1, 2)), table.mean(axis=(0, 2)), table.mean(axis=2)
    ms_item = wordings * times * ((of_item - mean) ** 2).sum() / (items - 1)
    ms_wording = items * times * ((of_wording - mean) ** 2).sum() / (wordings - 1)
    rest = cell - of_item[:, None] - of_wording[None, :] + mean
    ms_both = times * (rest**2).sum() / ((items - 1) * (wordings - 1))
    ms_error = ((table - cell[..., None]) ** 2).sum() / (items * wordings * (times - 1))
    wanted = {
        "item": (ms_item - ms_both) / (wordings * times),
        "wording": (ms_wording - ms_both) / (items * times),
        "item_cell": (ms_both - ms_error) / times,
        "resample": ms_error,
    }
    place = np.indices(table.shape).reshape(3, -1)
    found = components(table.ravel(), {"item": place[0], "wording": place[1]})
    assert found is not None
    assert found.parts == pytest.approx({name: max(value, 0.0) for name, value in wanted.items()})


@pytest.mark.parametrize("missing", [0.0, 0.25])
def test_known_components_are_found(missing: float) -> None:
    sd = {"item": 3.0, "wording": 1.5, "order": 1.0, "item_cell": 0.8, "resample": 2.0}
    rng, sizes = np.random.default_rng(1), (24, 6, 4, 2)
    levels = {name: np.repeat(level, 2).astype(np.int64) for name, level in crossed(*sizes[:3]).items()}
    found: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(120):
        values = made(rng, sizes, sd)
        kept = rng.random(len(values)) >= missing
        split = components(values[kept], {name: level[kept] for name, level in levels.items()})
        assert split is not None
        for name, value in split.parts.items():
            found[name].append(value)
    for name, deviation in sd.items():
        error = np.std(found[name]) / np.sqrt(len(found[name]))
        assert np.mean(found[name]) == pytest.approx(deviation**2, abs=4 * error + 0.02), name
    assert np.mean(found["cell"]) < 0.05  # nothing was put there


def test_without_repetitions_resample_is_the_rest() -> None:
    rng, levels = np.random.default_rng(3), crossed(30, 5)
    values = 2 * rng.normal(0, 1, 30)[levels["item"]] + rng.normal(0, 1.5, 150)
    found = components(values, levels)
    assert found is not None
    assert set(found.parts) == {"item", "wording", "resample"}
    assert found.parts["resample"] == pytest.approx(2.25, rel=0.25)


def test_a_negative_part_is_0_and_named() -> None:
    levels = crossed(4, 2)
    values = np.array([1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 1.0])  # wordings disagree in every item
    found = components(values, levels)
    assert found is not None
    assert found.parts["item"] == 0.0
    assert "item" in found.negative


def test_a_factor_with_one_level_has_no_part() -> None:
    levels = {**crossed(5, 3), "order": np.zeros(15, np.int64)}
    found = components(np.arange(15.0), levels)
    assert found is not None
    assert "order" not in found.parts


def test_one_item_has_no_split() -> None:
    assert components(np.array([1.0, 2.0]), {"item": np.zeros(2, np.int64)}) is None
