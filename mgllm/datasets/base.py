"""The contract of an importer, and the registry of data sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Protocol

from pydantic import Field, field_validator

from mgllm.records import Frozen, GestureFile, Item
from mgllm.records.frozen import Name
from mgllm.registry import Shelf
from mgllm.skeleton import Clip, DatasetMeta
from mgllm.speech.base import speech_formats


class ImportedItems(Frozen):
    """An importer's result that is written as `items.jsonl`."""

    items: tuple[Item, ...]
    """In the data set's order."""
    warnings: tuple[str, ...] = ()
    """What was left out, guessed or looks wrong: one line each, with its number."""


class WholeRecordings:
    """Complete recordings, and the clips that are cut out of each."""

    def __init__(self, meta: DatasetMeta, recordings: Iterable[Clip]) -> None:
        self.meta, self.recordings = meta, recordings

    def cut(self, whole: Clip) -> Iterable[Clip]:
        """The clips of a recording."""
        raise NotImplementedError

    def clips(self, keep: Callable[[Clip], object] = lambda _: None) -> Iterator[Clip]:
        """The clips of all recordings; each recording is handed to `keep` before it is cut."""
        for whole in self.recordings:
            keep(whole)
            yield from self.cut(whole)


@dataclass(frozen=True, eq=False)
class ImportedSkeletons:
    """An importer's result that is written as a skeleton data set folder."""

    meta: DatasetMeta
    """All classes and splits of the data set; those without clips are taken out when it is
    written."""
    clips: Iterable[Clip]
    """Read while they are written, so that a large set needs the memory of one clip."""
    warnings: tuple[str, ...] = ()
    """What was left out, guessed or looks wrong: one line each, with its number."""
    subject_known: bool = True
    """False where recordings stand for subjects."""
    later: Callable[[], Iterable[str]] = tuple
    """More warnings, known when all clips have been read."""
    whole: WholeRecordings | None = None
    """The recordings that the clips are cut out of, if the source has them."""


class ImportedTranscripts(Frozen):
    """An importer's result that is written as `*.mg.json`, a file for each item."""

    transcripts: tuple[GestureFile, ...]
    """In the order of the files."""
    warnings: tuple[str, ...] = ()
    """What was left out, guessed or looks wrong: one line each, with its number."""


class ImportChoices(Frozen):
    """What a user can choose about reading. Each importer uses some of it; the rest is refused."""

    tier: tuple[Name, ...] = ()
    """ELAN's tiers, BORIS's subject or VIA's attributes to read; several are joined."""
    map: Path | None = None
    """A csv file that says what labels are called in the vocabulary."""
    vocabulary: Name | None = None
    """The vocabulary that the labels are from, or are to be translated to."""
    fps: float | None = Field(default=None, gt=0)
    """Frames a second of the recordings, where the files count frames."""
    illustrative: bool = False
    """Keep movement that goes with speech, where the format marks it. It is not a micro-gesture."""
    subject: Name | None = None
    """The person of all recordings."""
    subjects: Path | None = None
    """A csv file that says who the person of each recording is."""
    picture: Name | None = None
    """WIDTHxHEIGHT of the picture, where coordinates are shares of it."""
    recordings: Path | None = None
    """A folder for complete recordings, beside the clips that are cut out of them."""
    places: Path | None = None
    """A csv file that says where the hand is in each sign."""
    group: Name | None = None
    """Where the recordings come from; sets are split by it, so that no person is on both sides."""
    unit: Name | None = None
    """Unit of lengths: a name, or its metres. Of times of speech: s or ms."""
    layout: Name | None = None
    """The layout of the data set's joints, where files fit several or none."""
    keypoints: Name | None = None
    """The list of key points of the files, where they do not name it."""
    joint_names: Path | None = None
    """A csv file that says which joint each of the files' own names is."""
    person: Name | None = None
    """Who is meant, where a recording shows several people."""
    speakers: Name | None = None
    """Which `Name: …` before speech are speakers: names with commas between, all, or none. Of
    iMiGUE-Speech: interviewee or both."""

    @field_validator("tier", mode="before")
    @classmethod
    def _one_name_is_one_tier(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class Importer(Protocol):
    """Turns a data set, as its authors publish it, into our own files. Made without I/O."""

    title: str
    """The data set's name, for people."""
    terms: str
    """What its licence asks for, in a sentence."""
    citation: str
    """The paper or papers to cite, a line each."""
    caution: str
    """What a reader of numbers over it must know, such as what its movements are and are not."""

    def read(self, source: Path) -> ImportedItems | ImportedSkeletons | ImportedTranscripts:
        """Read the data set from the folder (or file) that its authors publish.

        Raises:
            InputError: it is not the data set, or not complete; names file and line. `clips` may
                raise it later.
        """


class ChoosingImporter:
    """Base of importers with options: a user can choose the tier to read, the person, and the
    like."""

    heeds: ClassVar[frozenset[str]] = frozenset()
    """Names of the choices that this importer uses."""

    def __init__(self, choices: ImportChoices | None = None) -> None:
        self.choices = choices or ImportChoices()


class AnnotationImporter(ChoosingImporter):
    """Base of importers of annotation tools."""

    heeds: ClassVar[frozenset[str]] = frozenset({"vocabulary", "map"})


class _Importers(Shelf[Callable[..., Importer]]):
    """The importers. Each speech format is one too: who adds a format adds its importer."""

    def names(self) -> list[str]:
        return sorted({*super().names(), *speech_formats.names()})

    def _load(self, name: str) -> None:
        super()._load(name)
        if name not in self._things and name in speech_formats.names():
            importer = import_module(f"{self.package}.speech_files").SpeechImporter
            self.register(name)(partial(importer, name))


datasets = _Importers("dataset", "mgllm.datasets")
"""`@dataset("NAME")` puts an importer here, from any module of this package."""

dataset = datasets.register
