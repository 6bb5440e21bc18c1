"""`mgllm scenario check`: renders each wording of a scenario and looks for what must not be
there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

from mgllm.errors import InputError
from mgllm.experiment.manner import Manner, settle
from mgllm.experiment.material import Material, gather
from mgllm.experiment.options import RunOptions
from mgllm.experiment.plan import Planned
from mgllm.experiment.preparing import render_questions
from mgllm.experiment.shots import choose_exemplars
from mgllm.prompts.scenarios import FoundScenario, find_scenario
from mgllm.records import Form, Frozen, Reasoning

_SENTINEL = "7f3a91"
"""Written where a template must not look, and searched for in what it writes."""


_MARKED = {
    "subject": f"subject-{_SENTINEL}",
    "covariates": {f"key-{_SENTINEL}": f"value-{_SENTINEL}"},
    "notes": f"notes-{_SENTINEL}",
}
"""What no template may show of an item."""


class CheckReport(Frozen):
    """What was checked, without faults."""

    scenario: str
    """Name of the scenario."""
    items: int
    """Items in the set."""
    subjects: int
    """People in the set."""
    arms: tuple[str, ...]
    """Arms checked."""
    wordings: tuple[str, ...]
    """Templates rendered, with form and reasoning."""
    prompts: int
    """Prompts rendered and compared."""
    notes: tuple[str, ...]
    """What the user may want to know."""


def check_here(name: str, options: RunOptions) -> CheckReport:
    """The check itself, in this process.

    Raises:
        InputError: the first fault.
    """
    found = find_scenario(name, options.folders)
    material = gather(found, options)
    wordings, prompts, notes = [], 0, list(material.notes)
    notes += _refuse_beginnings(found)
    for paraphrase in (None, *found.scenario.paraphrases):
        for form, reasoning in _ways(found, paraphrase):
            ask = options.ask.model_copy(update={"paraphrase": paraphrase, "reasoning": reasoning})
            this_way = options.model_copy(update={"ask": ask})
            manner = settle(found, this_way.ask, form)
            questions = render_questions(material, manner, this_way)
            _sentinels(material, manner, this_way)
            prompts += len(questions)
            wording = found.wording(form, paraphrase)
            if wording is not None and wording.note is not None and wording.note not in notes:
                notes.append(wording.note)
            wordings.append(f"{manner.template} ({form}, {reasoning})")
    _check_shots(found, material, options)
    notes += [f"arm {arm} is left out: {why}" for arm, why in material.left_out.items()]
    return CheckReport(
        scenario=name,
        items=len(material.items),
        subjects=len({item.subject for item in material.items}),
        arms=tuple(arm.name for arm in material.arms),
        wordings=tuple(wordings),
        prompts=prompts,
        notes=tuple(notes),
    )


def _ways(found: FoundScenario, paraphrase: str | None) -> list[tuple[Form, Reasoning]]:
    ways: list[tuple[Form, Reasoning]] = [("chat", "direct"), ("chat", "chain_of_thought")]
    return [*ways, ("cloze", "direct")] if found.wording("cloze", paraphrase) else ways


def _refuse_beginnings(found: FoundScenario) -> list[str]:
    """Notes on labels of which one is the beginning of another.

    The shorter one can never be the less probable of the two. In a cloze that is an error. In chat
    it depends on the model's tokens, so it is a note.

    Raises:
        InputError: a cloze text begins with another one, and the scenario has a cloze template.
    """
    labels = found.scenario.labels
    clozes = any(found.wording("cloze", name) for name in (None, *found.scenario.paraphrases))
    for one, other in permutations(labels, 2) if clozes else ():
        if other.cloze.strip().startswith(one.cloze.strip()):
            raise InputError(
                f"{found.path} label '{one.id}': its cloze '{one.cloze}' is the beginning of the cloze "
                f"'{other.cloze}' of label '{other.id}', so it is always the more probable one; change one"
            )
    return [
        f"label text '{one.text}' is the beginning of '{other.text}': in chat with --score logprob some "
        "local models cannot distinguish them and stop with an error; use --score generate there"
        for one, other in permutations(labels, 2)
        if other.text.startswith(one.text)
    ]


def _check_shots(found: FoundScenario, material: Material, options: RunOptions) -> None:
    """Render worked examples before one question, in both forms, as a run with --shots would.

    Nothing is checked if the items have too few people: such a run says so itself.
    """
    for form, _ in _ways(found, None)[::2]:
        for cues in ("same", "follow"):
            ask = options.ask.model_copy(update={"shots": len(found.scenario.labels), "shots_cues": cues})
            this_way = options.model_copy(update={"ask": ask})
            first = material.items[:1]
            try:
                drawn = choose_exemplars(
                    found.scenario, material.items, first, this_way, material.ground.source
                )
            except InputError:
                return
            if drawn is None:
                return
            marked = {
                item: tuple(one.model_copy(update=_MARKED) for one in found)
                for item, found in drawn.by_item.items()
            }
            alone = replace(material, asked=first, exemplars=replace(drawn, by_item=marked, folds={}))
            _refuse_sentinels("_shot.j2", render_questions(alone, settle(found, ask, form), this_way))


def _sentinels(material: Material, manner: Manner, options: RunOptions) -> None:
    """Refuse templates that show more of an item than its speech and gestures: the rest gets a
    sentinel."""
    item = material.items[0]
    marked = item.model_copy(
        update={
            "id": f"id-{_SENTINEL}",
            **_MARKED,
        }
    )
    arms = tuple(arm for arm in material.arms if not arm.borrows)
    ground = replace(material.ground, items={marked.id: marked}, donors={}, opponents={})
    alone = replace(material, ground=ground, asked=(marked,), arms=arms)
    _refuse_sentinels(manner.template, render_questions(alone, manner, options))


def _refuse_sentinels(template: str, questions: Sequence[Planned]) -> None:
    for one in questions:
        shown = next((m.content for m in one.question.prompt.messages if _SENTINEL in m.content), None)
        if shown is not None:
            raise InputError(
                f"template {template} shows more of an item than speech and gestures: {shown[:80]!r}"
            )
