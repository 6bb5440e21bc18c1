"""Reads and writes the results folder; nothing else writes there.

`records.jsonl` is flushed line by line: a killed run loses at most what it waited for. The last
line of a key counts. An incomplete last line is ignored; any other bad line is an error.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Self, TypeVar

from pydantic import ConfigDict, ValidationError

from mgllm.disk.locking import FolderLock
from mgllm.disk.steps import step
from mgllm.disk.writing import NO_ROOM, GrowingFile, content_of, lines_of, remedy, replace_file
from mgllm.errors import InputError, WriteFailed, unknown
from mgllm.records import Frozen, Prompt, Record, RunManifest, Summary
from mgllm.records.belonging import sort_out
from mgllm.records.wanted import first_words

M = TypeVar("M", bound=Frozen)
MANIFEST, SUMMARY, OPTIONS = "manifest.json", "summary.json", "options.json"
PROMPTS, RECORDS = "prompts.jsonl", "records.jsonl"


class StoredRun(Frozen):
    """A run as read back."""

    path: Path
    """Its folder."""
    manifest: RunManifest
    """Everything that decided its numbers."""
    records: tuple[Record, ...]
    """The last line of every key, in the order of their first lines; of this run alone."""
    foreign: tuple[str, ...] = ()
    """The lines of another model or scenario: their place, and what they belong to."""
    doubtful: tuple[str, ...] = ()
    """Lines that do not fit the plan or contradict themselves: their place, and how."""

    def prompts(self) -> dict[str, Prompt]:
        """Prompts by sha256; empty if `--no-store-text` kept only hashes."""
        return _read_prompts(self.path / PROMPTS)


class _Hashed(Frozen):
    """A line of prompts; only its hash is read."""

    model_config = ConfigDict(extra="ignore")
    sha256: str


class RunWriter:
    """An open run folder. Use it as a context manager; one process may write at a time.

    Every method raises WriteFailed where the disk does not take what it writes. `keeps_part` is
    False for a run made of others: unfinished it is removed, since it can be made again.
    """

    def __init__(self, path: Path, *, stores_text: bool = True, keeps_part: bool = True) -> None:
        self.path = path
        self._stores_text, self._keeps_part = stores_text, keeps_part
        self._known: set[str] = set()
        self._stack = ExitStack()
        self._records: GrowingFile | None = None
        self._prompts: GrowingFile | None = None

    def __enter__(self) -> Self:
        if (self.path / RECORDS).is_dir():
            raise InputError(f"{self.path / RECORDS} is a folder, but must be a file; move it away")
        self._known = {each.sha256 for _, each in _read_lines(self.path / PROMPTS, _Hashed)}
        with self._safely(RECORDS), ExitStack() as stack:
            stack.enter_context(FolderLock(self.path))
            self._records = stack.enter_context(closing(GrowingFile(self.path / RECORDS)))
            self._prompts = stack.enter_context(closing(GrowingFile(self.path / PROMPTS)))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._stack.close()
        if kind and not self._keeps_part:
            shutil.rmtree(self.path, ignore_errors=True)

    @property
    def lines(self) -> int:
        """Lines of `records.jsonl`."""
        return self._records.lines if self._records else 0

    def append(self, record: Record) -> None:
        """Hand one record to the operating system."""
        assert self._records is not None
        kept = record if self._stores_text else record.without_words()
        with self._safely(RECORDS):
            self._records.append(_line_of(kept))

    def keep_prompt(self, prompt: Prompt) -> None:
        """Write a prompt, once."""
        assert self._prompts is not None
        if prompt.sha256 in self._known:
            return
        line = prompt.model_dump_json() if self._stores_text else json.dumps({"sha256": prompt.sha256})
        with self._safely(PROMPTS):
            self._prompts.append(line)
        self._known.add(prompt.sha256)

    def write_manifest(self, manifest: RunManifest) -> None:
        """Replace `manifest.json`."""
        with self._safely(MANIFEST):
            _replace(self.path / MANIFEST, manifest)

    def write_tables(self, summary: Summary, tables: Mapping[str, str]) -> None:
        """Replace `summary.json` and `table.<suffix>` for each suffix."""
        with self._safely(SUMMARY):
            _replace(self.path / SUMMARY, summary)
        for suffix, text in tables.items():
            with self._safely(f"table.{suffix}"):
                replace_file(self.path / f"table.{suffix}", text)

    @contextmanager
    def _safely(self, name: str) -> Iterator[None]:
        """Say which records are safe and how to go on, where the system refuses to write."""
        try:
            yield
        except OSError as error:
            file = self.path / name
            safe = (
                f"the {self.lines:,} records in {RECORDS} are safe; "
                if self._records and self._keeps_part
                else ""
            )
            again = "give the command again"
            if (self.path / OPTIONS).exists():
                again = f"go on with: mgllm run --resume {shlex.quote(str(self.path))}"
            raise WriteFailed(
                f"{file} cannot be written: {error.strerror or error}; {safe}{remedy(error)}, then {again}"
            ) from None


def begin_run(results: Path, manifest: RunManifest, options: Frozen | None = None) -> Path:
    """Make the folder of a run with its manifest, and its options, so that `--resume RUN` needs no
    others; it appears with both or not at all.

    Raises:
        InputError: it exists already or cannot be made.
    """
    path = results / manifest.id
    hidden = results / f".{manifest.id}"
    try:
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        hidden.mkdir(parents=True)
        _replace(hidden / MANIFEST, manifest)
        if options is not None:
            text = options.model_dump_json(indent=2, exclude_defaults=True)
            replace_file(hidden / OPTIONS, text + "\n")
        step("run folder: begin")
        hidden.rename(path)
    except BaseException as error:
        shutil.rmtree(hidden, ignore_errors=True)
        if isinstance(error, OSError):
            raise _cannot_be_made(path, error) from None
        raise
    step("run folder: begun")
    return path


def _cannot_be_made(path: Path, error: OSError) -> InputError:
    advice = "make room on the disk" if error.errno in NO_ROOM else "name another place with --results"
    return InputError(f"folder {path} cannot be made: {error.strerror or error}; nothing was asked; {advice}")


def run_id(when: str, what: str, model: str, tail: str) -> str:
    """Folder name of a run: time, scenario or `suite`, model, and a short random id."""
    return "_".join([when, slug(what), slug(model.removeprefix("local/")), tail])


def slug(text: str) -> str:
    """Letters, digits and single dashes, at most 40 characters."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[-40:].strip("-") or "x"


def find_run(name: str | Path, results: Path) -> Path:
    """The folder of a run, named by path, folder name, the beginning or end of it, or `latest`.

    Raises:
        InputError: no run has this name, or several do.
    """
    if not str(name):
        raise InputError("a run's name is empty; write a folder, the name of a run, or latest")
    path = Path(name)
    if (path / MANIFEST).is_file():
        return path
    known = run_names(results)
    if str(name) == "latest" and known:
        return results / known[-1]
    fits = [run for run in known if run == str(name) or run.startswith(str(name)) or run.endswith(str(name))]
    if len(fits) > 1 and str(name) not in fits:
        raise InputError(f"'{name}' could be {len(fits)} runs: {', '.join(fits)}; write more of the name")
    if not fits:
        folder = next((each for each in (path, results / path) if each.is_dir()), None)
        if folder is not None:
            raise InputError(f"{folder} is a folder, but not a run: it has no {MANIFEST}")
        raise InputError(f"{unknown('run', str(name), known)} (in {results})")
    return results / (str(name) if str(name) in fits else fits[0])


def run_names(results: Path) -> list[str]:
    """Folder names of all runs, oldest first."""
    found = (path.parent.name for path in results.glob(f"*/{MANIFEST}"))
    return sorted(name for name in found if not name.startswith("."))  # one that was never begun


def read_run(path: Path) -> StoredRun:
    """Read a run folder.

    Raises:
        InputError: it is not a run, or a file in it is damaged; one line with file and line.
    """
    manifest = read_manifest(path)
    sorted_out = sort_out(manifest, _read_lines(path / RECORDS, Record))
    foreign = sorted_out.foreign
    if foreign and not sorted_out.records:
        raise InputError(
            f"{path} has only records of another run; the first: {foreign[0]}; restore {RECORDS}"
        )
    return StoredRun(
        path=path,
        manifest=manifest,
        records=sorted_out.records,
        foreign=foreign,
        doubtful=sorted_out.doubtful,
    )


def read_manifest(path: Path) -> RunManifest:
    file = path / MANIFEST
    if not file.is_file():
        raise InputError(f"{path} is not a run: it has no {MANIFEST}")
    try:
        return RunManifest.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise InputError(f"{file} {_first(error)}") from None


def read_options(path: Path, model: type[M]) -> M:
    """Options that a run was started with.

    Raises:
        InputError: the run has none, or they cannot be read.
    """
    if not (path / OPTIONS).is_file():
        raise InputError(f"{path} was not made by `mgllm run`: it has no {OPTIONS}, so it cannot be resumed")
    try:
        return model.model_validate_json(content_of(path / OPTIONS))
    except ValidationError as error:
        raise InputError(f"{path / OPTIONS} {_first(error)}") from None


def _read_lines(file: Path, model: type[M]) -> Iterable[tuple[str, M]]:
    """Place ("FILE:LINE") and value of each line."""
    for place, line, is_complete in lines_of(file):
        try:
            yield place, model.model_validate_json(line)
        except ValidationError as error:
            if is_complete:
                raise InputError(f"{place} {_first(error)}") from None


def _read_prompts(file: Path) -> dict[str, Prompt]:
    if b'"messages"' not in content_of(file)[:1_000_000]:
        return {}
    return {prompt.sha256: prompt for _, prompt in _read_lines(file, Prompt)}


def _first(error: ValidationError) -> str:
    words = first_words(error.errors(include_url=False))
    return f"is damaged: {words}; restore it or leave the run out"


def _line_of(record: Record) -> str:
    """A record as one line that can be read again, whatever a model or a server put into it."""
    try:
        return record.model_dump_json()
    except ValueError:  # half a surrogate pair, which no file in UTF-8 can hold
        written = json.dumps(record.model_dump(), ensure_ascii=False, default=str)
        repaired = written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return Record.model_validate_json(repaired).model_dump_json()


def _replace(file: Path, model: Frozen) -> None:
    replace_file(file, model.model_dump_json(indent=2, by_alias=True) + "\n")
