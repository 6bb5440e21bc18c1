"""`mgllm verify`: is a run complete."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.printing import echo, print_json
from mgllm.cli.run_names import Names, named

if TYPE_CHECKING:
    from mgllm.records.verification import CheckResult, Verification


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("verify", cls=PlainCommand, rich_help_panel=o.READ)(verify)


def verify(
    names: Names = None,
    results: o.Results = None,
    json: o.Json = False,
) -> None:
    """Check that runs are complete: records, prompts, replies and tables fit together. Exit 4 if
    not.
    """
    from mgllm.commands.verify import verify as verify_flow
    from mgllm.errors import GateFailed, some

    folder = results or Path("results")
    verified = verify_flow(named(names, folder, "verify"), folder)
    broken = [one.run for one in verified if not one.whole]
    if json:
        print_json({"whole": not broken, "runs": [one.model_dump(mode="json") for one in verified]})
    else:
        for one in verified:
            _print_verified(one)
    if broken:
        raise GateFailed(f"not complete: {some(broken)}")


def _print_verified(verified: Verification) -> None:
    """A line for each check, then the result."""
    for result in verified.checks:
        echo(_line(result))  # one line for each check, so that `grep` finds all of it
    counts = [result.status for result in verified.checks]
    found = ", ".join(f"{counts.count(one)} {one}" for one in ("ok", "failed", "skipped") if one in counts)
    echo(f"{verified.run}: {'complete' if verified.whole else 'not complete'} ({found})")


def _line(result: CheckResult) -> str:
    from mgllm.errors import one_line

    found = {
        "ok": f"{result.looked_at:,}: {result.about}",
        "failed": f"{result.wrong:,} of {max(result.looked_at, result.wrong):,}: {result.first}",
        "skipped": "",
    }[result.status]
    note = f"({result.note})" if result.note and result.status != "skipped" else result.note or ""
    return one_line(f"{result.status:<8}{result.name:<15}{found}{' ' if found and note else ''}{note}")
