"""How often the interval of a reference holds chance, if what it sees says nothing.

    python benchmarks/reference_coverage.py [--seeds 400] [-o docs/results/references.md]

By simulation, through the function that makes the tables. Exit 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mgllm.records import Gesture, GestureTranscript, Item, Reference
from mgllm.references import make_references

MEANS = (0.49, 0.51)
"""Where the mean UAR of noise must be."""
HOLDS = (0.92, 0.98)
"""How often the interval of a noise covariate must hold 50 %."""
WIDE = ("country",)
"""Covariates of several categories: a person more or less turns what is guessed of a category, so the
intervals are wider than they need be and hold 50 % more often."""
LESS_OFTEN = 4
"""Long designs are made for so many times fewer seeds."""
WORDS = [f"word{n}" for n in range(300)]
GESTURES = [f"gesture {n}" for n in range(20)]
PAGE = """# References on noise

Items whose target has nothing to do with what is seen of them, made {SEEDS} times from different
seeds and put through `make_references`, the function behind `mgllm items references`. The mean UAR
must be from 49 to 51 %, and the 95 % interval of a noise covariate must hold 50 % in 92 to 98 % of
the seeds. *n* is the number of seeds; long designs have a quarter of them.

    {COMMAND}

{TABLE}

* *sex*: one of two values for each person; *age*: a number for each person; *country*: one of six.
* *too high*: the interval is wholly above 50 %. Intervals are never wholly below it
  ([why](../statistics.md#references)).
* *too low, as computed*: how often the jackknife alone, without that rule, was wholly below.
* Of a covariate with several categories, such as *country*, a person more or less turns what is
  guessed of a whole category. Its intervals are wider than they need be.
* The standard error of a mean is at most {ERROR} points, that of a share near 95 % 1.1 points with
  400 seeds and 2.2 with 100.

{MISSES}

## A balanced set and a constant

{CONSTANT}

## The old number

`items baseline` guessed each item by the commonest target among the others with its value. On 40
balanced items and a constant covariate it was right in 0.0 %, and on a 50/50 list with a noise
covariate it gave "20.0 % [14.1, 25.9]": leaving a person out turns the majority against the person.
Both classes now weigh the same in each fit, and a tie is half a guess.

## Real-life Trial set

    mgllm import rltd FOLDER -o rltd
    mgllm items references rltd/items.jsonl

Sex alone is right in 67.8 % in sample, as published (Mambreyan et al., ICPR 2022), and its UAR on
other people is 67.7 % [53.5, 81.8], with 7.8 effective people for the label *deceptive*.

| sees | UAR % [95 %] | AUC [95 %] | in sample % |
|---|--:|--:|--:|
| constant | 50.0 | 0.500 | 50.0 |
| sex | 67.7 [53.5, 81.8] | 0.643 [0.516, 0.770] | 67.8 |
| speech | 58.6 [31.4, 85.9] | 0.690 [0.488, 0.892] | 100.0 |
| gestures (nonverbal displays) | 70.6 [56.3, 84.8] | 0.781 [0.613, 0.949] | 81.0 |
| speech + gestures | 72.7 [55.8, 89.7] | 0.810 [0.635, 0.986] | 96.7 |
| all of it | 74.0 [58.4, 89.6] | 0.806 [0.653, 0.958] | 92.6 |

Nothing here detects lies: each interval is wide, and one person has 21 of the 121 clips.
"""


class Design(NamedTuple):
    """Items of noise."""

    name: str
    people: Callable[[np.random.Generator], np.ndarray]
    """The person of each item."""
    by_person: bool = False
    """A person has one target."""
    words: bool = False
    """With speech and gestures, and without covariates."""
    long: bool = False
    """It takes long."""


def equal(people: int, items: int) -> Callable[[np.random.Generator], np.ndarray]:
    return lambda rng: np.repeat(np.arange(people), items)


def uneven(people: int, items: int) -> Callable[[np.random.Generator], np.ndarray]:
    """Everybody has an item; the others fall to people by chance."""
    return lambda rng: np.concatenate([np.arange(people), rng.integers(people, size=items - people)])


DESIGNS = (
    Design("40 people × 1 item", equal(40, 1)),
    Design("60 people × 2 items", equal(60, 2)),
    Design("20 people × 2 items, one target a person", equal(20, 2), by_person=True),
    Design("71 people, 200 items", uneven(71, 200), long=True),
    Design("60 people × 2 items, words", equal(60, 2), words=True, long=True),
)


def noise(design: Design, seed: int) -> list[Item]:
    """A balanced set of items in which nothing says anything about the target."""
    rng = np.random.default_rng([seed, DESIGNS.index(design)])
    person_N = design.people(rng)
    people = int(person_N.max()) + 1
    target_N = (
        rng.permutation(people)[person_N] % 2 if design.by_person else rng.permutation(len(person_N)) % 2
    )
    sex_S, age_S, country_S = (
        rng.integers(2, size=people),
        rng.normal(40, 12, people),
        rng.integers(6, size=people),
    )
    facts = [
        {"sex": "FM"[sex_S[p]], "age": float(age_S[p]), "country": f"c{country_S[p]}"} for p in range(people)
    ]
    return [
        Item(
            id=f"i{n}",
            subject=f"s{person}",
            target=("lose", "win")[target],
            covariates={} if design.words else facts[person],
            **(_words(rng) if design.words else {}),
        )
        for n, (person, target) in enumerate(zip(person_N.tolist(), target_N.tolist(), strict=True))
    ]


def _words(rng: np.random.Generator) -> dict[str, object]:
    shown = [Gesture(label=GESTURES[n]) for n in rng.integers(len(GESTURES), size=rng.integers(1, 9))]
    said = " ".join(WORDS[n] for n in (len(WORDS) * rng.random(50) ** 3).astype(int))
    transcript = GestureTranscript(source="annotated", gestures=tuple(shown))
    return {"speech": said, "gestures": {"annotated": transcript}}


class Counted(NamedTuple):
    """What became of one reference of a design."""

    design: str
    name: str
    covariate: bool
    uar: list[float]
    high: int
    low: int
    without: int

    @property
    def holds(self) -> float:
        return 1 - (self.high + self.without) / len(self.uar)

    def misses(self) -> Iterator[str]:
        mean = float(np.mean(self.uar))
        if not MEANS[0] <= mean <= MEANS[1]:
            yield f"{self.design}, {self.name}: mean UAR {100 * mean:.1f} %"
        most = 1.0 if self.name in WIDE else HOLDS[1]
        if self.covariate and not HOLDS[0] <= self.holds <= most:
            yield f"{self.design}, {self.name}: the interval holds 50 % in {100 * self.holds:.1f} %"


def count(design: Design, seeds: int) -> list[Counted]:
    """Make a design so many times."""
    rows: dict[str, list[Reference]] = {}
    for seed in range(seeds // LESS_OFTEN if design.long else seeds):
        for row in make_references(noise(design, seed)).references.rows:
            if row.kind != "constant":
                rows.setdefault(row.name, []).append(row)
    return [
        Counted(
            design.name,
            name,
            found[0].kind == "covariate",
            [row.uar for row in found],
            sum(row.uar_interval is not None and row.uar_interval[0] > 0.5 for row in found),
            sum((row.flag or "").startswith("below chance") for row in found),
            sum(row.uar_interval is None for row in found),
        )
        for name, found in rows.items()
    ]


def constant() -> str:
    items = [
        Item(id=f"i{n}", subject=f"s{n}", target=("lose", "win")[n % 2], covariates={"always": "x"})
        for n in range(40)
    ]
    rows = make_references(items).references.rows
    words = "; ".join(f"{row.name}: UAR {100 * row.uar!r} %, AUC {row.auc!r}" for row in rows)
    return f"40 items of 40 people, 20 of each target.\n{words}."


def main() -> int:
    """Simulate, print or write a page, say whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("-o", type=Path)
    options = parser.parse_args()
    began = time.process_time()
    table = [
        "| items | sees | n | mean UAR % | spread | holds 50 % | too high % | too low, as computed % |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    missed: list[str] = []
    spreads = []
    for design in DESIGNS:
        for one in count(design, options.seeds):
            n = len(one.uar)
            spreads.append(float(np.std(one.uar)) / np.sqrt(n))
            cells = (
                one.design,
                one.name,
                str(n),
                f"{100 * np.mean(one.uar):.1f}",
                f"{100 * np.std(one.uar):.1f}",
                f"{100 * one.holds:.1f}",
                f"{100 * one.high / n:.1f}",
                f"{100 * one.low / n:.1f}",
            )
            table.append(f"| {' | '.join(cells)} |")
            print(table[-1], file=sys.stderr, flush=True)
            missed += one.misses()
    page = PAGE
    parts = {
        "SEEDS": str(options.seeds),
        "COMMAND": f"python benchmarks/reference_coverage.py --seeds {options.seeds}",
        "TABLE": "\n".join(table),
        "ERROR": f"{100 * max(spreads):.1f}",
        "MISSES": "Missed: "
        + ("; ".join(missed) or "none")
        + f". {time.process_time() - began:.0f} s of one core.",
        "CONSTANT": constant(),
    }
    for name, value in parts.items():
        page = page.replace(f"{{{name}}}", value)
    if options.o:
        options.o.write_text(page, encoding="utf-8", newline="\n")
    else:
        print(page)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
