"""From runs to everything that the tables show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product

from mgllm.analysis.statistics.arm_rows import arm_rows
from mgllm.analysis.statistics.attribution import attributions
from mgllm.analysis.statistics.bias import arm_biases
from mgllm.analysis.statistics.claims import claims, with_q
from mgllm.analysis.statistics.effects import (
    Contrast,
    Pair,
    contrast_effects,
    flips,
    grid_contrasts,
    grid_effects,
)
from mgllm.analysis.statistics.gee import regressions
from mgllm.analysis.statistics.grid import Grid, grids
from mgllm.analysis.statistics.parts import on_common_items
from mgllm.analysis.statistics.runs import RunRecords
from mgllm.analysis.statistics.slices import Covariate, slices
from mgllm.errors import InputError, unknown
from mgllm.records import (
    FIRST_ROLES,
    ArmSummary,
    Effect,
    Flips,
    Role,
    RowName,
    RunManifest,
    ScenarioManifest,
    ShuffleStats,
    Slice,
    Summary,
)

MADE_UP = "made-up items: shows that the tool works, says nothing about gestures or models"


def summarise(runs: Sequence[RunRecords], by: Covariate | None = None, pairs: Sequence[Pair] = ()) -> Summary:
    """Arms, differences between arms, claims, flips, biases and notes of one or more runs.

    Args:
        runs: what to read.
        by: also slice by this covariate.
        pairs: further contrasts, each an arm and what it is taken against; exploratory.

    Raises:
        InputError: a run's records do not fit its manifest, the covariate cannot be sliced, or no run has
            both arms of a pair.
    """
    found = [grid for run in runs for grid in grids(run)]
    _refuse_unknown(pairs, found)
    by_grid = [grid_effects(grid, pairs) for grid in found]
    arms = tuple(row for grid in found for row in arm_rows(grid))
    effects = with_q(sorted((e for each in by_grid for e in each), key=lambda effect: not effect.primary))
    return Summary(
        schema="mgllm.summary/1",
        runs=tuple(run.manifest.id for run in runs),
        roles=_other_roles(runs),
        arms=arms,
        effects=effects,
        claims=claims(by_grid),
        flips=tuple(flips(contrast) for grid in found for contrast in grid_contrasts(grid, pairs)),
        bias=tuple(row for grid in found for row in arm_biases(grid)),
        slices=_with_slice_q([part for grid in found for part in slices(grid, by)]) if by else (),
        attribution=attributions(found),
        gee=regressions(found),
        notes=notes(runs, arms),
    )


def effects_between(runs: Sequence[RunRecords], against: Sequence[RunRecords]) -> tuple[Effect, ...]:
    """The same arm in two runs, paired on (scenario, item, epoch): `runs` − `against`, all exploratory.

    Only what was asked in the same form, with the same reasoning and score, is subtracted.

    Raises:
        InputError: nothing can be subtracted, or an item has another target in the other run.
    """
    effects = [
        effect for contrast in _contrasts_between(runs, against) for effect in contrast_effects(contrast)
    ]
    if not effects:
        raise InputError(
            f"{_names(runs)} and {_names(against)} share no arm with known targets in the same scenario, "
            "form, reasoning and score; numbers that differ in these are not subtracted"
        )
    return with_q(effects)


def flips_between(runs: Sequence[RunRecords], against: Sequence[RunRecords]) -> tuple[Flips, ...]:
    """Items of the same arm gained and lost between two runs: in `runs`, taken against `against`."""
    return tuple(flips(contrast) for contrast in _contrasts_between(runs, against))


def _other_roles(runs: Sequence[RunRecords]) -> Mapping[str, Mapping[Role, str]]:
    scenarios = [scenario for run in runs for scenario in run.manifest.scenarios]
    return {each.name: each.roles for each in scenarios if each.roles != FIRST_ROLES}


def _refuse_unknown(pairs: Sequence[Pair], found: Sequence[Grid]) -> None:
    known = dict.fromkeys(arm for grid in found for arm in grid.answers)
    for arm in (arm for pair in pairs for arm in pair):
        if arm not in known:
            raise InputError(f"--pair: {unknown('arm', arm, known)}")
    for arm, baseline in pairs:
        if arm == baseline or not any({arm, baseline} <= set(grid.answers) for grid in found):
            raise InputError(f"--pair {arm},{baseline}: no scenario of these runs has two such arms")


def _with_slice_q(parts: Sequence[Slice]) -> tuple[Slice, ...]:
    """The slices, Benjamini–Hochberg's q taken over the effects of all of them."""
    effects = iter(with_q([effect for part in parts for effect in part.effects]))
    return tuple(
        part.model_copy(update={"effects": tuple(next(effects) for _ in part.effects)}) for part in parts
    )


def _contrasts_between(runs: Sequence[RunRecords], against: Sequence[RunRecords]) -> list[Contrast]:
    return [
        contrast
        for run, other in product(runs, against)
        for first, second in product(grids(run), grids(other))
        if _comparable(first.row, second.row)
        for contrast in _between(first, second, (run.manifest.id, other.manifest.id))
    ]


def _comparable(first: RowName, second: RowName) -> bool:
    same = ("scenario", "form", "reasoning", "score")
    return all(getattr(first, name) == getattr(second, name) for name in same)


def _between(first: Grid, second: Grid, ids: tuple[str, str]) -> list[Contrast]:
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
        Contrast(both.grid, row, (arm, arm), (mine, both.other[arm]), tuple(flags))
        for arm, mine in both.grid.answers.items()
        if arm in both.other
    ]


def _names(runs: Sequence[RunRecords]) -> str:
    return ", ".join(run.manifest.id for run in runs)


def notes(runs: Sequence[RunRecords], arms: Sequence[ArmSummary]) -> tuple[str, ...]:
    """Lines in the order: what the items are, what was asked, what may not be done with the numbers."""
    scenarios = [(run.manifest, scenario) for run in runs for scenario in run.manifest.scenarios]
    lines = [
        *(line for _, scenario in scenarios for line in _about_items(scenario)),
        *(line for manifest, scenario in scenarios for line in _about_asking(manifest, scenario)),
        *_same_names(runs, arms),
        *(f"{scenario.name}: {scenario.ethics}" for _, scenario in scenarios),
    ]
    return _merged(lines, {scenario.name for _, scenario in scenarios})


def _merged(lines: Iterable[str], names: Collection[str]) -> tuple[str, ...]:
    """Each line once; what is said of several scenarios is said of them together."""
    about: dict[str, dict[str, None]] = {}
    for line in lines:
        name, colon, words = " ".join(line.split()).partition(": ")
        known = name in names
        about.setdefault(words if known else f"{name}{colon}{words}", {}).update(
            {name: None} if known else {}
        )
    return tuple(f"{', '.join(who)}: {words}" if who else words for words, who in about.items())


def _about_items(scenario: ScenarioManifest) -> Iterable[str]:
    name = scenario.name
    if scenario.made_up:
        yield f"{name}: {MADE_UP}"
    if scenario.noun != "micro-gestures":
        yield f"{name}: the cues are {scenario.noun}, not micro-gestures"
    if not scenario.subject_known:
        yield f"{name}: clustered by recording; persons are unknown, so intervals may be too narrow"
    if scenario.items_asked < scenario.items_in_set:
        yield f"{name}: {scenario.items_asked} of {scenario.items_in_set} items asked (--limit)"


def _about_asking(manifest: RunManifest, scenario: ScenarioManifest) -> Iterable[str]:
    name = scenario.name
    if scenario.cue_source and (main := scenario.roles.get("main")):
        yield f"{name}: {main} tells {scenario.cue_source.replace('_', '-')} {scenario.noun}"
    for arm, reason in scenario.arms_left_out.items():
        yield f"{name}: {arm} left out: {reason}"
    if scenario.paraphrase:
        yield f"{name}: wording '{scenario.paraphrase}'"
    if scenario.lettered:
        yield f"{name}: labels were offered as letters"
    if scenario.roles.get("shuffled") in scenario.arms:
        yield from _about_shuffles(name, scenario.shuffles)
    if scenario.raters:
        yield (
            f"{manifest.model}: {scenario.raters} people, each reading an item in one arm; their answers are "
            "averaged inside the item. They are taken as they are: an interval speaks of other people to be "
            "read by these readers. 'I cannot tell' is counted as refused"
        )
    if manifest.dropped_parameters:
        yield f"{manifest.model}: the server refused {', '.join(manifest.dropped_parameters)}; left out"


def _about_shuffles(name: str, shuffles: Sequence[ShuffleStats]) -> Iterable[str]:
    asked = sum(shuffle.items for shuffle in shuffles)
    if not asked:
        return
    relaxed = {
        "donor is the item itself": sum(shuffle.same_item for shuffle in shuffles),
        "donor is the same person": sum(shuffle.same_subject for shuffle in shuffles),
        "donor shows the same gestures": sum(shuffle.same_cues for shuffle in shuffles),
        "target cells off independence": sum(shuffle.target_cells_off for shuffle in shuffles),
    }
    same = sum(shuffle.same_target for shuffle in shuffles) / asked
    expected = sum(shuffle.same_target_expected for shuffle in shuffles) / asked
    told = ", ".join(f"{what}: {count}" for what, count in relaxed.items() if count) or "no rule relaxed"
    yield (
        f"{name}: shuffled over {asked} items; donor of the same target {same:.3f} "
        f"(chance {expected:.3f}); {told}"
    )


def _same_names(runs: Sequence[RunRecords], arms: Sequence[ArmSummary]) -> Iterable[str]:
    rows = [(arm.row, arm.arm) for arm in arms]
    if len(set(rows)) < len(rows):
        ids = ", ".join(run.manifest.id for run in runs)
        yield f"rows of the same name are of different runs, in this order: {ids}"
