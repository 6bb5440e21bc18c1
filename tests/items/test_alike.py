"""Names that a reader takes for one."""

from __future__ import annotations

import pytest

from mgllm.items.alike import alike, alike_notes, unknown_labels
from mgllm.records import Gesture, GestureTranscript, Item


@pytest.mark.parametrize(
    "other",
    [
        "zoë b",
        "ZOË B",
        "Zoe\u0308 B",
        "Zoë\u00a0B",
        "Zoë  B",
        "Ｚｏë B",
        "Zoë\u200b B",
        "Zo\u00adë B",
        "Zoë\u2009B",
    ],
)
def test_names_that_look_alike_are_a_group(other: str) -> None:
    assert alike(["Zoë B", "Max", other, "max."]) == (("Zoë B", other),)


def test_names_that_differ_are_none() -> None:
    assert alike(["Zoë", "Zoe", "Zo", "s1", "s01", "s 1", "Zoë"]) == ()


def test_a_line_names_the_people_and_one_the_items() -> None:
    items = [Item(id=name, subject=subject) for name, subject in
             (("a1", "Jose\u0301"), ("A1", "José"), ("b", "Kim"), ("c", "KIM"), ("d", "kim"))]  # fmt: skip
    people, ids = alike_notes(items)
    assert "subjects 'Jose\\u0301' and 'José', 'Kim' and 'KIM' and 'kim' differ only in spelling" in people
    assert "counted as different people" in people
    assert ids.startswith("items 'a1' and 'A1' differ only in spelling")
    assert alike_notes(items[:1]) == ()


def test_labels_that_are_like_one_of_the_vocabulary_are_named_with_it() -> None:
    labels = ("toching ears", "toching ears", "folding arms", "juggling", "nodding")
    gestures = {"annotated": GestureTranscript(gestures=tuple(Gesture(label=label) for label in labels))}
    items = [Item(id="a", subject="s", gestures=gestures)]
    said = (
        "1 labels of gestures are in no vocabulary and are kept: 'toching ears' (2; is it 'touching ears'?)"
    )
    assert unknown_labels(items) == (said,)
    own = {"annotated": gestures["annotated"].model_copy(update={"vocabulary": "mine"})}
    assert unknown_labels([Item(id="a", subject="s", gestures=own)]) == ()
