"""The grids of several runs, each with its own name; wordings of one question are also averaged.

Shape suffixes: I items, E epochs, K shuffles, L labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mgllm.analysis.statistics.grid import Answers, Grid, grids
from mgllm.analysis.statistics.runs import RunRecords
from mgllm.records import Record, RowName, RunManifest, ScenarioManifest

Asked = tuple[int, RunManifest, Grid]
"""The run's number from 1, its manifest, and one of its grids."""


def named_grids(runs: Sequence[RunRecords]) -> list[Grid]:
    """Every grid of every run, no two with the same name; one wording among several tests no claim.

    Raises:
        InputError: a run's records do not fit its manifest.
    """
    found = [(nth, run.manifest, grid) for nth, run in enumerate(runs, 1) for grid in grids(run)]
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
    first, arms, items = group[0], _arms(group), tuple(sorted(facts))
    return replace(
        first,
        row=first.row.model_copy(update={"wording": None, "wordings": len(group)}),
        items=items,
        epochs=tuple(range(sum(len(grid.epochs) for grid in group))),
        subjects=tuple(facts[item][0] for item in items),
        target_I=np.array([facts[item][1] for item in items], np.int64),
        answers={arm: _beside([(grid, grid.answers[arm]) for grid in group], items) for arm in arms},
        records={arm: _all_records(group, arm) for arm in first.records if arm in arms},
        attributed={},
        stopped={arm: words for grid in group for arm, words in grid.stopped.items()},
        claims=True,
    )


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
    return [
        replace(grid, row=grid.row.model_copy(update={"run": names[id(grid)]})) if id(grid) in names else grid
        for _, _, grid in found
    ]


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


def _facts(group: Sequence[Grid]) -> Mapping[str, tuple[str, int]] | None:
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


def _all_records(group: Sequence[Grid], arm: str) -> list[Record]:
    return [record for grid in group for record in grid.records[arm]]


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
