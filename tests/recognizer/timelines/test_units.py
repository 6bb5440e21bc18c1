"""Groups over streams: against the path through all classes, and in blocks of any size."""

from __future__ import annotations

import numpy as np
import pytest

from mgllm.recognizer.timelines.answering import Answer, Unit
from mgllm.recognizer.timelines.decoding import DecodingOptions, Run, decode
from mgllm.recognizer.timelines.paths import Reals
from mgllm.recognizer.timelines.units import decode_units, group_names, units_of

NAMES = ("hat", "ear", "speech", "jaw", "nod")
GROUPS = {"hat": "hand at head", "ear": "hand at head", "jaw": "hand at head", "speech": "talk"}
UNITS = units_of(NAMES, GROUPS, ["speech"])
GROUP = 6
OPTIONS = DecodingOptions(median=1, stay=0.9, min_frames=4, lag=20, beside=0.5, min_confidence=0.4)

REST = (0.9, 0.02, 0.02, 0.02, 0.02, 0.02)
HAT = (0.1, 0.7, 0.05, 0.05, 0.05, 0.05)
EAR = (0.1, 0.05, 0.7, 0.05, 0.05, 0.05)
HEAD = (0.2, 0.3, 0.25, 0.03, 0.2, 0.02)
"""No class is as probable as background together with the others; the group is."""
SPEECH = (0.2, 0.05, 0.05, 0.6, 0.05, 0.05)
NOD = (0.2, 0.05, 0.05, 0.05, 0.05, 0.6)


def frames(*parts: tuple[int, tuple[float, ...]]) -> Reals:
    return np.concatenate([np.tile(p, (count, 1)) for count, p in parts])


def said(runs: list[Run]) -> list[tuple[int, int, int]]:
    return [(run.state, run.start, run.end) for run in runs]


def test_units_are_groups_and_the_classes_without_one() -> None:
    assert group_names(NAMES, GROUPS) == ("hand at head", "talk")
    assert (Unit((1, 2, 4), GROUP), Unit((5,), None)) == UNITS
    assert units_of(NAMES, {}, ["nod"]) == tuple(Unit((column,), None) for column in (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("both", [(1, 20, 50), (GROUP, 70, 100), (5, 120, 140)]),
        ("words", [(1, 20, 50), (5, 120, 140)]),
        ("groups", [(GROUP, 20, 50), (GROUP, 70, 100)]),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_words_where_they_are_sure_else_groups(
    answer: Answer, wanted: list[tuple[int, int, int]], size: int
) -> None:
    p_TK = frames((20, REST), (30, HAT), (20, REST), (30, HEAD), (20, SPEECH), (20, NOD), (10, REST))
    blocks = [p_TK[first : first + size] for first in range(0, len(p_TK), size)]
    found = decode_units(blocks, UNITS, OPTIONS, answer)
    assert said(found) == wanted
    by_state = {run.state: run.confidence for run in found}
    assert by_state.get(GROUP, 0.75) == pytest.approx(0.8 if answer == "groups" else 0.75, abs=0.06)


def test_what_is_left_out_is_background() -> None:
    assert decode_units([frames((40, SPEECH))], UNITS, OPTIONS, "both") == []


def test_a_short_class_inside_another_of_its_group_is_found_beside_it() -> None:
    p_TK = frames((30, HAT), (6, (0.0, 0.3, 0.7, 0.0, 0.0, 0.0)), (30, HAT))
    slow = OPTIONS.model_copy(update={"stay": 0.999})
    assert said(decode_units([p_TK], UNITS, slow, "both")) == [(1, 0, 66), (2, 30, 36)]
    assert said(decode_units([p_TK], UNITS, slow, "groups")) == [(GROUP, 0, 66)]


@pytest.mark.parametrize("seed", range(5))
def test_without_groups_it_is_the_path_through_all_classes(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth = np.repeat(random.integers(0, 6, 60), 9)
    p_TK = np.exp(random.normal(size=(540, 6)) + 3 * np.eye(6)[truth])
    p_TK /= p_TK.sum(1, keepdims=True)
    each = units_of(NAMES, {}, [])
    found, wanted = decode_units([p_TK], each, OPTIONS, "both"), decode([p_TK], OPTIONS)
    assert len(wanted) > 20
    assert said(found) == said(wanted)
    assert [run.confidence for run in found] == pytest.approx([run.confidence for run in wanted])


def test_a_long_segment_is_read_with_flat_memory() -> None:
    import tracemalloc

    def peak(count: int) -> int:
        tracemalloc.start()
        found = decode_units((frames((100, HEAD)) for _ in range(count)), UNITS, OPTIONS, "both")
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert said(found) == [(GROUP, 0, 100 * count)]
        return top

    assert peak(160) < 1.5 * peak(20)
