"""From runs to everything that the tables show."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from mgllm.analysis.arm_rows import arm_rows
from mgllm.analysis.claims import claims, with_q
from mgllm.analysis.effects import Contrast, contrast_effects, grid_effects
from mgllm.analysis.grid import Grid, grids
from mgllm.analysis.notes import notes
from mgllm.analysis.realign import on_common_items
from mgllm.analysis.runs import RunRecords
from mgllm.errors import InputError
from mgllm.records import Effect, RowName, Summary


def summarise(runs: Sequence[RunRecords]) -> Summary:
    """Arms, differences between arms, claims and notes of one or more runs.

    Raises:
        InputError: a run's records do not fit its manifest.
    """
    found = [grid for run in runs for grid in grids(run)]
    by_grid = [grid_effects(grid) for grid in found]
    arms = tuple(row for grid in found for row in arm_rows(grid))
    effects = with_q(sorted((e for each in by_grid for e in each), key=lambda effect: not effect.primary))
    return Summary(
        schema="mgllm.summary/1",
        runs=tuple(run.manifest.id for run in runs),
        arms=arms,
        effects=effects,
        claims=claims(by_grid),
        notes=notes(runs, arms),
    )


def summarise_between(runs: Sequence[RunRecords], against: Sequence[RunRecords]) -> Summary:
    """Like `summarise`, but the effects are those of the same arm between runs."""
    arms = tuple(row for run in [*runs, *against] for grid in grids(run) for row in arm_rows(grid))
    effects = effects_between(runs, against)
    return Summary(
        schema="mgllm.summary/1",
        runs=tuple(run.manifest.id for run in [*runs, *against]),
        arms=arms,
        effects=effects,
        notes=notes([*runs, *against], arms),
    )


def effects_between(runs: Sequence[RunRecords], against: Sequence[RunRecords]) -> tuple[Effect, ...]:
    """The same arm in two runs, paired on (scenario, item, epoch): `runs` − `against`, all exploratory.

    Only what was asked in the same form, with the same reasoning and score, is subtracted.

    Raises:
        InputError: nothing can be subtracted, or an item has another target in the other run.
    """
    pairs = [
        (first, second, (run.manifest.id, other.manifest.id))
        for run, other in product(runs, against)
        for first, second in product(grids(run), grids(other))
        if _comparable(first.row, second.row)
    ]
    effects = [effect for first, second, ids in pairs for effect in _between(first, second, ids)]
    if not effects:
        raise InputError(
            f"{_names(runs)} and {_names(against)} share no arm with known targets in the same scenario, "
            "form, reasoning and score; numbers that differ in these are not subtracted"
        )
    return with_q(effects)


def _comparable(first: RowName, second: RowName) -> bool:
    same = ("scenario", "form", "reasoning", "score")
    return all(getattr(first, name) == getattr(second, name) for name in same)


def _between(first: Grid, second: Grid, ids: tuple[str, str]) -> list[Effect]:
    models = (first.row.model, second.row.model) if first.row.model != second.row.model else ids
    sources = {first.row.cue_source, second.row.cue_source}
    row = first.row.model_copy(
        update={
            "model": " − ".join(models),
            "cue_source": first.row.cue_source if len(sources) == 1 else None,
        }
    )
    flags = ["cue sources differ"] if len(sources) > 1 else []
    if first.scenario.items_sha256 != second.scenario.items_sha256:
        flags.append("item sets differ")
    if first.scenario.templates != second.scenario.templates:
        flags.append("templates differ")
    both = on_common_items(first, second)
    if not (both.grid.target_I >= 0).any():
        return []
    return [
        effect
        for arm, mine in both.grid.answers.items()
        if arm in both.other
        for effect in contrast_effects(
            Contrast(both.grid, row, (arm, arm), (mine, both.other[arm]), tuple(flags))
        )
    ]


def _names(runs: Sequence[RunRecords]) -> str:
    return ", ".join(run.manifest.id for run in runs)
