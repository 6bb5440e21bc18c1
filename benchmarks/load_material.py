"""Made-up work for `api_load.py`: a scenario, its templates, items, and the same prompts as bare
requests.

python benchmarks/load_material.py FOLDER ITEMS
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from mgllm.seeds import stream

SCENARIO = """\
name: load
version: 1
title: Load
question: Did the speaker win or lose the match?
labels:
  - {id: win, text: won, cloze: " won"}
  - {id: lose, text: lost, cloze: " lost"}
prompts: {chat: load.j2}
ethics: Made-up load for timing; says nothing about people.
"""
CHAT = """\
{% block system %}You read what a person says and how the person moves.{% endblock %}
{% block user %}
{{ question }}

{% include "_speech.j2" %}
{% include "_cues.j2" %}

Answer with one of these words and nothing else: {% for label in labels %}{{ label.text }} {% endfor %}
{% endblock %}
"""
SPEECH = "{% for turn in speech %}{{ turn.speaker }}: {{ turn.text }}\n{% endfor %}"
CUES = """\
{% if cues %}
{{ cues.heading }}
{{ cues.definition }}
{% if cues.lines %}{% for line in cues.lines %}- {{ line }}
{% endfor %}{% else %}{{ cues.nothing }}
{% endif %}
{% endif %}
"""
TEXT = (
    "the ball came back and I thought that it was out but nobody said so we went on and then the rain began "
    "to fall which made it slow for both of us although I like it like that when the crowd is loud"
)
GESTURES = ("Touching or scratching neck", "Pressing lips", "Crossing fingers", "Head up", "Folding arms")
SPEECH_WORDS = 270
"""With the frame and the gestures about 400 tokens of the usual tokenizers."""
SUBJECTS = 50


def write_material(folder: Path, items: int) -> None:
    """Fill a folder: scenarios/, prompts/, items.jsonl, requests.jsonl (two an item)."""
    for name, text in {
        "scenarios/load.yaml": SCENARIO,
        "prompts/load.j2": CHAT,
        "prompts/_speech.j2": SPEECH,
        "prompts/_cues.j2": CUES,
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    rows = [_item(n) for n in range(items)]
    (folder / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    requests = [_messages(row, told=told) for row in rows for told in (False, True)]
    (folder / "requests.jsonl").write_text("".join(json.dumps(request) + "\n" for request in requests))


def _item(n: int) -> dict[str, object]:
    draw = stream(0, "load", n)
    words = TEXT.split()
    speech = " ".join(words[i] for i in draw.integers(len(words), size=SPEECH_WORDS))
    starts = sorted(float(x) for x in draw.integers(0, 500, size=4))
    gestures = [
        {"label": GESTURES[int(draw.integers(len(GESTURES)))], "start": s / 10, "end": s / 10 + 1.5}
        for s in starts
    ]
    return {
        "id": f"item-{n:05d}",
        "subject": f"s{n % SUBJECTS:02d}",
        "target": ("win", "lose")[n // SUBJECTS % 2],
        "speech": f"{speech} {n}",
        "gestures": {"annotated": {"gestures": gestures}},
    }


def _messages(row: dict[str, object], *, told: bool) -> list[dict[str, str]]:
    """About the prompt that mgllm would send."""
    lines = f"\nMicro-gestures seen: {json.dumps(row['gestures'])}" if told else ""
    asked = (
        f"Did the speaker win or lose the match?\n\nSpeaker: {row['speech']}{lines}\n\nAnswer won or lost."
    )
    system = "You read what a person says and how the person moves."
    return [{"role": "system", "content": system}, {"role": "user", "content": asked}]


if __name__ == "__main__":
    write_material(Path(sys.argv[1]), int(sys.argv[2]))
