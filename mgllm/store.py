"""Reads and writes the results folder; nothing else writes there.

`records.jsonl` is appended and flushed line by line, so that a killed run loses at most the
questions that it was waiting for. The last line of a key counts. An incomplete last line is
ignored; any other bad line is an error.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeVar

from pydantic import ConfigDict, ValidationError

from mgllm.errors import InputError, unknown
from mgllm.records import Frozen, Prompt, Record, RunManifest, Summary
from mgllm.records.belonging import sort_out
from mgllm.records.wanted import first_words

M = TypeVar("M", bound=Frozen)
MANIFEST, PROMPTS, RECORDS, SUMMARY, OPTIONS = (
    *("manifest.json", "prompts.jsonl", "records.jsonl"),
    *("summary.json", "options.json"),
)
_LOCK = ".lock"


class StoredRun(Frozen):
    """A run as read back."""

    path: Path
    """Its folder."""
    manifest: RunManifest
    """Everything that decided its numbers."""
    records: tuple[Record, ...]
    """The last line of every key, in the order of their first lines; without lines of other
    runs."""
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
    """An open run folder. Use it as a context manager; one process may write at a time."""

    def __init__(self, path: Path, *, stores_text: bool = True) -> None:
        self.path = path
        self._stores_text = stores_text
        self._records: IO[str] | None = None
        self._prompts: IO[str] | None = None
        self._known: set[str] = set()

    def __enter__(self) -> Self:
        if (self.path / RECORDS).is_dir():
            raise InputError(f"{self.path / RECORDS} is a folder, but must be a file; move it away")
        self._known = {each.sha256 for _, each in _read_lines(self.path / PROMPTS, _Hashed)}
        self._lock = _lock(self.path)
        for name in (RECORDS, PROMPTS):
            _cut_torn_line(self.path / name)
        self._records = (self.path / RECORDS).open("a", encoding="utf-8", newline="\n")
        self._prompts = (self.path / PROMPTS).open("a", encoding="utf-8", newline="\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in (self._records, self._prompts):
            if file is not None:
                file.close()
        if sys.platform == "win32":
            self._lock.close()  # Windows removes no file that is open
        (self.path / _LOCK).unlink(missing_ok=True)
        self._lock.close()

    def append(self, record: Record) -> None:
        """Write one record and flush it to the operating system."""
        assert self._records is not None
        kept = record if self._stores_text else record.model_copy(update={"text": None, "answer_tokens": ()})
        self._records.write(_line_of(kept) + "\n")
        self._records.flush()

    def keep_prompt(self, prompt: Prompt) -> None:
        """Write a prompt, once."""
        assert self._prompts is not None
        if prompt.sha256 in self._known:
            return
        self._known.add(prompt.sha256)
        line = prompt.model_dump_json() if self._stores_text else json.dumps({"sha256": prompt.sha256})
        self._prompts.write(line + "\n")
        self._prompts.flush()

    def write_manifest(self, manifest: RunManifest) -> None:
        """Replace `manifest.json`."""
        _write(self.path / MANIFEST, manifest.model_dump_json(indent=2, by_alias=True) + "\n")

    def write_tables(self, summary: Summary, tables: Mapping[str, str]) -> None:
        """Replace `summary.json` and `table.<suffix>` for each suffix."""
        _write(self.path / SUMMARY, summary.model_dump_json(indent=2, by_alias=True) + "\n")
        for suffix, text in tables.items():
            _write(self.path / f"table.{suffix}", text)


def new_run(results: Path, run_id: str) -> Path:
    """Make the folder of a run.

    Raises:
        InputError: it exists already or cannot be made.
    """
    path = results / run_id
    try:
        results.mkdir(parents=True, exist_ok=True)
        path.mkdir()
    except OSError as error:
        raise InputError(
            f"folder {path} cannot be made: {error.strerror}; name another place with --results"
        ) from None
    return path


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
    return sorted(path.parent.name for path in results.glob(f"*/{MANIFEST}"))


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


def write_options(path: Path, options: Frozen) -> None:
    """Keep the options of a run in its folder, so that `--resume RUN` needs no others."""
    _write(path / OPTIONS, options.model_dump_json(indent=2, exclude_defaults=True) + "\n")


def read_options(path: Path, model: type[M]) -> M:
    """Options that a run was started with.

    Raises:
        InputError: the run has none, or they cannot be read.
    """
    if not (path / OPTIONS).is_file():
        raise InputError(f"{path} was not made by `mgllm run`: it has no {OPTIONS}, so it cannot be resumed")
    try:
        return model.model_validate_json(_content(path / OPTIONS))
    except ValidationError as error:
        raise InputError(f"{path / OPTIONS} {_first(error)}") from None


def _read_lines(file: Path, model: type[M]) -> Iterable[tuple[str, M]]:
    """Place ("FILE:LINE") and value of each line."""
    lines = _content(file).split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield f"{file}:{number}", model.model_validate_json(line)
        except ValidationError as error:
            if number == len(lines):  # no line feed behind it: it was being written when the run was killed
                return
            raise InputError(f"{file}:{number} {_first(error)}") from None


def _content(file: Path) -> bytes:
    """The bytes of a file of lines; none if there is no file."""
    if file.exists() and not file.is_file():  # a pipe may never end
        raise InputError(f"{file} cannot be read: it is not a file")
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}") from None


def _read_prompts(file: Path) -> dict[str, Prompt]:
    if b'"messages"' not in _content(file)[:1_000_000]:
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


def _cut_torn_line(file: Path) -> None:
    content = _content(file)
    end = content.rfind(b"\n") + 1
    if end < len(content):
        with file.open("r+b") as opened:
            opened.truncate(end)


def _write(file: Path, text: str) -> None:
    """Write all of the file, or leave the old one as it is."""
    fresh = file.with_name(file.name + ".new")
    fresh.write_text(text, encoding="utf-8", newline="\n")
    fresh.replace(file)


def _lock(path: Path) -> IO[str]:
    """Lock the folder against a second writer; the lock ends with the process, in whatever way."""
    file = (path / _LOCK).open("w", encoding="utf-8")
    if sys.platform != "win32":
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise InputError(f"{path} is being written by another process; wait for it or stop it") from None
    return file
