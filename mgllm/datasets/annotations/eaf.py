"""ELAN files (`.eaf`): the annotations of tiers with gestures."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from mgllm.datasets.annotations._annotations import annotation_files
from mgllm.datasets.annotations._eaf_tracks import PATTERN, eaf_recording
from mgllm.datasets.annotations._transcribing import transcribe
from mgllm.datasets.base import AnnotationImporter, ImportedTranscripts, dataset
from mgllm.files.eaf_files import read_eaf


@dataset("eaf")
class Eaf(AnnotationImporter):
    """Importer of ELAN files."""

    title = "Annotation made with ELAN"
    terms = "The terms of the recordings that were annotated."
    citation = (
        "ELAN. Nijmegen: Max Planck Institute for Psycholinguistics, The Language Archive.\n"
        "Wittenburg, P., Brugman, H., Russel, A., Klassmann, A., & Sloetjes, H. (2006). ELAN: A professional "
        "framework for multimodality research. LREC 2006."
    )
    caution = "Tiers of one person are read. Their annotations are taken as movements that a human saw."
    heeds: ClassVar[frozenset[str]] = frozenset({"tier", "vocabulary", "map"})

    def read(self, source: Path) -> ImportedTranscripts:
        """Read a file, or all `*.eaf` of a folder; the item is the file's name.

        Raises:
            InputError: a file is not an ELAN file, or it is not clear which tiers to read.
        """
        paths = annotation_files(source, (PATTERN,))
        return transcribe([eaf_recording(path, read_eaf(path)) for path in paths], self.choices)
