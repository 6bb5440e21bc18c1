"""Compares the length of each arm's cue blocks with the main arm's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from mgllm.arms.integrity import block_text
from mgllm.experiment.material import Material
from mgllm.experiment.plan import Planned
from mgllm.records import is_attributed


def cue_token_ratios(
    planned: Iterable[Planned], material: Material, count: Callable[[str], int]
) -> Mapping[str, float]:
    """By arm, tokens of its cue blocks divided by those of the main arm, as the mean over items.

    Args:
        planned: all questions of a scenario.
        material: its `shows_own` is the arm to compare with; without one nothing is counted.
        count: counts the tokens of a text.
    """
    if material.shows_own is None:
        return {}
    tokens: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    known: dict[str, int] = {}
    for one in planned:
        block = block_text(one.question.prompt, "cues") if one.cue_source is not None else ""
        if block and not is_attributed(one.key.arm):
            if block not in known:
                known[block] = count(block)
            tokens[one.key.arm][one.key.item].append(known[block])
    own = {item: _mean(counts) for item, counts in tokens[material.shows_own.name].items()}
    return {
        arm.name: round(_mean([_mean(counts) / own[item] for item, counts in tokens[arm.name].items()]), 4)
        for arm in material.arms
        if arm.name in tokens
    }


def _mean(values: list[float] | list[int]) -> float:
    return sum(values) / len(values)
