"""What commands print: results on stdout, the rest on stderr."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from mgllm.analysis.statistics.baselines import BaselineResult
    from mgllm.commands.check import CheckReport
    from mgllm.commands.dry_run import DryRun
    from mgllm.commands.export import ExportReport
    from mgllm.commands.import_ import ImportReport
    from mgllm.commands.join import JoinedItems
    from mgllm.commands.listen import Listened
    from mgllm.commands.models import ModelRow
    from mgllm.commands.render import RenderedItem
    from mgllm.commands.show import RunLine, ShownRun
    from mgllm.experiment.finishing import Finished


def print_json(value: Any) -> None:
    """A JSON document."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_finished(finished: Finished, *, as_json: bool) -> None:
    """A run's table, and where it lies."""
    if as_json:
        print_json({"run": str(finished.folder), **finished.summary.model_dump(mode="json", by_alias=True)})
    else:
        typer.echo(finished.table)
    if finished.stopped is not None:
        typer.echo(f"mgllm: stopped: {finished.stopped}", err=True)
    elif finished.failed:
        typer.echo(f"{finished.failed} of {finished.records} records failed; ask them again with:", err=True)
        typer.echo(f"  mgllm run --resume {finished.folder}", err=True)
    typer.echo(f"run: {finished.folder} (checks and exploratory differences: table.md)", err=True)


def print_dry_run(plan: DryRun, *, as_json: bool) -> None:
    """What a run would ask and cost."""
    if as_json:
        print_json(plan.model_dump(mode="json"))
        return
    from mgllm.commands.render import prompt_text

    typer.echo(f"The first prompt to {plan.model}:\n\n{prompt_text(plan.example)}\n")
    heads = (
        "scenario",
        "pairs",
        "subjects",
        "prompts",
        "tokens in",
        "out at most",
        "USD at most",
        "detectable",
    )
    typer.echo(_columns(heads))
    for row in plan.scenarios:
        mark = "" if row.tokens_exact else "~"
        dollars = "no price" if row.dollars_most is None else f"{mark}{row.dollars_most:.4f}"
        tokens = (f"{mark}{row.tokens_in:,}", f"{row.tokens_out_most:,}")
        numbers = (str(row.pairs), str(row.subjects), str(row.prompts), *tokens, dollars)
        typer.echo(_columns((row.scenario, *numbers, f"{row.detectable_points:.0f} points")))
    if extra := sum(row.attribution for row in plan.scenarios):
        typer.echo(f"\n{extra:,} of the prompts are asked for the attribution alone.")
    typer.echo(
        "\ndetectable: the smallest effect on accuracy that 80 % of such runs would find, if a quarter of "
        "the pairs differ.\nIt takes items as independent: with many items a subject the true one is larger."
    )


def _columns(cells: tuple[str, ...]) -> str:
    return f"{cells[0]:<14}" + "".join(f"{cell:>13}" for cell in cells[1:])


def print_rendered(rendered: RenderedItem, *, diff: bool) -> None:
    """Prompts of one item, whole or as differences from the baseline."""
    from mgllm.commands.render import prompt_text

    typer.echo(
        f"{rendered.scenario} / {rendered.item}, labels in the order {', '.join(rendered.label_order)}"
    )
    for arm in sorted(rendered.arms, key=lambda a: a.arm != rendered.baseline) if diff else rendered.arms:
        typer.echo(f"\n=== {arm.arm} " + "=" * max(3, 70 - len(arm.arm)))
        if diff and arm.arm != rendered.baseline:
            typer.echo("\n".join(arm.diff) or f"(the same prompt as {rendered.baseline})")
        else:
            typer.echo(prompt_text(arm.prompt))


def print_check(report: CheckReport) -> None:
    """What a check found to be right."""
    typer.echo(
        f"{report.scenario}: right. {report.items} items of {report.subjects} subjects, "
        f"arms {', '.join(report.arms)}; {report.prompts} prompts rendered and compared"
    )
    for wording in report.wordings:
        typer.echo(f"  {wording}")
    for note in report.notes:
        typer.echo(f"  note: {note}")


def print_runs(lines: tuple[RunLine, ...]) -> None:
    """All runs, one a line."""
    for line in lines:
        outcomes = ", ".join(f"{count} {name}" for name, count in sorted(line.outcomes.items()))
        typer.echo(f"{line.run}  {line.model}  {'+'.join(line.scenarios)}  {outcomes or 'no records'}")
    if not lines:
        typer.echo("no runs yet; make one with: mgllm run --model local", err=True)


def print_shown(shown: ShownRun) -> None:
    """A run's facts, or an item's prompts and replies."""
    from mgllm.commands.render import prompt_text

    if not shown.answers:
        _print_facts(shown)
        return
    for answer in shown.answers:
        record = answer.record
        head = f"{record.scenario} / {record.item} / {record.arm}"
        turn = f" epoch {record.epoch} shuffle {record.shuffle}" if record.epoch or record.shuffle else ""
        typer.echo(f"=== {head}{turn} " + "=" * max(3, 70 - len(head)))
        typer.echo(
            prompt_text(answer.prompt)
            if answer.prompt
            else f"(prompt {record.prompt_sha256[:12]}, text not kept)"
        )
        typer.echo(f"→ {_said(record)}\n")


def print_import(report: ImportReport) -> None:
    """What an import wrote."""
    people = "subjects" if report.subject_known else "recordings (subjects are not known)"
    if report.vocabulary is not None:
        typer.echo(
            f"{report.items} gesture transcripts: {report.gestures} gestures of {report.labels} kinds, "
            f"vocabulary {report.vocabulary}; join them to items with --gestures DIR"
        )
    elif report.frames is not None:
        typer.echo(
            f"{report.items} clips of {report.subjects} {people}, {report.frames:,} frames, "
            f"{report.labels} classes; splits: {', '.join(report.splits) or 'none'}"
        )
    else:
        targets = ", ".join(f"{count} {target}" for target, count in report.targets.items())
        typer.echo(
            f"{report.items} items of {report.subjects} {people}: {targets or 'no targets'}; "
            f"{report.turns} turns of speech, {report.gestures} gestures of {report.labels} kinds"
        )
    typer.echo(report.caution)
    for warning in report.warnings:
        typer.echo(f"note: {warning}", err=True)
    for path in report.files:
        typer.echo(f"wrote {path}", err=True)


def print_export(report: ExportReport) -> None:
    """What an export wrote."""
    typer.echo(f"{report.transcripts} gesture transcripts with {report.gestures} gestures as {report.format}")
    for warning in report.warnings:
        typer.echo(f"note: {warning}", err=True)
    for path in report.files:
        typer.echo(f"wrote {path}", err=True)


def print_joined(joined: JoinedItems) -> None:
    """What a join wrote, and what found no partner."""
    typer.echo(
        f"{joined.items} items of {joined.subjects} subjects: {joined.with_gestures} gesture transcripts and "
        f"{joined.with_speech} speech transcripts joined"
    )
    for note in joined.notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"wrote {joined.file}", err=True)


def print_listened(listened: Listened) -> None:
    """Captions that were written."""
    for one in listened.files:
        typer.echo(f"{one.source}: {one.captions} captions in {one.seconds:.1f} s, language {one.language}")
    for note in listened.notes:
        typer.echo(f"note: {note}", err=True)
    if listened.files:
        typer.echo(f"wrote {listened.out}; use it with: mgllm items join --speech {listened.out}", err=True)


def print_baseline(result: BaselineResult) -> None:
    """How well one covariate alone tells the target."""
    low, high = result.interval or (None, None)
    between = "" if low is None or high is None else f" [{100 * low:.1f}, {100 * high:.1f}]"
    typer.echo(
        f"{result.covariate} alone, leaving one subject out: {100 * result.accuracy:.1f} %{between} right "
        f"(in sample {100 * result.in_sample:.1f} %, a constant answer {100 * result.majority:.1f} %)\n"
        f"{result.n} items of {result.subjects} subjects, {result.effective_subjects:.1f} effective; "
        f"the largest has {result.largest_cluster}"
        + (f"; {result.left_out} items left out" if result.left_out else "")
    )


def print_model(row: ModelRow) -> None:
    """A local model that mgllm knows by name."""
    name = f"local/{row.name}" + (" (what `local` means)" if row.default else "")
    typer.echo(f"{name}: {row.title}")
    typer.echo(f"  {row.folder}" if row.folder else f"  not here yet: mgllm models pull {row.name}")


def _print_facts(shown: ShownRun) -> None:
    manifest = shown.manifest
    typer.echo(f"{manifest.id}\nmodel {manifest.model}, seed {manifest.seed}, made {manifest.created}")
    for scenario in manifest.scenarios:
        size = f"{scenario.items_asked} items, {scenario.subjects} subjects"
        manner = (
            f"{scenario.form}, {scenario.reasoning}, {scenario.score}, cues {scenario.cue_source or 'none'}"
        )
        typer.echo(
            f"  {scenario.name} v{scenario.version}: {size}, {manner}; arms {', '.join(scenario.arms)}"
        )
    some = ", ".join(shown.items[:6])
    typer.echo(f"items: {some}{' …' if len(shown.items) > 6 else ''}\none of them: mgllm show RUN --item ID")


def _said(record: Any) -> str:
    parts = [record.outcome]
    if record.answer is not None:
        right = {True: " (right)", False: " (wrong)", None: ""}[record.correct]
        parts.append(f"{record.answer}{right}")
    if record.probabilities:
        parts.append(", ".join(f"P({label}) {p:.3f}" for label, p in record.probabilities.items()))
    if record.text:
        parts.append(repr(record.text))
    if record.error:
        parts.append(record.error)
    return " · ".join(parts)
