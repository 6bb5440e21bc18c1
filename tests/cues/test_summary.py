"""The style `summary`: counts, rates, and the person's own rates beside them."""

from __future__ import annotations

import re

import pytest

from mgllm.cues.base import CueLine, Occasion, Rates
from mgllm.cues.block import Cues, as_cues, shown_gestures, shown_labels
from mgllm.cues.summary import IN_ALL, with_other_numbers
from mgllm.cues.vocabularies import gesture_words, load_vocabulary
from mgllm.records import CueSettings, Gesture, GestureTranscript

IMIGUE = load_vocabulary("imigue")
USUAL = Rates(word="usually", meaning="Usually.", per_minute={"head up": 0.5, "folding arms": 1.0})
LIPS, HEAD = "pressing lips", "head up"


def seen(label: str, confidence: float | None = None) -> Gesture:
    return Gesture(label=label, start=1.0, end=2.0, confidence=confidence)


SEEN = (seen(HEAD, 0.4), seen(LIPS, 0.9), seen("illustrative body language", 1.0), seen(LIPS, 0.7))


def summary(
    *gestures: Gesture, duration: float | None = 40.0, usual: Rates | None = None, **settings: object
) -> Cues:
    return as_cues(
        GestureTranscript(gestures=gestures),
        CueSettings.model_validate({"style": "summary"} | settings),
        IMIGUE,
        Occasion(duration=duration, usual={"annotated": usual} if usual else {}),
    )


def lines(*gestures: Gesture, **options: object) -> list[str]:
    return [str(line) for line in summary(*gestures, **options).lines]  # type: ignore[arg-type]  # by name


def test_counts_and_rates_the_most_seen_first() -> None:
    assert lines(*SEEN) == [
        "pressing lips: 2 times, 3.0 a minute",
        "head up: 1 time, 1.5 a minute",
        "in all: 3 times, 4.5 a minute",
    ]


def test_a_recording_of_unknown_length_has_counts_alone() -> None:
    assert lines(*SEEN, duration=None, usual=USUAL) == [
        "pressing lips: 2 times",
        "head up: 1 time",
        "in all: 3 times",
    ]
    assert summary(*SEEN, duration=None, usual=USUAL).definition == IMIGUE.definition


def test_the_persons_own_rates_stand_beside_and_are_explained() -> None:
    cues = summary(*SEEN, usual=USUAL)
    assert [str(line) for line in cues.lines] == [
        "pressing lips: 2 times, 3.0 a minute, usually 0.0",
        "head up: 1 time, 1.5 a minute, usually 0.5",
        "in all: 3 times, 4.5 a minute, usually 1.5",
    ]
    assert cues.definition == f"{IMIGUE.definition} Usually."


def test_all_together_is_told_where_it_says_something_more() -> None:
    assert lines(seen(LIPS)) == ["pressing lips: 1 time, 1.5 a minute"]
    assert lines(seen(HEAD), usual=USUAL)[-1] == "in all: 1 time, 1.5 a minute, usually 1.5"
    assert lines(usual=USUAL) == []
    assert summary(usual=USUAL).nothing == "No micro-gestures were observed."
    assert summary(usual=USUAL).definition == IMIGUE.definition


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"threshold": 0.8}, ["pressing lips: 1 time, 1.5 a minute"]),
        ({"top_k": 1}, ["pressing lips: 2 times, 3.0 a minute"]),
        (
            {"confidences": True, "top_k": 2},
            ["pressing lips: 2 times, 3.0 a minute (mean 0.80)", "head up: 1 time, 1.5 a minute (mean 0.40)"],
        ),
        (
            {"leave_out": ["PRESSING LIPS", "head up"], "confidences": True},
            ["illustrative body language: 1 time, 1.5 a minute (mean 1.00)"],
        ),
    ],
)
def test_settings(settings: dict[str, object], told: list[str]) -> None:
    assert lines(*SEEN, **settings) == told


def test_top_k_keeps_true_counts_and_may_be_applied_twice() -> None:
    settings = CueSettings(style="summary", top_k=1)
    once = shown_gestures(GestureTranscript(gestures=SEEN), settings)
    assert [one.label for one in once] == [LIPS, LIPS]
    assert shown_gestures(GestureTranscript(gestures=once), settings) == once


def test_labels_without_a_confidence_have_no_mean() -> None:
    assert lines(seen(LIPS), confidences=True) == ["pressing lips: 1 time, 1.5 a minute"]


def test_what_reads_alike_counts_as_shown_alike() -> None:
    def labels(style: str, *order: str) -> tuple[str, ...]:
        gestures = tuple(Gesture(label=label, start=float(n)) for n, label in enumerate(order))
        return shown_labels(
            GestureTranscript(gestures=gestures), CueSettings.model_validate({"style": style})
        )

    assert labels("summary", HEAD, LIPS) == labels("summary", LIPS, HEAD)
    assert labels("summary", HEAD, LIPS) != labels("summary", HEAD, HEAD)
    for style in ("timeline", "plain", "by_turn"):
        assert labels(style, HEAD, LIPS) != labels(style, LIPS, HEAD)


def test_filler_numbers_have_the_form_and_not_the_content() -> None:
    often = ": 12 times, 30.5 a minute, usually 0.0 (mean 0.82)"
    made = [CueLine(what=LIPS, sure=often), CueLine(what=HEAD, sure=": 1 time"), CueLine(what=IN_ALL)]
    drawn = {seed: with_other_numbers(made, seed, "i") for seed in range(20)}
    form = re.compile(r": [1-9]\d times, [1-9]\d\.\d a minute, usually 0\.\d \(mean 0\.\d\d\)")
    for first, second, third in drawn.values():
        assert form.fullmatch(first.sure)
        assert re.fullmatch(r": (1 time|[2-9] times)", second.sure)
        assert third == made[2]
        assert (first.what, first.when) == (LIPS, "")
    assert len({line[0].sure for line in drawn.values()}) > 15
    assert len({line[1].sure for line in drawn.values()}) > 4
    assert with_other_numbers(made, 3, "i") == drawn[3] != with_other_numbers(made, 3, "j")


def test_filler_numbers_depend_on_seed_and_item_alone() -> None:
    one, other = ([CueLine(what=LIPS, sure=f": {n} times, {n}.1 a minute")] for n in (2, 7))
    assert with_other_numbers(one, 0, "i") == with_other_numbers(other, 0, "i")


def test_the_words_behind_a_gesture_are_no_gesture_words() -> None:
    words = set(re.findall(r"[a-z]+", " ".join(lines(*SEEN, usual=USUAL, confidences=True))))
    of_gestures = {"pressing", "lips", "head", "up"}
    assert not (words - of_gestures | {"at", "rest"}) & gesture_words()
