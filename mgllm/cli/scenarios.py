"""`mgllm scenario list|new|check|show` and `mgllm render`: the questions, without a model."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand, PlainGroup
from mgllm.cli.options import option
from mgllm.cli.printing import echo, echo_wrapped, print_json, print_made

if TYPE_CHECKING:
    from mgllm.commands.render import RenderedItem
    from mgllm.experiment.checking import CheckReport
    from mgllm.prompts.scenarios import Folders

commands = typer.Typer(
    cls=PlainGroup, help="Questions to models: list, make, check or show them.", rich_markup_mode=None
)


def register(app: typer.Typer) -> None:
    """Put the commands on the application."""
    app.command("render", cls=PlainCommand, rich_help_panel=o.ITEMS)(render)
    app.add_typer(commands, name="scenario", rich_help_panel=o.ITEMS)


@commands.command("list", cls=PlainCommand)
def list_scenarios(
    scenarios_dir: o.ScenariosDir = None, prompts_dir: o.PromptsDir = None, json: o.Json = False
) -> None:
    """List the scenarios with their labels."""
    from mgllm.prompts.scenarios import find_scenario, scenario_names

    folders = _folders(scenarios_dir, prompts_dir)
    found = [find_scenario(name, folders).scenario for name in scenario_names(folders)]
    if json:
        print_json([scenario.model_dump(mode="json") for scenario in found])
        return
    for scenario in found:
        labels = ", ".join(label.id for label in scenario.labels)
        echo_wrapped(f"{scenario.name:<14} v{scenario.version}  {scenario.title}: {labels}", hang=20)


@commands.command("new", cls=PlainCommand)
def new(
    name: Annotated[str, typer.Argument(help="Name of the scenario: lower-case letters, digits, - and _.")],
    scenarios_dir: o.ScenariosDir = None,
    prompts_dir: o.PromptsDir = None,
) -> None:
    """Write a scenario that works and that you can change: YAML, templates and four items."""
    from mgllm.commands.new_scenario import new_scenario

    files = new_scenario(name, _folders(scenarios_dir, prompts_dir))
    for path in files:
        echo(f"wrote {path}")
    flags = f"--scenarios {files[0].parent} --prompts {files[1].parent}"
    echo(f"next: mgllm scenario check {name} {flags}")
    echo(f"then: mgllm run {name} {flags} --model local")


@commands.command("check", cls=PlainCommand)
def check(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENARIO …]", help="Names or YAML files; none means all.")
    ] = None,
    items: o.Items = None,
    gestures: o.Gestures = None,
    cue_source: o.CueSource = None,
    arms: o.Arms = None,
    scenarios_dir: o.ScenariosDir = None,
    prompts_dir: o.PromptsDir = None,
    json: o.Json = False,
) -> None:
    """Check YAML, templates and items, and that arms differ in the cue block alone. No model is
    asked.
    """
    from mgllm.commands._options import from_flat
    from mgllm.commands.check import check_scenario
    from mgllm.prompts.scenarios import scenario_names

    said = o.given(context, "names", "json")
    options = from_flat(said | {"model": "local"})
    reports: list[Any] = []
    for name in names or scenario_names(options.folders):
        reports.append(check_scenario(name, options))
        if not json:
            _print_check(reports[-1])
    if json:
        print_json([report.model_dump(mode="json") for report in reports])


@commands.command("show", cls=PlainCommand)
def show(
    name: Annotated[str, typer.Argument(metavar="SCENARIO", help="Name or YAML file.")],
    scenarios_dir: o.ScenariosDir = None,
    prompts_dir: o.PromptsDir = None,
    json: o.Json = False,
) -> None:
    """Show a scenario with all defaults filled in."""
    from mgllm.prompts.scenarios import find_scenario

    found = find_scenario(name, _folders(scenarios_dir, prompts_dir))
    form = found.scenario.model_dump(mode="json")
    if json:
        print_json(form)
        return
    import yaml

    echo(f"# {found.path}, with all defaults filled in")
    echo(yaml.safe_dump(form, sort_keys=False, allow_unicode=True, width=76).rstrip("\n"))


def render(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="Name or YAML file.")],
    item: Annotated[
        str | None,
        option("--item", "Id of the item.", kind="ID", default="the first", heading=o.ASKED),
    ] = None,
    arm: Annotated[str | None, option("--arm", "Show this arm alone.", kind="NAME", heading=o.OUTPUT)] = None,
    diff: Annotated[
        bool, option("--diff", "Show what differs from the baseline's prompt.", heading=o.OUTPUT)
    ] = False,
    items: o.Items = None,
    gestures: o.Gestures = None,
    cue_source: o.CueSource = None,
    arms: o.Arms = None,
    seed: o.Seed = None,
    form: o.FormName = None,
    reasoning: o.ReasoningName = None,
    paraphrase: o.Paraphrase = None,
    confusion: o.Confusion = None,
    shots: o.Shots = None,
    shots_cues: o.ShotsCues = None,
    folds: o.Folds = None,
    scenarios_dir: o.ScenariosDir = None,
    prompts_dir: o.PromptsDir = None,
    json: o.Json = False,
) -> None:
    """Show the prompts of one item, and what differs between the arms. No model is asked."""
    from mgllm.commands._options import from_flat
    from mgllm.commands.render import render_item
    from mgllm.errors import InputError, unknown

    said = o.given(context, "scenario", "item", "arm", "diff", "json")
    rendered = render_item(scenario, item, from_flat(said | {"model": "local"}))
    if arm is not None:
        names = [one.arm for one in rendered.arms]
        if arm not in names:
            raise InputError(
                f"{unknown('arm of this scenario', arm, names)}; other arms are named with --arms"
            )
        kept = [one for one in rendered.arms if one.arm in ((arm, rendered.baseline) if diff else (arm,))]
        rendered = rendered.model_copy(update={"arms": tuple(kept)})
    print_made(rendered, partial(_print_rendered, diff=diff), as_json=json)


def _print_rendered(rendered: RenderedItem, *, diff: bool) -> None:
    """Prompts of one item, in full or as differences from the baseline."""
    from mgllm.records import prompt_text

    order = ", ".join(rendered.label_order)
    echo_wrapped(f"{rendered.scenario} / {rendered.item}, {rendered.form} form, labels in the order {order}")
    for arm in sorted(rendered.arms, key=lambda a: a.arm != rendered.baseline) if diff else rendered.arms:
        echo(f"\n=== {arm.arm} " + "=" * max(3, 70 - len(arm.arm)))
        if diff and arm.arm != rendered.baseline:
            echo("\n".join(arm.diff) or f"(the same prompt as {rendered.baseline})")
        else:
            echo(prompt_text(arm.prompt))


def _print_check(report: CheckReport) -> None:
    """What a check found to be right."""
    echo_wrapped(
        f"{report.scenario}: right. {report.items} items of {report.subjects} subjects, "
        f"arms {', '.join(report.arms)}; {report.prompts} prompts rendered and compared",
        hang=2,
    )
    for line in (*report.wordings, *(f"note: {note}" for note in report.notes)):
        echo_wrapped(f"  {line}", hang=4)


def _folders(scenarios: Any, prompts: Any) -> Folders:
    from mgllm.prompts.scenarios import Folders

    return Folders(scenarios=scenarios, prompts=prompts)
