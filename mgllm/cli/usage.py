"""Words that the command line cannot read: one line that says what is wrong, and where help is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

from mgllm.errors import InputError, nearest

TYPES = {int: "N", float: "X", Path: "FILE", str: "TEXT"}
"""What a value is called where its option has no better word."""
ELSEWHERE = 3
"""So many other commands are named that have an option; of one that many have, none is meant."""


def value_name(parameter: Any) -> str:
    """What a parameter's value is called: FILE, N …"""
    if parameter.metavar:
        return str(parameter.metavar)
    annotation = parameter.type_descriptor.annotation
    if get_origin(annotation) is list:
        annotation = get_args(annotation)[0]
    is_option = parameter.param_type_name == "option"
    return TYPES.get(annotation, "TEXT") if is_option else str(parameter.name).upper()


def in_words(error: Any, ctx: Any) -> InputError:
    """A usage error of the library, in our words.

    Args:
        error: what it raised.
        ctx: of the command that was read.
    """
    if hasattr(error, "option_name"):
        known = _options(ctx.command, ctx)
        message = _no_value(error, known) if error.option_name in known else _no_option(error, ctx)
    elif getattr(error, "param", None) is not None:
        message = _bad_value(error, ctx) if error.message else _missing(error.param)
    elif "unexpected extra" in error.message:
        message = f"{error.message.rpartition('(')[2].split()[0].rstrip(')')!r} is one word too many"
    elif "Missing command" in error.message:
        message = "a command is missing"
    else:
        message = error.message.rstrip(".")
    return InputError(_with_help(message, ctx))


def unknown_command(word: str, ctx: Any) -> InputError:
    """There is no such command in this group."""
    names = list(ctx.command.commands)
    elsewhere = [path for path in _paths(ctx.find_root().command) if path.split()[-1] == word]
    near = nearest(word, names)
    meant = f"{ctx.command_path} {near}" if near else f"mgllm {elsewhere[0]}" if elsewhere else ""
    guess = f" Did you mean '{meant}'?" if meant else f" Known: {', '.join(names)}."
    what = "option" if word.startswith("-") else "command"
    return InputError(_with_help(f"unknown {what} '{word}'.{guess}", ctx))


def _with_help(message: str, ctx: Any) -> str:
    end = "" if message.endswith((".", "?")) else "."
    return f"{message}{end} Try: {ctx.command_path} --help"


def _no_option(error: Any, ctx: Any) -> str:
    """An unknown option: what is near it here, or the commands that have it."""
    name = error.option_name
    root = ctx.find_root().command
    others = [path for path, command in _commands(root) if name in _options(command, ctx)]
    if 0 < len(others) <= ELSEWHERE and name.startswith("--"):
        *first, last = (f"mgllm {path}" for path in others)
        which = f"{', '.join(first)} and {last}" if first else last
        return f"{ctx.command_path} has no option {name}; it is an option of {which}."
    near = nearest(name, [one for one in _options(ctx.command, ctx) if one.startswith("--")])
    guess = f" Did you mean {near}?" if near else ""
    return f"{ctx.command_path} has no option {name}.{guess}"


def _no_value(error: Any, known: dict[str, Any]) -> str:
    if known[error.option_name].is_flag:
        return f"{error.option_name} takes no value"
    return f"{error.option_name} needs a value: {error.option_name} {value_name(known[error.option_name])}"


def _bad_value(error: Any, ctx: Any) -> str:
    """A value of the wrong kind, from the command line or from its variable."""
    cause = error.__cause__
    source = ctx.get_parameter_source(error.param.name)
    name = _shown(error.param)
    if source is not None and source.name == "ENVIRONMENT":
        name = f"{error.param.envvar} (the variable of {name})"
    if cause is None or not hasattr(cause, "errors"):
        return f"{name}: {error.message}"
    from mgllm.records.wanted import wanted  # its folder is heavy, and help must be quick

    problem = cause.errors(include_url=False)[0]
    return f"{name} {wanted(problem)}, not {problem['input']!r:.60}"


def _missing(parameter: Any) -> str:
    said = (parameter.help or "").rstrip(".")
    return f"{_shown(parameter)} is missing" + (f" ({said[:1].lower()}{said[1:]})" if said else "")


def _shown(parameter: Any) -> str:
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return value_name(parameter)


def _options(command: Any, ctx: Any) -> dict[str, Any]:
    return {
        name: one for one in command.get_params(ctx) if one.param_type_name == "option" for name in one.opts
    }


def _commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command below a group, by its path."""
    for name, command in group.commands.items():
        path = f"{before} {name}".strip()
        if hasattr(command, "commands"):
            yield from _commands(command, path)
        else:
            yield path, command


def _paths(group: Any) -> list[str]:
    return [path for path, _ in _commands(group)]
