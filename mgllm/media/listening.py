"""Speech of a recording into turns, by faster-whisper with a model on this disk; nothing is downloaded.

The model is Whisper (Radford et al., 2023, "Robust Speech Recognition via Large-Scale Weak Supervision").
It is asked only where Silero's detector, which faster-whisper brings, hears a voice: into silence it writes
words that nobody said.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from mgllm.errors import InputError
from mgllm.media.sound import RATE, read_sound
from mgllm.records import Frozen, Turn
from mgllm.speech.words import NOBODY, in_order, make_turn

FILES = ("model.bin", "config.json", "tokenizer.json")
"""What a folder must hold; without the last, faster-whisper would look for one on a hub."""
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")


class ListenOptions(Frozen):
    """Which model listens, and how."""

    model: Path
    """`--model`: folder of a Whisper model in CTranslate2's form."""
    language: str | None = None
    """`--language`: such as en; absent: heard in each file."""
    compute_type: Literal["int8", "float32"] = "int8"
    """`--compute-type`: int8 is quicker and takes less memory, float32 is nearer to the original."""
    threads: int = Field(default=0, ge=0)
    """`--threads`: of the processor; 0: OMP_NUM_THREADS, else 4."""


class Heard(Frozen):
    """What is said in one recording."""

    turns: tuple[Turn, ...]
    """One for each segment that the model made; none where nobody speaks."""
    language: str
    """The one given, or the one heard."""
    seconds: float
    """Length of the sound, from the recording's beginning."""
    missing: float = 0.0
    """Seconds in between without sound, or with sound that cannot be decoded; taken as silence."""


class Listener:
    """A model that is loaded."""

    def __init__(self, model: Any, language: str | None) -> None:
        self._model, self._language = model, language

    def hear(self, path: Path) -> Heard:
        """The turns of a sound or video file, in seconds of its own clock; the same file, the same words.

        Raises:
            InputError: there is no such file, it has no sound, or it cannot be decoded.
        """
        sound, missing = read_sound(path)
        seconds = len(sound) / RATE
        segments, about = self._model.transcribe(
            sound,
            language=self._language,
            temperature=0.0,  # no sampling, so no other words the next time
            condition_on_previous_text=False,  # a loop of words ends with its half minute
            vad_filter=True,
        )
        made = [
            make_turn(str(path), NOBODY, one.text, max(one.start, 0.0), min(one.end, seconds))
            for one in segments
            if max(one.start, 0.0) < min(one.end, seconds)  # the model's clock may run past the end
        ]
        turns = in_order(turn for turn in made if turn is not None)
        return Heard(turns=turns, language=about.language, seconds=seconds, missing=missing)


def open_listener(options: ListenOptions) -> Listener:
    """Load the model.

    Raises:
        InputError: faster-whisper is not installed, or the folder holds no such model.
    """
    folder = options.model
    _check_folder(folder)
    try:
        from faster_whisper import WhisperModel
    except ImportError:
        raise InputError("listening needs faster-whisper: pip install 'mgllm[speech]'") from None
    how = {"device": "cpu", "compute_type": options.compute_type, "cpu_threads": options.threads}
    try:
        model = WhisperModel(str(folder), local_files_only=True, **how)
    except Exception as error:  # its tokenizer's own errors have no narrower class
        raise InputError(f"{folder} cannot be loaded as a Whisper model: {error}") from None
    if model.model.n_mels != len(model.feature_extractor.mel_filters):
        what = f"has no preprocessor_config.json that says feature_size {model.model.n_mels}"
        raise InputError(f"{folder} {what}, as its model needs; copy it from the original model")
    if options.language is not None and options.language not in model.supported_languages:
        what = "the model knows no such language; give a code of two letters that it knows, such as"
        known = model.supported_languages
        example = "en" if "en" in known else known[0]
        raise InputError(f"--language '{options.language}': {what} {example}")
    return Listener(model, options.language)


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        what = "is no folder; name one with a Whisper model in CTranslate2's form: nothing is downloaded"
        raise InputError(f"--model {folder} {what}")
    missing = [name for name in FILES if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in VOCABULARIES):
        missing.append(" or ".join(VOCABULARIES))
    if missing:
        what = f"lacks {', '.join(missing)}; a Whisper model in CTranslate2's form has"
        raise InputError(f"--model {folder} {what} {', '.join(FILES)} and {VOCABULARIES[0]}")
