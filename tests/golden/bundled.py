"""Copies of the bundled scenarios with other cue settings, or with items that have more to tell."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
"""Of the checkout; `scenarios/` and `prompts/` stand in it."""
SCENARIOS = ("deception", "emotion", "interview")


def copy_scenarios(to: Path, cue: Mapping[str, object], *, rich: bool = False) -> Path:
    """Copy the bundled scenarios; `cue` replaces settings, `rich` adds turns and recognised gestures."""
    shutil.copytree(ROOT / "scenarios", to)
    for name in SCENARIOS:
        path = to / f"{name}.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        content["cue"] = {**content.get("cue", {}), **cue}
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        if rich:
            _enrich(to / "items" / f"{name}.jsonl")
    return to


def _enrich(path: Path) -> None:
    items = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("".join(json.dumps(_enriched(item)) + "\n" for item in items), encoding="utf-8")


def _enriched(item: dict[str, Any]) -> dict[str, Any]:
    """The item with its speech as timed turns, and a recogniser's view of its gestures."""
    annotated = item["gestures"]["annotated"]
    sentences = re.split(r"(?<=[.!?]) ", item["speech"])
    length = annotated["duration"] / len(sentences)
    turns = [
        {"speaker": ("host", "guest")[n % 2], "text": text, "start": n * length, "end": (n + 0.9) * length}
        for n, text in enumerate(sentences)
    ]
    seen = [
        {**gesture, "confidence": round(0.2 + 0.17 * n % 0.8, 2)}
        for n, gesture in enumerate(annotated["gestures"][::-1][:4])
    ]
    seen.sort(key=lambda gesture: gesture["start"])
    recognized = {**annotated, "gestures": seen, "exposure": "held_out"}
    return {**item, "speech": turns, "gestures": {"annotated": annotated, "recognized": recognized}}
