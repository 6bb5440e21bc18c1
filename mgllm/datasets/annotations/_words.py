"""What becomes of the labels of an import: the vocabulary, its spelling, and notes on the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from mgllm.cues.label_names import best_vocabulary, known_label, translate
from mgllm.cues.vocabularies import load_vocabulary, vocabulary_names
from mgllm.errors import some
from mgllm.records import Frozen


class Words(Frozen):
    """What becomes of labels."""

    vocabulary: str
    """The vocabulary of the transcripts."""
    renamed: Mapping[str, str]
    """Label of a transcript by what stands in the files. What the vocabulary does not know stays as it is."""


def choose_words(labels: Sequence[str], wanted: str | None, named: str | None) -> Words:
    """The vocabulary that the user wants, else the one that the files name, else the one that fits best.

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
    """Lines on what was translated, and on labels that only another vocabulary, or none, knows."""
    count = Counter(labels)
    own = {label for label in count if known_label(words.vocabulary, label) is not None}
    translated = [label for label in count if label not in own and words.renamed[label] != label]
    rest = [label for label in count if label not in own and label not in translated]
    elsewhere = [label for label in rest if best_vocabulary([label]).known]
    nowhere = [label for label in rest if label not in elsewhere]
    lines = []
    if count and len(rest) == len(count):
        noun = load_vocabulary(words.vocabulary).noun
        lines.append(f"no label is in the vocabulary {words.vocabulary}; prompts will speak of {noun}")
    if translated:
        said = some([f"'{label}' is '{words.renamed[label]}'" for label in translated])
        lines.append(f"{len(translated)} labels are told in the words of {words.vocabulary}: {said}")
    if elsewhere:
        said = some([f"'{label}' ({count[label]}; {_homes(label)})" for label in elsewhere])
        lines.append(f"{len(elsewhere)} labels are not in {words.vocabulary} but in another one: {said}")
    if nowhere:
        said = some([_strange(label, count[label], words.vocabulary) for label in nowhere])
        lines.append(f"{len(nowhere)} labels are in no vocabulary and stay as they are: {said}")
    return lines


def _translated(label: str, vocabulary: str) -> str | None:
    found = (translate(label, source, vocabulary) for source in vocabulary_names())
    return next((other for other in found if other is not None), None)


def _homes(label: str) -> str:
    return ", ".join(name for name in vocabulary_names() if known_label(name, label) is not None)


def _strange(label: str, times: int, vocabulary: str) -> str:
    known = [one.label for one in load_vocabulary(vocabulary).classes]
    near = get_close_matches(label.casefold(), known, n=1, cutoff=0.75)
    guess = f"; is it '{near[0]}'?" if near else ""
    return f"'{label:.60}' ({times}{guess})"
