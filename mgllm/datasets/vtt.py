"""WebVTT captions (`.vtt`)."""

from __future__ import annotations

from mgllm.datasets.base import dataset
from mgllm.datasets.speech_files import SpeechImporter


@dataset("vtt")
class WebVtt(SpeechImporter):
    """Importer of WebVTT captions; each caption is a turn, or one for each voice `<v Name>` in it."""

    kind = "vtt"
    title = "Captions, WebVTT"
    citation = "WebVTT: The Web Video Text Tracks Format. World Wide Web Consortium. Read with webvtt-py."
