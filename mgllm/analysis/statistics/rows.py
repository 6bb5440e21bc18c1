"""The grids of several runs, each with its own name; wordings of one question are also averaged.

The cells of a sweep are one grid: their mean inside the item. Shape suffixes: I items, E epochs,
K shuffles, L labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mgllm.analysis.statistics.grid import Answers, Grid, grids
from mgllm.analysis.statistics.runs import RunRecords
from mgllm.records import RowName, RunManifest, ScenarioManifest

Asked = tuple[int, RunManifest, Grid]
"""The run's number from 1, its manifest, and one of its grids."""
Facts = Mapping[str, tuple[str, int]]
"""By item, its subject and the index of its target."""
AXES = ("wording", "order", "style")
"""What differs between the cells of a sweep, as fields of a row's name."""


def run_grids(run: RunRecords) -> list[Grid]:
    """A run's grids, the cells of a sweep as one grid each.

    Raises:
        InputError: a record has a scenario or a label that is not in the manifest.
    """
    groups: dict[RowName, list[Grid]] = {}
    for grid in grids(run):
        swept = bool(grid.scenario.cells)
        name = grid.row.model_copy(update=dict.fromkeys(AXES)) if swept else grid.row
        groups.setdefault(name, []).append(grid)
    return [
        _mean_of_cells(group, run.manifest.epochs) if group[0].scenario.cells else group[0]
        for group in groups.values()
    ]


def named_grids(runs: Sequence[RunRecords]) -> list[Grid]:
    """Every grid of every run, no two with the same name; one wording among several tests no claim.

    Raises:
        InputError: a run's records do not fit its manifest.
    """
    found = [(nth, run.manifest, grid) for nth, run in enumerate(runs, 1) for grid in run_grids(run)]
    named = _distinct(found)
    groups = _by_question(named).values()
    several = {id(grid) for group in groups if _facts(group) is not None for grid in group}
    return [replace(grid, claims=id(grid) not in several) for grid in named]


def with_averages(named: Sequence[Grid]) -> list[Grid]:
    """The same, followed by one grid for each question with several wordings, averaged inside the
    item."""
    whole = [made for group in _by_question(named).values() if (made := averaged(group)) is not None]
    return [*named, *whole]


def averaged(group: Sequence[Grid]) -> Grid | None:
    """Wordings of one question as one grid: the epochs of all wordings, one after the other.

    Null with a single wording, or if items or labels of the wordings do not fit together.
    """
    facts = _facts(group)
    if facts is None:
        return None
    row = group[0].row.model_copy(update={"wording": None, "wordings": len(group)})
    return beside(group, row, _arms(group), facts)


def beside(group: Sequence[Grid], row: RowName, arms: Sequence[str], facts: Facts) -> Grid:
    """Several grids as one, the epochs of all one after the other; all its numbers average them
    inside the item.

    Args:
        group: the grids, with the same labels.
        row: the name of the mean.
        arms: the arms that are kept.
        facts: subject and target of every item.
    """
    first, items = group[0], tuple(sorted(facts))
    return replace(
        first,
        row=row,
        items=items,
        epochs=tuple(range(sum(len(grid.epochs) for grid in group))),
        subjects=tuple(facts[item][0] for item in items),
        target_I=np.array([facts[item][1] for item in items], np.int64),
        answers={arm: _beside([(grid, _answers(grid, arm)) for grid in group], items) for arm in arms},
        records={arm: [r for grid in group for r in grid.records.get(arm, ())] for arm in arms},
        attributed={},
        stopped={arm: words for grid in group for arm, words in grid.stopped.items()},
        claims=True,
        parts=tuple(group),
    )


def _mean_of_cells(group: Sequence[Grid], epochs: int) -> Grid:
    """The cells of a sweep, in the manifest's order, averaged inside the item."""
    scenario = group[0].scenario
    place = {(cell.wording, cell.order, cell.style): nth for nth, cell in enumerate(scenario.cells)}
    parts = sorted(group, key=lambda grid: place.get(_levels(grid.row), len(place)))
    facts: dict[str, tuple[str, int]] = {}
    for grid in parts:
        for item, subject, target in zip(grid.items, grid.subjects, grid.target_I.tolist(), strict=True):
            facts.setdefault(item, (subject, target))
    arms = [arm for arm in scenario.arms if any(arm in grid.answers for grid in parts)]
    whole = beside(parts, mean_row(parts[0].row, scenario), arms, facts)
    planned = scenario.items_asked * epochs * len(scenario.cells)
    times = {arm: int((each.outcome_IEK > 0).any(axis=2).sum()) for arm, each in whole.answers.items()}
    records = {
        arm: [
            record.model_copy(update={"epoch": nth * epochs + record.epoch})
            for nth, grid in enumerate(parts)
            for record in grid.records.get(arm, ())
        ]
        for arm in scenario.arms
        if any(arm in grid.records for grid in parts)
    }
    stopped = {arm: f"{asked} of {planned}" for arm, asked in times.items() if asked < planned}
    return replace(whole, records=records, stopped=stopped)


def _levels(row: RowName) -> tuple[str | None, str | None, str | None]:
    return row.wording, row.order, row.style


def mean_row(row: RowName, scenario: ScenarioManifest) -> RowName:
    """The name of the mean over cells: what differs between them is counted, not named."""
    update: dict[str, object] = {}
    for axis in AXES:
        count = len({getattr(cell, axis) for cell in scenario.cells})
        if count > 1:
            update |= {axis: None, f"{axis}s": count}
    return row.model_copy(update=update)


def _by_question(found: Sequence[Grid]) -> Mapping[RowName, list[Grid]]:
    """Grids that differ only in the wording, by the name that they share."""
    groups: dict[RowName, list[Grid]] = {}
    for grid in found:
        groups.setdefault(_question(grid.row), []).append(grid)
    return groups


def _question(row: RowName) -> RowName:
    return row.model_copy(update={"wording": None})


def _distinct(found: Sequence[Asked]) -> list[Grid]:
    """Grids that would have the same name get what differs between their runs, or else a number."""
    groups: dict[RowName, list[Asked]] = {}
    for each in found:
        groups.setdefault(_question(each[2].row), []).append(each)
    names: dict[int, str] = {}
    for group in groups.values():
        if max(Counter(grid.row for _, _, grid in group).values()) > 1:
            names |= dict(zip((id(grid) for _, _, grid in group), _names(group), strict=True))
    return [_called(grid, names[id(grid)]) if id(grid) in names else grid for _, _, grid in found]


def _called(grid: Grid, name: str) -> Grid:
    """The grid, and the cells of a sweep, with the name of its run."""
    parts = tuple(_called(part, name) for part in grid.parts)
    return replace(grid, row=grid.row.model_copy(update={"run": name}), parts=parts)


def _names(group: Sequence[Asked]) -> list[str]:
    """For each run, the facts in which the runs differ; its number if two still have the same
    name."""
    facts = [_about(manifest, grid.scenario) for _, manifest, grid in group]
    differ = [what for what in facts[0] if len({each[what] for each in facts}) > 1]
    named = [", ".join(f"{what} {each[what]}" for what in differ) for each in facts]
    wordings = [grid.row.wording for _, _, grid in group]
    alike = Counter(zip(named, wordings, strict=True))
    return [
        name if alike[name, wording] == 1 and name else ", ".join(filter(None, [name, f"run {nth}"]))
        for name, wording, (nth, _, _) in zip(named, wordings, group, strict=True)
    ]


def _about(manifest: RunManifest, scenario: ScenarioManifest) -> Mapping[str, str]:
    return {
        "items": scenario.items_name,
        "item set": scenario.items_sha256[:6],
        "limit": str(manifest.limit or "none"),
        "seed": str(manifest.seed),
        "temperature": f"{manifest.temperature:g}",
        "epochs": str(manifest.epochs),
        "confusion": (manifest.confusion_sha256 or "none")[:6],
    }


def _arms(group: Sequence[Grid]) -> list[str]:
    """The arms that every wording has."""
    return [arm for arm in group[0].answers if all(arm in grid.answers for grid in group)]


def _facts(group: Sequence[Grid]) -> Facts | None:
    """Subject and target of each item of several wordings.

    Null with a single wording, or if they have no common arm, different labels, or different facts
    of an item.
    """
    if len(group) < 2 or not _arms(group) or len({grid.labels for grid in group}) > 1:
        return None
    facts: dict[str, tuple[str, int]] = {}
    for grid in group:
        for item, subject, target in zip(grid.items, grid.subjects, grid.target_I.tolist(), strict=True):
            if facts.setdefault(item, (subject, target)) != (subject, target):
                return None
    return facts


def _answers(grid: Grid, arm: str) -> Answers:
    """An arm's answers; of an arm that was not asked in this grid, nothing."""
    if arm in grid.answers:
        return grid.answers[arm]
    shape = (len(grid.items), len(grid.epochs), 1)
    return Answers(
        outcome_IEK=np.zeros(shape, np.int64),
        answer_IEK=np.full(shape, -1, np.int64),
        probabilities_IEKL=np.full((*shape, len(grid.labels)), np.nan),
        log_odds_IEK=np.full(shape, np.nan),
        censored_IEK=np.zeros(shape, bool),
        leaked_IE=np.zeros(shape[:2], bool),
        unknown_IE=np.zeros(shape[:2], bool),
        draws_I=np.zeros(shape[0], np.int64) if grid.row.score == "sample" else None,
    )


def _beside(parts: Sequence[tuple[Grid, Answers]], items: Sequence[str]) -> Answers:
    """One arm's answers with all wordings, epochs one after the other, over the items of all."""
    shuffles = max(answers.outcome_IEK.shape[2] for _, answers in parts)
    place = {item: n for n, item in enumerate(items)}

    def joined(name: str, empty: float) -> np.ndarray:
        whole = []
        for grid, answers in parts:
            part: np.ndarray = getattr(answers, name)
            shape = (len(items), part.shape[1], *((shuffles, *part.shape[3:]) if part.ndim > 2 else ()))
            filled = np.full(shape, empty, part.dtype)
            rows = np.array([place[item] for item in grid.items], np.int64)
            if part.ndim > 2:
                filled[rows, :, : part.shape[2]] = part
            else:
                filled[rows] = part
            whole.append(filled)
        return np.concatenate(whole, axis=1)

    return Answers(
        outcome_IEK=joined("outcome_IEK", 0),
        answer_IEK=joined("answer_IEK", -1),
        probabilities_IEKL=joined("probabilities_IEKL", np.nan),
        log_odds_IEK=joined("log_odds_IEK", np.nan),
        censored_IEK=joined("censored_IEK", 0),
        leaked_IE=joined("leaked_IE", 0),
        unknown_IE=joined("unknown_IE", 0),
        draws_I=_draws(parts, place),
        rated=parts[0][1].rated,
    )


def _draws(parts: Sequence[tuple[Grid, Answers]], place: Mapping[str, int]) -> np.ndarray | None:
    """Draws of all wordings together; null if probabilities are the model's own."""
    total = np.zeros(len(place), np.int64)
    for grid, answers in parts:
        if answers.draws_I is None:
            return None
        np.add.at(total, [place[item] for item in grid.items], answers.draws_I)
    return total
