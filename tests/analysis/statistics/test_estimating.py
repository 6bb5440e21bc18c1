"""What is said of one difference: its degrees of freedom, alike subjects, tiny sizes, people's own weight."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import fmean, stdev

import numpy as np
import pytest
import scipy.stats

from mgllm.analysis import RunRecords, summarise
from mgllm.analysis.metric import Floats, MeanMetric, Sample, Scale, known_metrics, metric, metrics
from mgllm.analysis.statistics.estimating import Numbers, estimated, p_between
from mgllm.analysis.statistics.jackknife import clusters, detectable_in_se
from mgllm.analysis.statistics.pairs import Pairs
from mgllm.records import Effect
from tests.analysis.conftest import make_manifest, make_record

BY_CLASS = ("balanced_accuracy", "macro_f1", "auc")
ALIKE = "no interval can be computed: all subjects differ by the same amount"
Odds = Callable[[int, str], float]


def told(people: Sequence[Sequence[str]], odds: Odds) -> dict[str, Effect]:
    """Effects of text+mg − text by metric: each person's items by their targets, log-odds of the target."""
    targets = [(person, target) for person, mine in enumerate(people) for target in mine]
    records = [
        make_record(
            item=f"i{n:03d}", subject=f"s{person:02d}", arm=arm, target=target,
            logits={target: odds(n, arm), "win" if target == "lose" else "lose": 0.0},
        )
        for n, (person, target) in enumerate(targets)
        for arm in ("text", "text+mg")
    ]  # fmt: skip
    found = summarise([RunRecords(make_manifest(items_asked=len(targets)), records)])
    return {effect.metric: effect for effect in found.effects}


def varied(n: int, arm: str) -> float:
    """Neither arm is right throughout, and no two people differ alike."""
    return math.sin(3 * n + (1 if arm == "text" else 2.5)) + (0.3 if arm == "text" else 0.5)


@pytest.mark.parametrize(("holders", "df"), [(2, None), (4, None), (5, 4.0), (7, 6.0), (13, 12.0)])
def test_metrics_by_class_go_by_the_label_with_fewest_people(holders: int, df: float | None) -> None:
    """Twenty people of four items; the first few hold 'lose', each in all items."""
    people = [["lose"] * 4] * holders + [["win"] * 4] * (20 - holders)
    found = told(people, varied)
    for name in BY_CLASS:
        effect = found[name]
        wanted = min(df, 20 - holders - 1) if df is not None else None
        assert effect.difference is not None
        assert effect.df == (wanted if wanted is None else pytest.approx(wanted))
        assert (effect.interval is None, effect.p is None, effect.detectable is None) == (df is None,) * 3
        if df is None:
            assert f"no interval: label 'lose' has {holders:.1f} effective subjects" in effect.flags
            assert effect.se is not None
            continue
        assert effect.se is not None
        t = scipy.stats.t(wanted)
        assert effect.p == pytest.approx(2 * t.sf(abs(effect.difference) / effect.se))
        assert effect.detectable == pytest.approx(detectable_in_se(effect.df or 0) * effect.se)
    few = min(holders, 20 - holders)
    label = "lose" if few == holders else "win"
    if 5 <= few < 10:
        assert found["auc"].flags == (f"few subjects: label '{label}' has {few:.1f} effective",)
    assert found["accuracy"].df == pytest.approx(19)
    assert found["accuracy"].flags == ()


def test_a_label_is_counted_over_its_own_items() -> None:
    """Six people hold the label, one of them in six of its eleven items: 121 / 41 effective ones."""
    people = [["lose"] * 6, *[["lose", "win", "win", "win"]] * 5, *[["win"] * 4] * 14]
    found = told(people, varied)["balanced_accuracy"]
    assert found.flags == (f"no interval: label 'lose' has {121 / 41:.1f} effective subjects",)


@pytest.mark.parametrize(("people", "p"), [(3, 0.25), (5, 0.0625), (6, 0.03125), (12, 2 / 2**12)])
def test_where_all_differ_alike_p_is_that_of_sign_flips(people: int, p: float) -> None:
    """text says 'win' throughout, text+mg is right throughout: everyone gains half."""
    each = [["win", "lose"]] * people
    found = told(each, lambda n, arm: 2.0 if arm == "text+mg" or n % 2 == 0 else -2.0)
    for name in ("accuracy", "log_odds", *(("balanced_accuracy",) if people > 4 else ())):
        effect = found[name]
        assert effect.difference == pytest.approx(2.0 if name == "log_odds" else 0.5)
        assert (effect.rule, effect.p, effect.interval, effect.se) == ("sign_flip", p, None, None)
        assert (effect.detectable, effect.df) == (None, None)
        assert ALIKE in effect.flags
    assert found["accuracy"].by_subject == pytest.approx(0.5)
    assert found["accuracy"].by_subject_interval is None


def test_only_those_who_differ_have_a_sign_to_flip() -> None:
    """Five of nine people hold the label that is gained; the others cannot differ."""
    people = [["lose", "lose"]] * 5 + [["win", "win"]] * 6
    found = told(people, lambda n, arm: 2.0 if arm == "text+mg" or n >= 10 else -2.0)
    assert (found["balanced_accuracy"].rule, found["balanced_accuracy"].p) == ("sign_flip", 2 / 2**5)
    assert found["accuracy"].rule == "t"
    fewer = told(people[1:], lambda n, arm: 2.0 if arm == "text+mg" or n >= 8 else -2.0)
    assert fewer["balanced_accuracy"].p is None
    assert "no interval: label 'lose' has 4.0 effective subjects" in fewer["balanced_accuracy"].flags


def test_one_item_worse_and_student_t_is_back() -> None:
    found = told([["win", "lose"]] * 12, lambda n, arm: 2.0 if (arm == "text+mg") == (n != 3) else -2.0)
    assert (found["accuracy"].rule, ALIKE in found["accuracy"].flags) == ("t", False)
    assert found["accuracy"].interval is not None


@pytest.mark.parametrize(("size", "flagged"), [(2e-7, True), (0.0049, True), (0.0051, False), (0.0, False)])
def test_a_difference_that_prints_as_nothing_is_said_to_be_there(size: float, flagged: bool) -> None:
    def moved(n: int, arm: str) -> float:
        return math.sin(n) + (size * (1 + 0.01 * math.cos(5 * n)) if arm == "text+mg" else 0.0)

    found = told([["win", "lose"]] * 12, moved)["log_odds"]
    assert ("too small for the printed digits" in found.flags) == flagged


def test_each_person_once_beside_each_item_once() -> None:
    sizes = (9, 1, 2, 1, 3, 1, 1, 2)
    found = told([["win", "lose", "win"] * 3][:1] + [["win"] * n for n in sizes[1:]], varied)
    first, gains = 0, []
    for size in sizes:
        mine = range(first, first + size)
        gains.append(fmean(varied(n, "text+mg") - varied(n, "text") for n in mine))
        first += size
    effect = found["log_odds"]
    assert effect.by_subject == pytest.approx(fmean(gains))
    half = scipy.stats.t(7).ppf(0.975) * stdev(gains) / math.sqrt(8)
    assert effect.by_subject_interval == pytest.approx((fmean(gains) - half, fmean(gains) + half))
    assert effect.difference is not None
    assert abs(effect.difference - fmean(gains)) > 0.01
    assert (found["auc"].by_subject, found["macro_f1"].by_subject) == (None, None)
    four = told([["win", "lose"]] * 4, varied)["log_odds"]
    assert four.by_subject is not None
    assert four.by_subject_interval is None


@pytest.fixture
def outside() -> Iterator[None]:
    """A stranger's metric: seconds, of which a few people save very many; taken off the shelf again."""

    @metric("seconds")
    class Seconds(MeanMetric):
        scale, header, most = Scale("seconds", 1, 1), "seconds", math.inf

        def of_item(self, sample: Sample) -> Floats:
            return np.asarray(np.exp(3 * sample.log_odds_N))

    yield
    metrics._things.pop("seconds")
    known_metrics.cache_clear()


def side(odds_N: Floats, subject_N: np.ndarray) -> Sample:
    shares_NL = np.stack([odds_N <= 0, odds_N > 0], axis=1).astype(float)
    p_N = 1 / (1 + np.exp(-odds_N))
    target_N = np.ones(len(odds_N), np.int64)
    return Sample(subject_N, target_N, shares_NL, np.stack([1 - p_N, p_N], axis=1), odds_N)


def numbers(people: int) -> Mapping[str, Numbers]:
    rng, subject_N = np.random.default_rng(people), np.repeat(np.arange(people), 2)
    base_N = rng.normal(0, 0.4, 2 * people)
    gain_N = np.repeat(rng.exponential(0.5, people), 2)
    pairs = Pairs(side(base_N + gain_N, subject_N), side(base_N, subject_N), clusters(subject_N), 0)
    return estimated(pairs, known_metrics(), ("no", "yes"))


def test_a_strangers_mean_has_bootstrap_t_where_its_gains_are_skewed(outside: None) -> None:
    found = numbers(14)
    assert found["seconds"].estimate.rule == "bootstrap_t"
    assert found["seconds"].estimate.interval is not None
    assert found["accuracy"].estimate.rule == "t"


def test_checks_say_whether_signs_were_counted_or_drawn() -> None:
    assert numbers(30)["log_odds"].sign_flip_exact
    assert not numbers(60)["log_odds"].sign_flip_exact
    assert numbers(60)["log_odds"].bca is not None


def test_p_alone_is_the_effects_own() -> None:
    rng, subject_N = np.random.default_rng(3), np.repeat(np.arange(15), 3)
    arm, baseline = (side(rng.normal(shift, 1, 45), subject_N) for shift in (0.6, 0.0))
    accuracy = known_metrics()[0]
    whole = estimated(Pairs(arm, baseline, clusters(subject_N), 0), [accuracy])["accuracy"].estimate
    assert p_between(accuracy, arm, baseline) == pytest.approx(whole.p)
    assert p_between(accuracy, arm, replace(arm)) is None
