"""How fast records become tables.

    python benchmarks/ledger_speed.py [--records 50000] [--pairs 10000]

Processor time of one thread. The bootstrap stands beside a plain loop over the same resamples, of
which the loop makes a tenth, of AUC a hundredth. Exit 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
from scipy.stats import rankdata

from mgllm.analysis import RunRecords, render, summarise
from mgllm.analysis.metric import Floats, Ints, Sample
from mgllm.analysis.statistics.auc import resampled_auc
from mgllm.analysis.statistics.checks import resampled_sums, sign_flip_p
from mgllm.store import read_run
from mgllm.testing.made_run import ARMS, MadeRun, write_made_run

RESAMPLES, TENTH, HUNDREDTH = 10_000, 1_000, 100
BOOTSTRAP_S, TABLE_S = 5.0, 20.0
T = TypeVar("T")


def main() -> int:
    """Measure, print tables, say whether the targets are met."""
    options = _options()
    bootstrap = [_bootstrap(options.pairs, subjects) for subjects in (options.pairs, options.pairs // 10)]
    ranked = _auc(options.pairs, options.pairs // 5)
    table = [_table(options.records, subjects) for subjects in (options.records // 6, 300)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak of the whole: {peak:,.0f} MB")
    return 0 if max(bootstrap) + ranked <= BOOTSTRAP_S and max(table) <= TABLE_S else 1


def _bootstrap(pairs: int, subjects: int) -> float:
    """Seconds of 10,000 resamples and sign patterns, printed beside a plain loop."""
    rng = np.random.default_rng(0)
    difference_N = rng.integers(-1, 2, pairs).astype(np.float64)
    owner_N = np.arange(pairs) % subjects
    gain_S: Floats = np.bincount(owner_N, difference_N, subjects).astype(np.float64)
    sums_SK: Floats = np.stack([gain_S, np.bincount(owner_N, minlength=subjects)], axis=1)
    fast = _seconds(lambda: resampled_sums(sums_SK, RESAMPLES))
    flips = _seconds(lambda: sign_flip_p(gain_S[:, None]))
    slow = _seconds(lambda: _loop(difference_N, owner_N, subjects)) * RESAMPLES / TENTH
    print(f"{RESAMPLES:,} resamples of {pairs:,} pairs of {subjects:,} subjects: {fast:.2f} s; a plain loop "
          f"{slow:.1f} s, ratio {slow / fast:.1f}; {RESAMPLES:,} sign patterns {flips:.2f} s")  # fmt: skip
    return max(fast, flips)


def _loop(difference_N: Floats, owner_N: Ints, subjects: int) -> Floats:
    """One resample after the other: draw subjects, gather their pairs, take the mean."""
    rng = np.random.default_rng(1)
    pairs_of = np.split(np.argsort(owner_N, kind="stable"), np.cumsum(np.bincount(owner_N))[:-1])
    means = []
    for _ in range(TENTH):
        drawn = rng.integers(0, subjects, subjects)
        means.append(difference_N[np.concatenate([pairs_of[subject] for subject in drawn])].mean())
    return np.array(means)


def _auc(pairs: int, subjects: int) -> float:
    """Seconds of 10,000 resamples of two arms' AUC, printed beside a plain loop."""
    rng = np.random.default_rng(0)
    owner_N, target_N = np.arange(pairs) % subjects, rng.integers(0, 2, pairs)
    p_N = rng.random((2, pairs))
    arms = [Sample(owner_N, target_N, np.stack([p, 1 - p], 1), np.stack([p, 1 - p], 1), p) for p in p_N]
    fast = _seconds(lambda: [resampled_auc(arm) for arm in arms])
    slow = _seconds(lambda: [_auc_loop(arm) for arm in arms]) * RESAMPLES / HUNDREDTH
    print(f"{RESAMPLES:,} resamples of two arms' AUC, {pairs:,} pairs, {subjects:,} subjects: {fast:.2f} s; "
          f"a plain loop {slow:.1f} s, ratio {slow / fast:.1f}")  # fmt: skip
    return fast


def _auc_loop(arm: Sample) -> list[float]:
    """One resample after the other: draw subjects, gather their items, rank them."""
    rng = np.random.default_rng(1)
    items_of = np.split(np.argsort(arm.subject_N, kind="stable"), np.cumsum(np.bincount(arm.subject_N))[:-1])
    found = []
    for _ in range(HUNDREDTH):
        drawn = rng.integers(0, len(items_of), len(items_of))
        again_N = np.concatenate([items_of[subject] for subject in drawn])
        true_N, rank_N = arm.target_N[again_N] == 0, rankdata(arm.probabilities_NL[again_N, 0])
        positives = int(true_N.sum())
        u = rank_N[true_N].sum() - positives * (positives + 1) / 2
        found.append(float(u / (positives * (len(again_N) - positives))))
    return found


def _table(records: int, subjects: int) -> float:
    """Seconds from a run folder to its tables."""
    with TemporaryDirectory() as folder:
        path = _write(Path(folder), records, subjects)
        parts: dict[str, float] = {}
        stored, parts["read"] = _timed(lambda: read_run(path))
        run = RunRecords(manifest=stored.manifest, records=stored.records)
        summary, parts["numbers"] = _timed(lambda: summarise([run]))
        forms = ("md", "csv", "tex", "json")
        texts, parts["tables"] = _timed(lambda: [render(summary, form) for form in forms])
    told = ", ".join(f"{what} {seconds:.1f} s" for what, seconds in parts.items())
    size = len(texts[-1]) / 1e6
    subjects = len({record.subject for record in stored.records})
    print(f"{len(stored.records):,} records of {subjects:,} subjects: {sum(parts.values()):.1f} s ({told}); "
          f"summary.json {size:.1f} MB")  # fmt: skip
    return sum(parts.values())


def _write(results: Path, records: int, subjects: int) -> Path:
    """A run folder of short texts, items dealt out evenly."""
    items = records // len(ARMS)
    made = MadeRun(items=items, per_subject=-(-items // subjects), words=3, missing=0.0)
    return write_made_run(results / "run", made)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.process_time()
    made = work()
    return made, time.process_time() - began


def _seconds(work: Callable[[], object]) -> float:
    return _timed(work)[1]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=50_000, help="records of the run")
    parser.add_argument("--pairs", type=int, default=10_000, help="pairs of the bootstrap")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
