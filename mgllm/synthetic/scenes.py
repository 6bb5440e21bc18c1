"""Clips in the making: the speaker's place and sway, what happens, the camera; and their joints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mgllm.skeleton.layouts import load_layout
from mgllm.synthetic.acts import Acts, envelope, pulses, way
from mgllm.synthetic.cameras import Cameras, project
from mgllm.synthetic.contacts import CHANNELS, LEFT, RIGHT, Contacts, Pace, draw_contacts, rest_rows
from mgllm.synthetic.definitions import LAYOUT, load_definitions
from mgllm.synthetic.figure import Bodies
from mgllm.synthetic.geometry import Numbers, Reals, dot
from mgllm.synthetic.posing import Figure, HandPlan, make_figure

TURNED = ("tilt", "turn", "shift", "head_turn", "head_tilt")
"""Channels that change their sign when left and right are exchanged."""
TWINS = {"raise_own": "raise_other", "raise_other": "raise_own"}
"""Channels that change places when left and right are exchanged."""
FPS = 25.0
"""Frames a second, as in iMiGUE."""
OTHER_SIDE = {"right": "left", "left": "right"}
EXTRA = ("hips", "bend", "chin", "crown", "brow", "back_of_head")
"""Points that previews draw and that are not in data sets."""


@dataclass(frozen=True, eq=False)
class Speakers:
    """N speakers, not mirrored: right is right."""

    right: Contacts
    """Where the right hand rests."""
    left: Contacts
    """Where the left hand rests."""
    base: Reals
    """[channels, N]: degrees, shift and rise in metres."""
    sway: Reals
    """[3, 2, channels, N]: size, hertz and phase of two rhythms."""

    def take(self, index: Numbers) -> Speakers:
        """The speakers of these numbers."""
        return Speakers(
            self.right.take(index), self.left.take(index), self.base[..., index], self.sway[..., index]
        )


def draw_speakers(number: int, random: np.random.Generator) -> Speakers:
    """Draw N speakers."""
    spec = load_definitions().speaker
    right, left = draw_rests(number, random)
    base = np.stack([random.uniform(*spec.base[name], number) for name in CHANNELS])
    sway = np.zeros((3, 2, len(CHANNELS), number))
    for place, name in enumerate(CHANNELS):
        sway[0, :, place] = random.uniform(*spec.sway[name].size, (2, number))
        sway[1, :, place] = random.uniform(*spec.sway[name].hertz, (2, number))
        sway[2, :, place] = random.uniform(0, 2 * np.pi, (2, number))
    return Speakers(right, left, base.astype(np.float32), sway.astype(np.float32))


def draw_rests(number: int, random: np.random.Generator) -> tuple[Contacts, Contacts]:
    """Where right and left hands rest."""
    rows = rest_rows()
    pairs = np.array([[rows[place] for place in pair] for pair in load_definitions().speaker.rests])
    chosen = pairs[random.integers(len(pairs), size=number)]
    chosen = np.where(random.random((number, 1)) < 0.5, chosen, chosen[:, ::-1])
    one = np.ones(number, np.float32)
    pace = Pace(one, one, random)
    return draw_contacts(chosen[:, 0], RIGHT, pace), draw_contacts(chosen[:, 1], LEFT, pace)


def body_angles(speakers: Speakers, left_N: NDArray[np.bool_], frames_N: Numbers, time_F: Reals) -> Reals:
    """[channels, F]: base and sway; mirrored if the left hand leads."""
    base, sway = (in_mirror(part, left_N) for part in (speakers.base, speakers.sway))
    angles: Reals = np.repeat(base, frames_N, axis=-1)
    for rhythm in (0, 1):
        size, hertz, phase = (np.repeat(part[rhythm], frames_N, axis=-1) for part in sway)
        angles += size * np.sin(np.float32(2 * np.pi) * hertz * time_F + phase)
    return angles


def in_mirror(values: Reals, left_N: NDArray[np.bool_]) -> Reals:
    """Channels, mirrored in the clips in which the left hand leads.

    Args:
        values: [channels, N], or [3, 2, channels, N] of sway, of which only the size changes its
            sign.
        left_N: whether the left hand leads.
    """
    order = [CHANNELS.index(TWINS.get(name, name)) for name in CHANNELS]
    sign = np.array([-1 if name in TURNED else 1 for name in CHANNELS], np.float32)[:, None]
    turned = values[..., order, :].copy()
    if values.ndim == 2:
        turned *= sign
    else:
        turned[0] *= sign
    return np.where(left_N, turned, values)


@dataclass(frozen=True, eq=False)
class Scene:
    """N clips before they are filmed."""

    bodies: Bodies
    """Of each clip."""
    speakers: Speakers
    """Of each clip."""
    acts: Acts
    """Of each clip."""
    cameras: Cameras
    """Of each clip."""
    leads_left: NDArray[np.bool_]
    """[N]: whether the left hand leads."""
    start: Reals
    """[N]: second of the first frame."""
    frames: Numbers
    """[N]: number of frames, at least 1."""
    next_speakers: Speakers | None = None
    """Where hands rest after the clip's end, if that changes."""


@dataclass(frozen=True, eq=False)
class Filmed:
    """What the camera saw of all clips, one after the other."""

    pixels_V2F: Reals
    """Joints of the layout, then the extra points if they are wanted."""
    behind_2F: NDArray[np.bool_]
    """Whether the right or left wrist is behind the trunk."""
    clip_F: Numbers
    """Each frame's clip."""
    figure: Figure
    """Metres; mirrored so that the right hand always leads."""
    joints_V3F: Reals
    """Metres, not mirrored: right is right."""


def film(scene: Scene, *, extra: bool = False) -> Filmed:
    """Pose all frames and film them with each clip's camera, without any noise."""
    clip_F = np.repeat(np.arange(len(scene.frames)), scene.frames)
    within = np.arange(len(clip_F)) - np.repeat(np.cumsum(scene.frames) - scene.frames, scene.frames)
    time_F = (scene.start[clip_F] + within / np.float32(FPS)).astype(np.float32)
    figure = _figure(scene, time_F)
    left_F = scene.leads_left[clip_F]
    names = (*load_layout(LAYOUT).joints, *(EXTRA if extra else ()))
    joints = _unmirrored(figure, names, left_F)
    body = scene.bodies.spread(scene.frames)
    middle = np.stack([np.zeros_like(body.trunk), body.trunk * np.float32(0.8), np.zeros_like(body.trunk)])
    pixels = project(joints, scene.cameras.spread(scene.frames), middle, body.shoulder)
    return Filmed(pixels, _behind(figure, left_F), clip_F, figure, joints)


def _figure(scene: Scene, time_F: Reals) -> Figure:
    acts, frames = scene.acts, scene.frames
    timing = acts.timing.spread(frames)
    angles = body_angles(scene.speakers, scene.leads_left, frames, time_F)
    angles += np.repeat(acts.moves, frames, axis=-1) * pulses(time_F, timing, np.repeat(acts.hertz, frames))
    gone = way((time_F - timing.begin) / timing.onset)
    plans = []
    for own in (True, False):
        visit, when = (acts.own, acts.own_timing) if own else (acts.other, acts.other_timing)
        share = envelope(time_F, when.spread(frames)) * np.repeat(visit.used, frames)
        rest = _rest(scene.speakers, scene.leads_left, own=own)
        after = _rest(scene.next_speakers, scene.leads_left, own=own) if scene.next_speakers else None
        plans.append(HandPlan(rest, visit, share, after, gone))
    named = dict(zip(CHANNELS, angles, strict=True))
    return make_figure(scene.bodies.spread(frames), named, (plans[0], plans[1]), frames, time_F)


def _rest(speakers: Speakers, leads_left_N: NDArray[np.bool_], *, own: bool) -> Contacts:
    """Where a hand rests; mirrored if the left hand leads."""
    plain, other = (speakers.right, speakers.left) if own else (speakers.left, speakers.right)
    return other.mirrored().where(leads_left_N, plain)


def _unmirrored(figure: Figure, names: tuple[str, ...], left_F: NDArray[np.bool_]) -> Reals:
    """[V, 3, F]: joints, mirrored back if the left hand leads."""
    made = np.stack([figure.points[name] for name in names])
    twins = [names.index(_twin(name)) for name in names]
    flip = np.array([-1, 1, 1], np.float32)[:, None]
    return np.where(left_F, made[twins] * flip, made)


def _twin(name: str) -> str:
    side, _, part = name.partition("_")
    return f"{OTHER_SIDE[side]}_{part}" if side in OTHER_SIDE else name


def _behind(figure: Figure, left_F: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """[2, F]: whether the right or left wrist is behind the middle of the trunk, below the
    shoulders."""
    hidden = []
    for side in ("right", "left"):
        away = figure.points[f"{side}_wrist"] - figure.chest.origin_3F
        across, up, ahead = (dot(away, figure.chest.axes_33F[:, n]) for n in range(3))
        wide = figure.chest.scale_3F[0]
        hidden.append((ahead < -0.02) & (up < -0.1) & (np.abs(across) < wide))
    return np.where(left_F, np.stack(hidden[::-1]), np.stack(hidden))
