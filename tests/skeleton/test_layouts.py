"""Layouts: one graph each, names once, a mirror that undoes itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from mgllm.errors import InputError
from mgllm.skeleton.layout import Layout
from mgllm.skeleton.layouts import BODY25_OF_IMIGUE, LAYOUTS, MA52_OF_HALPE136, layout_of, load_layout

SIZES = {"imigue22": 22, "body25": 25, "coco17": 17, "kinect20": 20, "ntu25": 25, "ma52-44": 44}
SMALL: dict[str, Any] = {
    "joints": ["hip", "left shoulder", "right shoulder", "head"],
    "edges": [["hip", "left shoulder"], ["hip", "right shoulder"], ["hip", "head"]],
    "mirror": [["left shoulder", "right shoulder"]],
}


def reached(layout: Layout) -> set[str]:
    """All joints that edges lead to from the first, found the slow way."""
    found = {layout.joints[0]}
    for _ in layout.joints:
        found |= {b for a, b in layout.edges if a in found} | {a for a, b in layout.edges if b in found}
    return found


def test_all_layouts_are_there() -> None:
    assert {name: len(layout.joints) for name, layout in LAYOUTS.items()} == SIZES
    with pytest.raises(InputError, match=r"unknown skeleton layout 'coco'\. Did you mean 'coco17'\?"):
        load_layout("coco")


@pytest.mark.parametrize("name", SIZES)
def test_each_graph_has_one_component_and_names_once(name: str) -> None:
    layout = load_layout(name)
    assert reached(layout) == set(layout.joints)
    assert len(set(layout.joints)) == len(layout.joints)
    assert len({frozenset(edge) for edge in layout.edges}) == len(layout.edges)


@pytest.mark.parametrize("name", SIZES)
def test_mirroring_twice_is_identity_and_moves_every_sided_joint(name: str) -> None:
    layout = load_layout(name)
    order = layout.mirror_index
    assert (order[order] == np.arange(len(order))).all()
    for joint, partner in enumerate(order):
        assert (partner != joint) == layout.joints[joint].startswith(("left_", "right_"))
    linked = {frozenset(edge.tolist()) for edge in layout.edge_index}
    assert {frozenset(order[edge].tolist()) for edge in layout.edge_index} == linked


@pytest.mark.parametrize("name", SIZES)
def test_the_scale_is_the_shoulders(name: str) -> None:
    layout = load_layout(name)
    assert layout.shoulder_index is not None
    assert [layout.joints[n] for n in layout.shoulder_index] == ["left_shoulder", "right_shoulder"]


def test_imigue_is_part_of_body25_with_right_first() -> None:
    body, imigue = load_layout("body25"), load_layout("imigue22")
    assert imigue.joints[:12] == tuple(body.joints[n] for n in BODY25_OF_IMIGUE)
    assert body.joints[2:5] == ("right_shoulder", "right_elbow", "right_wrist")
    assert {edge for edge in imigue.edges if "nose" in edge}, "the kit's graph leaves the nose alone"
    for side in ("left", "right"):
        assert sum(edge[0] == f"{side}_wrist" for edge in imigue.edges) == 5


def test_ma52_takes_each_key_point_once() -> None:
    joints = load_layout("ma52-44").joints
    assert len(set(MA52_OF_HALPE136)) == len(joints) == 44
    assert joints[:17] == load_layout("coco17").joints
    assert MA52_OF_HALPE136[joints.index("left_hand")] == 94
    assert MA52_OF_HALPE136[joints.index("right_little")] == 135


def test_a_layout_without_root_and_shoulders_finds_its_own() -> None:
    layout = Layout.model_validate(SMALL)
    assert layout.root_index == (0,)
    assert layout.shoulder_index == (1, 2)
    assert Layout.model_validate({**SMALL, "mirror": []}).shoulder_index is None


def test_a_centre_that_has_a_left_and_a_right_is_the_point_between_them() -> None:
    arms = {
        "joints": ["left elbow", "left wrist", "right elbow", "right wrist"],
        "edges": [
            ["left elbow", "left wrist"],
            ["left elbow", "right elbow"],
            ["right elbow", "right wrist"],
        ],
    }
    mirror = [["left elbow", "right elbow"], ["left wrist", "right wrist"]]
    assert Layout.model_validate({**arms, "mirror": mirror}).root_index == (0, 2)
    assert Layout.model_validate(arms).root_index == (0,)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"joints": [*SMALL["joints"], "hip"]}, "'hip' appears twice"),
        ({"edges": [["hip", "haed"]]}, "'haed' is not a joint of the layout. Did you mean 'head'?"),
        ({"mirror": [["left shoulder", "right knee"]]}, "mirror: 'right knee' is not a joint"),
        ({"mirror": [["head", "hip"], ["hip", "left shoulder"]]}, "mirror: 'hip' has two partners"),
        ({"edges": [["hip", "hip"]]}, "'hip' is paired with itself"),
        ({"edges": SMALL["edges"][:2]}, "the graph is not connected; 'hip' does not reach head"),
        ({"root": ["pelvis"]}, "root: 'pelvis' is not a joint"),
        ({"shoulders": ["hip", "pelvis"]}, "shoulders: 'pelvis' is not a joint"),
        ({"limbs": []}, "Extra inputs"),
    ],
)
def test_a_layout_that_does_not_hold_together_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Layout.model_validate({**SMALL, **change})
    assert words in str(caught.value)


def test_a_layout_of_some_joints_is_linked_as_they_are_elsewhere() -> None:
    body = LAYOUTS["body25"].joints
    assert {frozenset(pair) for pair in layout_of(body).edges} <= {
        frozenset(pair)
        for name in ("body25", "coco17", "imigue22", "ma52-44")
        for pair in LAYOUTS[name].edges
    }
    arm = layout_of(["left_wrist", "left_elbow", "right_wrist", "neck", "mid_hip"])
    assert set(arm.edges) == {
        ("left_wrist", "left_elbow"), ("left_elbow", "neck"), ("right_wrist", "neck"), ("neck", "mid_hip"),
    }  # fmt: skip
    assert arm.mirror == (("left_wrist", "right_wrist"),)
    assert layout_of(["nose"]).edges == ()
