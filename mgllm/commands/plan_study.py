"""`mgllm plan-study`: how many people a study needs, before there are data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mgllm.analysis.statistics.planning import pilots, plan_study as plan
from mgllm.commands._named_runs import named_runs, refuse_empty, run_records
from mgllm.commands._options import parse_options
from mgllm.errors import InputError
from mgllm.records import StudyDesign, StudyPlan


def plan_study(
    said: Mapping[str, float | int],
    *,
    nats: bool = False,
    people: int | None = None,
    run: str | None = None,
    results: Path = Path("results"),
) -> StudyPlan:
    """People needed for an effect, or what a number of people finds.

    Args:
        said: the design's values that the user gave; effect and discordance in per cent.
        nats: the effect is on the log-odds of the target, in nats.
        people: those there are; None computes how many are needed.
        run: a first run, from which everything that was not given is taken.
        results: where its name is looked up.

    Raises:
        InputError: a value does not fit, the run has no pairs, or no number of people is enough.
    """
    values = {name: _share(name, value) if _percent(name, nats) else value for name, value in said.items()}
    measured, words = ({}, None) if run is None else _measured(run, results, nats)
    values = {**measured, **values}
    if "items" not in values:
        raise InputError(
            "--items is missing: how many items each person has; or take it from a run: --from RUN"
        )
    if nats and "sd" not in values:
        raise InputError(
            "--sd is missing: how far an item's difference varies; or take it from a run: --from RUN"
        )
    if not nats and "sd" in values:
        raise InputError("--sd is for --nats; for accuracy give --discordance")
    return plan(parse_options(StudyDesign, values), people, words)


def _percent(name: str, nats: bool) -> bool:
    return name in {"discordance", "power"} or (name == "effect" and not nats)


def _share(name: str, value: float) -> float:
    """A value in per cent as a share; what cannot be is said in the user's unit."""
    low, high = (5, 100) if name == "power" else (0, 100)
    if not low < value < high and not (name == "discordance" and value == high):
        raise InputError(
            f"--{name} must be a number above {low} and below {high}, in per cent, not {value:g}"
        )
    return value / 100


def _measured(name: str, results: Path, nats: bool) -> tuple[dict[str, float], str]:
    """Values of a run's first primary contrast, and what they are from."""
    (found,) = named_runs([name], results)
    refuse_empty([found], "plan from it after its first answers")
    chosen = next((each for each in pilots(run_records(found, False, 1)) if each.scored == nats), None)
    if chosen is None:
        raise InputError(
            f"--from {name}: no primary contrast has pairs of several people with several items; ask the "
            "arms of the claim first, or give --items, --icc and --discordance"
        )
    kind = {"sd": chosen.sd} if nats else {"discordance": chosen.discordance}
    values = {"items": chosen.items, "spread": chosen.spread, "icc": chosen.icc, **kind}
    return values, f"{found.manifest.id} ({chosen.contrast}, {chosen.people} people)"
