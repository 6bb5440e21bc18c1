"""Which classes a frame can show: a word is not said where the joints that it needs are not seen.

A network has an answer for every window, also for one without a person. What a class needs stands
in its vocabulary (`parts` and `needs` in `mgllm/cues/data/*.yaml`). Where a class has no evidence,
its probability goes to background.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from mgllm.cues.label_names import best_vocabulary, known_label
from mgllm.cues.vocabularies import Vocabulary, load_vocabulary
from mgllm.skeleton import Layout
from mgllm.skeleton.preparing import Mask, seen_joints
from mgllm.skeleton.quality import GUESSED, NOBODY, nobody, person_seen

REACH = 0.3
"""Seconds: a part counts as seen in a frame if it is seen in any frame so near. Detectors lose a
part for moments, fingers in a quarter of the frames (docs/video.md). Our choice: long enough for
that, and shorter than what counts as nobody being there."""

Alternatives = tuple[tuple[int, ...], ...]
"""Sets of joints by number; any of them shows a part."""


def evidence(
    joints_TVC: NDArray[np.floating[Any]],
    skeleton: tuple[Layout, int],
    classes: Sequence[str],
    vocabulary: Vocabulary,
    fps: float,
) -> Mask:
    """[T, K]: whether a class may be named in a frame.

    It may if each part that it needs is seen in a frame at most `REACH` seconds away. It may never
    inside a stretch of `NOBODY` seconds or longer without any joint. A class that the vocabulary
    does not know, or that needs nothing, needs any joint.

    Joints are found by name. A part of which the layout has no joint is not asked for: other rules
    say which classes such a layout cannot have (`hidden_in`).

    Args:
        joints_TVC: x, y[, z] and perhaps a confidence; NaN = missing. A joint with a confidence of
            `GUESSED` or less shows no part.
        skeleton: layout and number of coordinates.
        classes: their names, in the order of K.
        vocabulary: what they need.
        fps: frames a second.
    """
    layout, dims = skeleton
    reach = int(REACH * fps)
    there_T = person_seen(joints_TVC, dims)
    somebody_T = _near(there_T, reach)
    for first, after in nobody(there_T, fps):
        somebody_T[first:after] = False
    seen_TV = seen_joints(joints_TVC, dims, GUESSED)
    parts: dict[Alternatives, Mask] = {}
    may_TK = np.repeat(somebody_T[:, None], len(classes), axis=1)
    for place, name in enumerate(classes):
        for part in _parts(name, layout, vocabulary):
            if part not in parts:
                shown = [seen_TV[:, list(joints)].all(axis=1) for joints in part]
                parts[part] = _near(np.logical_or.reduce(shown), reach)
            may_TK[:, place] &= parts[part]
    return may_TK


def _parts(name: str, layout: Layout, vocabulary: Vocabulary) -> Iterator[Alternatives]:
    """The parts that a class needs, as far as the layout has them."""
    for part in vocabulary.parts_of(known_label(vocabulary.name, name) or name):
        known = [joints for joints in part if set(joints) <= set(layout.joints)]
        if known:
            yield tuple(tuple(layout.index(joint) for joint in joints) for joints in known)


def _near(on_T: Mask, reach: int) -> Mask:
    """[T]: whether it is on in any frame at most `reach` frames away."""
    width = 2 * reach + 1
    return np.asarray(maximum_filter1d(on_T.astype(np.uint8), width, mode="constant", cval=0) > 0)


def where_seen(
    blocks: Iterable[NDArray[np.float64]],
    joints_TVC: NDArray[np.floating[Any]],
    skeleton: tuple[Layout, int],
    classes: Sequence[str],
    fps: float,
) -> Iterator[NDArray[np.float64]]:
    """Posteriors in which a class without evidence in a frame is background there.

    Only the joints around a block are read, so that memory does not grow with the recording.

    Args:
        blocks: posteriors [T, 1 + K] of all frames in their order, background first.
        joints_TVC: the recording; may be memory-mapped.
        skeleton: layout and number of coordinates.
        classes: the K classes.
        fps: frames a second.
    """
    vocabulary = load_vocabulary(best_vocabulary(classes).vocabulary)
    around = int(np.ceil(max(REACH, NOBODY) * fps)) + 1
    first = 0
    for p_TK in blocks:
        low = max(0, first - around)
        part_TVC = joints_TVC[low : first + len(p_TK) + around]
        may_TK = evidence(part_TVC, skeleton, classes, vocabulary, fps)[first - low :][: len(p_TK)]
        left_TK = np.where(may_TK, 0, p_TK[:, 1:])
        background_T1 = p_TK[:, :1] + left_TK.sum(axis=1, keepdims=True)
        yield np.concatenate([background_T1, p_TK[:, 1:] - left_TK], axis=1)
        first += len(p_TK)
