"""`mgllm scenario new`: a scenario that works at once, to be changed step by step."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from mgllm.errors import InputError
from mgllm.prompts.scenarios import Folders, scenario_names
from mgllm.records import Gesture, GestureTranscript, Item, Turn

_YAML = """\
# A scenario is this form, filled in. To find what is not right yet, without asking a model:
#   mgllm scenario check {name} --scenarios {scenarios} --prompts {prompts}
name: {name}
version: 1                       # raise it with every change that can move numbers
title: {title}
question: What does the speaker think of the plan?
labels:                          # id: in items; text: offered to chat models; cloze: continues a cloze prompt
  - {{id: agrees, text: agrees, cloze: " in favour"}}
  - {{id: objects, text: objects, cloze: " against"}}
prompts: {{chat: {name}.j2, cloze: {name}_cloze.j2}}
items: items/{name}.jsonl
ethics: >-
  Made-up example. Numbers are about groups in research, never a verdict on a person.
"""

_CHAT = """\
{% block system %}
You read what a person says and how the person moves.
{% endblock %}
{% block user %}
{{ question }}

{% include "_speech.j2" %}
{% include "_cues.j2" %}

{% if reasoning == "chain_of_thought" %}
Think step by step, briefly. Then write a last line "Answer: " with one of these words and nothing else:
{% else %}
Answer with one of these words and nothing else:
{% endif %}
{% for label in labels %}
{{ label.text }}
{% endfor %}
{% endblock %}
"""

_CLOZE = """\
{% block user %}
{{ question }}

{% include "_speech.j2" %}
{% include "_cues.j2" %}

The speaker is{% endblock %}
"""


def new_scenario(name: str, folders: Folders) -> tuple[Path, ...]:
    """Write a scenario, its templates and four items into the user's folders.

    Returns:
        The files written.

    Raises:
        InputError: the name does not fit or is a bundled scenario's, or a file already exists.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        bare = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
        usable = re.sub(r"[^a-z0-9_]+", "-", bare).strip("-_")
        proposal = f". Try: mgllm scenario new {usable}" if usable else ""
        raise InputError(
            f"'{name}' is not a name for a scenario; use lower-case letters, digits, - and _{proposal}"
        )
    if name in scenario_names(Folders()):
        raise InputError(f"'{name}' is a bundled scenario; choose another name")
    scenarios = folders.scenarios or Path("scenarios")
    prompts = folders.prompts or Path("prompts")
    files = {
        scenarios / f"{name}.yaml": _YAML.format(
            name=name, title=name.replace("-", " ").capitalize(), scenarios=scenarios, prompts=prompts
        ),
        prompts / f"{name}.j2": _CHAT,
        prompts / f"{name}_cloze.j2": _CLOZE,
        scenarios / "items" / f"{name}.jsonl": _items(name),
    }
    for path in files:
        if path.exists():
            raise InputError(f"{path} already exists; nothing was written. Choose another name or folder")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tuple(files)


def _items(name: str) -> str:
    said = {"p1": "Well, let us see how it goes then.", "p2": "If everybody wants it that way, fine."}
    moved = {
        ("p1", "agrees"): ("head up", "sitting straightly"),
        ("p1", "objects"): ("folding arms", "pressing lips"),
        ("p2", "agrees"): ("moving torso",),
        ("p2", "objects"): ("touching or scratching neck", "folding arms"),
    }
    lines: list[str] = []
    for (subject, target), labels in moved.items():
        gestures = tuple(
            Gesture(label=label, start=1.0 + 2 * nth, end=2.2 + 2 * nth) for nth, label in enumerate(labels)
        )
        item = Item(
            id=f"{name}-{subject}-{len(lines) + 1}",
            subject=subject,
            target=target,
            speech=(Turn(text=said[subject]),),
            gestures={"annotated": GestureTranscript(gestures=gestures, duration=8.0)},
            covariates={"made_up": True},
        )
        lines.append(item.model_dump_json(exclude_defaults=True))
    return "\n".join(lines) + "\n"
