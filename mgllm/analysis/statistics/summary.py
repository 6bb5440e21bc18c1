"""From runs to the summary: everything that the tables show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from mgllm.analysis.statistics.arm_rows import arm_rows
from mgllm.analysis.statistics.attribution import attributions
from mgllm.analysis.statistics.bias import arm_biases
from mgllm.analysis.statistics.cautions import stopped_flags
from mgllm.analysis.statistics.claims import claims, with_q
from mgllm.analysis.statistics.dose import dose_responses
from mgllm.analysis.statistics.effects import (
    Contrast,
    Pair,
    contrast_effects,
    flips,
    grid_contrasts,
    grid_effects,
)
from mgllm.analysis.statistics.gee import regressions
from mgllm.analysis.statistics.grid import Grid
from mgllm.analysis.statistics.notes import notes, wording_notes
from mgllm.analysis.statistics.parts import Aligned, on_common_items
from mgllm.analysis.statistics.probes import Marks, marked, marks, place_of, probe_rows
from mgllm.analysis.statistics.registered import registered_effects, registered_pairs, registered_tests
from mgllm.analysis.statistics.rows import beside, named_grids, run_grids, with_averages
from mgllm.analysis.statistics.rules import STATISTICS
from mgllm.analysis.statistics.runs import RunRecords
from mgllm.analysis.statistics.slices import Covariate, slices
from mgllm.analysis.statistics.sweeps import sweeps
from mgllm.errors import InputError, unknown
from mgllm.records import (
    FIRST_ROLES,
    Effect,
    Flips,
    References,
    Role,
    RowName,
    Slice,
    Summary,
)


def summarise(runs: Sequence[RunRecords], by: Covariate | None = None, pairs: Sequence[Pair] = ()) -> Summary:
    """Arms, differences between arms, claims, flips, biases and notes of one or more runs.

    Args:
        runs: the runs with their records.
        by: also slice by this covariate.
        pairs: further contrasts, each an arm and what it is compared with; exploratory.

    Raises:
        InputError: a run's records do not fit its manifest, the covariate cannot be sliced, or no
            run has both arms of a pair.
    """
    found = named_grids(runs)
    whole = with_averages(found)
    claiming = [grid for grid in whole if grid.claims]
    _refuse_unknown(pairs, found)
    by_grid = [
        registered_effects(grid, grid_effects(grid, (*pairs, *registered_pairs(grid)))) for grid in whole
    ]
    arms = tuple(row for grid in whole for row in arm_rows(grid))
    effects = with_q(sorted((e for each in by_grid for e in each), key=lambda effect: not effect.primary))
    swept = sweeps(whole, effects)
    summary = Summary(
        schema="mgllm.summary/1",
        statistics_rules=STATISTICS,
        runs=tuple(run.manifest.id for run in runs),
        roles=_other_roles(runs),
        arms=arms,
        effects=effects,
        claims=claims(by_grid),
        registered=registered_tests(list(zip(whole, by_grid, strict=True))),
        flips=tuple(flips(contrast) for grid in found for contrast in grid_contrasts(grid, pairs)),
        bias=tuple(row for grid in found for row in arm_biases(grid)),
        slices=_with_slice_q([part for grid in claiming for part in slices(grid, by)]) if by else (),
        attribution=attributions(found),
        doses=dose_responses(claiming),
        sweeps=swept,
        references=_references(runs),
        gee=regressions(claiming),
        probes=probe_rows(runs),
        notes=(*notes(runs, arms), *wording_notes(swept)),
    )
    return marked(summary)


def effects_between(runs: Sequence[RunRecords], against: Sequence[RunRecords]) -> tuple[Effect, ...]:
    """The same arm in two runs, paired on (scenario, item, epoch): `runs` − `against`, all
    exploratory.

    Only what was asked in the same form, with the same reasoning, score and effort, is subtracted.

    Raises:
        InputError: nothing can be subtracted, or an item has another target in the other run.
    """
    effects = [
        effect for contrast in _contrasts_between(runs, against) for effect in contrast_effects(contrast)
    ]
    if not effects:
        raise InputError(
            f"{_names(runs)} and {_names(against)} have no arm with known targets in the same scenario, "
            "form, reasoning, score and effort; only such arms can be compared"
        )
    return with_q(effects)


def flips_between(runs: Sequence[RunRecords], against: Sequence[RunRecords]) -> tuple[Flips, ...]:
    """Items of the same arm gained and lost in `runs` compared with `against`."""
    return tuple(flips(contrast) for contrast in _contrasts_between(runs, against))


def _other_roles(runs: Sequence[RunRecords]) -> Mapping[str, Mapping[Role, str]]:
    scenarios = [scenario for run in runs for scenario in run.manifest.scenarios]
    return {
        each.name: each.roles
        for each in scenarios
        if any(each.roles.get(role) != arm for role, arm in FIRST_ROLES.items())
        or each.roles.get("main") not in each.arms  # the claim is then that of the arms without speech
    }


def _references(runs: Sequence[RunRecords]) -> tuple[References, ...]:
    """Those of each scenario; runs about the same items have the same ones."""
    found = [scenario.references for run in runs for scenario in run.manifest.scenarios]
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _refuse_unknown(pairs: Sequence[Pair], found: Sequence[Grid]) -> None:
    known = dict.fromkeys(arm for grid in found for arm in grid.answers)
    for arm in (arm for pair in pairs for arm in pair):
        if arm not in known:
            raise InputError(f"--pair: {unknown('arm', arm, known)}")
    for arm, baseline in pairs:
        if arm == baseline or not any({arm, baseline} <= set(grid.answers) for grid in found):
            raise InputError(
                f"--pair {arm},{baseline}: no scenario of these runs has both arms, or they are the same"
            )


def _with_slice_q(parts: Sequence[Slice]) -> tuple[Slice, ...]:
    """The slices, with Benjamini–Hochberg's q over the effects of all of them."""
    effects = iter(with_q([effect for part in parts for effect in part.effects]))
    return tuple(
        part.model_copy(update={"effects": tuple(next(effects) for _ in part.effects)}) for part in parts
    )


def _contrasts_between(runs: Sequence[RunRecords], against: Sequence[RunRecords]) -> list[Contrast]:
    named = iter(named_grids(runs))
    own = [[next(named) for _ in run_grids(run)] for run in runs]
    known = marks(probe_rows([*runs, *against]))
    return [
        contrast
        for (run, mine), other in product(zip(runs, own, strict=True), against)
        for first, second in _matched(mine, run_grids(other))
        for contrast in _between(first, second, (run.manifest.id, other.manifest.id), known)
    ]


def _matched(mine: Sequence[Grid], others: Sequence[Grid]) -> list[tuple[Grid, Grid]]:
    """What may be subtracted; if a run has several cells of a sweep, the same cell of the other."""
    both = [pair for pair in product(mine, others) if _comparable(pair[0].row, pair[1].row)]
    same = [pair for pair in both if _cell(pair[0].row) == _cell(pair[1].row)]
    return same or both


def _cell(row: RowName) -> tuple[object, ...]:
    return (row.wording, row.order, row.style, row.shots, row.masked)


def _comparable(first: RowName, second: RowName) -> bool:
    same = ("scenario", "form", "reasoning", "score", "reasoning_effort")
    return all(getattr(first, name) == getattr(second, name) for name in same)


def _between(first: Grid, second: Grid, ids: tuple[str, str], known: Marks) -> list[Contrast]:
    models = (first.row.model, second.row.model) if first.row.model != second.row.model else ids
    sources = {first.row.cue_source, second.row.cue_source}
    row = first.row.model_copy(
        update={
            "model": " − ".join(models),
            "cue_source": first.row.cue_source if len(sources) == 1 else None,
            "draws": min(filter(None, (first.row.draws, second.row.draws)), default=None),
        }
    )
    flags = ["cue sources differ"] if len(sources) > 1 else []
    if first.scenario.items_sha256 != second.scenario.items_sha256:
        flags.append("item sets differ")
    if first.scenario.templates != second.scenario.templates:
        flags.append("templates differ")
    if _cell(first.row) != _cell(second.row):
        flags.append("wording, order, style, shots or mask differ")
    flags += dict.fromkeys(known[key] for grid in (first, second) if (key := place_of(grid.row)) in known)
    both, cells = _aligned(first, second)
    flags += cells
    if not (both.grid.target_I >= 0).any():
        return []
    return [
        Contrast(both.grid, row, (arm, arm), (mine, both.other[arm]), (*stopped_flags(second, arm), *flags))
        for arm, mine in both.grid.answers.items()
        if arm in both.other
    ]


def _aligned(first: Grid, second: Grid) -> tuple[Aligned, list[str]]:
    """Two grids over common items and epochs; of two sweeps, over their common cells, and a caution
    if one has others.

    Raises:
        InputError: a sweep and something else, or two sweeps without a common cell.
    """
    if not (first.scenario.cells or second.scenario.cells):
        return on_common_items(first, second), []
    cells = [pair for pair in product(first.parts, second.parts) if _cell(pair[0].row) == _cell(pair[1].row)]
    if not cells:
        raise InputError(
            f"{first.row.scenario}: the two runs have no cell of a sweep in common; subtract a run with "
            "the same --sweep"
        )
    pairs = [on_common_items(*pair) for pair in cells]
    facts = {
        item: (subject, int(target))
        for pair in pairs
        for item, subject, target in zip(pair.grid.items, pair.grid.subjects, pair.grid.target_I, strict=True)
    }
    mine = [pair.grid for pair in pairs]
    others = [replace(pair.grid, answers=pair.other) for pair in pairs]
    arms = [arm for arm in first.answers if any(arm in grid.answers for grid in mine)]
    theirs = [arm for arm in second.answers if any(arm in grid.answers for grid in others)]
    most = max(len(first.parts), len(second.parts))
    flag = [f"only {len(cells)} of {most} cells are in both runs"] if len(cells) < most else []
    return Aligned(
        beside(mine, first.row, arms, facts), dict(beside(others, first.row, theirs, facts).answers)
    ), flag


def _names(runs: Sequence[RunRecords]) -> str:
    return ", ".join(run.manifest.id for run in runs)
