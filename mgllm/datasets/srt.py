"""SubRip captions (`.srt`)."""

from __future__ import annotations

from mgllm.datasets.base import dataset
from mgllm.datasets.speech_files import SpeechImporter


@dataset("srt")
class SubRip(SpeechImporter):
    """Importer of SubRip captions; each caption is a turn."""

    kind = "srt"
    title = "Captions, SubRip"
    citation = "The format has no paper; it is what the program SubRip wrote. Read with webvtt-py."
