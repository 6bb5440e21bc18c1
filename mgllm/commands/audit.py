"""`mgllm audit`: what an item set says that it should not, and a copy in which it is masked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from mgllm.audit.auditing import Looked, audit_items, finder_for
from mgllm.audit.report import AuditReport, Gate, as_markdown
from mgllm.audit.rules import COUNTS, masked_item
from mgllm.commands._places import items_place
from mgllm.errors import InputError
from mgllm.files.text_files import read_text
from mgllm.files.writing import refuse_existing, write_texts
from mgllm.items.loading import check_targets, item_line, load_items
from mgllm.prompts.scenarios import Folders, find_scenario, scenario_names
from mgllm.records import Frozen, Item, References, Scenario
from mgllm.references import make_references

FILES = ("audit.json", "audit.md")
"""What `-o` writes."""
MOST_NAME = 200
"""Characters of a name in the user's list."""


class AuditOptions(Frozen):
    """Options of `mgllm audit`."""

    items: str
    """ITEMS: an item file, or anything that `--items` takes."""
    scenario: str | None = None
    """`--scenario`: whose labels and mask; None: the first whose labels include all targets."""
    folders: Folders = Folders()
    """`--scenarios`, `--prompts`."""
    names: Path | None = None
    """`--names`: a file of names, a line each."""
    split: str | None = None
    """`--split`: the covariate that names sides."""
    fail_on: tuple[Gate, ...] = ()
    """`--fail-on`."""
    show: bool = False
    """`--show`: words of restricted items, too."""
    out: Path | None = None
    """`-o`: a folder for `audit.json` and `audit.md`."""
    mask: Path | None = None
    """`--mask`: a new item file, or a folder that gets an `items.jsonl`."""


class Audited(Frozen):
    """What an audit made."""

    report: AuditReport
    """What was found."""
    files: tuple[str, ...]
    """Paths of what was written."""
    failed: tuple[Gate, ...]
    """The gates of `--fail-on` that found something."""


def audit(options: AuditOptions) -> Audited:
    """Look at a set; write a report and masked items where asked. The set itself stays as it is.

    Raises:
        InputError: something does not fit, or a file exists already; nothing was written then.
    """
    if options.out is not None:
        refuse_existing(options.out, FILES)
    place = items_place(options.mask) if options.mask is not None else None
    if place is not None:
        refuse_existing(place[0], (place[1],))
    items = load_items(options.items)
    found = _scenario_for(items, options.scenario, options.folders)
    if found is not None:
        check_targets(items, [label.id for label in found.labels], options.items)
    listed = _names(options.names) if options.names is not None else ()
    looked = Looked(scenario=found, listed=listed, split=options.split, show=options.show)
    report = audit_items(items, options.items.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1], looked)
    made, why = _references(items)
    report = report.model_copy(update={"references": made, "notes": (*report.notes, *why)})
    written: list[str] = []
    if place is not None:
        finder = finder_for(items, looked)
        masked = tuple(masked_item(item, finder) for item in items)
        report = report.model_copy(update={"masked": _counted(masked)})
        write_texts(place[0], {place[1]: "".join(f"{item_line(item)}\n" for item in masked)})
        written.append(str(place[0] / place[1]))
    if options.out is not None:
        texts = (report.model_dump_json(by_alias=True, indent=2) + "\n", as_markdown(report))
        write_texts(options.out, dict(zip(FILES, texts, strict=True)))
        written += [str(options.out / name) for name in FILES]
    failed = tuple(gate for gate in dict.fromkeys(options.fail_on) if report.failed.get(gate))
    return Audited(report=report, files=tuple(written), failed=failed)


def _references(items: Sequence[Item]) -> tuple[References | None, tuple[str, ...]]:
    """What simple classifiers reach, or why they cannot be made."""
    try:
        made = make_references(items).references
    except InputError as error:
        return None, (f"no classifiers against the target: {error}",)
    return made, made.notes


def _scenario_for(items: Sequence[Item], wanted: str | None, folders: Folders) -> Scenario | None:
    """The scenario that the user names, else the first whose labels include all targets."""
    if wanted is not None:
        return find_scenario(wanted, folders).scenario
    targets = {item.target for item in items if item.target is not None}
    known = (find_scenario(name, folders).scenario for name in scenario_names(folders) if targets)
    return next((one for one in known if targets <= {label.id for label in one.labels}), None)


def _counted(items: Sequence[Item]) -> dict[str, int]:
    """Masks by kind."""
    return {mask: sum(int(item.covariates[name] or 0) for item in items) for mask, name in COUNTS.items()}


def _names(path: Path) -> tuple[str, ...]:
    """The names of a list, a line each; lines that begin with # are left out."""
    lines = [line.strip() for line in read_text(path).splitlines()]
    names = tuple(_checked(lines, path))
    if not names:
        raise InputError(f"{path} has no names; write one in each line")
    return names


def _checked(lines: Iterable[str], path: Path) -> Iterable[str]:
    for number, line in enumerate(lines, 1):
        if line and not line.startswith("#"):
            if len(line) > MOST_NAME or not any(c.isalpha() for c in line):
                raise InputError(f"{path}:{number} '{line:.60}' is not a name; write one name in each line")
            yield line
