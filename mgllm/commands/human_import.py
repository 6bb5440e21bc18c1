"""`mgllm human import`: the raters' files as a run."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mgllm.answers.refusals import VERSION
from mgllm.errors import InputError, unknown
from mgllm.experiment.finishing import Finished, finish
from mgllm.experiment.versions import commit, versions
from mgllm.files.json_files import read_json
from mgllm.records import Record, RunManifest
from mgllm.records.human import HUMAN, PLAN, HumanPlan, HumanQuestion, RaterFile, Rating
from mgllm.store import RunWriter, begin_run, run_id

MOST_BYTES = 500_000_000
"""Of a plan."""
MOST_RATING_BYTES = 10_000_000
"""Of a rater's file."""
Given = tuple[HumanQuestion, Rating]
"""A question and one rater's answer."""


@dataclass(frozen=True)
class HumanImport:
    """What was read."""

    finished: Finished
    """The run that was made."""
    raters: int
    """Raters' files."""
    missing_raters: tuple[str, ...]
    """Forms that nobody sent back: rater-03 …"""
    unanswered: int
    """Texts that these raters saw and did not answer."""
    unsure: int
    """Answers "I do not know"."""
    thin: int
    """Items that have fewer than two ratings in some arm."""


def human_import(plan_folder: Path, files: Sequence[Path], results: Path) -> HumanImport:
    """Make a run of what people answered.

    Args:
        plan_folder: what `human export` wrote.
        files: the raters' files, or folders of them.
        results: where runs lie.

    Raises:
        InputError: a file is not what it should be; file and field are named.
    """
    plan = read_json(plan_folder / PLAN, HumanPlan, MOST_BYTES, "a plan of human export")
    answered = _read_all(plan, files)
    given = list(_given(plan, answered))
    if not given:
        raise InputError("no rater answered any text, so there is no run to make")
    manifest = _manifest(plan, len(answered), given)
    folder = begin_run(results, manifest)
    with RunWriter(folder, keeps_part=False) as writer:
        records = list(_records(plan, manifest.model, given))
        for (question, _), record in zip(given, records, strict=True):
            writer.keep_prompt(question.prompt)
            writer.append(record)
        finished = finish(folder, writer, len(records), None)
    shown = sum(len(plan.raters[rater].shown) for rater in answered)
    return HumanImport(
        finished=finished,
        raters=len(answered),
        missing_raters=tuple(plan.rater_name(nth) for nth in range(len(plan.raters)) if nth not in answered),
        unanswered=shown - len(given),
        unsure=sum(rating.label is None for _, rating in given),
        thin=_thin(plan, given),
    )


def _read_all(plan: HumanPlan, files: Sequence[Path]) -> dict[int, RaterFile]:
    """By rater, from 0; each once."""
    forms = {rater.form: nth for nth, rater in enumerate(plan.raters)}
    found: dict[int, RaterFile] = {}
    where: dict[int, Path] = {}
    for path in _paths(files):
        read = read_json(path, RaterFile, MOST_RATING_BYTES, "a rater's file")
        rater = forms.get(read.form)
        if rater is None:
            raise InputError(f"{path} form: '{read.form}' is from another export than {PLAN}")
        if rater in found:
            raise InputError(f"{path} and {where[rater]} are answers to the same form; keep one of them")
        _check(plan, rater, read, path)
        found[rater], where[rater] = read, path
    return dict(sorted(found.items()))


def _paths(files: Sequence[Path]) -> list[Path]:
    paths: list[Path] = []
    for file in files:
        if file.is_dir():
            inside = sorted(path for path in file.glob("*.json") if path.name != PLAN)
            if not inside:
                raise InputError(f"{file} has no *.json files; give the raters' files or their folder")
            paths += inside
        else:
            paths.append(file)
    return paths


def _check(plan: HumanPlan, rater: int, read: RaterFile, path: Path) -> None:
    shown = plan.raters[rater].shown
    labels = [label.id for label in plan.scenario.labels]
    counts = Counter(rating.n for rating in read.ratings)
    for nth, rating in enumerate(read.ratings):
        where = f"{path} ratings.{nth}"
        if rating.n > len(shown):
            raise InputError(f"{where}.n: {rating.n} is not from 1 to {len(shown)}")
        if counts[rating.n] > 1:
            raise InputError(f"{where}.n: {rating.n} is answered twice")
        if rating.label is not None and rating.label not in labels:
            raise InputError(f"{where}.label: {unknown('label', rating.label, labels)}")


def _given(plan: HumanPlan, answered: Mapping[int, RaterFile]) -> Iterator[Given]:
    """In the raters' order, so that the same files make the same records."""
    for rater, read in answered.items():
        for rating in sorted(read.ratings, key=lambda rating: rating.n):
            yield plan.questions[plan.raters[rater].shown[rating.n - 1]], rating


def _records(plan: HumanPlan, model: str, given: Sequence[Given]) -> Iterator[Record]:
    """The ratings of an item in an arm become epochs, in the order of raters."""
    before: Counter[tuple[str, str]] = Counter()
    texts = {label.id: label.text for label in plan.scenario.labels}
    for question, rating in given:
        cell = (question.item, question.arm)
        known = rating.label is not None and question.target is not None
        yield Record(
            scenario=plan.scenario.name,
            item=question.item,
            subject=question.subject,
            subject_known=question.subject_known,
            arm=question.arm,
            epoch=before[cell],
            model=model,
            form="chat",
            reasoning="direct",
            score="generate",
            cue_source=question.cue_source,
            exposure=question.exposure,
            label_order=question.label_order,
            outcome="refused" if rating.label is None else "answered",
            answer=rating.label,
            target=question.target,
            correct=rating.label == question.target if known else None,
            text="I do not know" if rating.label is None else texts[rating.label],
            prompt_sha256=question.prompt.sha256,
            latency_s=rating.seconds,
        )
        before[cell] += 1


def _thin(plan: HumanPlan, given: Sequence[Given]) -> int:
    cells = Counter((question.item, question.arm) for question, _ in given)
    return len({q.item for q in plan.questions if cells[q.item, q.arm] < 2})


def _manifest(plan: HumanPlan, raters: int, given: Sequence[Given]) -> RunManifest:
    now = datetime.now(UTC)
    model = f"{HUMAN}/{raters}-raters"
    cells = Counter((question.item, question.arm) for question, _ in given)
    return RunManifest(
        id=run_id(now.strftime("%Y%m%dT%H%M%SZ"), plan.scenario.name, model, secrets.token_hex(3)),
        created=now.isoformat(timespec="seconds"),
        model=model,
        backend=HUMAN,
        max_tokens=0,
        seed=plan.seed,
        epochs=max(cells.values()),
        limit=plan.limit,
        scenarios=(plan.scenario.model_copy(update={"raters": raters}),),
        refusal_phrases=VERSION,
        versions=versions(),
        commit=commit(),
    )
