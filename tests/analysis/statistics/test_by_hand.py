"""A whole summary against plain loops over the records: every number of every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from mgllm.analysis import RunRecords, summarise
from mgllm.records import ArmSummary, Effect, Record
from tests.analysis import by_hand, by_hand_claims, by_hand_effects
from tests.analysis.by_hand import Known
from tests.analysis.made import CASES, THREE, made

MakeRun = Callable[..., RunRecords]
NAMED = {
    "row",
    "metric",
    "arm",
    "baseline",
    "control",
    "primary",
    "margin",
    "equivalence_p",
    "equivalence_interval",
    "q",
}
"""Fields of an effect that are no numbers of its own pairs; q is tested below, margins with their tables."""
ROUGH = 0.05
"""Ends that rest on random draws: how far they may lie from those of other draws, in parts of the whole."""


VERDICTS = {
    "supported": "supported",
    "supported_among_answered": "supported among the answered only",
    "not_shown": "not shown",
    "not_claimed": "not claimed",
}


def check_effect(run: RunRecords, effect: Effect, records: Sequence[Record] | None = None) -> None:
    """Every field of an effect's row."""
    about = f"{effect.metric} of {effect.arm} − {effect.baseline}"
    expected = by_hand_effects.effect(
        run.manifest, run.records if records is None else records, effect.arm, effect.baseline, effect.metric
    )
    assert set(expected) | NAMED | {"row", "bca_interval"} == set(Effect.model_fields)
    for name, value in expected.items():
        check_field(effect, name, value, f"{about}: {name}")


def check_field(effect: Effect, name: str, value: Any, about: str) -> None:
    found = getattr(effect, name)
    if name == "flags":
        assert set(found) == value, about
    elif name == "interval" and value is not None and effect.rule == "bootstrap_t":
        assert found == pytest.approx(value, abs=ROUGH * (value[1] - value[0])), about
    elif name == "p" and effect.rule == "bootstrap_t":
        assert found == pytest.approx(value, rel=0.1, abs=0.003), about
    elif name == "sign_flip_p" and value is not None and effect.subjects > 20:
        assert found == pytest.approx(value, abs=0.02), about
    elif isinstance(value, float | tuple):
        assert found == pytest.approx(value, rel=1e-6, abs=1e-9), about
    else:
        assert found == value, about


def check_arm(run: RunRecords, row: ArmSummary) -> None:
    records = [r for r in run.records if r.arm == row.arm]
    labels = [label.id for label in run.manifest.scenarios[0].labels]
    said = [r for r in records if r.outcome == "answered"]
    outcomes = Counter(r.outcome for r in records)
    assert (row.n, row.subjects) == (len(records), len({r.subject for r in records}))
    for outcome in ("answered", "unparsed", "refused", "failed"):
        assert getattr(row, outcome) == outcomes[outcome]
    priors = [r.probabilities for r in said if r.probabilities is not None]
    if row.arm == "none" and priors:
        shares = {label: fmean(p[label] for p in priors) for label in labels}
    else:
        shares = {label: fmean(r.answer == label for r in said) for label in labels} if said else {}
    assert row.answer_shares == pytest.approx(shares)
    if row.arm == "none":
        assert all(getattr(row, name) is None for name in (*by_hand.METRICS, "corrected_accuracy"))
        return
    for name, metric in by_hand.METRICS.items():
        cells = by_hand.answered(run.records, row.arm, scored=metric.scored)
        over = by_hand.items(run.records, row.arm, cells, labels)
        sampled = any(map(by_hand.is_sampled, said)) and name == "calibration_error"
        enough = over and len(over) >= metric.fewest and not sampled and name not in row.unscored
        known = by_hand.of_arm(over, metric) if enough else Known(None)
        assert getattr(row, name) == (None if known.value is None else pytest.approx(known.value)), name
        if name == "accuracy":
            held = by_hand_effects.inside(known, 0, 1)
            assert row.accuracy_interval == (held and pytest.approx(held)), row.arm
    assert row.constant == (said[0].answer if len(said) > 1 and len({r.answer for r in said}) == 1 else None)
    for name, scores in (("mean_token_accuracy", per_token), ("corrected_accuracy", less_prior)):
        if name not in row.unscored:
            assert getattr(row, name) == by_scores(said, partial(scores, run.records)), name


def per_token(_: Sequence[Record], record: Record) -> Mapping[str, float] | None:
    """Log-probabilities by token."""
    return record.scores.mean if record.scores else None


def less_prior(records: Sequence[Record], record: Record) -> Mapping[str, float] | None:
    """Log-probabilities less those of `none` under the same order and epoch (its last item's, if several)."""
    mine = [
        r.scores.total
        for r in sorted(records, key=lambda r: r.item)
        if (r.arm, r.epoch, r.label_order) == ("none", record.epoch, record.label_order) and r.scores
    ]
    if record.scores is None or not mine:
        return None
    return {label: value - mine[-1][label] for label, value in record.scores.total.items()}


def by_scores(said: Sequence[Record], scores: Callable[[Record], Mapping[str, float] | None]) -> Any:
    """Accuracy had these scores decided."""
    right: dict[str, list[bool]] = {}
    for record in said:
        found = scores(record)
        if found is not None and record.target is not None:
            best = [label for label, value in found.items() if value == max(found.values())]
            if len(best) == 1:  # a tie is no answer
                right.setdefault(record.item, []).append(best[0] == record.target)
    return pytest.approx(fmean(map(fmean, right.values()))) if right else None


@pytest.mark.parametrize("case", CASES)
def test_every_effect_is_what_the_records_say(made_run: MakeRun, case: str) -> None:
    run = made(made_run, case)
    effects = summarise([run]).effects
    for effect in effects:
        check_effect(run, effect)
    assert {effect.metric for effect in effects} >= {"accuracy", "balanced_accuracy", "macro_f1"}
    scored = {effect.metric for effect in effects} & {"auc", "log_odds", "brier"}
    assert len(scored) == (0 if CASES[case].get("scored") is False else 3)


@pytest.mark.parametrize("case", CASES)
def test_every_arm_is_what_the_records_say(made_run: MakeRun, case: str) -> None:
    run = made(made_run, case)
    rows = summarise([run]).arms
    assert [row.arm for row in rows] == list(run.manifest.scenarios[0].arms)
    for row in rows:
        check_arm(run, row)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    sizes=st.lists(st.integers(1, 4), min_size=3, max_size=14),
    missing=st.sampled_from([0.0, 0.1, 0.4]),
    absent=st.sampled_from([0.0, 0.2]),
    labels=st.sampled_from([("win", "lose"), THREE]),
    epochs=st.integers(1, 2),
)
def test_so_it_is_with_any_run(made_run: MakeRun, seed: int, **changes: Any) -> None:
    run = made(made_run, {"shuffles": 2, **changes}, seed)
    summary = summarise([run])
    for effect in summary.effects:
        check_effect(run, effect)
    for row in summary.arms:
        check_arm(run, row)


def test_the_mean_of_wordings_is_of_their_records_as_epochs(made_run: MakeRun) -> None:
    """Answers are averaged inside the item over the wordings in which both arms are answered."""
    parts = [made(made_run, {"sizes": (2, 1, 3) * 4, "missing": 0.2}, seed) for seed in (1, 2, 3)]
    said = [
        record.model_copy(update={"wording": f"w{nth}", "cell": f"c{nth}"})
        for nth, part in enumerate(parts)
        for record in part.records
    ]
    run = RunRecords(parts[0].manifest, said)
    whole = [effect for effect in summarise([run]).effects if effect.row.wordings]
    as_epochs = [
        record.model_copy(update={"epoch": int(record.cell[1:]), "cell": "", "wording": None})
        for record in said
    ]
    manifest = run.manifest.model_copy(update={"epochs": 3})
    assert {effect.row.wordings for effect in whole} == {3}
    assert {(effect.arm, effect.baseline) for effect in whole} >= {
        ("text+mg", "text"),
        ("text+mg", "text+shuffled"),
    }
    for effect in whole:
        check_effect(RunRecords(manifest, as_epochs), effect)


def test_claims_and_q_are_of_all_runs_together(made_run: MakeRun) -> None:
    """Holm over every claim, Benjamini and Hochberg over every exploratory row with a p."""
    gains = (2.5, 1.2, 0.1)
    runs = [
        made_run(n, sizes=(2,) * 14, effect=gain, model=f"fake/{n}", id=str(n))
        for n, gain in enumerate(gains)
    ]
    summary = summarise(runs)
    by_name = {(e.row.model, e.metric, e.arm, e.baseline): e for e in summary.effects}
    raw = []
    for claim in summary.claims:
        two = [
            by_name[claim.row.model, claim.metric, "text+mg", control]
            for control in ("text", "text+shuffled")
        ]
        gained = [effect.difference or 0.0 for effect in two]
        assert [claim.over_text, claim.over_shuffled] == gained
        raw.append(max(e.p or 0.0 for e in two) if min(gained) > 0 else 1.0)
    assert len(raw) == 2 * len(gains)
    assert [claim.p for claim in summary.claims] == pytest.approx(raw)
    assert [claim.p_holm for claim in summary.claims] == pytest.approx(by_hand.holm(raw))
    assert [claim.supported for claim in summary.claims] == [p <= 0.05 for p in by_hand.holm(raw)]
    assert 0 < sum(claim.supported for claim in summary.claims) < len(raw)
    explored = [effect for effect in summary.effects if not effect.primary and effect.p is not None]
    q = by_hand.benjamini_hochberg([effect.p or 0.0 for effect in explored])
    assert [effect.q for effect in explored] == pytest.approx(q)


def test_the_claim_without_speech_is_of_its_own_two_contrasts(made_run: MakeRun) -> None:
    whole = made_run(5, sizes=(2,) * 14, missing=0.05, effect=2.5)
    names = {
        "none": "none",
        "text+mg": "mg",
        "text+shuffled": "mg+shuffled",
        "text+filler": "mg+filler",
    }
    records = [r.model_copy(update={"arm": names[r.arm]}) for r in whole.records if r.arm in names]
    roles = {"unasked": "none", "main": "text+mg", "alone": "mg"}
    roles |= {"alone_shuffled": "mg+shuffled", "alone_filler": "mg+filler"}
    (scenario,) = whole.manifest.scenarios
    scenario = scenario.model_copy(update={"arms": tuple(names.values()), "roles": roles})
    manifest = whole.manifest.model_copy(update={"scenarios": (scenario,)})
    run = RunRecords(manifest, records)
    summary = summarise([run])
    counted = {}
    for effect in summary.effects:
        check_effect(run, effect)
        name = (effect.arm, effect.baseline, effect.metric)
        counted[name] = by_hand_effects.effect(manifest, run.records, *name)
    assert {name[:2] for name in counted} == set(by_hand_claims.WITHOUT_SPEECH)
    expected = by_hand_claims.claims(counted, by_hand_claims.WITHOUT_SPEECH)
    assert [claim.metric for claim in summary.claims] == [each.metric for each in expected]
    for claim, each in zip(summary.claims, expected, strict=True):
        assert claim.over_shuffled == pytest.approx(each.over[0])
        assert claim.over_filler == pytest.approx(each.over[1])
    assert [c.p_holm for c in summary.claims] == pytest.approx([c.holm for c in expected], abs=0.004)
    assert [VERDICTS[c.verdict] for c in summary.claims] == [each.verdict for each in expected]
    assert "supported" in {claim.verdict for claim in summary.claims}


@pytest.mark.parametrize("case", CASES)
def test_every_claim_is_what_its_effects_allow(made_run: MakeRun, case: str) -> None:
    run = made(made_run, case)
    summary = summarise([run])
    names = [(e.arm, e.baseline, e.metric) for e in summary.effects if e.primary]
    counted = {name: by_hand_effects.effect(run.manifest, run.records, *name) for name in names}
    assert [(claim.metric, VERDICTS[claim.verdict], claim.family) for claim in summary.claims] == [
        (each.metric, each.verdict, each.family) for each in by_hand_claims.claims(counted)
    ]
