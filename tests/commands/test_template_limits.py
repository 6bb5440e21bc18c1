"""A template that costs too much is refused alike by every command that renders it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.commands._options import from_flat
from mgllm.commands.check import check_scenario
from mgllm.commands.dry_run import dry_run
from mgllm.commands.human_export import human_export
from mgllm.commands.render import render_item
from mgllm.errors import InputError
from mgllm.experiment.options import RunOptions
from mgllm.prompts.scenarios import Folders
from mgllm.testing.planted import planted_items

HOSTILE = {
    "replace": "{{ 'a'" + "|replace('a', 'aaaaaaaaaa')" * 30 + " }}",
    "loops": "{% for a in question %}{% for b in question %}{% include 'loops.j2' %}{% endfor %}{% endfor %}",
    "parentheses": "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "conditions": "{% if 1 %}" * 500 + "{% endif %}" * 500,
}
COMMANDS: dict[str, Callable[[RunOptions, dict[str, Any], Path], object]] = {
    "render": lambda options, flat, out: render_item("meeting", None, options),
    "check": lambda options, flat, out: check_scenario("meeting", options),
    "dry run": lambda options, flat, out: dry_run(options),
    "run": lambda options, flat, out: mgllm.run(**flat),
    "human export": lambda options, flat, out: human_export(options, 6, out),
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_all_say_the_same(
    attack: str, meeting: dict[str, Any], folders: Folders, shelve: Any, tmp_path: Path
) -> None:
    assert folders.prompts is not None
    shelve()
    template = folders.prompts / "meeting.j2"
    template.write_text(template.read_text().replace("{{ question }}", "{{ question }}" + HOSTILE[attack]))
    (folders.prompts / "loops.j2").write_text(
        "{% for a in question %}{% for b in question %}{% endfor %}{% endfor %}"
    )
    items = planted_items(tmp_path / "items.jsonl", ("agrees", "objects"), subjects=8, per_subject=2)
    flat = meeting | {"items": str(items)}
    said = set()
    for name, command in COMMANDS.items():
        with pytest.raises(InputError) as caught:
            command(from_flat(flat), flat, tmp_path / name)
        said.add(str(caught.value))
    assert len(said) == 1
    assert said.pop().startswith(str(template))
