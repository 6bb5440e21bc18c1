"""What a scenario of a run works on: items with gestures, arms, the cue source, and donors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mgllm.arms.attribution import attributed_gestures, check_arms
from mgllm.arms.base import Arm, Ground, get_arms
from mgllm.arms.shuffled import Donors, Shown, assign_donors
from mgllm.cues.base import styles
from mgllm.cues.block import item_duration, shown_labels
from mgllm.errors import InputError, unknown
from mgllm.experiment.options import AskOptions, RunOptions
from mgllm.experiment.sampling import limited
from mgllm.items.alike import alike_notes
from mgllm.items.joining import join_gestures
from mgllm.items.loading import check_targets, items_sha256, load_items
from mgllm.prompts.scenarios import FoundScenario
from mgllm.records import AttributedGesture, CueSettings, CueSource, Item, Scenario, ShuffleStats

SOURCE_ORDER: tuple[CueSource, ...] = ("out_of_fold", "recognized", "annotated")
"""Preference for the source of the cues where `--cue-source` does not say it."""


@dataclass(frozen=True)
class Material:
    """A scenario's items and all that is drawn by seed over the whole set."""

    found: FoundScenario
    """What is asked, and the file it came from."""
    ground: Ground
    """The whole set, gestures joined, and what is drawn over it."""
    items_name: str
    """File name of the set."""
    items_sha256: str
    """Hash of the set."""
    asked: tuple[Item, ...]
    """The items asked: all, or the sample of `--limit`."""
    arms: tuple[Arm, ...]
    """In table order."""
    left_out: Mapping[str, str]
    """Arms asked for and left out, with the reason."""
    shuffles: tuple[ShuffleStats, ...]
    """How the assignments of donors came out."""
    notes: tuple[str, ...]
    """The warnings, what joining had to say, and the cue style of items that it cannot do justice to."""
    warnings: tuple[str, ...]
    """What a run tells before it asks: names of people or items that differ in spelling alone."""
    attributed: tuple[AttributedGesture, ...]
    """Gestures to leave out and to tell alone; empty without `--attribute`."""

    @property
    def scenario(self) -> Scenario:
        """What is asked."""
        return self.found.scenario

    @property
    def items(self) -> tuple[Item, ...]:
        """The whole set."""
        return tuple(self.ground.items.values())

    @property
    def main(self) -> Arm | None:
        """The arm whose claim is tested, if the run has it."""
        return next((arm for arm in self.arms if arm.role == "main"), None)


def gather(found: FoundScenario, options: RunOptions) -> Material:
    """Load and join the items of a scenario, choose its arms and source, draw its donors.

    Raises:
        InputError: whatever does not fit, in one line.
    """
    scenario, which = found.scenario, options.which
    where = which.items or str(found.items_path())
    items = load_items(where)
    warnings = alike_notes(items)
    notes = list(warnings)
    check_targets(items, [label.id for label in scenario.labels])
    if which.gestures is not None:
        joined = join_gestures(items, which.gestures)
        items, notes = joined.items, [*warnings, *joined.notes]
    arms = _chosen_arms(scenario, options.ask)
    source = _source(items, arms, which.cue_source)
    arms, left_out = _without_twin_oracle(arms, source)
    _refuse_missing(items, arms, source)
    style = styles.get(scenario.cue.style)()
    usual = style.rates(items, _sources_told(arms, source), scenario.cue)
    if source is not None:
        notes += style.check(items, source, scenario.cue, usual)
    donors = _all_donors(items, arms, source, scenario, options.ask)
    asked = limited(items, which.limit, options.ask.seed) if which.limit else items
    ground = Ground(
        items={item.id: item for item in items},
        source=source,
        settings=scenario.cue,
        seed=options.ask.seed,
        confusion=options.ask.confusion,
        donors={key: drawn.donor for key, drawn in donors.items()},
        usual=usual,
    )
    return Material(
        found=found,
        ground=replace(ground, drawn={arm.stem: arm.draws(ground) for arm in arms if arm.draws is not None}),
        items_name=where.replace("\\", "/").rsplit("/", 1)[-1],
        items_sha256=items_sha256(items),
        asked=asked,
        arms=arms,
        left_out=left_out,
        shuffles=tuple(drawn.stats for drawn in donors.values()),
        notes=tuple(notes),
        warnings=warnings,
        attributed=_attributed(asked, arms, source, scenario.cue) if options.ask.attribute else (),
    )


def choose_source(items: Sequence[Item], wanted: CueSource | None) -> CueSource | None:
    """The one source that `text+mg` tells for every item, or None where no item has gestures.

    Raises:
        InputError: the wanted source is missing for an item, or every source is missing for some item.
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
        f"{len(missing)} of {len(items)} items have no {best} gestures (first: {missing[0]}); "
        "an item in which nothing was seen needs an empty transcript, a missing one is an error"
    )


def _chosen_arms(scenario: Scenario, ask: AskOptions) -> tuple[Arm, ...]:
    arms = get_arms(ask.arms if ask.arms is not None else scenario.arms)
    if ask.arms is None and scenario.baseline not in {arm.name for arm in arms}:
        names = [arm.name for arm in arms]
        raise InputError(f"scenario {scenario.name} baseline: {unknown('arm', scenario.baseline, names)}")
    return arms


def _source(items: Sequence[Item], arms: Sequence[Arm], wanted: CueSource | None) -> CueSource | None:
    if not any(arm.needs in ("source", "donor") for arm in arms):
        return None
    source = choose_source(items, wanted)
    if source is None:
        needing = ", ".join(arm.name for arm in arms if arm.tells_cues)
        raise InputError(f"no item has gestures, which {needing} need; join them with --gestures DIR")
    return source


def _sources_told(arms: Sequence[Arm], source: CueSource | None) -> set[CueSource]:
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
                    f"arm {arm.name} needs annotated gestures; {len(without)} items have none ({without[0]})"
                )
    speechless = [item.id for item in items if not item.speech]
    speaking = [arm.name for arm in arms if arm.speech]
    if speechless and speaking:
        raise InputError(
            f"{len(speechless)} of {len(items)} items have no speech (first: {speechless[0]}), which "
            f"{', '.join(speaking)} need; give them speech or run --arms none,mg"
        )


def _attributed(
    asked: Sequence[Item], arms: Sequence[Arm], source: CueSource | None, settings: CueSettings
) -> tuple[AttributedGesture, ...]:
    check_arms({arm.name for arm in arms})
    assert source is not None  # the main arm has one
    return attributed_gestures(asked, source, settings)


def _all_donors(
    items: Sequence[Item], arms: Sequence[Arm], source: CueSource | None, scenario: Scenario, ask: AskOptions
) -> dict[tuple[int, int], Donors]:
    if source is None or not any(arm.needs == "donor" for arm in arms):
        return {}
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
    return {
        (epoch, shuffle): assign_donors(shown, ask.seed, epoch, shuffle)
        for epoch in range(ask.repetitions)
        for shuffle in range(ask.shuffles)
    }
