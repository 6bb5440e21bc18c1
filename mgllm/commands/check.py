"""`mgllm scenario check`: YAML, templates, items and the integrity of the arms, without a model.

Everything is done in a child process with limits of time and memory, beside those that templates
have everywhere: others may have written what is checked.
"""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing.connection import Connection

from mgllm.errors import InputError
from mgllm.experiment.checking import CheckReport, check_here
from mgllm.experiment.options import RunOptions

SECONDS = 60
"""Limit of a check: the bundled scenarios take about a second, a template that loops for ever."""
MEMORY_BYTES = 4 * 2**30
"""Limit of address space for a check."""


def check_scenario(name: str, options: RunOptions, *, seconds: float = SECONDS) -> CheckReport:
    """Check a scenario in a child process.

    Raises:
        InputError: the first thing that is wrong, in one line; or the check took too much time or
            memory.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(there, name, options.model_dump_json()), daemon=True)
    child.start()
    there.close()
    try:
        if not here.poll(seconds):
            raise InputError(
                f"scenario {name}: rendering took more than {seconds:g} s; a template loops too long"
            )
        return _received(here, name)
    finally:
        child.kill()
        child.join()


def _received(here: Connection, name: str) -> CheckReport:
    try:
        kind, text = here.recv()
    except EOFError:
        raise InputError(
            f"scenario {name}: rendering ended without a result; it probably needs too much memory"
        ) from None
    if kind == "report":
        return CheckReport.model_validate_json(text)
    raise InputError(text)


def _child(there: Connection, name: str, options: str) -> None:
    _limit_memory()
    try:
        report = check_here(name, RunOptions.model_validate_json(options))
        there.send(("report", report.model_dump_json()))
    except InputError as error:
        there.send(("error", str(error)))
    except MemoryError:
        there.send(
            ("error", f"scenario {name}: rendering needs more than {MEMORY_BYTES // 2**30} GB of memory")
        )


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
