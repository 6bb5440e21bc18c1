"""Praat's TextGrid, by hand or from a forced aligner."""

from __future__ import annotations

from mgllm.datasets.base import dataset
from mgllm.datasets.speech_files import SpeechImporter


@dataset("textgrid")
class TextGrid(SpeechImporter):
    """Importer of Praat's TextGrids; an interval tier is a speaker, or words to be joined."""

    kind = "textgrid"
    title = "Aligned transcripts, Praat's TextGrid"
    citation = "Boersma, P., & Weenink, D. Praat: doing phonetics by computer [computer program]."
