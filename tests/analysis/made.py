"""Made runs that are hard to count: few people, rare labels, answers and probabilities missing, leaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mgllm.analysis import RunRecords
from mgllm.records import Record

MakeRun = Callable[..., RunRecords]
THREE = ("joy", "fear", "calm")
CASES: Mapping[str, Mapping[str, Any]] = {
    "one person": {"sizes": (9,)},
    "three people": {"sizes": (3, 4, 3)},
    "five people": {"sizes": (4,) * 5},
    "few and uneven": {"sizes": (1, 4, 2, 3, 6, 2, 2, 1, 5), "missing": 0.2},
    "three labels": {"sizes": (2,) * 12, "labels": THREE, "missing": 0.1},
    "epochs and shuffles": {"sizes": (2, 3) * 6, "epochs": 3, "shuffles": 2, "missing": 0.3},
    "torn": {"sizes": (2,) * 11, "epochs": 2, "shuffles": 3, "missing": 0.2, "absent": 0.15},
    "almost nothing answered": {"sizes": (2,) * 8, "missing": 0.85},
    "not scored": {"sizes": (3,) * 10, "labels": THREE, "scored": False, "missing": 0.1},
    "some not scored": {"sizes": (3,) * 10, "epochs": 2, "missing": 0.1, "bare": 0.3},
    "forty people": {"sizes": (3,) * 40, "missing": 0.05, "turned": True},
    "label orders": {"sizes": (2,) * 12, "labels": THREE, "turned": True, "epochs": 2},
    "censored": {"sizes": (2,) * 14, "bare": 0.15, "answer_rules": "2", "missing": 0.1},
    "a rare label": {"sizes": (3,) * 12, "rare": 3},
    "a label of two people": {"sizes": (3,) * 12, "rare": 2},
    "one label": {"sizes": (2,) * 12, "rare": 0},
    "constant": {"sizes": (2,) * 12, "always": ("text+mg",)},
    "constant baseline": {"sizes": (2,) * 12, "always": ("text",)},
    "all alike": {"sizes": (2,) * 8, "alike": True},
    "a hair's breadth": {"sizes": (2,) * 8, "hair": True},
    "a long tail": {"sizes": (1,) * 16, "tail": True},
    "leaked": {"sizes": (2,) * 12, "exposed": True},
    "targets missing": {"sizes": (2,) * 14, "aimless": True},
    "sampled": {"sizes": (2,) * 12, "epochs": 6, "drawn": True, "missing": 0.2},
    "sampled, three labels": {"sizes": (2,) * 9, "epochs": 8, "drawn": True, "labels": THREE, "shuffles": 2},
}
"""By name, what `make_run` is told and what is changed afterwards."""


def made(make: MakeRun, case: str | Mapping[str, Any], seed: int | None = None) -> RunRecords:
    """A random run of a case."""
    told = dict(CASES[case] if isinstance(case, str) else case)
    seed = len(str(case)) if seed is None else seed
    changes = {name: told.pop(name) for name in _CHANGES if name in told}
    if told.get("scored", True) is False:
        told["score"] = "generate"
    run, rng = make(seed, **told), np.random.default_rng(seed)
    labels = [label.id for label in run.manifest.scenarios[0].labels]
    records = [r for r in run.records if rng.random() >= changes.get("absent", 0)]
    for name, value in changes.items():
        if name != "absent":
            records = [_CHANGES[name](record, value, labels, rng) for record in records]
    manifest = run.manifest
    if "drawn" in changes:
        scenario = manifest.scenarios[0].model_copy(update={"score": "sample"})
        manifest = manifest.model_copy(update={"scenarios": (scenario,)})
    return RunRecords(manifest, records)


def _told(record: Record, answer: str | None) -> Record:
    """With another answer, and without probabilities."""
    change = {"answer": answer, "probabilities": None, "scores": None, "score": "generate"}
    right = None if answer is None or record.target is None else answer == record.target
    return record.model_copy(update={**change, "correct": right})


def _with_logit(record: Record, logit: float) -> Record:
    """With this log-probability of the target over each other label."""
    labels = list(record.label_order)
    total = {label: logit if label == record.target else 0.0 for label in labels}
    weights = {label: float(np.exp(value)) for label, value in total.items()}
    share = {label: weight / sum(weights.values()) for label, weight in weights.items()}
    log = {label: float(np.log(p)) for label, p in share.items()}
    assert record.scores is not None
    scores = record.scores.model_copy(update={"total": log, "mean": log})
    return record.model_copy(update={"probabilities": share, "scores": scores})


def _bare(record: Record, share: float, _: list[str], rng: np.random.Generator) -> Record:
    if rng.random() >= share:
        return record
    return record.model_copy(update={"probabilities": None, "scores": None})


def _turned(record: Record, _: bool, __: list[str], ___: np.random.Generator) -> Record:
    """Every second pair of items is asked in another order."""
    order = record.label_order[::-1] if int(record.item[1:]) // 2 % 2 else record.label_order
    return record.model_copy(update={"label_order": order})


def _rare(record: Record, people: int, labels: list[str], _: np.random.Generator) -> Record:
    """The second label is the target of so many people's items alone."""
    target = labels[int(int(record.subject[1:]) < people)]
    right = None if record.answer is None else record.answer == target
    return record.model_copy(update={"target": target, "correct": right})


def _always(record: Record, arms: tuple[str, ...], labels: list[str], _: np.random.Generator) -> Record:
    if record.arm not in arms or record.outcome != "answered":
        return record
    right = labels[0] == record.target
    return record.model_copy(update={"answer": labels[0], "correct": right})


def _alike(record: Record, _: bool, labels: list[str], __: np.random.Generator) -> Record:
    """text says one label, text+mg is always right, by one nat more."""
    if record.arm not in {"text", "text+mg"}:
        return record
    answer = record.target if record.arm == "text+mg" else labels[0]
    told = _with_logit(record, 1.5 if record.arm == "text+mg" else 0.5)
    return told.model_copy(update={"answer": answer, "correct": answer == record.target})


def _hair(record: Record, _: bool, __: list[str], rng: np.random.Generator) -> Record:
    """Arms that differ by less than is printed."""
    return _with_logit(record, 0.3 + (2e-5 * (1 + rng.random()) if record.arm == "text+mg" else 0.0))


def _tail(record: Record, _: bool, __: list[str], rng: np.random.Generator) -> Record:
    """A few people gain much, the others next to nothing."""
    gain = float(rng.exponential(0.2)) + (6.0 if record.subject in {"s003", "s009"} else 0.0)
    return _with_logit(record, float(rng.normal(0, 0.1)) + (gain if record.arm == "text+mg" else 0.0))


def _exposed(record: Record, _: bool, __: list[str], ___: np.random.Generator) -> Record:
    """Recognised gestures: of every third item leaked, of every fifth it is not known."""
    if record.arm in {"none", "text", "text+filler"}:
        return record
    nth = int(record.item[1:])
    exposure = "in_sample" if nth % 3 == 0 else "unknown" if nth % 5 == 0 else "held_out"
    return record.model_copy(update={"cue_source": "recognized", "exposure": exposure})


def _aimless(record: Record, _: bool, __: list[str], ___: np.random.Generator) -> Record:
    """Of every fourth item nobody knows what is true."""
    if int(record.item[1:]) % 4:
        return record
    return record.model_copy(update={"target": None, "correct": None})


def _drawn(record: Record, _: bool, __: list[str], ___: np.random.Generator) -> Record:
    """One answer of several, without probabilities."""
    return _told(record, record.answer).model_copy(update={"score": "sample"})


_CHANGES: Mapping[str, Callable[..., Record]] = {
    "absent": _bare,
    "bare": _bare,
    "turned": _turned,
    "rare": _rare,
    "always": _always,
    "alike": _alike,
    "hair": _hair,
    "tail": _tail,
    "exposed": _exposed,
    "aimless": _aimless,
    "drawn": _drawn,
}
"""What is done to each record, by the word in a case; `absent` leaves records out before."""
