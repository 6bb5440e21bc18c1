"""The one source of cues that a run tells."""

from __future__ import annotations

import pytest

from mgllm.errors import InputError
from mgllm.experiment.material import choose_source
from mgllm.records import Gesture, GestureTranscript, Item


def transcript(*labels: str, **more: object) -> GestureTranscript:
    gestures = tuple(Gesture(label=label, start=float(n), end=n + 0.5) for n, label in enumerate(labels))
    return GestureTranscript.model_validate({"gestures": gestures, "duration": 10.0} | more)


ITEM = Item(
    id="i1",
    subject="p1",
    speech="Well.",
    gestures={
        "annotated": transcript("pressing lips", "head up"),
        "recognized": transcript("head up", source="recognized"),
    },
)


def test_the_source_is_one_for_all_items() -> None:
    other = ITEM.model_copy(update={"id": "i2", "gestures": {"annotated": transcript("head up")}})
    assert choose_source([ITEM], None) == "recognized"
    assert choose_source([ITEM], "annotated") == "annotated"
    assert choose_source([ITEM, other], None) == "annotated"
    with pytest.raises(InputError, match=r"1 of 2 items have no recognized gestures \(first: i2"):
        choose_source([ITEM, other], "recognized")


def test_a_missing_transcript_is_an_error_and_an_empty_one_is_not() -> None:
    bare = ITEM.model_copy(update={"id": "i3", "gestures": {}})
    empty = ITEM.model_copy(update={"id": "i4", "gestures": {"annotated": transcript()}})
    assert choose_source([bare], None) is None
    assert choose_source([ITEM, empty], None) == "annotated"
    with pytest.raises(InputError, match="an empty transcript if"):
        choose_source([ITEM, bare], None)
