"""Gathers what a scenario of a run needs: items with gestures, arms, the cue source, and donors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from mgllm.arms.attribution import attributed_gestures, check_arms
from mgllm.arms.base import Arm, Ground, arm_roles, get_arms
from mgllm.arms.donors import Donors, Shown
from mgllm.arms.opposed import assign_opponents
from mgllm.arms.shuffled import assign_donors
from mgllm.cues.base import styles
from mgllm.cues.block import item_duration, shown_labels
from mgllm.errors import InputError, unknown
from mgllm.experiment.options import AskOptions, RunOptions
from mgllm.experiment.registering import load_registration, not_excluded
from mgllm.experiment.sampling import limited
from mgllm.experiment.shots import Exemplars, choose_exemplars
from mgllm.items.alike import alike_notes, unknown_labels
from mgllm.items.joining import join_gestures
from mgllm.items.loading import check_targets, items_sha256, load_items
from mgllm.prompts.scenarios import FoundScenario
from mgllm.records import (
    SOURCE_ORDER,
    AttributedGesture,
    CueSettings,
    CueSource,
    Item,
    Role,
    Scenario,
    ShuffleStats,
)

WITHOUT_SPEECH: Mapping[Role, Role] = {
    "main": "alone",
    "shuffled": "alone_shuffled",
    "filler": "alone_filler",
}
"""By role of an arm, the role of the arm that replaces it if no item has speech."""
_Drawn = Mapping[tuple[int, int], Donors]
"""Donors by epoch and shuffle."""


@dataclass(frozen=True)
class Material:
    """A scenario's items and everything drawn by seed from the complete set."""

    found: FoundScenario
    """The scenario and its file."""
    ground: Ground
    """The complete set with its gestures, and what is drawn from it."""
    items_name: str
    """File name of the set."""
    items_sha256: str
    """Hash of the set."""
    asked: tuple[Item, ...]
    """The items asked: all, or the sample of `--limit`."""
    excluded: int
    """Items that the preregistration excludes."""
    arms: tuple[Arm, ...]
    """In table order."""
    left_out: Mapping[str, str]
    """Arms that were asked for but are left out, with the reason."""
    shuffles: tuple[ShuffleStats, ...]
    """Statistics of each choice of donors."""
    opposed: tuple[ShuffleStats, ...]
    """The same for donors with another target."""
    notes: tuple[str, ...]
    """The warnings, and the notes of joining and of the cue style."""
    warnings: tuple[str, ...]
    """Shown before a run: names of people or items that differ only in spelling, and labels of
    gestures that are probably misspelt."""
    attributed: tuple[AttributedGesture, ...]
    """Gestures to leave out and to show alone; empty without `--attribute`."""
    exemplars: Exemplars | None = None
    """The worked examples of `--shots`."""

    @property
    def scenario(self) -> Scenario:
        return self.found.scenario

    @property
    def items(self) -> tuple[Item, ...]:
        """The complete set."""
        return tuple(self.ground.items.values())

    @property
    def main(self) -> Arm | None:
        """The arm whose claim is tested, if the run has it."""
        return next((arm for arm in self.arms if arm.role == "main"), None)

    @property
    def shows_own(self) -> Arm | None:
        """The arm that shows the items' own gestures: the main one, or the one without speech."""
        alone = next((arm for arm in self.arms if arm.role == "alone"), None)
        return self.main or alone


def gather(found: FoundScenario, options: RunOptions) -> Material:
    """Load and join the items of a scenario, choose its arms and source, draw its donors.

    Raises:
        InputError: something does not fit; one line.
    """
    scenario, which = found.scenario, options.which
    where = which.items or str(found.items_path())
    items = load_items(where)
    warnings = alike_notes(items)
    notes = list(warnings)
    check_targets(items, [label.id for label in scenario.labels], where)
    if which.gestures is not None:
        joined = join_gestures(items, which.gestures)
        items, notes = joined.items, [*warnings, *joined.notes]
    misspelt = unknown_labels(items)
    warnings, notes = (*warnings, *misspelt), [*notes, *misspelt]
    arms, silenced = _chosen_arms(scenario, options.ask, items)
    source = _source(items, arms, which.cue_source)
    arms, left_out = _without_twin_oracle(arms, source)
    _refuse_missing(items, arms, source)
    style = styles.get(scenario.cue.style)()
    usual = style.rates(items, sources_shown(arms, source), scenario.cue)
    if source is not None:
        notes += style.check(items, source, scenario.cue, usual)
    donors, opponents = _all_donors(items, arms, source, scenario, options.ask)
    kept = not_excluded(items, load_registration(options.ask.preregister))
    asked = limited(kept, which.limit, options.ask.seed) if which.limit else kept
    ground = Ground(
        items={item.id: item for item in items},
        source=source,
        settings=scenario.cue,
        seed=options.ask.seed,
        confusion=options.ask.confusion,
        donors={key: drawn.donor for key, drawn in donors.items()},
        opponents={key: drawn.donor for key, drawn in opponents.items()},
        usual=usual,
        design_rules=options.ask.design_rules,
    )
    return Material(
        found=found,
        ground=replace(ground, drawn={arm.stem: arm.draws(ground) for arm in arms if arm.draws is not None}),
        items_name=where.replace("\\", "/").rsplit("/", 1)[-1],
        items_sha256=items_sha256(items),
        asked=asked,
        excluded=len(items) - len(kept),
        arms=arms,
        left_out={**silenced, **left_out},
        shuffles=tuple(drawn.stats for drawn in donors.values()),
        opposed=tuple(drawn.stats for drawn in opponents.values()),
        notes=tuple(notes),
        warnings=warnings,
        attributed=_attributed(asked, arms, source, scenario.cue) if options.ask.attribute else (),
        exemplars=choose_exemplars(scenario, items, asked, options, source or _own_source(items, options)),
    )


def _own_source(items: Sequence[Item], options: RunOptions) -> CueSource | None:
    """What worked examples show where no arm shows gestures, so that --arms does not change
    them."""
    return choose_source(items, options.which.cue_source) if options.ask.shots else None


def choose_source(items: Sequence[Item], wanted: CueSource | None) -> CueSource | None:
    """The source of the gestures that `text+mg` shows, the same for all items; None without
    gestures.

    Raises:
        InputError: the wanted source is missing for an item, or no source is there for all items.
    """
    sources = (wanted,) if wanted else SOURCE_ORDER
    for source in sources:
        if all(source in item.gestures for item in items):
            return source
    if wanted is None and not any(item.gestures for item in items):
        return None
    have = {source: sum(source in item.gestures for item in items) for source in sources}
    best = max(sources, key=lambda source: have[source])
    missing = [item.id for item in items if best not in item.gestures]
    raise InputError(
        f"{len(missing)} of {len(items)} items have no {best} gestures (first: {missing[0]}); add them, or "
        "an empty transcript if the person made no gesture"
    )


def _chosen_arms(
    scenario: Scenario, ask: AskOptions, items: Sequence[Item]
) -> tuple[tuple[Arm, ...], dict[str, str]]:
    """The arms asked for, or the scenario's; and the scenario's arms that no item can have, and
    why."""
    if ask.arms is not None:
        return get_arms(ask.arms), {}
    arms = get_arms(scenario.arms)
    if scenario.baseline not in {arm.name for arm in arms}:
        names = [arm.name for arm in arms]
        raise InputError(f"scenario {scenario.name} baseline: {unknown('arm', scenario.baseline, names)}")
    if any(item.speech for item in items):
        return arms, {}
    return _without_speech(arms), {arm.name: "no item has speech" for arm in arms if arm.speech}


def _without_speech(arms: Sequence[Arm]) -> tuple[Arm, ...]:
    """The arms without speech, and the counterparts without speech of the arms with a role."""
    roles = arm_roles()
    others = [roles[WITHOUT_SPEECH[arm.role]] for arm in arms if arm.role and arm.role in WITHOUT_SPEECH]
    return get_arms([*(arm.name for arm in arms if not arm.speech), *others])


def _source(items: Sequence[Item], arms: Sequence[Arm], wanted: CueSource | None) -> CueSource | None:
    if not any(arm.needs == "source" or arm.borrows for arm in arms):
        return None
    source = choose_source(items, wanted)
    if source is None:
        needing = ", ".join(arm.name for arm in arms if arm.shows_cues)
        raise InputError(f"no item has gestures, but {needing} need them; join them with --gestures DIR")
    return source


def sources_shown(arms: Sequence[Arm], source: CueSource | None) -> set[CueSource]:
    """The sources of the gestures that these arms show."""
    annotated: set[CueSource] = {"annotated"} if any(arm.needs == "annotated" for arm in arms) else set()
    return annotated | ({source} if source is not None else set())


def _without_twin_oracle(
    arms: tuple[Arm, ...], source: CueSource | None
) -> tuple[tuple[Arm, ...], dict[str, str]]:
    main = next((arm.name for arm in arms if arm.role == "main"), None)
    if source != "annotated" or main is None:
        return arms, {}
    why = f"{main} already shows the annotated gestures"
    kept = tuple(arm for arm in arms if arm.needs != "annotated")
    return kept, {arm.name: why for arm in arms if arm.needs == "annotated"}


def _refuse_missing(items: Sequence[Item], arms: Sequence[Arm], source: CueSource | None) -> None:
    for arm in arms:
        if arm.needs == "annotated":
            without = [item.id for item in items if "annotated" not in item.gestures]
            if without:
                raise InputError(
                    f"arm {arm.name} needs annotated gestures, but {len(without)} items have none (first: "
                    f"{without[0]}); add them or leave the arm out"
                )
    speechless = [item.id for item in items if not item.speech]
    speaking = [arm.name for arm in arms if arm.speech]
    if speechless and speaking:
        raise InputError(
            f"{len(speechless)} of {len(items)} items have no speech (first: {speechless[0]}), which is "
            f"needed by {', '.join(speaking)}; add it (mgllm items join --speech) or run --arms "
            f"{','.join(_silent_arms())}"
        )


def _attributed(
    asked: Sequence[Item], arms: Sequence[Arm], source: CueSource | None, settings: CueSettings
) -> tuple[AttributedGesture, ...]:
    check_arms({arm.name for arm in arms})
    assert source is not None  # the main arm has one
    return attributed_gestures(asked, source, settings)


def _silent_arms() -> list[str]:
    """Arms for items without speech: those that the claim without speech needs."""
    return ["none", *(arm_roles()[role] for role in WITHOUT_SPEECH.values())]


def _all_donors(
    items: Sequence[Item], arms: Sequence[Arm], source: CueSource | None, scenario: Scenario, ask: AskOptions
) -> tuple[_Drawn, _Drawn]:
    """Donors, and donors with another target, if an arm needs them."""
    needs = {arm.needs for arm in arms}
    if source is None or not needs & {"donor", "opponent"}:
        return {}, {}
    shown = [
        Shown(
            item=item.id,
            subject=item.subject,
            target=item.target,
            gestures=shown_labels(item.gestures[source], scenario.cue),
            duration=item_duration(item, source),
        )
        for item in items
    ]

    def drawn(assign: Callable[[int, int], Donors]) -> _Drawn:
        return {
            (epoch, nth): assign(epoch, nth)
            for epoch in range(ask.repetitions)
            for nth in range(ask.shuffles)
        }

    def shuffled(epoch: int, nth: int) -> Donors:
        return assign_donors(shown, ask.seed, epoch, nth, ask.design_rules)

    def opposed(epoch: int, nth: int) -> Donors:
        return assign_opponents(shown, ask.seed, epoch, nth)

    return drawn(shuffled) if "donor" in needs else {}, drawn(opposed) if "opponent" in needs else {}
