"""Lines below tables: cautions of arms and effects, each said once with what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mgllm.analysis.metric import known_metrics
from mgllm.analysis.statistics.cautions import CONSTANT, LEAKED, UNKNOWN, kind
from mgllm.analysis.statistics.gates import equivalence
from mgllm.analysis.wording import capital, contrast_words, metric_words, span
from mgllm.records import ArmSummary, Claim, Effect, Exposure

EXPOSED: Mapping[Exposure, str] = {
    "in_sample": "the recogniser was trained on the subject: a LEAK (in-sample cues)",
    "unknown": "it is unknown whether the recogniser was trained on the subject",
}
"""The words for cues that were not held out."""
PRIOR = "mean probability of each label when nothing is shown (the prior), not an accuracy."
SAID = "share of each label among the answers when nothing is shown (the prior), not an accuracy."


def grouped(cautions: Mapping[str, Sequence[str]], all_of: int = 0) -> Iterable[str]:
    """Each caution once, with the rows that it is about: "Few subjects: 8.0 effective: emotion ·
    text; …".

    Cautions of one kind that differ from row to row are one line: "Few subjects: text (7.0
    effective); …".

    Args:
        cautions: the rows of each caution.
        all_of: how many rows there are: a caution about all of them says "all rows".
    """
    kinds: dict[str, dict[str, Sequence[str]]] = {}
    for words, about in cautions.items():
        kinds.setdefault(kind(words), {})[words] = about
    for start, alike in kinds.items():
        everywhere = [words for words, about in alike.items() if len(about) == all_of]
        yield from (f"{capital(words)}: all rows." for words in everywhere)
        whose: dict[str, list[str]] = {}
        for words, about in alike.items():
            if words not in everywhere:
                whose.setdefault("; ".join(dict.fromkeys(about)), []).append(words)
        if sum(map(len, whose.values())) == 1:
            yield from (f"{capital(words)}: {who}." for who, (words,) in whose.items())
        elif whose:
            yield f"{capital(start)}: {'; '.join(_each(start, who, words) for who, words in whose.items())}."


def _each(start: str, who: str, words: Sequence[str]) -> str:
    """A row with its cautions of one kind."""
    return f"{who} ({', '.join(each.removeprefix(f'{start}: ') for each in words)})"


def own_words(arm: ArmSummary) -> list[str]:
    """Every caution about an arm, from all of its fields."""
    words = [flag for flag in arm.flags if kind(flag) != CONSTANT]
    if arm.constant is not None:
        words.append(f"{CONSTANT} '{arm.constant}'")
    kinds = {kind(flag) for flag in arm.flags}
    for exposure, meaning in () if kinds & {LEAKED, UNKNOWN} else EXPOSED.items():
        if count := arm.exposures.get(exposure):
            words.append(f"in {count} of {arm.n} records {meaning}")
    return words


def arm_remarks(arms: Sequence[ArmSummary], unasked: Sequence[ArmSummary]) -> Iterable[str]:
    """Explanations and cautions for the rows of arms."""
    for arm in arms:
        if arm in unasked and arm.answer_shares:
            said = arm.row.score == "sample" or 0 < arm.censored == arm.answered
            yield f"{arm.arm}: {SAID if said else PRIOR}"
        if arm.constant is not None:
            yield f"{arm.arm}: constant answer: all {arm.answered} answers are '{arm.constant}'."
        for exposure, words in EXPOSED.items():
            if count := arm.exposures.get(exposure):
                yield f"{arm.arm}: in {count} of {arm.n} records {words}."
    cautions: dict[str, list[str]] = {}
    for arm in arms:
        for flag in arm.flags:
            if kind(flag) not in (CONSTANT, LEAKED, UNKNOWN):
                cautions.setdefault(flag, []).append(arm.arm)
    yield from grouped(cautions, len(arms) if len(arms) > 1 else 0)


def results(claims: Sequence[Claim], *, supported: bool) -> Iterable[str]:
    """The claims' words: of those that are supported, or of the others."""
    for claim in claims:
        if claim.supported == supported:
            yield f"Claim, {metric_words(claim.row, claim.metric)}: {claim.words}."


def clusters(primary: Sequence[Effect]) -> Iterable[str]:
    """How many pairs the subjects have; once if it is the same for all contrasts."""
    facts: dict[str, list[str]] = {}
    for effect in primary:
        most = _count(effect.largest_cluster, "pair")
        words = (
            f"{_count(effect.pairs, 'pair')} of {_count(effect.subjects, 'subject')} "
            f"({effect.effective_subjects:.1f} effective; at most {most} of one subject)"
        )
        facts.setdefault(words, []).append(contrast_words(effect))
    for words, contrasts in facts.items():
        about = "" if len(facts) == 1 else f"{', '.join(dict.fromkeys(contrasts))}: "
        yield f"{about}{words}."


def equal(effects: Sequence[Effect]) -> Iterable[str]:
    """Whether differences are within the margin asked for."""
    for effect in effects:
        if effect.margin is not None:
            interval = span(effect.equivalence_interval, effect.metric)
            about = f"; 90 % interval {interval}" if interval else ""
            yield f"{contrast_words(effect)}: {equivalence(effect, effect.margin).words}{about}."


def less(effects: Sequence[Effect]) -> Iterable[str]:
    """The metrics in which lower is better."""
    names = {metric.name: metric.scale.name for metric in known_metrics() if metric.less_is_better}
    if any(effect.metric in names for effect in effects):
        *others, last = names.values()
        words = f"{', '.join(others)} and {last}" if others else last
        yield f"{words}: lower is better, so a negative difference is in favour of the arm."


def flags(effects: Sequence[Effect]) -> Iterable[str]:
    """Each flag once, with the rows that it is about."""
    about: dict[str, list[str]] = {}
    for effect in effects:
        for flag in effect.flags:
            words = f"{contrast_words(effect)} ({metric_words(effect.row, effect.metric)})"
            about.setdefault(flag, []).append(words)
    return grouped(about, len(effects))


def leaks(effects: Sequence[Effect]) -> Iterable[str]:
    """How many pairs show gestures from a recogniser that has, or may have, learned from the
    person."""
    cautions: dict[str, list[str]] = {}
    for effect in effects:
        if effect.leaked and not _says(effect, LEAKED):
            words = f"{LEAKED}: {effect.leaked} of {effect.pairs} pairs"
            cautions.setdefault(words, []).append(contrast_words(effect))
        if effect.exposure_unknown and not _says(effect, UNKNOWN):
            words = f"{UNKNOWN}: {effect.exposure_unknown} of {effect.pairs} pairs"
            cautions.setdefault(words, []).append(contrast_words(effect))
    return grouped(cautions)


def _says(effect: Effect, word: str) -> bool:
    return any(kind(flag) == word for flag in effect.flags)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
