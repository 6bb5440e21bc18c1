"""What every format on the shelf of exports must do, and that an importer reads what it writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.datasets.base import AnnotationImporter, ImportChoices, ImportedTranscripts, datasets
from mgllm.errors import InputError
from mgllm.exports.base import ExportChoices, exports
from mgllm.records import Gesture, GestureFile

NAMES = exports.names()
FILE = GestureFile(
    item="talk",
    duration=60.0,
    gestures=(
        Gesture(label="folding arms", start=1.0, end=4.0),
        Gesture(label="head up", start=2.0, end=3.0),
        Gesture(label="folding arms", start=2.0, end=3.0),
    ),
)


def test_the_shelf_is_not_empty() -> None:
    assert {"eaf", "csv", "miga"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_format_says_what_it_is(name: str) -> None:
    exporter = exports.get(name)(ExportChoices(fps=25))
    assert len(exporter.title) > 3
    assert exporter.suffix.endswith((".eaf", ".csv"))
    assert exporter.heeds <= set(ExportChoices.model_fields)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("gestures", [FILE.gestures, ()])
def test_the_importer_of_that_name_reads_it_back(
    name: str, gestures: tuple[Gesture, ...], tmp_path: Path
) -> None:
    exporter = exports.get(name)(ExportChoices(fps=25))
    exported = exporter.write(FILE.model_copy(update={"gestures": gestures}))
    path = tmp_path / f"talk{exporter.suffix}"
    path.write_text(exported.text, encoding="utf-8")
    importer = datasets.get(name)()
    assert isinstance(importer, AnnotationImporter)
    chosen = {"fps": 25} if "fps" in exporter.heeds else {}
    imported = type(importer)(ImportChoices.model_validate(chosen)).read(path)
    assert isinstance(imported, ImportedTranscripts)
    assert imported.transcripts[0].item == "talk"
    assert sorted(imported.transcripts[0].gestures, key=str) == sorted(gestures, key=str)
    assert imported.warnings == ()
    assert exported.lost == {}


def test_unknown_formats_are_guessed() -> None:
    with pytest.raises(InputError, match=r"unknown export 'eef'\. Did you mean 'eaf'\?"):
        exports.get("eef")
