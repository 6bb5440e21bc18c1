"""Rows, effects and arms made by hand."""

from __future__ import annotations

from typing import Any

from mgllm.records import ArmSummary, Effect, RowName, Summary


def row(model: str = "made/one", scenario: str = "emotion", **more: Any) -> RowName:
    return RowName(scenario=scenario, model=model, form="chat", reasoning="direct", score="logprob", **more)


def effect(about: RowName, baseline: str = "text", metric: str = "accuracy", **more: Any) -> Effect:
    told: dict[str, Any] = {
        "arm": "text+mg",
        "primary": True,
        "pairs": 60,
        "subjects": 15,
        "effective_subjects": 15.0,
        "largest_cluster": 4,
        "difference": 0.1,
        "interval": (-0.05, 0.25),
    }
    return Effect(row=about, metric=metric, baseline=baseline, **(told | more))


def arm(about: RowName, name: str = "text", **more: Any) -> ArmSummary:
    told: dict[str, Any] = {"n": 60, "subjects": 15, "answered": 60, "unparsed": 0, "refused": 0, "failed": 0}
    numbers = {"accuracy": 0.6, "accuracy_interval": (0.5, 0.7)}
    return ArmSummary(row=about, arm=name, **(told | numbers | more))


def summary(*, models: tuple[str, ...] = ("made/one",), scenarios: tuple[str, ...] = ("emotion",)) -> Summary:
    rows = [row(model, scenario) for scenario in scenarios for model in models]
    return Summary(
        runs=("run",),
        arms=tuple(arm(each, name) for each in rows for name in ("text", "text+mg", "text+shuffled")),
        effects=tuple(
            effect(each, baseline, metric)
            for each in rows
            for baseline in ("text", "text+shuffled")
            for metric in ("accuracy", "log_odds")
        ),
    )
