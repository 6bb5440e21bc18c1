"""`mgllm render`: the prompts, without a model."""

from __future__ import annotations

from typing import Annotated

import typer

from mgllm.cli import options as o
from mgllm.cli.options import option


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("render")(render)


def render(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(help="Name or YAML file.")],
    item: Annotated[str | None, option("--item", "Id of the item. Default: the first.")] = None,
    arm: Annotated[str | None, option("--arm", "This arm alone.")] = None,
    diff: Annotated[bool, option("--diff", "What differs from the baseline's prompt.")] = False,
    items: o.Items = None,
    gestures: o.Gestures = None,
    cue_source: o.CueSource = None,
    arms: o.Arms = None,
    seed: o.Seed = None,
    form: o.FormName = None,
    reasoning: o.ReasoningName = None,
    paraphrase: o.Paraphrase = None,
    confusion: o.Confusion = None,
    scenarios_dir: o.ScenariosDir = None,
    prompts_dir: o.PromptsDir = None,
    json: o.Json = False,
) -> None:
    """Show one item's prompts, and what differs between the arms, without a model."""
    from mgllm.cli.printing import print_json, print_rendered
    from mgllm.commands._options import from_flat
    from mgllm.commands.render import render_item
    from mgllm.errors import InputError, unknown

    said = o.given(context, "scenario", "item", "arm", "diff", "json")
    said |= {"arms": o.split_names(said["arms"])} if "arms" in said else {}
    rendered = render_item(scenario, item, from_flat(said | {"model": "local"}))
    if arm is not None:
        names = [one.arm for one in rendered.arms]
        if arm not in names:
            raise InputError(
                f"{unknown('arm of this scenario', arm, names)}; other arms are named with --arms"
            )
        kept = [one for one in rendered.arms if one.arm in ((arm, rendered.baseline) if diff else (arm,))]
        rendered = rendered.model_copy(update={"arms": tuple(kept)})
    if json:
        print_json(rendered.model_dump(mode="json"))
    else:
        print_rendered(rendered, diff=diff)
