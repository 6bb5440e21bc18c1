"""The check, before any call, that the arms of an item differ only in speech and cue block."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from mgllm.arms.base import Arm
from mgllm.errors import IntegrityError
from mgllm.records import Label, Prompt


def check_item(
    item: str, arms: Sequence[Arm], prompts: Mapping[str, Prompt], labels: Sequence[Label]
) -> None:
    """Compare the prompts of one item, by arm name.

    Raises:
        IntegrityError: they differ elsewhere; names item, arm and the first different line.
    """
    _frames_agree(item, arms, prompts)
    _speech_agrees(item, arms, prompts)
    _cues_only_where_expected(item, arms, prompts)
    _no_label_in_cues(item, arms, prompts, labels)
    _no_undeclared_twins(item, arms, prompts)


def block_text(prompt: Prompt, block: str) -> str:
    """The text of a prompt's speech or cue block."""
    span = next(span for span in prompt.spans if span.block == block)
    return prompt.messages[span.message].content[span.start : span.end]


def frame_lines(prompt: Prompt) -> list[str]:
    """The lines of the prompt without both blocks, with the role before each message."""
    lines = []
    for index, message in enumerate(prompt.messages):
        content = message.content
        for span in reversed([span for span in prompt.spans if span.message == index]):
            content = f"{content[: span.start]}⟨{span.block}⟩{content[span.end :]}"
        lines += [f"[{message.role}]", *content.split("\n")]
    return lines


def _frames_agree(item: str, arms: Sequence[Arm], prompts: Mapping[str, Prompt]) -> None:
    first = frame_lines(prompts[arms[0].name])
    for arm in arms[1:]:
        other = frame_lines(prompts[arm.name])
        if other != first:
            here, there = _first_difference(other, first)
            raise IntegrityError(
                f"item {item}, arm {arm.name}: outside of speech and cues the prompt has {here!r} where arm "
                f"{arms[0].name} has {there!r}; let only _speech.j2 and _cues.j2 test speech or cues"
            )


def _first_difference(lines: list[str], others: list[str]) -> tuple[str, str]:
    for here, there in zip(lines, others, strict=False):
        if here != there:
            return here, there
    longest = max(lines, others, key=len)
    extra = longest[min(len(lines), len(others))]
    return (extra, "nothing more") if longest is lines else ("nothing more", extra)


def _speech_agrees(item: str, arms: Sequence[Arm], prompts: Mapping[str, Prompt]) -> None:
    shown = {arm.name: block_text(prompts[arm.name], "speech") for arm in arms}
    speaking = [arm.name for arm in arms if arm.speech]
    for arm in arms:
        if arm.speech and not shown[arm.name]:
            raise IntegrityError(
                f"item {item}, arm {arm.name}: the speech block is empty, but the arm shows speech; see "
                "_speech.j2"
            )
        if not arm.speech and shown[arm.name]:
            line = shown[arm.name].split("\n")[0]
            raise IntegrityError(
                f"item {item}, arm {arm.name}: the prompt has speech ({line!r}), which this arm must not "
                "show; see _speech.j2"
            )
        if arm.speech and shown[arm.name] != shown[speaking[0]]:
            here, there = _first_difference(shown[arm.name].split("\n"), shown[speaking[0]].split("\n"))
            raise IntegrityError(
                f"item {item}, arm {arm.name}: speech has {here!r} where arm {speaking[0]} has {there!r}"
            )


def _cues_only_where_expected(item: str, arms: Sequence[Arm], prompts: Mapping[str, Prompt]) -> None:
    for arm in arms:
        cues = block_text(prompts[arm.name], "cues")
        if arm.shows_cues and not cues.strip():
            raise IntegrityError(f"item {item}, arm {arm.name}: the cue block is empty; see _cues.j2")
        if cues and not arm.shows_cues:
            line = cues.split("\n")[0]
            raise IntegrityError(
                f"item {item}, arm {arm.name}: the prompt has cues ({line!r}), which this arm must not "
                "show; see _cues.j2"
            )


def _no_label_in_cues(
    item: str, arms: Sequence[Arm], prompts: Mapping[str, Prompt], labels: Sequence[Label]
) -> None:
    words = sorted({word for label in labels for word in (label.id, label.text)})
    pattern = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, words)) + r")(?!\w)", re.IGNORECASE)
    for arm in arms:
        for line in block_text(prompts[arm.name], "cues").split("\n"):
            if found := pattern.search(line):
                raise IntegrityError(
                    f"item {item}, arm {arm.name}: the cue block contains the label '{found[0]}' in "
                    f"{line!r}; rename the label or the gesture"
                )


def _no_undeclared_twins(item: str, arms: Sequence[Arm], prompts: Mapping[str, Prompt]) -> None:
    for one, other in combinations(arms, 2):
        may = one.may_coincide and other.may_coincide
        if prompts[one.name].sha256 == prompts[other.name].sha256 and not may:
            line = prompts[one.name].messages[-1].content.split("\n")[0]
            raise IntegrityError(
                f"item {item}, arms {one.name} and {other.name}: the prompts are the same ({line!r} …), so "
                "comparing these arms would show nothing; see the template"
            )
