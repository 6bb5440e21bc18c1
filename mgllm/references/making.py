"""Items in, a table of references out.

Shape suffixes: N items, L labels; `1S` has one value with everybody, then S without a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from mgllm.analysis.metric import Ints
from mgllm.analysis.statistics.jackknife import Basis, Clusters, clusters, held, jackknife, weakest
from mgllm.errors import InputError
from mgllm.records import Frozen, Item, Reference, References
from mgllm.references.features import Part, joined
from mgllm.references.folds import Fold, Folding, deal_folds, two_sides
from mgllm.references.guessing import TIE, Tally, log_odds, shared_credit
from mgllm.references.seen import ReferenceChoices, Seen, plan_references

BELOW = "below chance: what the folds teach contradicts what they are asked; it says nothing about people"
"""Flag of a reference whose interval would lie below chance."""


class Guess(Frozen):
    """What a reference makes of an item."""

    item: str
    """Its id."""
    subject: str
    """The person."""
    target: str
    """The true label."""
    reference: str
    """Name of the reference."""
    probabilities: Mapping[str, float]
    """Of each label, by the fits without the person; mean over the draws of folds."""

    @property
    def answer(self) -> str:
        """The most probable label; empty for a tie."""
        best = max(self.probabilities.values())
        found = [label for label, value in self.probabilities.items() if value > best - TIE]
        return found[0] if len(found) == 1 else ""


class MadeReferences(Frozen):
    """A table, and what it counts."""

    references: References
    """The table."""
    guesses: tuple[Guess, ...]
    """One for each item guessed and each reference."""


def make_references(items: Sequence[Item], choices: ReferenceChoices | None = None) -> MadeReferences:
    """Guess the target of each item from what simple classifiers learn of other people.

    Raises:
        InputError: the items have too few people or targets, or what was chosen is not there.
    """
    choices = choices or ReferenceChoices()
    used = [item for item in items if item.target is not None]
    labels = sorted({str(item.target) for item in used})
    if len(labels) < 2:
        there = f"'{labels[0]}' alone" if labels else "none"
        raise InputError(f"references need items with two targets or more; these have {there}")
    target_N = _index([str(item.target) for item in used])
    person_N = _index([item.subject for item in used])
    if choices.split is None:
        folding = deal_folds(target_N, person_N, choices.seed)
    else:
        folding = two_sides(used, choices.split, target_N, person_N, choices.seed)
    plan = plan_references(used, choices)
    tallies = _tallies(plan.parts, plan.seen, target_N, folding)
    guessed = np.flatnonzero(tallies[0].draws_N)
    over, basis = _bases(person_N[guessed], target_N[guessed], labels, folding.groups)
    learned = np.unique(np.concatenate([fold.train_T for fold in folding.draws[0]]))
    rows = [
        _row(seen, tally, over, basis, _in_sample(plan.parts, seen, target_N, learned))
        for seen, tally in zip(plan.seen, tallies, strict=True)
    ]
    table = _table(choices, folding, rows, clusters(person_N[guessed]), labels, target_N[guessed])
    table = table.model_copy(
        update={
            "left_out": len(items) - len(guessed) - (table.learned_from or 0),
            "cue_source": plan.cue_source,
            "notes": plan.notes,
        }
    )
    return MadeReferences(references=table, guesses=tuple(_guesses(used, plan.seen, tallies, labels)))


def _tallies(
    parts: Mapping[str, Part], seen: Sequence[Seen], target_N: Ints, folding: Folding
) -> list[Tally]:
    """The guesses of all references; each part is fitted once to a fold."""
    tallies = [Tally(target_N, folding) for _ in seen]
    for fold in (fold for folds in folding.draws for fold in folds):
        fitted = {name: part.fitted(fold.train_T) for name, part in parts.items()}
        for one, tally in zip(seen, tallies, strict=True):
            tally.add(joined([fitted[name] for name in one.parts], fold.train_T, len(target_N)), fold)
    return tallies


def _in_sample(parts: Mapping[str, Part], seen: Seen, target_N: Ints, learned: Ints) -> float:
    """The accuracy on the items that were learned from."""
    x_NR = joined([parts[name].fitted(learned) for name in seen.parts], learned, len(target_N))
    everybody = np.ones((len(learned), 1), bool)
    at_LM1 = log_odds(x_NR, Fold(learned, learned), target_N, everybody)
    return float(shared_credit(at_LM1, target_N[learned])[0].mean())


def _bases(person_M: Ints, target_M: Ints, labels: Sequence[str], groups: int) -> tuple[Clusters, Basis]:
    """What the interval is made of: people, or as many as groups are left out."""
    over = clusters(person_M)
    basis = weakest(over, person_M, target_M, labels)
    if groups == over.subjects:
        return over, basis
    fewer = min(basis.effective, groups)
    return Clusters(over.n, groups, fewer, over.largest), Basis(fewer, basis.labels)


def _row(seen: Seen, tally: Tally, over: Clusters, basis: Basis, in_sample: float) -> Reference:
    labels = tally.chance_NL.shape[1]
    recall_1S, auc_1S = tally.recall(by_label=True), tally.auc()
    uar, auc = jackknife(recall_1S, over, basis), jackknife(auc_1S, over, basis)
    below = uar.interval is not None and uar.interval[1] < 1 / labels
    return Reference(
        kind=seen.kind,
        name=seen.name,
        uar=float(recall_1S[0]),
        uar_interval=_up_to(uar.interval, 1 / labels),
        auc=auc.value,
        auc_interval=_up_to(auc.interval, 0.5),
        accuracy=float(tally.recall(by_label=False)[0]),
        in_sample=in_sample,
        flag=BELOW if below else uar.flag,
    )


def _up_to(interval: tuple[float, float] | None, chance: float) -> tuple[float, float] | None:
    """An interval that is not below chance.

    Nobody who learns from people like those to be guessed is worse than chance in the long run.
    Where a fact says nothing, folds are: whom they guess is what they did not learn from. Leaving a
    person out does not show it, so the interval is continued up to chance.
    """
    low_high = held(interval, 0.0, 1.0)
    return low_high and (low_high[0], max(low_high[1], chance))


def _table(  # parts of one table
    choices: ReferenceChoices,
    folding: Folding,
    rows: Sequence[Reference],
    over: Clusters,
    labels: Sequence[str],
    target_M: Ints,
) -> References:
    return References(
        n=over.n,
        labels=tuple(labels),
        majority=max(Counter(target_M.tolist()).values()) / over.n,
        subjects=over.subjects,
        effective_subjects=over.effective,
        largest_cluster=over.largest,
        draws=len(folding.draws),
        folds=len(folding.draws[0]),
        seed=choices.seed,
        split=choices.split,
        learned_from=len(folding.draws[0][0].train_T) if choices.split else None,
        shared_subjects=folding.shared,
        groups=folding.groups,
        rows=tuple(rows),
    )


def _guesses(
    items: Sequence[Item], seen: Sequence[Seen], tallies: Sequence[Tally], labels: Sequence[str]
) -> list[Guess]:
    return [
        Guess(
            item=item.id,
            subject=item.subject,
            target=str(item.target),
            reference=one.name,
            probabilities=dict(zip(labels, (tally.chance_NL[n] / tally.draws_N[n]).tolist(), strict=True)),
        )
        for one, tally in zip(seen, tallies, strict=True)
        for n, item in enumerate(items)
        if tally.draws_N[n]
    ]


def _index(names: Sequence[str]) -> Ints:
    return np.unique(names, return_inverse=True)[1].astype(np.int64)
