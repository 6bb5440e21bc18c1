"""A trained network as a folder: weights in safetensors, facts in JSON, a card for people. No
pickle.

The card says what the network is, what it has seen, and what it must not be used for.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from torch import Tensor

from mgllm.errors import InputError
from mgllm.files.json_files import decode, parse_json, read_at_most
from mgllm.files.opening import open_file
from mgllm.files.problems import first_problem
from mgllm.files.writing import draft_of, naming_unwritten, replace_text
from mgllm.recognizer.network.reading import Preprocessing
from mgllm.recognizer.network.two_streams import StreamOptions
from mgllm.records import Frozen
from mgllm.skeleton import Layout, SkeletonDataset

WEIGHTS, CONFIG, CARD = "model.safetensors", "config.json", "model_card.md"
SCHEMA: Literal["mgllm.checkpoint/1"] = "mgllm.checkpoint/1"
Kind = Literal["pretrained", "linear", "finetuned"]
_KINDS = {
    "pretrained": "pre-trained without labels: it gives features and has no classes",
    "linear": "a linear classifier on frozen pre-trained features",
    "finetuned": "all weights trained with labels",
}
MOST_CONFIG = 50_000_000
"""Largest `config.json`; one that names 10,000 people has 200 kB."""
WIDEST, MOST_LAYERS, MOST_CLASSES = 4096, 16, 10_000
"""Sizes of a network from elsewhere; ours have widths up to 512 and three layers."""
MOST_NAMED = 60
"""Subjects that the card names, so that a page stays short: our choice."""


class Seen(Frozen):
    """Clips that a network has learned from. The same subject name in two data sets is two
    people."""

    dataset: str
    """The data set's name."""
    sha256: str
    """Hash of its content."""
    made_of: tuple[str, ...] = ()
    """The data sets that its clips come from."""
    subjects: tuple[str, ...]
    """People in those clips."""
    clips: int = Field(ge=1)
    """Number of clips."""
    labelled: bool
    """Whether their labels were used."""


class CheckpointConfig(Frozen):
    """`config.json`."""

    schema_: Literal["mgllm.checkpoint/1"] = Field(default=SCHEMA, alias="schema")
    """Name and version of the file format."""
    kind: Kind
    """Pretrained: no classes; linear: a classifier on the frozen encoder; finetuned: all
    trained."""
    encoder: StreamOptions
    """The parts of the network."""
    stream: Literal["spatial", "temporal", "fused"] = "fused"
    """The stream whose vector the classifier reads."""
    layout: Layout
    """Joints it was made for."""
    dims: Literal[2, 3]
    """Coordinates of a joint."""
    classes: tuple[str, ...] = ()
    """Class names in the order of the logits."""
    trunk_classes: tuple[str, ...] = ()
    """Those of them that the trunk's head decides; none: there is no such head."""
    preprocessing: Preprocessing
    """How a clip is prepared."""
    subjects_seen: tuple[Seen, ...]
    """All clips that it has learned from, with labels or without, oldest first."""
    training: Mapping[str, Any]
    """Options of the last training."""
    versions: Mapping[str, str]
    """Versions of mgllm, Python and libraries."""

    def exposure(self, dataset: SkeletonDataset, subjects: Iterable[str]) -> tuple[Seen, ...]:
        """The entries in which it has seen any of `subjects` of a data set, with only these
        people."""
        asked, names = set(subjects), {dataset.meta.name, *dataset.meta.made_of}
        found = []
        for seen in self.subjects_seen:
            if names.isdisjoint((seen.dataset, *seen.made_of)) and seen.sha256 != dataset.sha256:
                continue
            if shared := tuple(person for person in seen.subjects if person in asked):
                found.append(seen.model_copy(update={"subjects": shared}))
        return tuple(found)


def seen_of(dataset: SkeletonDataset, numbers: Iterable[int], *, labelled: bool) -> Seen:
    """The entry for learning from some clips of a data set."""
    clips = [dataset.clips[int(number)] for number in numbers]
    people = sorted({clip.subject for clip in clips}, key=lambda name: (len(name), name))
    return Seen(
        dataset=dataset.meta.name,
        sha256=dataset.sha256,
        made_of=dataset.meta.made_of,
        subjects=tuple(people),
        clips=len(clips),
        labelled=labelled,
    )


def versions() -> Mapping[str, str]:
    """Versions of mgllm, Python and libraries in this process."""
    packages = {name: version(name) for name in ("mgllm", "torch", "numpy", "scikit-learn")}
    return {"python": platform.python_version(), **packages}


def write_checkpoint(
    folder: Path, config: CheckpointConfig, weights: Mapping[str, Tensor], card: str, *, half: bool = False
) -> None:
    """Write the three files, each complete or not at all; the config last.

    Args:
        folder: made if it does not exist.
        config: for `config.json`.
        weights: tensors by name.
        card: for `model_card.md`.
        half: store weights in 16 bits, for half the bytes; they are read back as 32 bits.

    Raises:
        InputError: the folder cannot be written.
    """
    from safetensors.torch import save_file

    with naming_unwritten(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with draft_of(folder / WEIGHTS) as draft:
            save_file({name: _kept(value, half) for name, value in weights.items()}, draft)
        replace_text(folder / CARD, card)
        replace_text(folder / CONFIG, config.model_dump_json(indent=2, by_alias=True) + "\n")


def _kept(value: Tensor, half: bool) -> Tensor:
    value = value.detach().cpu().contiguous()
    return value.half() if half and value.is_floating_point() else value


def make_folder(folder: Path) -> None:
    """Make the folder, and check that a checkpoint can be written, before hours are spent on it.

    Raises:
        InputError: the folder cannot be made.
    """
    with naming_unwritten(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f".{CONFIG}").write_bytes(b"")
        (folder / f".{CONFIG}").unlink(missing_ok=True)  # another process of the training may have removed it


def read_config(folder: Path) -> CheckpointConfig:
    """Read `config.json` of a checkpoint.

    Raises:
        InputError: there is none, or it is damaged.
    """
    path = folder / CONFIG
    if not path.is_file():
        what = "is not a checkpoint" if folder.exists() else "does not exist"
        raise InputError(f"{folder} {what}; a checkpoint is a folder with {WEIGHTS}, {CONFIG} and {CARD}")
    try:
        text = decode(read_at_most(path, MOST_CONFIG, "the config of a checkpoint"), str(path))
        config = CheckpointConfig.model_validate(parse_json(text, str(path)))
    except ValidationError as error:
        problem = first_problem(error)
        raise InputError(f"{path} {problem.place}: {problem.words}") from None
    _refuse_wide(config, path)
    return config


def _refuse_wide(config: CheckpointConfig, path: Path) -> None:
    """Refuse sizes that no network here has: making it would fill the memory."""
    encoder = config.encoder
    given = {"dims": encoder.dims, "head_width": encoder.head_width, "head_dims": encoder.head_dims}
    for part in (encoder.spatial_args, encoder.temporal_args, encoder.contact_args):
        given |= {name: max(_listed(value), default=0) for name, value in part.items()}
        if long := [name for name, value in part.items() if len(_listed(value)) > MOST_LAYERS]:
            raise InputError(f"{path} encoder {long[0]:.40}: has more than {MOST_LAYERS} layers")
    if wide := [name for name, value in given.items() if value > WIDEST]:
        raise InputError(f"{path} encoder {wide[0]:.40}: must be at most {WIDEST}")
    if len(config.classes) > MOST_CLASSES:
        raise InputError(f"{path} classes: has {len(config.classes):,}, more than {MOST_CLASSES:,}")


def _listed(value: int | tuple[int, ...]) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,)


def weights_sha256(folder: Path) -> str:
    """Hash of a checkpoint's weights, with which a transcript names its recogniser."""
    with open_file(folder / WEIGHTS) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_weights(folder: Path) -> dict[str, Tensor]:
    """Read the weights of a checkpoint.

    Raises:
        InputError: the file is missing or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = folder / WEIGHTS
    try:
        open_file(path).close()
        return load_file(path)
    except FileNotFoundError:
        raise InputError(f"{path} does not exist; the checkpoint is not complete; copy it again") from None
    except (SafetensorError, OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        raise InputError(f"{path} is damaged: {error}") from None


_LIMITS = """## What it is not for

Body movements are evidence about groups in research. Do not use this model to judge a person: not
honesty, not character, not health; not for hiring, policing or surveillance. It has been tested only on
the people who are named in the results that came with it."""

_CONTACTS = (
    "* a branch reads distances of fingertips and wrists to places of head, trunk and arms in the picture"
)


def model_card(config: CheckpointConfig, notes: Sequence[str] = ()) -> str:
    """The card as Markdown; texts from data sets are shown as code, so that they cannot be
    Markdown."""
    seen = [_seen_line(seen) for seen in config.subjects_seen] or ["* nothing; its weights are random"]
    lines = [
        f"# Skeleton recogniser, {config.kind}",
        "",
        f"{_KINDS[config.kind][0].upper()}{_KINDS[config.kind][1:]}.",
        "",
        f"* network: {_branches(config)}, fusion `{config.encoder.fusion}`; "
        f"the {config.stream} vector is used",
        *([_CONTACTS] if config.encoder.contact else []),
        f"* input: {len(config.layout.joints)} joints, {config.dims} coordinates, resampled to "
        f"{config.preprocessing.frames} frames",
        f"* classes: {len(config.classes) or 'none'}",
        f"* made with mgllm {config.versions.get('mgllm', '?')}, torch {config.versions.get('torch', '?')}",
        "",
        "## What it has learned from",
        "",
        *seen,
        "",
        "A test on these people says nothing about other people; `mgllm recognizer evaluate` refuses it.",
        "",
        *([*(f"* {note}" for note in notes), ""] if notes else []),
        _LIMITS,
        "",
    ]
    return "\n".join(lines)


def _branches(config: CheckpointConfig) -> str:
    encoder = config.encoder
    names = [name for name in (encoder.spatial, encoder.temporal, encoder.contact) if name]
    named = ", ".join(f"`{name}`" for name in names[:-1]) + f" and `{names[-1]}`"
    return f"{named}, a head of its own for the trunk" if config.trunk_classes else named


def _seen_line(seen: Seen) -> str:
    how = "with labels" if seen.labelled else "without labels"
    people = ", ".join(seen.subjects[:MOST_NAMED])
    if len(seen.subjects) > MOST_NAMED:
        people += f" and {len(seen.subjects) - MOST_NAMED} more (config.json names all)"
    return (
        f"* {_code(seen.dataset)} (sha256 `{seen.sha256[:12]}`), {how}: {seen.clips} clips of "
        f"{len(seen.subjects)} subjects: {_code(people)}"
    )


def _code(text: str) -> str:
    clean = " ".join(text.replace("`", "'").split())
    return f"`{clean}`"
