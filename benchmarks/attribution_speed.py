"""How much longer a table takes where each gesture was left out and told alone.

    python benchmarks/attribution_speed.py [--items 2500] [--gestures 30] [--shown 7]

Processor time of one thread, beside the same run without its attribution. Exit 1 when the target is
missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator

import numpy as np

from mgllm.analysis import RunRecords, summarise
from mgllm.records import NOTHING, AttributedGesture, Record, is_attributed
from mgllm.testing.made_run import MadeRun, made_answers, made_manifest

ARMS = ("text", "mg", "text+mg", "text+shuffled")
PER_SUBJECT = 4
TABLE_S = 20.0


def main() -> int:
    """Measure, print a line, say whether the target is met."""
    options = _options()
    rng = np.random.default_rng(0)
    shown = [rng.permutation(options.gestures)[: options.shown].tolist() for _ in range(options.items)]
    gestures = _gestures(shown, options.gestures)
    made = MadeRun(items=options.items, per_subject=PER_SUBJECT, arms=ARMS, words=3)
    records = list(_records(made, shown, gestures))
    manifest = made_manifest("run", made)
    scenario = manifest.scenarios[0].model_copy(update={"attributed": gestures})
    manifest = manifest.model_copy(update={"scenarios": (scenario,)})
    plain = [record for record in records if not is_attributed(record.arm)]
    without, whole = (_seconds(RunRecords(manifest, some)) for some in (plain, records))
    print(
        f"{len(records):,} records, {options.gestures} gestures, {options.shown} an item: {whole:.1f} s; "
        f"without the attribution ({len(plain):,} records) {without:.1f} s, ratio {whole / without:.1f}"
    )
    return 0 if whole <= TABLE_S else 1


def _gestures(shown: list[list[int]], count: int) -> tuple[AttributedGesture, ...]:
    """The empty cue block, then each class with the items that show it."""
    found = [AttributedGesture(name="", members=(), items=len(shown), subjects=len(shown) // PER_SUBJECT)]
    for number in range(count):
        items = [n for n, here in enumerate(shown) if number in here]
        subjects = len({n // PER_SUBJECT for n in items})
        name = f"gesture {number}"
        found.append(AttributedGesture(name=name, members=(name,), items=len(items), subjects=subjects))
    return tuple(found)


def _records(
    made: MadeRun, shown: list[list[int]], gestures: tuple[AttributedGesture, ...]
) -> Iterator[Record]:
    """Those of a made-up run; answers of `mg` and `text+shuffled` stand again as those of an
    attribution.
    """
    for place, (_, record) in enumerate(made_answers(made)):
        yield record
        here = [gestures[number + 1].arms for number in shown[place // len(ARMS)]]
        if record.arm == "mg":
            yield from (
                record.model_copy(update={"arm": arm}) for arm in [NOTHING, *(a["added"] for a in here)]
            )
        if record.arm == "text+shuffled":
            yield from (record.model_copy(update={"arm": arms["left_out"]}) for arms in here)


def _seconds(run: RunRecords) -> float:
    began = time.process_time()
    summarise([run])
    return time.process_time() - began


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--items", type=int, default=2_500, help="items of the run")
    parser.add_argument("--gestures", type=int, default=30, help="classes of gestures")
    parser.add_argument("--shown", type=int, default=7, help="classes that an item shows")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
