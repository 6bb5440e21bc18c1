"""Errors of a pose detector: jitter, lost hands, a picture's edge, swapped sides, confidences.

"Measured" means: by MediaPipe Holistic 0.10.21 without smoothing, on six clips of people signing
(Intel IoT DevKit sample-videos, 458 frames, 30 a second). Jitter: the median of third differences.
Lost hands: no hand where the wrist is visible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
ROOM_BELOW = 0.3
"""Shoulder widths between a busy wrist and the picture's lower edge: a gesture is in the
picture."""
RATES = {25.0: 0.4, 15.0: 0.3, 12.5: 0.15, 8.0: 0.15}
"""Frames a second, and the share of clips that have them: webcams give 8 to 30. Our choice."""
CONFIDENCE = {"body": (0.72, 0.95), "hand": (0.35, 0.85)}
"""Range of a clip's confidences; our choice, as are the next two."""
CONFIDENCE_JITTER = 0.04
BEHIND_CONFIDENCE = 0.25


class Difficulty(Frozen):
    """How large the errors of a detector are."""

    jitter: Range = (0.06, 0.6)
    """Standard deviation of a coordinate in pixels, drawn for each clip, at the shoulder width
    below; its logarithm is uniform. Measured without smoothing: ears .3, eyes and resting elbows
    .4, nose and shoulders .5, resting wrists .56; with the detector's own smoothing .03–.11."""
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
    lost_clips: Mapping[str, float] = Field(default={"busy": 0.06, "idle": 0.5})
    """Share of clips in which a hand's fingers are never found: of hands that do something, and of
    idle ones. Measured on webcam recordings: idle hands are lost in nearly all frames."""
    cropped: float = Field(0.5, ge=0, le=1)
    """Share of clips whose picture ends above the hips, as a webcam's does: our choice."""
    ends_below: Range = (0.9, 2.4)
    """Where it ends: shoulder widths below the shoulders. It is lower if a busy hand is."""
    beyond: float = Field(0.4, ge=0, le=1)
    """Share of cropped clips in which joints out of the picture are missing; in the others the
    detector guesses wrists and elbows, and only fingers are missing."""
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
                "lost_clips": {
                    name: min(share * noise, MOST_LOST) for name, share in self.lost_clips.items()
                },
                "cropped": self.cropped if noise else 0.0,
                "swapped": min(self.swapped * noise, MOST_LOST),
            }
        )


_LAYOUT = load_layout(LAYOUT)
HANDS = [[_LAYOUT.index(f"{side}_{finger}") for finger in FINGERS] for side in ("right", "left")]
_GROUPS = [1 if joint in HANDS[0] else 2 if joint in HANDS[1] else 0 for joint in range(len(_LAYOUT.joints))]
"""By joint: 0 body, 1 right hand, 2 left hand."""
SHOULDERS = (_LAYOUT.index("right_shoulder"), _LAYOUT.index("left_shoulder"))
WRISTS = (_LAYOUT.index("right_wrist"), _LAYOUT.index("left_wrist"))


@dataclass(frozen=True, eq=False)
class Picture:
    """What the camera filmed."""

    pixels_V2F: Reals
    """The true positions."""
    behind_2F: NDArray[np.bool_]
    """Whether the trunk hides the right or left wrist, and so its fingers."""
    width_F: Reals
    """Pixels between the shoulders of the person, facing the camera."""
    clip_F: Numbers
    """Each frame's clip."""
    busy_2N: NDArray[np.bool_]
    """Whether the right or left hand does anything in a clip."""


def detect(picture: Picture, difficulty: Difficulty, random: np.random.Generator) -> Reals:
    """What a detector reports: [F, V, 3], x, y, confidence; a missing joint has NaN and confidence
    0."""
    joints, frames = len(picture.pixels_V2F), picture.pixels_V2F.shape[2]
    clip_F, behind_2F = picture.clip_F, picture.behind_2F
    clips = int(clip_F[-1]) + 1
    sigma = _jitter(difficulty.jitter, clips, random)[clip_F] * picture.width_F / difficulty.at_width
    noise = random.standard_normal((joints, 2, frames), np.float32)
    noise *= sigma.astype(np.float32)
    found = np.empty((joints, 3, frames), np.float32)
    found[:, 2] = _confidence(clip_F, random)[_GROUPS]
    below_2F, cut_F = _below(picture, difficulty, random)
    unsure_2F = behind_2F | below_2F
    lost = np.stack([runs(frames, difficulty.lost, difficulty.lost_run, random) for _ in HANDS])
    lost |= unsure_2F | _whole_clips(picture.busy_2N, difficulty, random)[:, clip_F]
    for unsure, wrist in zip(unsure_2F, WRISTS, strict=True):
        noise[wrist] *= np.where(unsure, np.float32(BEHIND_FACTOR), np.float32(1))
        found[wrist, 2] = np.where(unsure, np.float32(BEHIND_CONFIDENCE), found[wrist, 2])
    noise[HANDS[0] + HANDS[1]] *= np.float32(difficulty.fingers)
    np.add(picture.pixels_V2F, noise, out=found[:, :2])
    for missing, fingers in zip(lost, HANDS, strict=True):
        found[fingers, :2] += np.where(missing, np.float32(np.nan), np.float32(0))
        found[fingers, 2] *= ~missing
    outside = picture.pixels_V2F[:, 1] > cut_F
    found[:, :2] += np.where(outside, np.float32(np.nan), np.float32(0))[:, None]
    found[:, 2] *= ~outside
    _swap(found, difficulty, random)
    return np.ascontiguousarray(found.transpose(2, 0, 1))


def _jitter(around: Range, clips: int, random: np.random.Generator) -> Reals:
    """[N]: uniform in its logarithm; 0 if there is none."""
    if around[1] <= 0:
        return np.zeros(clips, np.float32)
    low, high = np.log(np.maximum(around, 1e-6)).tolist()
    drawn: Reals = np.exp(random.uniform(low, high, clips)).astype(np.float32)
    return drawn


def _whole_clips(
    busy_2N: NDArray[np.bool_], difficulty: Difficulty, random: np.random.Generator
) -> NDArray[np.bool_]:
    """[2, N]: whether the fingers of the right or left hand are never found."""
    share = np.where(busy_2N, difficulty.lost_clips["busy"], difficulty.lost_clips["idle"])
    lost: NDArray[np.bool_] = random.random(busy_2N.shape) < share
    return lost


def _below(
    picture: Picture, difficulty: Difficulty, random: np.random.Generator
) -> tuple[NDArray[np.bool_], Reals]:
    """Wrists below the picture's lower edge, [2, F], and the pixel from which joints are missing,
    [F]."""
    clip_F, clips = picture.clip_F, len(picture.busy_2N[0])
    first = np.searchsorted(clip_F, np.arange(clips))
    shoulders = picture.pixels_V2F[list(SHOULDERS), 1].mean(axis=0)[first]
    edge = shoulders + random.uniform(*difficulty.ends_below, clips) * picture.width_F[first]
    for busy, wrist in zip(picture.busy_2N, WRISTS, strict=True):
        middle = picture.pixels_V2F[wrist, 1][(first + np.append(first[1:], len(clip_F))) // 2]
        edge = np.where(busy, np.maximum(edge, middle + ROOM_BELOW * picture.width_F[first]), edge)
    edge = np.where(random.random(clips) < difficulty.cropped, edge, np.inf)
    missing = np.where(random.random(clips) < difficulty.beyond, edge, np.inf)
    below: NDArray[np.bool_] = picture.pixels_V2F[list(WRISTS), 1] > edge[clip_F]
    until: Reals = missing[clip_F].astype(np.float32)
    return below, until


def draw_rates(clips: int, random: np.random.Generator) -> Reals:
    """Frames a second of N clips."""
    rates: Reals = random.choice(list(RATES), clips, p=list(RATES.values())).astype(np.float32)
    return rates


def decimated(joints_TVC: Reals, fps: float, wanted: float) -> Reals:
    """The frames that a slower camera takes; at least two of a clip of several frames."""
    count = max(min(2, len(joints_TVC)), int(len(joints_TVC) * wanted / fps))
    chosen = np.minimum(np.rint(np.arange(count) * fps / wanted), len(joints_TVC) - 1).astype(np.int64)
    taken: Reals = joints_TVC[chosen]
    return taken


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
