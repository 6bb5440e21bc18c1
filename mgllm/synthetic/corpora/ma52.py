"""MA-52, made up: lists `PPPP_VV_NNNN.mp4 label` and pickles with Halpe's 136 key points.

Clips of the test list are called `testNNNN.mp4`; their labels are placeholders, and who is in them
is not said. In some clips a second person sits still.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.seeds import stream
from mgllm.skeleton.layouts import MA52_OF_HALPE136, load_layout
from mgllm.synthetic.corpora.footage import Part, stage_labels
from mgllm.synthetic.corpora.imigue import look_at
from mgllm.synthetic.corpora.planning import CorpusOptions
from mgllm.synthetic.corpora.truth import TrueClip, TrueVideo, Truth, counts_of, people_of
from mgllm.synthetic.corpora.whole_bodies import middle, named_points
from mgllm.synthetic.definitions import ILLUSTRATIVE
from mgllm.synthetic.geometry import Reals
from mgllm.synthetic.scenes import FPS, film

FOLDER, POINTS = "ma52", 136
PARTS = ("train", "train", "val", "train", "test")
"""Part of person 0, 1, …, repeated: nobody is in two parts."""
SECONDS = (1.5, 4.0)
"""Length of a clip: our choice."""
JITTER = 0.4
"""Pixels by which a point jitters at `--noise 1`."""
COMPANY = 5
"""In one of so many clips a second person sits beside, this many pixels away."""
BESIDE = 300.0
NAMES: Mapping[str, str] = {
    "moving torso": "shaking body",
    "sitting straightly": "sitting straightly",
    "head up": "head up",
    "scratching or touching arms": "scratching arms",
    "playing or manipulating objects": "playing objects",
    "rubbing or holding hands": "rubbing hands",
    ILLUSTRATIVE: "illustrative gestures",
    "touching or scratching neck": "scratching or touching neck",
    "scratching back": "scratching or touching back",
    "arms akimbo": "arms akimbo",
    "folding arms": "crossing arms",
    "playing or adjusting hair": "playing or tidying hair",
    "touching or scratching forehead": "scratching or touching forehead",
    "touching or scratching facial parts": "scratching or touching face",
    "rubbing eyes": "rubbing eyes",
    "touching ears": "touching ears",
    "covering face": "covering face",
}
"""What made-up movements are called here; all other classes are not made."""


def write_ma52(folder: Path, options: CorpusOptions, made_by: str) -> Truth:
    """Write the lists, and a pickle for each part."""
    here = folder / FOLDER
    here.mkdir(parents=True)
    classes = [one.label for one in load_vocabulary("ma52").classes]
    lists: dict[str, list[str]] = {part: [] for part in sorted(set(PARTS))}
    found: dict[str, list[dict[str, object]]] = {part: [] for part in lists}
    clips: dict[str, TrueVideo] = {}
    for place in range(options.videos):
        person = place % options.people
        part = PARTS[person % len(PARTS)]
        name = f"{person + 1:04d}_{place % 7 + 1:02d}_{place:04d}" if part != "test" else f"test{place:04d}"
        made = list(NAMES)[(place // options.people * 5 + person * 3) % len(NAMES)]
        points = _film(made, name, person, options)
        label = classes.index(NAMES[made]) if part != "test" else 0
        lists[part].append(f"{name}.mp4 {label}")
        found[part].append(_annotation(name, label, points, company=place % COMPANY == 0))
        clips[name] = _truth(points, str(person + 1), NAMES[made], part)
    for part, lines in lists.items():
        text = "".join(f"{line}\n" for line in lines)
        (here / f"{part}_list_videos.txt").write_text(text, encoding="utf-8", newline="\n")
        content = {"split": {part: [one["frame_dir"] for one in found[part]]}, "annotations": found[part]}
        (here / f"ma52_{part}.pkl").write_bytes(pickle.dumps(content, protocol=4))
    sides = {part: tuple(name for name, one in clips.items() if one.side == part) for part in lists}
    return Truth(
        corpus="ma52",
        options=options.model_dump(exclude_none=True),
        made_by=made_by,
        counts=counts_of(clips),
        people=people_of(clips),
        videos=clips,
        more={"parts": sides},
    )


def _film(made: str, name: str, person: int, options: CorpusOptions) -> Reals:
    """[T, 136, 3]: x, y, score. Points that nobody uses are beside those that are used."""
    random = stream(options.seed, "clip of ma52", name)
    seconds = float(random.uniform(*SECONDS))
    part = Part(seed=options.seed, corpus="ma52", name=name, person=person, cues=0, seconds=seconds)
    staged = stage_labels(part, [made, None, None, None, None], random)
    points = named_points(film(staged.scene, extra=True), pixels=True)
    points["head"] = points["crown"]
    points["nose_bridge"] = middle(points, left_eye=1, right_eye=1)
    points["nose_base"] = middle(points, nose=3, chin=1)
    points["upper_lip"], points["lower_lip"] = middle(points, nose=1, chin=1), middle(points, nose=1, chin=2)
    for side in ("left", "right"):
        points[f"{side}_eye_corner"] = middle(points, **{f"{side}_eye": 3, f"{side}_ear": 1})
    frames = round(seconds * FPS)
    made_TVC = np.repeat(points["nose"][:frames, None], POINTS, axis=1)
    for number, joint in zip(MA52_OF_HALPE136, load_layout("ma52-44").joints, strict=True):
        made_TVC[:, number] = points[joint][:frames]
    made_TVC += random.standard_normal(made_TVC.shape, np.float32) * np.float32(JITTER * options.noise)
    scores = random.uniform(0.5, 0.95, (frames, POINTS, 1))
    return np.concatenate([made_TVC, scores], axis=2).astype(np.float32)


def _annotation(name: str, label: int, points: Reals, *, company: bool) -> dict[str, object]:
    """A clip in PYSKL's form."""
    bodies = [points]
    if company:
        still = np.repeat(points[:1], len(points), axis=0)
        still[..., 0] += BESIDE
        bodies.append(still)
    both = np.stack(bodies)
    return {
        "frame_dir": name,
        "label": label,
        "img_shape": (720, 1280),
        "original_shape": (720, 1280),
        "total_frames": len(points),
        "keypoint": both[..., :2].copy(),
        "keypoint_score": both[..., 2].copy(),
    }


def _truth(points: Reals, person: str, label: str, part: str) -> TrueVideo:
    clip = TrueClip(label=label, first=0, last=len(points) - 1)
    return TrueVideo(
        subject=person,
        frames=len(points),
        labelled=part != "test",
        clips=(clip,) if part != "test" else (),
        happens=(clip,),
        looks=look_at(points[:, list(MA52_OF_HALPE136)]),
        side=part,
    )
