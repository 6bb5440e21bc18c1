"""Whisper's JSON: machine transcripts."""

from __future__ import annotations

from mgllm.datasets.base import dataset
from mgllm.datasets.speech_files import SpeechImporter


@dataset("whisper")
class Whisper(SpeechImporter):
    """Importer of Whisper's JSON; each segment is a turn."""

    kind = "whisper"
    title = "Machine transcripts, Whisper's JSON"
    citation = (
        "Radford, A., Kim, J. W., Xu, T., Brockman, G., McLeavey, C., & Sutskever, I. (2023). "
        "Robust speech recognition via large-scale weak supervision. ICML 2023."
    )
    caution = (
        "A machine heard these words: it can mishear, and it can write words into silence. "
        + SpeechImporter.caution
    )
