"""`mgllm items from-eaf`: a folder of ELAN files with gestures and speech becomes an item file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.items.loading import load_items
from mgllm.records import Item

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<ANNOTATION_DOCUMENT AUTHOR="" DATE="" FORMAT="3.0" VERSION="3.0">'
    '<HEADER TIME_UNITS="milliseconds"/><TIME_ORDER>'
)
Mark = tuple[int, int, str]


def tier(name: str, *marks: Mark, who: str = "", above: str = "") -> tuple[str, tuple[Mark, ...], str]:
    more = (f' PARTICIPANT="{who}"' if who else "") + (f' PARENT_REF="{above}"' if above else "")
    return (name, marks, more)


def eaf(path: Path, *tiers: tuple[str, tuple[Mark, ...], str]) -> None:
    order, body, number = "", "", 0
    for name, marks, more in tiers:
        inside = ""
        for start, end, text in marks:
            number += 1
            order += f'<TIME_SLOT TIME_SLOT_ID="s{number}" TIME_VALUE="{start}"/>'
            order += f'<TIME_SLOT TIME_SLOT_ID="e{number}" TIME_VALUE="{end}"/>'
            inside += (
                f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{number}" TIME_SLOT_REF1="s{number}" '
                f'TIME_SLOT_REF2="e{number}"><ANNOTATION_VALUE>{text}</ANNOTATION_VALUE>'
                "</ALIGNABLE_ANNOTATION></ANNOTATION>"
            )
        body += f'<TIER LINGUISTIC_TYPE_REF="default-lt" TIER_ID="{name}"{more}>{inside}</TIER>'
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{HEAD}{order}</TIME_ORDER>{body}</ANNOTATION_DOCUMENT>")


MOVES = ((500, 1500, "folding arms"), (2000, 2500, "touching ears"))


def talk(folder: Path, name: str, who: str) -> None:
    eaf(
        folder / f"{name}.eaf",
        tier("gestures", *MOVES, who=who),
        tier("words", (1000, 2200, "It was a long day."), (4000, 4500, " "), who=who),
        tier("host", (0, 800, "Are you glad?")),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, who in (("one", "Ann"), ("two", "Bob"), ("three", "Eve")):
        talk(tmp_path / "elan", name, who)
    return tmp_path / "elan"


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(["items", "from-eaf", *map(str, words)])
    said = capsys.readouterr()
    return int(str(caught.value.code)), said.out, said.err


TIERS = ("--gestures-tier", "gestures", "--speech-tier", "words", "--speech-tier", "host")


def made(capsys: pytest.CaptureFixture[str], source: Path, *words: object) -> tuple[Item, ...]:
    out = source.parent / "items.jsonl"
    code, _, err = run(capsys, source, "-o", out, *words)
    assert code == 0, err
    return load_items(out)


def refused(capsys: pytest.CaptureFixture[str], source: Path, *words: object) -> str:
    code, _, err = run(capsys, source, "-o", source.parent / "no.jsonl", *words)
    assert code == 2, err
    assert len(err.splitlines()) == 1
    assert not (source.parent / "no.jsonl").exists()
    return err


def test_three_people_with_gestures_and_turns(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = made(capsys, folder, *TIERS)
    assert [(item.id, item.subject, item.subject_known) for item in items] == [
        ("one", "Ann", True),
        ("three", "Eve", True),
        ("two", "Bob", True),
    ]
    first = items[0]
    assert [(turn.speaker, turn.text, turn.start, turn.end) for turn in first.speech] == [
        ("host", "Are you glad?", 0.0, 0.8),
        ("Ann", "It was a long day.", 1.0, 2.2),
    ]
    moves = first.gestures["annotated"]
    assert [(one.label, one.start, one.end) for one in moves.gestures] == [
        ("folding arms", 0.5, 1.5),
        ("touching ears", 2.0, 2.5),
    ]
    assert moves.vocabulary == "imigue"


def test_json_counts_what_was_made_and_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, folder, "-o", folder.parent / "x.jsonl", *TIERS, "--json")
    report = json.loads(out)
    assert code == 0
    counted = [report[name] for name in ("items", "subjects", "turns", "gestures", "labels", "vocabulary")]
    assert counted == [3, 3, 6, 6, 2, "imigue"]
    assert not any("not words" in note or "host" in note for note in report["notes"])
    assert "3 annotations of speech are empty and left out (in one, three, two): words" in report["notes"]


def test_the_tier_of_gestures_is_found_but_speech_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    err = refused(capsys, folder)
    assert "one.eaf has other tiers: words (Ann, 2 annotations), host (1 annotations)" in err
    assert "--speech-tier NAME" in err
    _, out, _ = run(capsys, folder, "-o", folder.parent / "x.jsonl", "--speech-tier", "words", "--json")
    left = "read the tier 'gestures' of 3 recordings (one, three, two), not host (3 annotations)"
    assert left in json.loads(out)["notes"]
    items = made(capsys, folder, "--speech-tier", "words")
    assert [len(item.gestures["annotated"].gestures) for item in items] == [2, 2, 2]


def test_speech_may_be_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [item.speech for item in made(capsys, folder, "--no-speech")] == [(), (), ()]
    assert "contradict each other" in refused(capsys, folder, "--no-speech", "--speech-tier", "words")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--gestures-tier", "gesture", "--speech-tier", "words"), "Did you mean 'gestures'?"),
        (("--gestures-tier", "gestures", "--speech-tier", "wrods"), "Did you mean 'words'?"),
        (
            ("--gestures-tier", "gestures", "--speech-tier", "gestures"),
            "cannot be speech and gestures at once",
        ),
        (
            (*TIERS, "--subject", "x", "--subject-from", "file"),
            "one of --subject, --subjects and --subject-from",
        ),
        ((*TIERS, "--subject-from", "name"), "--subject-from must be"),
        ((*TIERS, "--vocabulary", "imigeu"), "Did you mean 'imigue'?"),
    ],
)
def test_what_cannot_be_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert said in refused(capsys, folder, *words)


def test_a_role_in_several_files_is_asked_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "elan"
    talk(folder, "one", "Interviewee")
    talk(folder, "two", "Interviewee")
    err = refused(capsys, folder, *TIERS)
    assert "the participant 'Interviewee' is in 2 files (one, two)" in err
    assert "--subject-from participant" in err
    same = made(capsys, folder, *TIERS, "--subject-from", "participant")
    assert {item.subject for item in same} == {"Interviewee"}
    (tmp_path / "items.jsonl").unlink()
    other = made(capsys, folder, *TIERS, "--subject-from", "file")
    assert [(item.subject, item.subject_known) for item in other] == [("one", True), ("two", True)]


def test_two_people_in_a_file_are_two_items(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "elan"
    eaf(
        folder / "pair.eaf",
        tier("MG@Ann", MOVES[0]),
        tier("MG@Bob", MOVES[1]),
        tier("speech@Ann", (0, 900, "Yes.")),
        tier("speech@Bob", (1000, 1900, "No.")),
    )
    items = made(capsys, folder, "--gestures-tier", "MG", "--speech-tier", "speech")
    assert [(item.id, item.subject) for item in items] == [("pair@Ann", "Ann"), ("pair@Bob", "Bob")]
    assert [[one.label for one in item.gestures["annotated"].gestures] for item in items] == [
        ["folding arms"],
        ["touching ears"],
    ]
    assert [(turn.speaker, turn.text) for turn in items[1].speech] == [("Ann", "Yes."), ("Bob", "No.")]


def test_people_and_targets_from_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = folder.parent / "people.csv"
    table.write_text(
        "recording;subject;target;sex\none;s1;win;F\ntwo;s2;lose;\nthree;s1;win;M\nfour;s4;win;M\n"
    )
    code, out, _ = run(capsys, folder, "-o", folder.parent / "x.jsonl", *TIERS, "--subjects", table, "--json")
    report = json.loads(out)
    assert (code, report["subjects"], report["targets"]) == (0, 2, {"lose": 1, "win": 2})
    assert "1 rows of people.csv name no item: four" in report["notes"]
    first = load_items(folder.parent / "x.jsonl")[0]
    assert (first.subject, first.target, first.covariates) == ("s1", "win", {"sex": "F"})
    table.write_text("recording,subject\none,s1\ntow,s2\nthree,s3\n")
    err = refused(capsys, folder, *TIERS, "--subjects", table)
    assert "has no row for 1 of 3 items: two. Did you mean 'tow'?" in err


def test_people_that_nobody_names_are_recordings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    talk(tmp_path / "elan", "one", "")
    (item,) = made(capsys, tmp_path / "elan", *TIERS)
    assert (item.subject, item.subject_known) == ("one", False)
    assert item.speech[1].speaker == "words"


def test_words_below_a_tier_are_not_said_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    eaf(
        tmp_path / "elan" / "one.eaf",
        tier("gestures", *MOVES),
        tier("said", (0, 900, "Well, no.")),
        tier("word", (0, 400, "Well,"), (400, 900, "no."), above="said"),
    )
    words = ("--speech-tier", "said", "--speech-tier", "word")
    assert "the tier 'word' is below 'said'" in refused(capsys, tmp_path / "elan", *words)


def test_own_labels_become_the_vocabularys(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    eaf(folder / "one.eaf", tier("gestures", (0, 900, "AF")), tier("words", (0, 900, "Well.")))
    table = folder.parent / "labels.csv"
    table.write_text("from,to\naf,Folding Arms\n")
    (item,) = made(capsys, folder / "one.eaf", "--speech-tier", "words", "--map", table)
    assert [one.label for one in item.gestures["annotated"].gestures] == ["folding arms"]


def test_nothing_is_written_over_and_other_files_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(capsys, folder, *TIERS)
    code, _, err = run(capsys, folder, "-o", folder.parent / "items.jsonl", *TIERS)
    assert code == 2
    assert "exists already" in err
    empty = folder.parent / "empty"
    empty.mkdir()
    assert "has no *.eaf files" in refused(capsys, empty, *TIERS)
