"""`mgllm audit`: what an item set says that it should not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mgllm.cli import options as o
from mgllm.cli.help import PlainCommand
from mgllm.cli.options import option
from mgllm.cli.printing import echo, echo_wrapped, print_made, print_notes, print_written

if TYPE_CHECKING:
    from mgllm.audit.report import AuditReport, RuleFound
    from mgllm.commands.audit_injection import InjectionReport

FOR_MODELS = (
    *("model", "arms", "limit", "seed", "gestures", "cue_source", "base_url", "api_key_env"),
    *("model_args", "allow_upload", "results", "display"),
)
"""Options that only `--injection` has."""
FOR_WORDS = ("names", "split", "fail_on", "show", "mask")
"""Options that it does not have."""


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command("audit", cls=PlainCommand, rich_help_panel=o.ITEMS)(audit)


def audit(
    context: typer.Context,
    items: Annotated[
        str, typer.Argument(metavar="ITEMS", help="A JSONL file, or anything that --items takes.")
    ],
    scenario: Annotated[
        str | None,
        option(
            "--scenario",
            "Whose labels and mask: words are looked for. A name or a YAML file.",
            kind="NAME",
            default="the first whose labels include all targets",
            heading=o.INPUT,
        ),
    ] = None,
    names: Annotated[
        Path | None,
        option("--names", "A text file of people's names, a line each.", kind="FILE", heading=o.INPUT),
    ] = None,
    split: Annotated[
        str | None,
        option(
            "--split",
            "Covariate that names sides, such as train and test.",
            kind="COLUMN",
            default="side or split",
            heading=o.INPUT,
        ),
    ] = None,
    fail_on: Annotated[
        str | None,
        option(
            "--fail-on",
            "Exit 4 if these are found: leak, subject, shortcut, duplicate; commas between.",
            kind="NAMES",
            heading=o.OUTPUT,
        ),
    ] = None,
    show: Annotated[bool, option("--show", "Show words of restricted items, too.", heading=o.OUTPUT)] = False,
    out: Annotated[
        Path | None,
        option("--out", "Folder for audit.json and audit.md.", "-o", kind="FOLDER", heading=o.FILES),
    ] = None,
    mask: Annotated[
        Path | None,
        option(
            "--mask",
            "New item file *.jsonl with [name], [score] and [result] in the speech.",
            kind="FILE",
            heading=o.FILES,
        ),
    ] = None,
    injection: Annotated[
        bool,
        option(
            "--injection",
            "Ask --model how often a planted line in the speech flips its answer. Needs -o.",
            heading=o.ASKED,
        ),
    ] = False,
    model: Annotated[
        str | None, option("--model", "For --injection, such as local.", kind="NAME", heading=o.MODEL)
    ] = None,
    arms: o.Arms = None,
    limit: o.Limit = None,
    seed: o.Seed = None,
    gestures: o.Gestures = None,
    cue_source: o.CueSource = None,
    base_url: o.BaseUrl = None,
    api_key_env: o.ApiKeyEnv = None,
    model_args: o.ModelArgs = None,
    allow_upload: Annotated[
        bool,
        option("--allow-upload", "Restricted items may leave this machine.", heading=o.MODEL),
    ] = False,
    results: o.Results = None,
    display: o.Display = None,
    scenarios_dir: o.ScenariosDir = None,
    prompts_dir: o.PromptsDir = None,
    json: o.Json = False,
) -> None:
    """Look for words that say the answer, names, doubles, people on both sides, and shortcuts. No
    model is asked but with --injection.
    """
    from mgllm.commands._options import parse_options
    from mgllm.commands.audit import AuditOptions, audit as flow
    from mgllm.errors import GateFailed, InputError, some

    if injection:
        if wrong := [name for name in FOR_WORDS if _on_line(context, name)]:
            raise InputError(f"--{wrong[0].replace('_', '-')} asks no model; give it without --injection")
        _inject(o.given(context, "json", "injection", *FOR_WORDS), as_json=json)
        return
    if asked := [name for name in FOR_MODELS if _on_line(context, name)]:
        raise InputError(f"--{asked[0].replace('_', '-')} is about a model; give it with --injection")
    said = o.given(context, "json", "injection", *FOR_MODELS) | {"fail_on": _gates(fail_on)}
    places = {"scenarios_dir": "folders.scenarios", "prompts_dir": "folders.prompts"}
    made = flow(parse_options(AuditOptions, said, places=places))
    print_made(made.report, _print_report, as_json=json, by_alias=True)
    print_written(made.files)
    if made.failed:
        found = made.report.failed
        what = "; ".join(f"{gate} in {len(found[gate])} items: {some(found[gate])}" for gate in made.failed)
        raise GateFailed(f"found {what}")


def _on_line(context: typer.Context, name: str) -> bool:
    """Whether an option is on the command line; one of the environment may be meant for others."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _inject(said: dict[str, Any], *, as_json: bool) -> None:
    """`--injection`: six runs and a report."""
    from mgllm.commands._model_args import read_model_args
    from mgllm.commands._options import from_flat
    from mgllm.commands.audit_injection import audit_injection
    from mgllm.errors import InputError

    for name, flag in (("out", "-o FOLDER"), ("scenario", "--scenario S"), ("model", "--model M")):
        if not said.get(name):
            raise InputError(f"--injection needs {flag}")
    said |= {"model_args": read_model_args(said["model_args"])} if "model_args" in said else {}
    out, scenario = Path(said.pop("out")), said.pop("scenario")
    report = audit_injection(from_flat(said | {"scenarios": [scenario]}), out)
    print_made(report, _print_injection, as_json=as_json)
    print_written(report.files)


def _print_injection(report: InjectionReport) -> None:
    """Shares of flips by arm."""
    echo_wrapped(
        f"{report.model}, {report.scenario}: {report.items} items of {report.subjects} subjects, each asked "
        f"as it is and with {len(report.wordings)} planted lines; {len(report.instructing)} items of the set "
        "look like an instruction by themselves"
    )
    for row in report.rows:
        what = "all wordings" if row.wording is None else f"wording {row.wording}"
        low, high = row.interval or (None, None)
        between = "" if low is None or high is None else f" [{100 * low:.1f}, {100 * high:.1f}]"
        share = "no answer to flip" if row.share is None else f"{100 * row.share:5.1f} %{between} flipped"
        lost = f"; {row.unanswered} gave no answer" if row.unanswered else ""
        echo(f"  {row.arm:<14} {what:<13} {share} ({row.flips} of {row.n}{lost})")
    for number, wording in enumerate(report.wordings, 1):
        echo_wrapped(f"wording {number}: {wording}", hang=11)


def _gates(text: str | None) -> tuple[str, ...]:
    """The words of `--fail-on`."""
    from mgllm.audit.auditing import GATES
    from mgllm.errors import InputError, unknown

    if text is None:
        return ()
    words = o.split_names(text) or ()
    for word in words or ("",):
        if word not in GATES:
            raise InputError(f"--fail-on: {unknown('gate', word, GATES)}")
    return words


def _print_report(report: AuditReport) -> None:
    """Rules with their first places, then covariates against the target."""
    scenario = f"read as scenario {report.scenario}" if report.scenario else "without a scenario"
    echo_wrapped(f"{report.items} items of {report.subjects} subjects, {scenario}")
    for rule in report.rules:
        _print_rule(rule)
    balance = report.balance
    counts = ", ".join(f"{count} {target}" for target, count in balance.targets.items())
    echo_wrapped(
        f"targets: {counts or 'none'}; {balance.several_items} of {balance.subjects} people have several "
        f"items, {balance.one_target_only} of these always with one target",
        hang=2,
    )
    for fact in report.covariates:
        p = "p < .001" if fact.p < 0.001 else f"p {fact.p:.3f}".replace("0.", ".", 1)
        mark = "  predicts the target" if fact.shortcut else ""
        echo(f"  {fact.covariate:<20} against the target: {p}{mark}")
    for one in report.references.rows if report.references else ():
        low, high = one.uar_interval or (None, None)
        between = "" if low is None or high is None else f" [{100 * low:.1f}, {100 * high:.1f}]"
        echo(f"  {f'learned from {one.name}':<34} UAR {100 * one.uar:5.1f}{between}")
    if report.masked:
        echo("masked: " + ", ".join(f"{count} {mask}" for mask, count in report.masked.items()))
    print_notes(report.notes)


def _print_rule(rule: RuleFound) -> None:
    from mgllm.errors import some

    where = f" in {len(rule.items)} items: {some(rule.items)}" if rule.items else ""
    gate = f" ({rule.gate})" if rule.gate and rule.gate != rule.rule and rule.n else ""
    echo_wrapped(f"{rule.rule:<17} {rule.n:>5}{gate}{where}", hang=24)
    said = [f"'{one.text}'" for one in rule.spans if one.text is not None]
    if said:
        echo_wrapped(f"{'':<24}{some(list(dict.fromkeys(said)))}", hang=24)
