"""Made-up movements against people: does a recogniser that never saw a person know folded arms?

    mgllm import utd-mhad PATH/utd_mhad.npz -o UTD
    mgllm recognizer rebuild -o MASKED --joints neck,right_shoulder,right_elbow,right_wrist,\
left_shoulder,left_elbow,left_wrist
    python benchmarks/utd_folding_arms.py UTD MASKED/recognizer

UTD-MHAD has one class that is also a micro-gesture: "arm cross". Its Kinect joints and iMiGUE's 22
share seven; the recogniser must have been trained with those alone. Depth is dropped. Printed: AUC
of the probability of *folding arms*, arm cross against the 26 other actions, with a
delete-one-subject jackknife interval (Student t, 7 degrees of freedom); and how often each other
action is called folding arms. Exit 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import roc_auc_score

from mgllm.recognizer.network.network import classify, load_recognizer
from mgllm.recognizer.network.reading import ClipReader
from mgllm.skeleton import Clip, DatasetMeta, SkeletonDataset, open_dataset, write_dataset
from mgllm.skeleton.layouts import load_layout

LAYOUT = load_layout("imigue22")
SIDED = [f"{side}_{joint}" for side in ("right", "left") for joint in ("shoulder", "elbow", "wrist")]
SHARED = {"neck": "shoulder_centre", **{name: name for name in SIDED}}
"""iMiGUE's joints and Kinect's."""
ASKED, GESTURE = "arm cross", "folding arms"
AUC, FALSE, QUIET = 0.9, 0.01, ("jog", "walk")
Reals = NDArray[np.float64]


def main() -> int:
    """Measure and print."""
    options = _options()
    network, config = load_recognizer(options.checkpoint)
    if set(config.preprocessing.only or ()) != set(SHARED):
        raise SystemExit(f"{options.checkpoint} was not trained with the seven shared joints alone")
    with TemporaryDirectory() as folder:
        flat = _flattened(open_dataset(options.utd), Path(folder) / "flat")
        p_NK = classify(network, ClipReader(flat, config.preprocessing), range(len(flat))).double().numpy()
    labels, subjects = np.array(flat.column("label")), np.array(flat.column("subject"))
    p_N = p_NK[:, config.classes.index(GESTURE)]
    said_N = np.array(config.classes)[p_NK.argmax(1)] == GESTURE
    auc, low, high = _auc(p_N, labels == ASKED, subjects)
    print(
        f"{len(flat)} clips, {len(set(subjects))} subjects. AUC of P({GESTURE}), {ASKED} against the rest: "
    )
    print(f"**{auc:.3f}** [{low:.3f}, {high:.3f}] (target ≥ {AUC})\n")
    print(f"| action | clips | called {GESTURE}, % | median probability |\n|---|---|---|---|")
    rates = {}
    for label in dict.fromkeys(labels):
        mine = labels == label
        rates[label] = float(said_N[mine].mean())
        print(f"| {label} | {mine.sum()} | {100 * rates[label]:.1f} | {np.median(p_N[mine]):.3f} |")
    quiet = max(rates[label] for label in QUIET)
    print(f"\nMost on {' and '.join(QUIET)}: {100 * quiet:.1f} % (target < {100 * FALSE:.0f} %)")
    _print_answers(p_NK, labels, config.classes)
    return 0 if auc >= AUC and quiet < FALSE else 1


def _flattened(kinect: SkeletonDataset, out: Path) -> SkeletonDataset:
    """The shared joints as a camera in front sees them: y downwards, the person's left to the
    right.

    In UTD-MHAD's metres the joints called left have the smaller x. The other joints are missing.
    """
    places = [(LAYOUT.index(mine), kinect.meta.layout.index(theirs)) for mine, theirs in SHARED.items()]

    def clips() -> Iterator[Clip]:
        for number, row in enumerate(kinect.clips):
            x_TVC = np.full((row.length, len(LAYOUT.joints), 2), np.nan, np.float32)
            for mine, theirs in places:
                x_TVC[:, mine] = kinect.clip(number)[:, theirs, :2] * (-1, -1)
            yield Clip(row.id, row.subject, x_TVC, row.label, row.fps)

    meta = DatasetMeta(name="flat", layout=LAYOUT, dims=2, units="metres", classes=kinect.meta.classes)
    return write_dataset(out, meta, clips()).dataset


def _auc(p_N: Reals, right_N: NDArray[np.bool_], subject_N: NDArray[np.str_]) -> tuple[float, float, float]:
    """AUC and its 95 % interval over subjects."""
    whole = roc_auc_score(right_N, p_N)
    people = sorted(set(subject_N))
    left = np.array([roc_auc_score(right_N[subject_N != one], p_N[subject_N != one]) for one in people])
    n = len(people)
    error = np.sqrt((n - 1) / n * np.square(left - left.mean()).sum())
    half = stats.t.ppf(0.975, n - 1) * error
    return float(whole), max(0.0, float(whole - half)), min(1.0, float(whole + half))


def _print_answers(p_NK: Reals, labels: NDArray[np.str_], classes: tuple[str, ...]) -> None:
    """What each action is called most often."""
    print("\n| action | called most often | share |\n|---|---|---|")
    for label in dict.fromkeys(labels):
        counts = np.bincount(p_NK[labels == label].argmax(1), minlength=len(classes))
        print(f"| {label} | {classes[counts.argmax()]} | {100 * counts.max() / counts.sum():.0f} % |")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("utd", type=Path, help="folder of `mgllm import utd-mhad`")
    parser.add_argument("checkpoint", type=Path, help="a recogniser trained with the seven joints alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
