"""What is answered about one segment of a group, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mgllm.recognizer.timelines.answering import Answer, Stretch, Unit, absorbed, answers, without_named
from mgllm.recognizer.timelines.decoding import DecodingOptions, Run

HEAD = Unit(members=(1, 2, 3), group=9)
ALONE = Unit(members=(4,), group=None)
OPTIONS = DecodingOptions(min_frames=5, min_confidence=0.4, min_group=0.5)


def stretches(*parts: tuple[int, int, tuple[float, ...]], start: int = 100) -> list[Stretch]:
    """Of member, frames and each member's posterior in all of these frames."""
    made = []
    for member, frames, p_M in parts:
        made.append(Stretch(member, start, start + frames, frames * np.array(p_M)))
        start += frames
    return made


def said(runs: list[Run]) -> list[tuple[int, int, int]]:
    return [(run.state, run.start, run.end) for run in runs]


def ask(parts: list[Stretch], answer: Answer = "both", unit: Unit = HEAD) -> list[Run]:
    return answers(parts, unit, OPTIONS, answer)


SURE, OTHER, UNSURE = (0.7, 0.1, 0.1), (0.1, 0.7, 0.1), (0.3, 0.25, 0.2)


def test_a_class_that_is_sure_everywhere_has_the_segment() -> None:
    (run,) = ask(stretches((0, 20, SURE), (1, 4, (0.3, 0.4, 0.1))))
    assert (run.state, run.start, run.end) == (1, 100, 124)
    assert run.confidence == pytest.approx((20 * 0.7 + 4 * 0.3) / 24)


def test_a_class_with_unsure_neighbours_has_no_fragments_beside_it() -> None:
    assert said(ask(stretches((0, 20, SURE), (1, 8, UNSURE)))) == [(1, 100, 128)]


def test_two_sure_classes_share_the_segment() -> None:
    found = ask(stretches((0, 20, SURE), (1, 10, OTHER)))
    assert said(found) == [(1, 100, 120), (2, 120, 130)]
    assert [run.confidence for run in found] == pytest.approx([0.7, 0.7])


@pytest.mark.parametrize(
    ("answer", "wanted"), [("both", [(9, 100, 140)]), ("words", []), ("groups", [(9, 100, 140)])]
)
def test_where_none_is_sure_the_group_is_answered(answer: Answer, wanted: list[tuple[int, int, int]]) -> None:
    found = ask(stretches((0, 25, UNSURE), (1, 15, (0.25, 0.3, 0.2))), answer)
    assert said(found) == wanted
    assert [run.confidence for run in found] == pytest.approx([0.75] * len(wanted))


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("both", [(1, 100, 110), (9, 110, 150), (2, 150, 160)]),
        ("words", [(1, 100, 110), (2, 150, 160)]),
        ("groups", [(9, 100, 160)]),
    ],
)
def test_the_group_has_what_sure_classes_leave(answer: Answer, wanted: list[tuple[int, int, int]]) -> None:
    parts = stretches((0, 10, SURE), (2, 20, UNSURE), (0, 20, UNSURE), (1, 10, OTHER))
    assert said(ask(parts, answer)) == wanted


def test_a_segment_with_an_unsure_group_says_nothing() -> None:
    assert ask(stretches((0, 30, (0.44, 0.0, 0.0)))) == []
    assert ask(stretches((0, 30, (0.2, 0.2, 0.05)))) == []
    assert ask(stretches((0, 4, SURE))) == []


def test_a_rest_is_long_enough_and_sure_enough_for_its_group() -> None:
    sure = [(0, 30, SURE), (1, 30, OTHER)]
    assert said(ask(stretches(*sure, (2, 6, (0.1, 0.1, 0.2))))) == [(1, 100, 130), (2, 130, 160)]
    assert said(ask(stretches(*sure, (2, 6, UNSURE)))) == [(1, 100, 130), (2, 130, 160), (9, 160, 166)]


def test_a_class_without_a_group_is_never_answered_as_one() -> None:
    assert said(ask(stretches((0, 10, (0.45,))), unit=ALONE)) == [(4, 100, 110)]
    assert ask(stretches((0, 10, (0.3,))), unit=ALONE) == []
    assert ask(stretches((0, 10, (0.9,))), "groups", ALONE) == []


def test_short_stretches_become_part_of_the_more_probable_neighbour() -> None:
    parts = stretches((0, 10, SURE), (2, 3, (0.1, 0.3, 0.4)), (1, 10, OTHER), (2, 2, (0.0, 0.1, 0.9)))
    kept = absorbed(parts, 5)
    assert [(one.member, one.start, one.end) for one in kept] == [(0, 100, 110), (1, 110, 125)]
    assert kept[1].sum_M == pytest.approx(sum(part.sum_M for part in parts[1:]))
    assert absorbed(parts[1:2], 5) == parts[1:2]


def test_the_group_goes_where_another_scale_is_sure_of_a_class() -> None:
    word, group, far, other = Run(2, 10, 20, 0.5), Run(9, 15, 30, 0.9), Run(9, 20, 25, 0.9), Run(4, 0, 99, 1)
    assert without_named([other, word, group, far], [HEAD, ALONE]) == [other, word, far]
