"""Item sets that are no JSONL: csv, parquet, json and hub data sets, through the `datasets` library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from difflib import get_close_matches
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mgllm.errors import InputError
from mgllm.files.json_files import parse_json
from mgllm.files.tables import csv_rows
from mgllm.records import Item

KINDS = {".parquet": "parquet", ".csv": "csv", ".json": "json"}
_IDS = ("id", "subject", "target")
_NESTED = ("gestures", "covariates")


def read_local_tables(path: Path) -> Iterator[tuple[str, object]]:
    """Place ("FILE row N", from 1) and content of each row of a file, or of a folder's files of one kind.

    Raises:
        InputError: no such file, files of several kinds, or a file that cannot be read.
    """
    for file in _files(path):
        kind = KINDS[file.suffix.casefold()]
        options = _csv_options(file) if kind == "csv" else {}
        if options is None or file.stat().st_size == 0:
            continue
        with TemporaryDirectory(prefix="mgllm-") as cache, _quiet_datasets(str(file)) as library:
            files = [str(file)]
            table = library.load_dataset(kind, data_files=files, split="train", cache_dir=cache, **options)
            rows = list(_table_rows(table, str(file)))
            del table
        yield from rows


def read_hub_table(source: str) -> Iterator[tuple[str, object]]:
    """Place and content of each row of "org/name[:split]" on the hub.

    Raises:
        InputError: there is no such data set or split, or the hub cannot be reached.
    """
    name, _, split = source.partition(":")
    with _quiet_datasets(f"{source} is no file here, and as a hub data set it") as library:
        loaded = library.load_dataset(name, split=split or None)
        if not split:
            loaded = _only_split(loaded, name)
        rows = list(_table_rows(loaded, source))
    yield from rows


def _only_split(loaded: Any, name: str) -> Any:
    if len(loaded) != 1:
        choices = ", ".join(f"{name}:{split}" for split in loaded)
        raise InputError(f"{name} has several splits; choose one: {choices}")
    return next(iter(loaded.values()))


def _files(path: Path) -> list[Path]:
    if path.is_file():
        if path.suffix.casefold() not in KINDS:
            raise InputError(f"{path} is no item file; known kinds: .jsonl, {', '.join(KINDS)}")
        return [path]
    files = sorted(p for p in path.iterdir() if p.suffix.casefold() in KINDS and not p.name.startswith("."))
    kinds = sorted({p.suffix.casefold() for p in files})
    if len(kinds) > 1:
        raise InputError(f"{path} holds files of several kinds ({', '.join(kinds)}); name one file")
    if not files:
        raise InputError(f"{path} is a folder without items; known kinds: .jsonl, {', '.join(KINDS)}")
    return files


def _csv_options(path: Path) -> dict[str, Any] | None:
    """How to read a csv: all columns as text, so that ids such as 007 stay what they are; None without rows.

    Rows of another length than the header are refused here, since the reader of `datasets` would shift them.
    """
    from datasets import Features, Value

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv_rows(file, path, refusal=" cannot be read as csv")
            header, *rows = [row for _, row in table if row] or [[]]
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text; save the file as UTF-8") from None
    for n, row in enumerate(rows, start=1):
        if len(row) != len(header):
            what = f"has {len(row)} cells, the header {len(header)}; put text with commas in quotes"
            raise InputError(f"{path} row {n} {what}")
    if "\0" in "".join(header):
        raise InputError(f"{path} holds NUL bytes, so this is no csv")
    twice = sorted({name for name in header if header.count(name) > 1 or not name.strip()})
    if twice:
        raise InputError(f"{path}:1 names the column '{twice[0]}' twice or not at all")
    if not rows:
        return None
    features = Features({name: Value("string") for name in header})
    return {"features": features, "keep_default_na": False, "na_values": [""]}


@contextmanager
def _quiet_datasets(source: str) -> Iterator[Any]:
    """The `datasets` library without its progress bars; whatever it raises becomes one line."""
    import datasets
    from datasets.utils import are_progress_bars_disabled

    hidden, verbosity = are_progress_bars_disabled(), datasets.logging.get_verbosity()
    datasets.disable_progress_bars()
    datasets.logging.set_verbosity(datasets.logging.CRITICAL)
    try:
        yield datasets
    except InputError:
        raise
    except Exception as error:  # a loader of foreign formats may raise anything; --debug shows it whole
        raise InputError(f"{source} cannot be loaded: {_reason(error)}") from error
    finally:
        datasets.logging.set_verbosity(verbosity)
        if not hidden:
            datasets.enable_progress_bars()


def _reason(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:200]


def _table_rows(table: Any, source: str) -> Iterator[tuple[str, object]]:
    _check_columns(table, source)
    for n, row in enumerate(table, start=1):
        where = f"{source} row {n}"
        yield where, _content(_named_classes(row, table.features), where)


def _check_columns(table: Any, source: str) -> None:
    names = list(table.column_names)
    for needed in ("id", "subject"):
        if needed not in names:
            near = get_close_matches(needed, names, n=1)
            guess = f" Did you mean to call '{near[0]}' so?" if near else ""
            raise InputError(f"{source} lacks the column '{needed}'.{guess} Columns: {', '.join(names)}")
    for name in names:
        if name not in Item.model_fields and not hasattr(table.features[name], "dtype"):
            raise InputError(f"{source} column '{name}' is no field of an item and holds no plain values")


def _named_classes(row: dict[str, Any], features: Any) -> dict[str, Any]:
    return {
        name: features[name].int2str(value)
        if hasattr(features[name], "int2str") and value is not None
        else value
        for name, value in row.items()
    }


def _content(row: dict[str, Any], where: str) -> dict[str, Any]:
    """A row as an item's fields: other columns are covariates, empty cells are left out."""
    fields = {name: _without_nulls(value) for name, value in row.items() if not _is_null(value)}
    content = {name: value for name, value in fields.items() if name in Item.model_fields}
    for name in _NESTED:
        if isinstance(content.get(name), str):
            content[name] = parse_json(content[name], f"{where} {name}")
    for name in _IDS:
        if isinstance(content.get(name), int) and not isinstance(content[name], bool):
            content[name] = str(content[name])
    others = {name: value for name, value in fields.items() if name not in Item.model_fields}
    given = content.get("covariates", {})
    if others and isinstance(given, dict):
        content["covariates"] = {**others, **given}
    return content


def _is_null(value: Any) -> bool:
    return value is None or (isinstance(value, float) and isnan(value))


def _without_nulls(value: Any) -> Any:
    """Tables give every row every key; a null there means that the key is not given. Dates become text."""
    if isinstance(value, dict):
        return {key: _without_nulls(part) for key, part in value.items() if not _is_null(part)}
    if isinstance(value, list):
        return [_without_nulls(part) for part in value]
    return value.isoformat() if isinstance(value, date | time) else value
