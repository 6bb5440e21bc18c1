"""The page: templates, style, script and payload as one file that needs no network."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from mgllm.report.calibration import calibration_section
from mgllm.report.confusion import confusion_section
from mgllm.report.content import PageContent
from mgllm.report.dose import dose_section
from mgllm.report.facts import run_facts
from mgllm.report.forest import forest_section
from mgllm.report.gestures import gestures_section
from mgllm.report.payload import pack, payload
from mgllm.report.places import places_section
from mgllm.report.section import Section
from mgllm.report.words import visible

SCRIPTS = ("unpack", "text", "rows", "table", "timeline", "item", "theme", "live", "start")
"""The page's script, in this order."""
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
    style, script = _asset("page.css"), _script()
    sections = [section for make in SECTIONS if (section := make(content)) is not None]
    page: str = _template().render(
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


def policy(style: str, script: str, *, live: bool) -> str:
    """The content security policy: this script and this style, and nothing from anywhere."""
    own = "'self'" if live else "'none'"
    parts = [
        "default-src 'none'",
        f"script-src '{_hash(script)}'",
        f"style-src '{_hash(style)}'",
        f"connect-src {own}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(parts)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


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


def _script() -> str:
    """All scripts in one function of their own; a line feed at both ends, as the page writes it."""
    return "\n(() => {\n'use strict';\n" + "\n".join(_asset(f"{name}.js") for name in SCRIPTS) + "})();\n"


def _asset(name: str) -> str:
    return files("mgllm.report").joinpath("assets", name).read_text(encoding="utf-8")


def _template() -> Any:
    from jinja2 import PackageLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from markupsafe import Markup

    def shown(value: object) -> object:
        return visible(value) if type(value) is str else value

    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("mgllm.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
    )
    environment.filters["unbroken"] = _unbroken
    environment.filters["ours"] = Markup  # script and style, from this package alone
    return environment.get_template("page.html")
