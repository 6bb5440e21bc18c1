"""Golden files compared with what is made now; what is volatile in both is put out of sight first."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VOLATILE = frozenset(
    {
        *("created", "commit", "versions", "latency_s", "base_url", "model_facts", "folder", "path", "page"),
        *("templates", "sha256", "prompt_sha256", "refusal_phrases", "bytes", "schema", "dropped_parameters"),
    }
)
"""Keys of JSON whose values differ from run to run, or that are to change on purpose."""

RUN_ID = re.compile(r"\d{8}T\d{6}Z_[A-Za-z0-9._+-]+")
"""Name of a run's folder wherever it stands in a text."""
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?")
SHOWN = 30
"""Differences that a message lists."""


@dataclass(frozen=True)
class Golden:
    """The golden files of a folder."""

    folder: Path
    """Where they lie."""
    remake: bool
    """Write them instead of comparing."""

    def text(self, name: str, made: str) -> None:
        """Fail where a text is not the golden one, but for run ids and times."""
        made = without_volatile_words(made)
        path = self._ready(name)
        if self.remake:
            path.write_text(made, encoding="utf-8")
        wanted = path.read_text(encoding="utf-8")
        assert made == wanted, f"{name} is not what it was"

    def rows(self, name: str, made: str, tolerance: float = 1e-6) -> None:
        """Fail where a cell of CSV is not the golden one; numbers may differ by the tolerance."""
        made = without_volatile_words(made)
        path = self._ready(name)
        if self.remake:
            path.write_text(made, encoding="utf-8")
        wanted = _table(path.read_text(encoding="utf-8"))
        _fail_if(name, list(differences(wanted, _table(made), tolerance)))

    def values(self, name: str, made: object, tolerance: float = 1e-6) -> None:
        """Fail where a value of JSON is not the golden one; numbers may differ by the tolerance."""
        made = rounded(without_volatile_values(made))
        path = self._ready(name)
        if self.remake:
            path.write_text(_one_key_a_line(made), encoding="utf-8")
        wanted = json.loads(path.read_text(encoding="utf-8"))
        _fail_if(name, list(differences(wanted, json.loads(json.dumps(made)), tolerance)))

    def _ready(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def _fail_if(name: str, found: list[str]) -> None:
    more = f"\n… and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    assert not found, f"{name} is not what it was:\n" + "\n".join(found[:SHOWN]) + more


def _table(text: str) -> list[list[object]]:
    return [[_number(cell) for cell in row] for row in csv.reader(text.splitlines())]


def _number(cell: str) -> object:
    try:
        return float(cell)
    except ValueError:
        return cell


def _one_key_a_line(made: object) -> str:
    """JSON that is small and that a diff can read: objects of a list on a line each."""
    if isinstance(made, list):
        return "[\n" + ",\n".join(map(_line, made)) + "\n]\n"
    assert isinstance(made, dict)
    lines = []
    for key, value in sorted(made.items()):
        many = isinstance(value, list) and value and isinstance(value[0], dict)
        lines.append(f"{json.dumps(key)}: {_one_key_a_line(value).rstrip() if many else _line(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def rounded(value: object) -> Any:
    """JSON with eight significant digits, which is finer than any tolerance here."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return float(f"{value:.8g}") if isinstance(value, float) else value


def without_volatile_words(text: str) -> str:
    """A text with its run ids and times replaced."""
    return TIME.sub("TIME", RUN_ID.sub("RUN", text))


def without_volatile_values(value: object) -> Any:
    """JSON without the keys that differ from run to run."""
    if isinstance(value, Mapping):
        kept = {key: one for key, one in value.items() if key not in VOLATILE}
        return {key: without_volatile_values(one) for key, one in kept.items()}
    if isinstance(value, list | tuple):
        return [without_volatile_values(one) for one in value]
    return without_volatile_words(value) if isinstance(value, str) else value


def differences(wanted: object, made: object, tolerance: float, where: str = "") -> Iterator[str]:
    """A line for every place where two values of JSON differ; a new key that says nothing yet is none."""
    if isinstance(wanted, dict) and isinstance(made, dict):
        for key in sorted({*wanted, *(key for key, value in made.items() if value)}):
            yield from differences(wanted.get(key, "—"), made.get(key, "—"), tolerance, f"{where} · {key}")
    elif isinstance(wanted, list) and isinstance(made, list) and len(wanted) == len(made):
        for n, (one, other) in enumerate(zip(wanted, made, strict=True)):
            yield from differences(one, other, tolerance, f"{where}[{n}]")
    elif not _same(wanted, made, tolerance):
        yield f"{where.removeprefix(' · ')}: was {str(wanted)[:90]}, is {str(made)[:90]}"


def _same(wanted: object, made: object, tolerance: float) -> bool:
    numbers = (int, float)
    if isinstance(wanted, bool) or isinstance(made, bool):
        return wanted is made
    if isinstance(wanted, numbers) and isinstance(made, numbers):
        both_nan = math.isnan(wanted) and math.isnan(made)
        return both_nan or math.isclose(wanted, made, rel_tol=tolerance, abs_tol=tolerance)
    return wanted == made
