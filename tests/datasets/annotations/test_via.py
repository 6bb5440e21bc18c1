"""VIA's csv: its two exports, in the forms of its versions, as VIA's own source writes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mgllm.datasets.annotations.via import Via
from mgllm.datasets.base import ImportChoices, ImportedTranscripts
from mgllm.errors import InputError
from mgllm.records import Gesture

OPTIONS = {
    "1": {"aname": "Comment", "type": 1, "options": {"default": "Default"}, "default_option_id": ""},
    "2": {"aname": "Gesture", "type": 4, "options": {"0": "Folding arms", "1": "Head up", "2": "a, b"}},
}
SPANS = "metadata_id,file_list,flags,temporal_coordinates,spatial_coordinates,metadata"
SEGMENTS = "metadata_id,file_list,temporal_segment_start,temporal_segment_end,metadata"


def cell(content: object) -> str:
    return '"' + json.dumps(content).replace('"', '""') + '"'


def row(times: list[float], values: dict[str, str], file: str = "talk.mp4", place: str = "[]") -> str:
    return f'"1_abc",{cell([file])},0,{cell(times)},"{place}",{cell(values)}'


def segment(start: float | str, end: float | str, values: dict[str, str], file: str = "talk.mp4") -> str:
    return f'"1_abc",{cell([file])},{start},{end},{cell(values)}'


def export(*rows: str, columns: str = SPANS, told: str = "") -> str:
    head = ["# Exported using VGG Image Annotator (http://www.robots.ox.ac.uk/~vgg/software/via)", "# Notes:"]
    return "\n".join([*head, *([told] if told else []), f"# CSV_HEADER = {columns}", *rows])


def read(folder: Path, text: str, **choices: object) -> ImportedTranscripts:
    (folder / "export 1.csv").write_text(text, encoding="utf-8")
    return Via(ImportChoices.model_validate(choices)).read(folder / "export 1.csv")


TOLD = f"# ATTRIBUTE = {json.dumps(OPTIONS)}"


def test_options_are_told_by_name_and_ticked_boxes_are_gestures_each(tmp_path: Path) -> None:
    rows = [row([2.5, 3], {"2": "1"}), row([1.124, 5.31493], {"1": "0", "2": "0,2"})]
    imported = read(tmp_path, export(*rows, told=TOLD))
    assert [one.item for one in imported.transcripts] == ["export 1"]
    assert imported.transcripts[0].gestures == (
        Gesture(label="folding arms", start=1.124, end=5.31493),
        Gesture(label="a, b", start=1.124, end=5.31493),
        Gesture(label="head up", start=2.5, end=3),
    )
    assert (
        imported.warnings[0]
        == "read the attribute 'Gesture' of 1 recordings (export 1), not Comment (1 annotations)"
    )
    comments = read(tmp_path, export(*rows, told=TOLD), tier="Comment")
    assert comments.transcripts[0].gestures == (Gesture(label="0", start=1.124, end=5.31493),)


def test_attributes_by_name_alone_and_free_text(tmp_path: Path) -> None:
    told = '# ATTRIBUTES = {"1":"Gesture"}'
    imported = read(tmp_path, export(row([1, 2], {"1": "head up"}), told=told))
    assert imported.transcripts[0].gestures == (Gesture(label="head up", start=1, end=2),)
    assert imported.warnings == ()


def test_the_export_of_temporal_segments(tmp_path: Path) -> None:
    rows = [segment(1, 2.5, {"TEMPORAL-SEGMENTS": "Head up"}), segment("undefined", "", {"x": "y"})]
    imported = read(tmp_path, export(rows[0], columns=SEGMENTS))
    assert imported.transcripts[0].gestures == (Gesture(label="head up", start=1, end=2.5),)
    spaced = export(rows[0], columns=SEGMENTS.replace(",", ",\t"))
    assert read(tmp_path, spaced).transcripts == imported.transcripts
    with pytest.raises(InputError, match="csv:4 temporal_segment_start: must be a number"):
        read(tmp_path, export(rows[1], columns=SEGMENTS))


def test_early_versions_wrap_their_json_in_braces(tmp_path: Path) -> None:
    wrapped = '"1",' + ",".join(f'"{{{cell(c)[1:-1]}}}"' for c in (["v.mp4"], [1, 2], [], {"1": "head up"}))
    columns = SPANS.replace("flags,", "")
    assert read(tmp_path, export(wrapped, columns=columns)).transcripts[0].gestures[0].label == "head up"


def test_regions_of_still_pictures_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [
        row([2.4], {"2": "0"}, place="[2,162.2,176.2,639.4,192.4]"),
        row([], {"2": "0"}),
        row([1, 2], {"2": "0"}),
    ]
    imported = read(tmp_path, export(*rows, told=TOLD))
    assert len(imported.transcripts[0].gestures) == 1
    assert imported.warnings == (
        "2 rows are about a still picture or have no time, and are left out: export 1",
    )


def test_several_recordings_are_several_items(tmp_path: Path) -> None:
    names = ["https://host/a/talk%201.mp4", "C:\\videos\\b, [c].mkv"]
    rows = [row([1, 2], {"2": "0"}, name) for name in (*names, names[0])]
    imported = read(tmp_path, export(*rows, told=TOLD))
    assert [(one.item, len(one.gestures)) for one in imported.transcripts] == [("talk%201", 2), ("b, [c]", 1)]


def test_recordings_of_one_name_in_two_folders_are_not_mixed(tmp_path: Path) -> None:
    rows = [row([1, 2], {"2": "0"}, name) for name in ("a/talk.mp4", "b/talk.mp4")]
    with pytest.raises(InputError, match=r"has the same item as .*: 'talk'; rename one file"):
        read(tmp_path, export(*rows, told=TOLD))


def test_an_export_without_rows_says_that_nothing_was_seen(tmp_path: Path) -> None:
    assert read(tmp_path, export(told=TOLD), tier="Gesture").transcripts[0].gestures == ()
    assert read(tmp_path, export()).transcripts[0].gestures == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "label,start,end\nhead up,1,2\n",
            "is not a csv of VIA with temporal segments; in VIA choose Export",
        ),
        (
            export(columns="filename,file_size,region_shape_attributes"),
            "is not a csv of VIA with temporal segments",
        ),
        (export(row([1, 2], {}), told="# ATTRIBUTE = {broken"), "# ATTRIBUTE: is not JSON"),
        (export(row([1, 2], {}), told="# ATTRIBUTE = [1]"), "# ATTRIBUTE: must be an object"),
        (export('"1",0'), "csv:4 has 2 cells, the header has 6"),
        (export("x" * 5_000_001), "csv is not csv: field larger than field limit"),
        (export(row([1, 2], {})[:-3] + '["'), "csv:4 metadata: is not JSON"),
        (export(row([-1, 2], {})), "csv:4 temporal_coordinates: times must be from 0 to 1e+09 seconds"),
        (
            export(row([float("nan"), 2], {})),
            "csv:4 temporal_coordinates: times must be from 0 to 1e+09 seconds",
        ),
        (export(row([1, 2], {}).replace("[1, 2]", "[true, 2]")), "must be [start, end] in seconds"),
        (export(row([1, 2], {}).replace("[1, 2]", "7")), "must be [start, end] in seconds"),
        (
            export(row([1, 2], {}).replace("talk.mp4", "").replace('""""', "")),
            "file_list: must be a list of file names",
        ),
    ],
)
def test_another_or_a_broken_file_is_named_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
