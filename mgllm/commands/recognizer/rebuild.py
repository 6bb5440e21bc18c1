"""`mgllm recognizer rebuild`: the recogniser that comes with mgllm, made again by its own commands.

Made-up clips and recordings, windows of them and of people whose hands' places are known,
pre-training without labels, fine-tuning with them, calibration on people (or made-up bodies) that
neither has seen, weights in 16 bits.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import Field

from mgllm.commands.recognizer._people import cut_people, notices
from mgllm.commands.recognizer.finetune import FinetuneOptions, finetune
from mgllm.commands.recognizer.pretrain import pretrain
from mgllm.commands.recognizer.windows import cut
from mgllm.commands.synth import CLIPS, RECORDINGS, SynthOptions, synthesize
from mgllm.errors import InputError
from mgllm.progress import Display
from mgllm.recognizer.evaluation.splits import SplitOptions
from mgllm.recognizer.network.checkpoint import CONFIG, WEIGHTS, model_card, weights_sha256, write_checkpoint
from mgllm.recognizer.network.network import load_recognizer
from mgllm.recognizer.network.reading import Preprocessing, hidden_joints
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.recognizer.timelines.cutting import CutOptions
from mgllm.recognizer.timelines.people import PeopleOptions
from mgllm.recognizer.training.pretraining import PretrainOptions
from mgllm.recognizer.training.supervised import SupervisedOptions
from mgllm.recognizer.training.training_state import STATE
from mgllm.records import Frozen
from mgllm.skeleton import open_dataset
from mgllm.skeleton.dataset import META
from mgllm.skeleton.layouts import load_layout
from mgllm.skeleton.preparing import Preparation
from mgllm.synthetic import LAYOUT

LEARNED, CALIBRATED = "part=train", "part=validation"
CALIBRATED_ON_PEOPLE = "part=validation;people=yes"


NO_PEOPLE = "It has learned from made-up movements alone (`mgllm synth`): no person's data went into it."
PEOPLE = (
    "It has learned from made-up movements (`mgllm synth`) and from landmarks of people in public "
    "repositories. Landmarks alone were used: no picture, no face, no name. The licences below cover the "
    "files of those repositories; none of them speaks of the recorded people's consent."
)
HIDDEN = (
    "Classes that 22 joints without mouth and cheeks cannot show (pressing lips; bulging face, deep breath) "
    "are not among its classes."
)
LIMITS = (
    "How well it does on people: docs/results/recognizer-people.md. It sees where a hand is in a picture: "
    "not whether it touches, and not why."
)
"""Sentences of its card."""


class ThreeBranches(StreamOptions):
    """The two streams and the contact branch."""

    contact: str | None = "contacts"
    """Name of the third encoder."""


class FreePreparation(Preparation):
    """The body may move about, since a moving trunk is a gesture."""

    centre: Literal["frame", "clip", "none"] = "clip"
    """What is put at 0."""


class FreePreprocessing(Preprocessing):
    """With that preparation."""

    preparation: FreePreparation = Field(default_factory=FreePreparation)
    """How joints are filled in, centred and scaled."""


class OneEpoch(PretrainOptions):
    """Pre-training with another default."""

    epochs: int = Field(default=1, ge=1)
    """Times that each clip is seen."""
    encoder: ThreeBranches = Field(default_factory=ThreeBranches)
    """The parts of the network."""
    preprocessing: FreePreprocessing = Field(default_factory=FreePreprocessing)
    """How a clip is prepared."""


class FewEpochs(SupervisedOptions):
    """Fine-tuning with other defaults: windows keep their middle, so none is cropped in time."""

    epochs: int = Field(default=3, ge=1)
    """Times that each clip is seen."""
    batch: int = Field(default=64, ge=1)
    """Clips of one step."""
    smoothing: float = Field(default=0.05, ge=0, lt=1)
    """Label smoothing."""
    augment: str = "gentle+parts-crop"
    """Recipe of training clips."""


class RebuildOptions(Frozen):
    """How much of everything."""

    clips: int = Field(default=30_000, ge=160)
    """Made-up trimmed clips; 7 of 10 are learned from."""
    recordings: int = Field(default=100, ge=4)
    """Made-up recordings; 7 of 10 are learned from."""
    minutes: float = Field(default=5.0, ge=1)
    """Length of each."""
    joints: tuple[str, ...] | None = None
    """`--joints`: those that are used; None: all."""
    people: Path | None = None
    """`--people`: a data set of people whose hands' places are known (docs/people.md); None:
    made-up movements alone."""
    people_windows: PeopleOptions = Field(default_factory=PeopleOptions)
    """Which windows are cut out of its clips, and who is learned from."""
    windows: CutOptions = Field(default_factory=CutOptions)
    """Which windows are cut out of recordings."""
    pretraining: OneEpoch = Field(default_factory=OneEpoch)
    """Without labels."""
    finetuning: FewEpochs = Field(default_factory=FewEpochs)
    """With labels."""
    seed: int = 1
    """`--seed`: decides everything, but for where windows of people are cut
    (`people_windows.seed`)."""


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
        out: folder for all steps: `made`, `people`, `learned`, `pretrained`, `finetuned`,
            `recognizer`.
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
        _cut_windows(out, options)
    begun = (pretrained / STATE).exists()
    if begun or not (pretrained / CONFIG).exists():
        say("3/5 learning without labels")
        unlabelled = which if options.people is None else SplitOptions(train_on=f"{LEARNED};people=yes")
        pretrain(learned, pretrained, _pretraining(options), unlabelled, resume=begun, display=display)
    begun = (finetuned / STATE).exists()
    if begun or not (finetuned / CONFIG).exists():
        say("4/5 learning with labels")
        training = options.finetuning.model_copy(update={"seed": seed})
        judged = CALIBRATED if options.people is None else CALIBRATED_ON_PEOPLE
        how = FinetuneOptions(which=which, calibrate_on=judged, trunk=True, training=training)
        finetune(str(pretrained), learned, finetuned, how, resume=begun, display=display)
    say("5/5 halving its weights")
    return _pack(finetuned, shipped, _notes(options, out))


def _cut_windows(out: Path, options: RebuildOptions) -> None:
    """Windows of made-up recordings, beside made-up clips and windows of people."""
    made, beside = out / "made", [out / "made" / CLIPS]
    if options.people is not None:
        if not (out / "people" / META).exists():
            cut_people(options.people, out / "people", options.people_windows)
        beside.append(out / "people")
    windows = options.windows.model_copy(update={"seed": options.seed})
    cut(made / RECORDINGS, None, out / "learned", windows, beside)


def _pretraining(options: RebuildOptions) -> PretrainOptions:
    how = options.pretraining.preprocessing.model_copy(update={"only": options.joints})
    return options.pretraining.model_copy(update={"preprocessing": how, "seed": options.seed})


def _notes(options: RebuildOptions, out: Path) -> tuple[str, ...]:
    """What its card says beside the rest."""
    if options.people is None:
        return (
            NO_PEOPLE,
            HIDDEN,
            "Probabilities were calibrated on made-up bodies of the seen ranges.",
            LIMITS,
        )
    source = open_dataset(out / "people").meta
    groups = ", ".join(options.people_windows.judged)
    judged = f"Probabilities were calibrated on people whom it has not learned from ({groups})."
    return (
        PEOPLE,
        *notices(options.people, options.people_windows),
        f"Terms, in the words of that data set: {source.licence}",
        HIDDEN,
        judged,
        LIMITS,
    )


def _pack(finetuned: Path, shipped: Path, notes: tuple[str, ...]) -> Rebuilt:
    network, config = load_recognizer(finetuned)
    config = config.model_copy(update={"training": {**config.training, "from": "pretrained"}})
    write_checkpoint(shipped, config, network.state_dict(), model_card(config, notes), half=True)
    return Rebuilt(
        checkpoint=shipped,
        bytes=(shipped / WEIGHTS).stat().st_size,
        sha256=weights_sha256(shipped),
        classes=len(config.classes),
        temperature=float(config.training["temperature"]),
    )
