"""`mgllm vocabulary list|show`: the names of movements, for annotators and for `--map`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand, PlainGroup
from mgllm.cli.printing import echo, echo_wrapped, print_json, print_made

if TYPE_CHECKING:
    from mgllm.cues.vocabularies import GestureClass, Vocabulary

commands = typer.Typer(cls=PlainGroup, help="Names of movements: list or show them.", rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.add_typer(commands, name="vocabulary", rich_help_panel=o.ITEMS)


@commands.command("list", cls=PlainCommand)
def list_vocabularies(json: o.Json = False) -> None:
    """List the gesture vocabularies."""
    from mgllm.cues.vocabularies import load_vocabulary, vocabulary_names

    found = [load_vocabulary(name) for name in vocabulary_names()]
    if json:
        facts = [
            {"name": one.name, "noun": one.noun, "source": one.source, "classes": len(one.classes)}
            for one in found
        ]
        print_json(facts)
        return
    for one in found:
        echo_wrapped(f"{one.name:<8} {len(one.classes)} {one.noun}: {one.source}", hang=9)


@commands.command("show", cls=PlainCommand)
def show(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Name of the vocabulary.")] = None,
    json: o.Json = False,
) -> None:
    """Show the names of a vocabulary (imigue unless you name another) with what they mean."""
    from mgllm.cues.vocabularies import DEFAULT, load_vocabulary

    print_made(load_vocabulary(name or DEFAULT), _print_vocabulary, as_json=json)


def _print_vocabulary(one: Vocabulary) -> None:
    """The names under their parts of the body, and the groups that a recogniser may answer."""
    echo_wrapped(f"{one.name}: {len(one.classes)} {one.noun} ({one.source})", hang=2)
    parts: dict[str, list[GestureClass]] = {}
    for known in one.classes:
        parts.setdefault(known.group or "", []).append(known)
    for part, classes in parts.items():
        echo(f"\n{part}:" if part else "")
        for known in classes:
            gloss = f": {known.gloss}" if known.gloss else ""
            echo_wrapped(f"  {known.label}{gloss}", hang=6)
    if one.groups:
        echo("\nGroups, where a recogniser is not sure which:")
    for group in one.groups:
        echo_wrapped(f"  {group.label}: {'; '.join(group.members)}", hang=6)
