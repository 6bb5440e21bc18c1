"""`mgllm run` and `mgllm score`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mgllm.cli import options as o
from mgllm.cli.choices import SWEPT
from mgllm.cli.dry_run_printing import print_dry_run
from mgllm.cli.help import PlainCommand
from mgllm.cli.options import option
from mgllm.cli.printing import echo, print_json, print_made
from mgllm.cli.signals import leave_at_once_from_now
from mgllm.errors import InputError, Interrupted

if TYPE_CHECKING:
    from mgllm.experiment.finishing import Finished


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.command("run", cls=PlainCommand, rich_help_panel=o.ASK)(run)
    app.command("score", cls=PlainCommand, rich_help_panel=o.ASK)(score)


def run(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SCENARIO …]", help="Names or YAML files; none means all bundled ones."),
    ] = None,
    model: Annotated[
        list[str] | None,
        option(
            "--model",
            "local (a small model on this machine), local/FOLDER, or SERVER/NAME. Repeatable: a run each.",
            kind="NAME",
            heading=o.MODEL,
        ),
    ] = None,
    items: o.Items = None,
    gestures: o.Gestures = None,
    cue_source: o.CueSource = None,
    arms: o.Arms = None,
    limit: o.Limit = None,
    epochs: Annotated[
        int | None,
        option(
            "--epochs",
            "Repetitions of every question.",
            default="1; 8 with --score sample",
            heading=o.SCORING,
        ),
    ] = None,
    shuffles: Annotated[
        int | None,
        option(
            "--shuffles",
            "Donors of each item, in each arm that shows another person's gestures.",
            default="1",
            heading=o.CUES,
        ),
    ] = None,
    seed: o.Seed = None,
    form: o.FormName = None,
    reasoning: o.ReasoningName = None,
    reasoning_effort: o.ReasoningEffort = None,
    score: Annotated[
        str | None,
        option(
            "--score",
            "How an answer becomes a number. auto: logprob if the model gives probabilities, else generate.",
            kind="NAME",
            default="auto",
            heading=o.SCORING,
        ),
    ] = None,
    paraphrase: o.Paraphrase = None,
    sweep: o.Sweep = None,
    confusion: o.Confusion = None,
    preregister: o.Preregister = None,
    shots: o.Shots = None,
    shots_cues: o.ShotsCues = None,
    folds: o.Folds = None,
    probe: Annotated[
        str | None,
        option(
            "--probe",
            "Also ask without speech and gestures: does the model know these people anyway?",
            kind="NAMES",
            heading=o.ASKED,
        ),
    ] = None,
    attribute: Annotated[
        bool,
        option(
            "--attribute",
            "Ask again without each gesture, and with it alone: shows what each one does.",
            heading=o.CUES,
        ),
    ] = False,
    yes: Annotated[
        bool, option("--yes", "Let --attribute ask more than 1,000 questions.", heading=o.LIMITS)
    ] = False,
    with_references: Annotated[
        bool,
        option(
            "--with-references",
            "Also guess the targets without a language model, for a table beside the arms.",
            heading=o.ASKED,
        ),
    ] = False,
    base_url: o.BaseUrl = None,
    api_key_env: o.ApiKeyEnv = None,
    model_args: o.ModelArgs = None,
    temperature: Annotated[
        float | None,
        option("--temperature", "Of sampling.", default="0; 1 with --score sample", heading=o.SCORING),
    ] = None,
    max_tokens: Annotated[
        int | None,
        option(
            "--max-tokens",
            "Most tokens of a reply, thoughts included.",
            default="256; 1024 for chain_of_thought; 4096 for models that think",
            heading=o.SCORING,
        ),
    ] = None,
    concurrency: Annotated[
        int | None,
        option(
            "--concurrency",
            "Most questions asked at the same time; fewer while the server limits the rate.",
            default="16",
            heading=o.MODEL,
        ),
    ] = None,
    rpm: Annotated[
        int | None, option("--rpm", "Most requests a minute, spread evenly.", heading=o.LIMITS)
    ] = None,
    tpm: Annotated[
        int | None,
        option("--tpm", "Most tokens a minute, read and written, spread evenly.", heading=o.LIMITS),
    ] = None,
    max_retries: Annotated[
        int | None,
        option("--max-retries", "Attempts after the first.", default="6", heading=o.MODEL),
    ] = None,
    timeout_s: Annotated[
        float | None,
        option("--timeout", "Longest wait for an attempt, in seconds.", default="120", heading=o.MODEL),
    ] = None,
    budget_usd: Annotated[
        float | None,
        option("--budget-usd", "Stop before so many dollars are spent.", heading=o.LIMITS),
    ] = None,
    price_in: Annotated[
        float | None, option("--price-in", "USD per million tokens read.", heading=o.LIMITS)
    ] = None,
    price_out: Annotated[
        float | None, option("--price-out", "USD per million tokens written.", heading=o.LIMITS)
    ] = None,
    max_requests: Annotated[
        int | None, option("--max-requests", "Stop after so many attempts.", heading=o.LIMITS)
    ] = None,
    allow_upload: Annotated[
        bool,
        option("--allow-upload", "Let items with restricted terms leave this machine.", heading=o.LIMITS),
    ] = False,
    no_store_text: Annotated[
        bool,
        option(
            "--no-store-text", "Keep hashes of prompts and replies instead of their text.", heading=o.FILES
        ),
    ] = False,
    scenarios_dir: o.ScenariosDir = None,
    prompts_dir: o.PromptsDir = None,
    results: o.Results = None,
    resume: Annotated[
        str | None,
        option(
            "--resume",
            "Go on with a run, or with latest: ask what is missing or failed.",
            kind="RUN",
            heading=o.FILES,
        ),
    ] = None,
    log_file: o.LogFile = None,
    dry_run: Annotated[
        bool,
        option("--dry-run", "Print prompts, tokens and dollars; ask no model.", heading=o.OUTPUT),
    ] = False,
    display: o.Display = None,
    json: o.Json = False,
) -> None:
    """Ask a model, with and without the gestures, and print what they did."""
    from mgllm.commands.dry_run import dry_run as plan_only
    from mgllm.commands.run import run as run_flow
    from mgllm.disk.log_file import logged

    choices = _choices(context, model)
    if dry_run:
        plans = [plan_only(choice) for choice in choices]
        if json and len(plans) > 1:
            print_json([plan.model_dump(mode="json") for plan in plans])
            return
        for plan in plans:
            print_made(plan, print_dry_run, as_json=json)
        return
    done: list[Finished] = []
    try:
        for choice in choices:
            with logged(log_file, f"run {choice.model}"):
                done.append(run_flow(choice, resume))
            _print_finished(done[-1], as_json=json and len(choices) == 1, table=len(choices) == 1)
    except KeyboardInterrupt as interrupt:
        leave_at_once_from_now()
        raise Interrupted(str(interrupt)) from None
    finally:  # also where a later model cannot be asked: what the others did
        if len(choices) > 1 and done and json:
            print_json([_as_json(one) for one in done])
        elif len(choices) > 1 and done:
            _print_together(done)
    raise typer.Exit(max(finished.exit_code for finished in done))


def score(
    run: Annotated[str, typer.Argument(help="Folder or name of a run, or latest.")],
    results: o.Results = None,
    json: o.Json = False,
) -> None:
    """Read a run's stored replies again, by today's rules, into a new run. No model is asked."""
    from mgllm.commands.score import score as score_flow

    finished: Finished = score_flow(run, results or Path("results"))
    _print_finished(finished, as_json=json)
    raise typer.Exit(finished.exit_code)


def _choices(context: typer.Context, models: list[str] | None) -> list[Any]:
    """One options value per model; a resumed run starts from its own options."""
    from mgllm.commands._model_args import read_model_args
    from mgllm.commands._options import from_flat
    from mgllm.experiment.options import RunOptions
    from mgllm.store import find_run, read_options

    said = o.given(context, "model", "resume", "dry_run", "json", "names", "no_store_text", "log_file")
    said |= {"store_text": False} if context.params["no_store_text"] else {}
    said |= {"scenarios": tuple(context.params["names"])} if context.params["names"] else {}
    said |= {"model_args": read_model_args(said["model_args"])} if "model_args" in said else {}
    if said.get("sweep") == ():
        raise InputError(f"--sweep names nothing; name some of {', '.join(SWEPT)}")
    resume = context.params["resume"]
    base = None
    if resume is not None:
        folder = find_run(resume, said.get("results") or Path("results"))
        base = read_options(folder, RunOptions)
    return [from_flat(said | ({"model": name} if name else {}), base) for name in models or [""]]


def _print_together(done: list[Finished]) -> None:
    """One table over the runs of all models that have records."""
    from mgllm.analysis import render
    from mgllm.commands.compare import compare

    folders = [finished.folder for finished in done if finished.records]
    if folders:
        echo(render(compare(folders), "md", brief=True))
        echo(f"all tables: mgllm compare --full {' '.join(map(str, folders))}", err=True)


def _as_json(finished: Finished) -> dict[str, Any]:
    """A run's folder and summary."""
    return {"run": str(finished.folder), **finished.summary.model_dump(mode="json", by_alias=True)}


def _print_finished(finished: Finished, *, as_json: bool, table: bool = True) -> None:
    """A run's table unless one of several follows, and where it lies."""
    if as_json:
        print_json(_as_json(finished))
    elif table:
        echo(finished.table)
    if finished.stopped is not None:
        echo(f"mgllm: stopped: {finished.stopped}", err=True)
    elif finished.failed:
        echo(f"{finished.failed} of {finished.records} records failed; ask them again with:", err=True)
        echo(f"  mgllm run --resume {finished.folder}", err=True)
    if finished.advice is not None:
        echo(f"mgllm: {finished.advice}", err=True)
    echo(f"run: {finished.folder} (all tables: table.md)", err=True)
