"""What the recogniser's commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mgllm.cli.printing import echo, print_json, print_written
from mgllm.errors import one_line

if TYPE_CHECKING:
    from mgllm.commands.recognizer.finetune import Finetuned
    from mgllm.commands.recognizer.info import RecognizerInfo
    from mgllm.commands.recognizer.pretrain import Pretrained
    from mgllm.commands.recognizer.windows import Cut
    from mgllm.recognizer.evaluation.ablation_run import Ablation
    from mgllm.recognizer.evaluation.trial import Evaluation
    from mgllm.recognizer.timelines.segment_metrics import TimelineScores


def print_cut(made: Cut) -> None:
    """Windows that were cut."""
    windows = sum(made.windows.values())
    background = made.windows.get("background", 0)
    echo(
        f"{windows:,} windows of {made.recordings} recordings, {len(made.windows)} classes, "
        f"{background:,} of them background" + (f"; {made.clips:,} clips beside them" if made.clips else "")
    )
    if made.untold:
        names = ", ".join(made.untold[:5])
        echo(one_line(f"{len(made.untold)} recordings have no transcript: {names}"), err=True)
    echo(f"wrote {made.out}; learn from it: mgllm recognizer pretrain {made.out} -o FOLDER", err=True)


def print_scores(scores: TimelineScores) -> None:
    """How well timelines fit."""
    echo(f"{scores.recordings} recordings, {scores.gestures} gestures annotated, {scores.found} found")
    for threshold, value in scores.f1.items():
        echo(f"F1 at an overlap (IoU) of {threshold}: {value:.3f}")
    echo(f"frames with the right class: {scores.frame_accuracy:.3f}; edit score: {scores.edit:.3f}")
    worst = sorted(scores.by_class.items(), key=lambda pair: pair[1])[:5]
    echo("hardest, F1 at 0.3: " + one_line(", ".join(f"{name} {value:.2f}" for name, value in worst)))
    for exposure in ("in_sample", "unknown"):
        if count := scores.exposures.get(exposure):
            echo(f"{count} recordings are {exposure}: that part says nothing of other people", err=True)
    if scores.unmatched:
        names = ", ".join(scores.unmatched[:5])
        echo(one_line(f"{len(scores.unmatched)} are in one folder only: {names}"), err=True)


def print_pretrained(made: Pretrained, *, as_json: bool) -> None:
    """A pre-training's end; of several processes one speaks."""
    if not made.leads:
        return
    if as_json:
        print_json(made.model_dump(mode="json", exclude={"leads"}))
        return
    echo(
        f"pre-trained {made.epochs} epochs on {made.clips} clips of {len(made.subjects)} subjects in "
        f"{made.seconds:.0f} s ({made.clips_per_second:.0f} clips/s), loss {made.loss:.3f}\n{made.verdict}"
    )
    echo(f"checkpoint: {made.checkpoint} (how it went: history.csv, training.png)", err=True)
    echo(f"test it: mgllm recognizer evaluate {made.checkpoint} DATASET --protocol linear …", err=True)


def print_finetuned(made: Finetuned) -> None:
    """A fine-tuning's end."""
    loss = "" if made.loss is None else f", last loss {made.loss:.3f}"
    echo(
        f"{made.kind}: {made.classes} classes from {made.clips} labelled clips of "
        f"{len(made.subjects)} subjects{loss}"
        + (f", logits divided by {made.temperature:.2f}" if made.temperature != 1 else "")
    )
    echo(f"checkpoint: {made.checkpoint}", err=True)
    echo(f"test it: mgllm recognizer evaluate {made.checkpoint} DATASET --protocol classifier …", err=True)


def print_evaluation(found: Evaluation) -> None:
    """Scores, beside what simple methods reach."""
    learned = f", {100 * found.label_fraction:g} % of the labels" if found.label_fraction < 1 else ""
    head = (
        f"{found.checkpoint}, {found.stream}, {found.protocol}; {found.split}: {found.train_clips} clips "
        f"learned from{learned}, {found.n} tested, {found.classes} classes"
    )
    echo(one_line(head))
    width = max([24, *(len(floor.name) for floor in found.floors)])
    heads = ("top-1", "top-5", "mean class", "macro F1", "ECE")
    echo(" " * width + "".join(f"{head:>12}" for head in heads))
    for name, scores in ((found.protocol, found), *((floor.name, floor.scores) for floor in found.floors)):
        numbers = (scores.top1, scores.top5, scores.mean_class, scores.macro_f1, scores.ece)
        echo(f"{name:<{width}}" + "".join(_percent(number) for number in numbers))
    if found.transductive:
        how = "with their labels: this is no test" if found.labels_seen else "without labels (transductive)"
        echo(f"note: the checkpoint has seen people of the test side in training, {how}")
    if found.shared_subjects:
        echo(f"note: {found.shared_subjects} people stand on both sides of the split")
    if found.n < 100:
        echo("note: with fewer than 100 clips the calibration error says little")
    print_written(found.files)


def _percent(share: float | None) -> str:
    return f"{'–':>12}" if share is None else f"{100 * share:>11.1f}%"


def print_ablation(found: Ablation) -> None:
    """The table."""
    echo(found.markdown)
    print_written(found.files)


def print_info(found: RecognizerInfo) -> None:
    """A checkpoint's facts."""
    config = found.config
    encoder = config.encoder
    echo(
        f"{found.checkpoint}: {config.kind}, {found.weights:,} weights, {found.megabytes:.1f} MB, "
        f"sha256 {found.sha256[:12]}\n"
        f"network: {one_line(encoder.spatial)} + {one_line(encoder.temporal)}, "
        f"fusion {one_line(encoder.fusion)}, reads {config.stream}\n"
        f"input: {len(config.layout.joints)} joints, {config.dims} coordinates, "
        f"{config.preprocessing.frames} frames\n"
        f"classes: {one_line(', '.join(config.classes) or 'none')}"
    )
    for seen in config.subjects_seen:
        how = "with labels" if seen.labelled else "without labels"
        line = f"seen: {seen.dataset}, {seen.clips} clips {how}, subjects {', '.join(seen.subjects)}"
        echo(one_line(line))
    if not config.subjects_seen:
        echo("seen: nobody")
