"""Our ELAN files, looked at with another program's eyes: pympi reads them, and lanes never overlap."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pympi
import pytest

from mgllm.errors import InputError
from mgllm.exports.base import ExportChoices, Exported
from mgllm.exports.eaf import Eaf, Placed, lay, place
from mgllm.records import Gesture, GestureFile

GESTURES = (
    Gesture(label="folding arms", start=1.0, end=4.0, confidence=0.82),
    Gesture(label="head up", start=2.0, end=3.0),
    Gesture(label='own <b>&"words"</b> 😀', start=4.0, end=4.5, confidence=0.1),
)


def write(*gestures: Gesture, **more: object) -> Exported:
    content = {"item": "a", "vocabulary": "imigue", "gestures": gestures, **more}
    return Eaf(ExportChoices()).write(GestureFile.model_validate(content))


def elan(folder: Path, exported: Exported) -> pympi.Eaf:
    path = folder / "x.eaf"
    path.write_text(exported.text, encoding="utf-8")
    return pympi.Eaf(path)


def test_the_recording_is_linked_by_its_name(tmp_path: Path) -> None:
    file = GestureFile(item="a", gestures=GESTURES)
    exported = Eaf(ExportChoices(media="Ä talk.mp4")).write(file)
    media = elan(tmp_path, exported).media_descriptors
    assert [one["RELATIVE_MEDIA_URL"] for one in media] == ["./%C3%84%20talk.mp4"]
    assert media[0]["MIME_TYPE"] == "video/mp4"
    assert elan(tmp_path, write(*GESTURES)).media_descriptors == []


def test_another_reader_sees_tiers_times_and_vocabulary(tmp_path: Path) -> None:
    seen = elan(tmp_path, write(*GESTURES, duration=9.5))
    assert list(seen.tiers) == ["micro-gestures", "micro-gestures confidence", "micro-gestures (2)"]
    assert [(one[0], one[1], one[2]) for one in seen.get_annotation_data_for_tier("micro-gestures")] == [
        (1000, 4000, "folding arms"),
        (4000, 4500, 'own <b>&"words"</b> 😀'),
    ]
    assert [one[:3] for one in seen.get_annotation_data_for_tier("micro-gestures (2)")] == [
        (2000, 3000, "head up")
    ]
    sure = seen.get_ref_annotation_data_for_tier("micro-gestures confidence")
    assert [(one[0], one[1], one[2], one[3]) for one in sure] == [
        (1000, 4000, "0.82", "folding arms"),
        (4000, 4500, "0.1", 'own <b>&"words"</b> 😀'),
    ]
    _, entries, _ = seen.controlled_vocabularies["imigue"]
    assert len(entries) == 32
    assert entries["cveid16"][0][0][:2] == ("folding arms", "und")
    assert seen.linguistic_types["mgllm gestures"]["CONTROLLED_VOCABULARY_REF"] == "imigue"
    assert dict(seen.properties)["mgllm:duration"] == "9.5"
    assert set(seen.languages) == {"und"}


def test_time_slots_stand_in_the_order_of_time_and_ids_once(tmp_path: Path) -> None:
    root = ElementTree.fromstring(write(*reversed(GESTURES)).text.encode())
    times = [int(slot.attrib["TIME_VALUE"]) for slot in root.iter("TIME_SLOT")]
    assert times == sorted(times) == [1000, 2000, 3000, 4000, 4000, 4500]
    ids = [one.attrib["ANNOTATION_ID"] for one in root.iterfind("TIER/ANNOTATION/*")]
    assert len(set(ids)) == len(ids) == 5
    last = next(one.text for one in root.iter("PROPERTY") if one.get("NAME") == "lastUsedAnnotationId")
    assert max(int(name[1:]) for name in ids) <= int(last or 0)
    chosen = {
        one.findtext("ANNOTATION_VALUE"): one.get("CVE_REF") for one in root.iterfind("TIER/ANNOTATION/*")
    }
    assert (chosen["folding arms"], chosen["head up"]) == ("cveid16", "cveid27")


def test_what_elan_cannot_say_is_counted() -> None:
    exported = write(
        Gesture(label="head up"), Gesture(label="head up", start=1), Gesture(label="head up", start=2, end=2)
    )
    assert exported.lost == {
        "gestures have no start and are left out": 1,
        "gestures have no end, or no duration, and are written as one millisecond": 2,
    }
    assert exported.text.count("<ALIGNABLE_ANNOTATION") == 2


def test_no_gestures_are_an_empty_tier_and_an_unknown_vocabulary_offers_nothing(tmp_path: Path) -> None:
    assert list(elan(tmp_path, write()).tiers) == ["micro-gestures"]
    own = elan(tmp_path, write(*GESTURES, vocabulary="my own"))
    assert own.controlled_vocabularies == {}
    assert len(own.get_annotation_data_for_tier("micro-gestures")) == 2


def test_a_transcript_gives_the_same_file_always() -> None:
    assert write(*GESTURES) == write(*GESTURES)


def test_a_character_that_xml_cannot_hold_is_refused() -> None:
    with pytest.raises(InputError, match=r"item 'a': 'x\\uffffy' contains U\+FFFF"):
        write(Gesture(label="x\uffffy", start=1, end=2))


@pytest.mark.parametrize("seed", range(20))
def test_lanes_never_overlap_and_are_as_few_as_possible(seed: int) -> None:
    draw = random.Random(seed)
    starts = [draw.randrange(100) / 10 for _ in range(40)]
    gestures = [Gesture(label="x", start=s, end=s + draw.randrange(20) / 10) for s in starts]
    placed = place(gestures, lost := Counter[str]())
    lanes = lay(placed)
    for lane in lanes:
        assert all(one.end <= other.start for one, other in pairwise(lane))
    assert sorted(one.number for lane in lanes for one in lane) == list(range(1, 41))
    most = max(sum(one.start <= t < one.end for one in placed) for t in range(12_000))
    assert len(lanes) == most
    assert all(isinstance(one, Placed) and one.end > one.start for one in placed)
    assert lost.total() == sum(one.start == one.end for one in gestures)


def test_a_group_is_marked_and_offered_only_where_it_occurs(tmp_path: Path) -> None:
    group = Gesture(label="hand at head", start=5.0, end=6.0, confidence=0.7, level="group")
    seen = elan(tmp_path, write(*GESTURES, group))
    texts = [one[2] for one in seen.get_annotation_data_for_tier("micro-gestures")]
    assert texts[-1] == "hand at head (exact gesture unclear)"
    _, entries, _ = seen.controlled_vocabularies["imigue"]
    assert len(entries) == 33
    assert entries["cveid32"][0][0][0] == "hand at head (exact gesture unclear)"
    assert "one of: touching hat; touching or scratching head" in write(group).text
