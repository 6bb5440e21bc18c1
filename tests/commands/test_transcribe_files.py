"""Videos and skeleton files into transcripts: what is written, what is marked, what is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mgllm.commands._options import parse_options
from mgllm.commands.transcribe_files import FileOptions, TranscribedFiles, transcribe_files
from mgllm.datasets.base import AnnotationImporter, ImportChoices, ImportedTranscripts, datasets
from mgllm.errors import InputError
from mgllm.items.gesture_files import read_gesture_file
from mgllm.skeleton.skeleton_file import read_skeleton_file

Film = Callable[..., Path]
Go = Callable[..., TranscribedFiles]
ENDINGS = (".skeleton.npz", ".mg.json", ".eaf", ".overlay.png")


@pytest.fixture
def go(small_classifier: Path, tmp_path: Path, fake_detector: Any) -> Go:
    """Transcribe into a folder; gestures are found even where the recogniser is hardly sure."""

    def run(*paths: Path, out: str = "out", **said: Any) -> TranscribedFiles:
        sets = ["timeline.background=0.01", "timeline.decoding.min_frames=2"]
        options = parse_options(FileOptions, {"checkpoint": small_classifier, **said}, sets)
        return transcribe_files(paths, tmp_path / out, options, display="none")

    return run


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_video_gets_its_four_files(go: Go, film: Film, tmp_path: Path) -> None:
    made = go(film("a.mkv"), film("b.mkv", grey=lambda n: 90))
    assert names(tmp_path / "out") == sorted(f"{stem}{end}" for stem in "ab" for end in ENDINGS)
    assert [one.item for one in made.items] == ["a", "b"]
    assert made.exposures == {"held_out": 2}
    assert made.problems == ()
    file = read_gesture_file(tmp_path / "out" / "a.mg.json")
    assert (file.item, file.source, file.exposure, file.vocabulary) == (
        "a",
        "recognized",
        "held_out",
        "imigue",
    )
    assert len(file.gestures) == made.items[0].gestures > 0
    skeleton = read_skeleton_file(tmp_path / "out" / "a.skeleton.npz")
    assert skeleton.joints.shape == (50, 22, 3)
    assert (skeleton.about.fps, skeleton.about.picture) == (25.0, (160, 120))
    assert skeleton.about.source == "a.mkv"
    assert np.isnan(skeleton.joints[:, 17:, :2]).all()  # the left hand is never found
    assert not np.isnan(skeleton.joints[:, :17]).any()
    assert Image.open(tmp_path / "out" / "a.overlay.png").size[0] == 1320


def test_elan_gets_the_gestures_and_the_files_name(go: Go, film: Film, tmp_path: Path) -> None:
    go(film("a b.mkv"))
    text = (tmp_path / "out" / "a b.eaf").read_text(encoding="utf-8")
    assert 'RELATIVE_MEDIA_URL="./a%20b.mkv"' in text
    importer = datasets.get("eaf")()
    assert isinstance(importer, AnnotationImporter)
    back = type(importer)(ImportChoices()).read(tmp_path / "out" / "a b.eaf")
    assert isinstance(back, ImportedTranscripts)
    file = read_gesture_file(tmp_path / "out" / "a b.mg.json")
    assert [one.label for one in back.transcripts[0].gestures] == [one.label for one in file.gestures]
    assert back.warnings == ()


def test_times_are_the_streams(go: Go, film: Film, tmp_path: Path) -> None:
    """The same pictures at half the rate last twice as long, and so do the joints."""
    times = np.cumsum(np.tile([0.02, 0.05, 0.03, 0.06], 25))
    go(film("varying.mkv", times))
    skeleton = read_skeleton_file(tmp_path / "out" / "varying.skeleton.npz")
    assert len(skeleton.joints) == int(round(times[-1] - times[0], 3) * 25 + 1e-6) + 1
    grey = 50 * (skeleton.joints[:, 0, 0] - 160 * 0.3)
    at = np.arange(len(grey)) / 25
    wanted = np.interp(at, times - times[0], 100 + np.arange(100) % 50)
    smooth = np.abs(wanted - np.roll(wanted, 1)) < 5
    assert np.abs(grey - wanted)[smooth].max() < 0.1
    file = read_gesture_file(tmp_path / "out" / "varying.mg.json")
    assert file.duration == pytest.approx(len(grey) / 25)


def test_poses_are_sought_once(go: Go, film: Film, fake_detector: Any, tmp_path: Path) -> None:
    path = film("a.mkv")
    first = go(path)
    calls = fake_detector.calls
    copy = tmp_path / "other name.mkv"
    copy.write_bytes(path.read_bytes())
    second = go(copy, out="again")
    assert fake_detector.calls == calls == 60
    assert (first.items[0].poses_kept, second.items[0].poses_kept) == (False, True)
    for end in (".mg.json",):
        one, two = ((tmp_path / name).read_text() for name in (f"out/a{end}", f"again/other name{end}"))
        assert one.replace('"a"', '"x"') == two.replace('"other name"', '"x"')
    go(path, out="cropped", crop="0,0,50%,100%")
    assert fake_detector.calls == 2 * calls


def test_a_crop_is_looked_at_and_coordinates_stay_the_pictures(go: Go, film: Film, tmp_path: Path) -> None:
    go(film("a.mkv"), crop="50%,0,50%,100%")
    skeleton = read_skeleton_file(tmp_path / "out" / "a.skeleton.npz")
    assert np.nanmin(skeleton.joints[..., 0]) >= 80
    assert skeleton.about.detector is not None
    assert skeleton.about.detector.endswith("crop 50%,0,50%,100%")


def test_a_skeleton_file_gives_the_same_transcript(go: Go, film: Film, tmp_path: Path) -> None:
    go(film("a.mkv"))
    again = go(tmp_path / "out" / "a.skeleton.npz", out="again")
    assert names(tmp_path / "again") == sorted(f"a{end}" for end in ENDINGS[1:])
    assert (tmp_path / "out" / "a.mg.json").read_bytes() == (tmp_path / "again" / "a.mg.json").read_bytes()
    assert again.items[0].files == ("a.mg.json", "a.eaf", "a.overlay.png")


def test_without_names_nothing_tells_the_file(go: Go, film: Film, tmp_path: Path) -> None:
    path = film("Jane Doe.mkv", grey=lambda n: 77)
    made = go(path, anonymous=True)
    assert names(tmp_path / "out") == sorted(f"clip-0001{end}" for end in ENDINGS)
    for file in (tmp_path / "out").iterdir():
        assert b"Jane" not in file.read_bytes()
    about = read_skeleton_file(tmp_path / "out" / "clip-0001.skeleton.npz").about
    assert (about.source, about.source_sha256) == (None, None)
    assert "MEDIA_DESCRIPTOR" not in (tmp_path / "out" / "clip-0001.eaf").read_text()
    picture = Image.open(io.BytesIO((tmp_path / "out" / "clip-0001.overlay.png").read_bytes())).convert("RGB")
    shares = {colour: count for count, colour in picture.getcolors(10_000_000) or []}
    assert shares.get((77, 77, 77), 0) < 1000  # letters may have such an edge, the picture is not there
    assert "Jane" not in made.model_dump_json().replace(str(tmp_path), "")


def test_a_bad_input_stops_no_other(go: Go, film: Film, tmp_path: Path) -> None:
    (tmp_path / "noise.mkv").write_bytes(b"\x00" * 999)
    black = film("black.mkv", grey=lambda n: 0)
    made = go(tmp_path / "noise.mkv", film("a.mkv"), black, tmp_path / "gone.skeleton.npz", film("b.mkv"))
    assert [one.item for one in made.items] == ["a", "b"]
    assert len(names(tmp_path / "out")) == 8
    noise, nobody, gone = made.problems
    assert noise.startswith(f"{tmp_path / 'noise.mkv'} cannot be read as a video")
    assert nobody.startswith(f"{black}: nobody is seen in its 60 frames")
    assert "gone.skeleton.npz cannot be read" in gone
    hidden = go(tmp_path / "noise.mkv", film("c.mkv"), anonymous=True, out="hidden")
    assert hidden.problems[0].startswith("input 1 cannot be read as a video")


def test_partial_recordings_are_kept_and_marked(go: Go, film: Film, tmp_path: Path) -> None:
    random = np.random.default_rng(0).integers(60, 200, 300)
    raw = film("whole.mkv", np.arange(300) / 30, grey=lambda n: int(random[n])).read_bytes()
    (tmp_path / "cut.mkv").write_bytes(raw[: len(raw) // 2])
    one = go(tmp_path / "cut.mkv").items[0]
    assert one.partial is not None
    assert "cut off" in one.partial
    assert one.notes == (one.partial,)
    about = read_skeleton_file(tmp_path / "out" / "cut.skeleton.npz").about
    assert about.partial == one.partial
    again = go(tmp_path / "out" / "cut.skeleton.npz", out="again").items[0]
    assert again.partial == one.partial


def test_what_is_worth_a_line(go: Go, film: Film, tmp_path: Path) -> None:
    seldom = go(film("a.mkv", grey=lambda n: 100 if n < 15 else 0)).items[0]
    assert seldom.notes == ("nobody is seen for 1.5 s (0.5–2.0 s): no gesture is named there",)
    assert seldom.unseen_seconds == pytest.approx(1.48)
    file = read_gesture_file(tmp_path / "out" / "a.mg.json")
    assert (file.notes, file.unseen) == (seldom.notes, ((0.52, 2.0),))
    assert all(one.end is not None and one.end <= 0.52 for one in file.gestures)
    blinks = go(film("b.mkv", grey=lambda n: 0 if n % 10 else 100), out="blinks").items[0]
    assert blinks.notes == ("a person is seen in only 12% of the frames",)
    assert blinks.unseen_seconds == 0


def test_what_is_refused_before_any_work(go: Go, film: Film, fake_detector: Any, tmp_path: Path) -> None:
    def refusal(*paths: Path, **said: Any) -> str:
        with pytest.raises(InputError) as caught:
            go(*paths, **said)
        return str(caught.value)

    a, b = film("a.mkv"), film("b.mkv")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "b.eaf").write_text("mine")
    assert "b.eaf exists already and is not overwritten" in refusal(a, b)
    assert "would both be called 'a'" in refusal(a, tmp_path / "sub" / "a.mp4")
    assert "is not X,Y,W,H" in refusal(a, crop="left")
    assert fake_detector.calls == 0
    assert names(tmp_path / "out") == ["b.eaf"]
    assert "reaches beyond the picture" in refusal(a, crop="0,0,640,480")
    slow = film("slow.mkv", np.arange(10) / 2)
    assert "has a picture every 0.5 s; gestures need at least 5 pictures a second" in refusal(slow)
    quarter = film("quarter.mkv", np.arange(10) / 4)
    assert "has a picture every 0.25 s; gestures" in refusal(quarter)
    assert "still.mkv has only one picture, so nothing moves" in refusal(film("still.mkv", [0.0]))


def test_recognisers_of_other_joints_are_refused(
    toy_classifier: Path, toy_checkpoint: Path, film: Film, fake_detector: Any, tmp_path: Path
) -> None:
    def refusal(checkpoint: Path) -> str:
        options = FileOptions(checkpoint=checkpoint)
        with pytest.raises(InputError) as caught:
            transcribe_files([film("a.mkv")], tmp_path / "out", options, display="none")
        return str(caught.value)

    said = refusal(toy_classifier)
    assert (
        f"{toy_classifier} was made for a layout of 6 joints with 'head', which a video does not give" in said
    )
    assert "has no classes" in refusal(toy_checkpoint)
    assert fake_detector.calls == 0
