"""The runs that a command names: each is read once, none is compared with itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mgllm.analysis import RunRecords
from mgllm.errors import InputError
from mgllm.records import Exclusions, Registered
from mgllm.store import StoredRun, find_run, read_run

Facts = Mapping[str, str | int | float | bool | None]


def named_runs(
    runs: Sequence[str | Path], results: Path, against: str | Path | None = None
) -> list[StoredRun]:
    """The runs in the order given; the one that is subtracted from them comes last.

    A folder given twice is read once. The run to subtract is not subtracted from itself.

    Args:
        runs: folders, names, beginnings or ends of names, or `latest`.
        results: where names are looked up.
        against: a run to subtract, given in the same way.

    Raises:
        InputError: there is no such run, it is damaged or a copy of another, or nothing is left to
            compare.
    """
    folders = {folder.resolve(): folder for name in runs for folder in [find_run(name, results)]}
    if against is not None:
        other = find_run(against, results)
        folders.pop(other.resolve(), None)
        if not folders:
            raise InputError(f"--against '{against}' is the run itself; give another run")
        folders[other.resolve()] = other
    found = [read_run(folder) for folder in folders.values()]
    seen: dict[str, Path] = {}
    for run in found:
        if (twin := seen.setdefault(run.manifest.id, run.path)) != run.path:
            raise InputError(
                f"{run.path} and {twin} are the same run ('{run.manifest.id}'); give one of them"
            )
    return found


def refuse_empty(runs: Sequence[StoredRun], why: str) -> None:
    """Refuse a run without records.

    Raises:
        InputError: it has none; `why` says what to do.
    """
    for run in runs:
        if not run.records:
            raise InputError(f"{run.path} has no records yet; {why}")


def run_records(stored: StoredRun, redact: bool, nth: int) -> RunRecords:
    """A stored run as the statistics read it; if redacted, its name is run-`nth`."""
    read = RunRecords(
        manifest=stored.manifest, records=stored.records
    )  # the records are read while the address is known; it may be redacted below
    if not redact:
        return read
    model = _without_folder(stored.manifest.model)  # servers, too, use folders as names
    scenarios = tuple(s.model_copy(update={"items_name": "items"}) for s in stored.manifest.scenarios)
    change = {
        **{"id": f"run-{nth}", "model": model, "scenarios": scenarios, "base_url": None},
        **{"model_facts": _nameless(stored.manifest.model_facts), "model_args": {}, "rescored_from": None},
        "preregistration": _nameless_plan(stored.manifest.preregistration),
        **{
            "sent": {},
            "served_models": {_file(n): count for n, count in stored.manifest.served_models.items()},
        },
    }
    return RunRecords(
        manifest=stored.manifest.model_copy(update=change),
        records=tuple(
            r.model_copy(update={"model": model, "served_model": r.served_model and _file(r.served_model)})
            for r in read.records
        ),
    )


def _nameless_plan(registered: Registered | None) -> Registered | None:
    """A preregistration without names of people, items, files and models."""
    if registered is None:
        return None
    plan = registered.content.plan.model_copy(update={"model": None})
    bare = {"exclusions": Exclusions(), "plan": plan}
    content = registered.content.model_copy(update=bare)
    return registered.model_copy(update={"file": "preregistration", "content": content})


def _nameless(facts: Facts) -> Facts:
    """Hashes, numbers, true and false; text may name a file or a server."""
    return {
        key: value for key, value in facts.items() if not isinstance(value, str) or key.endswith("sha256")
    }


def _file(name: str) -> str:
    """A served model's name without folders: /models/llama.gguf → llama.gguf; org/name stays."""
    return _without_folder(f"/{name}").removeprefix("/")


def _without_folder(model: str) -> str:
    """local/home/ann/models/llama → local/llama; a hub id (org/name) stays."""
    backend, _, name = model.partition("/")
    parts = name.replace("\\", "/").split("/")
    is_folder = name.startswith(("/", ".", "~")) or len(parts) > 2
    return f"{backend}/{parts[-1]}" if is_folder else model
