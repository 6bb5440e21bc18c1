"""Krippendorff's alpha of raters, against the coincidence matrix written out."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from scipy import stats

from mgllm.analysis import RunRecords, render, summarise
from tests.analysis.conftest import make_manifest, make_record

LABELS = ("win", "lose", "draw")


def by_hand(ratings: dict[str, list[str]]) -> float:
    """1 − observed over expected disagreement, from every ordered pair of answers to one item."""
    pairs: dict[tuple[str, str], float] = {}
    for said in ratings.values():
        for one, other in permutations(range(len(said)), 2):
            key = said[one], said[other]
            pairs[key] = pairs.get(key, 0.0) + 1 / (len(said) - 1)
    n = sum(pairs.values())
    totals = {a: sum(v for (x, _), v in pairs.items() if x == a) for a in LABELS}
    observed = sum(v for (x, y), v in pairs.items() if x != y) / n
    expected = sum(totals[x] * totals[y] for x in LABELS for y in LABELS if x != y) / (n * (n - 1))
    return 1 - observed / expected


@pytest.fixture
def rated() -> tuple[RunRecords, dict[str, dict[str, list[str]]]]:
    """24 items of 12 people, two arms, two to four ratings each; some cannot tell."""
    rng = np.random.default_rng(4)
    records = []
    said: dict[str, dict[str, list[str]]] = {"text": {}, "text+mg": {}}
    for number in range(24):
        item, target = f"i{number:02d}", LABELS[number % 3]
        for arm, answers in said.items():
            for rating in range(int(rng.integers(1, 5))):
                unsure = rng.random() < 0.1
                label = target if rng.random() < 0.6 else LABELS[int(rng.integers(3))]
                fields: dict[str, Any] = {
                    **{"item": item, "subject": f"s{number // 2}", "arm": arm, "epoch": rating},
                    **{"model": "human/4-raters", "form": "chat", "score": "generate", "target": target},
                    "label_order": LABELS,
                }
                if unsure:
                    records.append(make_record(**fields, outcome="refused"))
                else:
                    records.append(make_record(**fields, answer=label))
                    answers.setdefault(item, []).append(label)
    manifest = make_manifest(
        model="human/4-raters", backend="human", labels=LABELS, arms=("text", "text+mg"), raters=4,
        form="chat", score="generate",
    )  # fmt: skip
    several = {arm: {i: r for i, r in found.items() if len(r) > 1} for arm, found in said.items()}
    return RunRecords(manifest, records), several


def test_alpha_and_its_interval(rated: Any) -> None:
    run, said = rated
    for arm in summarise([run]).arms:
        ratings = said[arm.arm]
        assert arm.agreement == pytest.approx(by_hand(ratings), abs=1e-9)
        person = {item: int(item[1:]) // 2 for item in ratings}
        people = sorted(set(person.values()))
        left = [by_hand({i: r for i, r in ratings.items() if person[i] != who}) for who in people]
        se = np.sqrt((len(left) - 1) / len(left) * ((np.array(left) - np.mean(left)) ** 2).sum())
        sizes = np.array([sum(other == who for other in person.values()) for who in people])
        half = stats.t.ppf(0.975, sizes.sum() ** 2 / (sizes**2).sum() - 1) * se
        wanted = (by_hand(ratings) - half, min(1.0, by_hand(ratings) + half))
        assert arm.agreement_interval == pytest.approx(wanted)


def test_every_rating_counts_whoever_gave_it(rated: Any) -> None:
    """The nth reader of one arm is nobody in the other arm: no rating is dropped for want of a partner."""
    run, _ = rated
    effect = next(e for e in summarise([run]).effects if e.metric == "accuracy")
    share: dict[tuple[str, str], list[bool]] = {}
    for record in run.records:
        if record.outcome == "answered":
            share.setdefault((record.item, record.arm), []).append(record.answer == record.target)
    items = [item for item, arm in share if arm == "text" and (item, "text+mg") in share]
    for arm, value in (("text+mg", effect.arm_value), ("text", effect.baseline_value)):
        assert value == pytest.approx(np.mean([np.mean(share[item, arm]) for item in items]))
    assert effect.pairs == len(items)


def test_fewer_ratings_in_one_arm_are_no_missing_answers(rated: Any) -> None:
    run, _ = rated
    effect = next(e for e in summarise([run]).effects if e.metric == "accuracy")
    refused = sum(record.outcome == "refused" for record in run.records)
    assert effect.missing >= refused > 0
    whole = RunRecords(run.manifest, [r for r in run.records if r.outcome == "answered"])
    items = [{r.item for r in whole.records if r.arm == arm} for arm in ("text", "text+mg")]
    both = RunRecords(run.manifest, [r for r in whole.records if r.item in items[0] & items[1]])
    sure = next(e for e in summarise([both]).effects if e.metric == "accuracy")
    assert sure.missing == 0
    assert sure.difference == pytest.approx(sure.strict)
    assert sure.bounds == pytest.approx((sure.difference, sure.difference))
    assert not sure.sign_changes


def test_bounds_turn_every_refusal_one_way(rated: Any) -> None:
    run, _ = rated
    effect = next(e for e in summarise([run]).effects if e.metric == "accuracy")
    share: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for r in run.records:
        right = float(r.answer == r.target)
        low, high = (right, right) if r.outcome == "answered" else (0.0, 1.0)
        share.setdefault((r.item, r.arm), []).append((low, high, right))
    items = [item for item, arm in share if arm == "text" and (item, "text+mg") in share]
    mean = {key: np.mean(values, axis=0) for key, values in share.items()}
    low = np.mean([mean[item, "text+mg"][0] - mean[item, "text"][1] for item in items])
    high = np.mean([mean[item, "text+mg"][1] - mean[item, "text"][0] for item in items])
    strict = np.mean([mean[item, "text+mg"][0] - mean[item, "text"][0] for item in items])
    assert effect.bounds == pytest.approx((low, high))
    assert effect.strict == pytest.approx(strict)


def test_tables_say_that_readers_are_fixed(rated: Any) -> None:
    text = " ".join(render(summarise([rated[0]]), "md").split())
    assert "agreement: alpha [95 %]" in text
    assert "human/4-raters: 4 raters" in text


def test_models_have_none() -> None:
    records = [make_record(item=f"i{n}", epoch=epoch, answer="win") for n in range(4) for epoch in range(3)]
    summary = summarise([RunRecords(make_manifest(epochs=3), records)])
    assert {arm.agreement for arm in summary.arms} == {None}
    assert "agreement" not in render(summary, "md")


def test_one_label_alone_is_no_agreement() -> None:
    records = [
        make_record(item=f"i{n}", subject=f"s{n}", epoch=epoch, answer="win")
        for n in range(6)
        for epoch in range(2)
    ]
    summary = summarise([RunRecords(make_manifest(raters=2), records)])
    assert [arm.agreement for arm in summary.arms] == [None]
