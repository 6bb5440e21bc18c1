"""`--speech DIR`: which transcript joins which item, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.errors import InputError
from mgllm.items.joining_speech import join_speech
from mgllm.records import Item, Turn
from mgllm.speech.base import SpeechChoices

SRT = "1\n00:00:01,000 --> 00:00:02,000\nIt was.\n"
VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>It was.\n"
ITEMS = (Item(id="a", subject="s", speech="Before."), Item(id="b", subject="t"), Item(id="c", subject="t"))


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        join_speech(ITEMS, folder)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_a_transcript_joins_the_item_it_is_named_after(tmp_path: Path) -> None:
    report = join_speech(ITEMS, write(tmp_path, a_srt=SRT, b_txt="So.", z_txt="Nobody.", b_mg_json="{}"))
    a, b, c = report.items
    assert a.speech == (Turn(text="It was.", start=1.0, end=2.0),)
    assert b.speech == (Turn(text="So."),)
    assert c == ITEMS[2]
    assert report.joined == 2
    assert report.notes == (
        "1 items have no speech file: c",
        "1 speech files are not named after an item of the set and are left out: z.txt",
        "1 items had speech, which is replaced: a",
    )
    assert ITEMS[0].speech == (Turn(text="Before."),)


def test_of_several_kinds_the_one_that_says_most_is_taken(tmp_path: Path) -> None:
    report = join_speech(ITEMS[:1], write(tmp_path, a_srt=SRT, a_vtt=VTT, a_txt="So."))
    assert report.items[0].speech[0].speaker == "Ann"
    assert "the first of *.textgrid, *.vtt, *.json, *.srt, *.txt, *.eaf is used: a" in report.notes[1]


def test_files_of_no_item_are_not_even_read(tmp_path: Path) -> None:
    assert join_speech(ITEMS, write(tmp_path, a_srt=SRT, settings_json="no json")).joined == 1


def test_nothing_said_is_noted(tmp_path: Path) -> None:
    report = join_speech(ITEMS[1:], write(tmp_path, b_txt=" ", c_txt="So."))
    assert report.items[0].speech == ()
    assert report.notes == ("1 speech files have no words: b.txt",)
    (tmp_path / "c.txt").unlink()
    assert "has no words of speech in b.txt" in refusal(tmp_path)


def test_none_matched_is_an_error_with_a_guess(tmp_path: Path) -> None:
    write(tmp_path, trial_1_srt=SRT)
    (tmp_path / "trial.1.srt").rename(tmp_path / "trial_1.srt")
    with pytest.raises(
        InputError, match=r"trial_1.srt would belong to item 'trial_1'. Did you mean 'trial_01'\?"
    ):
        join_speech([Item(id="trial_01", subject="s")], tmp_path)
    assert "Items are a, b, c" in refusal(tmp_path)


def test_folders_without_transcripts_are_refused(tmp_path: Path) -> None:
    assert "has no transcripts of speech; they end in *.textgrid, *.vtt" in refusal(tmp_path)
    assert "is not a folder" in refusal(tmp_path / "none")


def test_two_files_of_one_kind_and_item_are_refused(tmp_path: Path) -> None:
    assert "belongs to the same item as a.SRT; keep one of them" in refusal(
        write(tmp_path, a_SRT=SRT, a_srt=SRT)
    )


def test_a_transcript_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, a_srt="It was.")).startswith(f"{tmp_path / 'a.srt'}:1 comes before")
    (tmp_path / "a.srt").write_text(SRT.replace("was", "\ue000"))
    assert "a.srt speech.0.text: has the character U+E000" in refusal(tmp_path)


def test_speech_is_never_replaced_by_nothing(tmp_path: Path) -> None:
    report = join_speech(ITEMS, write(tmp_path, a_txt=" ", b_txt="So."))
    assert report.items[0].speech == ITEMS[0].speech
    assert report.joined == 1
    assert "1 speech files have no words; their items keep the speech that they had: a.txt" in report.notes


@pytest.mark.parametrize(
    "name",
    [
        "a.en.vtt",
        "a.en-orig.vtt",
        "a.pt-BR.vtt",
        "a.transcript.vtt",
        "a_transcript.vtt",
        "a.auto captions.en.vtt",
    ],
)
def test_a_name_that_says_more_is_joined_and_noted(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(VTT)
    report = join_speech(ITEMS, tmp_path)
    assert report.items[0].speech[0].speaker == "Ann"
    assert f"1 speech files are joined to the item that their name begins with: {name}" in report.notes


def test_two_languages_of_one_item_are_asked_about(tmp_path: Path) -> None:
    for name in ("a.en.vtt", "a.de.vtt"):
        (tmp_path / name).write_text(VTT)
    assert "a.de.vtt and a.en.vtt are both speech of item 'a'; keep one of them" in refusal(tmp_path)
    (tmp_path / "a.srt").write_text(SRT)
    report = join_speech(ITEMS, tmp_path)
    assert report.items[0].speech[0].speaker == "Speaker"
    assert "2 speech files are not named after an item of the set and are left out" in report.notes[1]


def test_a_name_that_is_not_an_item_gets_a_guess(tmp_path: Path) -> None:
    write(tmp_path, a_txt="So.")
    (tmp_path / "c - second take.txt").write_text("So.")
    (tmp_path / "interview_ann.txt").write_text("So.")
    report = join_speech((*ITEMS, Item(id="interview", subject="s")), tmp_path)
    assert (
        "c - second take.txt (did you mean item 'c'?), interview_ann.txt (did you mean item 'interview'?)"
        in (report.notes[1])
    )
    assert report.items[3].speech == ()


def test_choices_reach_the_files_and_their_notes_the_user(tmp_path: Path) -> None:
    write(tmp_path, a_txt="It was.\nParis: no.\nSo.")
    assert "--speakers" in refusal(tmp_path)
    report = join_speech(ITEMS, tmp_path, SpeechChoices(speakers="Paris"))
    assert [turn.speaker for turn in report.items[0].speech] == ["Speaker", "Paris"]
    assert any("which is taken off the words (in a.txt): Paris" in note for note in report.notes)


def test_transcripts_in_folders_are_found(tmp_path: Path) -> None:
    for name in ("1/a.srt", "1/interviewee/a_7f.srt", "2/deep/b.srt", ".hidden/c.srt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(SRT)
    report = join_speech(ITEMS, tmp_path)
    assert [len(item.speech) for item in report.items] == [1, 1, 0]
    assert "1 speech files are not named after an item of the set and are left out: a_7f.srt" in report.notes


def test_two_files_of_an_item_in_two_folders_are_named_with_their_folders(tmp_path: Path) -> None:
    for name in ("1/a.srt", "2/a.srt", "1/z.srt", "2/z.srt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(SRT)
    first, second = tmp_path / "1" / "a.srt", tmp_path / "2" / "a.srt"
    assert refusal(tmp_path) == f"{second} belongs to the same item as {first}; keep one of them"
    second.unlink()
    assert join_speech(ITEMS, tmp_path).joined == 1


def test_the_plain_form_of_a_text_is_not_an_item_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, a_asr_txt="so it was")
    report = join_speech(ITEMS, tmp_path)
    assert report.items[0].speech == (Turn(text="so it was"),)
    (tmp_path / "a.raw.txt").write_text("So, it was.")
    assert "a.asr.txt and a.raw.txt are both speech of item 'a'; keep one of them" in refusal(tmp_path)
