"""What `--help` prints: options under headings, defaults, names to choose from, examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from mgllm.cli.printing import echo, wrapped
from mgllm.cli.usage import in_words, unknown_command, value_name

NAMES_WIDTH = 26
"""Longest name of an option that has its text beside it."""
FEW = 9
"""A command with fewer options needs no headings."""
OPTIONS = "Options"
SHOWN_AS_VARIABLE = ("limit", "results", "seed")
"""Options that show how a variable is set: people set these for several commands."""
HEADINGS = (
    *("What is compared", "What is asked", "What is read", "Which clips", "Cues", "Model and server"),
    *("Asking and scoring", "Network and views", "Training", "Testing", "Limits and cost"),
    *("Tables and plots", "Files", "Output", OPTIONS),
)
"""The order in which headings of options stand."""


class Row(NamedTuple):
    """A name and what it means."""

    name: str
    text: str


class PlainCommand(TyperCommand):
    """A command whose help and errors are ours."""

    def get_help(self, ctx: Any) -> str:
        """The page that `--help` prints."""
        return command_page(self, ctx)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of the command line; what cannot be read is said in our words."""
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            raise in_words(error, ctx) from None


class PlainGroup(TyperGroup):
    """A group of commands whose help and errors are ours; alone, it prints its help."""

    def get_help(self, ctx: Any) -> str:
        """The page that `--help` prints."""
        return group_page(self, ctx)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of the command line; without any, print the help."""
        if not args and not ctx.resilient_parsing:
            echo(self.get_help(ctx))
            ctx.exit()
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            raise in_words(error, ctx) from None

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that the first word names."""
        if args and args[0] not in self.commands and not ctx.resilient_parsing:
            raise unknown_command(args[0], ctx)
        return super().resolve_command(ctx, args)


def command_page(command: Any, ctx: Any) -> str:
    """The help of a command."""
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.get_params(ctx) if one.param_type_name == "option" and not one.hidden]
    words = [_usage_word(one) for one in arguments]
    path = command_path(ctx)
    lines = [
        *_usage(ctx, [*words, "[OPTIONS]"]),
        *_paragraph(command.help or ""),
        *_section("Arguments", [Row(value_name(one), _text(one, path)) for one in arguments]),
    ]
    for heading, rows in _under_headings(options, path):
        lines += _section(heading, rows)
    return "\n".join([*lines, *_examples(path), *_variables(options)])


def group_page(group: Any, ctx: Any) -> str:
    """The help of a group: its commands, whole."""
    commands = [(name, one) for name, one in group.commands.items() if not one.hidden]
    path = command_path(ctx)
    options = [one for one in group.get_params(ctx) if one.param_type_name == "option" and not one.hidden]
    lines = [*_usage(ctx, ["COMMAND", "…"]), *_paragraph(group.help or "")]
    headings = list(dict.fromkeys(one.rich_help_panel for _, one in commands))
    for heading in headings:
        rows = [Row(name, one.help or "") for name, one in commands if one.rich_help_panel == heading]
        lines += _section(heading or "Commands", rows)
    if not path:
        lines += _section(OPTIONS, [Row(_names(one), _text(one, path)) for one in options])
    lines += _examples(path)
    closing = f"{ctx.command_path} COMMAND --help shows what a command takes."
    return "\n".join([*lines, *_paragraph(closing)])


def command_path(ctx: Any) -> str:
    """A command's name with those of its groups: `recognizer evaluate`."""
    return str(ctx.command_path.partition(" ")[2])


def _under_headings(options: list[Any], path: str) -> Iterator[tuple[str, list[Row]]]:
    """Options by heading; few of them need none."""
    if len(options) < FEW:
        yield OPTIONS, [Row(_names(one), _text(one, path)) for one in options]
        return
    others = [heading for heading in map(_heading, options) if heading not in HEADINGS]
    for heading in (*HEADINGS, *dict.fromkeys(others)):
        rows = [Row(_names(one), _text(one, path)) for one in options if _heading(one) == heading]
        if rows:
            yield heading, rows


def _heading(option: Any) -> str:
    return str(option.rich_help_panel or "Output")


def _names(option: Any) -> str:
    """`-o, --out FOLDER`."""
    value = "" if option.is_flag else f" {value_name(option)}"
    return ", ".join(sorted(option.opts, key=len)) + value


def _text(parameter: Any, path: str) -> str:
    """What a parameter does, the names it takes, and what holds where it is left out."""
    from mgllm.cli.choices import choices  # reads files: only where help is asked for

    if parameter.name == "help":
        return "Show this page."
    text = (parameter.help or "").rstrip()
    text = f"{text} {choices(path, parameter.name)}".strip()
    default = parameter.show_default if isinstance(parameter.show_default, str) else ""
    if default:
        text += f" [default: {default}]"
    elif parameter.required and isinstance(parameter, TyperOption):
        text += " [required]"
    return f"{text} [variable: {parameter.envvar}]" if _own_variable(parameter) else text


def _own_variable(parameter: Any) -> bool:
    """Whether its variable is not called as it is."""
    flag = max(parameter.opts, key=len).lstrip("-").replace("-", "_").upper()
    return isinstance(parameter.envvar, str) and parameter.envvar != f"MGLLM_{flag}"


def _usage_word(argument: Any) -> str:
    word = value_name(argument)
    return word if argument.required or word.startswith("[") else f"[{word}]"


def _usage(ctx: Any, words: list[str]) -> list[str]:
    return _wrapped(f"Usage: {' '.join([ctx.command_path, *words])}", "", "  ")


def _paragraph(text: str) -> list[str]:
    return ["", *_wrapped(text, "", "")] if text else []


def _section(heading: str, rows: list[Row]) -> list[str]:
    if not rows:
        return []
    column = min(max(len(row.name) for row in rows), NAMES_WIDTH) + 4
    lines = ["", f"{heading}:"]
    for name, text in rows:
        start = f"  {name}".ljust(column)
        beside = len(start) <= column and bool(text)
        lines += [] if beside else [start.rstrip()]
        lines += _wrapped(text, start if beside else " " * column, " " * column) if text else []
    return lines


def _examples(path: str) -> list[str]:
    from mgllm.cli.examples import EXAMPLES

    lines = [line for one in EXAMPLES.get(path, ()) for line in _example(one.command, one.what)]
    return ["", "Examples:", *lines] if lines else []


def _example(command: str, what: str) -> list[str]:
    """A command as it is typed; a long one goes on after a backslash."""
    lines = [line.rstrip("\0") for line in _wrapped(command.replace(" ", "\0\0 "), "    ", "        ")]
    lines = [line.replace("\0\0", "") for line in lines]
    return [*_wrapped(what, "  ", "  "), *[f"{line} \\" for line in lines[:-1]], lines[-1]]


def _variables(options: Iterable[Any]) -> list[str]:
    """How options are set once for all."""
    known = [one for one in options if isinstance(one.envvar, str) and not one.is_flag]
    if not known:
        return []
    one = next((one for name in SHOWN_AS_VARIABLE for one in known if one.name == name), known[0])
    flag = max(one.opts, key=len)
    said = f"Every option is also a variable: {flag} {value_name(one)} is {one.envvar}={value_name(one)}."
    return _paragraph(said)


def _wrapped(text: str, first: str, other: str) -> list[str]:
    return wrapped(" ".join(text.split()), other, first)
