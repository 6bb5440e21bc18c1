"""The lines under every table: what the items are, what was asked, what came back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from mgllm.analysis.statistics.replies import about_replies
from mgllm.analysis.statistics.runs import RunRecords
from mgllm.records import ArmSummary, RunManifest, ScenarioManifest, ShuffleStats

MADE_UP = "made-up items: shows that the tool works, says nothing about gestures or models"


def notes(runs: Sequence[RunRecords], arms: Sequence[ArmSummary]) -> tuple[str, ...]:
    """In the order: what the items are, what was asked, what came back, what may not be done with it."""
    scenarios = [(run.manifest, scenario) for run in runs for scenario in run.manifest.scenarios]
    lines = [
        *(line for _, scenario in scenarios for line in _about_items(scenario)),
        *(line for manifest, scenario in scenarios for line in _about_asking(manifest, scenario)),
        *(line for run in runs for line in about_replies(run)),
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
