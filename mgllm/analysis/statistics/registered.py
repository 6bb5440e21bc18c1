"""Registered hypotheses: what was tested of them, and what is not as registered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mgllm.analysis.metric import metrics, scale_of
from mgllm.analysis.statistics.cautions import stopped_flags
from mgllm.analysis.statistics.claims import LEVEL, adjust
from mgllm.analysis.statistics.gates import equivalence, margined
from mgllm.analysis.statistics.grid import Grid
from mgllm.analysis.statistics.runs import NTH_RUN
from mgllm.analysis.wording import gain, p_words, span
from mgllm.records import (
    Effect,
    Hypothesis,
    Intended,
    Registered,
    RegisteredTest,
    Result,
    RunManifest,
    ScenarioManifest,
)

Pair = tuple[str, str]
NOT_REGISTERED = "not preregistered"
"""Flag of a difference that the preregistration does not name."""


def registered_pairs(grid: Grid) -> tuple[Pair, ...]:
    """The differences that a grid's preregistration names: arm, and what it is compared with."""
    return tuple(dict.fromkeys((each.arm, each.over) for each in _hypotheses(grid)))


def registered_effects(grid: Grid, effects: Sequence[Effect]) -> list[Effect]:
    """The effects with registered margins, so that equivalence is tested; all others are marked."""
    if _registered(grid) is None:
        return list(effects)
    found = {(each.arm, each.over, each.metric): each for each in _hypotheses(grid)}
    marked = []
    for effect in effects:
        hypothesis = found.get((effect.arm, effect.baseline, effect.metric))
        if hypothesis is None:
            marked.append(effect.model_copy(update={"flags": (*effect.flags, NOT_REGISTERED)}))
        else:
            margin = hypothesis.margin
            shared = None if margin is None else margin / scale_of(effect.metric).factor
            marked.append(effect if shared is None else margined(effect, shared))
    return marked


def registered_tests(by_grid: Sequence[tuple[Grid, Sequence[Effect]]]) -> tuple[RegisteredTest, ...]:
    """Every hypothesis of every grid, with Holm over all that were tested."""
    found = [_test(grid, each, effects) for grid, effects in by_grid for each in _hypotheses(grid)]
    tested = [n for n, test in enumerate(found) if test.p is not None]
    holm = dict(zip(tested, adjust([found[n].p or 0.0 for n in tested], "holm"), strict=True))
    return tuple(_judged(test, holm.get(n)) for n, test in enumerate(found))


def deviations(run: RunManifest, scenario: ScenarioManifest) -> list[str]:
    """What of a run is not as its preregistration says; nothing without one."""
    registered = run.preregistration
    if registered is None:
        return []
    plan = registered.content.plan
    said = [*_other_values(plan, run, scenario), *_too_few(plan, scenario)]
    if plan.items_sha256 and not scenario.items_sha256.startswith(plan.items_sha256.casefold()):
        said.append(f"the item set is another one (sha256 {scenario.items_sha256[:8]})")
    arms = [
        arm
        for each in registered.content.hypotheses
        if each.scenario in {None, scenario.name}
        for arm in (each.arm, each.over)
        if arm not in scenario.arms
    ]
    return [*said, *(f"arm {arm} was not asked" for arm in dict.fromkeys(arms))]


def _other_values(plan: Intended, run: RunManifest, scenario: ScenarioManifest) -> Iterable[str]:
    for name in ("model", "seed", "epochs", "shuffles", "form", "reasoning", "score", "cue_source"):
        wanted = getattr(plan, name)
        made = getattr(run, name) if name in RunManifest.model_fields else getattr(scenario, name)
        if wanted is not None and str(wanted) != str(made).partition(NTH_RUN)[0]:
            yield f"{name.replace('_', ' ')}: {wanted} was registered, the run has {made}"


def _too_few(plan: Intended, scenario: ScenarioManifest) -> Iterable[str]:
    for what, wanted, made in (
        ("items", plan.items, scenario.items_asked), ("people", plan.people, scenario.subjects)
    ):  # fmt: skip
        if wanted is not None and made < wanted:
            yield f"{what}: {wanted} were registered, the run has {made}"


def _hypotheses(grid: Grid) -> list[Hypothesis]:
    registered = _registered(grid)
    every = () if registered is None else registered.content.hypotheses
    return [each for each in every if each.scenario in {None, grid.scenario.name}]


def _registered(grid: Grid) -> Registered | None:
    return None if grid.manifest is None else grid.manifest.preregistration


def _test(grid: Grid, hypothesis: Hypothesis, effects: Sequence[Effect]) -> RegisteredTest:
    stopped = stopped_flags(grid, hypothesis.arm, hypothesis.over)
    found = [
        effect
        for effect in effects
        if (effect.arm, effect.baseline, effect.metric)
        == (hypothesis.arm, hypothesis.over, hypothesis.metric)
    ]
    bare = RegisteredTest(
        row=grid.row,
        hypothesis=hypothesis,
        result="not_tested",
        words="",
        deviations=(*(deviations(grid.manifest, grid.scenario) if grid.manifest else ()), *stopped),
    )
    if not found:
        return bare.model_copy(update={"words": "not tested: there is no such difference in this run"})
    (effect,) = found[:1]
    return bare.model_copy(
        update={
            "difference": effect.difference,
            "interval": effect.interval,
            "p": None if _unfit(effect) else _p(effect, hypothesis),
            "equivalence_p": effect.equivalence_p,
            "equivalence_interval": effect.equivalence_interval,
            "words": _unfit(effect) or _words(effect),
        }
    )


def _unfit(effect: Effect) -> str | None:
    """Why nothing is tested, whatever the numbers are."""
    leaked = effect.leaked + effect.exposure_unknown
    if leaked:
        return f"not tested: leaked, or of unknown exposure: {leaked} of {effect.pairs} pairs"
    return None


def _p(effect: Effect, hypothesis: Hypothesis) -> float | None:
    """The p of what was registered; 1 if the difference has the other sign."""
    if hypothesis.expect == "equal":
        return effect.equivalence_p
    if effect.p is None or effect.difference is None:
        return None
    better = -effect.difference if metrics.get(effect.metric)().less_is_better else effect.difference
    wanted = better if hypothesis.expect == "gain" else -better
    return effect.p if wanted > 0 else 1.0


def _words(effect: Effect) -> str:
    """The numbers, whether they are equivalent, and every caution of the difference."""
    words = gain(effect) if effect.difference is not None else "no difference can be computed"
    if effect.margin is not None:
        interval = span(effect.equivalence_interval, effect.metric)
        about = f", 90 % {interval}" if interval else ""
        words = f"{words}{about}; {equivalence(effect, effect.margin).words}"
    return "; ".join([words, *effect.flags])


def _judged(test: RegisteredTest, holm: float | None) -> RegisteredTest:
    if holm is None:
        words = test.words if test.words.startswith("not tested") else f"not tested: {test.words}"
        return test.model_copy(update={"words": words})
    result: Result = "confirmed" if holm <= LEVEL else "not_confirmed"
    words = f"{result.replace('_', ' ')}: {test.words} (Holm p {p_words(holm)})"
    return test.model_copy(update={"p_holm": holm, "result": result, "words": words})
