"""Changes in time that leave the gesture of a clip the same.

Each says for every new frame from which time of the clip it comes, so that several in a row read
the clip only once. Padding stays after the clip, and no frame is read from it. Rules as in
`augmentations.py`. The paper (arXiv 2405.13206) names the repeated sub-clip and posterized time;
sizes are our reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from mgllm.recognizer.clips import Clips, between_frames
from mgllm.recognizer.training.augmentations import Amount, uniform


class Timing(NamedTuple):
    """The times from which the frames of new clips come."""

    time_NT: Tensor
    """Times in frames of the old clip, float32, never after its last frame."""
    lengths_N: Tensor
    """Frames of the new clips; later ones are padding."""

    def then(self, later: Timing) -> Timing:
        """This change and then a later one, as one change."""
        low_NT = later.time_NT.floor()
        left_NT = self.time_NT.gather(1, low_NT.long())
        right_NT = self.time_NT.gather(1, (low_NT.long() + 1).clamp_max(self.time_NT.shape[1] - 1))
        return Timing(torch.lerp(left_NT, right_NT, later.time_NT - low_NT), later.lengths_N)

    def read(self, clips: Clips) -> Clips:
        """The new clips."""
        frame_T = torch.arange(clips.x_NTVC.shape[1], device=clips.x_NTVC.device)
        return between_frames(clips, self.time_NT, frame_T < self.lengths_N[:, None])


def as_it_is(clips: Clips) -> Timing:
    """The timing that changes nothing."""
    n, t = clips.mask_NTV.shape[:2]
    return Timing(_frames(t, clips.mask_NTV.device).expand(n, t), clips.lengths())


@dataclass(frozen=True)
class TimeAugmentation:
    """A change of clips that reads their frames at other times."""

    strength: float
    """How much is changed; 0: nothing."""

    def timing(self, now: Timing, generator: torch.Generator, amount_N: Amount = 1.0) -> Timing:
        """The timing after the change of clips that already have the timing `now`."""
        n, t = now.time_NT.shape
        draw_2N = uniform(n, generator, 2).T
        last_N = (now.lengths_N - 1).clamp_min(0)
        frame_1T = _frames(t, generator.device)
        time_NT, lengths_N = self._times(draw_2N, self.strength * amount_N, last_N, frame_1T)
        time_NT = torch.minimum(
            time_NT, last_N[:, None]
        )  # because of rounding: nothing may come from the padding
        return now.then(Timing(time_NT, torch.minimum(lengths_N, now.lengths_N)))

    def __call__(self, clips: Clips, generator: torch.Generator, amount_N: Amount = 1.0) -> Clips:
        """New clean clips of the same shape; the given clips, also clean, are not changed."""
        return self.timing(as_it_is(clips), generator, amount_N).read(clips)

    def _times(
        self, draw_2N: Tensor, strength_N: Amount, last_N: Tensor, frame_1T: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Times [N, T] of new frames, and the number of new frames of each clip.

        Args:
            draw_2N: two numbers in [0, 1) for each clip.
            strength_N: one for all clips or one for each.
            last_N: number of each clip's last frame.
            frame_1T: 0, 1, 2 …, float32.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class RepeatSegment(TimeAugmentation):
    """A part of the clip is repeated to the clip's length: micro-gestures repeat themselves."""

    strength: float = 0.5
    """Largest share of the clip that is left out: half a clip still contains one of several
    strokes."""

    def _times(
        self, draw_2N: Tensor, strength_N: Amount, last_N: Tensor, frame_1T: Tensor
    ) -> tuple[Tensor, Tensor]:
        part_N = ((last_N + 1) * (1 - strength_N * draw_2N[0])).ceil().clamp_min(1)
        start_N = (draw_2N[1] * (last_N + 2 - part_N)).floor()
        return start_N[:, None] + frame_1T % part_N[:, None], last_N + 1


@dataclass(frozen=True)
class PosterizeTime(TimeAugmentation):
    """Only every k-th frame is kept, and repeated until the next one; each clip has one k."""

    strength: float = 2
    """Most repeated frames: at 25 frames a second at most 0.12 s without movement, less than the
    shortest strokes take."""

    def _times(
        self, draw_2N: Tensor, strength_N: Amount, last_N: Tensor, frame_1T: Tensor
    ) -> tuple[Tensor, Tensor]:
        hold_N1 = 1 + (draw_2N[0] * (strength_N + (torch.as_tensor(strength_N) > 0))).floor()[:, None]
        return frame_1T - frame_1T % hold_N1, last_N + 1


@dataclass(frozen=True)
class TemporalCropResize(TimeAugmentation):
    """A part of the clip is stretched to the clip's length."""

    strength: float = 0.3
    """Largest share of the clip that is left out: a brief gesture is seldom only in these 30 %."""

    def _times(
        self, draw_2N: Tensor, strength_N: Amount, last_N: Tensor, frame_1T: Tensor
    ) -> tuple[Tensor, Tensor]:
        share_N = 1 - strength_N * draw_2N[0]
        start_N = (1 - share_N) * draw_2N[1] * last_N
        return start_N[:, None] + share_N[:, None] * frame_1T, last_N + 1


@dataclass(frozen=True)
class Speed(TimeAugmentation):
    """The clip is faster and ends earlier, or is slower and only a part of it is seen."""

    strength: float = 0.25
    """The largest factor is 1 + strength, the smallest 1 / (1 + strength), uniform in the
    logarithm: as the pace of one gesture differs between people."""

    def _times(
        self, draw_2N: Tensor, strength_N: Amount, last_N: Tensor, frame_1T: Tensor
    ) -> tuple[Tensor, Tensor]:
        most_N = torch.as_tensor(strength_N, device=last_N.device).log1p()
        pace_N = ((2 * draw_2N[0] - 1) * most_N).exp()
        steps_N = torch.minimum((last_N / pace_N).floor(), last_N)
        start_N = (last_N - steps_N * pace_N).clamp_min(0) * draw_2N[1]
        return start_N[:, None] + pace_N[:, None] * frame_1T, steps_N.long() + 1


def _frames(count: int, device: torch.device) -> Tensor:
    """0, 1, 2 … as float32 [1, T]."""
    return torch.arange(count, device=device, dtype=torch.float32)[None]
