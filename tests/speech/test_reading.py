"""Files: which are transcripts, of which recording, and in which encoding."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.errors import InputError
from mgllm.files import text_files
from mgllm.files.text_files import read_text
from mgllm.records import Turn
from mgllm.speech.reading import read_turns, recording_id, speech_files, speech_kinds

SRT = "1\n00:00:01,000 --> 00:00:02,000\nça va\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, ends: str) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(SRT.replace("\n", ends).encode(encoding))
    assert read_text(path) == SRT
    assert read_turns(path, "srt") == (Turn(text="ça va", start=1.0, end=2.0),)


def test_big_endian_as_praat_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "a.TextGrid"
    tier = '"IntervalTier"\n"Ann"\n0\n2\n1\n0\n2\n"ça"\n'
    text = f'File type = "ooTextFile"\n"TextGrid"\n0\n2\n<exists>\n1\n{tier}'
    path.write_bytes(b"\xfe\xff" + text.encode("utf-16-be"))
    assert read_turns(path, "textgrid") == (
        Turn(speaker="Ann", alias="Speaker 1", text="ça", start=0.0, end=2.0),
    )


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (SRT.encode("latin-1"), "is not UTF-8 text"),
        (b"\xff\xfea", "begins like UTF-16 text but is not"),
        (b"ooBinaryFile\x08TextGrid\x00", "contains NUL bytes"),
    ],
)
def test_other_encodings_are_refused(tmp_path: Path, raw: bytes, words: str) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(raw)
    with pytest.raises(InputError) as caught:
        read_text(path)
    assert str(caught.value).startswith(str(path))
    assert words in str(caught.value)


def test_huge_and_unreadable_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_files, "MAX_BYTES", 10)
    (tmp_path / "a.txt").write_text("it was a long day")
    with pytest.raises(InputError, match="has more than 10 bytes"):
        read_text(tmp_path / "a.txt")
    with pytest.raises(InputError, match="cannot be read"):
        read_text(tmp_path / "b.txt")


def test_plain_text_is_one_turn(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("It was\n\n a long day.\n")
    (tmp_path / "b.txt").write_text(" \n")
    assert read_turns(tmp_path / "a.txt", "txt") == (Turn(text="It was a long day."),)
    assert read_turns(tmp_path / "b.txt", "txt") == ()


def test_files_are_found_by_their_ending(tmp_path: Path) -> None:
    names = ["b.json", "a.JSON", "a.mg.json", ".hidden.json", "a.srt", "a.TextGrid", "c.textgrid"]
    for name in names:
        (tmp_path / name).write_text("")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "d.json").write_text("")
    found = {kind: [path.name for path in speech_files(tmp_path, kind)] for kind in speech_kinds()}
    assert found == {
        "textgrid": ["a.TextGrid", "c.textgrid"],
        "vtt": [],
        "whisper": ["a.JSON", "b.json"],
        "srt": ["a.srt"],
        "txt": [],
        "eaf-speech": [],
    }
    assert speech_files(tmp_path / "a.srt", "srt") == [tmp_path / "a.srt"]
    assert speech_files(tmp_path / "a.srt", "vtt") == speech_files(tmp_path / "none", "srt") == []


def test_a_recording_is_called_like_its_file() -> None:
    assert [recording_id(Path(name)) for name in ("a.b.srt", "x/0001.TextGrid")] == ["a.b", "0001"]
