"""`mgllm recognizer rebuild`: the recogniser that comes with mgllm, made again by its own commands.

Made-up clips and recordings, windows of them, pre-training without labels, fine-tuning with them,
calibration on bodies that neither has seen, weights in 16 bits. Nothing of a person goes in.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import Field

from mgllm.commands.recognizer.finetune import FinetuneOptions, finetune
from mgllm.commands.recognizer.pretrain import pretrain
from mgllm.commands.recognizer.windows import cut
from mgllm.commands.synth import CLIPS, RECORDINGS, SynthOptions, synthesize
from mgllm.errors import InputError
from mgllm.progress import Display
from mgllm.recognizer.evaluation.splits import SplitOptions
from mgllm.recognizer.network.checkpoint import CONFIG, WEIGHTS, model_card, weights_sha256, write_checkpoint
from mgllm.recognizer.network.network import load_recognizer
from mgllm.recognizer.network.reading import hidden_joints
from mgllm.recognizer.timelines.cutting import CutOptions
from mgllm.recognizer.training.pretraining import PretrainOptions
from mgllm.recognizer.training.supervised import SupervisedOptions
from mgllm.recognizer.training.training_state import STATE
from mgllm.records import Frozen
from mgllm.skeleton.dataset import META
from mgllm.skeleton.layouts import load_layout
from mgllm.synthetic import LAYOUT

LEARNED, CALIBRATED = "part=train", "part=validation"
NOTES = (
    "It has learned from made-up movements alone (`mgllm synth`): no person's data went into it. How well it "
    "does on people is not known, but for what docs/results/recognizer-synthetic.md measures.",
    "Classes that 22 joints without mouth and cheeks cannot show (pressing lips; bulging face, deep breath) "
    "are not among its classes.",
    "Probabilities were calibrated on made-up bodies of the seen ranges, and mean nothing more on people.",
)
"""What its card says beside the rest."""


class OneEpoch(PretrainOptions):
    """Pre-training with another default."""

    epochs: int = Field(default=1, ge=1)
    """Times that each clip is seen."""


class FourEpochs(SupervisedOptions):
    """Fine-tuning with other defaults: windows keep their middle, so none is cropped in time."""

    epochs: int = Field(default=4, ge=1)
    """Times that each clip is seen."""
    augment: str = "gentle-crop"
    """Recipe of training clips."""


class RebuildOptions(Frozen):
    """How much of everything."""

    clips: int = Field(default=30_000, ge=120)
    """Made-up trimmed clips; 7 of 10 are learned from."""
    recordings: int = Field(default=150, ge=4)
    """Made-up recordings; 7 of 10 are learned from."""
    minutes: float = Field(default=5.0, ge=1)
    """Length of each."""
    joints: tuple[str, ...] | None = None
    """`--joints`: those that are used; None: all."""
    windows: CutOptions = Field(default_factory=CutOptions)
    """Which windows are cut out of recordings."""
    pretraining: OneEpoch = Field(default_factory=OneEpoch)
    """Without labels."""
    finetuning: FourEpochs = Field(default_factory=FourEpochs)
    """With labels."""
    seed: int = 1
    """`--seed`: decides everything."""


class Rebuilt(Frozen):
    """What was made."""

    checkpoint: Path
    """Its folder."""
    bytes: int
    """Of its weights."""
    sha256: str
    """Of its weights."""
    classes: int
    """Classes it distinguishes, background among them."""
    temperature: float
    """By which logits were divided."""


def rebuild(
    out: Path, options: RebuildOptions, *, display: Display = "auto", say: Callable[[str], None]
) -> Rebuilt:
    """Make the recogniser, step by step. A step whose folder is complete is not done again.

    Args:
        out: folder for all steps: `made`, `learned`, `pretrained`, `finetuned`, `recognizer`.
        options: how much.
        display: of progress.
        say: called with a line at each step.

    Raises:
        InputError: the folder cannot be used or already has a recogniser, or a joint is unknown.
        TrainingStopped: a training failed.
    """
    made, learned, pretrained = out / "made", out / "learned", out / "pretrained"
    finetuned, shipped = out / "finetuned", out / "recognizer"
    if (shipped / CONFIG).exists():
        raise InputError(f"{shipped} already has a recogniser; choose another folder")
    hidden_joints(load_layout(LAYOUT), _pretraining(options).preprocessing)
    seed, which = options.seed, SplitOptions(train_on=LEARNED)
    if not (made / RECORDINGS / META).exists():
        say(f"1/5 making up {options.clips:,} clips and {options.recordings} recordings")
        what = {"clips": options.clips, "recordings": options.recordings, "minutes": options.minutes}
        synthesize(made, SynthOptions(**what, seed=seed, illustrative=True))
    if not (learned / META).exists():
        say("2/5 cutting windows")
        windows = options.windows.model_copy(update={"seed": seed})
        cut(made / RECORDINGS, None, learned, windows, made / CLIPS)
    begun = (pretrained / STATE).exists()
    if begun or not (pretrained / CONFIG).exists():
        say("3/5 learning without labels")
        pretrain(learned, pretrained, _pretraining(options), which, resume=begun, display=display)
    if not (finetuned / CONFIG).exists():
        say("4/5 learning with labels")
        training = options.finetuning.model_copy(update={"seed": seed})
        how = FinetuneOptions(which=which, calibrate_on=CALIBRATED, training=training)
        finetune(str(pretrained), learned, finetuned, how, display=display)
    say("5/5 halving its weights")
    return _pack(finetuned, shipped)


def _pretraining(options: RebuildOptions) -> PretrainOptions:
    how = options.pretraining.preprocessing.model_copy(update={"only": options.joints})
    return options.pretraining.model_copy(update={"preprocessing": how, "seed": options.seed})


def _pack(finetuned: Path, shipped: Path) -> Rebuilt:
    network, config = load_recognizer(finetuned)
    config = config.model_copy(update={"training": {**config.training, "from": "pretrained"}})
    write_checkpoint(shipped, config, network.state_dict(), model_card(config, NOTES), half=True)
    return Rebuilt(
        checkpoint=shipped,
        bytes=(shipped / WEIGHTS).stat().st_size,
        sha256=weights_sha256(shipped),
        classes=len(config.classes),
        temperature=float(config.training["temperature"]),
    )
