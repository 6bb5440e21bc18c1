"""The notes below the tables: what the items are, what was asked, what the replies were."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from statistics import fmean

import numpy as np

from mgllm.analysis.statistics.replies import about_replies
from mgllm.analysis.statistics.runs import RunRecords
from mgllm.analysis.wording import change, metric_words, span
from mgllm.records import ArmSummary, RunManifest, ScenarioManifest, Shots, ShuffleStats, Sweep

NTH_RUN = re.compile(r"\brun \d+$")
"""The end of a row's name that differs from another's only in a number."""
WEAKENED = 0.9
"""A note appears if unbalanced targets leave a smaller share of an effect: our choice; 60/40 leaves
.96."""
MADE_UP = "made-up items: shows that the tool works, says nothing about gestures or models"


def notes(runs: Sequence[RunRecords], arms: Sequence[ArmSummary]) -> tuple[str, ...]:
    """In the order: what the items are, what was asked, what the replies were, ethics."""
    scenarios = [(run.manifest, scenario) for run in runs for scenario in run.manifest.scenarios]
    lines = [
        *(line for _, scenario in scenarios for line in _about_items(scenario)),
        *(line for manifest, scenario in scenarios for line in _about_asking(manifest, scenario)),
        *(line for run in runs for line in _about_targets(run)),
        *(line for run in runs for line in about_replies(run)),
        *_numbered(runs, arms),
        *(f"{scenario.name}: {scenario.ethics}" for _, scenario in scenarios),
    ]
    return _merged(lines, {scenario.name for _, scenario in scenarios})


def _merged(lines: Iterable[str], names: Collection[str]) -> tuple[str, ...]:
    """Each line once; a line about several scenarios names them together."""
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
    if scenario.excluded:
        yield f"{name}: {scenario.excluded} of {scenario.items_in_set} items left out, as preregistered"
    if scenario.masked:
        what = f"the speech of {scenario.masked} items"
        yield f"{name}: masks replace names, scores and words of the result in {what}"
    if scenario.instructing:
        yield (
            f"{name}: the speech of {scenario.instructing} items looks like an instruction to the model, "
            "which it may obey; mgllm audit --injection measures it"
        )
    if scenario.items_asked < scenario.items_in_set - scenario.excluded:
        yield (
            f"{name}: {scenario.items_asked} of {scenario.items_in_set - scenario.excluded} items asked "
            "(--limit): a sample balanced over targets and spread over subjects. Its mean gives each target "
            "the same weight, and each subject nearly the same; the mean over all items may differ"
        )


def _about_asking(manifest: RunManifest, scenario: ScenarioManifest) -> Iterable[str]:
    name = scenario.name
    main = scenario.roles.get("main")
    if main not in scenario.arms and scenario.roles.get("alone") in scenario.arms:
        main = scenario.roles.get("alone")
    if scenario.cue_source and main:
        yield f"{name}: {main} shows {scenario.cue_source.replace('_', '-')} {scenario.noun}"
    if scenario.group_share:
        what = f"{scenario.group_share:.0%} of the {scenario.noun} shown are only groups of them"
        yield f"{name}: {what}, because the recogniser was not sure which one it was"
    for reason in dict.fromkeys(scenario.arms_left_out.values()):
        arms = ", ".join(arm for arm, why in scenario.arms_left_out.items() if why == reason)
        yield f"{name}: {arms} left out: {reason}"
    if scenario.paraphrase:
        yield f"{name}: wording '{scenario.paraphrase}'"
    if scenario.shots is not None:
        yield f"{name}: {_examples(scenario.shots)}"
    if scenario.lettered:
        yield f"{name}: the labels were offered as letters"
    if manifest.preregistration is not None:
        said, count = manifest.preregistration, len(manifest.preregistration.content.hypotheses)
        when = f", {said.content.registered}" if said.content.registered else ""
        yield (
            f"{name}: preregistered: {said.content.title}{when} (sha256 {said.sha256[:12]}), "
            f"{count} hypothes{'is' if count == 1 else 'es'}"
        )
    yield from _about_shuffles(name, scenario.shuffles)
    yield from _about_opposed(name, scenario.opposed)
    if scenario.raters:
        yield (
            f"{manifest.model}: {scenario.raters} raters; each read an item in one arm, and the answers to "
            "an item are averaged. An interval is about other people as read by these raters, not about "
            "other raters. 'I do not know' counts as refused"
        )


def _examples(shots: Shots) -> str:
    """How many worked examples there are, of whom, and what they show."""
    whose = "other folds" if shots.folds_sha256 else "other people"
    many = "1 worked example" if shots.count == 1 else f"{shots.count} worked examples"
    what = "what the arm shows" if shots.cues == "follow" else "speech and gestures, the same in all arms"
    return f"{many} of {whose} before each question: {what}"


def _about_shuffles(name: str, shuffles: Sequence[ShuffleStats]) -> Iterable[str]:
    asked = sum(shuffle.items for shuffle in shuffles)
    if not asked:
        return
    relaxed = {
        "donor is the item itself": sum(shuffle.same_item for shuffle in shuffles),
        "donor is the same person": sum(shuffle.same_subject for shuffle in shuffles),
        "donor has the same gestures": sum(shuffle.same_cues for shuffle in shuffles),
        "pairs of targets too frequent or too rare": sum(each.target_cells_off for each in shuffles),
    }
    same = sum(shuffle.same_target for shuffle in shuffles) / asked
    expected = sum(shuffle.same_target_expected for shuffle in shuffles) / asked
    yield (
        f"{name}: shuffled over {asked} items; share of donors with the same target {same:.3f} "
        f"(by chance {expected:.3f}){_overlap(shuffles)}; {_relaxed_words(relaxed)}"
    )


def _about_opposed(name: str, opposed: Sequence[ShuffleStats]) -> Iterable[str]:
    if not opposed:
        return
    relaxed = {
        "donor is the same person": sum(one.same_subject for one in opposed),
        "donor has the same gestures": sum(one.same_cues for one in opposed),
    }
    items = sum(one.items for one in opposed)
    yield (
        f"{name}: opposed over {items} items; every donor has another target{_overlap(opposed)}; "
        f"{_relaxed_words(relaxed)}"
    )


def _relaxed_words(relaxed: Mapping[str, int]) -> str:
    """Which rules for donors could not be kept, and for how many items."""
    return ", ".join(f"{what}: {count}" for what, count in relaxed.items() if count) or "no rule relaxed"


def _overlap(shuffles: Sequence[ShuffleStats]) -> str:
    """How many of an item's own gestures its donor shows too: these stay in the shuffled arm."""
    known = [shuffle for shuffle in shuffles if shuffle.told_again is not None]
    if not known:
        return ""
    again = fmean(shuffle.told_again or 0.0 for shuffle in known)
    jaccard = fmean(shuffle.jaccard or 0.0 for shuffle in known)
    return f"; donors show {100 * again:.0f} % of an item's own gestures too (Jaccard {jaccard:.2f})"


def _about_targets(run: RunRecords) -> Iterable[str]:
    """How much unbalanced targets weaken the contrast with shuffled gestures in accuracy.

    A donor has the item's own target with chance Σp², so true cues can gain at most Σp(1 − p) over
    shuffled ones: 1 − 1/L if L labels are equally frequent.
    """
    for scenario in run.manifest.scenarios:
        asked = [record for record in run.records if record.scenario == scenario.name]
        target = {record.item: record.target for record in asked if record.target is not None}
        if scenario.roles.get("shuffled") not in scenario.arms or not target:
            continue
        share = np.bincount(np.unique(list(target.values()), return_inverse=True)[1]) / len(target)
        kept = float((share * (1 - share)).sum()) / (1 - 1 / len(scenario.labels))
        if 0 < kept < WEAKENED:
            shares = " / ".join(f"{100 * each:.0f}" for each in sorted(share, reverse=True))
            yield (
                f"{scenario.name}: targets are {shares} %, so against shuffled gestures only {kept:.2f} of "
                "an effect on accuracy is visible; balanced accuracy is not affected"
            )


def _numbered(runs: Sequence[RunRecords], arms: Sequence[ArmSummary]) -> Iterable[str]:
    """Which run a number in a row's name means."""
    if any(NTH_RUN.search(arm.row.run or "") for arm in arms):
        yield "; ".join(f"run {nth} is {run.manifest.id}" for nth, run in enumerate(runs, 1))


def wording_notes(found: Sequence[Sweep]) -> tuple[str, ...]:
    """How far the wordings of a question in several runs differ, for every claim that averages
    them; the cells of one run have a table instead."""
    lines = []
    for sweep in found:
        for each in () if sweep.cells else sweep.contrasts:
            if each.worst is None:
                continue
            ends = sorted([(each.worst, each.worst_cell), (each.best, each.best_cell)])
            low, high = (f"{change(value, each.metric)} ({name})" for value, name in ends)
            what = f"{each.arm} − {each.baseline}, {metric_words(sweep.row, each.metric)}"
            about = f"the interval is about these {sweep.row.averaged} only"
            if each.other_wordings is not None:
                about += f", for other wordings it is {span(each.other_wordings, each.metric)}"
            lines.append(f"{sweep.row.words}: {what}: by wording from {low} to {high}; {about}")
    return tuple(lines)
