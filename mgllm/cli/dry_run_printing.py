"""What `mgllm run --dry-run` prints: what a run would ask, and what it would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mgllm.cli.printing import echo, echo_wrapped

if TYPE_CHECKING:
    from mgllm.commands.dry_run import DryRun, DryScenario

HEADS = (
    ("", "", "", "", "tokens", "tokens out", "USD", "detectable"),
    ("scenario", "pairs", "subjects", "prompts", "in", "at most", "at most", "effect"),
)


def print_dry_run(plan: DryRun) -> None:
    """The first prompt, a row for each scenario, and what the numbers leave out."""
    from mgllm.records import prompt_text

    echo(f"The first prompt to {plan.model}:\n\n{prompt_text(plan.example)}\n")
    rows = [*HEADS, *(row for scenario in plan.scenarios for row in _rows(scenario))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for first, *others in rows:
        cells = [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
        echo("  ".join([f"{first:<{widths[0]}}", *cells]).rstrip())
    _print_remarks(plan)


def _rows(row: DryScenario) -> list[tuple[str, ...]]:
    """A scenario, and what it costs with a model that thinks."""
    counts = (str(row.pairs), str(row.subjects), str(row.prompts))
    cost = _cost(row, row.tokens_out_most, row.dollars_most)
    rows: list[tuple[str, ...]] = [(row.scenario, *counts, *cost, _detectable(row))]
    if row.tokens_out_thinking is not None:
        thinking = _cost(row, row.tokens_out_thinking, row.dollars_thinking)
        rows.append(("  if it thinks", "", "", "", *thinking, ""))
    return rows


def _detectable(row: DryScenario) -> str:
    """In points, or why there is no number."""
    points = row.detectable_points
    return "few people" if points is None else f"{points:.0f} points"


def _cost(row: DryScenario, tokens_out: int, dollars: float | None) -> tuple[str, str, str]:
    """Tokens and dollars; `~` marks an estimate."""
    mark = "" if row.tokens_exact else "~"
    usd = "no price" if dollars is None else f"{mark}{dollars:.4f}"
    return f"{mark}{row.tokens_in:,}", f"{tokens_out:,}", usd


def _print_remarks(plan: DryRun) -> None:
    """What the numbers leave out."""
    epochs = max(row.epochs for row in plan.scenarios)
    remarks = [
        f"{row.scenario}: each item is asked in {row.cells} cells; prompts, tokens and dollars count that."
        for row in plan.scenarios
        if row.cells > 1
    ]
    if epochs > 1:
        remarks.append(f"Every question is asked {epochs} times; prompts, tokens and dollars count that.")
    if any(row.tokens_out_thinking is not None for row in plan.scenarios):
        remarks.append(
            "if it thinks: a model that reasons before it answers writes up to 4,096 tokens for each prompt, "
            "and all of them cost. `mgllm models probe` shows whether it does, and whether it can be turned "
            "off; --max-tokens limits it."
        )
    if extra := sum(row.attribution for row in plan.scenarios):
        remarks.append(f"{extra:,} of the prompts are asked for the attribution alone.")
    remarks.append(
        "detectable effect: the smallest effect on accuracy that 80 % of such runs would find, if the two "
        "arms differ in a quarter of the pairs. Items count as independent here: with many items of one "
        "person, the true number is larger."
    )
    if any(row.detectable_points is None for row in plan.scenarios):
        remarks.append("few people: too few to say which effect would be found.")
    for remark in remarks:
        echo()
        echo_wrapped(remark)
