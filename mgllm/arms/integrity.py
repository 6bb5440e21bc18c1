"""The check, before any call, that the arms of an item differ only in speech and cue block."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from mgllm.arms.base import Arm
from mgllm.errors import IntegrityError
from mgllm.records import Item, Label, Prompt

OWN = ("speech", "cues")
"""The blocks of the item itself: all that an arm may change."""


def check_item(
    item: str,
    arms: Sequence[Arm],
    prompts: Mapping[str, Prompt],
    labels: Sequence[Label],
    *,
    shots_follow: bool = False,
) -> None:
    """Compare the prompts of one item, by arm name.

    Args:
        item: its id.
        arms: the arms.
        prompts: a prompt for each.
        labels: of the scenario.
        shots_follow: worked examples show what the arm shows; else they are the same bytes in all
            arms.

    Raises:
        IntegrityError: they differ elsewhere; names item, arm and the first different line.
    """
    if shots_follow:
        _shots_follow(item, arms, prompts)
    _frames_agree(item, arms, prompts, (*OWN, "shot_speech", "shot_cues") if shots_follow else OWN)
    _speech_agrees(item, arms, prompts)
    _cues_only_where_expected(item, arms, prompts)
    _no_label_in_cues(item, arms, prompts, labels)
    _no_undeclared_twins(item, arms, prompts)


def check_shots(item: Item, shots: Sequence[Item], labels: Sequence[Label], folds: Mapping[str, int]) -> None:
    """Prove that worked examples are of other people, of other folds, and balanced over labels.

    Args:
        item: the one asked about.
        shots: its examples.
        labels: of the scenario.
        folds: by person, the fold; empty without folds.

    Raises:
        IntegrityError: one is not; names it.
    """
    for shot in shots:
        if shot.subject == item.subject or shot.id == item.id:
            raise IntegrityError(f"item {item.id}: the worked example {shot.id} is of the same person")
        if folds and folds[shot.subject] == folds[item.subject]:
            raise IntegrityError(f"item {item.id}: the worked example {shot.id} is of the same fold")
    times = Counter(shot.target for shot in shots)
    counts = [times[label.id] for label in labels]
    if times.total() != sum(counts) or max(counts) - min(counts) > 1:
        raise IntegrityError(
            f"item {item.id}: its worked examples are not balanced over labels: {dict(times)}"
        )


def block_text(prompt: Prompt, block: str) -> str:
    """The text of a prompt's speech or cue block, not of its worked examples."""
    return _texts(prompt, block)[0]


def _texts(prompt: Prompt, *blocks: str) -> list[str]:
    """The texts of all blocks of these kinds, in their order."""
    return [
        prompt.messages[span.message].content[span.start : span.end]
        for span in prompt.spans
        if span.block in blocks
    ]


def frame_lines(prompt: Prompt, cut: Sequence[str] = OWN) -> list[str]:
    """The lines of the prompt without some of its blocks, with the role before each message."""
    lines = []
    spans = sorted((span for span in prompt.spans if span.block in cut), key=lambda span: span.start)
    for index, message in enumerate(prompt.messages):
        content = message.content
        for span in reversed([span for span in spans if span.message == index]):
            content = f"{content[: span.start]}⟨{span.block}⟩{content[span.end :]}"
        lines += [f"[{message.role}]", *content.split("\n")]
    return lines


def _shots_follow(item: str, arms: Sequence[Arm], prompts: Mapping[str, Prompt]) -> None:
    """Worked examples have speech in the arms with speech, the same there, and cues in those with
    cues."""
    spoken = {arm.name: _texts(prompts[arm.name], "shot_speech") for arm in arms}
    first = next((arm.name for arm in arms if arm.speech), "")
    for arm in arms:
        for block, shown, texts in (
            ("speech", arm.speech, spoken[arm.name]),
            ("cues", arm.shows_cues, _texts(prompts[arm.name], "shot_cues")),
        ):
            if any(bool(text.strip()) != shown for text in texts):
                has = "without" if shown else "with"
                raise IntegrityError(
                    f"item {item}, arm {arm.name}: a worked example is {has} {block}, unlike the arm; see "
                    "_shot.j2"
                )
        if arm.speech and spoken[arm.name] != spoken[first]:
            raise IntegrityError(
                f"item {item}, arm {arm.name}: the worked examples have other speech than in arm {first}"
            )


def _frames_agree(item: str, arms: Sequence[Arm], prompts: Mapping[str, Prompt], cut: Sequence[str]) -> None:
    first = frame_lines(prompts[arms[0].name], cut)
    for arm in arms[1:]:
        other = frame_lines(prompts[arm.name], cut)
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
        for line in "\n".join(_texts(prompts[arm.name], "cues", "shot_cues")).split("\n"):
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
