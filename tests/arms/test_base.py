"""What each arm shows, and which transcripts it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mgllm.arms.base import Case, Ground, arm, arm_names, arm_roles, arms, get_arm, get_arms
from mgllm.cues.block import Cues
from mgllm.errors import InputError
from mgllm.records import FIRST_ROLES, CueSettings, Gesture, GestureTranscript, Item


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


DONOR = Item(id="i2", subject="p2", gestures={"recognized": transcript("folding arms", source="recognized")})
OTHER = Item(id="i3", subject="p3", gestures={"recognized": transcript("pressing lips", source="recognized")})


def case(**changes: object) -> Case:
    base: dict[str, object] = {
        "items": {"i1": ITEM, "i2": DONOR, "i3": OTHER},
        "source": "recognized",
        "settings": CueSettings(),
        "donors": {(0, 0): {"i1": "i2", "i2": "i1"}},
        "opponents": {(0, 0): {"i1": "i3"}},
        "drawn": {"text+noisy@": {"head up": 0.5, "pressing lips": 0.25, "folding arms": 0.25}},
        "count": lambda text: len(text.split()),
        "render": lambda cues: "\n".join([cues.heading, cues.definition, *map(str, cues.lines)]),
    }
    return Case(Ground(**(base | changes)), ITEM)  # type: ignore[arg-type]  # built by name


def told(name: str, **changes: object) -> list[str] | None:
    cues = get_arm(name).block(case(**changes))
    return None if cues is None else [line.what for line in cues.lines]


def test_table_order_and_names() -> None:
    assert arm_names()[:4] == ["none", "text", "mg", "text+mg"]
    assert arm_names()[4:] == [
        *("text+oracle", "text+shuffled", "mg+shuffled", "text+opposed", "text+filler", "mg+filler"),
        "text+noisy@P",
    ]


def test_what_each_arm_shows() -> None:
    assert told("none") is None
    assert told("text") is None
    assert told("mg") == told("text+mg") == ["head up"]
    assert told("text+oracle") == ["pressing lips", "head up"]
    assert told("text+shuffled") == told("mg+shuffled") == ["folding arms"]
    assert told("text+opposed") == ["pressing lips"]
    assert told("mg+filler") == told("text+filler")
    assert told("text+noisy@0") == told("text+mg")
    assert told("text+noisy@1") != told("text+mg")


def test_who_speaks() -> None:
    for name in arms.names():
        assert get_arm(name if not name.endswith("@") else f"{name}0").speech == name.startswith("text"), name


def test_who_shows_another_items_gestures() -> None:
    borrowing = {name for name in arms.names() if arms.get(name).borrows}
    assert borrowing == {"text+shuffled", "mg+shuffled", "text+opposed"}


def test_filler_has_the_form_and_length_of_the_cues() -> None:
    made = get_arm("text+filler").block(case())
    true = get_arm("text+mg").block(case())
    assert made is not None
    assert true is not None
    assert [line.when for line in made.lines] == [line.when for line in true.lines]

    def size(cues: Cues) -> int:
        ground = case().ground
        return ground.count(ground.render(cues))

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
    found = get_arms(["text+noisy@0.5", "text+mg", "text", "text+mg", "text+noisy@0.2"])
    assert [one.name for one in found] == ["text", "text+mg", "text+noisy@0.2", "text+noisy@0.5"]


def test_the_ledger_s_roles_are_those_of_runs_written_before_and_those_without_speech() -> None:
    without_speech = {"alone": "mg", "alone_shuffled": "mg+shuffled", "alone_filler": "mg+filler"}
    assert arm_roles() == dict(FIRST_ROLES) | without_speech


@pytest.fixture
def _late() -> Iterator[None]:
    """An arm with a level of its own, and with something drawn over the whole set."""

    def seconds(name: str) -> float:
        if not name.partition("@")[2].isdigit():
            raise InputError(f"arm '{name}' names no seconds")
        return float(name.partition("@")[2])

    @arm("text+late@", speech=True, needs="source", level=seconds, draws=lambda ground: len(ground.items))
    def late(case: Case, level: float) -> Cues:
        cues, drawn = case.show(case.transcript()), case.ground.drawn["text+late@"]
        return cues.model_copy(update={"heading": f"{level:g} s late, one of {drawn}"})

    yield
    arms._things.pop("text+late@")


@pytest.mark.usefixtures("_late")
def test_any_arm_may_take_a_level_and_draw_over_the_set() -> None:
    found = get_arm("text+late@3")
    ground = replace(case().ground, drawn={"text+late@": found.draws(case().ground) if found.draws else None})
    block = found.block(Case(ground, ITEM))
    assert block is not None
    assert block.heading == "3 s late, one of 3"
    assert arm_names()[-1] == "text+late@P"
    with pytest.raises(InputError, match="names no seconds"):
        get_arm("text+late@x")


def test_a_name_with_a_level_says_how_it_is_read() -> None:
    with pytest.raises(ValueError, match="if, and only if"):
        arm("text+late@", speech=True, needs="source")(lambda case, level: None)
    with pytest.raises(ValueError, match="if, and only if"):
        arm("text+late", speech=True, needs="source", level=float)(lambda case, level: None)
