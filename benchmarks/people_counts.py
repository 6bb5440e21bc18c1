"""Shares by person, their mean and its interval over people; words and groups of an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from people_sets import Named, Watched  # type: ignore[import-not-found]
from scipy import stats

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.records import Frozen

FEWEST = 5
"""Clips of a kind below which a person is left out of that mean: a share of one clip is 0 or 1."""
BOOTSTRAPPED = 8
"""People from which the interval is a bootstrap; with fewer it is Student's."""
RESAMPLES = 9999
SEED = 15
MOST_SAID = 10

HEAD, NECK_CHEST, ARMS = "hand at head", "hand at neck or chest", "arms held or touched"
TOGETHER, HIPS_BACK = "hands together", "hands at hips or back"
GROUP_OF_PLACE = {
    "forehead_temple": HEAD,
    "face": HEAD,
    "side_of_face": HEAD,
    "chin_jaw": HEAD,
    "neck": NECK_CHEST,
    "chest": NECK_CHEST,
    "arm": ARMS,
    "hands_together": TOGETHER,
    "hips": HIPS_BACK,
}
GROUP_OF_WORD: Mapping[str, str] = load_vocabulary("imigue").group_of


class Measure(Frozen):
    """One number of the tables."""

    value: float
    """A share 0..1: a mean over people, or pooled."""
    low: float | None = None
    """Of the 95 % interval over people."""
    high: float | None = None
    how: str
    """BCa or t: what the interval is; pooled: no mean over people, no interval; mean: one person."""
    people: int
    """In the mean."""
    clips: int
    """Of these people."""
    by_person: Mapping[str, tuple[int, int]] = {}
    """Hits and clips of every person, those that are left out of the mean as well."""

    @property
    def together(self) -> float | None:
        """The share of the clips of all people together; None where clips are not counted."""
        number = sum(clips for _, clips in self.by_person.values())
        return sum(hits for hits, _ in self.by_person.values()) / number if number else None


class Result(Frozen):
    """All numbers of one checkpoint."""

    checkpoint: str
    """What was asked for."""
    sha256: str
    """Of its weights."""
    measures: Mapping[str, Measure] = {}
    """By name, "set: what"."""
    words: Mapping[str, Mapping[str, int]] = {}
    """What was said how often, by name."""
    seconds: Mapping[str, float] = {}
    """Of the clock, by set."""


Test = Callable[[Watched], bool]


def over_people(clips: Iterable[Watched], hit: Test, fewest: int = FEWEST) -> Measure | None:
    """The mean over people of their shares of hits; None if nobody has enough clips.

    Args:
        clips: of all people.
        hit: what counts.
        fewest: clips below which a person is left out.
    """
    counts: dict[str, list[int]] = {}
    for clip in clips:
        mine = counts.setdefault(clip.person, [0, 0])
        mine[0] += hit(clip)
        mine[1] += 1
    kept = {person: mine for person, mine in counts.items() if mine[1] >= fewest}
    if not kept:
        return None
    shares = np.array([hits / number for hits, number in kept.values()])
    low, high, how = interval(shares)
    return Measure(
        value=float(shares.mean()),
        low=low,
        high=high,
        how=how,
        people=len(kept),
        clips=sum(number for _, number in kept.values()),
        by_person={person: (mine[0], mine[1]) for person, mine in sorted(counts.items())},
    )


def interval(values: NDArray[np.float64]) -> tuple[float | None, float | None, str]:
    """95 % interval of the mean: BCa bootstrap over people, Student's with fewer than eight."""
    if len(values) < 2:
        return None, None, "mean"
    if np.ptp(values) == 0:  # nothing varies: neither method has an answer
        return None, None, "equal"
    if len(values) < BOOTSTRAPPED:
        half = float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values))
        return max(0.0, values.mean() - half), min(1.0, values.mean() + half), "t"
    drawn = stats.bootstrap(
        (values,), np.mean, n_resamples=RESAMPLES, method="BCa", rng=np.random.default_rng(SEED)
    )
    return float(drawn.confidence_interval.low), float(drawn.confidence_interval.high), "BCa"


def pooled(clips: Sequence[Watched], hit: Test) -> Measure | None:
    """The share of all clips together: for sets too small for a mean over people."""
    counts = Counter(clip.person for clip in clips)
    hits = Counter(clip.person for clip in clips if hit(clip))
    if not clips:
        return None
    return Measure(
        value=hits.total() / len(clips),
        how="pooled",
        people=len(counts),
        clips=len(clips),
        by_person={person: (hits[person], number) for person, number in sorted(counts.items())},
    )


def any_gesture(clip: Watched) -> bool:
    """Whether a word or a group was found."""
    return bool(clip.gestures)


def any_word(clip: Watched) -> bool:
    """Whether a word was found."""
    return any(one.level == "word" for one in clip.gestures)


def right_word(clip: Watched) -> bool:
    """Whether at least one word found is right."""
    return any(one.level == "word" and one.label in clip.right_words for one in clip.gestures)


def right_group(clip: Watched) -> bool:
    """Whether the surest answer is in the group of the clip's place."""
    wanted = GROUP_OF_PLACE[clip.row["location"]]
    return bool(clip.gestures) and group_of(surest(clip.gestures)) == wanted


def surest(gestures: Sequence[Named]) -> Named:
    """The most confident; of equals the first."""
    return max(gestures, key=lambda one: one.confidence)


def group_of(gesture: Named) -> str:
    """The group itself, or the group of a word; empty for words of trunk and head."""
    return gesture.label if gesture.level == "group" else GROUP_OF_WORD.get(gesture.label, "")


def says(label: str, group: str = "") -> Test:
    """Whether a word is found; with a group, whether that group or any word of it is."""

    def test(clip: Watched) -> bool:
        words = any(one.level == "word" and one.label == label for one in clip.gestures)
        return words or bool(group and any(group_of(one) == group for one in clip.gestures))

    return test


def wrong_words(clips: Iterable[Watched]) -> dict[str, int]:
    """In how many clips each wrong word or group was found, the most frequent first."""
    counts: Counter[str] = Counter()
    for clip in clips:
        wanted = GROUP_OF_PLACE.get(clip.row["location"], "")
        wrong = {one.label for one in clip.gestures if one.level == "word"} - clip.right_words
        groups = {one.label for one in clip.gestures if one.level == "group"} - {wanted}
        counts.update([*wrong, *(f"{label} (group)" for label in groups)])
    return dict(counts.most_common(MOST_SAID))
