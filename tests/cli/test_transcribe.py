"""`mgllm transcribe` of single recordings: what is printed, exit codes, one line for each bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mgllm.cli import main
from mgllm.cli.transcribe import _print_transcribed, _print_transcribed_files
from mgllm.commands.synth import SynthOptions, synthesize
from mgllm.commands.transcribe_files import FileSummary, TranscribedFiles
from mgllm.commands.transcribe_sets import Transcribed
from mgllm.items.gesture_files import read_gesture_file
from mgllm.records import GestureLevel
from mgllm.skeleton.skeleton_file import About, Recording, skeleton_bytes

JOINTS = ("neck", "head", "left_shoulder", "right_shoulder", "left_hand", "right_hand")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main(["transcribe", *map(str, words)])
        told = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return caught.value.code, told.out, told.err

    return call


@pytest.fixture
def skeleton(tmp_path: Path) -> Callable[..., Path]:
    """Write a skeleton file of the toy layout: two seconds of trembling; nobody from a frame on."""

    def write(name: str, joints: tuple[str, ...] = JOINTS, seen: int = 50) -> Path:
        random = np.random.default_rng(len(name))
        still = random.random((len(joints), 3))
        moving = (still + 0.02 * random.random((50, len(joints), 3))).astype(np.float32)
        moving[seen:] = (np.nan, np.nan, 0)
        path = tmp_path / f"{name}.skeleton.npz"
        path.write_bytes(skeleton_bytes(Recording(moving, About(joints=joints, fps=25.0))))
        return path

    return write


def test_skeletons_need_no_pictures(run: Run, skeleton: Callable[..., Path], toy_classifier: Path) -> None:
    a, b = skeleton("a"), skeleton("b")
    out = a.parent / "out"
    code, printed, err = run(a, b, "-o", out, "--checkpoint", toy_classifier)
    assert code == 0
    assert printed.splitlines()[0].startswith("a: 2.0 s, ")
    assert printed.splitlines()[-1].endswith("recognized: 2 unknown")
    assert err == f"wrote {out}; look at *.overlay.png before you use them\n"
    assert {path.name for path in out.iterdir()} == {
        f"{stem}{end}" for stem in "ab" for end in (".mg.json", ".eaf", ".overlay.png")
    }


def test_json_tells_all(run: Run, skeleton: Callable[..., Path], toy_classifier: Path) -> None:
    a = skeleton("a")
    code, printed, _ = run(
        a, "-o", a.parent / "out", "--checkpoint", toy_classifier, "--subject", "zoe", "--json"
    )
    told = json.loads(printed)
    assert code == 0
    assert told["exposures"] == {"held_out": 1}
    assert told["items"][0]["files"] == ["a.mg.json", "a.eaf", "a.overlay.png"]
    assert told["problems"] == []


def test_seconds_without_a_person_are_printed_and_in_json(
    run: Run, skeleton: Callable[..., Path], toy_classifier: Path
) -> None:
    a, b = skeleton("a", seen=30), skeleton("b")
    said = "nobody is seen for 0.8 s (1.2–2.0 s): no gesture is named there"
    _, _, err = run(a, b, "-o", a.parent / "out", "--checkpoint", toy_classifier)
    assert [line for line in err.splitlines() if "nobody" in line] == [f"  a: {said}"]
    _, printed, _ = run(a, b, "-o", a.parent / "again", "--checkpoint", toy_classifier, "--json")
    made = json.loads(printed)
    assert [(one["notes"], one["unseen_seconds"]) for one in made["items"]] == [([said], 0.8), ([], 0.0)]
    assert made["unseen_seconds"] == 0.8


def test_notes_of_a_data_set_are_a_screenful(
    run: Run, rewrite: Callable[..., Path], toy_classifier: Path, tmp_path: Path
) -> None:
    """In the toy set y goes up: as pixels, all 24 clips are upside down."""
    turned = rewrite("turned", units="pixels")
    _, _, err = run(turned, "-o", tmp_path / "out", "--checkpoint", toy_classifier, "--display", "none")
    lines = err.splitlines()
    assert sum("the person is upside down" in line for line in lines) == 20
    assert lines[20] == "  … and 4 more notes; they are in the transcripts and in --json"
    words = (turned, "-o", tmp_path / "again", "--checkpoint", toy_classifier, "--json", "--display", "none")
    made = json.loads(run(*words)[1])
    assert (len(made["notes"]), made["unseen_seconds"], made["gestures"]) == (24, 0.0, 0)


def test_one_bad_input_among_good_ones(
    run: Run, skeleton: Callable[..., Path], toy_classifier: Path, tmp_path: Path
) -> None:
    a, gone, strange = skeleton("a"), tmp_path / "gone.skeleton.npz", skeleton("strange", JOINTS[1:])
    code, printed, err = run(gone, a, strange, "-o", tmp_path / "out", "--checkpoint", toy_classifier)
    assert code == 1
    assert printed.startswith("a: ")
    lines = [line for line in err.splitlines() if line.startswith("mgllm: ")]
    assert len(lines) == 2
    assert "gone.skeleton.npz cannot be read" in lines[0]
    assert "6 joints with 'neck'; the skeleton of 5 joints has none" in lines[1]


def test_nothing_but_bad_inputs(
    run: Run, skeleton: Callable[..., Path], toy_classifier: Path, tmp_path: Path
) -> None:
    gone, strange = tmp_path / "gone.skeleton.npz", skeleton("strange", JOINTS[1:])
    code, printed, err = run(gone, strange, "-o", tmp_path / "out", "--checkpoint", toy_classifier)
    assert (code, printed, len(err.splitlines())) == (2, "", 2)
    code, printed, err = run(gone, "-o", tmp_path / "out", "--checkpoint", toy_classifier)
    assert (code, printed, len(err.splitlines())) == (2, "", 1)
    assert err.startswith("mgllm: ")
    assert not (tmp_path / "out").exists()


def test_flags_that_would_not_be_heeded(
    run: Run, skeleton: Callable[..., Path], toy_set: Path, toy_classifier: Path, tmp_path: Path
) -> None:
    a, end = skeleton("a"), ("-o", tmp_path / "out", "--checkpoint", toy_classifier)
    for words, said in (
        ([a, "--clips", "trimmed"], "--clips is for skeleton data sets; these are single recordings"),
        ([a, skeleton("b"), "--cross-fit", "3"], "--cross-fit is for skeleton data sets"),
        ([toy_set, "--crop", "0,0,9,9"], f"--crop is for videos; {toy_set} is read as a skeleton data set"),
        ([toy_set, "--anonymous"], "--anonymous is for videos"),
        ([a, toy_set], f"{toy_set} is a folder: give one skeleton data set"),
        ([a, "--crop", "0,0,50%,50%"], "no pictures: --crop has no effect on it"),
        ([a, "--display", "loud"], "unknown display 'loud'"),
    ):
        code, printed, err = run(*words, *end)
        assert (code, printed) == (2, "")
        assert said in err
        assert len(err.splitlines()) == 1


def test_groups_are_counted_beside_all_gestures(capsys: pytest.CaptureFixture[str]) -> None:
    levels: dict[GestureLevel, int] = {"word": 1, "group": 2}
    one = FileSummary(item="a", files=(), seconds=2.0, gestures=3, levels=levels, exposure="held_out")
    made = TranscribedFiles(
        out=Path("o"),
        items=(one,),
        gestures=3,
        unseen_seconds=0.0,
        levels=levels,
        exposures={"held_out": 1},
    )
    _print_transcribed_files(made)
    assert capsys.readouterr().out.splitlines() == [
        "a: 2.0 s, 3 gestures (2 of them only as groups)",
        "1 transcripts, 3 gestures (2 of them only as groups), recognized: 1 held_out",
    ]
    made_set = Transcribed(
        out=Path("o"),
        transcripts=1,
        gestures=1,
        levels={"word": 1, "group": 0},
        source="recognized",
        exposures={"held_out": 1},
        unseen_seconds=0.0,
    )
    _print_transcribed(made_set)
    assert capsys.readouterr().out == "1 transcripts, 1 gestures, recognized: 1 held_out\n"


def test_words_only_and_groups_only_exclude_each_other(run: Run, skeleton: Callable[..., Path]) -> None:
    a = skeleton("a")
    code, printed, err = run(a, "-o", a.parent / "out", "--words-only", "--groups-only")
    assert (code, printed) == (2, "")
    assert err == "mgllm: --words-only and --groups-only exclude each other; give one of them\n"


def test_groups_only_needs_classes_with_groups(
    run: Run, skeleton: Callable[..., Path], toy_classifier: Path, toy_set: Path
) -> None:
    a = skeleton("a")
    for source in (a, toy_set):
        code, printed, err = run(
            source, "-o", a.parent / "out", "--checkpoint", toy_classifier, "--groups-only"
        )
        assert (code, printed) == (2, "")
        what = f"the classes of {toy_classifier} have no groups; leave the option out"
        assert err.splitlines()[-1] == f"mgllm: --groups-only: {what}"


@pytest.mark.parametrize(
    ("flags", "level"), [((), None), (("--words-only",), "word"), (("--groups-only",), "group")]
)
def test_the_bundled_recogniser_answers_words_or_groups(
    run: Run, tmp_path: Path, flags: tuple[str, ...], level: str | None
) -> None:
    synthesize(tmp_path / "made", SynthOptions(recordings=1, minutes=0.5, seed=3))
    code, printed, _ = run(tmp_path / "made" / "recordings", "-o", tmp_path / "out", *flags, "--json")
    levels = json.loads(printed)["levels"]
    assert code == 0
    assert sum(levels.values()) > 0
    (file,) = (tmp_path / "out").glob("*.mg.json")
    found = [one.level for one in read_gesture_file(file).gestures]
    assert levels == {"word": found.count("word"), "group": found.count("group")}
    assert level is None or set(found) == {level}
