"""`--preregister`: reads the file, checks its names, and leaves out what it excludes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from mgllm.analysis.metric import metrics
from mgllm.analysis.statistics.registered import deviations
from mgllm.arms.base import get_arm
from mgllm.errors import InputError, unknown
from mgllm.files.opening import file_bytes
from mgllm.files.yaml_files import read_yaml
from mgllm.records import Exclusions, Item, Registered, Registration, RunManifest


def load_registration(path: Path | None) -> Registered | None:
    """The preregistration of a run, with the hash of its file; None if there is no file.

    Raises:
        InputError: it cannot be read, has a wrong value, or names an unknown arm or metric.
    """
    if path is None:
        return None
    content = read_yaml(path, Registration)
    for nth, hypothesis in enumerate(content.hypotheses, 1):
        try:
            if hypothesis.metric not in metrics.names():
                raise InputError(unknown("metric", hypothesis.metric, metrics.names()))
            get_arm(hypothesis.arm)
            get_arm(hypothesis.over)
        except InputError as error:
            raise InputError(f"{path} hypothesis {nth}: {error}") from None
    return Registered(
        sha256=hashlib.sha256(file_bytes(path)).hexdigest(),
        file=path.name,
        content=content,
    )


def not_excluded(items: Sequence[Item], registered: Registered | None) -> tuple[Item, ...]:
    """The items that may be asked.

    Raises:
        InputError: all are excluded.
    """
    if registered is None:
        return tuple(items)
    out = registered.content.exclusions
    kept = tuple(item for item in items if not _excluded(item, out))
    if not kept:
        raise InputError(f"{registered.file} excludes all {len(items)} items; nothing would be asked")
    return kept


def refuse_unknown_exclusions(registered: Registered | None, items: Iterable[Item]) -> None:
    """Refuse exclusions that exclude nothing: they are probably misspelt.

    Args:
        registered: the preregistration.
        items: those of all scenarios of the run.

    Raises:
        InputError: an item, person or covariate is unknown.
    """
    if registered is None:
        return
    out, every = registered.content.exclusions, list(items)
    there = {
        "item": {item.id for item in every},
        "subject": {item.subject for item in every},
        "covariate": {name for item in every for name in item.covariates},
    }
    for kind, names in (("item", out.items), ("subject", out.subjects), ("covariate", out.covariates)):
        for name in names:
            if name not in there[kind]:
                raise InputError(f"{registered.file} exclusions: {unknown(kind, name, sorted(there[kind]))}")


def deviation_lines(manifest: RunManifest) -> list[str]:
    """What is not as registered, as far as it is known before anything is asked."""
    return [
        f"{scenario.name} deviates from the preregistration: {words}"
        for scenario in manifest.scenarios
        for words in deviations(manifest, scenario)
    ]


def _excluded(item: Item, out: Exclusions) -> bool:
    by_covariate = any(
        name in item.covariates and any(_same(item.covariates[name], value) for value in values)
        for name, values in out.covariates.items()
    )
    return item.id in out.items or item.subject in out.subjects or by_covariate


def _same(value: object, other: object) -> bool:
    """Equal, and true is not 1."""
    return value == other and isinstance(value, bool) == isinstance(other, bool)
