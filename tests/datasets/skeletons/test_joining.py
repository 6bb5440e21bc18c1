"""Bodies that may be one person."""

from __future__ import annotations

import numpy as np

from mgllm.datasets.skeletons._joining import Body, join_bodies, main_body


def body(name: str, first: int, after: int, at: float = 0.0, score: float = 1.0) -> Body:
    """Five joints around a place, 1.4 from corner to corner, in frames first to after."""
    x_FVC = np.empty((after - first, 5, 3))
    x_FVC[..., :2] = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [0.5, 0.5]]) + np.array([at, 0])
    x_FVC[..., 2] = score
    return Body(name, np.arange(first, after), x_FVC)


def named(bodies: list[Body]) -> list[tuple[str, int, int]]:
    return [(one.name, len(one.frames), one.parts) for one in join_bodies(bodies)]


def test_what_never_stands_together_and_is_near_is_one_body() -> None:
    assert named([body("a", 0, 50), body("b", 50, 90), body("c", 95, 100, 0.5)]) == [("a", 95, 3)]


def test_who_stands_together_stays_apart() -> None:
    assert named([body("a", 0, 50), body("b", 49, 90)]) == [("a", 50, 1), ("b", 41, 1)]


def test_each_half_goes_to_the_nearest_body() -> None:
    halves = [body("a", 0, 50), body("b", 0, 48, 10), body("c", 50, 100, 10), body("d", 50, 99)]
    assert named(halves) == [("a", 99, 2), ("c", 98, 2)]


def test_far_bodies_are_joined_only_where_asked_and_heavy() -> None:
    bodies = [body("a", 0, 50), body("b", 50, 90, 10), body("noise", 90, 92, 30)]
    assert [one.name for one in join_bodies(bodies)] == ["a", "b", "noise"]
    assert [(one.name, one.parts) for one in join_bodies(bodies, anywhere=True)] == [("a", 2), ("noise", 1)]


def test_frames_keep_their_order_when_the_later_part_is_heavier() -> None:
    joined = join_bodies([body("late", 40, 100), body("early", 0, 30, 0.5)])[0]
    assert joined.frames.tolist() == [*range(30), *range(40, 100)]
    assert (joined.x_FVC[:30, 0, 0] == 0.5).all()
    assert (joined.x_FVC[30:, 0, 0] == 0).all()


def test_nobody_is_no_body() -> None:
    assert main_body(np.full((2, 3, 5, 3), np.nan)) is None
