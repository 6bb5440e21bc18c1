"""`mgllm listen`: captions for what is heard, a line for what is not, and nothing written over."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.commands import listen as flow
from mgllm.errors import InputError
from mgllm.items.loading import load_items
from mgllm.media.listening import Heard, ListenOptions
from mgllm.records import Turn

Told = tuple[int, str, str]


class Ear:
    """Hears two turns in every file but `quiet.*` (silence) and `mute.*` (no sound); `torn.*` has a gap."""

    def hear(self, path: Path) -> Heard:
        if path.stem == "mute":
            raise InputError(f"{path} has no sound")
        turns = (Turn(text="It was.", start=0.5, end=1.0), Turn(text=f"In {path.stem}.", start=1.5, end=2.25))
        missing = 0.5 if path.stem == "torn" else 0.0
        said = () if path.stem == "quiet" else turns
        return Heard(turns=said, language="en", seconds=3.0, missing=missing)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[ListenOptions]:
    """With what options a model was opened; here it is the ear above."""
    asked: list[ListenOptions] = []

    def open_listener(options: ListenOptions) -> Ear:
        asked.append(options)
        return Ear()

    monkeypatch.setattr(flow, "open_listener", open_listener)
    return asked


@pytest.fixture
def listen(
    opened: list[ListenOptions],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., Told]:
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Told:
        with pytest.raises(SystemExit) as caught:
            main(["listen", *words, "--model", "m", "--display", "none"])
        told = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return caught.value.code, told.out, told.err

    return run


def test_captions_are_joined_as_they_are(listen: Callable[..., Told], tmp_path: Path) -> None:
    code, out, err = listen("clips/a.mkv", "b.wav", "-o", "out")
    assert (code, err.splitlines()) == (0, ["wrote out; use it with: mgllm items join --speech out"])
    assert out.splitlines()[0] == "clips/a.mkv: 2 captions in 3.0 s, language en"
    lines = [json.dumps({"id": name, "subject": name}) for name in "ab"]
    (tmp_path / "items.jsonl").write_text("\n".join(lines))
    with pytest.raises(SystemExit):
        main(["items", "join", "items.jsonl", "--speech", "out", "-o", "J.jsonl"])
    a, b = load_items(tmp_path / "J.jsonl")
    assert [(turn.text, turn.start, turn.end) for turn in a.speech] == [
        ("It was.", 0.5, 1.0),
        ("In a.", 1.5, 2.25),
    ]
    assert b.speech[1].text == "In b."


def test_what_cannot_be_heard_is_named_and_the_rest_is_written(
    listen: Callable[..., Told], tmp_path: Path
) -> None:
    code, out, err = listen("mute.mkv", "torn.wav", "quiet.wav", "b.wav", "-o", "out", "--json")
    assert code == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["b.srt", "torn.srt"]
    told = json.loads(out)
    assert [one["file"] for one in told["files"]] == ["out/torn.srt", "out/b.srt"]
    assert told["notes"] == ["torn.wav: 0.5 s of its sound are missing and count as silence"]
    assert told["failures"] == [
        "mute.mkv has no sound",
        "quiet.wav: no speech was found in 3.0 s, so no captions were written",
    ]
    assert err.splitlines() == [f"mgllm: {line}" for line in told["failures"]]


def test_nothing_heard_is_exit_2_and_leaves_nothing(listen: Callable[..., Told], tmp_path: Path) -> None:
    code, out, err = listen("quiet.wav", "mute.wav", "-o", "out")
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a.mkv", "x/a.wav", "-o", "out"], "a.mkv and x/a.wav would both become a.srt"),
        (["a.mkv", "a.mkv", "-o", "out"], "a.mkv is given twice; give it once"),
        (["b.wav", "a.mkv", "-o", "old"], "a.srt exists already and is not overwritten"),
        (["b.wav", "-o", "old/a.srt"], "is a file; -o needs a folder"),
        (
            ["b.wav", "-o", "out", "--compute-type", "int4"],
            "--compute-type must be 'int8' or 'float32', not 'int4'",
        ),
        (["b.wav", "-o", "out", "--threads", "-1"], "--threads must be 0 or more, not -1"),
    ],
)
def test_refused_before_a_model_is_opened(
    listen: Callable[..., Told],
    opened: list[ListenOptions],
    tmp_path: Path,
    words: list[str],
    said: str,
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a.srt").write_text("mine")
    code, out, err = listen(*words)
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert said in line
    assert opened == []
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_options_reach_the_model(listen: Callable[..., Told], opened: list[ListenOptions]) -> None:
    listen("b.wav", "-o", "out", "--language", "en", "--threads", "2", "--compute-type", "float32")
    (asked,) = opened
    wanted = {"model": Path("m"), "language": "en", "compute_type": "float32", "threads": 2}
    assert asked == ListenOptions.model_validate(wanted)
