"""What each arm tells, and which transcripts it cannot do without."""

from __future__ import annotations

import pytest

from mgllm.arms.arms import Case, arm_names, choose_source, get_arm, get_arms
from mgllm.cues.block import Cues
from mgllm.errors import InputError
from mgllm.records import CueSettings, Gesture, GestureTranscript, Item


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


def case(**changes: object) -> Case:
    base: dict[str, object] = {
        "item": ITEM,
        "source": "recognized",
        "settings": CueSettings(),
        "seed": 0,
        "donor": transcript("folding arms"),
        "frequencies": {"head up": 0.5, "pressing lips": 0.25, "folding arms": 0.25},
        "count": lambda text: len(text.split()),
        "render": lambda cues: "\n".join([cues.heading, cues.definition, *map(str, cues.lines)]),
    }
    return Case(**(base | changes))  # type: ignore[arg-type]  # built by name


def told(name: str, **changes: object) -> list[str] | None:
    cues = get_arm(name).cues(case(**changes), name)
    return None if cues is None else [line.what for line in cues.lines]


def test_table_order_and_names() -> None:
    assert arm_names()[:4] == ["none", "text", "mg", "text+mg"]
    assert set(arm_names()[4:]) == {"text+oracle", "text+shuffled", "text+filler", "text+noisy@P"}


def test_what_each_arm_tells() -> None:
    assert told("none") is None
    assert told("text") is None
    assert told("mg") == told("text+mg") == ["head up"]
    assert told("text+oracle") == ["pressing lips", "head up"]
    assert told("text+shuffled") == ["folding arms"]
    assert told("text+noisy@0") == told("text+mg")
    assert told("text+noisy@1") != told("text+mg")


def test_who_speaks() -> None:
    speaking = {name: get_arm(name).speech for name in ("none", "mg", "text", "text+mg", "text+filler")}
    assert speaking == {"none": False, "mg": False, "text": True, "text+mg": True, "text+filler": True}


def test_filler_has_the_form_and_length_of_the_cues() -> None:
    made = get_arm("text+filler").cues(case(), "text+filler")
    true = get_arm("text+mg").cues(case(), "text+mg")
    assert made is not None
    assert true is not None
    assert [line.when for line in made.lines] == [line.when for line in true.lines]

    def size(cues: Cues) -> int:
        return case().count(case().render(cues))

    assert abs(size(made) - size(true)) <= 3


@pytest.mark.parametrize(
    "name", ["text+noisy", "text+noisy@", "text+noisy@2", "text+noisy@x", "txt", "text+MG", ""]
)
def test_unknown_arms(name: str) -> None:
    with pytest.raises(InputError):
        get_arm(name)


def test_a_guess_is_made() -> None:
    with pytest.raises(InputError, match=r"Did you mean 'text\+shuffled'"):
        get_arm("text+shufled")


def test_arms_come_once_and_in_table_order() -> None:
    arms = get_arms(["text+noisy@0.5", "text+mg", "text", "text+mg", "text+noisy@0.2"])
    assert [arm.name for arm in arms] == ["text", "text+mg", "text+noisy@0.2", "text+noisy@0.5"]


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
    with pytest.raises(InputError, match="a missing one is an error"):
        choose_source([ITEM, bare], None)
