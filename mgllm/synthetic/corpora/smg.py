"""SMG, made up: `SampleNNNN_skeleton.csv`, `SampleNNNN_finelabels.csv`, `SampleNNNN_data.csv`.

Kinect v2: a row for each frame, 25 joints × 11 columns (x, y, z in metres first, pixels in columns
7 and 8); labels count from 1, the end included. Each recording has a relaxed and a stressed half;
no documented file says which, so `states.csv` does: `recording,start,end,state`, in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.files.tables import csv_text
from mgllm.items.official import SMG_TEST, SMG_TRAIN
from mgllm.records import Frozen
from mgllm.seeds import stream, unit
from mgllm.skeleton.layouts import load_layout
from mgllm.synthetic.corpora.effects import planted_effect
from mgllm.synthetic.corpora.footage import Part, stage_part
from mgllm.synthetic.corpora.imigue import look_at, true_clips
from mgllm.synthetic.corpora.planning import CorpusOptions
from mgllm.synthetic.corpora.reader import Signs, weights_of
from mgllm.synthetic.corpora.truth import TrueClip, TrueVideo, Truth, counts_of, people_of
from mgllm.synthetic.corpora.whole_bodies import middle, named_points
from mgllm.synthetic.definitions import ILLUSTRATIVE
from mgllm.synthetic.geometry import Reals
from mgllm.synthetic.scenes import FPS, film
from mgllm.synthetic.untrimmed import Staged

SKELETONS, SUBJECTS, STATES = "smg_skeleton", "subjects.csv", "states.csv"
RATE = 28.0
"""Frames a second that `_data.csv` says. Movements are made at 25, so they are a little faster."""
DISTANCE = 2.5
"""Metres from the sensor to the hips; beside it `maxDepth` in millimetres. Our choices."""
MAX_DEPTH = 4500
JITTER = 0.003
"""Metres by which a joint jitters at `--noise 1`: our choice."""
FOCAL, CENTRE = 1050.0, (960.0, 540.0)
"""Of the colour camera, in pixels, for columns 7 and 8: our choice."""
OUTCOMES = ("relaxed", "stressed")
NAMES: Mapping[str, str] = {
    "turtle neck": "turtling neck and shoulder",
    "rubbing eyes": "rubbing eyes and forehead",
    "folding arms": "folding arms",
    "touching or covering suprasternal notch": "touching or covering suprasternal notch",
    "touching or scratching neck": "touching or scratching neck",
    "putting arms behind body": "folding arms behind body",
    "rubbing or holding hands": "rubbing hands and crossing finger",
    "arms akimbo": "arms akimbo",
    "scratching or touching arms": "scratching some part of body",
    "touching or scratching facial parts": "scratching or touching facial parts other than eyes",
    "playing or adjusting hair": "playing or adjusting hair",
    "hold back arms": "holding arms",
    "buckle button, pulling shirt collar, adjusting tie": "pulling shirt collar",
    "playing or manipulating objects": "playing with jewelry, and manipulating other objects",
    ILLUSTRATIVE: "illustrative hand gestures",
}
"""What made-up movements are called here. Classes of legs are not made."""
UP = ("arms akimbo", "playing or adjusting hair", "putting arms behind body")
DOWN = ("turtle neck", "rubbing eyes", "folding arms", "touching or scratching neck")
SIGNS = Signs(
    up=UP, down=DOWN, neutral=tuple(name for name in NAMES if name not in (*UP, *DOWN, ILLUSTRATIVE))
)


class State(Frozen):
    """A half of a recording."""

    recording: str
    """SampleNNNN."""
    start: float
    """Seconds."""
    end: float
    """Seconds."""
    state: str
    """relaxed or stressed."""


def write_smg(folder: Path, options: CorpusOptions, made_by: str) -> Truth:
    """Write all samples, who they show, and their states."""
    (folder / SKELETONS).mkdir(parents=True)
    samples, states, halves = {}, list[State](), dict[str, TrueVideo]()
    people = _people(options)
    for sample, person in people.items():
        name = f"Sample{sample:04d}"
        samples[name], of_states = _write_sample(folder / SKELETONS, name, person, options)
        states += of_states
        halves |= {f"{name} {one.state}": _half(samples[name], one) for one in of_states}
    _write_table(folder / SUBJECTS, ("recording", "subject"), people.items())
    rows = [(one.recording, one.start, one.end, one.state) for one in states]
    _write_table(folder / STATES, ("recording", "start", "end", "state"), rows)
    reader = weights_of(OUTCOMES, SIGNS, NAMES, speech=False)
    here = sorted(set(people.values()))
    sides = {"train": SMG_TRAIN, "test": SMG_TEST}
    return Truth(
        corpus="smg",
        options=options.model_dump(exclude_none=True),
        made_by=made_by,
        fps=RATE,
        counts=counts_of(samples) | {"states": len(states)},
        sides={
            "cross-subject": {name: tuple(str(n) for n in here if n in side) for name, side in sides.items()}
        },
        people=people_of(samples),
        videos=samples,
        reader=reader,
        effect=planted_effect(options, reader, halves),
        more={"states": [one.model_dump() for one in states]},
    )


def _people(options: CorpusOptions) -> dict[int, int]:
    """Person by sample. Both have the same number if each recording has its own person."""
    random = stream(options.seed, "samples")
    tested = max(1, round(options.videos * len(SMG_TEST) / (len(SMG_TRAIN) + len(SMG_TEST))))
    trained = options.videos - tested
    if tested > len(SMG_TEST) or trained > len(SMG_TRAIN):
        samples = list(range(1, options.videos + 1))
    else:
        samples = sorted(random.permutation(SMG_TRAIN)[:trained].tolist())
        samples += sorted(random.permutation(SMG_TEST)[:tested].tolist())
    count = min(options.subjects or len(samples), len(samples))
    if count == len(samples):
        return {sample: sample for sample in samples}
    spread = [samples[n] for n in np.linspace(0, len(samples) - 1, count).round().astype(int)]
    return {sample: spread[place % count] for place, sample in enumerate(samples)}


def _write_sample(
    folder: Path, name: str, person: int, options: CorpusOptions
) -> tuple[TrueVideo, list[State]]:
    """Two takes, one after the other."""
    order = OUTCOMES if unit(options.seed, "order", name) < 0.5 else OUTCOMES[::-1]
    frames = max(1, round(options.minutes * 60 * RATE / 2))
    takes, clips, states = [], list[TrueClip](), list[State]()
    for place, state in enumerate(order):
        side = 1 if state == OUTCOMES[0] else -1
        agrees = unit(options.seed, "cues", name, state) < 0.5 + options.effect / 100
        part = Part(
            seed=options.seed,
            corpus="smg",
            name=f"{name} {state}",
            person=person,
            cues=side if agrees else -side,
            seconds=frames / FPS,
        )
        staged = stage_part(part, SIGNS)
        takes.append(_kinect(staged, frames, part.stream("sensor"), options.noise))
        for one in true_clips((*staged.gestures, *staged.spoken), FPS, frames):
            moved = {"label": NAMES[one.label], "first": one.first, "last": one.last}
            clips.append(TrueClip.model_validate(moved | _later(one, place * frames)))
        times = [round(n * frames / RATE, 3) for n in (place, place + 1)]
        states.append(State(recording=name, start=times[0], end=times[1], state=state))
    joints = np.concatenate(takes)
    _write_files(folder, name, joints, clips)
    looks = look_at(joints)
    video = TrueVideo(
        subject=str(person), frames=len(joints), clips=tuple(clips), happens=tuple(clips), looks=looks
    )
    return video, states


def _later(clip: TrueClip, frames: int) -> dict[str, int]:
    return {"first": clip.first + frames, "last": clip.last + frames}


def _half(video: TrueVideo, state: State) -> TrueVideo:
    """A state with what happens in it, as an item of its own."""
    inside = tuple(clip for clip in video.happens if state.start <= (clip.first + 0.5) / RATE < state.end)
    return video.model_copy(update={"happens": inside, "target": state.state})


def _kinect(staged: Staged, frames: int, random: np.random.Generator, noise: float) -> Reals:
    """[T, 25, 3]: metres before the sensor, y upwards."""
    points = named_points(film(staged.scene, extra=True), pixels=False)
    points["spine_base"], points["spine_mid"] = points["hips"], points["bend"]
    points["spine_shoulder"] = middle(points, left_shoulder=1, right_shoulder=1)
    points["head"] = middle(points, crown=1, chin=1)
    made = np.stack([points[name] for name in load_layout("ntu25").joints], axis=1)[:frames]
    made += random.standard_normal(made.shape, np.float32) * np.float32(JITTER * noise)
    turned: Reals = made * np.array([-1, 1, -1], np.float32) + np.array([0, 0, DISTANCE], np.float32)
    return turned


def _write_files(folder: Path, name: str, joints: Reals, clips: list[TrueClip]) -> None:
    """The three files of a sample; labels and frames count from 1."""
    codes = {one.label: place for place, one in enumerate(load_vocabulary("smg").classes, 1)}
    pixels = CENTRE + FOCAL * joints[..., :2] * (1, -1) / joints[..., 2:]
    table = np.concatenate([joints, pixels], axis=2).reshape(len(joints), -1)
    line = ",".join(["%.4f,%.4f,%.4f,0,0,0,0,%.1f,%.1f,2,0"] * joints.shape[1]) + "\n"
    with (folder / f"{name}_skeleton.csv").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line % tuple(values) for values in table.tolist())
    rows = [(codes[one.label], one.first + 1, one.last + 1) for one in clips]
    _write_table(folder / f"{name}_finelabels.csv", (), rows)
    _write_table(folder / f"{name}_data.csv", (), [(len(joints), f"{RATE:g}", MAX_DEPTH)])


def _write_table(path: Path, header: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    text = csv_text([header, *rows] if header else rows)
    path.write_text(text, encoding="utf-8", newline="\n")
