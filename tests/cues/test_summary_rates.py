"""How often a person moves elsewhere: against the slow, obvious count."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from mgllm.cues.summary import own_rates
from mgllm.records import CueSettings, Gesture, GestureTranscript, Item

SUMMARY = CueSettings(style="summary")
LABELS = ("head up", "pressing lips", "illustrative body language")


def item(name: str, *labels: str, subject: str = "p", seconds: float | None = 60.0, **more: object) -> Item:
    gestures = tuple(Gesture(label=label) for label in labels)
    transcript = GestureTranscript(gestures=gestures, duration=seconds)
    content: dict[str, object] = {"id": name, "subject": subject, "gestures": {"annotated": transcript}}
    return Item.model_validate(content | more)


def usual(items: list[Item], name: str, **settings: object) -> dict[str, float] | None:
    cue = CueSettings.model_validate({"style": "summary"} | settings)
    rates = own_rates(items, ["annotated"], cue).get(name, {}).get("annotated")
    return None if rates is None else dict(rates.per_minute)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("pqr"),
            st.lists(st.sampled_from(LABELS), max_size=5),
            st.sampled_from([None, 15.0, 30.0, 90.0]),
        ),
        max_size=8,
    )
)
def test_against_counting_in_each_other_recording(
    recordings: list[tuple[str, list[str], float | None]],
) -> None:
    items = [
        item(f"i{n}", *labels, subject=subject, seconds=seconds)
        for n, (subject, labels, seconds) in enumerate(recordings)
    ]
    for n, (subject, _, _) in enumerate(recordings):
        others = [
            (labels, seconds)
            for m, (other, labels, seconds) in enumerate(recordings)
            if m != n and other == subject and seconds is not None
        ]
        minutes = sum(seconds for _, seconds in others) / 60
        told = [label for labels, _ in others for label in labels if label in LABELS[:2]]
        expected = {label: told.count(label) / minutes for label in set(told)} if others else None
        found = usual(items, f"i{n}")
        assert found == (expected if expected is None else pytest.approx(expected))


def test_an_unknown_person_has_no_other_recordings() -> None:
    items = [item("a", "head up", subject_known=False), item("b", "head up", subject_known=False)]
    assert own_rates(items, ["annotated"], SUMMARY) == {}


def test_a_covariate_marks_the_recordings_at_rest() -> None:
    items = [
        item("talk", "head up", "head up"),
        item("calm", "pressing lips", covariates={"baseline": True}),
        item("calm2", covariates={"baseline": "true"}),
        item("other", "head up", subject="q", covariates={"baseline": True}),
        item("not", "head up", covariates={"baseline": False}),
    ]
    assert usual(items, "talk", rest="baseline") == {"pressing lips": 0.5}
    assert usual(items, "calm", rest="baseline") == {}
    assert usual(items, "calm2", rest="baseline") == {"pressing lips": 1.0}
    assert usual(items, "other", rest="baseline") is None
    rates = own_rates(items, ["annotated"], CueSettings(style="summary", rest="baseline"))["talk"]
    assert rates["annotated"].word == "at rest"
    assert "at rest" in rates["annotated"].meaning.lower()


def test_sources_are_not_mixed() -> None:
    both = {
        source: GestureTranscript(gestures=(Gesture(label=label),), duration=60, source=source)
        for source, label in (("annotated", "head up"), ("recognized", "pressing lips"))
    }
    items = [item("a", gestures=both), item("b", gestures=both), item("c")]
    rates = own_rates(items, ["recognized", "annotated"], SUMMARY)
    assert rates["c"]["recognized"].per_minute == {"pressing lips": 1.0}
    assert rates["a"]["recognized"].per_minute == {"pressing lips": 1.0}
    assert rates["a"]["annotated"].per_minute == {"head up": 0.5}


def test_top_k_leaves_the_rates_beside_true() -> None:
    items = [item("a", "head up"), item("b", "head up", "head up", "pressing lips")]
    assert usual(items, "a", top_k=1) == {"head up": 2.0, "pressing lips": 1.0}


def test_without_rest_nothing_is_set_beside_the_rates() -> None:
    assert usual([item("a", "head up"), item("b", "head up")], "a", rest=None) is None


def test_targets_play_no_part() -> None:
    plain = [item("a", "head up"), item("b", "pressing lips")]
    labelled = [one.model_copy(update={"target": t}) for one, t in zip(plain, ["win", "lose"], strict=True)]
    assert own_rates(plain, ["annotated"], SUMMARY) == own_rates(labelled, ["annotated"], SUMMARY)
