"""BORIS's aggregated events: tables with the columns of its versions 7 to 9."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest

from mgllm.datasets.annotations.boris import Boris
from mgllm.datasets.base import ImportChoices, ImportedTranscripts
from mgllm.errors import InputError
from mgllm.records import Gesture

OLD = [
    "Observation id",
    "Observation date",
    "Description",
    "Media file",
    "Total length",
    "FPS",
    "sex",
    "Subject",
    "Behavior",
    "Behavioral category",
    "Modifiers",
    "Behavior type",
    "Start (s)",
    "Stop (s)",
    "Duration (s)",
    "Comment start",
    "Comment stop",
]
NEW = [
    "Observation id",
    "Observation date",
    "Description",
    "Observation type",
    "Source",
    "Time offset (s)",
    "Coding duration",
    "Media duration (s)",
    "FPS (frame/s)",
    "Subject",
    "Observation duration by subject by observation",
    "Behavior",
    "Behavioral category",
    "Modifier #1",
    "Behavior type",
    "Start (s)",
    "Stop (s)",
    "Duration (s)",
    "Media file name",
    "Image index start",
    "Image index stop",
    "Image file path start",
    "Image file path stop",
    "Comment start",
    "Comment stop",
]
Row = dict[str, str]


def event(behavior: str, start: str, stop: str, kind: str = "STATE", **more: str) -> Row:
    own = {"Behavior": behavior, "Start (s)": start, "Stop (s)": stop, "Behavior type": kind}
    base = {"Observation id": "obs 1", "Subject": "No focal subject", "Duration (s)": "NA"}
    return base | own | {name.replace("_", " "): value for name, value in more.items()}


def table(*events: Row, columns: list[str] = NEW, separator: str = "\t") -> str:
    text = StringIO()
    writer = csv.DictWriter(text, columns, restval="", delimiter=separator, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(events)
    return text.getvalue()


def read(folder: Path, text: str, name: str = "talk.tsv", **choices: object) -> ImportedTranscripts:
    (folder / name).write_text(text, encoding="utf-8")
    return Boris(ImportChoices.model_validate(choices)).read(folder / name)


EVENTS = (
    event("Folding arms", "1.800", "8.125"),
    event("touching ears", "32.825", "32.825", "POINT"),
    event("touching ears", "33.5", "NA", "point"),
)


@pytest.mark.parametrize("columns", [OLD, NEW])
@pytest.mark.parametrize(("separator", "name"), [("\t", "talk.tsv"), (",", "talk.csv"), (";", "talk.csv")])
def test_states_have_an_end_and_points_have_none(
    tmp_path: Path, columns: list[str], separator: str, name: str
) -> None:
    imported = read(tmp_path, table(*EVENTS, columns=columns, separator=separator), name)
    assert [one.item for one in imported.transcripts] == ["talk"]
    assert imported.transcripts[0].gestures == (
        Gesture(label="folding arms", start=1.8, end=8.125),
        Gesture(label="touching ears", start=32.825),
        Gesture(label="touching ears", start=33.5),
    )
    assert imported.warnings == ()


def test_several_observations_are_several_items(tmp_path: Path) -> None:
    other = event("head up", "1", "2") | {"Observation id": "obs/2"}
    imported = read(tmp_path, table(*EVENTS, other))
    assert [(one.item, len(one.gestures)) for one in imported.transcripts] == [("obs 1", 3), ("obs/2", 1)]
    nameless = event("head up", "1", "2") | {"Observation id": ""}
    with pytest.raises(InputError, match=r"talk.tsv:5 Observation id: must be 1 to 200 characters"):
        read(tmp_path, table(*EVENTS, nameless))


def test_one_person_is_never_chosen_among_several(tmp_path: Path) -> None:
    text = table(*EVENTS, event("head up", "1", "2", Subject="Anna"))
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    said = "has 2 people: No focal subject (3 annotations), Anna (1 annotations); choose one with --tier"
    assert said in str(caught.value)
    imported = read(tmp_path, text, tier="anna")
    assert imported.transcripts[0].gestures == (Gesture(label="head up", start=1, end=2),)
    assert imported.warnings == (
        "read the subject 'Anna' of 1 recordings (talk), not No focal subject (3 annotations)",
    )
    with pytest.raises(InputError, match=r"unknown subject 'Ana'\. Did you mean 'Anna'"):
        read(tmp_path, text, tier="Ana")


@pytest.mark.parametrize(
    ("columns", "length", "duration"),
    [(NEW, {"Media duration (s)": "30.5"}, 30.5), (OLD, {"Total length": "30.500"}, 30.5)]
    + [
        (NEW, {"Media duration (s)": text}, None) for text in ("NA", "", "12.0;13.0", "0", "nan", "-1", "inf")
    ],
)
def test_the_length_of_the_recording(
    tmp_path: Path, columns: list[str], length: Row, duration: float | None
) -> None:
    imported = read(tmp_path, table(*(one | length for one in EVENTS), columns=columns))
    assert imported.transcripts[0].duration == duration
    if duration is not None:
        assert [one.label for one in imported.transcripts[0].gestures] == ["folding arms"]
        assert imported.warnings == ("2 annotations start after the recording's end and are left out: talk",)


def test_modifiers_offsets_and_missing_times_are_told(tmp_path: Path) -> None:
    rows = [
        event("head up", "11", "12") | {"Modifier #1": "slow", "Time offset (s)": "10.0"},
        event("head up", "NA", "NA") | {"Time offset (s)": "0.0"},
    ]
    imported = read(tmp_path, table(*rows))
    assert imported.transcripts[0].gestures[0] == Gesture(label="head up")
    assert imported.warnings == (
        "1 events have modifiers, which are left out: talk",
        "1 events belong to an observation with a time offset, which is taken off: talk",
        "1 annotations have no start: they count as present, without a time: talk",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            table(*EVENTS).replace("STATE", "MAYBE"),
            "talk.tsv:2 Behavior type: must be STATE or POINT (given 'MAYBE')",
        ),
        (
            table(*EVENTS).replace("1.800", "soon"),
            "talk.tsv:2 Start (s): must be a number, 0 or more (given 'soon')",
        ),
        (table(*EVENTS).replace("8.125", "-8"), "talk.tsv:2 Stop (s): must be a number"),
        (table(*EVENTS).replace("8.125", "inf"), "talk.tsv:2 Stop (s): must be a number"),
        (table(*EVENTS).replace("8.125\t", "8.125"), "talk.tsv:2 has 24 cells, the header has 25"),
        (
            table(*EVENTS, columns=OLD).replace("Stop (s)", "Stop"),
            "has no column 'Stop (s)'; in BORIS choose",
        ),
        (
            "Observation id\tobservation #1\t\nMedia file(s)\t\t\n",
            "has no column 'Subject'; in BORIS choose",
        ),
        (
            table(),
            "has no events, so it names no observation; in BORIS choose Observations",
        ),
        (table(*EVENTS).replace("\tSource\t", "\tSubject\t"), "has the column 'Subject' twice"),
        ('"open', "is not csv"),
    ],
)
def test_another_table_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_folder_of_tables(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(table(*EVENTS))
    (tmp_path / "b.csv").write_text(table(*EVENTS, separator=","))
    (tmp_path / "notes.txt").write_text("mine")
    assert [one.item for one in Boris().read(tmp_path).transcripts] == ["a", "b"]


@pytest.mark.parametrize(
    ("offset", "times", "expected"),
    [
        ("100", ("101.5", "108.0"), (1.5, 8.0)),
        ("4.0", ("4.000", "29.9"), (0.0, 25.9)),
        ("-5", ("-4.5", "2"), (0.5, 7.0)),
        ("NA", ("1.5", "8"), (1.5, 8.0)),
    ],
)
def test_the_offset_of_an_observation_is_taken_off(
    tmp_path: Path, offset: str, times: tuple[str, str], expected: tuple[float, float]
) -> None:
    said = {"Time offset (s)": offset, "Media duration (s)": "30"}
    imported = read(tmp_path, table(event("head up", *times) | said))
    (gesture,) = imported.transcripts[0].gestures
    assert (gesture.start, gesture.end) == expected
    assert ("time offset, which is taken off" in " ".join(imported.warnings)) == (offset != "NA")


@pytest.mark.parametrize(
    ("offset", "said"),
    [
        (
            "4",
            r"talk.tsv:2 Start \(s\) is 1 s, before the time offset of 4 s .* empty 'Time offset \(s\)' if",
        ),
        ("soon", r"talk.tsv:2 Time offset \(s\): must be a number \(given 'soon'\)"),
        ("inf", r"Time offset \(s\): must be a number"),
    ],
)
def test_an_offset_that_does_not_fit_is_one_line(tmp_path: Path, offset: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(tmp_path, table(event("head up", "1", "8") | {"Time offset (s)": offset}))


def test_several_observations_have_their_own_offsets(tmp_path: Path) -> None:
    one = event("head up", "11", "12") | {"Time offset (s)": "10"}
    two = event("head up", "1", "2") | {"Observation id": "obs 2", "Time offset (s)": "0"}
    imported = read(tmp_path, table(one, two))
    assert [one.gestures[0].start for one in imported.transcripts] == [1.0, 1.0]
