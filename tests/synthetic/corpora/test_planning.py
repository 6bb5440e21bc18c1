"""Who is in a corpus, and what is planted: official sides, balance, shortcut and the effect in the mean."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from mgllm.items.official import (
    EMOTION_TEST,
    EMOTION_TRAIN,
    IMIGUE_SUBJECTS,
    IMIGUE_TRAIN_SUBJECTS,
)
from mgllm.synthetic.corpora.planning import (
    ALL_VIDEOS,
    SILENT,
    WORDS_RIGHT,
    CorpusOptions,
    Planned,
    plan_evidence,
    plan_people,
    plan_videos,
)


def planned(**more: Any) -> tuple[Planned, ...]:
    options = CorpusOptions.model_validate({"seed": 5, **more})
    return plan_videos(options, plan_people(options))


def test_people_and_videos_are_official_and_from_both_sides() -> None:
    videos = planned(videos=24, subjects=12)
    people = {video.person.id for video in videos}
    assert len(people) == 12
    assert sum(who in IMIGUE_TRAIN_SUBJECTS for who in people) == 6
    assert people <= set(IMIGUE_SUBJECTS)
    assert Counter(video.side for video in videos) == {"train": 12, "test": 12}
    assert all(video.id in (EMOTION_TRAIN if video.side == "train" else EMOTION_TEST) for video in videos)
    assert set(Counter(video.person.id for video in videos).values()) == {2}


def test_a_person_has_one_sex_and_both_sexes_are_on_both_sides() -> None:
    videos = planned(videos=48, subjects=24)
    sexes = {(video.person.id, video.person.sex) for video in videos}
    assert len(sexes) == 24
    sides = Counter((who in IMIGUE_TRAIN_SUBJECTS, sex) for who, sex in sexes)
    assert set(sides.values()) == {6}


def test_the_real_size_has_all_official_videos_and_people() -> None:
    videos = planned(videos=359, subjects=72)
    assert {video.id for video in videos} >= {*EMOTION_TRAIN, *EMOTION_TEST}
    assert {video.person.id for video in videos} == set(IMIGUE_SUBJECTS)
    assert len({video.id for video in videos}) == 359


def test_more_people_than_official_ones_have_numbers_of_their_own() -> None:
    people = plan_people(CorpusOptions(videos=100, subjects=80))
    assert [who.id for who in people][72:] == list(range(73, 81))
    assert len({who.name for who in people}) == 80


def test_the_lists_have_their_official_lengths() -> None:
    assert (len(set(EMOTION_TRAIN)), len(set(EMOTION_TEST))) == (102, 100)
    assert set(EMOTION_TRAIN) & set(EMOTION_TEST) == set()
    assert max(*EMOTION_TRAIN, *EMOTION_TEST) == ALL_VIDEOS


@pytest.mark.parametrize("correlation", [0.0, 0.6, -0.4])
def test_outcomes_are_balanced_and_go_with_sex_as_asked(correlation: float) -> None:
    videos = planned(videos=202, subjects=72, sex_shortcut=correlation)
    men = np.array([video.person.sex == "M" for video in videos])
    first = np.array([video.first for video in videos])
    assert Counter(video.side for video in videos if video.first) == {"train": 51, "test": 50}
    assert np.corrcoef(men, first)[0, 1] == pytest.approx(correlation, abs=0.03)


def test_a_share_leaks() -> None:
    assert sum(video.leak for video in planned(videos=40, leak=0.25)) == 10


@pytest.mark.parametrize("effect", [-20.0, 0.0, 15.0, 30.0])
def test_gestures_add_what_was_asked_in_the_mean(effect: float) -> None:
    """Counted as the reader decides: words win over gestures, and who sees nothing says the first."""
    options = CorpusOptions(effect=effect, seed=2)
    without = with_cues = 0
    n = 20_000
    for key in range(n):
        side = 1 if key % 2 else -1
        words, cues = plan_evidence(options, key, side > 0)
        without += (words or 1) == side
        with_cues += (words or cues) == side
    error = 100 * (SILENT / n) ** 0.5
    assert 100 * without / n == pytest.approx(100 * (SILENT / 2 + (1 - SILENT) * WORDS_RIGHT), abs=1.5)
    assert 100 * (with_cues - without) / n == pytest.approx(effect, abs=3 * error)


def test_a_larger_effect_than_silence_allows_is_refused() -> None:
    with pytest.raises(ValidationError):
        CorpusOptions(effect=30.1)
