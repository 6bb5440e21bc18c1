"""`mgllm.render`: the experiment made visible, without a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from mgllm.commands._options import from_flat
from mgllm.commands.api._door import python_door
from mgllm.commands.api._keywords import given
from mgllm.commands.api._shown_prompts import RenderedPrompts
from mgllm.commands.render import render_item
from mgllm.records import CueSource, Form, Reasoning

_ANY_MODEL = "local"
"""Options of a run name a model; prompts of a form are the same for all of them."""


@python_door
def render(  # noqa: PLR0913  # keywords of the public API
    scenario: str | Path,
    *,
    item: str | None = None,
    items: str | Path | None = None,
    gestures: str | Path | None = None,
    cue_source: CueSource | None = None,
    arms: str | Sequence[str] | None = None,
    seed: int = 0,
    form: Form | Literal["auto"] = "auto",
    reasoning: Reasoning | None = None,
    paraphrase: str | None = None,
    confusion: str | Path | None = None,
    shots: int = 0,
    shots_cues: Literal["same", "follow"] = "same",
    folds: str | Path | None = None,
    scenarios_dir: str | Path | None = None,
    prompts_dir: str | Path | None = None,
) -> RenderedPrompts:
    """One item's prompts, arm by arm, and what differs between them. No model is asked.

    Args:
        scenario: Name of a scenario, or its YAML file.
        item: Id of the item. Default: the first.
        items: The item set, as for `run`. Default: the scenario's own.
        gestures: A folder of `*.mg.json` files to join to the items.
        cue_source: annotated, recognized or out_of_fold. Default: the first of out_of_fold,
            recognized, annotated that every item has.
        arms: Names of arms. Default: the scenario's.
        seed: Decides donors, filler and the order of labels, as in a run with the same seed.
        form: chat or cloze; auto is chat here.
        reasoning: direct or chain_of_thought. Default: the scenario's.
        paraphrase: Another wording of the scenario, by its name.
        confusion: A CSV file of what a recogniser takes for what, for the arm `text+noisy@P`.
        shots: Worked examples of other people before the question.
        shots_cues: same or follow, as for `run`.
        folds: A file with folds of people, as for `run`.
        scenarios_dir: A folder of your own scenarios.
        prompts_dir: A folder of your own templates.

    Returns:
        The prompts: `print` and notebooks show the baseline's and what differs in each other arm;
        `text("text+mg")` is one whole prompt.

    Raises:
        InputError: There is no such scenario, item or arm, or a prompt is not as it should be.

    Example:
        >>> mgllm.render("emotion", item="emotion-01a")
    """
    said = given(render, locals(), "scenario", "item") | {"model": _ANY_MODEL}
    made = render_item(str(scenario), item, from_flat(said))
    return RenderedPrompts.model_construct(made.model_fields_set, **vars(made))
