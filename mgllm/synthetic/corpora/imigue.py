"""The skeleton release of iMiGUE, made up: `NNNN/NNNN_light_hand.csv`, `NNNN/NNNN_label.csv`.

106 columns without a header: one that readers skip, then 35 joints × x, y, confidence (OpenPose
BODY_25, "RightFinger1-5", "LeftFinger1-5"). Hips, legs and feet are 0: they are below the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.records import Frozen, Gesture
from mgllm.seeds import stream
from mgllm.skeleton.layouts import BODY25_OF_IMIGUE
from mgllm.synthetic.corpora.footage import Footage, Part, film_part
from mgllm.synthetic.corpora.planning import CorpusOptions, Planned
from mgllm.synthetic.corpora.reader import Signs
from mgllm.synthetic.corpora.truth import TrueClip, TrueFrame, TrueVideo
from mgllm.synthetic.definitions import ILLUSTRATIVE, VOCABULARY, visible_classes
from mgllm.synthetic.geometry import Reals
from mgllm.synthetic.scenes import FPS

SKELETONS = "imigue_skeleton"
JOINTS = 35
BLOCKS = {"left": (*range(12), *range(17, 22), *range(12, 17)), "right": tuple(range(22))}
"""Which of the 22 joints stand where the file has its 22, by the hand of the first block."""
FIRST_BLOCK: Literal["left"] = "left"
"""Whose fingers the block called "RightFinger" has. Distances to the wrists show it; the name does
not."""
LOOKED_AT = 3
"""Frames of a recording whose joints the truth has."""
PAST = 12
"""Frames by which a label runs past the end."""
UNLABELLED = 12
"""One of so many recordings has no labels, as in the challenge's test phase."""
Trap = Literal["unlabelled", "empty", "cut", "left_out", "header", "unsorted"]


UP = ("sitting straightly", "head up", "arms akimbo", "dustoffing clothes", "touching hat")
DOWN = ("covering face", "rubbing eyes", "folding arms", "turtle neck", "touching or scratching neck")


def imigue_signs() -> Signs:
    """What gestures of iMiGUE count for."""
    made = visible_classes()
    neutral = tuple(name for name in made if name not in (*UP, *DOWN, ILLUSTRATIVE))
    return Signs(up=UP, down=DOWN, neutral=neutral)


class Written(Frozen):
    """A recording on disk."""

    video: TrueVideo
    """What an importer must find."""
    traps: tuple[Trap, ...]
    """What is hard about it."""


def plan_traps(videos: Sequence[Planned], seed: int) -> dict[int, tuple[Trap, ...]]:
    """What is hard about which recording; a small corpus has fewer of them."""
    order = [videos[n].id for n in stream(seed, "traps").permutation(len(videos))]
    missing = max(1, len(order) // UNLABELLED) if len(order) >= 6 else 0
    unlabelled, labelled = order[:missing], order[missing:]
    traps: dict[int, tuple[Trap, ...]] = dict.fromkeys(unlabelled, ("unlabelled",))
    singles: tuple[tuple[Trap, ...], ...] = (("cut",), ("left_out", "unsorted"), ("header",), ("empty",))
    for video, trap in zip(labelled, singles if len(order) >= 6 else singles[:1], strict=False):
        traps[video] = trap
    for place, video in enumerate(labelled[len(singles) :]):
        if place % 3 == 0:
            traps[video] = ("unsorted",)
    return traps


def write_recording(folder: Path, video: Planned, traps: tuple[Trap, ...], options: CorpusOptions) -> Written:
    """Film a recording and write its files."""
    cues = None if "empty" in traps else video.cues
    part = Part(
        seed=options.seed,
        corpus="imigue",
        name=video.id,
        person=video.person.id,
        cues=cues,
        seconds=options.minutes * 60,
    )
    footage = film_part(part, imigue_signs(), options.noise)
    frames, name = len(footage.joints), f"{video.id:04d}"
    here = folder / name
    here.mkdir(parents=True)
    write_joints(here / f"{name}_light_hand.csv", footage.joints)
    happens = true_clips((*footage.gestures, *footage.spoken), FPS, frames)
    rows = [] if "empty" in traps else label_rows(happens, traps, frames, options.seed)
    if "unlabelled" not in traps:
        header = "gestureID,start,end\n" if "header" in traps else ""
        text = header + "".join(f"{code},{first},{last}\n" for code, first, last in rows)
        (here / f"{name}_label.csv").write_text(text, encoding="utf-8", newline="\n")
    return Written(video=_truth(video, footage, happens, rows, traps), traps=traps)


def write_joints(path: Path, joints: Reals) -> None:
    """Joints [T, 22, 3] as the file's 106 columns, row by row; a missing joint is 0,0,0."""
    placed = np.nan_to_num(joints[:, list(BLOCKS[FIRST_BLOCK])], nan=0.0)
    cells = ["0,0,0"] * JOINTS
    for place in (*BODY25_OF_IMIGUE, *range(25, JOINTS)):
        cells[place] = "%.3f,%.3f,%.3f"
    row = "%d," + ",".join(cells) + "\n"
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number, values in enumerate(placed.reshape(len(placed), -1)):
            file.write(row % (number, *values.tolist()))


def true_clips(gestures: Sequence[Gesture], fps: float, frames: int) -> tuple[TrueClip, ...]:
    """Gestures with times as frames from 0, the end included, in the order of time."""
    made = [
        TrueClip(
            label=one.label,
            first=min(round((one.start or 0.0) * fps), frames - 1),
            last=min(round((one.end or 0.0) * fps), frames - 1),
        )
        for one in gestures
    ]
    return tuple(sorted(made, key=lambda clip: (clip.first, clip.last, clip.label)))


def label_rows(
    clips: Sequence[TrueClip], traps: tuple[Trap, ...], frames: int, seed: int
) -> list[tuple[int, int, int]]:
    """Rows of a label file: raw id, first and last frame, with what is hard about them."""
    codes = {one.label: place for place, one in enumerate(load_vocabulary(VOCABULARY).classes, 1)}
    rows = [(99 if one.label == ILLUSTRATIVE else codes[one.label], one.first, one.last) for one in clips]
    if "cut" in traps and rows:
        rows[-1] = (rows[-1][0], rows[-1][1], frames - 1 + PAST)
    if "left_out" in traps:
        rows.append((codes["shaking shoulders"], frames + PAST, frames + 2 * PAST))
    if "unsorted" in traps:
        order = stream(seed, "unsorted", frames, len(rows)).permutation(len(rows))
        rows = [rows[n] for n in (order if (np.diff(order) < 0).any() else order[::-1])]
    return rows


def look_at(joints: Reals) -> tuple[TrueFrame, ...]:
    """Joints of a few frames, evenly spread."""
    chosen = np.linspace(0, len(joints) - 1, LOOKED_AT).astype(int).tolist()
    return tuple(
        TrueFrame(frame=frame, joints=tuple(map(_point, joints[frame].astype(np.float64))))
        for frame in chosen
    )


def _point(values: NDArray[np.float64]) -> tuple[float, ...] | None:
    return None if np.isnan(values).any() else tuple(np.round(values, 4).tolist())


def _truth(
    video: Planned,
    footage: Footage,
    happens: tuple[TrueClip, ...],
    rows: Sequence[tuple[int, int, int]],
    traps: tuple[Trap, ...],
) -> TrueVideo:
    frames = len(footage.joints)
    clips = happens if rows and "unlabelled" not in traps else ()
    if "cut" in traps and clips:
        clips = (*clips[:-1], clips[-1].model_copy(update={"last": frames - 1}))
    return TrueVideo(
        subject=str(video.person.id),
        frames=frames,
        labelled="unlabelled" not in traps,
        clips=clips,
        happens=happens,
        cut=sum(first < frames <= last for _, first, last in rows) if clips else 0,
        left_out=sum(first >= frames for _, first, _ in rows) if clips else 0,
        looks=look_at(footage.joints),
        target="win" if video.first else "lose",
        side=video.side,
        sex=video.person.sex,
        nationality=video.person.nationality,
        leak=video.leak,
    )
