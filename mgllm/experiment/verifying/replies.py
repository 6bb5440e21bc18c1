"""Checks that every stored reply, read again by the run's rules, gives the answer in its record."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mgllm.answers.words import label_words
from mgllm.experiment.rescoring import TODAY, question_of, rescored
from mgllm.experiment.verifying.base import Found, check, tally
from mgllm.experiment.verifying.evidence import Evidence
from mgllm.records import Record, RunManifest
from mgllm.records.human import HUMAN

CLOSE = 1e-9
"""How much a probability read again may differ from the stored one: only by rounding."""


@check("replies", about="stored replies, read again, give the stored answers", place=110)
def look_at_replies(evidence: Evidence) -> Found | str:
    """Finds an answer changed by hand, even if `correct` was changed with it."""
    if (why := why_unread(evidence.manifest)) is not None:
        return why
    reader = Reader(evidence.manifest)
    readable = [(line, record) for line, record in evidence.counted if reader.can_read(record)]
    why_not = ((line, reader.contradiction(record)) for line, record in readable)
    found = tally(f"{line.place} {what}" if what else None for line, what in why_not)
    if evidence.counted and not readable:
        return "the run has no stored replies (--no-store-text)"
    return found


def why_unread(manifest: RunManifest) -> str | None:
    """Why replies of a run cannot be read again by its own rules; None if they can."""
    if manifest.backend == HUMAN:
        return "people chose the answers; there are no replies to read"
    older = [name for name, version in TODAY.items() if getattr(manifest, name) != version]
    if older:
        return "the run was judged by other rules than today's; `mgllm score` judges its replies again"
    return None


class Reader:
    """Reads the replies of one run again."""

    def __init__(self, manifest: RunManifest) -> None:
        self._scenarios = {scenario.name: scenario for scenario in manifest.scenarios}
        self._words: Mapping[str, Mapping[str, Sequence[str]]] = {
            scenario.name: label_words(scenario.labels, scenario.lettered) for scenario in manifest.scenarios
        }
        self._from_server = manifest.base_url is not None
        self._stores_text = manifest.stores_text

    def can_read(self, record: Record) -> bool:
        """Whether the words, or the model's own scores of the labels, are stored."""
        return self._stores_text or (not self._from_server and record.scores is not None)

    def contradiction(self, record: Record) -> str | None:
        """How a record contradicts its own reply; None if it does not."""
        scenario = self._scenarios[record.scenario]
        read = rescored(
            record, question_of(record, scenario), self._words[scenario.name], from_server=self._from_server
        )
        if (read.outcome, read.answer) != (record.outcome, record.answer):
            return f"says {_said(record)}, but its reply is read as {_said(read)}"
        if not _alike(read.probabilities, record.probabilities):
            return f"says probabilities {_numbers(record)}, but its reply gives {_numbers(read)}"
        return None


def _said(record: Record) -> str:
    return record.outcome if record.answer is None else f"answer {record.answer}"


def _numbers(record: Record) -> str:
    values = record.probabilities
    return "none" if values is None else ", ".join(f"{label} {p:.4g}" for label, p in values.items())


def _alike(one: Mapping[str, float] | None, other: Mapping[str, float] | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.keys() == other.keys() and all(
        math.isclose(one[label], other[label], abs_tol=CLOSE, rel_tol=CLOSE) for label in one
    )
