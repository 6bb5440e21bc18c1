"""`mgllm transcribe`: of files or of one data set, whichever the inputs are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mgllm.commands._options import parse_options
from mgllm.commands.transcribe_annotated import Annotated, AnnotatedOptions, transcribe_annotated
from mgllm.commands.transcribe_files import FileOptions, TranscribedFiles, transcribe_files
from mgllm.commands.transcribe_sets import Transcribed, TranscribeOptions, transcribe as transcribe_set
from mgllm.errors import InputError
from mgllm.progress import Display

OF_SETS = ("cross_fit", "learn_from", "folds", "by", "on", "clips", "seed", "resume")
"""Options that single recordings have no use for."""
OF_LABELS = ("fps", "illustrative")
"""Options that only `--annotated` has a use for."""
OF_FILES = ("crop", "anonymous", "subject")
"""Options that data sets have no use for."""


def transcribe(
    sources: Sequence[Path],
    out: Path,
    said: Mapping[str, object],
    sets: Iterable[str] = (),
    *,
    display: Display = "auto",
) -> Transcribed | TranscribedFiles | Annotated:
    """Write what gestures a recogniser finds, as a transcript for each recording.

    Args:
        sources: videos and `*.skeleton.npz` files, or one folder with a skeleton data set.
        out: the folder to write into.
        said: options by name, those of the kind of input.
        sets: NAME=VALUE words for all other options.
        display: how progress is shown.

    Raises:
        InputError: an option is for the other kind of input, or what `transcribe_files` and
            `transcribe_sets` refuse.
    """
    if said.get("annotated"):
        return _annotated(sources, out, said, tuple(sets))
    _refuse(said, OF_LABELS, "without it a recogniser looks for gestures", "--annotated")
    said = _with_answer(said)
    if len(sources) == 1 and (sources[0].is_dir() or said.keys() & {"cross_fit", "folds"}):
        _refuse(said, OF_FILES, f"{sources[0]} is read as a skeleton data set", "videos")
        options = parse_options(TranscribeOptions, said, sets)
        return transcribe_set(sources[0], out, options, display=display)
    _refuse(said, OF_SETS, "these are single recordings", "skeleton data sets")
    return transcribe_files(sources, out, parse_options(FileOptions, said, sets), display=display)


def _annotated(
    sources: Sequence[Path], out: Path, said: Mapping[str, object], sets: tuple[str, ...]
) -> Annotated:
    """Labels of one data set.

    Raises:
        InputError: there are several inputs, or options of recognisers.
    """
    rest = {name: value for name, value in said.items() if name != "annotated"}
    useless = sorted({*rest, *({"set"} if sets else ())} - {*OF_LABELS})
    if useless:
        flag = useless[0].replace("_", "-")
        raise InputError(f"--{flag} has no effect on --annotated, which reads labels; leave it out")
    if len(sources) != 1:
        raise InputError(f"--annotated reads one skeleton data set ({len(sources)} were given)")
    return transcribe_annotated(sources[0], out, parse_options(AnnotatedOptions, rest))


def _with_answer(said: Mapping[str, object]) -> dict[str, object]:
    """The options with `timeline.answer` for `--words-only` or `--groups-only`.

    Raises:
        InputError: both were given.
    """
    asked = [answer for answer in ("words", "groups") if said.get(f"{answer}_only")]
    if len(asked) > 1:
        raise InputError("--words-only and --groups-only exclude each other; give one of them")
    rest = {name: value for name, value in said.items() if name not in ("words_only", "groups_only")}
    return {**rest, **({"timeline.answer": asked[0]} if asked else {})}


def _refuse(said: Mapping[str, object], names: tuple[str, ...], what: str, other: str) -> None:
    """See that no option was given that would have no effect."""
    if useless := [name for name in names if name in said]:
        raise InputError(f"--{useless[0].replace('_', '-')} is for {other}; {what}")
