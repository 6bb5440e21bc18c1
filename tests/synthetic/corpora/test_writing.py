"""Folders of made-up corpora: the exact layout, every trap, and a truth that a slow reader confirms."""

from __future__ import annotations

import csv
import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.skeleton.layouts import BODY25_OF_IMIGUE, MA52_OF_HALPE136, load_layout
from mgllm.speech.textgrid import read_tiers
from mgllm.synthetic.corpora import CorpusOptions, Truth, read_truth, write_corpus
from mgllm.synthetic.corpora.effects import gain
from mgllm.synthetic.corpora.spoken import asr_words

OPTIONS = CorpusOptions(seed=3, minutes=0.5, leak=0.25)


def write(folder: Path, corpus: str, options: CorpusOptions = OPTIONS) -> Truth:
    folder.mkdir()
    return write_corpus(corpus, folder, options, "a test")


@pytest.fixture(scope="module")
def imigue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imigue") / "imigue"
    write(folder, "imigue")
    return folder


@pytest.fixture(scope="module")
def smg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("smg") / "smg"
    write(folder, "smg", CorpusOptions(seed=3, minutes=0.5, videos=8))
    return folder


@pytest.fixture(scope="module")
def ma52(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ma52") / "ma52"
    write(folder, "ma52")
    return folder


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def test_a_recording_has_106_columns_and_no_header(imigue: Path) -> None:
    files = sorted((imigue / "imigue_skeleton").rglob("*_light_hand.csv"))
    assert len(files) == 24
    assert [path.parent.name for path in files] == [path.name[:4] for path in files]
    table = rows(files[0])
    assert {len(row) for row in table} == {106}
    assert [row[0] for row in table] == [str(n) for n in range(750)]


def test_joints_are_those_of_the_truth_and_the_finger_blocks_are_crossed(imigue: Path) -> None:
    truth = read_truth(imigue)
    assert truth.facts == {"fingers of the first block": "left"}
    for name in list(truth.videos)[:3]:
        table = np.array(rows(imigue / "imigue_skeleton" / name / f"{name}_light_hand.csv"), np.float64)
        points = table[:, 1:].reshape(-1, 35, 3)
        for look in truth.videos[name].looks:
            own = points[look.frame, [*BODY25_OF_IMIGUE, *range(30, 35), *range(25, 30)]]
            for point, wanted in zip(own, look.joints, strict=True):
                assert point.tolist() == pytest.approx(list(wanted or (0, 0, 0)), abs=6e-4)
        first, right, left = (points[:, n, :2] for n in (26, 4, 7))
        seen = points[:, 26, 2] > 0
        near = [np.median(np.linalg.norm(first - wrist, axis=1)[seen]) for wrist in (left, right)]
        assert near[0] < near[1]


def test_labels_are_those_of_the_truth_with_every_trap(imigue: Path) -> None:
    truth = read_truth(imigue)
    names = [one.label for one in load_vocabulary("imigue").classes]
    cut = gone = 0
    for name, video in truth.videos.items():
        path = imigue / "imigue_skeleton" / name / f"{name}_label.csv"
        assert path.is_file() == video.labelled == (name not in truth.traps["unlabelled"])
        table = rows(path) if video.labelled else []
        assert (table[:1] == [["gestureID", "start", "end"]]) == (name in truth.traps["header"])
        found = [tuple(map(int, row)) for row in table if row[0] != "gestureID"]
        assert ([row[1] for row in found] != sorted(row[1] for row in found)) == (
            name in truth.traps["unsorted"]
        )
        inside = [row for row in found if row[1] < video.frames]
        gone += len(found) - len(inside)
        cut += sum(row[2] >= video.frames for row in inside)
        clips = sorted(
            (first, min(last, video.frames - 1), names[31 if code == 99 else code - 1])
            for code, first, last in inside
        )
        assert clips == [(one.first, one.last, one.label) for one in video.clips]
        assert (not found) == (name in truth.traps["empty"] or not video.labelled)
    assert (cut, gone) == (truth.counts["cut"], truth.counts["left_out"]) == (1, 1)
    assert set(truth.traps) == {"unlabelled", "empty", "cut", "left_out", "header", "unsorted", "not placed"}
    assert all(truth.traps.values())
    assert truth.counts["clips"] == sum(len(one.clips) for one in truth.videos.values()) > 100


def test_the_map_of_people_has_numbers_without_zeros(imigue: Path) -> None:
    truth = read_truth(imigue)
    header, *table = rows(imigue / "Video.csv")
    assert header == ["Link", "Video_id", "Sub_id"]
    assert {f"{int(video):04d}": person for _, video, person in table} == {
        name: one.subject for name, one in truth.videos.items()
    }
    assert any(len(video) < 4 for _, video, _ in table)


def test_speech_has_the_documented_files_and_segments_that_make_the_whole(imigue: Path) -> None:
    truth = read_truth(imigue)
    header, *table = rows(imigue / "imigue-speech" / "labels.csv")
    assert header == ["video_id", "subject_gender", "subject_nationality", "win_or_lose"]
    assert [(one.sex, one.nationality, one.target) for one in truth.videos.values()] == [
        tuple(row[1:]) for row in table
    ]
    for name, video in truth.videos.items():
        folder = imigue / "imigue-speech" / name
        raw, asr = ((folder / f"{name}.{kind}.txt").read_text().strip() for kind in ("raw", "asr"))
        assert raw == " ".join(turn.text for turn in video.turns)
        assert asr == " ".join(asr_words(raw))
        for role in ("interviewee", "interviewer"):
            said = sorted(turn.text for turn in video.turns if turn.role == role)
            assert sorted(p.read_text().strip() for p in (folder / role).glob("*.raw.txt")) == said
            plain = sorted(" ".join(asr_words(text)) for text in said)
            assert sorted(p.read_text().strip() for p in (folder / role).glob("*.asr.txt")) == plain


def test_words_of_a_textgrid_are_those_of_the_segments_but_for_one_recording(imigue: Path) -> None:
    truth = read_truth(imigue)
    same = {}
    for name in truth.videos:
        folder = imigue / "imigue-speech" / name
        tiers = read_tiers((folder / f"{name}.TextGrid").read_text(), name)
        heard = [one.text for tier in tiers if tier.name == "words" for one in tier.intervals if one.text]
        spoken = (folder / f"{name}.asr.txt").read_text().split()
        assert len(heard) == len(spoken)
        same[name] = np.mean([a == b for a, b in zip(heard, spoken, strict=True)])
    bad = {name for name, share in same.items() if share < 0.9}
    assert bad == set(truth.traps["not placed"])
    assert {name for name, one in truth.videos.items() if not one.placed} == bad


def test_segments_do_not_say_their_order(imigue: Path) -> None:
    truth = read_truth(imigue)
    ordered = 0
    for name, video in truth.videos.items():
        folder = imigue / "imigue-speech" / name / "interviewer"
        found = [path.read_text().strip() for path in sorted(folder.glob("*.raw.txt"))]
        ordered += found == [turn.text for turn in video.turns if turn.role == "interviewer"]
    assert ordered < len(truth.videos) / 2


def test_the_truth_counts_the_effect_of_its_reader(imigue: Path) -> None:
    truth = read_truth(imigue)
    assert truth.effect is not None
    assert truth.reader is not None
    right = {True: 0, False: 0}
    for video in truth.videos.values():
        text = " ".join(turn.text for turn in video.turns).lower()
        odds = truth.reader.bias + sum(w for phrase, w in truth.reader.speech.items() if phrase in text)
        for shown in (True, False):
            labels = {one.label for one in video.happens} if shown else set()
            total = odds + sum(truth.reader.gestures.get(label, 0) for label in labels)
            right[shown] += (total > 0) == (video.target == "win")
    found = truth.effect.found
    assert (found.with_gestures, found.without) == pytest.approx(
        (100 * right[True] / 24, 100 * right[False] / 24), abs=1e-3
    )
    assert truth.effect.expected == pytest.approx(
        15 * 17 / 24, abs=0.63
    )  # one more or less, if 'empty' leaks
    leaky = [one for one in truth.videos.values() if one.leak]
    assert len(leaky) == 6
    assert gain(truth.reader, leaky).without == 100
    assert truth.effect.labelled.items == 22
    assert truth.effect.without_leaks.items == 18


def test_one_seed_gives_the_same_bytes_and_another_one_others(tmp_path: Path) -> None:
    small = CorpusOptions(videos=6, subjects=3, minutes=0.25, seed=1)

    def bytes_of(folder: Path, options: CorpusOptions) -> dict[str, str]:
        write(folder, "imigue", options)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}

    one = bytes_of(tmp_path / "a", small)
    assert one == bytes_of(tmp_path / "b", small)
    assert one != bytes_of(tmp_path / "c", small.model_copy(update={"seed": 2}))


def test_samples_of_smg_count_from_1_and_say_their_frames(smg: Path) -> None:
    truth = read_truth(smg)
    names = [one.label for one in load_vocabulary("smg").classes]
    for name, video in truth.videos.items():
        table = np.array(rows(smg / "smg_skeleton" / f"{name}_skeleton.csv"), np.float64)
        assert table.shape == (video.frames, 25 * 11)
        assert rows(smg / "smg_skeleton" / f"{name}_data.csv") == [[str(video.frames), "28", "4500"]]
        labels = rows(smg / "smg_skeleton" / f"{name}_finelabels.csv")
        assert [(names[int(c) - 1], int(a) - 1, int(b) - 1) for c, a, b in labels] == [
            (one.label, one.first, one.last) for one in video.clips
        ]
        points = table.reshape(-1, 25, 11)[..., :3]
        for look in video.looks:
            assert points[look.frame].tolist() == [pytest.approx(p, abs=6e-5) for p in look.joints]
        head, base = points[0, 3], points[0, 0]
        assert head[1] > base[1] + 0.4
        assert 1.5 < base[2] < 3.5
        shoulders = load_layout("ntu25").joints.index
        assert points[0, shoulders("left_shoulder"), 0] < points[0, shoulders("right_shoulder"), 0]


def test_samples_of_smg_are_official_people_with_two_states_each(smg: Path) -> None:
    truth = read_truth(smg)
    assert all(name == f"Sample{int(one.subject):04d}" for name, one in truth.videos.items())
    assert [len(truth.sides["cross-subject"][side]) for side in ("train", "test")] == [7, 1]
    header, *table = rows(smg / "states.csv")
    assert header == ["recording", "start", "end", "state"]
    for name, video in truth.videos.items():
        own = [row for row in table if row[0] == name]
        assert {row[3] for row in own} == {"relaxed", "stressed"}
        assert [float(row[1]) for row in own] == [0, pytest.approx(video.frames / 56, abs=1e-3)]
    assert truth.effect is not None
    assert (truth.effect.found.items, truth.effect.found.without) == (16, 50)


def test_fewer_people_than_samples_stand_in_a_file(tmp_path: Path) -> None:
    truth = write(tmp_path / "smg", "smg", CorpusOptions(videos=6, subjects=3, minutes=0.25))
    header, *table = rows(tmp_path / "smg" / "subjects.csv")
    assert header == ["recording", "subject"]
    assert {f"Sample{int(a):04d}": b for a, b in table} == {n: v.subject for n, v in truth.videos.items()}
    assert len(truth.people) == 3


def test_clips_of_ma52_are_listed_and_test_clips_are_placeholders(ma52: Path) -> None:
    truth = read_truth(ma52)
    classes = [one.label for one in load_vocabulary("ma52").classes]
    people: dict[str, set[str]] = {}
    for part in ("train", "val", "test"):
        lines = (ma52 / "ma52" / f"{part}_list_videos.txt").read_text().splitlines()
        content = pickle.loads((ma52 / "ma52" / f"ma52_{part}.pkl").read_bytes())
        assert [line.split()[0] for line in lines] == [
            f"{one['frame_dir']}.mp4" for one in content["annotations"]
        ]
        for line, one in zip(lines, content["annotations"], strict=True):
            name, label = line.split()[0].removesuffix(".mp4"), int(line.split()[1])
            video = truth.videos[name]
            people.setdefault(part, set()).add(video.subject)
            assert name.startswith("test") == (part == "test") == (video.clips == ())
            assert classes[label] == (video.clips[0].label if video.clips else classes[0])
            assert one["keypoint"].shape[1:] == (video.frames, 136, 2)
            assert one["keypoint_score"].shape[1:] == (video.frames, 136)
            look = video.looks[0]
            shown = one["keypoint"][0, look.frame, list(MA52_OF_HALPE136)]
            assert shown.tolist() == [pytest.approx(p[:2], abs=1e-3) for p in look.joints if p]
        assert {len(one["keypoint"]) for one in content["annotations"]} <= {1, 2}
    assert people["train"] & people["val"] == people["train"] & people["test"] == set()


def test_truth_is_plain_json_with_its_version(imigue: Path) -> None:
    content = json.loads((imigue / "truth.json").read_text())
    assert content["schema"] == "mgllm.made-corpus/1"
    assert content["options"]["seed"] == 3
    assert "nobody moved" in (imigue / "SOURCE.md").read_text()
