"""`mgllm render`: one item's prompts, and what differs between the arms."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

from mgllm.errors import InputError, unknown
from mgllm.experiment.manner import settle
from mgllm.experiment.material import Material, gather
from mgllm.experiment.options import RunOptions
from mgllm.experiment.plan import Planned
from mgllm.experiment.preparing import render_questions
from mgllm.prompts.scenarios import find_scenario
from mgllm.records import Form, Frozen, Prompt, prompt_text


class RenderedArm(Frozen):
    """The prompt of one arm of an item."""

    arm: str
    """Name of the arm."""
    prompt: Prompt
    """Messages and spans."""
    diff: tuple[str, ...]
    """What differs from the baseline's prompt: "+ …", "- …"; empty for the baseline."""


class RenderedItem(Frozen):
    """All arms of one item."""

    scenario: str
    """Name of the scenario."""
    item: str
    """Id of the item."""
    form: Form = "chat"
    """How the question is put."""
    baseline: str
    """The arm that diffs are taken against."""
    label_order: tuple[str, ...]
    """Label ids as the prompts list them."""
    arms: tuple[RenderedArm, ...]
    """In table order."""


def render_item(name: str, item: str | None, options: RunOptions) -> RenderedItem:
    """Render one item of a scenario (the first, if none is given) as a run would, without a model.

    Raises:
        InputError: there is no such item, or a prompt is not right.
    """
    found = find_scenario(name, options.folders)
    material = gather(found, options)
    known = [one.id for one in material.items]
    if item is not None and item not in known:
        raise InputError(unknown(f"item of {material.items_name}", item, known))
    wanted = material.ground.items[item or known[0]]
    form: Form = "chat" if options.ask.form == "auto" else options.ask.form
    manner = settle(found, options.ask, form)
    questions = render_questions(replace(material, asked=(wanted,)), manner, options)
    order = [arm.name for arm in material.arms]
    first = {one.key.arm: one for one in reversed(questions)}
    return _compared(material, [first[arm] for arm in order], form)


def _compared(material: Material, planned: Sequence[Planned], form: Form) -> RenderedItem:
    names = [one.key.arm for one in planned]
    baseline = material.scenario.baseline if material.scenario.baseline in names else names[0]
    base = next(one for one in planned if one.key.arm == baseline).question.prompt
    return RenderedItem(
        scenario=material.scenario.name,
        item=planned[0].key.item,
        form=form,
        baseline=baseline,
        label_order=planned[0].label_order,
        arms=tuple(
            RenderedArm(
                arm=one.key.arm, prompt=one.question.prompt, diff=_difference(base, one.question.prompt)
            )
            for one in planned
        ),
    )


def _difference(base: Prompt, prompt: Prompt) -> tuple[str, ...]:
    before, after = (prompt_text(p).split("\n") for p in (base, prompt))
    return tuple(line for line in difflib.ndiff(before, after) if line[:2] in ("+ ", "- "))
