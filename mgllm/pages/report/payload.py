"""Items, records and prompts for the browser: each distinct text once, columns of small numbers,
compressed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mgllm.analysis.statistics.grid import row_name
from mgllm.analysis.statistics.replies import other_model
from mgllm.analysis.statistics.rows import mean_row
from mgllm.analysis.wording import read_at, why_none
from mgllm.pages.report.section import PageItem, PageRun
from mgllm.records import Cell, Prompt, Record, RowName

OUTCOMES = ("answered", "unparsed", "refused", "failed")
BLOCKS = {"speech": 1, "cues": 2}
"""Kinds of a prompt's pieces; 0 is the text that all arms have in common."""
HASH = 12
"""Characters kept of a prompt's sha256: enough to find it in prompts.jsonl."""
PRECISION = 10_000
"""Probabilities are whole numbers of this fraction."""
RECORD_COLUMNS = (
    *("item", "arm", "epoch", "shuffle", "order", "outcome", "answer", "right", "p"),
    *("text", "error", "prompt", "cues", "tokens"),
)
SELDOM = ("why", "read", "thought", "served", "cell")
"""Columns that are only there if they say something: why an answer has no probabilities, the tokens
at which they were read, tokens of hidden reasoning, a model other than the one asked for, the cell
of a sweep."""


class Pool:
    """Distinct texts by number."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._number: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        """The text's number; a new one if the text is new."""
        number = self._number.setdefault(text, len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
        return number

    def maybe(self, text: str | None) -> int:
        """The text's number; −1 for None."""
        return -1 if text is None else self(text)


def payload(runs: Sequence[PageRun]) -> dict[str, Any]:
    """The data of the page's table of items, as plain values.

    Every group is one scenario of one run with one form, reasoning and score. Columns of `items`
    and `records` have one entry for each; ids, subjects, replies and errors are numbers of `texts`,
    −1 for none.
    """
    pool, prompts, orders = Pool(), _Prompts(), _Orders()
    groups: list[dict[str, Any]] = []
    items: dict[str, list[Any]] = {name: [] for name in ("group", "id", "subject", "target", "extra")}
    records: dict[str, list[Any]] = {name: [] for name in (*RECORD_COLUMNS, *SELDOM)}
    for run in runs:
        for row, found in _groups(run).items():
            group = _group(run, row)
            places: dict[str, int] = {}
            for record in found:
                at = _item_place(record, places, items)
                if items["group"][at] is None:
                    items["group"][at] = len(groups)
                    items["id"][at], items["subject"][at] = pool(record.item), pool(record.subject)
                    items["target"][at] = _index(group["labels"], record.target)
                    items["extra"][at] = _extra(run.items.get((record.scenario, record.item)), pool)
                _add_record(records, record, at, group, (pool, prompts, orders), run)
            groups.append(group)
    for name in SELDOM:
        if not any(value >= 0 for value in records[name]):
            del records[name]
    return {
        "version": 1,
        "groups": groups,
        "orders": orders.all,
        "items": items,
        "records": records,
        "prompts": prompts.rows(pool),
        "texts": pool.texts,
    }


class _Prompts:
    """Distinct prompts by number, of all runs."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}
        self._prompts: dict[str, Prompt] = {}

    def __call__(self, sha256: str, prompt: Prompt | None) -> int:
        if prompt is not None:
            self._prompts.setdefault(sha256, prompt)
        return self._number.setdefault(sha256, len(self._number))

    def rows(self, pool: Pool) -> list[list[Any]]:
        """[hash, [[role, [kind, text, kind, text, …]], …] or null] in the order of numbers."""
        return [
            [sha256[:HASH], _messages(self._prompts[sha256], pool) if sha256 in self._prompts else None]
            for sha256 in self._number
        ]


class _Orders:
    """Distinct orders of labels, as indices into the group's labels."""

    def __init__(self) -> None:
        self.all: list[list[int]] = []

    def __call__(self, order: list[int]) -> int:
        if order not in self.all:
            self.all.append(order)
        return self.all.index(order)


def _groups(run: PageRun) -> dict[RowName, list[Record]]:
    """Records by row name, scenarios in the manifest's order, records by key."""
    manifests = {scenario.name: (place, scenario) for place, scenario in enumerate(run.manifest.scenarios)}
    known = [record for record in run.records if record.scenario in manifests and record.probe is None]
    found: dict[RowName, list[Record]] = {}
    names: dict[tuple[str, ...], RowName] = {}
    cells = {
        (name, cell.id): nth for name, (_, each) in manifests.items() for nth, cell in enumerate(each.cells)
    }

    def where(record: Record) -> tuple[object, ...]:
        """The first cell comes first, as in the tables."""
        cell = cells.get((record.scenario, record.cell), 0)
        return (manifests[record.scenario][0], *record.key[:5], cell, record.cell)

    for record in sorted(known, key=where):
        key = (record.scenario, record.model, record.form, record.reasoning, record.score)
        if key not in names:
            scenario = manifests[record.scenario][1]
            name = row_name(record, scenario, run.manifest)
            names[key] = mean_row(name, scenario) if scenario.cells else name
        found.setdefault(names[key], []).append(record)
    return found


def _group(run: PageRun, row: RowName) -> dict[str, Any]:
    scenario = next(each for each in run.manifest.scenarios if each.name == row.scenario)
    return {
        "name": row.words,
        "scenario": row.scenario,
        "model": row.model,
        "labels": [label.id for label in scenario.labels],
        "arms": list(scenario.arms),
        "attributed": [arm for gesture in scenario.attributed for arm in gesture.arms.values()],
        "raters": scenario.raters,
        "baseline": scenario.baseline,
    }


def _item_place(record: Record, places: dict[str, int], items: dict[str, list[Any]]) -> int:
    if record.item not in places:
        places[record.item] = len(items["id"])
        for column in items.values():
            column.append(None)
    return places[record.item]


def _add_record(
    columns: dict[str, list[Any]],
    record: Record,
    item: int,
    group: dict[str, Any],
    shared: tuple[Pool, _Prompts, _Orders],
    run: PageRun,
) -> None:
    pool, prompts, orders = shared
    labels, arms = group["labels"], group["arms"]
    if record.arm not in arms:
        arms.append(record.arm)
    shown = {
        "item": item,
        "arm": arms.index(record.arm),
        "epoch": record.epoch,
        "shuffle": record.shuffle,
        "order": orders([_index(labels, label) for label in record.label_order]),
        "outcome": OUTCOMES.index(record.outcome),
        "answer": _index(labels, record.answer),
        "right": -1 if record.correct is None else int(record.correct),
        "p": None
        if record.probabilities is None
        else [round(PRECISION * record.probabilities.get(label, 0.0)) for label in labels],
        "text": pool.maybe(record.text),
        "error": pool.maybe(record.error),
        "prompt": prompts(record.prompt_sha256, run.prompts.get(record.prompt_sha256)),
        "cues": pool.maybe(_cues(record)),
        "tokens": -1 if record.usage is None else record.usage.prompt_tokens + record.usage.completion_tokens,
        "why": pool.maybe(why_none(record)),
        "read": pool.maybe(read_at(record) if record.text is not None else None),
        "thought": record.reasoning_tokens or -1,
        "served": pool.maybe(other_model(run.manifest, record.served_model)),
        "cell": pool.maybe(_cell(record)),
    }
    for name, value in shown.items():
        columns[name].append(value)


def _cell(record: Record) -> str | None:
    """The cell of a sweep, in words; null in a plain run."""
    if not record.cell:
        return None
    return Cell(wording=record.wording, order=record.order, style=record.style).words


def _cues(record: Record) -> str | None:
    if record.cue_source is None:
        return None
    exposure = f", {record.exposure}" if record.exposure and record.cue_source != "annotated" else ""
    return f"{record.cue_source}{exposure}".replace("_", "-")


def _index(labels: Sequence[str], label: str | None) -> int:
    return labels.index(label) if label in labels else -1


def _messages(prompt: Prompt, pool: Pool) -> list[list[Any]]:
    return [
        [message.role, list(_pieces(prompt, number, message.content, pool))]
        for number, message in enumerate(prompt.messages)
    ]


def _pieces(prompt: Prompt, message: int, content: str, pool: Pool) -> Iterable[int]:
    """Kind and text of each piece: cut where speech and cue block begin and end."""
    at = 0
    spans = sorted(
        (s for s in prompt.spans if s.message == message and s.end > s.start and s.block in BLOCKS),
        key=lambda s: s.start,
    )
    for span in spans:
        if span.start > at:
            yield from (0, pool(content[at : span.start]))
        yield from (BLOCKS[span.block], pool(content[span.start : span.end]))
        at = span.end
    if at < len(content):
        yield from (0, pool(content[at:]))


def _extra(item: PageItem | None, pool: Pool) -> list[Any] | None:
    """[duration, [[label, start, end, confidence], …], [[speaker, text, start, end], …]]."""
    if item is None:
        return None
    return [
        item.duration,
        [[pool(g.label), g.start, g.end, g.confidence] for g in item.gestures],
        [[pool(t.speaker), pool(t.text), t.start, t.end] for t in item.turns],
    ]
