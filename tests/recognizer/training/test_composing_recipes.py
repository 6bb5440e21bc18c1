"""Recipes by name: whole ones, with one left out, some put together."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from mgllm.errors import InputError
from mgllm.recognizer.clips import Clips
from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.reading import layout_graph
from mgllm.recognizer.training.augmentations import CoordinatePerturbation, JointDropout, Mirror, PartDropout
from mgllm.recognizer.training.composing import AUGMENTATIONS, EXTREME, NORMAL, Step, recipe, view_generator
from mgllm.recognizer.training.time_augmentations import Speed, TemporalCropResize
from mgllm.skeleton.layouts import load_layout


@pytest.fixture
def named(graph: Graph) -> Graph:
    """The little person with names, of which the last two stand for fingers."""
    names = ("nose", "neck", "left_shoulder", "left_wrist", "right_shoulder", "right_wrist")
    return replace(graph, names=(*names, "left_index", "right_index"))


def test_named_recipes(graph: Graph) -> None:
    assert recipe("gentle", graph) == NORMAL
    assert recipe("extreme", graph) == EXTREME
    assert recipe("none", graph).steps == ()


def test_nothing_happens_in_the_empty_recipe(graph: Graph, clips_3d: Clips) -> None:
    made = recipe("none", graph)(clips_3d, view_generator(0, 0, 0))
    assert torch.equal(made.x_NTVC, clips_3d.clean().x_NTVC)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_each_augmentation_alone_changes_clips(named: Graph, clips_3d: Clips, name: str) -> None:
    made = recipe(name, named)
    assert [step.probability for step in made.steps] == [1.0]
    views = [made(clips_3d, view_generator(0, 0, step)) for step in range(12)]
    for clips in views:
        assert clips.x_NTVC.shape == clips_3d.x_NTVC.shape
        assert bool(clips.x_NTVC.isfinite().all())
    assert any(not torch.equal(clips.x_NTVC, clips_3d.clean().x_NTVC) for clips in views)


def test_what_is_left_out_is_not_there_and_the_rest_is_as_it_was(graph: Graph) -> None:
    assert recipe("gentle-crop", graph).steps == NORMAL.steps[1:]
    assert recipe("gentle-crop-viewpoint", graph).steps == (NORMAL.steps[1], NORMAL.steps[3])
    assert recipe("extreme-dropout", graph).steps == EXTREME.steps[:-1]


def test_some_by_name_in_their_order(graph: Graph) -> None:
    kinds = [type(step.augmentation) for step in recipe("speed+coordinates+crop-speed", graph).steps]
    assert kinds == [CoordinatePerturbation, TemporalCropResize]
    assert [type(step.augmentation) for step in recipe("dropout+speed", graph).steps] == [JointDropout, Speed]


def test_a_recipe_with_more(named: Graph) -> None:
    steps = recipe("gentle+parts-crop", named).steps
    assert steps[:-1] == NORMAL.steps[1:]
    assert steps[-1] == Step(PartDropout(((0,), (6, 7), (0, 6, 7))))
    assert recipe("extreme+speed", named).steps == (*EXTREME.steps, Step(Speed()))


def test_parts_of_a_layout_are_its_head_and_its_fingers(graph: Graph) -> None:
    layout = load_layout("imigue22")
    hidden = recipe("parts", layout_graph(layout)).steps[0].augmentation
    assert isinstance(hidden, PartDropout)
    head, fingers, both = ([layout.joints[number] for number in part] for part in hidden.parts)
    assert head == ["nose", "right_eye", "left_eye", "right_ear", "left_ear"]
    assert len(fingers) == 10
    assert {"right_thumb", "left_little"} <= set(fingers)
    assert both == head + fingers
    assert recipe("parts", graph).steps[0].augmentation == PartDropout(())  # no names, no parts


def test_the_mirror_knows_the_skeleton(graph: Graph) -> None:
    assert recipe("mirror", graph).steps[0].augmentation == Mirror(graph.mirrored())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gentel", "unknown augmentation 'gentel'. Did you mean 'gentle'?"),
        ("crop+sped", "unknown augmentation 'sped'. Did you mean 'speed'?"),
        ("gentle-corp", "unknown augmentation 'corp'. Did you mean 'crop'?"),
        ("", "unknown augmentation ''"),
        ("gentle-", "unknown augmentation ''"),
        ("gentle-mirror", "recipe 'gentle-mirror': 'mirror' is not in it, so it cannot be left out"),
        ("none-crop", "'crop' is not in it"),
        ("gentle-crop-crop", "'crop' is not in it"),
    ],
)
def test_names_that_do_not_fit(graph: Graph, text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        recipe(text, graph)
    assert words in str(caught.value)
