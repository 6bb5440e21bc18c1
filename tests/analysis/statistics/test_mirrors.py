"""A difference asked the other way round is the same number with the other sign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mgllm.analysis import RunRecords, effects_between, flips_between, gate, summarise
from mgllm.records import Effect

MakeRun = Callable[..., RunRecords]
Key = tuple[str, str, str]


def by_key(effects: Sequence[Effect]) -> dict[Key, Effect]:
    return {(effect.metric, effect.arm, effect.baseline): effect for effect in effects}


def mirrored(effect: Effect) -> dict[str, Any]:
    """What baseline − arm must say."""

    def turn(interval: tuple[float, float] | None) -> tuple[float, float] | None:
        return interval and (-interval[1], -interval[0])

    return {
        "arm_value": effect.baseline_value,
        "baseline_value": effect.arm_value,
        "difference": None if effect.difference is None else -effect.difference,
        "interval": turn(effect.interval),
        "bca_interval": turn(effect.bca_interval),
        "strict": None if effect.strict is None else -effect.strict,
        "bounds": turn(effect.bounds),
        **{name: getattr(effect, name) for name in ("se", "p", "detectable", "sign_flip_p", "mcnemar_p")},
    }


@pytest.mark.parametrize("sizes", [(1, 2, 3, 2) * 3, (2,) * 41])
def test_a_pair_asked_the_other_way_round_is_mirrored(made_run: MakeRun, sizes: tuple[int, ...]) -> None:
    run = made_run(18, sizes=sizes, missing=0.1)
    found = by_key(summarise([run], pairs=[("text", "text+mg"), ("text+filler", "mg")]).effects)
    back = by_key(summarise([run], pairs=[("mg", "text+filler")]).effects)
    for arm, baseline in (("text", "text+mg"), ("text+filler", "mg")):
        for metric in ("accuracy", "balanced_accuracy", "macro_f1", "auc", "log_odds", "brier"):
            here, there = found[metric, arm, baseline], back[metric, baseline, arm]
            for name, value in mirrored(there).items():
                wanted = value if value is None else pytest.approx(value, rel=1e-6, abs=1e-9)
                assert getattr(here, name) == wanted, (metric, name)
            assert (here.b, here.c) == (there.c, there.b)
            assert (here.pairs, here.missing) == (there.pairs, there.missing)
            assert here.primary is False


def test_flips_of_a_pair_turned_round_trade_gains_for_losses(made_run: MakeRun) -> None:
    run = made_run(11, sizes=(2,) * 12, missing=0.15, epochs=2)
    flips = {(f.arm, f.baseline): f for f in summarise([run], pairs=[("text", "mg")]).flips}
    here, there = flips["text", "mg"], flips["mg", "text"]
    assert (here.gained_items, here.lost_items) == (there.lost_items, there.gained_items)
    assert here.gained + here.lost > 0


def test_a_gate_reads_a_pair_from_either_side(made_run: MakeRun) -> None:
    summary = summarise([made_run(19, sizes=(3,) * 20, effect=3.0)])
    assert by_key(summary.effects)["accuracy", "text+mg", "text"].p == pytest.approx(0, abs=0.01)
    assert gate(summary, "text+mg<text") is None
    assert gate(summary, "text+mg<=text") is None
    assert "the whole interval is below 0" in (gate(summary, "text<text+mg") or "")
    assert "the interval is not entirely above 0" in (gate(summary, "text<=text+mg") or "")


def test_runs_subtracted_the_other_way_round_are_mirrored(made_run: MakeRun) -> None:
    first = made_run(23, sizes=(2,) * 12, missing=0.1, id="a")
    second = made_run(24, sizes=(2,) * 12, missing=0.1, id="b", model="fake/two")
    there, back = effects_between([first], [second]), effects_between([second], [first])
    assert len(there) == len(back) > 20
    for one, other in zip(there, back, strict=True):
        for name, value in mirrored(one).items():
            wanted = value if value is None else pytest.approx(value)
            assert getattr(other, name) == wanted, (one.metric, one.arm, name)
    for gained, lost in zip(flips_between([first], [second]), flips_between([second], [first]), strict=True):
        assert (gained.gained_items, gained.lost_items) == (lost.lost_items, lost.gained_items)


def test_a_run_less_itself_is_nothing(made_run: MakeRun) -> None:
    run = made_run(11, sizes=(2,) * 12, missing=0.15, epochs=2)
    twin = RunRecords(run.manifest.model_copy(update={"id": "twin"}), run.records)
    for effect in effects_between([run], [twin]):
        assert (effect.difference, effect.se, effect.p, effect.q) == (0.0, None, None, None)
        assert effect.flags[0] == "no interval: no discordant pair"
        assert (effect.b, effect.c) in {(0, 0), (None, None)}
