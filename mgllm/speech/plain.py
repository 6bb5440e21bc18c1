"""Plain text: what is said, without times; `Name: words` at the beginning of a line says who."""

from __future__ import annotations

from mgllm.errors import InputError
from mgllm.speech.base import Said, SpeechFormat, speech_format
from mgllm.speech.cues import holds_times
from mgllm.speech.speakers import Speakers
from mgllm.speech.words import make_turn


def parse_plain(text: str, where: str, *, speakers: str | None = None) -> Said:
    """One turn; one for each change of speaker, where lines name them.

    Raises:
        InputError: it is captions, or it is not clear whether a name before words is a speaker;
            names it.
    """
    if holds_times(text):
        raise InputError(f"{where} has times like captions; name it .srt or .vtt, so that they are read")
    names = Speakers(text.split("\n"), where, speakers)
    made = [make_turn(where, speaker, words, None, None) for speaker, words in names.parts(text)]
    return Said(turns=tuple(turn for turn in made if turn is not None), notes=names.notes)


speech_format("txt")(
    SpeechFormat(
        suffix=".txt",
        tells="words",
        parse=parse_plain,
        title="Transcripts, plain text",
        citation="Plain text has no paper to cite; cite where the recordings come from.",
        heeds=frozenset({"speakers"}),
    )
)
