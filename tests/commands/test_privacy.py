"""What must not be kept is in no file that a run can write: its folder, its log, pages and exports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mgllm.cli.app import main
from mgllm.prompts.scenarios import Folders
from mgllm.store import run_names
from mgllm.testing import Behaviour, FakeServer, Reply as Served

KEY = "sk-test-9d41c0ffee5ca1ab1e"
SPOKEN, SUBJECT, FILE = "marmalade", "Subject-Quentin", "zanzibar"
FORMATS = ("md", "csv", "tex", "html", "json")


@pytest.fixture
def items(folders: Folders, tmp_path: Path) -> Path:
    """The items of `meeting`: people, words and file with names that are found again."""
    assert folders.scenarios is not None
    lines = (folders.scenarios / "items" / "meeting.jsonl").read_text().splitlines()
    made = [json.loads(line) for line in lines]
    for number, item in enumerate(made):
        item["speech"] = f"I would say {SPOKEN} {number}."
        item["subject"] = f"{SUBJECT}-{item['subject']}"
        item["terms"] = "restricted"
    file = tmp_path / f"{FILE}.jsonl"
    file.write_text("\n".join(map(json.dumps, made)))
    return file
