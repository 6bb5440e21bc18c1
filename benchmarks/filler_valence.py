"""What single remarks of the filler do to a small model's answers, beyond being lines about
equipment.

`python benchmarks/filler_valence.py [STATE…]` tells four items of each bundled scenario five lines
about equipment, alone and with a state behind each ("audio level steady"), and prints how far the
state moves the mean log-odds of the scenario's first label on SmolLM2-135M. About 20 minutes on two
cores for thirty states.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from statistics import fmean

from mgllm.arms.filler import FRAMES, STATES, TOPICS
from mgllm.backends.base import Backend
from mgllm.cues.base import CueLine
from mgllm.cues.block import Cues
from mgllm.experiment.manner import Manner, choose_manner
from mgllm.experiment.material import Material, gather
from mgllm.experiment.model_names import make_backend, parse_model
from mgllm.experiment.options import RunOptions
from mgllm.experiment.sampling import label_orders, limited
from mgllm.prompts.renderer import Renderer
from mgllm.prompts.scenarios import find_scenarios
from mgllm.prompts.views import OfferedLabel, View
from mgllm.records import Choice, Question

ITEMS, LINES = 4, 5
BESIDE = ("steady", "verified", "checked", "within limits", "logged without warnings", "unsteady", "faulty")
"""States of before, and two of their opposites: how far words can go that do speak well or ill."""
OPTIONS = RunOptions(model="local")


async def main(states: Sequence[str]) -> None:
    """Print a row a state."""
    backend = make_backend(parse_model("local"), OPTIONS)
    await backend.open()
    moved: dict[str, list[float]] = {state: [] for state in states}
    names = []
    for found in find_scenarios((), OPTIONS.folders):
        material = gather(found, OPTIONS)
        manner = await choose_manner(backend, found, OPTIONS.ask)
        alone = await log_odds(backend, list(questions(material, manner, "")))
        for state in states:
            told = await log_odds(backend, list(questions(material, manner, state)))
            moved[state].append(told - alone)
        names.append(f"{material.scenario.name} ({material.scenario.labels[0].id})")
    await backend.close()
    print(f"| state | {' | '.join(names)} |\n|---|{'--:|' * len(names)}")
    for state, values in moved.items():
        print(f"| {state} | {' | '.join(f'{value:+.2f}' for value in values)} |")


def questions(material: Material, manner: Manner, state: str) -> Iterator[Question]:
    """The questions of a few items, their cue block lines about equipment in this state."""
    renderer = Renderer(OPTIONS.folders.prompt_folders(), tuple(manner.text))
    labels = {label.id: label for label in material.scenario.labels}
    orders = label_orders(material.items, tuple(labels), seed=0)
    for n, item in enumerate(limited(material.items, ITEMS, seed=0)):
        view = View(
            question=material.scenario.question,
            labels=tuple(
                OfferedLabel(text=labels[one].text, answer=labels[one].text) for one in orders[item.id]
            ),
            reasoning=manner.reasoning,
            text=manner.text,
            speech=item.speech,
            cues=notes(n, state),
        )
        yield Question(
            prompt=renderer.render(manner.template, manner.form, view),
            choices=tuple(Choice(label=one.id, text=one.cloze) for one in labels.values()),
            score="logprob",
            reasoning=manner.reasoning,
            temperature=0.0,
            max_tokens=1,
            seed=0,
        )


def notes(n: int, state: str) -> Cues:
    """Five lines about equipment; which, depends on the item alone."""
    frame = FRAMES[0]
    topics = [TOPICS[(7 * n + 5 * k) % len(TOPICS)] for k in range(LINES)]
    return Cues(
        heading=frame.heading,
        definition=f"{frame.definitions[0]}.",
        lines=tuple(CueLine(what=f"{topic} {state}".strip()) for topic in topics),
        nothing=frame.nothings[0],
    )


async def log_odds(backend: Backend, asked: Sequence[Question]) -> float:
    """Mean over items of the first label's log-probability less the second's."""
    replies = await asyncio.gather(*(backend.ask(question) for question in asked))
    first, second = (choice.label for choice in asked[0].choices)
    totals = [reply.scores.total for reply in replies if reply.scores is not None]
    return fmean(total[first] - total[second] for total in totals)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:] or [*STATES, *BESIDE]))
