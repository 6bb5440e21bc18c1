"""`mgllm human export`: a scenario as forms for people, in the words that a chat model reads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from mgllm.arms.base import arm_roles, get_arms
from mgllm.errors import InputError
from mgllm.experiment.manifest import describe_scenario
from mgllm.experiment.manner import settle
from mgllm.experiment.material import Material, gather
from mgllm.experiment.model_names import count_words
from mgllm.experiment.options import RunOptions
from mgllm.experiment.plan import Planned, plan_questions
from mgllm.experiment.sampling import seats
from mgllm.files.json_files import decode, read_at_most
from mgllm.files.writing import refuse_existing, write_texts
from mgllm.pages.forms.form import FormContent, FormItem, build_form
from mgllm.prompts.renderer import Renderer
from mgllm.prompts.scenarios import find_scenarios
from mgllm.records import Frozen, Scenario
from mgllm.records.human import FEWEST_PER_CELL, PLAN, HumanPlan, HumanQuestion, RaterPlan

README = "README.txt"
MOST_RATERS = 999
WORDS_PER_MINUTE, SECONDS_PER_ITEM = 200, 6
"""Reading and answering; for the time that the consent text states."""
LONGEST_CONSENT = 100_000
"""Bytes of a consent text."""


class HumanExport(Frozen):
    """What was written."""

    out: Path
    """The folder."""
    forms: int
    """Forms, one for each rater."""
    items: int
    """Items, each in every form."""
    subjects: int
    """People they are about."""
    arms: tuple[str, ...]
    """Arms; each rater sees each item in one of them."""
    fewest: int
    """Raters of the item and arm that has the fewest."""
    minutes: int
    """About how long a form takes."""
    restricted: int
    """Items whose licence restricts who may read them."""
    notes: tuple[str, ...] = ()
    """Notes from joining gestures."""


def human_export(options: RunOptions, raters: int, out: Path, consent: Path | None = None) -> HumanExport:
    """Write a form for each rater, and the plan that `human import` reads their answers with.

    Args:
        options: one scenario, its items, arms, cue source, limit and seed.
        raters: people asked; each sees every item once, in one arm.
        out: a folder for the forms.
        consent: a text instead of mgllm's own.

    Raises:
        InputError: too few raters, an arm that cannot be shown, or whatever does not fit.
    """
    found = find_scenarios(options.scenarios, options.folders)
    if len(found) != 1:
        raise InputError("human export takes one scenario: mgllm human export NAME …")
    arms = _arms(options, found[0].scenario)
    options = options.model_copy(update={"ask": options.ask.model_copy(update={"arms": arms})})
    _check_raters(raters, arms)
    text = _consent(consent)
    material = gather(found[0], options)
    plan = _plan(material, options, raters, text)
    names = [plan.rater_name(nth) for nth in range(raters)]
    refuse_existing(out, [PLAN, README, *(f"{name}.html" for name in names)])
    minutes = _minutes(plan)
    written = {
        PLAN: plan.model_dump_json(by_alias=True, indent=1) + "\n",
        README: _readme(plan, names, minutes),
        **{
            f"{name}.html": build_form(_form(plan, nth, name, (text, minutes)))
            for nth, name in enumerate(names)
        },
    }
    write_texts(out, written)
    return HumanExport(
        out=out,
        forms=raters,
        items=len(material.asked),
        subjects=len({item.subject for item in material.asked}),
        arms=plan.scenario.arms,
        fewest=raters // len(plan.scenario.arms),
        minutes=minutes,
        restricted=sum(item.terms == "restricted" for item in material.asked),
        notes=material.notes,
    )


def _arms(options: RunOptions, scenario: Scenario) -> tuple[str, ...]:
    """The arms asked for, else the baseline and the main arm."""
    arms = options.ask.arms or (scenario.baseline, arm_roles()["main"])
    if empty := [arm.name for arm in get_arms(arms) if not (arm.speech or arm.shows_cues)]:
        raise InputError(f"arm {empty[0]} shows neither speech nor gestures; leave it out of --arms")
    return arms


def _check_raters(raters: int, arms: Sequence[str]) -> None:
    needed = FEWEST_PER_CELL * len(set(arms))
    if raters < needed:
        raise InputError(
            f"--raters {raters}: {len(set(arms))} arms need at least {needed} raters, so that every item has "
            f"{FEWEST_PER_CELL} in each arm"
        )
    if raters > MOST_RATERS:
        raise InputError(f"--raters {raters} is too many; at most {MOST_RATERS}")


def _consent(path: Path | None) -> str:
    if path is None:
        return files("mgllm.pages.forms").joinpath("assets", "consent.txt").read_text(encoding="utf-8")
    text = decode(read_at_most(path, LONGEST_CONSENT, "a consent text"), str(path))
    if not text.strip():
        raise InputError(f"{path} is empty; a form needs a text to which the rater agrees")
    return text


def _plan(material: Material, options: RunOptions, raters: int, consent: str) -> HumanPlan:
    scenario = material.scenario
    ask = options.ask.model_copy(update={"reasoning": "direct", "max_tokens": 1})
    manner = settle(material.found, ask, "chat", "generate")
    renderer = Renderer(options.folders.prompt_folders(), tuple(manner.text))
    planned = plan_questions(material, manner, renderer, count_words)
    renderer.check(manner.template)
    described = describe_scenario(material, manner, renderer, options.ask.paraphrase)
    place = {(one.key.item, one.key.arm): nth for nth, one in enumerate(planned)}
    seen = seats(material.asked, len(material.arms), raters, options.ask.seed)
    what = [consent, scenario.title, *(one.question.prompt.sha256 for one in planned)]
    what += [f"{label.id} {label.text}" for label in scenario.labels]
    content = hashlib.sha256("\x1f".join(what).encode()).hexdigest()
    return HumanPlan(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        seed=options.ask.seed,
        scenario=described,
        limit=options.which.limit,
        questions=tuple(_question(one) for one in planned),
        raters=tuple(
            RaterPlan(
                form=_form_id(content, options.ask.seed, nth, raters),
                shown=tuple(place[item, material.arms[arm].name] for item, arm in shown),
            )
            for nth, shown in enumerate(seen)
        ),
    )


def _form_id(content: str, seed: int, rater: int, raters: int) -> str:
    """Depends on what is shown to whom: files of another export are refused by it."""
    return hashlib.sha256(f"{content} {seed} {rater} of {raters}".encode()).hexdigest()[:16]


def _question(one: Planned) -> HumanQuestion:
    return HumanQuestion(
        item=one.item.id,
        subject=one.item.subject,
        subject_known=one.item.subject_known,
        target=one.item.target,
        arm=one.key.arm,
        prompt=one.question.prompt,
        label_order=one.label_order,
        cue_source=one.cue_source,
        exposure=one.exposure,
    )


def _form(plan: HumanPlan, nth: int, name: str, words: tuple[str, int]) -> FormContent:
    consent, minutes = words
    rater, texts = plan.raters[nth], {label.id: label.text for label in plan.scenario.labels}
    filled = consent.replace("{items}", str(len(rater.shown))).replace("{minutes}", str(minutes))
    return FormContent(
        form=rater.form,
        saved_as=f"{name}.json",
        title=plan.scenario.title,
        consent=filled,
        ethics=plan.scenario.ethics,
        items=[
            FormItem(question.prompt, [(label, texts[label]) for label in question.label_order])
            for question in (plan.questions[index] for index in rater.shown)
        ],
    )


def _minutes(plan: HumanPlan) -> int:
    """About how long the slowest form takes."""
    words = [
        sum(len(message.content.split()) for message in question.prompt.messages)
        for question in plan.questions
    ]
    longest = max(sum(words[index] for index in rater.shown) for rater in plan.raters)
    seconds = SECONDS_PER_ITEM * len(plan.raters[0].shown)
    return max(1, round(longest / WORDS_PER_MINUTE + seconds / 60))


def _readme(plan: HumanPlan, names: Sequence[str], minutes: int) -> str:
    return README_TEXT.format(
        first=names[0], last=names[-1], items=len(plan.raters[0].shown), minutes=minutes
    )


README_TEXT = """\
Forms for people, made by mgllm human export.

{first}.html … {last}.html
    One form for each rater: {items} texts, about {minutes} minutes. Give each person one form, and
    each form to one person. It opens in any browser, needs no network, and sends nothing anywhere.

plan.json
    Who sees what, and the right answers. Keep it, and never give it to a rater.

A rater saves {first}.json (or another number) and sends it back. When you have the files:

    mgllm human import THIS_FOLDER FOLDER_OF_THE_FILES
    mgllm compare RUN_OF_A_MODEL RUN_OF_THE_PEOPLE

Your ethics board decides whether you may ask people at all, and with which consent text. This form
does not replace its approval.
"""
