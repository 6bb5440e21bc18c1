"""Makes the list of questions from items, arms and templates: all that is decided before any
call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from mgllm.arms.attribution import attribution_arms
from mgllm.arms.base import Arm, Case, Ground
from mgllm.arms.integrity import block_text, check_item, check_shots
from mgllm.cues.base import styles
from mgllm.cues.block import Cues
from mgllm.errors import IntegrityError
from mgllm.experiment.cue_f1 import cue_f1
from mgllm.experiment.manner import Manner
from mgllm.experiment.material import Material
from mgllm.experiment.sampling import arm_order, label_orders
from mgllm.prompts.renderer import Renderer
from mgllm.prompts.views import OfferedLabel, Shot, View
from mgllm.records import (
    PLAIN,
    Cell,
    Choice,
    CueSource,
    Exposure,
    Item,
    Label,
    Prompt,
    Question,
    RecordKey,
    Turn,
    cell_id,
)
from mgllm.seeds import number


@dataclass(frozen=True)
class Planned:
    """One question, and what its record needs besides the reply."""

    key: RecordKey
    item: Item
    question: Question
    label_order: tuple[str, ...]
    cue_source: CueSource | None
    exposure: Exposure | None
    blind: bool
    """True if the prompt shows nothing of the item: it is asked once for each label order."""
    cue_f1: float | None = None
    """F1 of the gestures shown against the annotated ones."""
    cell: Cell = PLAIN
    """The cell of a sweep that it belongs to."""
    shots: int = 0
    """Worked examples before it."""


def plan_questions(
    material: Material,
    manner: Manner,
    renderer: Renderer,
    count: Callable[[str], int],
    cell: Cell = PLAIN,
) -> tuple[Planned, ...]:
    """All questions of a scenario, item by item, with each item's arms in a seeded order.

    Args:
        material: items, arms and donors.
        manner: how they are asked.
        renderer: fills in the templates.
        count: counts the tokens of a text.
        cell: of a sweep; its wording and style are already in `manner` and `material`.

    Raises:
        IntegrityError: the arms of an item differ in more than speech and cue block.
    """
    planner = _Planner(material, manner, renderer, count, cell)
    planned = [question for item in material.asked for question in planner.item(item)]
    planner.refuse_empty_shuffle()
    return tuple(planned)


class _Planner:
    def __init__(
        self,
        material: Material,
        manner: Manner,
        renderer: Renderer,
        count: Callable[[str], int],
        cell: Cell,
    ) -> None:
        self.material, self.manner, self.renderer = material, manner, renderer
        examples = manner.ask.shots
        self.cell = (
            cell.model_copy(update={"id": cell_id(shots=examples)}) if examples and not cell.id else cell
        )
        scenario = material.scenario
        self.labels = {label.id: label for label in scenario.labels}
        self.letters = {label.id: chr(ord("A") + i) for i, label in enumerate(scenario.labels)}
        self.orders = (
            dict.fromkeys((item.id for item in material.items), cell.labels)
            if cell.labels
            else label_orders(material.items, tuple(self.labels), manner.ask.seed, manner.ask.design_rules)
        )
        forbidden = {
            word.casefold() for label in scenario.labels for word in (*label.id.split(), *label.text.split())
        }
        self.ground = replace(material.ground, count=count, render=renderer.cue_block, forbidden=forbidden)
        self.shuffle_changed = False
        self.cue_f1: dict[tuple[str, int, int], float | None] = {}  # by arm, epoch, shuffle of the item
        self.examples = _Examples(material, self.ground)

    def item(self, item: Item) -> list[Planned]:
        planned = []
        arms = (*self.material.arms, *self._attribution_arms(item))
        self.examples.check(item)
        order = arm_order([arm.name for arm in arms], self.manner.ask.seed, item.id)
        by_name = {arm.name: arm for arm in arms}
        still = {arm.name: self._prompt(item, arm, 0, 0) for arm in arms if not arm.borrows}
        for epoch in range(self.manner.ask.repetitions):
            shuffled = self._shuffled_prompts(item, epoch)
            follow = self.manner.ask.shots_cues == "follow"
            for prompts in shuffled or [{}]:
                labels = self.material.scenario.labels
                check_item(item.id, arms, {**still, **prompts}, labels, shots_follow=follow)
            for name in order:
                versions = [prompts[name] for prompts in shuffled] if name not in still else [still[name]]
                planned += [
                    self._planned(item, by_name[name], epoch, nth, prompt)
                    for nth, prompt in enumerate(versions)
                ]
            self._compare_shuffled(still, shuffled)
        return planned

    def refuse_empty_shuffle(self) -> None:
        """Refuse a shuffle that changes no item's cues: it could never make a difference."""
        own = self.material.shows_own
        given = next((arm.name for arm in self.material.arms if arm.borrows), None)
        if own is not None and given is not None and not self.shuffle_changed:
            raise IntegrityError(
                f"arms {own.name} and {given}: all items asked have the same cue block, so there is nothing "
                f"to shuffle; leave {given} out with --arms"
            )

    def _attribution_arms(self, item: Item) -> tuple[Arm, ...]:
        material = self.material
        if not material.attributed or material.ground.source is None:
            return ()
        return attribution_arms(material.attributed, item, material.ground.source, material.scenario.cue)

    def _compare_shuffled(
        self, still: Mapping[str, Prompt], shuffled: Sequence[Mapping[str, Prompt]]
    ) -> None:
        for prompts in shuffled:
            for prompt in prompts.values():
                own = self.material.shows_own
                true = still.get(own.name) if own is not None else None
                self.shuffle_changed |= true is None or block_text(true, "cues") != block_text(prompt, "cues")

    def _shuffled_prompts(self, item: Item, epoch: int) -> list[dict[str, Prompt]]:
        arms = [arm for arm in self.material.arms if arm.borrows]
        if not arms:
            return []
        return [
            {arm.name: self._prompt(item, arm, epoch, shuffle) for arm in arms}
            for shuffle in range(self.manner.ask.shuffles)
        ]

    def _prompt(self, item: Item, arm: Arm, epoch: int, shuffle: int) -> Prompt:
        case = Case(self.ground, item, epoch, shuffle)
        cues = arm.block(case)
        self.cue_f1[arm.name, epoch, shuffle] = cue_f1(case, cues)
        view = View(
            question=self.material.scenario.question,
            labels=tuple(self._offered(self.labels[label]) for label in self.orders[item.id]),
            reasoning=self.manner.reasoning,
            text=self.manner.text,
            speech=item.speech if arm.speech else (),
            cues=cues,
            shots=tuple(
                Shot(speech=shown.speech, cues=shown.cues, answer=self._choice(self.labels[shown.label]).text)
                for shown in self.examples.of(item, arm, epoch, shuffle)
            ),
        )
        return self.renderer.render(self.manner.template, self.manner.form, view)

    def _offered(self, label: Label) -> OfferedLabel:
        if not self.manner.lettered:
            return OfferedLabel(text=label.text, answer=label.text)
        letter = self.letters[label.id]
        return OfferedLabel(text=f"{letter}. {label.text}", answer=letter)

    def _planned(self, item: Item, arm: Arm, epoch: int, shuffle: int, prompt: Prompt) -> Planned:
        source: CueSource | None = None
        if arm.shows_cues:
            source = "annotated" if arm.needs == "annotated" else self.material.ground.source
        recognised = source is not None and source != "annotated"
        return Planned(
            key=RecordKey(self.material.scenario.name, item.id, arm.name, epoch, shuffle, self.cell.id),
            item=item,
            question=self._question(item, prompt, epoch),
            label_order=self.orders[item.id],
            cue_source=source,
            exposure=self._exposure(item, arm, epoch, shuffle) if recognised else None,
            blind=not (arm.speech or arm.shows_cues),
            cue_f1=self.cue_f1[(arm.name, epoch, shuffle) if arm.borrows else (arm.name, 0, 0)],
            cell=self.cell,
            shots=self.manner.ask.shots,
        )

    def _exposure(self, item: Item, arm: Arm, epoch: int, shuffle: int) -> Exposure:
        """The exposure of the gestures shown: the item's own, or its donor's."""
        source = self.ground.source
        assert source is not None  # only recognised gestures have an exposure
        giver = Case(self.ground, item, epoch, shuffle).giver(arm.needs)
        return giver.gestures[source].exposure

    def _question(self, item: Item, prompt: Prompt, epoch: int) -> Question:
        return Question(
            prompt=prompt,
            choices=tuple(self._choice(self.labels[label]) for label in self.orders[item.id]),
            score=self.manner.score,
            reasoning=self.manner.reasoning,
            temperature=self.manner.ask.heat,
            max_tokens=self.manner.max_tokens,
            seed=number(self.manner.ask.seed, "sampling", epoch) % 2**31,
        )

    def _choice(self, label: Label) -> Choice:
        text = label.cloze if self.manner.form == "cloze" else self._offered(label).answer
        return Choice(label=label.id, text=text)


class _Shown(NamedTuple):
    """What a worked example shows of an item."""

    speech: tuple[Turn, ...]
    cues: Cues | None
    label: str


class _Examples:
    """The worked examples of `--shots`, as an arm shows them."""

    def __init__(self, material: Material, ground: Ground) -> None:
        self.chosen, self.labels = material.exemplars, material.scenario.labels
        self.ground = ground
        if self.chosen is not None and ground.source is None and self.chosen.source is not None:
            rates = styles.get(ground.settings.style)().rates
            usual = rates(material.items, {self.chosen.source}, ground.settings)
            self.ground = replace(ground, source=self.chosen.source, usual=usual)

    def check(self, item: Item) -> None:
        """Prove that they may be shown before this item's question."""
        if self.chosen is not None:
            check_shots(item, self.chosen.by_item[item.id], self.labels, self.chosen.folds)

    def of(self, item: Item, arm: Arm, epoch: int, shuffle: int) -> Iterator[_Shown]:
        for one in self.chosen.by_item[item.id] if self.chosen is not None else ():
            assert self.chosen is not None
            assert one.target is not None  # only such items are chosen
            case = Case(self.ground, one, epoch, shuffle)
            if self.chosen.facts.cues == "follow":
                yield _Shown(one.speech if arm.speech else (), arm.block(case), one.target)
            else:
                cues = case.show(case.transcript()) if self.ground.source is not None else None
                yield _Shown(one.speech, cues, one.target)
