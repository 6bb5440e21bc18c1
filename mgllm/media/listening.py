"""Speech of a recording into turns, by faster-whisper with a model on this disk; nothing is
downloaded.

Times are those that players show. The model is Whisper (Radford et al., 2023, "Robust Speech
Recognition via Large-Scale Weak Supervision"). It listens only where Silero's detector, which comes
with faster-whisper, hears a voice: in silence it writes words that nobody said.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mgllm.errors import InputError
from mgllm.records import Frozen, Turn
from mgllm.speech.words import NOBODY, in_order, make_turn

RATE = 16_000
"""Samples in a second that Whisper reads."""
MOST_SECONDS = 12 * 3600
"""Longest recording; its sound takes 2.8 GB of memory."""
JITTER = RATE // 20
"""Samples by which sound may differ from its stated time before it counts as a gap: our choice."""
FILES = ("model.bin", "config.json", "tokenizer.json")
"""What a folder must have; without the last one, faster-whisper would look for it on a hub."""
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")


def read_sound(path: Path) -> tuple[NDArray[np.float32], float]:
    """The sound of a file, one channel of 16,000 samples a second, and how many seconds of it are
    missing.

    Its first sample is the file's beginning as players show it, also if the sound begins after the
    picture. What is missing in between is silence, so that times stay those of the file.

    Raises:
        InputError: there is no such file, it has no sound, or it cannot be decoded.
    """
    import av

    if not path.is_file():
        what = "is a folder; give the files in it" if path.is_dir() else "does not exist"
        raise InputError(f"{path} {what}")
    parts: list[NDArray[np.float32]] = []
    filled = missing = 0
    try:
        # Why a list: a playlist may name files on other machines, and these are not fetched.
        with av.open(
            f"file:{path}", metadata_errors="ignore", options={"protocol_whitelist": "file"}
        ) as file:
            if not file.streams.audio:
                raise InputError(f"{path} has no sound; write captions by hand")
            for begin, piece in _pieces(file):
                gap = begin - filled if begin - filled > JITTER else 0
                missing += gap if filled else 0
                filled += gap + len(piece)
                if filled > MOST_SECONDS * RATE:
                    raise InputError(f"{path} is longer than 12 hours; cut it into parts")
                parts += [np.zeros(gap, np.float32), piece]
    except (av.error.FFmpegError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be decoded: {reason}") from None
    if not filled:
        raise InputError(f"{path} cannot be decoded: its sound is empty")
    return np.concatenate(parts), missing / RATE


def _pieces(file: Any) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Pieces of the first sound stream that can be decoded, each with the number of its first
    sample."""
    import av

    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    origin = (file.start_time or 0) / av.time_base
    end = 0
    for packet in file.demux(file.streams.audio[0]):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            for piece in resampler.resample(frame):
                begin = end if piece.time is None else round((piece.time - origin) * RATE)
                end = begin + piece.samples
                yield begin, piece.to_ndarray()[0]
    for piece in resampler.resample(None):
        yield end, piece.to_ndarray()[0]


class ListenOptions(Frozen):
    """Which model listens, and how."""

    model: Path
    """`--model`: folder of a Whisper model in CTranslate2's format."""
    language: str | None = None
    """`--language`: such as en; without it the model finds the language of each file."""
    compute_type: Literal["int8", "float32"] = "int8"
    """`--compute-type`: int8 is faster and takes less memory; float32 is closer to the original."""
    threads: int = Field(default=0, ge=0)
    """`--threads`: processor threads; 0: OMP_NUM_THREADS, else 4."""


class Heard(Frozen):
    """What is said in one recording."""

    turns: tuple[Turn, ...]
    """One for each segment that the model made; none if nobody speaks."""
    language: str
    """The one given, or the one that the model found."""
    seconds: float
    """Length of the sound, from the recording's beginning."""
    missing: float = 0.0
    """Seconds in between without sound, or with sound that cannot be decoded; read as silence."""


class Listener:
    """A loaded speech model."""

    def __init__(self, model: Any, language: str | None) -> None:
        self._model, self._language = model, language

    def hear(self, path: Path) -> Heard:
        """The turns of a sound or video file, in seconds of the file; the same file gives the same
        words.

        Raises:
            InputError: there is no such file, it has no sound, or it cannot be decoded.
        """
        sound, missing = read_sound(path)
        seconds = len(sound) / RATE
        segments, about = self._model.transcribe(
            sound,
            language=self._language,
            temperature=0.0,  # no sampling, so that the next time gives the same words
            condition_on_previous_text=False,  # so that a loop of words ends after its half minute
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
        InputError: faster-whisper is not installed, or the folder has no such model.
    """
    folder = options.model
    _check_folder(folder)
    try:
        from faster_whisper import WhisperModel
    except ImportError:
        raise InputError("this needs faster-whisper: in the clone, pip install '.[speech]'") from None
    how = {"device": "cpu", "compute_type": options.compute_type, "cpu_threads": options.threads}
    try:
        model = WhisperModel(str(folder), local_files_only=True, **how)
    except Exception as error:  # its tokenizer's own errors have no narrower class
        raise InputError(f"{folder} cannot be loaded as a Whisper model: {error}") from None
    if model.model.n_mels != len(model.feature_extractor.mel_filters):
        what = f"has no preprocessor_config.json that says feature_size {model.model.n_mels}"
        raise InputError(f"{folder} {what}, which its model needs; copy it from the original model")
    if options.language is not None and options.language not in model.supported_languages:
        what = "the model does not know this language; give a code of two letters, such as"
        known = model.supported_languages
        example = "en" if "en" in known else known[0]
        raise InputError(f"--language '{options.language}': {what} {example}")
    return Listener(model, options.language)


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        what = (
            "is not a folder; give one with a Whisper model in CTranslate2's format (nothing is downloaded)"
        )
        raise InputError(f"--model {folder} {what}")
    missing = [name for name in FILES if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in VOCABULARIES):
        missing.append(" or ".join(VOCABULARIES))
    if missing:
        what = f"has no {', '.join(missing)}; a Whisper model in CTranslate2's format has"
        raise InputError(f"--model {folder} {what} {', '.join(FILES)} and {VOCABULARIES[0]}")
