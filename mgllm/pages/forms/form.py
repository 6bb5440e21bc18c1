"""A rater's form as one file: consent, one item a page, and a file of answers to hand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mgllm.pages import asset, bundle, pack, page_environment
from mgllm.pages.shell import policy
from mgllm.records import Prompt

SCRIPTS = (
    *(("mgllm.pages", name) for name in ("unpack", "text", "theme")),
    *(("mgllm.pages.forms", name) for name in ("answers", "screens", "start")),
)
"""The form's script, in this order."""


@dataclass(frozen=True, slots=True)
class FormItem:
    """What is read and what may be answered."""

    prompt: Prompt
    """What a model would read; shown to the letter, and nothing in it is made to stand out."""
    choices: Sequence[tuple[str, str]]
    """Label id and words, in the order listed."""


@dataclass(frozen=True, slots=True)
class FormContent:
    """Everything in a rater's form; nothing of who it is about, what is true, or which arm it is."""

    form: str
    """Id that the file of answers repeats."""
    saved_as: str
    """Name of that file."""
    title: str
    """Heading."""
    consent: str
    """What the rater agrees to; an empty line ends a paragraph."""
    ethics: str
    """What the answers may not be used for."""
    items: Sequence[FormItem]
    """In the order shown."""


def build_form(content: FormContent) -> str:
    """The whole file."""
    style = asset("mgllm.pages", "colours.css") + asset("mgllm.pages.forms", "form.css")
    script = bundle(SCRIPTS)
    page: str = (
        page_environment("mgllm.pages.forms")
        .get_template("form.html")
        .render(
            title=content.title,
            policy=policy(style, script, live=False),
            style=style,
            script=script,
            paragraphs=[part.strip() for part in content.consent.split("\n\n") if part.strip()],
            ethics=content.ethics,
            payload=pack(_payload(content)),
        )
    )
    return page


def _payload(content: FormContent) -> dict[str, Any]:
    return {
        "form": content.form,
        "file": content.saved_as,
        "items": [
            {
                "messages": [message.content for message in item.prompt.messages],
                "choices": [list(choice) for choice in item.choices],
            }
            for item in content.items
        ],
    }
