"""iMiGUE-Speech, in its documented layout, with made-up words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.datasets.base import ImportChoices, ImportedItems, datasets
from mgllm.errors import InputError
from mgllm.records import Item, Turn
from mgllm.synthetic.corpora.imigue_speech import write_interview, write_labels
from mgllm.synthetic.corpora.interviews import make_interview
from mgllm.synthetic.corpora.planning import CorpusOptions, plan_people, plan_videos
from mgllm.synthetic.corpora.spoken import SpokenWord, textgrid

LABELS = "video_id,subject_gender,subject_nationality,win_or_lose\n0001,F,ABC,win\n2,M,,Lose\n"
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def write(labels: str = LABELS, texts: dict[str, str] | None = None) -> Path:
        (tmp_path / "labels.csv").write_text(labels)
        for video, text in (texts or {"0001": "Well,\nit was.", "0002": "So it goes."}).items():
            (tmp_path / video).mkdir(exist_ok=True)
            (tmp_path / video / f"{video}.raw.txt").write_text(text)
            (tmp_path / video / f"{video}.asr.txt").write_text("not read")
        return tmp_path

    return write


def read(source: Path, **choices: object) -> ImportedItems:
    imported = datasets.get("imigue-speech")(ImportChoices.model_validate(choices)).read(source)
    assert isinstance(imported, ImportedItems)
    return imported


def test_a_video_is_a_restricted_item(make: Make) -> None:
    first, second = read(make()).items
    assert first == Item(
        id="0001",
        subject="0001",
        subject_known=False,
        speech=(Turn(text="Well, it was."),),
        target="win",
        covariates={"sex": "F", "nationality": "ABC"},
        terms="restricted",
    )
    assert (second.id, second.target, dict(second.covariates)) == ("0002", "lose", {"sex": "M"})


def test_what_is_odd_is_noted(make: Make) -> None:
    source = make(texts={"0001": "", "0002": "So.", "0003": "Nobody asked."})
    assert read(source).warnings == (
        "1 videos are one turn without speakers and times: they have no segments of speakers: 0002",
        "1 videos have no words: 0001",
        "1 folders have no row in labels.csv and are left out: 0003",
    )
    assert read(make()).warnings == (
        "2 videos are one turn without speakers and times: they have no segments of speakers: 0001, 0002",
        "1 folders have no row in labels.csv and are left out: 0003",
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("win_or_lose", "result", "labels.csv:1 has no column 'win_or_lose'"),
        ("Lose", "draw", "labels.csv:3 win_or_lose: must be win or lose (given 'draw')"),
        ("\n2,", "\nx2,", "labels.csv:3 video_id: must be a number (given 'x2')"),
        ("\n2,", "\n1,", "labels.csv:3 video_id: '0001' appears twice"),
        ("M,,", "M,", "labels.csv:3 has 3 cells, the header has 4"),
        ("ABC", '"AB"C', "labels.csv:2 is not csv"),
        ("0001,F,ABC,win\n2,M,,Lose\n", "", "labels.csv has no videos"),
        ("\n2,", "\n7,", "1 of 2 videos have no NNNN.raw.txt: 0007"),
    ],
)
def test_labels_that_are_not_right_are_named(make: Make, old: str, new: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read(make(LABELS.replace(old, new, 1)))
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


ASKED, SAID = "A tough loss today? 6-2, 6-3!", "Yeah. I’d say 20 of those balls were OUT."
HEARD = "a tough loss today 62 63 | yeah id say twenty of those balls were out | thank you"
Folder = Callable[..., Path]


@pytest.fixture
def divided(make: Make) -> Folder:
    """Video 0001 with segments, their plain forms, and a TextGrid of words half a second long."""

    def write(heard: str = HEARD, **segments: str) -> Path:
        source, now, words = make(), 0.0, []
        for turn in heard.split("|"):
            for word in turn.split():
                words.append(SpokenWord(text=word, start=now, end=now + 0.5))
                now += 0.5
            now += 1
        (source / "0001" / "0001.TextGrid").write_text(textgrid(words, now + 1))
        given = {
            "interviewer_b": f"{ASKED}|a tough loss today 62 63",
            "interviewee_a": f"{SAID}|yeah i'd say twenty of those balls were out",
            "interviewer_a": "Thank you.|thank you",
        }
        for name, text in (given | segments).items():
            role, stem = name.split("_")
            (source / "0001" / role).mkdir(exist_ok=True)
            for kind, words_ in zip(("raw", "asr"), text.split("|"), strict=False):
                (source / "0001" / role / f"{stem}.{kind}.txt").write_text(f"{words_}\n")
        return source

    return write


def test_turns_have_role_times_and_the_punctuated_text(divided: Folder) -> None:
    first = read(divided()).items[0]
    assert [(turn.speaker, turn.text, turn.start, turn.end) for turn in first.speech] == [
        ("interviewer", ASKED, 0.0, 3.0),
        ("interviewee", SAID, 4.0, 8.5),
        ("interviewer", "Thank you.", 9.5, 10.5),
    ]
    assert all(turn.alias is None for turn in first.speech)


def test_words_have_the_times_of_what_was_heard_in_their_place(divided: Folder) -> None:
    question, answer, _ = read(divided()).items[0].speech
    assert [(word.text, word.start) for word in question.words][-2:] == [("6-2,", 2.0), ("6-3!", 2.5)]
    assert [(word.text, word.start, word.end) for word in answer.words][:4] == [
        ("Yeah.", 4.0, 4.5),
        ("I’d", 4.5, 5.0),
        ("say", 5.0, 5.5),
        ("20", 5.5, 6.0),
    ]


def test_the_player_alone_and_nobody_else(divided: Folder) -> None:
    (turn,) = read(divided(), speakers="interviewee").items[0].speech
    assert (turn.speaker, turn.text) == ("interviewee", SAID)
    assert len(read(divided(), speakers="both").items[0].speech) == 3
    with pytest.raises(InputError, match="unknown --speakers of imigue-speech 'player'") as caught:
        read(divided(), speakers="player")
    assert str(caught.value).endswith("Known: both, interviewee")


def test_a_segment_without_plain_form_is_found_by_its_text(divided: Folder) -> None:
    source = divided()
    for path in source.rglob("*.asr.txt"):
        path.unlink()
    turns = read(source).items[0].speech
    assert [turn.text for turn in turns] == ["Well, it was."]  # "20" is not "twenty": two of three
    assert [turn.text for turn in read(divided(interviewee_a="Yeah. I'd say twenty of those balls were out."))
            .items[0].speech][1].startswith("Yeah. I'd")  # fmt: skip


def test_under_nine_in_ten_the_video_is_one_turn_and_said(divided: Folder) -> None:
    source = divided(interviewee_lost="Never said so.|never said so")
    imported = read(source, speakers="interviewee")
    assert imported.items[0].speech == (Turn(text="Well, it was."),)
    line = next(line for line in imported.warnings if "under 90%" in line)
    assert line == (
        "1 videos are one turn without speakers and times, with the words of both: under 90% of their "
        "segments have a place in the TextGrid: 0001 (3 of 4)"
    )


def test_one_lost_segment_of_ten_is_left_out_and_named(divided: Folder) -> None:
    words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot"]
    more = {f"interviewee_{word}": f"So {word}!|so {word}" for word in words}
    heard = " | ".join([HEARD, *(f"so {word}" for word in words)])
    imported = read(divided(heard, interviewer_lost="Never.|never", **more))
    assert len(imported.items[0].speech) == 9
    assert (
        "1 segments have no place in the words of their TextGrid and are left out: 0001/interviewer/lost"
        in imported.warnings
    )


def test_no_textgrid_or_one_without_words_is_one_turn(divided: Folder) -> None:
    source = divided()
    grid = source / "0001" / "0001.TextGrid"
    grid.write_text(grid.read_text().replace('"words"', '"phrases"'))
    assert read(source).items[0].speech == (Turn(text="Well, it was."),)
    grid.unlink()
    imported = read(source)
    assert imported.items[0].speech == (Turn(text="Well, it was."),)
    assert any(line.endswith("0001 (0 of 3)") for line in imported.warnings)


def test_a_damaged_textgrid_is_named(divided: Folder) -> None:
    source = divided()
    (source / "0001" / "0001.TextGrid").write_text("no grid")
    with pytest.raises(InputError, match=r"0001\.TextGrid"):
        read(source)


def test_people_come_from_a_file_with_numbers_as_numbers(make: Make, tmp_path: Path) -> None:
    people = tmp_path / "Video.csv"
    people.write_text("Link,Video_id,Sub_id\nx,1,07\ny,0002,7\nz,9,8\n")
    imported = read(make(), subjects=people)
    assert [(item.subject, item.subject_known) for item in imported.items] == [("7", True), ("7", True)]
    assert "1 recordings of Video.csv are not in the data: 9" in imported.warnings
    people.write_text("recording,subject\n1,7\n")
    with pytest.raises(InputError, match="does not name 1 of 2 recordings: 0002; add a line for each"):
        read(make(), subjects=people)


@pytest.mark.parametrize("seed", range(3))
def test_turns_of_made_up_talks_are_where_they_were_said(tmp_path: Path, seed: int) -> None:
    """In a complete corpus each turn has its role, its text and its times; what the aligner never
    knew at all may be missing."""
    options = CorpusOptions(videos=8, subjects=8, minutes=2, seed=seed)
    videos = plan_videos(options, plan_people(options))
    write_labels(tmp_path, videos)
    talks = {}
    for video in videos:
        talk = make_interview(seed, video, 120, muffled=video is videos[0])
        write_interview(tmp_path, video, talk, 120)
        talks[f"{video.id:04d}"] = talk.turns
    first, *others = read(tmp_path).items
    assert len(first.speech) == 1
    true = [turn for item in others for turn in talks[item.id]]
    wanted = {(one.role, one.text, one.start, one.end) for one in true}
    found = [(one.speaker, one.text, one.start, one.end) for item in others for one in item.speech]
    assert {(who, text) for who, text, *_ in found} <= {(who, text) for who, text, *_ in wanted}
    assert len(set(found) & wanted) == len(found) >= 0.99 * len(true)


def test_a_word_of_hundreds_of_letters_costs_only_the_times_of_words(divided: Folder) -> None:
    long = "x" * 201
    heard = HEARD.replace("thank you", f"thank {long}")
    turn = read(divided(heard, interviewer_a=f"Thank {long}|thank {long}")).items[0].speech[-1]
    assert (turn.text, turn.words, turn.start) == (f"Thank {long}", (), 9.5)
