"""The name of a trimmed clip, by hand; and who may answer with groups alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mgllm.errors import InputError
from mgllm.recognizer.timelines.answering import Answer
from mgllm.recognizer.timelines.decoding import DecodingOptions
from mgllm.recognizer.timelines.timeline import TimelineOptions
from mgllm.records import Gesture, GestureTranscript
from mgllm.transcription.naming import Named, check_answer, levels_of, name_clip

CLASSES = ("touching hat", "touching ears", "folding arms", "illustrative body language", "background")
SPEECH = "illustrative body language"
HEAD, ARMS = "hand at head", "arms held or touched"
GROUPS = {"touching hat": HEAD, "touching ears": HEAD, "folding arms": ARMS}


def name(answer: Answer, *p: float) -> Named | None:
    return name_clip(
        np.array(p),
        CLASSES,
        GROUPS,
        TimelineOptions(answer=answer, decoding=DecodingOptions(min_confidence=0.4)),
    )


@pytest.mark.parametrize(
    ("p", "both", "words", "groups"),
    [
        ((0.6, 0.2, 0.1, 0.1, 0.0), ("touching hat", 0.6), ("touching hat", 0.6), (HEAD, 0.8)),
        ((0.35, 0.3, 0.2, 0.1, 0.05), (HEAD, 0.65), ("touching hat", 0.35), (HEAD, 0.65)),
        ((0.24, 0.2, 0.3, 0.2, 0.06), ("folding arms", 0.3), ("folding arms", 0.3), (HEAD, 0.44)),
        ((0.2, 0.1, 0.1, 0.2, 0.4), None, None, None),
        ((0.3, 0.3, 0.0, 0.05, 0.35), (HEAD, 0.6), None, (HEAD, 0.6)),
        ((0.1, 0.1, 0.1, 0.6, 0.1), None, None, None),
    ],
)
def test_a_clip_has_a_class_or_its_group(p: tuple[float, ...], both: Any, words: Any, groups: Any) -> None:
    wanted: dict[Answer, Any] = {"both": both, "words": words, "groups": groups}
    for answer, one in wanted.items():
        named = name(answer, *p)
        assert (named is None) == (one is None), answer
        if named is not None:
            assert named.label == one[0]
            assert named.confidence == pytest.approx(one[1])
            assert named.level == ("group" if named.label in (HEAD, ARMS) else "word")


def test_movement_with_speech_is_named_if_nothing_is_left_out() -> None:
    p_K = np.array([0.1, 0.1, 0.1, 0.6, 0.1])
    assert name_clip(p_K, CLASSES, GROUPS, TimelineOptions(leave_out=())) == (SPEECH, 0.6, "word")
    assert name_clip(p_K, CLASSES, GROUPS, TimelineOptions()) is None


def test_groups_alone_need_groups_and_in_recordings_background() -> None:
    alone = TimelineOptions(answer="groups")
    check_answer(alone, CLASSES, "F", trimmed=False)
    check_answer(alone, CLASSES[:3], "F", trimmed=True)
    check_answer(TimelineOptions(), ("left",), "F", trimmed=False)
    with pytest.raises(InputError, match="--groups-only: the classes of F have no groups"):
        check_answer(alone, ("left", "background"), "F", trimmed=True)
    with pytest.raises(InputError, match="--groups-only: F has no class 'background'"):
        check_answer(alone, CLASSES[:3], "F", trimmed=False)


def test_gestures_are_counted_by_level() -> None:
    group, word = Gesture(label=HEAD, level="group"), Gesture(label="head up")
    made = [GestureTranscript(gestures=(group, word, word)), GestureTranscript(gestures=(group,))]
    assert levels_of(made) == {"word": 2, "group": 2}
    assert levels_of([]) == {"word": 0, "group": 0}
