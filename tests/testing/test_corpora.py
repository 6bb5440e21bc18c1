"""`check_import`: a right import passes, what is wrong is named; the reader gets its own effect."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mgllm
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.datasets.skeletons.imigue import Imigue
from mgllm.errors import InputError
from mgllm.items.gesture_files import gesture_text
from mgllm.items.loading import item_line
from mgllm.records import Gesture, GestureFile, GestureTranscript, Item, Turn
from mgllm.skeleton import Clip, DatasetMeta, SplitRule, write_dataset
from mgllm.skeleton.layouts import BODY25_OF_IMIGUE, load_layout
from mgllm.synthetic.corpora import CorpusOptions, Truth, read_truth, write_corpus
from mgllm.testing import answer_as_reader, check_import
from mgllm.testing.corpora import _main

ORDER = [*BODY25_OF_IMIGUE, *range(30, 35), *range(25, 30)]
NAMES = tuple(one.label for one in load_vocabulary("imigue").classes)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    write_corpus("imigue", folder, CorpusOptions(videos=8, subjects=4, minutes=0.5, seed=6), "a test")
    return folder


def joints_of(root: Path, name: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A slow, obvious reading of a recording."""
    path = root / "imigue_skeleton" / name / f"{name}_light_hand.csv"
    with path.open(newline="") as file:
        table = np.array([[float(cell) for cell in row[1:]] for row in csv.reader(file)], np.float32)
    joints = table.reshape(-1, 35, 3)[:, ORDER]
    joints[joints[..., 2] == 0, :2] = np.nan
    return joints


def people_of(root: Path) -> dict[str, str]:
    with (root / "Video.csv").open(newline="") as file:
        return {f"{int(row['Video_id']):04d}": row["Sub_id"] for row in csv.DictReader(file)}


def labels_of(root: Path, name: str, frames: int) -> list[tuple[str, int, int]] | None:
    path = root / "imigue_skeleton" / name / f"{name}_label.csv"
    if not path.is_file():
        return None
    with path.open(newline="") as file:
        rows = [[int(cell) for cell in row] for row in csv.reader(file) if row[0].isdecimal()]
    return [
        (NAMES[31 if code == 99 else code - 1], first, min(last, frames - 1))
        for code, first, last in sorted(rows, key=lambda row: row[1:])
        if first < frames
    ]


def clips_of(root: Path) -> Iterator[Clip]:
    for name, person in people_of(root).items():
        joints = joints_of(root, name)
        for n, (label, first, last) in enumerate(labels_of(root, name, len(joints)) or ()):
            more = {"recording": name, "first": str(first), "last": str(last)}
            yield Clip(f"{name}_{n}", person, joints[first : last + 1], label=label, fps=25.0, more=more)


def meta(root: Path, *, labelled: bool) -> DatasetMeta:
    sides = read_truth(root).sides["cross-subject"]
    rule = SplitRule(train={"subject": sides["train"]}, test={"subject": sides["test"]})
    return DatasetMeta(
        name="iMiGUE",
        layout=load_layout("imigue22"),
        dims=2,
        units="pixels",
        classes=NAMES if labelled else (),
        splits={"cross-subject": rule} if labelled else {},
    )


def import_all(root: Path, out: Path) -> Path:
    """Everything that commands write, by hand."""
    people = people_of(root)
    write_dataset(out / "clips", meta(root, labelled=True), clips_of(root), lenient=True)
    recordings = (Clip(name, who, joints_of(root, name), fps=25.0) for name, who in people.items())
    write_dataset(out / "recordings", meta(root, labelled=False), recordings)
    for source in ("annotated", "out_of_fold"):
        (out / source).mkdir()
    items = []
    for name, who in people.items():
        frames = len(joints_of(root, name))
        labels = labels_of(root, name, frames)
        gestures = tuple(
            Gesture(label=label, start=first / 25, end=(last + 1) / 25)
            for label, first, last in labels or ()
            if label != "illustrative body language"
        )
        plain = GestureFile(
            item=name, source="annotated", vocabulary="imigue", duration=frames / 25, gestures=gestures
        )
        if labels is not None:
            (out / "annotated" / f"{name}.mg.json").write_text(gesture_text(plain))
        read = plain.model_copy(update={"source": "out_of_fold", "exposure": "held_out", "gestures": ()})
        (out / "out_of_fold" / f"{name}.mg.json").write_text(gesture_text(read))
        truth = read_truth(root).videos[name]
        items.append(
            Item(
                id=name,
                subject=who,
                target=truth.target,
                speech=(Turn(speaker="Speaker", text=truth.turns[0].text),),
                covariates={"sex": truth.sex or ""},
            )
        )
    (out / "items.jsonl").write_text("\n".join(item_line(item) for item in items))
    folds = [[who] for who in sorted(set(people.values()))]
    (out / "folds.json").write_text(json.dumps({"folds": folds}))
    return out


@pytest.fixture(scope="module")
def imported(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return import_all(root, tmp_path_factory.mktemp("imported"))


@pytest.fixture
def copy(imported: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(imported, tmp_path / "copy"))


def test_a_right_import_is_right(root: Path, imported: Path) -> None:
    checked = check_import(str(root), str(imported))
    names = {Path(one).relative_to(imported).as_posix() for one in checked}
    assert names == {
        *("clips/dataset.json", "recordings/dataset.json", "items.jsonl", "folds.json"),
        *("annotated", "out_of_fold"),
    }


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def first_row(out: Path, name: str = "clips") -> list[str]:
    with (out / name / "clips.csv").open(newline="") as file:
        return list(csv.reader(file))[1]


def drop_clip(out: Path) -> None:
    path = out / "clips" / "clips.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *lines[2:]]))


def other_person(out: Path) -> None:
    row = first_row(out, "recordings")
    edit(out / "recordings" / "clips.csv", ",".join(row[:2]), f"{row[0]},999")


def other_rate(out: Path) -> None:
    edit(out / "recordings" / "clips.csv", ",25", ",24")


def move_joint(out: Path) -> None:
    joints = np.load(out / "recordings" / "joints.npy")
    joints[0, 0, 0] += 1
    np.save(out / "recordings" / "joints.npy", joints)


def swap_hands(out: Path) -> None:
    joints = np.load(out / "recordings" / "joints.npy")
    np.save(out / "recordings" / "joints.npy", joints[:, [*range(12), *range(17, 22), *range(12, 17)]])


def one_frame_late(out: Path) -> None:
    path = out / "clips" / "clips.csv"
    with path.open(newline="") as file:
        header, *table = csv.reader(file)
    for row in table:
        for column in ("first", "last"):
            row[header.index(column)] = str(int(row[header.index(column)]) + 1)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *table])


def drop_transcript(out: Path) -> None:
    min((out / "out_of_fold").iterdir()).unlink()


def in_sample(out: Path) -> None:
    edit(min((out / "out_of_fold").iterdir()), "held_out", "in_sample")


def late_gesture(out: Path) -> None:
    for path in (out / "annotated").iterdir():
        content = json.loads(path.read_text())
        for gesture in content["gestures"]:
            gesture["start"] += 0.1
        path.write_text(json.dumps(content))


def annotated_without_labels(out: Path) -> None:
    for path in (out / "out_of_fold").iterdir():
        text = path.read_text().replace("out_of_fold", "annotated")
        (out / "annotated" / path.name).write_text(text)


def no_duration(out: Path) -> None:
    path = min((out / "annotated").iterdir())
    content = json.loads(path.read_text())
    del content["duration"]
    path.write_text(json.dumps(content))


def other_target(out: Path) -> None:
    edit(out / "items.jsonl", '"win"', '"lose"')


def two_folds(out: Path) -> None:
    content = json.loads((out / "folds.json").read_text())
    content["folds"].append(content["folds"][0])
    (out / "folds.json").write_text(json.dumps(content))


def forgotten_person(out: Path) -> None:
    content = json.loads((out / "folds.json").read_text())
    (out / "folds.json").write_text(json.dumps({"folds": content["folds"][1:]}))


def other_side(out: Path) -> None:
    content = json.loads((out / "clips" / "dataset.json").read_text())
    split = content["splits"]["cross-subject"]
    split["train"], split["test"] = split["test"], split["train"]
    (out / "clips" / "dataset.json").write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (drop_clip, "1 clips missing"),
        (other_person, "is of person '999'"),
        (other_rate, "has 24.0 frames a second; it must have 25"),
        (move_joint, "frame 0 has other joints"),
        (swap_hands, "has other joints"),
        (one_frame_late, "clips too many"),
        (drop_transcript, "1 out_of_fold transcripts missing"),
        (in_sample, "the person's exposure is in_sample"),
        (late_gesture, "it must be at"),
        (annotated_without_labels, "1 annotated transcripts too many"),
        (no_duration, "has the duration None"),
        (other_target, "has the target 'lose'; it must have 'win'"),
        (two_folds, "1 people in folds too many"),
        (forgotten_person, "1 people in folds missing"),
        (other_side, "cross-subject: train has people"),
    ],
)
def test_what_is_wrong_is_named(root: Path, copy: Path, spoil: Callable[[Path], None], said: str) -> None:
    spoil(copy)
    with pytest.raises(AssertionError) as caught:
        check_import(root, copy)
    assert said in str(caught.value)


def test_nothing_to_check_is_not_right(root: Path, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="has no skeleton data set"):
        check_import(root, tmp_path)


def test_a_folder_without_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"truth\.json cannot be read"):
        check_import(tmp_path, tmp_path)


def test_it_is_a_command_too(
    root: Path, imported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main([str(root), str(imported)]) == 0
    assert capsys.readouterr().out.count("right: ") == 6
    assert _main([str(root), str(tmp_path)]) == 1
    assert _main([str(tmp_path), str(imported)]) == 2
    assert _main([]) == 2


def items_of(truth: Truth, path: Path) -> Path:
    """Items as a perfect recogniser would make them."""
    lines = []
    for name, video in truth.videos.items():
        gestures = tuple(
            Gesture(label=one.label, start=one.first / 25, end=(one.last + 1) / 25) for one in video.happens
        )
        item = Item(
            id=name,
            subject=video.subject,
            target=video.target,
            speech=tuple(Turn(speaker=turn.role, text=turn.text) for turn in video.turns),
            gestures={
                "annotated": GestureTranscript(gestures=gestures, vocabulary="imigue", duration=30.0),
            },
        )
        lines.append(item_line(item))
    path.write_text("\n".join(lines))
    return path


def test_a_model_with_the_readers_weights_gets_the_planted_effect(tmp_path: Path, shelve: Any) -> None:
    (tmp_path / "c").mkdir()
    options = CorpusOptions(videos=30, subjects=10, minutes=0.5, seed=4, leak=0.2)
    truth = write_corpus("imigue", tmp_path / "c", options, "a test")
    assert truth.reader is not None
    assert truth.effect is not None
    backend = shelve(partial(answer_as_reader, truth.reader))
    run = mgllm.run(
        model="scripted/x",
        scenarios=["emotion"],
        items=str(items_of(truth, tmp_path / "items.jsonl")),
        arms=("text", "text+mg"),
        results=tmp_path / "results",
        display="none",
    )
    assert len(backend.asked) == 60
    arms = {arm.arm: arm for arm in run.summary.arms}
    found = truth.effect.found
    text, shown = arms["text"], arms["text+mg"]
    assert 100 * (text.accuracy or 0) == pytest.approx(found.without, abs=0.01)
    assert 100 * (shown.accuracy or 0) == pytest.approx(found.with_gestures, abs=0.01)
    assert (shown.log_odds or 0) - (text.log_odds or 0) == pytest.approx(found.log_odds, abs=1e-3)
    assert found.points != 0


def test_the_importer_reads_what_it_can_today(root: Path, imported: Path, tmp_path: Path) -> None:
    """Recordings without a trap, by the importer itself."""
    truth = read_truth(root)
    hard = {
        name for kind in ("unlabelled", "cut", "left_out", "header", "empty") for name in truth.traps[kind]
    }
    easy = [name for name in truth.videos if name not in hard]
    for name in easy:
        (tmp_path / name).mkdir()
        for path in (root / "imigue_skeleton" / name).iterdir():
            (tmp_path / name / path.name).write_bytes(path.read_bytes())
    read = Imigue().read(tmp_path)
    found = {(clip.more["recording"], clip.label, int(clip.more["first"])) for clip in read.clips}
    assert found == {(name, clip.label, clip.first) for name in easy for clip in truth.videos[name].clips}
    assert any("first finger block is the left hand's" in line for line in read.warnings)
