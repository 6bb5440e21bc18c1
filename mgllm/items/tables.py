"""Item sets in other formats than JSONL: csv and json; parquet and the hub through `datasets`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mgllm.errors import InputError
from mgllm.files.json_files import read_json_lines
from mgllm.files.opening import open_file
from mgllm.items.rows import check_columns, row_content
from mgllm.items.text_tables import read_csv_items, read_json_items, read_xlsx_items
from mgllm.records import Item

TEXT_KINDS = {".csv": read_csv_items, ".json": read_json_items}
"""Files without types: `datasets` would guess them, and turn an id that looks like a date into
one."""
SHEETS = ".xlsx"
KINDS = (".parquet", SHEETS, *TEXT_KINDS)
_OLD = (".xls", ".ods", ".xlsm", ".numbers")
"""Spreadsheets that are not read."""
MOST_CELLS, MOST_BYTES, ROWS_AT_ONCE = 50_000_000, 500_000_000, 256
"""Of parquet: as many bytes as of json, whatever the file says of itself."""
_HUB_KINDS = {**TEXT_KINDS, ".jsonl": read_json_lines, ".ndjson": read_json_lines}


def read_local_tables(path: Path) -> Iterator[tuple[str, object]]:
    """Place ("FILE row N", from 1) and content of each row of a file, or of a folder's files of one
    kind.

    Raises:
        InputError: no such file, files of several kinds, or a file that cannot be read.
    """
    for file in _files(path):
        read = TEXT_KINDS.get(file.suffix.casefold())
        if read is not None:
            yield from read(file, str(file))
        elif file.suffix.casefold() == SHEETS:
            yield from read_xlsx_items(file, str(file))
        elif file.stat().st_size:
            yield from _parquet_rows(file)


def read_hub_table(source: str) -> Iterator[tuple[str, object]]:
    """Place and content of each row of "org/name[:split]" on the hub.

    Raises:
        InputError: there is no such data set or split, or the hub cannot be reached.
    """
    name, _, split = source.partition(":")
    with _quiet_datasets(f"{source} is not a file here; as a data set of the hub it") as library:
        loaded = library.load_dataset(name, split=split or None)
        if not split:
            loaded = _only_split(loaded, name)
        files = text_files_of(library, name, loaded)
        rows = [row for file, read in files for row in read(file, source)]
        rows = rows if files else list(_table_rows(loaded, source))
    yield from rows


def text_files_of(library: Any, name: str, loaded: Any) -> list[tuple[Path, Any]]:
    """The csv or json files of a loaded data set, each with the function that reads it as text.

    None if the columns have types: parquet, or classes that the data set's card names.
    """
    named = any(hasattr(feature, "int2str") for feature in loaded.features.values())
    if named or loaded.info.builder_name not in ("csv", "json"):
        return []
    builder = library.load_dataset_builder(name)
    places = [str(place) for place in (builder.config.data_files or {}).get(loaded.split, ())]
    readers = [_HUB_KINDS.get(Path(place.partition("?")[0]).suffix.casefold()) for place in places]
    if not places or None in readers:
        return []
    fetched = library.DownloadManager().download(places)
    return list(zip(map(Path, fetched), readers, strict=True))


def _parquet_rows(file: Path) -> list[tuple[str, object]]:
    with TemporaryDirectory(prefix="mgllm-") as cache, _quiet_datasets(str(file)) as library:
        refuse_huge_parquet(file)
        table = library.load_dataset("parquet", data_files=[str(file)], split="train", cache_dir=cache)
        rows = list(_table_rows(table, str(file)))
        del table
    return rows


def refuse_huge_parquet(file: Path) -> None:
    """Refuse a file that would become much larger than it is: it is read a few rows at a time.

    Raises:
        InputError: it has too many rows, or too many bytes.
        Exception: whatever its library raises for a broken file.
    """
    from pyarrow.parquet import ParquetFile  # type: ignore[import-untyped]

    with open_file(file) as raw, ParquetFile(raw) as table:
        rows, columns = table.metadata.num_rows, table.metadata.num_columns
        if rows * columns > MOST_CELLS:
            raise InputError(f"{file} has {rows:,} rows of {columns:,} columns; divide it")
        size = 0
        for batch in table.iter_batches(batch_size=ROWS_AT_ONCE):
            size += batch.nbytes
            if size > MOST_BYTES:
                raise InputError(f"{file} has more than {MOST_BYTES:,} bytes when it is read; divide it")


def _only_split(loaded: Any, name: str) -> Any:
    if len(loaded) != 1:
        choices = ", ".join(f"{name}:{split}" for split in loaded)
        raise InputError(f"{name} has several splits; choose one: {choices}")
    return next(iter(loaded.values()))


def _files(path: Path) -> list[Path]:
    if path.is_file():
        if path.suffix.casefold() in _OLD:
            raise InputError(f"{path} is a spreadsheet of another kind; save it as .xlsx, or as csv in UTF-8")
        if path.suffix.casefold() not in KINDS:
            raise InputError(f"{path} is not an item file; they end in .jsonl, {', '.join(KINDS)}")
        return [path]
    files = sorted(p for p in path.iterdir() if p.suffix.casefold() in KINDS and not p.name.startswith("."))
    kinds = sorted({p.suffix.casefold() for p in files})
    if len(kinds) > 1:
        raise InputError(f"{path} has files of several kinds ({', '.join(kinds)}); name one file")
    if not files:
        raise InputError(f"{path} is a folder without item files; they end in .jsonl, {', '.join(KINDS)}")
    return files


@contextmanager
def _quiet_datasets(source: str) -> Iterator[Any]:
    """The `datasets` library without its progress bars; any error becomes one line."""
    import datasets
    from datasets.utils import are_progress_bars_disabled

    hidden, verbosity = are_progress_bars_disabled(), datasets.logging.get_verbosity()
    datasets.disable_progress_bars()
    datasets.logging.set_verbosity(datasets.logging.CRITICAL)
    try:
        yield datasets
    except InputError:
        raise
    except Exception as error:  # a loader of foreign formats may raise anything; --debug shows all of it
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
    check_columns(table.column_names, source)
    for name in table.column_names:
        if name not in Item.model_fields and not hasattr(table.features[name], "dtype"):
            raise InputError(
                f"{source} column '{name}' is not a field of an item, and its values are not plain; remove it"
            )
    for n, row in enumerate(table, start=1):
        where = f"{source} row {n}"
        yield where, row_content(_named_classes(row, table.features), where)


def _named_classes(row: dict[str, Any], features: Any) -> dict[str, Any]:
    return {
        name: features[name].int2str(value)
        if hasattr(features[name], "int2str") and value is not None
        else value
        for name, value in row.items()
    }
