"""Plain text: what was said, without times."""

from __future__ import annotations

from mgllm.datasets._speech_files import SpeechImporter
from mgllm.datasets.base import dataset


@dataset("txt")
class PlainText(SpeechImporter):
    """Importer of plain text; each file is one turn."""

    kind = "txt"
    title = "Transcripts, plain text"
    citation = "Plain text has no paper to cite; cite where the recordings come from."
