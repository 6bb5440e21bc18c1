"""JSON schemas: current, valid, and of one mind with the models."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mgllm.errors import InputError
from mgllm.files.json_files import to_model
from mgllm.items.loading import item_line, load_items
from mgllm.records import GestureFile, Item
from mgllm.records.schemas import FILES, schema_text, schemas, write_schemas

ROOT = Path(__file__).parents[2]
SCHEMAS = schemas()


def valid(name: str, content: object) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMAS[name]).is_valid(content))


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_files_in_docs_are_current(name: str) -> None:
    there = (ROOT / "docs" / "schemas" / name).read_text(encoding="utf-8")
    assert there == schema_text(SCHEMAS[name]), "run: python -m mgllm.records.schemas docs/schemas"
    jsonschema.Draft202012Validator.check_schema(json.loads(there))


def test_docs_hold_no_other_schemas() -> None:
    assert sorted(p.name for p in (ROOT / "docs" / "schemas").iterdir()) == sorted(FILES)


def test_the_command_writes_what_the_function_returns(tmp_path: Path) -> None:
    write_schemas(tmp_path / "a")
    command = [sys.executable, "-m", "mgllm.records.schemas", str(tmp_path / "b")]
    subprocess.run(command, check=True, cwd=ROOT, timeout=60)
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_every_example_in_the_documentation_is_valid() -> None:
    text = (ROOT / "docs" / "items.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```json\n(.*?)```", text, flags=re.DOTALL)
    contents = [json.loads(block) for block in blocks]
    files = [content for content in contents if "schema" in content]
    items = [content for content in contents if "schema" not in content]
    assert files
    assert items
    for content in files:
        assert valid("gestures.schema.json", content)
        assert to_model(GestureFile, content, "docs/items.md").item
    for content in items:
        assert valid("items.schema.json", content)
        assert to_model(Item, content, "docs/items.md").id


def test_bundled_items_are_valid_as_they_stand() -> None:
    folder = ROOT / "scenarios" / "items"
    for path in folder.glob("*.jsonl"):
        for item in load_items(path):
            assert valid("items.schema.json", json.loads(item_line(item))), path
    assert folder.is_dir()


@pytest.mark.parametrize(
    "content",
    [
        {"id": "a", "subject": "s"},
        {"id": "a", "subject": "s", "speech": "Yes."},
        {"id": "a", "subject": "s", "speech": [{"text": "Yes.", "start": 0}]},
        {
            "id": "a",
            "subject": "s",
            "gestures": {"recognized": {"gestures": [{"label": "x", "confidence": 1}]}},
        },
        {"id": "a", "subject": "s", "covariates": {"x": None, "y": 1.5, "z": "t", "w": True}},
        {"id": "a"},
        {"id": "", "subject": "s"},
        {"id": "a", "subject": "s", "speach": "Yes."},
        {"id": "a", "subject": "s", "speech": 3},
        {"id": "a", "subject": "s", "terms": "shut"},
        {"id": "a", "subject": "s", "covariates": {"x": []}},
        {"id": "a", "subject": "s", "gestures": {"guessed": {}}},
        {
            "id": "a",
            "subject": "s",
            "gestures": {"annotated": {"gestures": [{"label": "x", "confidence": 2}]}},
        },
    ],
)
def test_schema_and_loader_agree(content: dict[str, Any]) -> None:
    try:
        to_model(Item, content, "x")
        loaded = True
    except InputError:
        loaded = False
    assert valid("items.schema.json", content) == loaded
