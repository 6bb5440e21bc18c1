"""Recipes, views, and their random numbers."""

from __future__ import annotations

import pytest
import torch

from mgllm.recognizer.clips import Clips
from mgllm.recognizer.training.augmentations import CoordinatePerturbation, Mirror
from mgllm.recognizer.training.composing import EXTREME, NORMAL, Recipe, Step, make_views, view_generator
from mgllm.recognizer.training.time_augmentations import PosterizeTime, RepeatSegment, Speed


def same(one: Clips, other: Clips) -> bool:
    return torch.equal(one.x_NTVC, other.x_NTVC) and torch.equal(one.mask_NTV, other.mask_NTV)


def test_an_empty_recipe_only_cleans(clips: Clips) -> None:
    assert same(Recipe(())(clips, view_generator(0, 0, 0)), clips.clean())


def test_steps_follow_each_other_on_one_stream(clips: Clips) -> None:
    first, second = CoordinatePerturbation(0.1), Mirror((0, 1, 4, 5, 2, 3, 7, 6), strength=1.0)
    by_hand = view_generator(0, 0, 0)
    expected = second(first(clips.clean(), by_hand), by_hand)
    assert same(Recipe((Step(first), Step(second)))(clips, view_generator(0, 0, 0)), expected)


def test_changes_in_time_side_by_side_are_those_one_after_the_other(clips: Clips) -> None:
    first, second, third = Speed(0.5), RepeatSegment(0.5), PosterizeTime(3)
    by_hand = view_generator(0, 0, 0)
    expected = third(second(first(clips.clean(), by_hand), by_hand), by_hand)
    found = Recipe((Step(first), Step(second), Step(third)))(clips, view_generator(0, 0, 0))
    whole = Clips(found.x_NTVC, expected.mask_NTV & found.mask_NTV).clean()
    assert torch.equal(found.mask_NTV, expected.mask_NTV)
    torch.testing.assert_close(whole.x_NTVC, expected.x_NTVC)


def test_a_probability_is_the_share_of_clips_that_change() -> None:
    clips = Clips(torch.zeros(3000, 2, 3, 2), torch.ones(3000, 2, 3, dtype=torch.bool))
    recipe = Recipe((Step(CoordinatePerturbation(0.1), 0.3),))
    changed_N = (recipe(clips, view_generator(0, 0, 0)).x_NTVC != 0).flatten(1).any(1)
    assert float(changed_N.float().mean()) == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize("recipe", [NORMAL, EXTREME], ids=["normal", "extreme"])
def test_the_recipes_keep_unseen_joints_out(recipe: Recipe, clips: Clips) -> None:
    found = recipe(clips, view_generator(1, 2, 3))
    assert found.x_NTVC.shape == clips.x_NTVC.shape
    assert bool((found.x_NTVC[~found.mask_NTV] == 0).all())
    assert bool((found.lengths() <= clips.lengths()).all())


def test_the_extreme_recipe_changes_more(clips: Clips) -> None:
    still = Clips(torch.ones(200, 16, 8, 3).cumsum(1), torch.ones(200, 16, 8, dtype=torch.bool))
    views = make_views(still, view_generator(0, 0, 0), extreme=EXTREME)
    assert views.extreme is not None
    both_NTV = views.extreme.mask_NTV & views.query.mask_NTV
    normal = (views.query.x_NTVC - still.x_NTVC)[both_NTV].abs().mean()
    extreme = (views.extreme.x_NTVC - still.x_NTVC)[both_NTV].abs().mean()
    assert float(extreme) > 1.3 * float(normal)


def test_views_differ_from_each_other_and_a_third_one_is_made_on_demand(clips: Clips) -> None:
    views = make_views(clips, view_generator(0, 0, 0))
    assert views.extreme is None
    assert not same(views.query, views.key)
    assert same(make_views(clips, view_generator(0, 0, 0), extreme=EXTREME).key, views.key)


def test_the_same_seed_gives_the_same_stream_and_two_epochs_differ(clips: Clips) -> None:
    first = NORMAL(clips, view_generator(0, 1, 2))
    assert same(NORMAL(clips, view_generator(0, 1, 2)), first)
    for other in (view_generator(0, 2, 2), view_generator(0, 1, 3), view_generator(1, 1, 2)):
        assert not same(NORMAL(clips, other), first)
