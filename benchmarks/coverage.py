"""How often the printed interval holds the truth and the printed p cries wolf, by simulation.

    python benchmarks/coverage.py [--replicates 2000] [--seed 0] [-o docs/results/coverage.md]

Every experiment goes through `contrast_effects`, the code that prints; beside it stand BCa and percentile
intervals of the same resamples and McNemar's exact test. Exit 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from mgllm.analysis.metric import Floats, Ints, known_metrics
from mgllm.analysis.statistics.checks import bca_interval, mcnemar_p, resampled_sums
from mgllm.analysis.statistics.effects import Contrast, contrast_effects
from mgllm.analysis.statistics.grid import ANSWERED, Answers, Grid
from mgllm.analysis.statistics.pairs import pair
from mgllm.records import Effect, Label, RowName, ScenarioManifest

SD = 0.8
"""Of subjects, items and the subjects' own effects, on the logit scale."""
EPOCHS = 5
POINTS = (0.0, 0.10)
RLTD = (21, 12, 9, 8, 6, 4, 4, *(2,) * 8, *(1,) * 41)
"""Clips of each person in the real-life trial data."""
CELLS = {f"{n} × 5": (5,) * n for n in (5, 10, 20, 80)} | {"RLTD": RLTD}
COVERAGE, SIZE, SIZE_FROM = (0.93, 0.97), 0.06, 10

TARGETS = "The printed interval covers 93–97 %; the printed p is ≤ .05 in at most 6 % from 10 subjects on."

Interval = tuple[float, float]


@dataclass
class Tally:
    """How often something held, of how many."""

    held: int = 0
    of: int = 0

    def add(self, held: bool) -> None:
        """Count one."""
        self.held += held
        self.of += 1

    @property
    def share(self) -> float:
        """Share that held; NaN of none."""
        return self.held / self.of if self.of else float("nan")

    def __str__(self) -> str:
        return f"{100 * self.share:.1f}" if self.of else "–"


@dataclass
class Cell:
    """One size and truth."""

    name: str
    truth: float
    grid: Grid
    covers: dict[str, Tally] = field(default_factory=dict)
    rejects: dict[str, Tally] = field(default_factory=dict)

    def cover(self, what: str, interval: Interval | None) -> None:
        """Count an interval, if there is one."""
        tally = self.covers.setdefault(what, Tally())
        if interval is not None:
            tally.add(interval[0] <= self.truth <= interval[1])

    def reject(self, what: str, p: float | None) -> None:
        """Count a p, if there is one; McNemar's without discordant pairs does not reject."""
        tally = self.rejects.setdefault(what, Tally())
        if p is not None:
            tally.add(p <= 0.05)


def main() -> int:
    """Simulate, print or write a table, say whether the targets are met."""
    options = _options()
    began = time.process_time()
    cells = [_run(name, sizes, points, options) for name, sizes in CELLS.items() for points in POINTS]
    text = _page(cells, options, time.process_time() - began)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    print(text)
    return 1 if _misses(cells) else 0


def _run(name: str, sizes: Sequence[int], points: float, options: argparse.Namespace) -> Cell:
    cell = Cell(name, points, _grid(sizes))
    owner_I = np.repeat(np.arange(len(sizes)), sizes)
    shift = _shift(points)
    rng = np.random.default_rng([options.seed, sum(sizes), len(sizes), round(1000 * points)])
    for _ in range(options.replicates):
        _experiment(cell, _right(rng, owner_I, shift))
    print(f"{name}, {100 * points:+.0f} points: {cell.covers['printed']} %", file=sys.stderr)
    return cell


def _shift(points: float) -> float:
    """Logit shift of the arm that moves its mean accuracy by so much, the baseline's being one half."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    spread = SD * np.sqrt(3.0)
    return float(brentq(lambda x: weights @ expit(x + spread * nodes) - 0.5 - points, -5.0, 5.0))


def _right(rng: np.random.Generator, owner_I: Ints, shift: float) -> Ints:
    """Correctness of baseline and arm [2, I, E]: subjects, items and the effect vary on the logit scale."""
    subjects = int(owner_I[-1]) + 1
    base_I = rng.normal(0, SD, subjects)[owner_I] + rng.normal(0, SD, len(owner_I))
    effect_I = rng.normal(shift, SD, subjects)[owner_I]
    chance_2I = expit(np.stack([base_I, base_I + effect_I]))
    right_2IE: Ints = (rng.random((*chance_2I.shape, EPOCHS)) < chance_2I[..., None]).astype(np.int64)
    return right_2IE


def _experiment(cell: Cell, right_2IE: Ints) -> None:
    one, five = (_effect(cell.grid, right_2IE[..., :epochs]) for epochs in (1, EPOCHS))
    cell.cover("printed", one.interval)
    cell.reject("printed", one.p)
    cell.cover("five epochs", five.interval)
    cell.reject("five epochs", five.p)
    cell.reject("sign-flip", one.sign_flip_p)
    for what, interval in _bootstrap(cell.grid, right_2IE[..., :1]).items():
        cell.cover(what, interval)
    baseline_IE, arm_IE = right_2IE
    b, c = int((arm_IE > baseline_IE).sum()), int((arm_IE < baseline_IE).sum())
    cell.reject("McNemar", one.mcnemar_p if one.mcnemar_p is not None else 1.0)
    cell.reject("McNemar pooled", mcnemar_p(b, c) or 1.0)


def _effect(grid: Grid, right_2IE: Ints) -> Effect:
    """What the product prints of one contrast."""
    baseline, arm = (_answers(right_IE) for right_IE in right_2IE)
    (effect,) = contrast_effects(
        Contrast(grid, grid.row, ("text+mg", "text"), (arm, baseline)), known_metrics()[:1]
    )
    return effect


def _bootstrap(grid: Grid, right_2IE: Ints) -> dict[str, Interval | None]:
    """BCa and percentile intervals, also where the product gives none because subjects are few."""
    baseline, arm = (_answers(right_IE) for right_IE in right_2IE)
    found = pair(grid, arm, baseline, scored=False)
    accuracy = known_metrics()[0]
    per_item = accuracy.per_item(found.arm) - accuracy.per_item(found.baseline)
    gain_S = np.bincount(found.arm.subject_N, weights=per_item[:, 0])
    size_S = np.bincount(found.arm.subject_N)
    drawn_R2 = resampled_sums(np.stack([gain_S, size_S], axis=1).astype(np.float64))
    drawn_R = drawn_R2[:, 0] / drawn_R2[:, 1]
    replicates = accuracy.replicates(found.arm) - accuracy.replicates(found.baseline)
    low, high = np.quantile(drawn_R, (0.025, 0.975))
    return {"BCa": bca_interval(replicates, drawn_R), "percentile": (float(low), float(high))}


def _answers(right_IE: Ints) -> Answers:
    """Answers with label 1 where right: the target of every item."""
    return Answers(
        outcome_IEK=np.full((*right_IE.shape, 1), ANSWERED, np.int64),
        answer_IEK=right_IE[..., None],
        probabilities_IEKL=np.full((*right_IE.shape, 1, 2), np.nan),
        log_odds_IEK=np.full((*right_IE.shape, 1), np.nan),
        censored_IEK=np.zeros((*right_IE.shape, 1), bool),
    )


def _grid(sizes: Sequence[int]) -> Grid:
    subjects = tuple(f"s{s:03d}" for s, size in enumerate(sizes) for _ in range(size))
    n = len(subjects)
    row = RowName(scenario="simulated", model="simulated", form="chat", reasoning="direct", score="generate")
    manifest = ScenarioManifest(
        name="simulated",
        version=1,
        title="simulated",
        sha256="0",
        templates={},
        items_name="items.jsonl",
        items_sha256="0",
        items_in_set=n,
        items_asked=n,
        subjects=len(sizes),
        effective_subjects=effective(sizes),
        largest_cluster=max(sizes),
        labels=tuple(Label(id=name, text=name, cloze=f" {name}") for name in ("no", "yes")),
        arms=("text", "text+mg"),
        baseline="text",
        form="chat",
        reasoning="direct",
        score="generate",
        ethics="Simulated.",
    )
    return Grid(
        row=row,
        scenario=manifest,
        labels=("no", "yes"),
        items=tuple(f"i{i:04d}" for i in range(n)),
        epochs=tuple(range(EPOCHS)),
        subjects=subjects,
        target_I=np.ones(n, np.int64),
        answers={},
        records={},
    )


def effective(sizes: Sequence[int]) -> float:
    """n² / Σ nₛ²."""
    array: Floats = np.array(sizes, np.float64)
    return float(array.sum() ** 2 / (array**2).sum())


def _misses(cells: Sequence[Cell]) -> list[str]:
    found = []
    for cell in cells:
        where = f"{cell.name}, {100 * cell.truth:+.0f} points"
        covered, wrong = cell.covers["printed"].share, cell.rejects["printed"].share
        if not COVERAGE[0] <= covered <= COVERAGE[1]:
            found.append(f"{where}: the printed interval covers {100 * covered:.1f} %")
        if cell.truth == 0 and len(set(cell.grid.subjects)) >= SIZE_FROM and wrong > SIZE:
            found.append(f"{where}: the printed p is ≤ .05 in {100 * wrong:.1f} %")
    return found


def _page(cells: Sequence[Cell], options: argparse.Namespace, seconds: float) -> str:
    words = PAGE.format(
        command=f"python benchmarks/coverage.py --replicates {options.replicates} --seed {options.seed}",
        replicates=f"{options.replicates:,}",
        margin=f"{100 * 1.96 * np.sqrt(0.05 * 0.95 / options.replicates):.1f}",
        seconds=f"{seconds:.0f}",
        rltd=f"{sum(RLTD)} items of {len(RLTD)} people, {effective(RLTD):.1f} effective, largest {max(RLTD)}",
    )
    covers = ("printed", "five epochs", "BCa", "percentile")
    rejects = ("printed", "five epochs", "sign-flip", "McNemar", "McNemar pooled")
    lines = [words, "## Coverage of 95 % intervals, %", "", _head(["no interval", *covers])]
    for cell in cells:
        none = 100 * (1 - cell.covers["printed"].of / options.replicates)
        lines.append(_line(cell, [f"{none:.1f}", *(str(cell.covers[what]) for what in covers)]))
    lines += ["", "## p ≤ .05, %: size at +0, power at +10", "", _head(rejects)]
    lines += [_line(cell, [str(cell.rejects[what]) for what in rejects]) for cell in cells]
    misses = [f"* missed: {miss}" for miss in _misses(cells)] or ["* every target met"]
    return "\n".join([*lines, "", "## Targets", "", TARGETS, "", *misses, ""])


def _head(names: Sequence[str]) -> str:
    return f"| subjects × items | truth | {' | '.join(names)} |\n|---|--:|{'--:|' * len(names)}"


def _line(cell: Cell, cells: Sequence[str]) -> str:
    return f"| {cell.name} | {100 * cell.truth:+.0f} | {' | '.join(cells)} |"


PAGE = """# Coverage and size, simulated

How often the **printed** interval holds the true difference, and how often the **printed** p is at most .05
where there is none. Made by

```
{command}
```

{replicates} experiments a cell (a share of 95 % is then known to ± {margin} points), {seconds} s of one core.

An experiment is one arm and its baseline, right or wrong. Subjects, items and the subjects' own effects are
normal on the logit scale with SD .8 each; the baseline is right in half of all cases, the arm as often or 10
points more often. Each subject has 5 items; *RLTD* has the cluster sizes of the real-life trial data
({rltd}).

* *printed* is what `mgllm compare` shows of one epoch, *five epochs* what it shows of five, averaged inside
  the item;
* *BCa* and *percentile* are over subjects, from the same 10,000 resamples, also where the product gives none
  (under 40 subjects);
* *McNemar* is the exact test on one epoch, *pooled* on five epochs as if they were new items;
* *no interval*: too few effective subjects, or no pair differs. Shares are of those that have one.
"""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replicates", type=int, default=2000, help="experiments a cell")
    parser.add_argument("--seed", type=int, default=0, help="of everything")
    parser.add_argument("-o", "--output", type=Path, help="a file for the page")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
