"""Whether an import of a made-up corpus is right, and the reader whose effect was planted.

python -m mgllm.testing.corpora ROOT OUT
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping
from pathlib import Path

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import MgllmError
from mgllm.items.gesture_files import SUFFIX, read_gesture_file
from mgllm.items.loading import load_items
from mgllm.records import GestureFile, LabelScores, Question, Reply
from mgllm.skeleton import open_dataset
from mgllm.synthetic.corpora import Truth, Weights, read_truth
from mgllm.synthetic.corpora.truth import TrueVideo
from mgllm.testing.corpus_data import check_dataset_of, differences, same_person

SHOWN = 20
"""Lines of an error."""
NEAR = 1.01
"""Frames by which a time may differ: an end is the last frame's beginning or its end."""


def check_import(root: str | Path, out: str | Path) -> tuple[str, ...]:
    """Compare everything that was imported from a made-up corpus with the corpus's `truth.json`.

    Below `out` it finds skeleton data sets (clips, or complete recordings), transcripts
    `*.mg.json`, `items.jsonl` and `folds.json`, and checks what is there: counts, joints, people,
    frames a second, frames, labels, sides and folds.

    Args:
        root: the folder that `mgllm synth CORPUS -o ROOT` wrote.
        out: the folder that commands wrote into.

    Returns:
        What was checked: the path of each file or folder.

    Raises:
        AssertionError: something is not as it must be, a line each; or there is nothing to check.
        InputError: `root` has no truth, or a file below `out` cannot be read.
    """
    root, out = Path(root), Path(out)
    truth = read_truth(root)
    found = {path: check for name, check in KINDS.items() for path in sorted(out.rglob(name))}
    found |= dict.fromkeys(sorted({path.parent for path in out.rglob(f"*{SUFFIX}")}), _transcripts)
    assert found, f"{out} has no skeleton data set, transcript, items.jsonl or folds.json"
    wrong = Counter(f"{path}: {line}" for path, check in found.items() for line in check(path, truth))
    more = f"\n… and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    assert not wrong, "\n".join(list(wrong)[:SHOWN]) + more
    return tuple(map(str, found))


def answer_as_reader(weights: Weights, question: Question) -> Reply:
    """What the reader of known weights replies; with `functools.partial` it is a script for
    `ScriptedBackend`."""
    scores = weights.log_probabilities("\n".join(one.content for one in question.prompt.messages))
    best = max(scores, key=lambda label: scores[label])
    said = next(choice.text for choice in question.choices if choice.label == best)
    return Reply(text=said, scores=LabelScores(total=scores, mean=scores), finish_reason="stop")


def _transcripts(folder: Path, truth: Truth) -> Iterator[str]:
    """What is wrong with the transcripts of a folder."""
    files = [read_gesture_file(path) for path in sorted(folder.glob(f"*{SUFFIX}"))]
    for source in sorted({one.source for one in files}):
        there = [one for one in files if one.source == source]
        wanted = [name for name, one in truth.videos.items() if source != "annotated" or one.labelled]
        if source != "recognized":
            names: Counter[Hashable] = Counter(one.item for one in there)
            yield from differences(Counter(wanted), names, f"{source} transcripts")
    for file in files:
        if (video := truth.videos.get(file.item)) is None:
            continue
        if file.source == "out_of_fold" and file.exposure != "held_out":
            yield f"{file.item}: out_of_fold, but the person's exposure is {file.exposure}"
        if truth.fps and (file.duration is None or abs(file.duration * truth.fps - video.frames) > NEAR):
            yield f"{file.item} has the duration {file.duration}; it must be {video.frames / truth.fps:g}"
        if file.source == "annotated" and truth.fps:
            yield from _annotated(file, video, truth, truth.fps)


def _items(path: Path, truth: Truth) -> Iterator[str]:
    """What is wrong with items that have the corpus's speech."""
    items = {one.id: one for one in load_items(path)}
    yield from differences(Counter(list(truth.videos)), Counter(list(items)), "items")
    for name, item in items.items():
        if (video := truth.videos.get(name)) is None:
            continue
        if item.target != video.target:
            yield f"{name} has the target {item.target!r}; it must have {video.target!r}"
        if item.subject_known and not same_person(item.subject, video.subject):
            yield f"{name} is of person '{item.subject}'; it must be '{video.subject}'"
        if video.sex is not None and item.covariates.get("sex") != video.sex:
            yield f"{name} has the sex {item.covariates.get('sex')!r}; it must have {video.sex!r}"
        if video.turns and not item.speech:
            yield f"{name} has no speech"


def _folds(path: Path, truth: Truth) -> Iterator[str]:
    """Whether each person is in one fold and nobody is left out.

    `folds` is a list of folds; each is a list of people, or has one under `subjects`.
    """
    try:
        folds = json.loads(path.read_text(encoding="utf-8"))["folds"]
        people = [[str(who) for who in (one["subjects"] if isinstance(one, dict) else one)] for one in folds]
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield f"cannot be read as folds of people: {type(error).__name__} {error}"
        return
    seen: Counter[Hashable] = Counter(
        str(int(who)) if who.isdecimal() else who for fold in people for who in fold
    )
    yield from differences(Counter(list(truth.people)), seen, "people in folds")


def _annotated(file: GestureFile, video: TrueVideo, truth: Truth, fps: float) -> Iterator[str]:
    """Whether micro-gestures have their names and times; movement that goes with speech may be left
    out."""
    left_out = {one.label for one in load_vocabulary(truth.corpus).classes if one.group is None}
    wanted = [one for one in video.clips if one.label not in left_out]
    found = sorted(
        (one for one in file.gestures if one.label not in left_out),
        key=lambda one: (one.start or 0.0, one.end or 0.0, one.label),
    )
    if [one.label for one in wanted] != [one.label for one in found]:
        yield f"{file.item} has {len(found)} gestures; it must have {len(wanted)}, or other names"
        return
    for one, clip in zip(found, wanted, strict=True):
        apart = (
            abs((one.start or 0.0) * fps - clip.first),
            abs((one.end or 0.0) * fps - clip.last - 1),
        )
        if max(apart) > NEAR:
            yield f"{file.item}: {clip.label} is at {one.start} s; it must be at {clip.first / fps:g} s"


def _dataset(path: Path, truth: Truth) -> Iterator[str]:
    """A data set that was made of others, such as windows, has other clips on purpose."""
    made_of_others = open_dataset(path.parent).meta.made_of
    return iter(()) if made_of_others else check_dataset_of(path.parent, truth)


KINDS: Mapping[str, Callable[[Path, Truth], Iterator[str]]] = {
    "dataset.json": _dataset,
    "items.jsonl": _items,
    "folds.json": _folds,
}
"""What is checked, by the name of its file; transcripts are checked folder by folder."""


def _main(words: list[str]) -> int:
    if len(words) != 2:
        sys.stderr.write("python -m mgllm.testing.corpora ROOT OUT\n")
        return 2
    try:
        checked = check_import(Path(words[0]), Path(words[1]))
    except MgllmError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except AssertionError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("".join(f"right: {line}\n" for line in checked))
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
