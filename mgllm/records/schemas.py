"""JSON schemas of the files that other programs read or write, made from the records.

`python -m mgllm.records.schemas docs/schemas` writes them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mgllm.records import Frozen, GestureFile, Item, Record, RunManifest, Summary
from mgllm.records.human import RaterFile

FILES: Mapping[str, tuple[type[Frozen], str]] = {
    "items.schema.json": (Item, "one line of an item file, *.jsonl"),
    "gestures.schema.json": (GestureFile, "a gesture transcript, *.mg.json"),
    "manifest.schema.json": (RunManifest, "manifest.json of a run"),
    "records.schema.json": (Record, "one line of records.jsonl of a run"),
    "ratings.schema.json": (RaterFile, "a rater's file, rater-01.json"),
    "summary.schema.json": (Summary, "summary.json of a run"),
}
"""Record by name of the schema's file, and the file that the schema describes."""


def schemas() -> dict[str, dict[str, Any]]:
    """All schemas (JSON Schema 2020-12) by file name."""
    return {
        name: {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$comment": f"{what}; made by `python -m mgllm.records.schemas docs/schemas`",
            **model.model_json_schema(),
        }
        for name, (model, what) in FILES.items()
    }


def write_schemas(folder: Path) -> None:
    """Write each schema into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (folder / name).write_text(schema_text(schema), encoding="utf-8", newline="\n")


def schema_text(schema: Mapping[str, Any]) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
