"""`mgllm scenario check`: YAML, templates, items and the integrity of the arms, without a model.

Templates are rendered in a child process with limits of time and memory: they are a stranger's text.
"""

from __future__ import annotations

import multiprocessing
import sys
from dataclasses import replace
from multiprocessing.connection import Connection

from mgllm.commands.render import render_questions
from mgllm.errors import InputError
from mgllm.experiment.manner import Manner, settle
from mgllm.experiment.material import Material, gather
from mgllm.experiment.options import RunOptions
from mgllm.prompts.scenarios import FoundScenario, find_scenario
from mgllm.records import Form, Frozen, Reasoning

SECONDS = 60
"""A check may take so long."""
MEMORY_BYTES = 4 * 2**30
"""A check may use so much address space."""
_SENTINEL = "7f3a91"
"""Put where a template must not look, and looked for in what it writes."""


class CheckReport(Frozen):
    """What was found to be right."""

    scenario: str
    """Name of the scenario."""
    items: int
    """Items in the set."""
    subjects: int
    """People among them."""
    arms: tuple[str, ...]
    """Arms checked."""
    wordings: tuple[str, ...]
    """Templates rendered, with form and reasoning."""
    prompts: int
    """Prompts rendered and compared."""
    notes: tuple[str, ...]
    """What a person might want to know."""


def check_scenario(name: str, options: RunOptions, *, seconds: float = SECONDS) -> CheckReport:
    """Check a scenario in a child process.

    Raises:
        InputError: the first thing that is wrong, in one line; or the check took too much time or memory.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(there, name, options.model_dump_json()), daemon=True)
    child.start()
    there.close()
    try:
        if not here.poll(seconds):
            raise InputError(
                f"scenario {name}: rendering took more than {seconds:g} s; a template loops too long"
            )
        return _received(here, name)
    finally:
        child.kill()
        child.join()


def _received(here: Connection, name: str) -> CheckReport:
    try:
        kind, text = here.recv()
    except EOFError:
        raise InputError(
            f"scenario {name}: rendering ended without a result; it needs too much memory"
        ) from None
    if kind == "report":
        return CheckReport.model_validate_json(text)
    raise InputError(text)


def _child(there: Connection, name: str, options: str) -> None:
    _limit_memory()
    try:
        report = check_here(name, RunOptions.model_validate_json(options))
        there.send(("report", report.model_dump_json()))
    except InputError as error:
        there.send(("error", str(error)))
    except MemoryError:
        there.send(
            ("error", f"scenario {name}: rendering needs more than {MEMORY_BYTES // 2**30} GB of memory")
        )


def check_here(name: str, options: RunOptions) -> CheckReport:
    """The check itself, in this process.

    Raises:
        InputError: the first thing that is wrong.
    """
    found = find_scenario(name, options.folders)
    material = gather(found, options)
    wordings, prompts, notes = [], 0, list(material.notes)
    for paraphrase in (None, *found.scenario.paraphrases):
        for form, reasoning in _ways(found, paraphrase):
            ask = options.ask.model_copy(update={"paraphrase": paraphrase, "reasoning": reasoning})
            told = options.model_copy(update={"ask": ask})
            manner = settle(found, told.ask, form)
            questions = render_questions(material, manner, told)
            _sentinels(material, manner, told)
            prompts += len(questions)
            wording = found.wording(form, paraphrase)
            if wording is not None and wording.note is not None and wording.note not in notes:
                notes.append(wording.note)
            wordings.append(f"{manner.template} ({form}, {reasoning})")
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


def _sentinels(material: Material, manner: Manner, options: RunOptions) -> None:
    """Nothing of an item but its speech and gestures may reach a prompt: rename the rest and look for it."""
    item = material.items[0]
    marked = item.model_copy(
        update={
            "id": f"id-{_SENTINEL}",
            "subject": f"subject-{_SENTINEL}",
            "covariates": {f"key-{_SENTINEL}": f"value-{_SENTINEL}"},
            "notes": f"notes-{_SENTINEL}",
        }
    )
    arms = tuple(arm for arm in material.arms if arm.needs != "donor")
    ground = replace(material.ground, items={marked.id: marked}, donors={})
    alone = replace(material, ground=ground, asked=(marked,), arms=arms)
    for one in render_questions(alone, manner, options):
        shown = next((m.content for m in one.question.prompt.messages if _SENTINEL in m.content), None)
        if shown is not None:
            raise InputError(f"{manner.template} shows of an item what it must not: {shown[:80]!r}")


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
