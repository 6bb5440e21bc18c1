"""Vocabularies: codes, groups, and which classes a skeleton's layout can show, decided by its joints."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mgllm.cues.vocabularies import (
    Vocabulary,
    gesture_words,
    load_vocabulary,
    shown_name,
    vocabulary_names,
    with_shown_names,
)
from mgllm.records import Gesture
from mgllm.skeleton.layouts import LAYOUTS

Joints = tuple[str, ...]
PARTS: dict[str, tuple[Joints, ...]] = {
    "cheeks": (("left_cheek", "right_cheek"),),
    "lips": (("upper_lip", "lower_lip"),),
    "mouth corners": (("left_mouth_corner", "right_mouth_corner"),),
    "lids, brows or pupils": (("left_upper_lid", "right_upper_lid"), ("left_brow", "right_brow")),
    "all fingers": (tuple(f"{s}_{f}" for s in ("left", "right") for f in ("thumb", "index", "little")),),
    "a finger tip": (("left_index", "right_index"), ("left_hand_tip", "right_hand_tip")),
    "a face that turns": (("nose", "left_ear", "right_ear"),),
    "legs": (("left_knee", "right_knee"),),
    "ankles": (("left_ankle", "right_ankle"),),
    "toes": (("left_big_toe", "right_big_toe"), ("left_foot", "right_foot")),
}
"""What a movement is made by: any of these sets of joints shows it."""
NEEDS: dict[str, dict[str, set[str]]] = {
    "imigue": {
        "cheeks": {"bulging face, deep breath"},
        "lips": {"pressing lips"},
        "all fingers": {"crossing fingers", "minaret gesture"},
    },
    "smg": {"legs": {"moving legs", "crossing legs"}},
    "ma52": {
        "a finger tip": {"clenching fist"},
        "all fingers": {"hands touching fingers", "other finger movements"},
        "a face that turns": {"turning head", "shaking head"},
        "legs": {
            "shaking legs",
            "curling legs",
            "spread legs",
            "closing legs",
            "crossing legs",
            "patting legs",
        }
        | {"touching legs", "scratching legs"},
        "ankles": {"stretching feet", "retracting feet", "scratching feet"},
        "toes": {"tiptoe"},
    },
    "rltd": {
        "lips": {"mouth open", "mouth closed", "lips retracted"},
        "mouth corners": {"smiling", "laughing", "scowling", "other facial expression", "lip corners down"}
        | {"lip corners up", "lips protruded"},
        "lids, brows or pupils": {
            "frowning",
            "raising eyebrows",
            "other eyebrow movement",
            "both eyes closed",
        }
        | {"other eye movement", "eyes closing repeatedly", "eyes opened wide", "gaze towards interlocutor"}
        | {"gaze down", "gaze up", "gaze sideways", "other gaze"},
        "a face that turns": {"head turning sideways", "head shaking repeatedly"},
    },
}


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@pytest.mark.parametrize("name", vocabulary_names())
def test_a_class_is_hidden_where_the_joints_that_make_it_are_missing(name: str, layout: str) -> None:
    joints = set(LAYOUTS[layout].joints)
    hidden = {
        label
        for part, labels in NEEDS[name].items()
        if not any(joints.issuperset(shown) for shown in PARTS[part])
        for label in labels
    }
    assert load_vocabulary(name).hidden_labels(layout) == hidden


@pytest.mark.parametrize("name", vocabulary_names())
def test_only_layouts_that_there_are_hide_something(name: str) -> None:
    for one in load_vocabulary(name).classes:
        assert set(one.hidden_in) <= set(LAYOUTS)
        assert len(set(one.hidden_in)) == len(one.hidden_in)


def test_imigue_in_its_own_layout() -> None:
    assert load_vocabulary("imigue").hidden_labels("imigue22") == {
        "bulging face, deep breath",
        "pressing lips",
    }
    assert load_vocabulary("ma52").hidden_labels("ma52-44") == frozenset()
    assert load_vocabulary("smg").hidden_labels("ntu25") == frozenset()


@pytest.mark.parametrize(("name", "first"), [("imigue", 1), ("smg", 1), ("ma52", 0)])
def test_codes_count_the_classes_as_the_label_files_do(name: str, first: int) -> None:
    classes = load_vocabulary(name).classes
    assert [one.code for one in classes] == [str(first + n) for n in range(len(classes))]


def test_the_body_groups_of_ma52_have_the_published_cut_points() -> None:
    groups = [one.group for one in load_vocabulary("ma52").classes]
    last = [n for n, group in enumerate(groups) if n + 1 == len(groups) or groups[n + 1] != group]
    assert last == [4, 10, 23, 31, 37, 47, 51]


@pytest.mark.parametrize("name", vocabulary_names())
def test_every_class_has_a_gloss_and_a_group(name: str) -> None:
    for one in load_vocabulary(name).classes:
        assert one.gloss, one.label
        assert one.gloss != one.label
        assert one.group or one.label.startswith("illustrative")


def test_what_imigue_needs_is_said_in_joints_that_there_are() -> None:
    vocabulary = load_vocabulary("imigue")
    known = {joint for layout in LAYOUTS.values() for joint in layout.joints}
    for part, alternatives in vocabulary.parts.items():
        for joints in alternatives:
            assert known.issuperset(joints), part
    listed = {word for need in vocabulary.needs for word in need.words}
    assert listed == {one.label for one in vocabulary.classes} - {"illustrative body language"}
    used = {part for need in vocabulary.needs for part in need.parts}
    assert used == set(vocabulary.parts)


def test_a_hand_at_the_head_needs_a_hand_the_head_and_a_neck() -> None:
    hand, head, neck = load_vocabulary("imigue").parts_of("touching ears")
    assert {("left_wrist",), ("right_wrist",), ("left_index",)} <= set(hand)
    assert {("nose",), ("right_ear",)} <= set(head)
    assert {("neck",), ("left_shoulder", "right_shoulder")} <= set(neck)
    assert load_vocabulary("imigue").parts_of("wave") == ()
    assert load_vocabulary("smg").parts_of("folding arms") == ()


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        ([{"parts": ["a tail"], "words": ["nod"]}], "'a tail' is not one of parts"),
        ([{"parts": ["a head"], "words": ["wag"]}], "'wag' is not one of its classes"),
        ([{"parts": ["a head"], "words": ["nod"]}] * 2, "'nod' has two needs"),
    ],
)
def test_a_need_that_cannot_be_met_is_refused(needs: list[dict[str, list[str]]], said: str) -> None:
    about = {name: name for name in ("name", "noun", "source", "heading", "definition", "nothing")}
    content = {**about, "classes": [{"label": "nod"}], "parts": {"a head": [["nose"]]}}
    assert Vocabulary.model_validate({**content, "needs": needs[:1] if len(needs) > 1 else []})
    with pytest.raises(ValidationError, match=said):
        Vocabulary.model_validate({**content, "needs": needs})


def test_the_groups_of_imigue_have_every_micro_gesture_once() -> None:
    imigue = load_vocabulary("imigue")
    members = [label for group in imigue.groups for label in group.members]
    micro = [one.label for one in imigue.classes if one.label != "illustrative body language"]
    assert sorted(members) == sorted(micro)
    assert imigue.group_of["playing or adjusting hair"] == "hand at head"
    assert (imigue.level("hand at head"), imigue.level("head up")) == ("group", "word")


@pytest.mark.parametrize(
    ("groups", "problem"),
    [
        ([("g", ["a", "x"])], "'x' is a member of a group but is not a class"),
        ([("g", ["a"]), ("h", ["b", "a"])], "'a' is a member of several groups; keep it in one"),
        ([("g", ["a", "a"])], "'a' is a member of several groups; keep it in one"),
        ([("b", ["a"])], "'b' is the name of a class and of a group; rename the group"),
        ([("g", ["a"]), ("g", ["b"])], "'g' is the name of several groups; rename one"),
    ],
)
def test_groups_that_do_not_fit_are_refused(groups: list[tuple[str, list[str]]], problem: str) -> None:
    words = {"name": "v", "noun": "n", "source": "s", "heading": "h", "definition": "d", "nothing": "0"}
    content = {
        **words,
        "classes": [{"label": "a"}, {"label": "b"}],
        "groups": [{"label": label, "members": members} for label, members in groups],
    }
    with pytest.raises(ValidationError) as caught:
        Vocabulary.model_validate(content)
    assert problem in str(caught.value)


def test_a_group_has_its_mark_wherever_people_read_it() -> None:
    group = Gesture(label="hand at head", level="group")
    assert shown_name(group, "imigue") == "hand at head (exact gesture unclear)"
    assert shown_name(group, "my own") == "hand at head (exact gesture unclear)"
    assert shown_name(Gesture(label="hand at head"), "imigue") == "hand at head"
    (named,) = with_shown_names([group], "imigue")
    assert (named.label, named.level) == ("hand at head (exact gesture unclear)", "group")


def test_filler_may_not_say_the_words_of_groups() -> None:
    assert {"trunk", "hips", "unclear", "exact"} <= gesture_words()
    assert "at" not in gesture_words()  # "at rest" stands in lines of a summary
