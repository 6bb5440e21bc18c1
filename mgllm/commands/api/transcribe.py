"""`mgllm.transcribe`: the gestures of recordings, as transcripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from mgllm.commands.api._door import python_door
from mgllm.commands.api._keywords import given
from mgllm.commands.transcribe import transcribe as transcribe_flow
from mgllm.commands.transcribe_annotated import Annotated
from mgllm.commands.transcribe_files import TranscribedFiles
from mgllm.commands.transcribe_sets import Transcribed
from mgllm.errors import InputError
from mgllm.progress import Display


@python_door
def transcribe(  # noqa: PLR0913  # keywords of the public API
    paths: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    checkpoint: str | Path | None = None,
    crop: str | None = None,
    subject: str | None = None,
    anonymous: bool = False,
    words_only: bool = False,
    groups_only: bool = False,
    cross_fit: int | None = None,
    learn_from: str | Path | None = None,
    folds: str | Path | None = None,
    by: str = "subject",
    on: str | None = None,
    clips: Literal["auto", "recordings", "trimmed"] = "auto",
    seed: int = 0,
    resume: bool = False,
    settings: Mapping[str, Any] | None = None,
    display: Display = "auto",
) -> Transcribed | TranscribedFiles | Annotated:
    """Find the gestures in recordings with a recogniser, and write them as `*.mg.json` files.

    Videos need the extra `video`; skeleton files and data sets need nothing more.

    Args:
        paths: Videos and `*.skeleton.npz` files, one or several; or the folder of one skeleton data
            set.
        out: The folder to write into. No file is written over.
        checkpoint: A trained recogniser, as a folder. Default: the one that comes with mgllm.
        crop: Of videos: the part of the picture that is looked at, `"X,Y,W,H"` in pixels or
            percent.
        subject: Of videos: who is seen in all of them. Default: another person in each.
        anonymous: Of videos: call items clip-0001 and so on, and write no file names and no pixels.
        words_only: Leave a gesture out if only its group is sure, such as "hand at head".
        groups_only: Name only groups of gestures, never one gesture.
        cross_fit: Of a data set: train so many recognisers on it, each without a part of its
            people.
        learn_from: Of `cross_fit`: the data set to learn from, if it is not the one that is read.
            People are the same if their names are.
        folds: Of `cross_fit`: a file that says who is in which fold.
        by: Of a data set: the column that the parts of `cross_fit` keep together.
        on: Of a data set: the clips to read, as `"column=values"`. Default: all.
        clips: Of a data set: whether each clip is a recording or has one gesture of one; auto
            looks.
        seed: Of the parts of `cross_fit`.
        resume: Of a data set: go on with an interrupted work in `out`; epochs and transcripts that
            are complete are not made again.
        settings: Any other option by its place, such as `{"timeline.windows.seconds": 1.5}`.
        display: Progress: rich (a bar in a terminal), plain (lines), none; auto chooses.

    Returns:
        What was written: `.out`, `.gestures`, `.levels`, `.exposures`; of videos and skeleton files
        also `.items` and `.problems`, a line for each input that could not be used.

    Raises:
        InputError: Recogniser, options or folder cannot be used, or none of the inputs can.
        TrainingStopped: A training of `cross_fit` failed.

    Example:
        >>> made = mgllm.transcribe(["talk.mp4"], out="transcripts", subject="s01")
        >>> mgllm.run(model="local", items="items.jsonl", gestures=made.out)
    """
    sources = [paths] if isinstance(paths, str | Path) else paths
    said = given(transcribe, locals(), "paths", "out", "settings", "display", "sources")
    made = transcribe_flow(
        [Path(one) for one in sources], Path(out), {**said, **(settings or {})}, display=display
    )
    if isinstance(made, TranscribedFiles) and not made.items:
        raise InputError("; ".join(made.problems) or "paths is empty: name at least one recording")
    return made
