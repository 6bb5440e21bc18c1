"""The Typer application, and what becomes of errors."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer

from mgllm.cli.help import PlainGroup
from mgllm.cli.printing import echo
from mgllm.cli.signals import INTERRUPTED, Ends, ends_heard, leave_at_once_from_now
from mgllm.cli.terminal import prepare
from mgllm.disk.writing import NO_ROOM
from mgllm.errors import Interrupted, MgllmError
from mgllm.experiment.versions import __version__

USAGE = 2
GARBAGE_THRESHOLD = 100_000
"""New objects between two searches of the garbage collector. A run makes many small values that
live to its end; at Python's default of 700 the collector looks at them again and again, for a tenth
of a run's time."""

COMMANDS = (
    "run",
    "results",
    "pages",
    "verify",
    "human",
    "scenarios",
    "convert",
    "items",
    "item_sets",
    "references",
    "vocabulary",
    "models",
    "recognizer",
    "recognizer_testing",
    "recognizer_recordings",
    "synth",
    "transcribe",
    "listen",
)
"""Modules of `mgllm.cli`, in the order of `mgllm --help`; each registers its commands."""

ABOUT = "Does body language help a language model to understand people? Micro-gestures as text, measured."
HELP = ("-h", "--help")

app = typer.Typer(
    name="mgllm",
    cls=PlainGroup,
    help=ABOUT,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": list(HELP)},
)


def _version(wanted: bool) -> None:
    if wanted:
        echo(f"mgllm {__version__}")
        raise typer.Exit


@app.callback(help=ABOUT)
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[
        bool,
        typer.Option("--debug", help="Show where an error arose, and what other libraries say."),
    ] = False,
) -> None:
    """See `ABOUT`, which is the help."""


for name in COMMANDS:
    import_module(f"mgllm.cli.{name}").register(app)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every error is one line on stderr, its trace only with `--debug`."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    gc.set_threshold(GARBAGE_THRESHOLD)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    prepare(debug=debug)
    with ends_heard() as ends:
        code = _run(words, ends, debug=debug)
    _leave(code)


def _run(words: list[str], ends: Ends, *, debug: bool) -> int:
    """Run a command; return its exit code."""
    try:
        code = _help(words) or _command()(words, standalone_mode=False, prog_name="mgllm")
        if code == INTERRUPTED:  # Typer has caught Ctrl-C
            raise KeyboardInterrupt
    except (KeyboardInterrupt, Interrupted) as error:
        leave_at_once_from_now()
        _say(f"{ends.how}{_after_interrupt(words, error)}")
        return ends.exit_code
    except Exception as error:
        if debug:
            raise
        return _explain(error)
    return code if isinstance(code, int) else 0


@cache
def _command() -> Any:
    """All commands with their options, made once in a process."""
    return typer.main.get_command(app)


def _help(words: list[str]) -> str | None:
    """Print the help if it is asked for: at once, since to read the other words takes longer than
    it may.
    """
    asked = [word for word in words[: words.index("--")] if word in HELP] if "--" in words else words
    if not set(HELP) & set(asked):
        return None
    command = _command()
    context = command.context_class(command, info_name="mgllm", help_option_names=list(HELP))
    for word in words:
        below = getattr(context.command, "commands", {}).get(word)
        if below is None:
            if not word.startswith("-") and hasattr(context.command, "commands"):
                return None  # an unknown command: that is said first
            break
        context = below.context_class(below, info_name=word, parent=context)
    echo(context.command.get_help(context))
    return "help"


def _after_interrupt(words: list[str], error: BaseException) -> str:
    """What is kept after an interrupt, and how to go on."""
    if str(error):
        return f"; {error}"
    if words[:2] == ["recognizer", "pretrain"]:
        return "; finished epochs are kept. Go on with the same command and --resume"
    return ""


def _explain(error: Exception) -> int:
    """Print one line; return the exit code."""
    if isinstance(error, MgllmError):
        _say(str(error))
        return error.exit_code
    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, typer.Abort):
        _say("aborted")
        return INTERRUPTED
    if isinstance(error, typer.TyperException):  # what `help.PlainCommand` did not see
        _say(f"{error.format_message()} Try: mgllm --help")
        return USAGE
    return _explain_foreign(error)


def _explain_foreign(error: Exception) -> int:
    """The same for errors that nobody expected here."""
    if isinstance(error, BrokenPipeError):
        return 0
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        what = error.filename or "the output"
        _say(f"{what} cannot be written: {error.strerror}; make room on the disk and give the command again")
        return USAGE
    _say(f"internal error, please report it: {type(error).__name__}: {error}. --debug shows the trace")
    return 1


def _say(line: str) -> None:
    with suppress(OSError):  # the terminal was closed
        echo(f"mgllm: {' '.join(line.split(chr(10)))}", err=True)


def _leave(code: int) -> None:
    """Leave, quietly also where the reader of stdout has gone (`| head`)."""
    try:
        sys.stdout.flush()
    except OSError:  # nobody reads it, or it is a file on a full disk
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(code)
