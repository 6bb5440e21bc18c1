"""The questions of `--probe`: without speech and gestures, in templates of their own, in no arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mgllm.errors import InputError
from mgllm.experiment.manner import Manner
from mgllm.experiment.material import Material
from mgllm.experiment.plan import Planned
from mgllm.experiment.sampling import label_orders
from mgllm.prompts.renderer import Renderer
from mgllm.prompts.views import OfferedLabel
from mgllm.records import Choice, Item, Label, Prompt, Question, RecordKey, probe_place
from mgllm.seeds import number

SHOWN: Mapping[str, tuple[str, ...]] = {
    "metadata": ("facts", "question"),
    "labels-only": (),
    "question-only": ("question",),
}
"""By probe, what its template sees besides `labels`, `form` and `reasoning`."""


def plan_probes(material: Material, manner: Manner, renderer: Renderer) -> tuple[Planned, ...]:
    """The probes of a scenario, probe by probe; none unless `--probe` asks for some.

    Raises:
        InputError: no covariate differs between items, or a template is wrong.
    """
    if not manner.ask.probe:
        return ()
    prober = _Prober(material, manner, renderer)
    return tuple(one for probe in manner.ask.probe for one in prober.about(probe))


class _Prober:
    def __init__(self, material: Material, manner: Manner, renderer: Renderer) -> None:
        self.material, self.manner, self.renderer = material, manner, renderer
        self.labels = {label.id: label for label in material.scenario.labels}
        self.orders = label_orders(
            material.items, tuple(self.labels), manner.ask.seed, manner.ask.design_rules
        )
        letters = {label: chr(ord("A") + nth) for nth, label in enumerate(self.labels)}
        self.offered = {
            label.id: OfferedLabel(text=f"{letters[label.id]}. {label.text}", answer=letters[label.id])
            if manner.lettered
            else OfferedLabel(text=label.text, answer=label.text)
            for label in self.labels.values()
        }

    def about(self, probe: str) -> list[Planned]:
        names = different_facts(self.material.items) if probe == "metadata" else []
        if probe == "metadata" and not names:
            raise InputError(
                f"--probe metadata: no covariate differs between the items of {self.material.items_name}, so "
                "there is nothing to show; add covariates, or leave the probe out"
            )
        self.renderer.check_probe(_template(probe), ("labels", "form", "reasoning", *SHOWN[probe]))
        return [
            self._planned(item, probe, epoch, self._prompt(item, probe, names))
            for item in self.material.asked
            for epoch in range(self.manner.ask.repetitions)
        ]

    def _prompt(self, item: Item, probe: str, names: Sequence[str]) -> Prompt:
        known: dict[str, Any] = {
            "question": self.material.scenario.question,
            "facts": [
                {"name": name.replace("_", " "), "value": _word(item.covariates[name])}
                for name in names
                if item.covariates.get(name) is not None
            ],
        }
        offered = [self.offered[label] for label in self.orders[item.id]]
        seen = {
            "labels": [{"text": label.text, "answer": label.answer} for label in offered],
            "form": self.manner.form,
            "reasoning": self.manner.reasoning,
            **{name: known[name] for name in SHOWN[probe]},
        }
        return self.renderer.render_probe(_template(probe), self.manner.form, seen)

    def _planned(self, item: Item, probe: str, epoch: int, prompt: Prompt) -> Planned:
        manner = self.manner
        question = Question(
            prompt=prompt,
            choices=tuple(self._choice(self.labels[label]) for label in self.orders[item.id]),
            score=manner.score,
            reasoning=manner.reasoning,
            temperature=manner.ask.heat,
            max_tokens=manner.max_tokens,
            seed=number(manner.ask.seed, "sampling", epoch) % 2**31,
        )
        return Planned(
            key=RecordKey(self.material.scenario.name, item.id, probe_place(probe), epoch, 0),
            item=item,
            question=question,
            label_order=self.orders[item.id],
            cue_source=None,
            exposure=None,
            blind=probe != "metadata",
        )

    def _choice(self, label: Label) -> Choice:
        """In cloze the label's text: its `cloze` continues the scenario's sentence, not ours."""
        text = f" {label.text}" if self.manner.form == "cloze" else self.offered[label.id].answer
        return Choice(label=label.id, text=text)


def _template(probe: str) -> str:
    return f"probe_{probe.replace('-', '_')}.j2"


def different_facts(items: Sequence[Item]) -> list[str]:
    """Names of the covariates that differ between items, in their first order; the others say
    nothing of any item."""
    names = dict.fromkeys(name for item in items for name in item.covariates)
    return [name for name in names if len({_word(item.covariates.get(name)) for item in items}) > 1]


def _word(value: str | int | float | bool | None) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
