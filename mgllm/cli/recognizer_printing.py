"""What the recogniser's commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mgllm.cli.printing import echo, echo_wrapped, print_json, print_notes, print_written
from mgllm.errors import one_line, some

if TYPE_CHECKING:
    from mgllm.commands.recognizer.finetune import Finetuned
    from mgllm.commands.recognizer.info import RecognizerInfo
    from mgllm.commands.recognizer.pretrain import Pretrained
    from mgllm.commands.recognizer.windows import Cut
    from mgllm.recognizer.evaluation.ablation_table import Ablation
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
    if without := made.untold:
        print_notes([one_line(f"{len(without)} recordings have no transcript: {some(without)}")])
    echo(f"wrote {made.out}; learn from it: mgllm recognizer pretrain {made.out} -o FOLDER", err=True)


def print_scores(scores: TimelineScores) -> None:
    """How well the gestures that were found fit the annotated ones."""
    from mgllm.recognizer.evaluation.confusions import not_tested

    echo(f"{scores.recordings} recordings, {scores.gestures} gestures annotated, {scores.found} found")
    words = " as words" if scores.groups else ""
    for threshold, value in scores.f1.items():
        echo(f"F1{words} at an overlap (IoU) of {threshold} or more: {value:.3f}")
    if scores.groups:
        shares = ", ".join(f"{value:.3f} at {name}" for name, value in scores.f1_with_groups.items())
        echo(f"with {scores.groups} groups, right if the gesture is one of the group: F1 {shares}")
    right = "frames with the right class, background counts as one"
    echo(f"{right}: {scores.frame_accuracy:.3f}; edit score: {scores.edit:.3f}")
    worst = sorted(scores.by_class.items(), key=lambda pair: pair[1])[:5]
    echo("hardest, F1 at 0.3: " + one_line(", ".join(f"{name} {value:.2f}" for name, value in worst)))
    for exposure in ("in_sample", "unknown"):
        if count := scores.exposures.get(exposure):
            print_notes([f"{count} recordings are {exposure}: they say nothing about other people"])
    if alone := scores.unmatched:
        print_notes([one_line(f"{len(alone)} recordings are in one folder only: {some(alone)}")])
    if scores.files and (line := not_tested(scores.rows_from)):
        print_notes([line])
    print_written(scores.files)


def print_pretrained(made: Pretrained, *, as_json: bool) -> None:
    """The end of a pre-training; of several processes, one prints."""
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
    """The end of a fine-tuning."""
    loss = "" if made.loss is None else f", last loss {made.loss:.3f}"
    echo(
        f"{made.kind}: {made.classes} classes from {made.clips} labelled clips of "
        f"{len(made.subjects)} subjects{loss}"
        + (f", logits divided by {made.temperature:.2f}" if made.temperature != 1 else "")
    )
    echo(f"checkpoint: {made.checkpoint}", err=True)
    echo(f"test it: mgllm recognizer evaluate {made.checkpoint} DATASET --protocol classifier …", err=True)


def print_evaluation(found: Evaluation) -> None:
    """Scores, and what simple methods reach."""
    from mgllm.recognizer.evaluation.confusions import not_tested

    learned = f", {100 * found.label_fraction:g} % of the labels" if found.label_fraction < 1 else ""
    train = f"{found.train_clips} clips learned from{learned}"
    if found.protocol == "classifier":
        train = "nothing learned here (its own classifier)"
    head = (
        f"{found.checkpoint}, {found.stream}, {found.protocol}; {found.split}: {train}, "
        f"{found.n} tested, {found.classes} classes"
    )
    echo(one_line(head))
    width = max([24, *(len(floor.name) for floor in found.floors)])
    heads = ("top-1", "top-5", "mean class", "macro F1", "ECE")
    echo(" " * width + "".join(f"{head:>11}" for head in heads))
    for name, scores in ((found.protocol, found), *((floor.name, floor.scores) for floor in found.floors)):
        numbers = (scores.top1, scores.top5, scores.mean_class, scores.macro_f1, scores.ece)
        echo(f"{name:<{width}}" + "".join(_percent(number) for number in numbers))
    if found.shared_subjects:
        what = "the numbers say nothing about other people (--shared-subjects)"
        echo(f"note: {found.shared_subjects} people are on both sides of the split: {what}")
    elif found.transductive:
        how = (
            "with their labels: this is not a test" if found.labels_seen else "without labels (transductive)"
        )
        echo(f"note: the checkpoint has learned from people of the test side, {how}")
    if found.random_top1 is not None and found.random_top1 > found.top1:
        echo(
            "note: the same network with random weights did better, so pre-training did not pay here; "
            "`random` can be given for the checkpoint"
        )
    if found.n < 100:
        echo("note: with fewer than 100 clips, the calibration error (ECE) says little")
    if found.files and (line := not_tested(found.rows_from)):
        print_notes([line])
    print_written(found.files)


def _percent(share: float | None) -> str:
    return f"{'–':>11}" if share is None else f"{100 * share:>10.1f}%"


def print_ablation(found: Ablation) -> None:
    """The table."""
    echo(found.markdown)
    print_written(found.files)


def print_info(found: RecognizerInfo) -> None:
    """A checkpoint's facts."""
    config = found.config
    encoder = config.encoder
    size = f"{found.weights:,} weights, {found.megabytes:.1f} MB"
    echo(one_line(f"{found.checkpoint}: {config.kind}, {size}, sha256 {found.sha256[:12]}"))
    branches = " + ".join(name for name in (encoder.spatial, encoder.temporal, encoder.contact) if name)
    lines = [
        f"network: {branches}, fusion {encoder.fusion}, reads {config.stream}",
        f"input: {len(config.layout.joints)} joints, {config.dims} coordinates, "
        f"{config.preprocessing.frames} frames",
        f"classes: {', '.join(config.classes) or 'none'}",
        *([f"by the trunk's head: {', '.join(config.trunk_classes)}"] if config.trunk_classes else []),
    ]
    for line in lines:
        echo_wrapped(one_line(line), hang=2)
    for seen in config.subjects_seen:
        how = "with labels" if seen.labelled else "without labels"
        line = f"seen: {seen.dataset}, {seen.clips} clips {how}, subjects {', '.join(seen.subjects)}"
        echo_wrapped(one_line(line), hang=6)
    if not config.subjects_seen:
        echo("seen: nobody")
