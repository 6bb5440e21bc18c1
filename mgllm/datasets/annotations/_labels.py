"""What becomes of the labels that people wrote: a vocabulary's spelling, a translation, what the
user's table says (`--map labels.csv`), or the label itself with the nearest guess."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mgllm.cues.label_names import best_vocabulary, known_label, label_guess, plain_label, translate
from mgllm.cues.vocabularies import load_vocabulary, vocabulary_names
from mgllm.datasets.annotations._annotations import Recording, Track
from mgllm.errors import InputError, guess, some
from mgllm.files.eaf_files import tidy
from mgllm.files.tables import Row, read_rows
from mgllm.records import Frozen

FROM, TO = "from", "to"


class Words(Frozen):
    """What becomes of labels."""

    vocabulary: str
    """The vocabulary of the transcripts."""
    renamed: Mapping[str, str]
    """Label in the transcript, by label in the file. A label that is not in the vocabulary is
    kept."""


def choose_words(labels: Sequence[str], wanted: str | None, named: str | None) -> Words:
    """The vocabulary that the user wants, or that the files name, or that fits best.

    Labels of other vocabularies are translated only where the user named the vocabulary.

    Raises:
        InputError: there is no such vocabulary.
    """
    vocabulary = wanted or named or best_vocabulary(labels).vocabulary
    load_vocabulary(vocabulary)
    renamed = {}
    for label in dict.fromkeys(labels):
        known = known_label(vocabulary, label)
        if known is None and wanted is not None:
            known = _translated(label, vocabulary)
        renamed[label] = known or label
    return Words(vocabulary=vocabulary, renamed=renamed)


def word_notes(labels: Sequence[str], words: Words) -> list[str]:
    """Notes on labels that were translated, and on labels of another vocabulary or of none."""
    count = Counter(labels)
    own = {label for label in count if known_label(words.vocabulary, label) is not None}
    translated = [label for label in count if label not in own and words.renamed[label] != label]
    rest = [label for label in count if label not in own and label not in translated]
    elsewhere = [label for label in rest if best_vocabulary([label]).known]
    nowhere = [label for label in rest if label not in elsewhere]
    lines = []
    if count and len(rest) == len(count):
        noun = load_vocabulary(words.vocabulary).noun
        lines.append(f"no label is in the vocabulary {words.vocabulary}; prompts will call them {noun}")
    if translated:
        said = some([f"'{label}' is '{words.renamed[label]}'" for label in translated])
        lines.append(f"{len(translated)} labels were translated to {words.vocabulary}: {said}")
    if elsewhere:
        said = some([f"'{label}' ({count[label]}; {_homes(label)})" for label in elsewhere])
        lines.append(
            f"{len(elsewhere)} labels are not in {words.vocabulary} but in another vocabulary: {said}"
        )
    if nowhere:
        said = some([_with_guess(label, count[label], words.vocabulary) for label in nowhere])
        lines.append(f"{len(nowhere)} labels are in no vocabulary and are kept: {said}")
    return lines


def _translated(label: str, vocabulary: str) -> str | None:
    found = (translate(label, source, vocabulary) for source in vocabulary_names())
    return next((other for other in found if other is not None), None)


def _homes(label: str) -> str:
    return ", ".join(name for name in vocabulary_names() if known_label(name, label) is not None)


def _with_guess(label: str, times: int, vocabulary: str) -> str:
    near = label_guess(vocabulary, label)
    guess = f"; is it '{near}'?" if near else ""
    return f"'{label:.60}' ({times}{guess})"


def with_mapped_labels(
    recordings: Sequence[Recording], path: Path | None
) -> tuple[list[Recording], list[str]]:
    """The recordings with labels of the second column of a table in place of the first one's.

    Labels with an empty second column are taken out. Labels that the table does not have stay.

    Returns:
        The recordings, and notes on what was changed, left out and not found.

    Raises:
        InputError: the table cannot be read, or its labels are in no vocabulary; names the line.
    """
    if path is None:
        return list(recordings), []
    names = _read(path)
    used: Counter[str] = Counter()
    mapped = [
        one.model_copy(update={"tracks": {name: _mapped(t, names, used) for name, t in one.tracks.items()}})
        for one in recordings
    ]
    return mapped, _notes(path, names, used)


def _read(path: Path) -> Mapping[str, str]:
    """The label of the vocabulary by the plain spelling of the user's; empty to leave it out."""
    rows = read_rows(path, (FROM, TO), f"the first line must be {FROM},{TO}: your label, the vocabulary's")[1]
    names: dict[str, str] = {}
    for row in rows:
        own, label = tidy(row.cells[FROM]), tidy(row.cells[TO])
        if not plain_label(own):
            raise InputError(f"{row.where} {FROM}: must be a label")
        target = _known(label, row) if label else ""
        if names.setdefault(plain_label(own), target) != target:
            raise InputError(f"{row.where} {FROM}: '{own:.60}' has two meanings; keep one of them")
    if not names:
        raise InputError(f"{path} has no rows; write your label and the vocabulary's in each")
    return names


def _known(label: str, row: Row) -> str:
    found = (known_label(name, label) for name in vocabulary_names())
    known = next((one for one in found if one is not None), None)
    if known is None:
        labels = {one.label for name in vocabulary_names() for one in load_vocabulary(name).classes}
        what = f"'{label:.60}' is in no gesture vocabulary.{guess(label, labels)}"
        raise InputError(f"{row.where} {TO}: {what} See: mgllm vocabulary show")
    return known


def _mapped(track: Track, names: Mapping[str, str], used: Counter[str]) -> Track:
    marks = []
    for mark in track.marks:
        key = plain_label(mark.label)
        if key not in names:
            marks.append(mark)
            continue
        used[key] += 1
        if names[key]:
            marks.append(mark.model_copy(update={"label": names[key]}))
    offered = (names.get(plain_label(label), label) for label in track.offered)
    return track.model_copy(
        update={"marks": tuple(marks), "offered": tuple(label for label in offered if label)}
    )


def _notes(path: Path, names: Mapping[str, str], used: Counter[str]) -> list[str]:
    renamed = [key for key in names if names[key] and used[key]]
    removed = [key for key in names if not names[key] and used[key]]
    useless = [key for key in names if not used[key]]
    lines = []
    if renamed:
        said = some([f"'{key}' is '{names[key]}' ({used[key]})" for key in renamed])
        lines.append(f"{len(renamed)} labels were renamed by {path.name}: {said}")
    if removed:
        said = some([f"'{key}' ({used[key]})" for key in removed])
        lines.append(f"{_total(used, removed)} annotations are left out, as {path.name} says: {said}")
    if useless:
        said = some([f"'{key}'" for key in useless])
        lines.append(f"{len(useless)} labels of {path.name} are in no annotation: {said}")
    return lines


def _total(used: Counter[str], keys: Iterable[str]) -> int:
    return sum(used[key] for key in keys)
