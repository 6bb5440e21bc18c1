"""ELAN files: made up exactly as EAF 2.7 to 3.0 writes them, and broken in every way."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.datasets.annotations.eaf import Eaf
from mgllm.datasets.base import ImportChoices, ImportedTranscripts
from mgllm.errors import InputError
from mgllm.exports.base import ExportChoices
from mgllm.exports.eaf import Eaf as EafExport
from mgllm.records import Gesture, GestureFile

TIMES = {"t1": 1000, "t2": 2500, "t3": 2500, "t4": 4000, "t5": None, "t6": 9000}


def slots(times: dict[str, int | None] = TIMES) -> str:
    told = (f' TIME_VALUE="{t}"' if t is not None else "" for t in times.values())
    return "".join(f'<TIME_SLOT TIME_SLOT_ID="{n}"{t}/>' for n, t in zip(times, told, strict=True))


def aligned(number: int, start: str, end: str, text: str, more: str = "") -> str:
    names = f'ANNOTATION_ID="a{number}" TIME_SLOT_REF1="{start}" TIME_SLOT_REF2="{end}" {more}'
    inside = f"<ANNOTATION_VALUE>{text}</ANNOTATION_VALUE>"
    return f"<ANNOTATION><ALIGNABLE_ANNOTATION {names}>{inside}</ALIGNABLE_ANNOTATION></ANNOTATION>"


def hanging(number: int, above: str, text: str) -> str:
    inside = f"<ANNOTATION_VALUE>{text}</ANNOTATION_VALUE>"
    names = f'ANNOTATION_ID="a{number}" ANNOTATION_REF="{above}"'
    return f"<ANNOTATION><REF_ANNOTATION {names}>{inside}</REF_ANNOTATION></ANNOTATION>"


def tier(name: str, *annotations: str, kind: str = "default-lt", more: str = "") -> str:
    return f'<TIER LINGUISTIC_TYPE_REF="{kind}" TIER_ID="{name}" {more}>{"".join(annotations)}</TIER>'


def document(*parts: str, header: str = "", units: str = "milliseconds", order: str | None = None) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ANNOTATION_DOCUMENT AUTHOR="" DATE="2020-01-01T00:00:00+00:00" FORMAT="3.0" VERSION="3.0">'
        f'<HEADER MEDIA_FILE="" TIME_UNITS="{units}">{header}</HEADER>'
        f"<TIME_ORDER>{slots() if order is None else order}</TIME_ORDER>"
        f"{''.join(parts)}</ANNOTATION_DOCUMENT>"
    )


def read(folder: Path, text: str | bytes, **choices: object) -> ImportedTranscripts:
    path = folder / "clip 1.eaf"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Eaf(ImportChoices.model_validate(choices)).read(path)


def gestures(imported: ImportedTranscripts) -> list[tuple[str, float | None, float | None]]:
    assert len(imported.transcripts) == 1
    return [(one.label, one.start, one.end) for one in imported.transcripts[0].gestures]


SPEECH = tier("speech", aligned(1, "t1", "t2", "well, you know"), aligned(2, "t3", "t4", "yes"))
HANDS = tier("hands", aligned(3, "t3", "t4", "Touching_EARS"), aligned(4, "t1", "t2", "folding arms"))


def test_a_tier_in_the_order_of_time_with_the_vocabularys_spelling(tmp_path: Path) -> None:
    imported = read(tmp_path, document(HANDS))
    assert gestures(imported) == [("folding arms", 1.0, 2.5), ("touching ears", 2.5, 4.0)]
    transcript = imported.transcripts[0]
    assert (transcript.item, transcript.source, transcript.vocabulary) == ("clip 1", "annotated", "imigue")
    assert transcript.duration is None
    assert imported.warnings == ()


def test_the_tier_whose_labels_fit_a_vocabulary_best_is_read(tmp_path: Path) -> None:
    imported = read(tmp_path, document(SPEECH, HANDS, tier("empty")))
    assert [label for label, _, _ in gestures(imported)] == ["folding arms", "touching ears"]
    assert imported.warnings == (
        "read the tier 'hands' of 1 recordings (clip 1), not empty (0 annotations), speech (2 annotations)",
    )
    asked = read(tmp_path, document(SPEECH, HANDS), tier="Speech")
    assert [label for label, _, _ in gestures(asked)] == ["well, you know", "yes"]
    with pytest.raises(
        InputError, match=r"unknown tier 'hand'\. Did you mean 'hands'\? Known: hands, speech"
    ):
        read(tmp_path, document(SPEECH, HANDS), tier="hand")


def test_tiers_of_gestures_are_joined_and_words_left_out(tmp_path: Path) -> None:
    words = tier("words", *(aligned(10 + n, "t1", "t2", "word") for n in range(50)))
    mixed = tier("mixed", aligned(1, "t1", "t2", "folding arms"), aligned(2, "t1", "t2", "hm"))
    two = read(tmp_path, document(words, mixed, tier("one", aligned(3, "t1", "t2", "head up"))))
    assert two.warnings[0] == (
        "read the tiers 'mixed', 'one' of 1 recordings (clip 1), not words (50 annotations)"
    )


def test_several_tiers_without_a_gesture_are_not_guessed_between(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, document(SPEECH, tier("more", aligned(9, "t1", "t2", "no"))))
    assert "2 tiers, and of none at least half of the labels are in a gesture vocabulary" in str(caught.value)
    said = "speech (2 annotations, 0 of 2 labels known), more (1 annotations, 0 of 1 labels known)"
    assert f"{said}; choose one with --tier NAME" in str(caught.value)
    with pytest.raises(InputError, match="has no tier: nothing was annotated"):
        read(tmp_path, document())


def test_an_empty_tier_that_offers_gestures_is_a_finding(tmp_path: Path) -> None:
    choices = (
        '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="mg" CONTROLLED_VOCABULARY_REF="cv"/>'
        '<CONTROLLED_VOCABULARY CV_ID="cv"><CV_ENTRY>head up</CV_ENTRY></CONTROLLED_VOCABULARY>'
    )
    imported = read(tmp_path, document(SPEECH, tier("mg", kind="mg"), choices))
    assert gestures(imported) == []
    assert imported.warnings[0].startswith("read the tier 'mg'")
    with pytest.raises(InputError, match=r"has one tier, and nothing is annotated on it: any .* --tier NAME"):
        read(tmp_path, document(tier("any")))
    assert gestures(read(tmp_path, document(tier("any")), tier="any")) == []


def test_values_of_a_controlled_vocabulary(tmp_path: Path) -> None:
    entry = '<CV_ENTRY_ML CVE_ID="c1"><CVE_VALUE LANG_REF="und"> head\n up </CVE_VALUE></CV_ENTRY_ML>'
    choices = (
        '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="mg" CONTROLLED_VOCABULARY_REF="cv"/>'
        f'<CONTROLLED_VOCABULARY CV_ID="cv">{entry}</CONTROLLED_VOCABULARY>'
    )
    empty = aligned(1, "t1", "t2", "", 'CVE_REF="c1"')
    own = aligned(2, "t2", "t4", "own words", 'CVE_REF="c1"')
    imported = read(tmp_path, document(tier("mg", empty, own, kind="mg"), choices))
    assert [label for label, _, _ in gestures(imported)] == ["head up", "own words"]


def test_annotations_that_hang_on_others_have_their_times(tmp_path: Path) -> None:
    top = tier("phrase", aligned(1, "t1", "t4", "x"))
    middle = tier("kind", hanging(2, "a1", "y"), more='PARENT_REF="phrase"')
    low = tier("mg", hanging(3, "a2", "head up"), more='PARENT_REF="kind"')
    assert gestures(read(tmp_path, document(low, top, middle))) == [("head up", 1.0, 4.0)]


def test_missing_times_are_kept_open_and_told(tmp_path: Path) -> None:
    half = aligned(1, "t1", "t5", "head up")
    none = aligned(2, "t8", "t9", "folding arms")
    late = aligned(3, "t7", "t6", "touching ears")
    times = {"t7": None, **TIMES, "t8": None, "t9": None}
    lanes = zip(("mg", "mg (2)", "mg (3)"), (half, none, late), strict=True)
    tiers = [tier(name, one, kind="mgllm gestures") for name, one in lanes]
    imported = read(tmp_path, document(*tiers, order=slots(times)))
    assert gestures(imported) == [
        ("folding arms", None, None),
        ("touching ears", None, 9.0),
        ("head up", 1.0, None),
    ]
    assert imported.warnings == (
        "1 annotations have no end: their time slot has no time: clip 1",
        "2 annotations have no start: they count as present, without a time: clip 1",
    )


def test_what_can_be_no_gesture_is_left_out_and_counted(tmp_path: Path) -> None:
    marks = [
        aligned(1, "t1", "t2", " \n "),
        aligned(2, "t4", "t1", "head up"),
        aligned(3, "t1", "t2", "x" * 201),
        aligned(4, "t1", "t2", "head  up!"),
    ]
    imported = read(tmp_path, document(tier("mg", *marks)))
    assert gestures(imported) == [("head up", 1.0, 2.5)]
    assert [line.partition(":")[0] for line in imported.warnings[:3]] == [
        "1 annotations are empty and left out",
        "1 annotations end before they start and are left out",
        "1 annotations are longer than 200 characters and left out",
    ]


def test_annotations_beyond_the_recordings_end_are_cut_or_left_out(tmp_path: Path) -> None:
    header = '<PROPERTY NAME="mgllm:duration">3.0</PROPERTY>'
    beyond = tier("mg", aligned(1, "t1", "t4", "head up"), aligned(2, "t4", "t6", "head up"))
    imported = read(tmp_path, document(beyond, header=header))
    assert gestures(imported) == [("head up", 1.0, 3.0)]
    assert imported.transcripts[0].duration == 3.0
    assert imported.warnings == (
        "1 annotations end after the recording does and are cut there: clip 1",
        "1 annotations start after the recording's end and are left out: clip 1",
    )


@pytest.mark.parametrize("duration", ["-1", "0", "nan", "inf", "long"])
def test_a_duration_that_is_none_is_not_taken(tmp_path: Path, duration: str) -> None:
    header = f'<PROPERTY NAME="mgllm:duration">{duration}</PROPERTY>'
    assert read(tmp_path, document(HANDS, header=header)).transcripts[0].duration is None


def test_frames_of_old_files_are_seconds_too(tmp_path: Path) -> None:
    assert gestures(read(tmp_path, document(HANDS, units="PAL-frames")))[0] == ("folding arms", 40.0, 100.0)
    _, start, end = gestures(read(tmp_path, document(HANDS, units="NTSC-frames")))[0]
    assert start == pytest.approx(1001 / 30)
    assert end == pytest.approx(2.5 * 1001 / 30)


def test_a_medium_that_begins_elsewhere_is_told(tmp_path: Path) -> None:
    header = '<MEDIA_DESCRIPTOR MEDIA_URL="file:///x.mp4" MIME_TYPE="video/mp4" TIME_ORIGIN="5000"/>'
    imported = read(tmp_path, document(HANDS, header=header))
    assert [start for _, start, _ in gestures(imported)] == [6.0, 7.5]
    assert "(TIME_ORIGIN), which is added" in imported.warnings[0]
    two = read(tmp_path, document(HANDS, header=header + header.replace("5000", "0")))
    assert [start for _, start, _ in gestures(two)] == [1.0, 2.5]
    assert "start at different times (TIME_ORIGIN), which is ignored" in two.warnings[0]
    sound = header.replace("video", "audio").replace("5000", "70")
    assert gestures(read(tmp_path, document(HANDS, header=header + sound)))[0][1] == 6.0
    with pytest.raises(
        InputError, match=r"TIME_ORIGIN: must be a whole number of milliseconds \(given 'x'\)"
    ):
        read(tmp_path, document(HANDS, header=header.replace("5000", "x")))


def test_a_utf16_file_is_read(tmp_path: Path) -> None:
    text = document(HANDS).replace('encoding="UTF-8"', 'encoding="UTF-16"')
    assert len(gestures(read(tmp_path, text.encode("utf-16")))) == 2


BOMB = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
SCHEMA = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'


@pytest.mark.parametrize(
    ("doctype", "value"), [(BOMB, "&c;"), (OUTSIDE, "&f;"), (SCHEMA, "x"), ("<!DOCTYPE x>", "x")]
)
def test_entities_and_document_types_are_refused(tmp_path: Path, doctype: str, value: str) -> None:
    head, body = document(tier("mg", aligned(1, "t1", "t2", value))).split("\n", 1)
    with pytest.raises(InputError, match=r"document type or entities\. ELAN never writes these"):
        read(tmp_path, f"{head}\n{doctype}{body}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"label,start,end\n", "is not XML"),
        (b"\x00\x01\x02", "is not XML"),
        (document(HANDS)[:-30], "is not XML"),
        (document(HANDS).replace("UTF-8", "klingon"), "is not XML"),
        ("<html><body/></html>", "is not an ELAN file: it begins with <html>"),
        (document(HANDS, units="fortnights"), "TIME_UNITS 'fortnights' is not one of milliseconds"),
        (document(HANDS, order='<TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="-5"/>'), "t1 TIME_VALUE: must be"),
        (document(HANDS, order='<TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="٣"/>'), "t1 TIME_VALUE: must be"),
        (document(HANDS, order='<TIME_SLOT TIME_VALUE="5"/>'), "<TIME_SLOT> has no TIME_SLOT_ID"),
        (document(HANDS, order=""), "names the time slot 't3', which is missing"),
        (document(tier("m", hanging(1, "a9", "x"))), "'a1' refers to 'a9', which has no times"),
        (document(tier("m", hanging(1, "a2", "x"), hanging(2, "a1", "x"))), "which has no times"),
        (document(HANDS, tier("m", aligned(3, "t1", "t2", "x"))), "the annotation id 'a3' appears twice"),
        (document("<TIER/>"), "<TIER> has no TIER_ID"),
        (document('<TIER TIER_ID="m"><ANNOTATION><X/></ANNOTATION></TIER>'), "<X> has no ANNOTATION_ID"),
    ],
)
def test_a_broken_file_is_named_in_one_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert said in str(caught.value)
    assert str(tmp_path / "clip 1.eaf") in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_folder_is_read_with_its_folders_and_without_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "one.eaf").write_text(document(HANDS))
    (tmp_path / "deep" / "two.eaf").write_text(document(HANDS))
    (tmp_path / "deep" / "two.eaf.001").write_text("a backup of ELAN")
    (tmp_path / "._one.eaf").write_bytes(b"\x00")
    assert [one.item for one in Eaf().read(tmp_path).transcripts] == ["two", "one"]
    (tmp_path / "deep" / "one.eaf").write_text(document(HANDS))
    with pytest.raises(InputError, match=r"has the same item as .*: 'one'; rename one file"):
        Eaf().read(tmp_path)


def test_a_vocabulary_for_all_files_and_words_of_another(tmp_path: Path) -> None:
    (tmp_path / "a.eaf").write_text(document(HANDS))
    (tmp_path / "b.eaf").write_text(document(tier("m", aligned(1, "t1", "t2", "nodding"))))
    imported = Eaf().read(tmp_path)
    assert {one.vocabulary for one in imported.transcripts} == {"imigue"}
    assert imported.warnings == ("1 labels are not in imigue but in another vocabulary: 'nodding' (1; ma52)",)
    asked = Eaf(ImportChoices(vocabulary="ma52")).read(tmp_path)
    assert asked.transcripts[0].gestures == (
        Gesture(label="crossing arms", start=1.0, end=2.5),
        Gesture(label="touching ears", start=2.5, end=4.0),
    )
    assert asked.warnings == ("1 labels were translated to ma52: 'folding arms' is 'crossing arms'",)
    with pytest.raises(InputError, match=r"unknown gesture vocabulary 'ma25'\. Did you mean 'ma52'\?"):
        Eaf(ImportChoices(vocabulary="ma25")).read(tmp_path)


def test_labels_that_no_vocabulary_knows_are_told_with_a_guess(tmp_path: Path) -> None:
    marks = [
        aligned(1, "t1", "t2", "toching ears"),
        aligned(2, "t1", "t2", "head up"),
        aligned(3, "t1", "t2", "juggling"),
    ]
    imported = read(tmp_path, document(tier("mg", *marks)), tier="mg")
    assert imported.warnings == (
        "2 labels are in no vocabulary and are kept: "
        "'toching ears' (1; is it 'touching ears'?), 'juggling' (1)",
    )
    none = read(tmp_path, document(tier("mg", aligned(1, "t1", "t2", "juggling"))), tier="mg")
    assert none.warnings[0] == "no label is in the vocabulary imigue; prompts will call them micro-gestures"


def test_groups_come_back_as_groups_without_their_mark(tmp_path: Path) -> None:
    gestures = (
        Gesture(label="hand at head", start=1.0, end=2.0, confidence=0.5, level="group"),
        Gesture(label="head up", start=3.0, end=4.0),
    )
    made = EafExport(ExportChoices()).write(GestureFile(item="talk", gestures=gestures))
    (tmp_path / "talk.eaf").write_text(made.text, encoding="utf-8")
    imported = Eaf().read(tmp_path / "talk.eaf")
    assert imported.transcripts[0].gestures == gestures
    assert imported.warnings == ()


# A tier of speech is not taken for gestures, and two people's tiers are not mixed.

LAUGHS = tier(
    "speech",
    *(aligned(n, "t1", "t2", f"word {n}") for n in range(50, 55)),
    aligned(60, "t3", "t4", "(laughing)"),
)


def test_a_word_of_a_vocabulary_does_not_make_speech_gestures(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"clip 1\.eaf has one tier, and less than half of its labels .*speech"
    ):
        read(tmp_path, document(LAUGHS))
    other = tier("notes", aligned(1, "t1", "t2", "x"))
    with pytest.raises(
        InputError, match=r"of none at least half .* speech \(6 annotations, . of 6 labels known\)"
    ):
        read(tmp_path, document(LAUGHS, other))
    assert len(gestures(read(tmp_path, document(LAUGHS), tier="speech"))) == 6


def test_a_tier_is_one_of_gestures_in_all_files_or_in_none(tmp_path: Path) -> None:
    own = tier("mg", aligned(1, "t1", "t2", "juggling"))
    (tmp_path / "a.eaf").write_text(document(tier("mg", aligned(1, "t1", "t2", "head up"))))
    (tmp_path / "b.eaf").write_text(document(own, tier("words", aligned(2, "t1", "t2", "head up"))))
    (tmp_path / "c.eaf").write_text(document(tier("mg")))
    imported = Eaf().read(tmp_path)
    assert [[one.label for one in t.gestures] for t in imported.transcripts] == [
        ["head up"],
        ["juggling", "head up"],
        [],
    ]


def of(person: str, name: str, *annotations: str, more: str = "") -> str:
    return tier(name, *annotations, more=f'PARTICIPANT="{person}" {more}')


@pytest.mark.parametrize(("one", "two"), [("MG@Ann", "MG@Bob"), ("mg1", "mg2")])
def test_two_peoples_tiers_are_asked_about(tmp_path: Path, one: str, two: str) -> None:
    both = document(
        of("Ann", one, aligned(1, "t1", "t2", "head up")),
        of("Bob", two, aligned(2, "t1", "t2", "folding arms"), aligned(3, "t3", "t4", "head up")),
    )
    with pytest.raises(InputError, match="has tiers of 2 people, and a transcript is of one") as caught:
        read(tmp_path, both)
    assert one in str(caught.value)
    assert f"{two} (" in str(caught.value)
    assert "--tier NAME" in str(caught.value)
    assert gestures(read(tmp_path, both, tier=one)) == [("head up", 1.0, 2.5)]
    with pytest.raises(InputError, match="of 2 people"):
        read(tmp_path, both, tier=(one, two))


def test_a_name_before_the_participant_is_every_files_own_person(tmp_path: Path) -> None:
    for name in ("Ann", "Bob"):
        text = document(tier(f"MG@{name}", aligned(1, "t1", "t2", "waving")), SPEECH.replace('"a', '"b'))
        (tmp_path / f"{name}.eaf").write_text(text)
    imported = Eaf(ImportChoices(tier=("mg",))).read(tmp_path)
    assert [len(one.gestures) for one in imported.transcripts] == [1, 1]


LH = tier("LH", aligned(1, "t1", "t2", "touching ears"), aligned(2, "t3", "t4", "folding arms"))
RH = tier("RH", aligned(3, "t1", "t2", "head up"), aligned(4, "t3", "t4", "folding arms"))


def test_tiers_of_one_person_are_joined(tmp_path: Path) -> None:
    expected = [("touching ears", 1.0, 2.5), ("head up", 1.0, 2.5), ("folding arms", 2.5, 4.0)]
    imported = read(tmp_path, document(LH, RH))
    assert gestures(imported) == expected
    assert imported.warnings == (
        "read the tiers 'LH', 'RH' of 1 recordings (clip 1)",
        "1 annotations are on two tracks with the same times and count once: clip 1",
    )
    assert (
        gestures(read(tmp_path, document(SPEECH.replace('"a', '"b'), LH, RH), tier=("LH", "RH"))) == expected
    )
    assert gestures(read(tmp_path, document(LH, RH), tier="RH")) == expected[1:]


def test_a_tier_that_some_files_do_not_have_is_counted(tmp_path: Path) -> None:
    (tmp_path / "a.eaf").write_text(document(LH, RH))
    (tmp_path / "b.eaf").write_text(document(LH))
    imported = Eaf(ImportChoices(tier=("LH", "RH"))).read(tmp_path)
    assert [len(one.gestures) for one in imported.transcripts] == [3, 2]
    assert "1 recordings have no tier 'RH': b" in imported.warnings
    with pytest.raises(InputError, match="unknown tier 'Hed'"):
        Eaf(ImportChoices(tier=("LH", "Hed"))).read(tmp_path)
    (tmp_path / "c.eaf").write_text(document(SPEECH))
    with pytest.raises(InputError, match=r"c\.eaf has none of the tiers LH, RH: speech"):
        Eaf(ImportChoices(tier=("LH", "RH"))).read(tmp_path)


ROW = ("head up", "folding arms", "touching ears", "biting nails")
MANY = {f"u{n}": 1000 * n + 100 * (n % 2) for n in range(20)}


def row(name: str, first: int, shift: int, more: str = "") -> str:
    marks = [aligned(first + n, f"u{4 * n + shift}", f"u{4 * n + 3}", label) for n, label in enumerate(ROW)]
    return tier(name, *marks, more=more)


@pytest.mark.parametrize(
    ("tiers", "why"),
    [
        ((row("a", 1, 0), row("b", 11, 1)), "most annotations are on both"),
        ((row("MG coder1", 1, 0), row("MG_coder2", 11, 3)), "their names say so"),
        ((row("a", 1, 0, 'ANNOTATOR="X"'), row("b", 11, 3, 'ANNOTATOR="Y"')), "annotators X, Y"),
    ],
)
def test_two_annotators_of_one_person_are_asked_about(
    tmp_path: Path, tiers: tuple[str, str], why: str
) -> None:
    text = document(*tiers, order=slots(dict(MANY)))
    with pytest.raises(InputError, match="look like several annotators' views of one person") as caught:
        read(tmp_path, text)
    assert why in str(caught.value)


def test_a_divided_annotation_is_divided_evenly(tmp_path: Path) -> None:
    top = tier("phrase", aligned(1, "t1", "t4", "x"))
    parts = "".join(
        f'<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="p{n}" ANNOTATION_REF="a1" {before}>'
        f"<ANNOTATION_VALUE>{label}</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>"
        for n, before, label in (
            (3, 'PREVIOUS_ANNOTATION="p2"', "touching ears"),
            (1, "", "head up"),
            (2, 'PREVIOUS_ANNOTATION="p1"', "folding arms"),
        )
    )
    imported = read(tmp_path, document(top, tier("mg", parts, more='PARENT_REF="phrase"')))
    assert gestures(imported) == [
        ("head up", 1.0, 2.0),
        ("folding arms", 2.0, 3.0),
        ("touching ears", 3.0, 4.0),
    ]
    assert any(line.startswith("3 annotations have no times of their own;") for line in imported.warnings)


def test_slots_without_time_are_even_steps(tmp_path: Path) -> None:
    times = {"t1": 1000, "x": None, "y": None, "z": None, "t2": 5000}
    words = tier(
        "mg",
        aligned(2, "t1", "x", "head up"),
        aligned(3, "x", "z", "folding arms"),
        aligned(4, "z", "t2", "touching ears"),
        more='PARENT_REF="top"',
    )
    below = tier(
        "below",
        aligned(5, "x", "y", "biting nails"),
        aligned(6, "y", "z", "covering face"),
        more='PARENT_REF="mg"',
    )
    top = tier("top", aligned(1, "t1", "t2", "a phrase"))
    imported = read(tmp_path, document(below, words, top, order=slots(dict(times))), tier=("mg", "below"))
    third = 4 / 3
    expected = [1.0, 1 + third, 1 + third, 1 + 1.5 * third, 1 + 2 * third]
    assert [one[1] for one in gestures(imported)] == pytest.approx(expected, abs=1e-5)
    assert gestures(imported)[-1][::2] == ("touching ears", 5.0)


def test_capitals_in_endings_are_read(tmp_path: Path) -> None:
    (tmp_path / "TALK.EAF").write_text(document(HANDS))
    assert [one.item for one in Eaf().read(tmp_path).transcripts] == ["TALK"]


def test_misspelt_gestures_count_as_gestures_and_are_named(tmp_path: Path) -> None:
    marks = [aligned(1, "t1", "t2", "toching ears"), aligned(2, "t3", "t4", "foldng arms")]
    imported = read(tmp_path, document(tier("mg", *marks)))
    assert [label for label, _, _ in gestures(imported)] == ["toching ears", "foldng arms"]
    assert "is it 'touching ears'?" in imported.warnings[-1]
    words = [
        aligned(n, "t1", "t2", word) for n, word in enumerate(("head", "to", "arms", "eyes", "a hand up"), 1)
    ]
    with pytest.raises(InputError, match="less than half of its labels are in a gesture vocabulary"):
        read(tmp_path, document(tier("words", *words)))
