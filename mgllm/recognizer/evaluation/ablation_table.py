"""The recogniser's ablation as Markdown and LaTeX: mean and range over seeds, in percent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mgllm.errors import one_line

if TYPE_CHECKING:
    from mgllm.recognizer.evaluation.ablation_run import Ablation

_TEX = str.maketrans({c: f"\\{c}" for c in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": "-", "^": "-"})


def markdown_table(made: Ablation) -> str:
    """One line a row; what was spent and who was tested under it."""
    lines = ["| changed | linear top-1 | 1-NN top-1 | seeds |", "| --- | --- | --- | --- |"]
    part = ""
    for row in made.rows:
        if row.part != part:
            part = row.part
            lines.append(f"| *{part}* | | | |")
        name = row.name.replace("|", "/")
        lines.append(f"| {name} | {_spread(row.linear)} | {_spread(row.knn)} | {len(row.linear)} |")
    return "\n".join([*lines, "", *(f"{line}  " for line in notes(made)), ""])


def latex_table(made: Ablation) -> str:
    """The same with booktabs."""
    lines = [r"\begin{tabular}{lrrr}", r"\toprule", r"changed & linear & 1-NN & seeds \\", r"\midrule"]
    part = ""
    for row in made.rows:
        if row.part != part:
            part = row.part
            lines.append(rf"\addlinespace \multicolumn{{4}}{{l}}{{\emph{{{part}}}}} \\")
        cells = (row.name.translate(_TEX), _spread(row.linear), _spread(row.knn), str(len(row.linear)))
        lines.append(" & ".join(cell.replace("–", "--") for cell in cells) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}"]
    return "\n".join([*lines, *(f"% {line.replace('–', '--')}" for line in notes(made)), ""])


def notes(made: Ablation) -> list[str]:
    """What one must know to read the table."""
    found = [
        f"{made.dataset}, {made.split}, {made.n} test clips; mean and range over seeds, percent.",
        f"Schedule: {made.schedule.words()}; took {made.minutes:.1f} minutes.",
        "Each row changes one thing of the default; differences smaller than the ranges say nothing.",
    ]
    if made.unfinished:
        found.append(f"Fewer seeds than planned: {', '.join(made.unfinished)}.")
    found += [f"Stopped: {line}." for line in made.stopped]
    return [one_line(line) for line in found]


def _spread(values: Sequence[float]) -> str:
    mean = 100 * sum(values) / len(values)
    if len(values) == 1:
        return f"{mean:.1f}"
    return f"{mean:.1f} ({100 * min(values):.1f}–{100 * max(values):.1f})"
