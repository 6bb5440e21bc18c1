"""Plain text: what was said, without times."""

from __future__ import annotations

from mgllm.datasets.base import dataset
from mgllm.datasets.speech_files import SpeechImporter


@dataset("txt")
class PlainText(SpeechImporter):
    """Importer of plain text; each file is one turn."""

    kind = "txt"
    title = "Transcripts, plain text"
    citation = "Plain text has no paper to cite; cite where the recordings come from."
