"""Noise that nests: by frequency, and by a confusion table."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings, strategies as st

from mgllm.arms.confusion import Confusion
from mgllm.arms.noisy import add_noise, confuse, label_frequencies, parse_noisy
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import InputError
from mgllm.records import Gesture, GestureTranscript

SHARES = {"frown": 0.5, "smile": 0.3, "nod": 0.2}


def transcript(labels: list[str], timed: bool = True) -> GestureTranscript:
    gestures = [
        Gesture(label=label, start=2.0 * k, end=2.0 * k + 1, confidence=0.5)
        if timed
        else Gesture(label=label)
        for k, label in enumerate(labels)
    ]
    return GestureTranscript(gestures=tuple(gestures), duration=2.0 * len(labels) + 10 if timed else None)


def labels_of(one: GestureTranscript) -> list[str]:
    return [gesture.label for gesture in one.gestures]


label_lists = st.lists(st.sampled_from(list(SHARES)), max_size=12)
levels = st.floats(0, 1)


def test_frequencies_are_shares_of_all_gestures() -> None:
    told = [transcript(["nod", "frown"]), transcript([]), transcript(["nod", "nod"])]
    assert label_frequencies(told) == {"frown": 0.25, "nod": 0.75}
    assert label_frequencies([]) == {}


@given(label_lists, st.integers(0, 99))
def test_level_0_changes_nothing(labels: list[str], seed: int) -> None:
    assert add_noise(transcript(labels), 0.0, SHARES, seed, "i") == transcript(labels)


@given(label_lists, st.integers(0, 99), levels, levels)
def test_levels_nest_and_only_labels_change(labels: list[str], seed: int, one: float, other: float) -> None:
    before = transcript(labels)
    low, high = (add_noise(before, level, SHARES, seed, "i") for level in sorted([one, other]))
    for was, few, more in zip(before.gestures, low.gestures, high.gestures, strict=True):
        assert few.label in (was.label, more.label)
        assert more.model_copy(update={"label": was.label}) == was
    everything = add_noise(before, 1.0, SHARES, seed, "i")
    assert all(was != now for was, now in zip(labels, labels_of(everything), strict=True))


def test_replacements_come_in_proportion_to_the_other_labels() -> None:
    noisy = [add_noise(transcript(["smile"] * 10), 0.4, SHARES, 0, f"i{k}") for k in range(500)]
    counts = Counter(label for one in noisy for label in labels_of(one))
    assert counts["smile"] / 5000 == pytest.approx(0.6, abs=0.035)  # five standard errors
    assert counts["frown"] / (counts["frown"] + counts["nod"]) == pytest.approx(5 / 7, abs=0.055)


def test_items_and_seeds_have_noise_of_their_own() -> None:
    before = transcript(["smile"] * 60)
    noisy = [labels_of(add_noise(before, 0.5, SHARES, seed, item)) for seed in (0, 1) for item in ("i", "j")]
    assert all(a != b for k, a in enumerate(noisy) for b in noisy[:k])


def test_noise_needs_two_labels() -> None:
    with pytest.raises(InputError, match="two gesture labels"):
        add_noise(transcript(["nod"]), 0.1, {"nod": 1.0, "frown": 0.0}, 0, "i")
    assert add_noise(transcript([]), 0.1, {"nod": 1.0}, 0, "i") == transcript([])


@pytest.mark.parametrize("level", [-0.1, 1.1, float("nan")])
def test_levels_are_shares(level: float) -> None:
    with pytest.raises(InputError, match=r"not from 0 to 1"):
        add_noise(transcript(["nod"]), level, SHARES, 0, "i")
    with pytest.raises(InputError, match=r"not from 0 to 1"):
        confuse(transcript(["nod"]), level, CONFUSION, 0, "i")


@pytest.mark.parametrize(
    ("arm", "level"),
    [("text+noisy@0", 0), ("text+noisy@0.2", 0.2), ("text+noisy@.5", 0.5), ("text+noisy@1.0", 1)],
)
def test_arms_name_their_level(arm: str, level: float) -> None:
    assert parse_noisy(arm) == level


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "@",
        "@-0.1",
        "@1.01",
        "@2",
        "@nan",
        "@inf",
        "@1e-1",
        "@0,2",
        "@ 0.2",
        "@0.2 ",
        "@.",
        "@٠.٢",
        "@20%",
    ],
)
def test_arms_with_another_tail_are_refused(tail: str) -> None:
    with pytest.raises(InputError, match="write it like text"):
        parse_noisy(f"text+noisy{tail}")


CONFUSION = Confusion(
    rows={
        "frown": {"frown": 0.6, "smile": 0.3, "missed": 0.1},
        "smile": {"frown": 0.0, "smile": 0.2, "missed": 0.8},
        "nod": {"frown": 1.0, "smile": 0.0, "missed": 0.0},
    },
    false_alarms={"frown": 1.5, "smile": 0.5},
)
QUIET = CONFUSION.model_copy(update={"false_alarms": {}})


@given(label_lists, st.booleans(), st.integers(0, 99))
def test_confusion_at_level_0_changes_nothing(labels: list[str], timed: bool, seed: int) -> None:
    assert confuse(transcript(labels, timed), 0.0, CONFUSION, seed, "i") == transcript(labels, timed)


@settings(max_examples=200)
@given(label_lists, st.integers(0, 99), levels, levels)
def test_confusion_levels_nest(labels: list[str], seed: int, one: float, other: float) -> None:
    before = transcript(labels)
    low, high = (confuse(before, level, CONFUSION, seed, "i") for level in sorted([one, other]))
    old = Counter(before.gestures)
    # what the low level changed or added is still there; what it left may be gone
    assert Counter(low.gestures) - old <= Counter(high.gestures)
    # what the low level missed is missing
    kept = {gesture.start for gesture in low.gestures}
    missed = {gesture.start for gesture in before.gestures} - kept
    assert not missed & {gesture.start for gesture in high.gestures}
    for result in (low, high):
        starts = [gesture.start for gesture in result.gestures if gesture.start is not None]
        assert starts == sorted(starts)
        assert all(
            gesture.end is not None and gesture.end <= (before.duration or 0) for gesture in result.gestures
        )
        assert GestureTranscript.model_validate(result.model_dump()) == result


def test_rows_decide_what_gestures_become() -> None:
    results = [labels_of(confuse(transcript(["frown"] * 10), 1.0, QUIET, 0, f"i{k}")) for k in range(500)]
    counts = Counter(label for one in results for label in one)
    assert counts["frown"] / 5000 == pytest.approx(0.6, abs=0.035)
    assert counts["smile"] / 5000 == pytest.approx(0.3, abs=0.033)
    assert set(counts) == {"frown", "smile"}
    half = [labels_of(confuse(transcript(["nod"] * 10), 0.5, QUIET, 0, f"i{k}")) for k in range(500)]
    assert sum(one.count("frown") for one in half) / 5000 == pytest.approx(0.5, abs=0.036)


@pytest.mark.parametrize("level", [0.25, 1.0])
def test_false_alarms_are_poisson_with_a_thinned_mean(level: float) -> None:
    alarms = [confuse(transcript([]), level, CONFUSION, 0, f"i{k}") for k in range(3000)]
    numbers = [len(one.gestures) for one in alarms]
    mean = sum(numbers) / 3000
    variance = sum((number - mean) ** 2 for number in numbers) / 3000
    assert mean == pytest.approx(2 * level, rel=0.1)
    assert variance == pytest.approx(2 * level, rel=0.15)
    frowns = sum(labels_of(one).count("frown") for one in alarms)
    assert frowns / sum(numbers) == pytest.approx(0.75, abs=0.06)


def test_false_alarms_look_like_the_items_gestures() -> None:
    alarms = CONFUSION.model_copy(update={"false_alarms": {"smile": 20.0}})
    timed = confuse(transcript(["nod", "nod"]), 1.0, alarms, 0, "i").gestures
    assert len(timed) > 5
    assert all(gesture.end is not None and gesture.start is not None for gesture in timed)
    assert {round((g.end or 0) - (g.start or 0), 6) for g in timed} == {1.0}
    assert {gesture.confidence for gesture in timed} == {0.5}
    untimed = confuse(transcript(["nod", "nod"], timed=False), 1.0, alarms, 0, "i").gestures
    assert len(untimed) == len(timed)
    assert {(gesture.start, gesture.end, gesture.confidence) for gesture in untimed} == {(None, None, None)}
    places = [k / len(untimed) for k, gesture in enumerate(untimed) if gesture.label == "frown"]
    assert len(places) == 2
    assert 0 < places[0] < places[1] < 1


def test_an_item_without_gestures_gets_false_alarms_inside_its_recording() -> None:
    alarms = CONFUSION.model_copy(update={"false_alarms": {"smile": 20.0}})
    short = GestureTranscript(duration=0.5)
    for gesture in confuse(short, 1.0, alarms, 0, "i").gestures:
        assert (gesture.start, gesture.end) == (0.0, 0.5)
    assert len(confuse(short, 1.0, alarms, 0, "i").gestures) > 5
    unknown = confuse(GestureTranscript(), 1.0, alarms, 0, "i").gestures
    assert {(gesture.start, gesture.end) for gesture in unknown} == {(None, None)}


def test_a_label_without_a_row_is_named() -> None:
    with pytest.raises(InputError, match=r"unknown true label 'nodd'\. Did you mean 'nod'"):
        confuse(transcript(["nodd"]), 0.001, CONFUSION, 0, "i")


def with_groups(*labels: str) -> GestureTranscript:
    groups = load_vocabulary("imigue").group_labels
    made = transcript(list(labels))
    levels = [
        one.model_copy(update={"level": "group"}) if one.label in groups else one for one in made.gestures
    ]
    return made.model_copy(update={"gestures": tuple(levels)})


def test_a_group_becomes_another_group_and_a_word_another_word() -> None:
    shares = {"frown": 0.3, "smile": 0.3, "hand at head": 0.3, "hands together": 0.1}
    before = with_groups("frown", "hand at head", "smile", "hands together")
    after = add_noise(before, 1.0, shares, 0, "i")
    assert labels_of(after) == ["smile", "hands together", "frown", "hand at head"]
    assert [one.level for one in after.gestures] == [one.level for one in before.gestures]


def test_the_only_group_stays() -> None:
    shares = {"frown": 0.3, "smile": 0.3, "hand at head": 0.4}
    after = add_noise(with_groups("hand at head", "frown"), 1.0, shares, 0, "i")
    assert labels_of(after) == ["hand at head", "smile"]
    with pytest.raises(InputError, match="at least two gesture labels"):
        add_noise(with_groups("frown"), 1.0, {"frown": 0.5, "hand at head": 0.5}, 0, "i")


def test_a_group_is_confused_as_its_members_are() -> None:
    rows = {
        "touching ears": {"touching ears": 0.5, "touching hat": 0.3, "head up": 0.2},
        "touching hat": {"touching hat": 0.4, "missed": 0.6},
        "head up": {"head up": 1.0},
    }
    confusion = Confusion(rows=rows, false_alarms={"hands together": 2.0})
    group = with_groups("hand at head").gestures[0]
    row = confusion.row(group, load_vocabulary("imigue"))
    assert row == pytest.approx({"hand at head": 0.6, "head or trunk moves": 0.1, "missed": 0.3})
    found = [confuse(with_groups("hand at head"), 1.0, confusion, 0, f"i{k}").gestures for k in range(300)]
    levels = {(one.label, one.level) for gestures in found for one in gestures}
    assert levels == {
        ("hand at head", "group"),
        ("head or trunk moves", "group"),
        ("hands together", "group"),
    }
    named = Confusion(rows={**rows, "hand at head": {"touching ears": 1.0}})
    (one,) = confuse(with_groups("hand at head"), 1.0, named, 0, "i").gestures
    assert (one.label, one.level) == ("touching ears", "word")
    with pytest.raises(InputError, match="true label 'hands together'"):
        confuse(with_groups("hands together"), 1.0, confusion, 0, "i")
