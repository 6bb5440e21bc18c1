"""A rater's form as one file: consent, one item on each page, and a file of answers to hand in."""

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
    """A text to read, and its possible answers."""

    prompt: Prompt
    """The prompt that a model gets; shown exactly, with nothing highlighted."""
    choices: Sequence[tuple[str, str]]
    """Label id and words, in the order listed."""


@dataclass(frozen=True, slots=True)
class FormContent:
    """Everything in a rater's form. It does not say who the person is, what the target is, or which
    arm it is."""

    form: str
    """Id of the form, which the file of answers repeats."""
    saved_as: str
    """Name of that file."""
    title: str
    """Heading."""
    consent: str
    """The text that the rater agrees to; an empty line ends a paragraph."""
    ethics: str
    """What the answers may not be used for."""
    items: Sequence[FormItem]
    """In the order shown."""


def build_form(content: FormContent) -> str:
    """The HTML of the form."""
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
