"""`mgllm plan-study`: how many people a study needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.options import option
from mgllm.cli.printing import echo, echo_wrapped, print_made, print_written

if TYPE_CHECKING:
    from mgllm.records import StudyDesign, StudyPlan


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("plan-study", cls=PlainCommand, rich_help_panel=o.ASK)(plan_study)


def plan_study(
    context: typer.Context,
    effect: Annotated[
        float, option("--effect", "True difference between two arms, in points.", heading=o.COMPARED)
    ],
    items: Annotated[float | None, option("--items", "Items of each person, mean.", heading=o.ASKED)] = None,
    spread: Annotated[
        float | None,
        option(
            "--spread",
            "Standard deviation of the number of items of a person, divided by its mean.",
            default="0: all have equally many",
            heading=o.ASKED,
        ),
    ] = None,
    icc: Annotated[
        float | None,
        option(
            "--icc",
            "Correlation of the differences of two items of one person.",
            default="0.1",
            heading=o.COMPARED,
        ),
    ] = None,
    discordance: Annotated[
        float | None,
        option(
            "--discordance",
            "Per cent of items in which one arm is right and the other wrong.",
            default="25",
            heading=o.COMPARED,
        ),
    ] = None,
    nats: Annotated[
        bool,
        option("--nats", "The effect is on the log-odds of the target, in nats.", heading=o.COMPARED),
    ] = False,
    sd: Annotated[
        float | None,
        option("--sd", "With --nats: standard deviation of an item's difference.", heading=o.COMPARED),
    ] = None,
    power: Annotated[
        float | None,
        option("--power", "Chance to find the effect, in per cent.", default="80", heading=o.COMPARED),
    ] = None,
    claims: Annotated[
        int | None,
        option("--claims", "Claims that are tested together (Holm).", default="1", heading=o.COMPARED),
    ] = None,
    people: Annotated[
        int | None, option("--people", "There are so many: what do they find?", heading=o.ASKED)
    ] = None,
    run: Annotated[
        str | None,
        option("--from", "Take what is not given from a first run.", kind="RUN", heading=o.ASKED),
    ] = None,
    plot: Annotated[
        Path | None,
        option("--plot", "Also draw power by people: F.svg, F.png or F.pdf.", kind="FILE", heading=o.FILES),
    ] = None,
    results: o.Results = None,
    json: o.Json = False,
) -> None:
    """How many people a study needs to find an effect, before there are data."""
    from mgllm.commands.plan_study import plan_study as plan_flow
    from mgllm.pages.plots.saving import check_file, save_power

    if plot is not None:
        check_file(plot)
    said = o.given(context, "people", "run", "plot", "results", "json", "nats")
    made = plan_flow(said, nats=nats, people=people, run=run, results=results or Path("results"))
    if plot is not None:
        save_power(made, plot)
    print_made(made, _print_plan, as_json=json)
    if plot is not None:
        print_written([plot])


def _print_plan(plan: StudyPlan) -> None:
    """The answer, power by people, people by items, and what is assumed."""
    design, at = plan.design, plan.at
    size = f"{_people(plan.people)} with {design.items:g} items each ({at.items:,} items)"
    chance = f"in {_percent(at.power)} of studies"
    echo_wrapped(f"{size} find a difference of {_effect(design, design.effect)} {chance}.")
    echo()
    curve = [("people", "items", "df", "power", "detectable")]
    curve += [
        (f"{p.people:,}", f"{p.items:,}", f"{p.df:.1f}", _percent(p.power), _effect(design, p.detectable))
        for p in plan.curve
    ]
    _print_table(curve)
    echo()
    more = 1 - (1 - design.power) / 2
    needs = [("items each", f"people for {_percent(design.power)}", f"people for {_percent(more)}")]
    needs += [(f"{n.items:g}", f"{n.people:,}", f"{n.more_power:,}") for n in plan.by_items]
    _print_table(needs)
    for remark in _remarks(plan):
        echo()
        echo_wrapped(remark)


def _print_table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        echo("  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)))


def _remarks(plan: StudyPlan) -> list[str]:
    from mgllm.analysis.statistics.planning import FEW

    design = plan.design
    kind = (
        f"arms that differ in {_percent(design.discordance)} of the items"
        if design.sd is None
        else f"differences that vary by {design.sd:.2g} nats from item to item"
    )
    claims = f", {design.claims} claims tested together" if design.claims > 1 else ""
    source = f"as measured in {plan.from_run}" if plan.from_run else "as given or by default"
    spread = f"items of a person that vary by {_percent(design.spread)}, " if design.spread else ""
    assumed = f"{kind}, {spread}an ICC of {design.icc:.2g} between the differences of one person{claims}"
    few = (
        f"With fewer than {FEW} people the power on accuracy can be five points lower, because differences "
        "have bounds: plan for two people more."
    )
    return [
        f"Assumed, {source}: {assumed}.",
        "df: effective people − 1, of the t test that tables use. detectable: the difference that so many "
        f"people find in {_percent(design.power)} of studies.",
        "A claim needs two such differences, over the text and over another person's gestures. If both are "
        f"as large, this study shows both in {_percent(plan.both)} of cases or more.",
        *([few] if design.sd is None and plan.people < FEW else []),
    ]


def _people(count: int) -> str:
    return f"{count:,} people"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _effect(design: StudyDesign, value: float | None) -> str:
    if value is None:
        return "none"
    return f"{100 * value:.1f} points" if design.sd is None else f"{value:.2f} nats"
