"""An ablation's table as a value, as Markdown and as LaTeX: mean and range over seeds, in percent.

Under it stands, for context, what others have published on the same data set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mgllm.errors import one_line
from mgllm.recognizer.evaluation.ablation_run import Schedule
from mgllm.recognizer.metrics import Scores
from mgllm.recognizer.training.length import LEAST_STEPS
from mgllm.records import Frozen

OVER = 1.1
"""A budget counts as kept up to a tenth more."""


class SeedScores(Frozen):
    """Scores by one protocol, one for each seed; all are 0..1."""

    top1: tuple[float, ...] = ()
    """Share of clips whose most probable class is right."""
    mean_class: tuple[float, ...] = ()
    """The same for each class, averaged over classes: rare classes count as much as common ones."""
    macro_f1: tuple[float, ...] = ()
    """F1 averaged over classes."""

    def add(self, scores: Scores) -> SeedScores:
        """These and another seed's."""
        names = ("top1", "mean_class", "macro_f1")
        return SeedScores(**{name: (*getattr(self, name), getattr(scores, name)) for name in names})

    @property
    def cells(self) -> list[str]:
        """The three scores as text."""
        return [_spread(values) for values in (self.top1, self.mean_class, self.macro_f1)]


class AblationRow(Frozen):
    """One row of the table."""

    part: str
    """Group of rows."""
    name: str
    """What is changed."""
    linear: SeedScores = SeedScores()
    """Linear probe."""
    knn: SeedScores = SeedScores()
    """Nearest neighbour."""

    @property
    def seeds(self) -> int:
        """Trainings that have a score."""
        return len(self.linear.top1)

    @property
    def cells(self) -> list[str]:
        """The row's cells as text, without its name."""
        return [*self.linear.cells, *self.knn.cells, str(self.seeds)]


class Published(Frozen):
    """A number that others have published: context, never part of a computation."""

    name: str
    """Method and where it is from."""
    top1: float
    """In percent."""
    top5: float | None = None
    """In percent."""
    learned: str
    """What it learned from."""

    @property
    def cells(self) -> list[str]:
        """Its cells as text; its name is marked."""
        top5 = "" if self.top5 is None else f"{self.top5:.2f}"
        return [f"† {self.name}", f"{self.top1:.2f}", top5, self.learned]


_LABELS = "labels"
_NO_LABELS = "no labels"
PUBLISHED: Mapping[str, tuple[Published, ...]] = {
    "iMiGUE": (  # the first seven from Liu et al., CVPR 2021; then the MiGA challenges' winners
        Published(name="ST-GCN", top1=46.97, top5=84.09, learned=_LABELS),
        Published(name="2s-GCN", top1=47.78, top5=88.43, learned=_LABELS),
        Published(name="Shift-GCN", top1=51.51, top5=88.18, learned=_LABELS),
        Published(name="MS-G3D", top1=54.91, top5=89.98, learned=_LABELS),
        Published(name="TSM, on pictures", top1=61.10, top5=91.24, learned=_LABELS),
        Published(name="P&C", top1=31.67, top5=64.93, learned=_NO_LABELS),
        Published(name="U-S-VAE", top1=32.43, top5=64.30, learned=_NO_LABELS),
        Published(name="MiGA 2023, an ensemble", top1=64.12, learned=_LABELS),
        Published(name="MiGA 2024, an ensemble", top1=70.25, learned=_LABELS),
        Published(name="MiGA 2025, an ensemble", top1=73.21, learned=_LABELS),
        Published(name="MiGA 2026, an ensemble", top1=74.42, learned=_LABELS),
    ),
    "UTD-MHAD": (
        Published(name="Kinect and inertial sensors", top1=79.1, learned=_LABELS),
        Published(name="Cov3DJ", top1=85.6, learned=_LABELS),
        Published(name="JTM", top1=85.8, learned=_LABELS),
        Published(name="SOS", top1=87.0, learned=_LABELS),
    ),
}
"""By a data set's name, as importers write it; each with the official split by person."""


class Ablation(Frozen):
    """The table and how it was made."""

    dataset: str
    """The data set's name."""
    split: str
    """The split that was tested."""
    schedule: Schedule
    """How the budget was divided."""
    minutes: float
    """How long it took."""
    n: int
    """Test clips."""
    rows: tuple[AblationRow, ...]
    """All rows that have a number."""
    dropped: tuple[str, ...] = ()
    """Rows without a number, because there was no time for them."""
    unfinished: tuple[str, ...] = ()
    """Rows with fewer seeds than planned, because time ran out or a training was stopped."""
    stopped: tuple[str, ...] = ()
    """Trainings that failed, and why."""
    published: tuple[Published, ...] = ()
    """What others have published on this data set: for context alone."""
    markdown: str = ""
    """The table."""
    files: tuple[str, ...] = ()
    """Files that were written."""


HEADS = ("linear top-1", "mean class", "macro-F1", "1-NN top-1", "mean class", "macro-F1", "seeds")
PUBLISHED_HEADS = ("published by others †", "top-1", "top-5", "learned from")


def markdown_table(made: Ablation) -> str:
    """The table, under it the schedule and what was tested, and what others have published."""
    lines = _head(("changed", *HEADS))
    part = ""
    for row in made.rows:
        if row.part != part:
            part = row.part
            lines.append(f"| *{part}* |{' |' * len(HEADS)}")
        lines.append(_line([row.name.replace("|", "/"), *row.cells]))
    lines += ["", *(f"{line}  " for line in notes(made)), ""]
    if made.published:
        lines += [*_head(PUBLISHED_HEADS), *(_line(row.cells) for row in made.published)]
        lines += ["", f"{CONTEXT}  ", ""]
    return "\n".join(lines)


CONTEXT = (
    "† Numbers that others have published on this data set, with its official split: for context. They were "
    "made with other trainings and tests than the rows above, and nothing is computed with them."
)


def _head(names: Sequence[str]) -> list[str]:
    return [_line(names), _line(["---"] * len(names))]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


_TEX = str.maketrans({c: f"\\{c}" for c in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": "-", "^": "-"})
_DASHES = str.maketrans({"–": "--", "†": r"$\dagger$"})


def latex_table(made: Ablation) -> str:
    """The same with booktabs."""
    width = 1 + len(HEADS)
    lines = [rf"\begin{{tabular}}{{l{'r' * len(HEADS)}}}", r"\toprule"]
    lines += [_tex_line(["changed", *HEADS]), r"\midrule"]
    part = ""
    for row in made.rows:
        if row.part != part:
            part = row.part
            lines.append(rf"\addlinespace \multicolumn{{{width}}}{{l}}{{\emph{{{part}}}}} \\")
        lines.append(_tex_line([row.name, *row.cells]))
    lines += [r"\bottomrule", r"\end{tabular}"]
    if made.published:
        lines += ["", r"\begin{tabular}{lrrl}", r"\toprule", _tex_line(PUBLISHED_HEADS), r"\midrule"]
        lines += [*(_tex_line(row.cells) for row in made.published), r"\bottomrule", r"\end{tabular}"]
    said = [*notes(made), *([CONTEXT] if made.published else [])]
    return "\n".join([*lines, *(f"% {line.replace('–', '--')}" for line in said), ""])


def _tex_line(cells: Sequence[str]) -> str:
    return " & ".join(cell.translate(_TEX).translate(_DASHES) for cell in cells) + r" \\"


def notes(made: Ablation) -> list[str]:
    """Notes that a reader of the table needs."""
    schedule = made.schedule
    found = [
        f"{made.dataset}, {made.split}, {made.n} test clips; mean and range over seeds, percent.",
        f"Schedule: {schedule.words()}; took {made.minutes:.1f} minutes.",
        "Each row changes one thing of the default; differences smaller than the ranges say nothing.",
    ]
    if made.minutes > OVER * schedule.budget_minutes:
        over = made.minutes - schedule.budget_minutes
        found.append(f"That is {over:.1f} minutes more than the budget.")
    if 0 < schedule.steps < LEAST_STEPS:
        few = f"Each training has only {schedule.steps} steps"
        found.append(f"{few}; with fewer than {LEAST_STEPS} hardly anything is learned.")
    if made.dropped:
        found.append(f"Left out, because the budget is too small for them: {'; '.join(made.dropped)}.")
    if made.unfinished:
        found.append(f"Fewer seeds than planned: {'; '.join(made.unfinished)}.")
    found += [f"Stopped: {line}." for line in made.stopped]
    return [one_line(line) for line in found]


def _spread(values: Sequence[float]) -> str:
    mean = 100 * sum(values) / len(values)
    if len(values) == 1:
        return f"{mean:.1f}"
    return f"{mean:.1f} ({100 * min(values):.1f}–{100 * max(values):.1f})"
