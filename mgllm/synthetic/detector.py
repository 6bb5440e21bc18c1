"""Errors of a pose detector: jitter, lost hands, swapped sides, confidences.

"Measured" means: by MediaPipe Holistic 0.10.21 without smoothing, on six clips of people signing
(Intel IoT DevKit sample-videos, 458 frames, 30 a second). Jitter: the median of third differences.
Lost hands: no hand where the wrist is visible.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.records import Frozen
from mgllm.skeleton.layouts import FINGERS, load_layout
from mgllm.synthetic.definitions import LAYOUT, Range
from mgllm.synthetic.geometry import Numbers, Reals

MOST_LOST = 0.9
"""Largest share of frames without a hand, for any noise, so that hands are sometimes seen."""
BEHIND_FACTOR = 4.0
"""Jitter of a wrist that the trunk hides, as a multiple of that of a visible one: our choice."""
CONFIDENCE = {"body": (0.72, 0.95), "hand": (0.35, 0.85)}
"""Range of a clip's confidences; our choice, as are the next two."""
CONFIDENCE_JITTER = 0.04
BEHIND_CONFIDENCE = 0.25


class Difficulty(Frozen):
    """How large the errors of a detector are."""

    jitter: Range = (0.3, 0.6)
    """Standard deviation of a coordinate in pixels, drawn for each clip, at the shoulder width
    below. Measured: ears .3, eyes and resting elbows .4, nose and shoulders .5, resting wrists
    .56."""
    fingers: float = Field(1.4, ge=0)
    """Factor on the jitter of fingers. Measured: .66 pixels for resting hands."""
    at_width: float = Field(143.0, gt=0)
    """Pixels between the shoulders for that jitter; it grows with the size of the person in the
    picture."""
    lost: float = Field(0.25, ge=0, lt=1)
    """Share of frames in which a hand's fingers are missing. Measured: .24."""
    lost_run: float = Field(3.5, ge=1)
    """Mean length of such a run in frames. Measured: 3.8 at 30 a second; half of all lost frames in
    runs over 5, as in a geometric distribution."""
    swapped: float = Field(0.01, ge=0, lt=1)
    """Share of frames in which left and right are swapped: in half of them all joints, in half only
    the hands. Our choice, as is the next."""
    swapped_run: float = Field(5.0, ge=1)
    """Mean length of such a run in frames."""

    def times(self, noise: float) -> Self:
        """The same with jitter and shares `noise` times as large; 0: no errors."""
        return self.model_copy(
            update={
                "jitter": (self.jitter[0] * noise, self.jitter[1] * noise),
                "lost": min(self.lost * noise, MOST_LOST),
                "swapped": min(self.swapped * noise, MOST_LOST),
            }
        )


_LAYOUT = load_layout(LAYOUT)
HANDS = [[_LAYOUT.index(f"{side}_{finger}") for finger in FINGERS] for side in ("right", "left")]
_GROUPS = [1 if joint in HANDS[0] else 2 if joint in HANDS[1] else 0 for joint in range(len(_LAYOUT.joints))]
"""By joint: 0 body, 1 right hand, 2 left hand."""
WRISTS = (_LAYOUT.index("right_wrist"), _LAYOUT.index("left_wrist"))


def detect(
    pixels_V2F: Reals,
    behind_2F: NDArray[np.bool_],
    width_F: Reals,
    clip_F: Numbers,
    difficulty: Difficulty,
    random: np.random.Generator,
) -> Reals:
    """What a detector reports: [F, V, 3], x, y, confidence; a missing joint has NaN and confidence
    0.

    Args:
        pixels_V2F: the true positions.
        behind_2F: whether the trunk hides the right or left wrist, and so its fingers.
        width_F: pixels between the shoulders of the person, facing the camera.
        clip_F: each frame's clip.
        difficulty: how large the errors are.
        random: random numbers for all draws.
    """
    joints, frames = len(pixels_V2F), pixels_V2F.shape[2]
    clips = int(clip_F[-1]) + 1
    sigma = random.uniform(*difficulty.jitter, clips)[clip_F] * width_F / difficulty.at_width
    noise = random.standard_normal((joints, 2, frames), np.float32)
    noise *= sigma.astype(np.float32)
    found = np.empty((joints, 3, frames), np.float32)
    found[:, 2] = _confidence(clip_F, random)[_GROUPS]
    lost = np.stack([runs(frames, difficulty.lost, difficulty.lost_run, random) for _ in HANDS]) | behind_2F
    for behind, wrist in zip(behind_2F, WRISTS, strict=True):
        noise[wrist] *= np.where(behind, np.float32(BEHIND_FACTOR), np.float32(1))
        found[wrist, 2] = np.where(behind, np.float32(BEHIND_CONFIDENCE), found[wrist, 2])
    noise[HANDS[0] + HANDS[1]] *= np.float32(difficulty.fingers)
    np.add(pixels_V2F, noise, out=found[:, :2])
    for missing, fingers in zip(lost, HANDS, strict=True):
        found[fingers, :2] += np.where(missing, np.float32(np.nan), np.float32(0))
        found[fingers, 2] *= ~missing
    _swap(found, difficulty, random)
    return np.ascontiguousarray(found.transpose(2, 0, 1))


def runs(frames: int, share: float, mean_run: float, random: np.random.Generator) -> NDArray[np.bool_]:
    """[F]: True in runs of geometric length; together they are a share of all frames."""
    if share <= 0:
        return np.zeros(frames, dtype=bool)
    apart = mean_run * (1 - share) / share
    mean = np.array([max(apart, 1.0), mean_run * max(1.0, 1 / apart)])  # seen, lost
    first = int(random.random() < share)  # such runs have no memory, so it may begin inside one
    state = (first + np.arange(int(4 * frames / mean.sum()) + 64)) % 2
    length = random.geometric(1 / mean[state])
    while length.sum() < frames:
        length = np.concatenate([length, random.geometric(1 / mean[state])])
    on: NDArray[np.bool_] = np.repeat(np.resize(state, len(length)) == 1, length)[:frames]
    return on


def _confidence(clip_F: Numbers, random: np.random.Generator) -> Reals:
    """[3, F]: of body, right and left hand: a level for each clip and a little noise for each
    frame."""
    clips = int(clip_F[-1]) + 1
    level = [random.uniform(*CONFIDENCE[name], clips)[clip_F] for name in ("body", "hand", "hand")]
    noise = random.standard_normal((3, len(clip_F)), np.float32) * np.float32(CONFIDENCE_JITTER)
    return np.clip(np.stack(level).astype(np.float32) + noise, np.float32(0.05), np.float32(1))


def _swap(found_V3F: Reals, difficulty: Difficulty, random: np.random.Generator) -> None:
    """Exchange left and right in some runs of frames, in place."""
    everything = _LAYOUT.mirror_index
    hands = np.where(np.isin(np.arange(len(everything)), HANDS), everything, np.arange(len(everything)))
    for order in (everything, hands):
        share, run = difficulty.swapped / 2, difficulty.swapped_run
        frames = np.flatnonzero(runs(found_V3F.shape[2], share, run, random))
        found_V3F[..., frames] = found_V3F[order][..., frames]
