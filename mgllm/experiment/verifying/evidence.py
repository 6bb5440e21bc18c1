"""Reads everything in a run folder, line by line, also damaged lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from mgllm.errors import InputError
from mgllm.records import Frozen, Prompt, Record, RecordKey, RunManifest, ScenarioManifest
from mgllm.records.belonging import Belonging
from mgllm.records.wanted import first_words
from mgllm.store import PROMPTS, RECORDS, read_manifest

M = TypeVar("M", bound=Frozen)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of `records.jsonl`."""

    number: int
    """From 1."""
    record: Record | None
    """Its record; None if it cannot be read."""
    problem: str | None = None
    """Why it cannot be read."""

    @property
    def place(self) -> str:
        """File, line and record, for messages."""
        where = f"{RECORDS}:{self.number}"
        if self.record is None:
            return where
        one = self.record
        turn = f", epoch {one.epoch}, shuffle {one.shuffle}" if one.epoch or one.shuffle else ""
        cell = f", cell {one.cell}" if one.cell else ""
        return f"{where} (item {one.item}, arm {one.arm}{turn}{cell})"


@dataclass(frozen=True, slots=True)
class PromptLine:
    """One line of `prompts.jsonl`."""

    place: str
    """FILE:LINE."""
    prompt: Prompt | None
    """The prompt; None if it cannot be read, or if only its hash is kept."""
    sha256: str | None
    """The hash that the line gives for it; None if it cannot be read."""


class HashAlone(Frozen):
    """A prompt of a run that keeps no texts."""

    sha256: str
    """Its hash."""


@dataclass(frozen=True)
class Evidence:
    """The content of a run folder."""

    folder: Path
    """Its path."""
    manifest: RunManifest
    """Its manifest."""
    lines: tuple[Line, ...]
    """All lines of `records.jsonl`, without an incomplete last one."""
    torn: bool
    """Whether the last line is incomplete, as if the run was killed while writing it."""
    prompt_lines: tuple[PromptLine, ...] | None
    """All lines of `prompts.jsonl`; None without such a file."""

    @cached_property
    def belonging(self) -> Belonging:
        """Says which records belong to the run."""
        return Belonging(self.manifest)

    @cached_property
    def own(self) -> tuple[tuple[Line, Record], ...]:
        """The lines of this run's model and scenarios."""
        read = [(line, line.record) for line in self.lines if line.record is not None]
        return tuple((line, record) for line, record in read if self.belonging.foreign(record) is None)

    @cached_property
    def counted(self) -> tuple[tuple[Line, Record], ...]:
        """The last of these for every key: tables are made from them."""
        last: dict[RecordKey, tuple[Line, Record]] = {record.key: (line, record) for line, record in self.own}
        return tuple(last.values())

    @cached_property
    def scenarios(self) -> Mapping[str, ScenarioManifest]:
        """By name."""
        return {scenario.name: scenario for scenario in self.manifest.scenarios}

    @cached_property
    def prompts(self) -> Mapping[str, Prompt]:
        """The prompts whose words are kept, by the hash that their line gives."""
        kept = [line.prompt for line in self.prompt_lines or ()]
        return {prompt.sha256: prompt for prompt in kept if prompt is not None}


def read_evidence(folder: Path) -> Evidence:
    """Read a run folder.

    Raises:
        InputError: it is not a run, or a file in it cannot be read at all.
    """
    manifest = read_manifest(folder)
    lines, torn = _record_lines(folder / RECORDS)
    return Evidence(folder, manifest, lines, torn, _prompt_lines(folder / PROMPTS))


def _record_lines(file: Path) -> tuple[tuple[Line, ...], bool]:
    found, torn = [], False
    for number, raw, is_last in _raw_lines(file):
        record = read_value(Record, raw)
        if isinstance(record, str) and is_last:
            torn = True
        elif isinstance(record, str):
            found.append(Line(number, None, record))
        else:
            found.append(Line(number, record))
    return tuple(found), torn


def _prompt_lines(file: Path) -> tuple[PromptLine, ...] | None:
    if not file.exists():
        return None
    found = []
    for number, raw, is_last in _raw_lines(file):
        place = f"{PROMPTS}:{number}"
        prompt = read_value(Prompt, raw)
        alone = read_value(HashAlone, raw) if isinstance(prompt, str) else prompt
        if not isinstance(prompt, str):
            found.append(PromptLine(place, prompt, prompt.sha256))
        elif not isinstance(alone, str) or not is_last:
            found.append(PromptLine(place, None, None if isinstance(alone, str) else alone.sha256))
    return tuple(found)


def _raw_lines(file: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Number and bytes of each line that is not empty, and whether its line end is missing."""
    try:
        lines = file.read_bytes().split(b"\n") if file.exists() else []
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}") from None
    for number, raw in enumerate(lines, 1):
        if raw.strip():
            yield number, raw, number == len(lines)


def read_value(model: type[M], raw: bytes) -> M | str:
    """The value of a line of a file, or why it cannot be read."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        return first_words(error.errors(include_url=False))
