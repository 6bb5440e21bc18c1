"""The worked examples of `--shots`: items of other people with answers, before each question."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from mgllm.errors import InputError, some
from mgllm.experiment.options import RunOptions
from mgllm.items.folds import FOLDS, read_folds, same_as
from mgllm.records import CueSource, Item, Scenario, Shots
from mgllm.seeds import stream


@dataclass(frozen=True)
class Exemplars:
    """The examples of every item asked, and what decided them."""

    by_item: Mapping[str, tuple[Item, ...]]
    """By an item's id, its examples in the order of showing."""
    source: CueSource | None
    """Whose gestures they show; None if the items have none."""
    folds: Mapping[str, int]
    """By person, the number of the fold; empty without a file of folds."""
    facts: Shots
    """The same for the manifest."""

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item that is an example of another, once."""
        return tuple({one.id: one for found in self.by_item.values() for one in found}.values())


def choose_exemplars(
    scenario: Scenario,
    items: Sequence[Item],
    asked: Sequence[Item],
    options: RunOptions,
    source: CueSource | None,
) -> Exemplars | None:
    """Draw each item's examples by seed, from the complete set; None without `--shots`.

    Each is another person's, of another fold if there are folds, with other words. Labels are
    balanced: which of them get one more, where the numbers cannot be equal, is drawn, and so is the
    order. People are different as far as there are enough.

    Raises:
        InputError: there are too few examples for an item, or a person is in no fold.
    """
    ask, path = options.ask, _fold_file(options)
    if not ask.shots:
        return None
    folds = _folds(path, items) if path is not None else {}
    pools = _pools(scenario, items)
    chosen = {item.id: _chosen(item, pools, folds, ask.shots, ask.seed) for item in asked}
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path is not None else None
    return Exemplars(
        by_item=chosen,
        source=source,
        folds=folds,
        facts=Shots(count=ask.shots, cues=ask.shots_cues, folds_sha256=digest),
    )


def _fold_file(options: RunOptions) -> Path | None:
    """`--folds`, else the file beside the gestures or the items.

    Raises:
        InputError: an option of shots is given without them.
    """
    which, ask = options.which, options.ask
    if not ask.shots:
        for flag, is_given in (
            ("--folds", which.folds is not None),
            ("--shots-cues", ask.shots_cues != "same"),
        ):
            if is_given:
                raise InputError(f"{flag} says how --shots are made; add --shots K, or leave {flag} out")
        return None
    if which.folds is not None:
        return which.folds
    beside = [which.gestures, *_folder_of(which.items)]
    return next((folder / FOLDS for folder in beside if folder and (folder / FOLDS).is_file()), None)


def _folder_of(items: str | None) -> list[Path]:
    """The folder of an item set; none of the scenario's own or one of a hub."""
    path = Path(items or "")
    if items is None or not path.exists():
        return []
    return [path if path.is_dir() else path.parent]


def _folds(path: Path, items: Sequence[Item]) -> dict[str, int]:
    number = {same_as(who): nth for nth, people in enumerate(read_folds(path)) for who in people}
    people = dict.fromkeys(item.subject for item in items)
    if missing := [who for who in people if same_as(who) not in number]:
        raise InputError(
            f"{path}: {some(missing)} of the items is in no fold, so nobody's examples are known to be of "
            "another fold; add each person"
        )
    return {who: number[same_as(who)] for who in people}


def _pools(scenario: Scenario, items: Sequence[Item]) -> dict[str, list[Item]]:
    """Items by target, in the order of their ids: the order of the file decides nothing."""
    pools: dict[str, list[Item]] = {label.id: [] for label in scenario.labels}
    for item in sorted(items, key=lambda item: item.id):
        if item.target is not None:
            pools[item.target].append(item)
    return pools


def _chosen(
    item: Item, pools: Mapping[str, Sequence[Item]], folds: Mapping[str, int], count: int, seed: int
) -> tuple[Item, ...]:
    random = stream(seed, "shots", item.id)
    labels = [list(pools)[n] for n in random.permutation(len(pools))]
    wanted = Counter(islice(cycle(labels), count))
    found: list[Item] = []
    for label, times in wanted.items():
        others = [one for one in pools[label] if _may_help(one, item, folds)]
        if len(others) < times:
            place = "of other folds" if folds else "of other people"
            raise InputError(
                f"--shots {count}: item {item.id} needs {times} examples of '{label}' {place} with other "
                f"words, but the items have {len(others)}; ask for fewer, or leave --shots out"
            )
        found += _spread([others[n] for n in random.permutation(len(others))], times, found)
    return tuple(found[n] for n in np.argsort(random.random(len(found)), kind="stable"))


def _may_help(one: Item, item: Item, folds: Mapping[str, int]) -> bool:
    """Another person, in another fold, who does not say the same."""
    if same_as(one.subject) == same_as(item.subject):
        return False
    if folds and folds[one.subject] == folds[item.subject]:
        return False
    said, own = ([turn.text for turn in each.speech] for each in (one, item))
    return not own or said != own


def _spread(drawn: Sequence[Item], times: int, taken: Sequence[Item]) -> list[Item]:
    """The first of `drawn`, of people who are not yet taken as far as there are some."""
    found: list[Item] = []
    for again in (False, True):
        for one in drawn:
            people = {each.subject for each in (*taken, *found)}
            if len(found) < times and one not in found and (again or one.subject not in people):
                found.append(one)
    return found
