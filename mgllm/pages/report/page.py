"""The page: templates, style, script and payload as one file that needs no network."""

from __future__ import annotations

import re
from collections.abc import Callable

from mgllm.pages import asset, bundle, pack, page_environment
from mgllm.pages.report.calibration import calibration_section
from mgllm.pages.report.confusion import confusion_section
from mgllm.pages.report.dose import dose_section
from mgllm.pages.report.facts import run_facts
from mgllm.pages.report.forest import forest_section
from mgllm.pages.report.gestures import gestures_section
from mgllm.pages.report.payload import payload
from mgllm.pages.report.places import places_section
from mgllm.pages.report.section import PageContent, Section
from mgllm.pages.shell import policy

SCRIPTS = ("unpack", "text", "rows", "table", "timeline", "item", "theme", "live", "start")
"""The page's script, in this order."""
SHARED = ("unpack", "text", "theme")
"""Those that other pages have too."""
CAUTION = (
    "These numbers are evidence about groups, in research. They are never a verdict on a person, and nothing "
    "here may be used to judge, hire, accuse or diagnose anyone. The deception scenario is no lie detector."
)

UNBROKEN = re.compile(r"\[[−\d., ]+\]|\d %")
"""Intervals, and a percent sign behind its number."""

SectionMaker = Callable[[PageContent], Section | None]


def arms_section(content: PageContent) -> Section | None:
    """What was answered and how well, arm by arm, shown openly."""
    shown = tuple((heading, tables) for heading, tables in content.arm_tables.items() if tables)
    lead = "One line per arm. A failure is never an answer: the four outcomes are counted apart."
    return Section("arms", "Arms", lead, tables=shown) if shown else None


SECTIONS: tuple[SectionMaker, ...] = (
    forest_section,
    arms_section,
    gestures_section,
    calibration_section,
    confusion_section,
    places_section,
    dose_section,
)
"""Parts between the summary and the items, in order. Another part is another entry."""


def build_page(content: PageContent, *, version: str | None = None) -> str:
    """The whole page.

    Args:
        content: what it shows.
        version: names the state shown on a page that is served and asks its own server for news; without
            one the page may reach no network at all.
    """
    style = asset("mgllm.pages", "colours.css") + asset("mgllm.pages.report", "page.css")
    script = bundle([("mgllm.pages" if name in SHARED else "mgllm.pages.report", name) for name in SCRIPTS])
    sections = [section for make in SECTIONS if (section := make(content)) is not None]
    environment = page_environment("mgllm.pages.report")
    environment.filters["unbroken"] = _unbroken
    page: str = environment.get_template("page.html").render(
        title=_title(content),
        policy=policy(style, script, live=version is not None),
        style=style,
        script=script,
        version=version,
        caution=CAUTION,
        runs=run_facts(content.runs),
        accounts=content.accounts,
        notes=content.summary.notes,
        sections=sections,
        texts=_texts(content),
        payload=pack(payload(content.runs)),
    )
    return page


def _title(content: PageContent) -> str:
    scenarios = dict.fromkeys(s.name for run in content.runs for s in run.manifest.scenarios)
    models = dict.fromkeys(run.manifest.model for run in content.runs)
    return f"{', '.join(scenarios)} · {', '.join(models)}"


def _texts(content: PageContent) -> str | None:
    """Why prompts cannot be read here, if they cannot."""
    if content.texts_left_out:
        return "Prompts and replies were left out of this page (--no-text)."
    unstored = [run.manifest.id for run in content.runs if not run.manifest.stores_text]
    return f"Prompts and replies are not stored in: {', '.join(unstored)}." if unstored else None


def _unbroken(text: str) -> str:
    """Numbers that no line end divides."""
    return UNBROKEN.sub(lambda found: found[0].replace(" ", "\u00a0"), text)
