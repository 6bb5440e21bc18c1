"""One item's prompts as they are looked at: the baseline's in full, of the others what differs."""

from __future__ import annotations

from collections.abc import Iterator

from mgllm.commands.api._html import shown
from mgllm.commands.render import RenderedArm, RenderedItem
from mgllm.errors import InputError, one_line, unknown
from mgllm.records import prompt_text

WIDTH = 72
"""Columns of a heading in plain text."""


class RenderedPrompts(RenderedItem):
    """All arms of one item, as `mgllm.render` gives them."""

    def text(self, arm: str) -> str:
        """The whole prompt of an arm.

        Raises:
            InputError: the item has no such arm here.
        """
        for one in self.arms:
            if one.arm == arm:
                return prompt_text(one.prompt)
        raise InputError(unknown("arm of this scenario", arm, [one.arm for one in self.arms]))

    def __repr__(self) -> str:
        """As `mgllm render --diff` prints it; nothing in it controls a terminal."""
        parts = [f"{self._heading()}"]
        for arm, text in self._differences():
            parts.append(f"\n=== {arm} ".ljust(WIDTH, "="))
            parts.append(text)
        return "\n".join(one_line(line) for line in "\n".join(parts).split("\n"))

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """The same, each whole prompt to be opened."""
        parts = [f"<p><strong>{shown(self._heading())}</strong></p>"]
        for arm, text in self._differences():
            what = "the baseline" if arm == self.baseline else f"what differs from {self.baseline}"
            parts.append(f"<p><strong>{shown(arm)}</strong> · {shown(what)}</p>\n<pre>{shown(text)}</pre>")
            if arm != self.baseline:
                whole = shown(self.text(arm))
                parts.append(f"<details><summary>the whole prompt</summary><pre>{whole}</pre></details>")
        return "\n".join(parts) + "\n"

    def _heading(self) -> str:
        order = ", ".join(self.label_order)
        return f"{self.scenario} / {self.item}, {self.form} form, labels in the order {order}"

    def _differences(self) -> Iterator[tuple[str, str]]:
        """Arm and text, the baseline first."""
        for one in sorted(self.arms, key=lambda one: one.arm != self.baseline):
            yield one.arm, prompt_text(one.prompt) if one.arm == self.baseline else self._difference(one)

    def _difference(self, one: RenderedArm) -> str:
        return "\n".join(one.diff) or f"(the same prompt as {self.baseline})"
