"""The questions that animals are made for: bundled scenarios with other labels, written into a
folder."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from mgllm.prompts.scenarios import bundled_folder

BUNDLED = {"deception": ("truthful", "deceptive"), "emotion": ("win", "lose")}
"""Bundled scenarios, which need not be written, and their labels."""
INVENTED = {
    "zoo-calm": ("calm", "hesitant"),
    "zoo-ashamed": ("ashamed", "proud"),
    "zoo-tense": ("truthful", "tense"),
    "zoo-winner": ("win", "winner"),
    "zoo-non": ("deceptive", "non-deceptive"),
    "zoo-relaxed": ("relaxed", "reserved"),
    "zoo-joy-zh": ("喜悦", "悲伤"),
    "zoo-joy-ja": ("嬉しい", "悲しい"),
    "zoo-joy-ko": ("기쁨", "슬픔"),
    "zoo-joy-th": ("สงบ", "เครียด"),
    "zoo-win-hi": ("जीत", "हार"),
    "zoo-calm-he": ("רגוע", "לחוץ"),
    "zoo-calm-ar": ("هادئ", "متوتر"),
    "zoo-faces": ("😀", "😢"),
    "zoo-honest-de": ("ehrlich", "gelogen"),
    "zoo-honest-fr": ("sincère", "trompeur"),
    "zoo-honest-es": ("sincera", "falsa"),
    "zoo-honest-it": ("sincera", "ambigua"),
    "zoo-honest-pt": ("honesta", "falsa"),
    "zoo-honest-nl": ("eerlijk", "oneerlijk"),
    "zoo-honest-pl": ("szczera", "fałszywa"),
    "zoo-honest-ru": ("искренний", "лживый"),
    "zoo-honest-tr": ("dürüst", "yalancı"),
    "zoo-ten": (
        *("pride", "prejudice", "anger", "angst", "calm", "care"),
        *("shame", "shock", "interest", "indifference"),
    ),
}
"""Labels of the scenarios that are written, by name. Two sets have words with the same beginning:
an API's tokens cannot distinguish them, so they are offered as letters."""
_ITEMS = 4


def labels_of(name: str) -> tuple[str, ...]:
    """The labels of a question, as a chat prompt offers them."""
    return BUNDLED[name] if name in BUNDLED else INVENTED[name]


def write_scenarios(folder: Path) -> list[Path]:
    """Write every invented scenario with its items into a folder; returns the YAML files."""
    return [_write(name, folder) for name in INVENTED]


def _write(name: str, folder: Path) -> Path:
    (folder / "items").mkdir(parents=True, exist_ok=True)
    pattern = bundled_folder("scenarios") / "deception.yaml"
    scenario = yaml.safe_load(pattern.read_text(encoding="utf-8"))
    labels = labels_of(name)
    scenario |= {
        "name": name,
        "title": f"{name}, a question of the zoo",
        "question": "Which of these fits the person best?",
        "labels": [{"id": text, "text": text, "cloze": f" {text}"} for text in labels],
        "prompts": {"chat": "wording.j2"},
        "items": f"items/{name}.jsonl",
    }
    scenario["text"] = {name: text for name, text in scenario["text"].items() if "cloze" not in name}
    del scenario["paraphrases"]
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(scenario, allow_unicode=True, sort_keys=False), encoding="utf-8")
    (folder / "items" / f"{name}.jsonl").write_text(_items(labels), encoding="utf-8")
    return path


def _items(labels: tuple[str, ...]) -> str:
    """Bundled items with these targets, as lines of JSON."""
    source = bundled_folder("scenarios") / "items" / "deception.jsonl"
    items = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()[:_ITEMS]]
    lines = [{**item, "target": labels[at % len(labels)]} for at, item in enumerate(items)]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
