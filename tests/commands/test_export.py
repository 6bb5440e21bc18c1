"""`mgllm export`, and the way there and back through every format, whatever stands in the labels."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from mgllm.commands.export import export_transcripts
from mgllm.commands.import_ import import_dataset
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.datasets.base import ImportChoices
from mgllm.errors import InputError
from mgllm.exports.base import ExportChoices
from mgllm.items.gesture_files import file_stem, gesture_text, read_gesture_file
from mgllm.records import Gesture, GestureFile

HEAD = Gesture(label="head up", start=1.0, end=2.0)


def store(folder: Path, *files: GestureFile) -> Path:
    folder.mkdir(exist_ok=True)
    for n, file in enumerate(files):
        (folder / f"{n}.mg.json").write_text(gesture_text(file), encoding="utf-8")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def there_and_back(format: str, file: GestureFile, fps: float | None = None) -> GestureFile:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chosen = {} if fps is None else {"fps": fps}
        store(folder / "a", file)
        export_transcripts(format, [folder / "a"], folder / "b", ExportChoices.model_validate(chosen))
        same = chosen | {"vocabulary": file.vocabulary} | ({"illustrative": True} if format == "miga" else {})
        import_dataset(format, folder / "b", folder / "c", ImportChoices.model_validate(same))
        return read_gesture_file(next((folder / "c").glob("*.mg.json")))


def words(text: str) -> bool:
    """Whether a text may be a label: no control characters, marks or line separators; XML can hold it."""
    return text.strip() == text != "" and not any(
        c <= "\x1f" or "\x7f" <= c <= "\x9f" or c in "\u2028\u2029\ufffe\uffff" or "\ue000" <= c <= "\ue003"
        for c in text
    )


HOSTILE = [
    "]]>", "<!--", "&amp;", "&lt;b&gt;", '"', "'", '","', "=1+1", "@SUM(A1)", "'=x", "a  b", "a;b", "#x",
    "a\u00a0b", "😀", "e\u0301", "\u202egnihtyreve", "٣", "null", "nan", "NA", "{{ cues }}",
    "label,start,end", "x" * 200,
]  # fmt: skip
LABELS = st.one_of(
    st.sampled_from([one.label for one in load_vocabulary("imigue").classes]),
    st.sampled_from(HOSTILE),
    st.text(min_size=1, max_size=12).filter(words),
)


@st.composite
def timed(draw: st.DrawFn, labels: st.SearchStrategy[str] = LABELS) -> Gesture:
    start, length = draw(st.integers(0, 60_000)), draw(st.integers(1, 5_000))
    sure = draw(st.none() | st.floats(0, 1))
    return Gesture(
        label=draw(labels), start=start / 1000, end=round((start + length) / 1000, 3), confidence=sure
    )


def ordered(gestures: tuple[Gesture, ...]) -> list[Gesture]:
    return sorted(gestures, key=str)


@settings(max_examples=30, deadline=None)
@given(st.lists(timed(), max_size=8), st.none() | st.integers(66, 90))
def test_elan_gives_back_every_gesture_to_the_millisecond(
    gestures: list[Gesture], duration: int | None
) -> None:
    file = GestureFile(item="talk #1", gestures=tuple(gestures), duration=duration)
    back = there_and_back("eaf", file)
    assert ordered(back.gestures) == ordered(file.gestures)
    assert (back.item, back.duration, back.vocabulary) == (file.item, file.duration, "imigue")
    assert back.source == "annotated"


@st.composite
def untidy(draw: st.DrawFn) -> Gesture:
    start = draw(st.none() | st.floats(0, 1e6))
    end = draw(st.none() | st.floats(start or 0, 2e6))
    return Gesture(label=draw(LABELS), start=start, end=end, confidence=draw(st.none() | st.floats(0, 1)))


@settings(max_examples=30, deadline=None)
@given(st.lists(untidy(), max_size=8))
def test_a_table_gives_back_every_gesture_exactly(gestures: list[Gesture]) -> None:
    file = GestureFile(item="talk #1", gestures=tuple(gestures))
    assert ordered(there_and_back("csv", file).gestures) == ordered(file.gestures)


CLASSES = st.sampled_from([one.label for one in load_vocabulary("imigue").classes])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(CLASSES, st.integers(0, 9000), st.integers(1, 200)), max_size=8),
    st.sampled_from([25.0, 28.0, 29.97, 30000 / 1001, 50.0]),
)
def test_label_files_give_back_every_frame(rows: list[tuple[str, int, int]], fps: float) -> None:
    gestures = tuple(Gesture(label=label, start=a / fps, end=(a + n) / fps) for label, a, n in rows)
    back = there_and_back("miga", GestureFile(item="0001", gestures=gestures), fps)
    assert ordered(back.gestures) == ordered(gestures)
    assert back.item == "0001"


def test_files_are_named_after_items_and_counted(tmp_path: Path) -> None:
    recognized = GestureFile(item="a", source="recognized", gestures=(HEAD, Gesture(label="head up")))
    source = store(
        tmp_path / "s", GestureFile(item="a", gestures=(HEAD,)), recognized, GestureFile(item="../b")
    )
    report = export_transcripts("eaf", [source], tmp_path / "out")
    hostile = f"{file_stem('../b')}.eaf"
    assert names(tmp_path / "out") == sorted(["a.annotated.eaf", "a.recognized.eaf", hostile])
    assert (report.transcripts, report.gestures, len(report.files)) == (3, 3, 3)
    assert report.warnings == ("1 gestures have no start and are left out: a",)


def test_elan_files_of_several_vocabularies_keep_their_own(tmp_path: Path) -> None:
    arms = [GestureFile(item=v, vocabulary=v, gestures=(HEAD,)) for v in ("imigue", "ma52", "my own")]
    export_transcripts("eaf", [store(tmp_path / "s", *arms)], tmp_path / "e")
    report = import_dataset("eaf", tmp_path / "e", tmp_path / "i")
    back = [read_gesture_file(tmp_path / "i" / f"{one.item}.mg.json") for one in arms]
    assert [one.vocabulary for one in back] == ["imigue", "ma52", "imigue"]
    assert (report.vocabulary, report.warnings) == ("imigue, ma52", ())


def test_files_and_folders_together_and_each_once(tmp_path: Path) -> None:
    source = store(tmp_path / "s", GestureFile(item="a"), GestureFile(item="b"))
    export_transcripts("csv", [source / "1.mg.json", source], tmp_path / "out")
    assert names(tmp_path / "out") == ["a.csv", "b.csv"]


def test_nothing_is_written_over_or_half(tmp_path: Path) -> None:
    source = store(tmp_path / "s", GestureFile(item="a"), GestureFile(item="b"))
    out = tmp_path / "out"
    out.mkdir()
    (out / "b.csv").write_text("mine")
    with pytest.raises(InputError, match=r"b\.csv exists already and is not overwritten"):
        export_transcripts("csv", [source], out)
    assert names(out) == ["b.csv"]
    (source / "2.mg.json").write_text("{}")
    with pytest.raises(InputError, match=r"2\.mg\.json item: is missing"):
        export_transcripts("csv", [source], tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_what_cannot_be_exported_is_said_in_one_line(tmp_path: Path) -> None:
    source = store(tmp_path / "s", GestureFile(item="a"), GestureFile(item="a"))
    out = tmp_path / "out"
    with pytest.raises(InputError, match=r"two files have the same item and source, 'a\.annotated'"):
        export_transcripts("csv", [source], out)
    with pytest.raises(InputError, match="none does not exist"):
        export_transcripts("csv", [tmp_path / "none"], out)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"has no \*\.mg\.json files"):
        export_transcripts("csv", [tmp_path / "empty"], out)
    with pytest.raises(InputError, match="--fps has no effect on the format csv"):
        export_transcripts("csv", [source], out, ExportChoices(fps=25))
    with pytest.raises(InputError, match="unknown export 'boris'"):
        export_transcripts("boris", [source], out)
    assert not out.exists()
