"""Made-up recordings become a data set to learn from, beside trimmed clips."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.commands.recognizer.windows import cut
from mgllm.commands.synth import SynthOptions, synthesize
from mgllm.errors import InputError
from mgllm.items.gesture_files import gesture_text
from mgllm.recognizer.timelines.cutting import CutOptions, timed_truth
from mgllm.records import Gesture, GestureFile
from mgllm.skeleton import Clip, open_dataset, write_dataset


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    synthesize(out, SynthOptions(clips=300, recordings=10, minutes=1, seed=3, illustrative=True))
    return out


def test_windows_and_clips_stand_in_one_data_set(made: Path, tmp_path: Path) -> None:
    done = cut(made / "recordings", None, tmp_path / "both", CutOptions(), [made / "clips"])
    both, clips = open_dataset(tmp_path / "both"), open_dataset(made / "clips")
    assert (done.clips, done.recordings, done.untold) == (300, 10, ())
    assert both.meta.classes == clips.meta.classes
    assert "background" in both.meta.classes
    assert both.clip(7).tobytes() == clips.clip(7).tobytes()
    windows = [row for row in both.clips if row.more["recording"]]
    assert len(windows) == sum(done.windows.values()) == len(both) - 300
    assert done.windows["background"] == sum(row.label == "background" for row in windows)
    assert set(both.meta.splits) == {"unseen-ranges", "unseen-bodies"}
    recordings = open_dataset(made / "recordings")
    parts = dict(zip(recordings.column("subject"), recordings.column("part"), strict=True))
    assert all(row.more["part"] == parts[row.subject] for row in windows)
    assert both.meta.made_of == (recordings.meta.name, clips.meta.name)


def test_clips_of_people_keep_what_is_accepted_beside_others_that_have_a_label(
    made: Path, tmp_path: Path
) -> None:
    recordings, clips = open_dataset(made / "recordings"), open_dataset(made / "clips")
    more = {"part": "validation", "accept": "touching ears|background", "people": "yes", "house": "7"}
    people = [Clip(f"p{n}", "ann", recordings.clip(0)[:20], fps=15.0, more=more) for n in range(3)]
    meta = recordings.meta.model_copy(update={"name": "people", "classes": (), "splits": {}})
    write_dataset(tmp_path / "people", meta, people)
    done = cut(
        made / "recordings", None, tmp_path / "all", CutOptions(), [made / "clips", tmp_path / "people"]
    )
    found = open_dataset(tmp_path / "all")
    assert done.clips == 303
    assert found.meta.classes == clips.meta.classes
    assert found.meta.made_of == (recordings.meta.name, clips.meta.name, "people")
    assert [row.id for row in found.clips[300:303]] == ["p0", "p1", "p2"]
    for row in found.clips[300:303]:
        assert (row.label, row.subject, row.fps) == (None, "ann", 15.0)
        assert (row.more["accept"], row.more["people"]) == ("touching ears|background", "yes")
        assert row.more["part"] == "validation"
        assert "house" not in row.more
    assert {row.more["accept"] for row in (*found.clips[:300], *found.clips[303:])} == {""}
    assert found.clip(300).tobytes() == recordings.clip(0)[:20].tobytes()


def test_the_same_seed_gives_the_same_windows(made: Path, tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        cut(made / "recordings", None, tmp_path / name, CutOptions(seed=seed))
    tables = {name: (tmp_path / name / "clips.csv").read_bytes() for name in ("one", "again", "other")}
    assert tables["one"] == tables["again"] != tables["other"]


def test_recordings_without_a_transcript_are_named(made: Path, tmp_path: Path) -> None:
    some = tmp_path / "some"
    some.mkdir()
    for name in ("r00001", "r00004"):
        (some / f"{name}.mg.json").write_text((made / "recordings" / f"{name}.mg.json").read_text())
    done = cut(made / "recordings", some, tmp_path / "out", CutOptions())
    assert done.recordings == 2
    assert len(done.untold) == 8


def _file(source: str, item: str = "r00000", **gesture: float) -> str:
    one = Gesture(label="touching ears", **gesture)
    return gesture_text(GestureFile(item=item, source=source, gestures=(one,)))


def test_what_cannot_be_cut_is_refused(made: Path, tmp_path: Path) -> None:
    cases = {
        "untimed": (_file("annotated"), "'touching ears' of 'r00000' has no start and end"),
        "recognised": (_file("recognized", start=1.0, end=2.0), "no annotated transcripts"),
        "strange": (
            _file("annotated", "elsewhere", start=1.0, end=2.0),
            "no transcript is of a recording in",
        ),
    }
    for name, (text, said) in cases.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "x.mg.json").write_text(text)
        with pytest.raises(InputError, match=said):
            cut(made / "recordings", folder, tmp_path / "out", CutOptions())
    with pytest.raises(InputError, match="has no classes"):
        cut(made / "recordings", None, tmp_path / "out", CutOptions(), [made / "recordings"])
    assert not (tmp_path / "out").exists()


def test_a_set_with_other_joints_does_not_fit(made: Path, toy_set: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="other joints"):
        cut(made / "recordings", None, tmp_path / "out", CutOptions(), [toy_set])


def test_the_truth_is_read_with_its_times(made: Path) -> None:
    truth = timed_truth(made / "recordings")
    assert len(truth) == 10
    assert all(one.start is not None for file in truth.values() for one in file.gestures)
