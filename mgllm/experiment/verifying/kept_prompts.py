"""Checks the prompts: each has its hash, and every record's prompt is there."""

from __future__ import annotations

from mgllm.experiment.verifying.base import Found, check, tally
from mgllm.experiment.verifying.evidence import Evidence
from mgllm.records import Prompt, prompt_sha256
from mgllm.store import PROMPTS

MISSING = f"{PROMPTS} is missing"
NO_TEXT = "the run keeps only hashes (--no-store-text)"


@check("prompt hashes", about="every prompt has the sha256 that its line gives", place=120)
def look_at_hashes(evidence: Evidence) -> Found | str:
    """Computes hashes again from form and messages: any changed word is found."""
    if evidence.prompt_lines is None:
        return Found(0, 1, MISSING)
    places: list[str | None] = []
    for line in evidence.prompt_lines:
        if line.sha256 is None:
            places.append(f"{line.place} is not a prompt")
        elif line.prompt is not None:
            places.append(None if is_whole(line.prompt) else f"{line.place} was changed: its sha256 is wrong")
        elif evidence.manifest.stores_text:
            places.append(f"{line.place} has no messages, although the run keeps texts")
    if not places and evidence.prompt_lines:
        return NO_TEXT
    return tally(places)


@check("prompts", about="every record's prompt is there", place=130)
def look_for_prompts(evidence: Evidence) -> Found | str:
    """Works also if only hashes are kept."""
    if evidence.prompt_lines is None:
        return Found(len(evidence.counted), max(1, len(evidence.counted)), MISSING)
    forms = {prompt.sha256: prompt.form for prompt in evidence.prompts.values()}
    known = {line.sha256 for line in evidence.prompt_lines}
    places: list[str | None] = []
    for line, record in evidence.counted:
        sha256 = record.prompt_sha256
        if sha256 not in known:
            places.append(f"{line.place}: its prompt {sha256[:12]} is not in {PROMPTS}")
        elif forms.get(sha256, record.form) != record.form:
            places.append(f"{line.place}: the record is {record.form}, its prompt is {forms[sha256]}")
        else:
            places.append(None)
    return tally(places)


@check("spans", about="the marked places of speech and cues are inside their messages", place=140)
def look_at_spans(evidence: Evidence) -> Found | str:
    """The page marks these places in the prompts."""
    if not evidence.prompts:
        return NO_TEXT if not evidence.manifest.stores_text else "there are no prompts"
    return tally(
        f"prompt {prompt.sha256[:12]}: its {block} are marked outside its messages" if block else None
        for prompt in evidence.prompts.values()
        for block in [_outside(prompt)]
    )


def is_whole(prompt: Prompt) -> bool:
    """Whether a prompt has the hash that its line gives."""
    return prompt_sha256(prompt.form, prompt.messages) == prompt.sha256


def _outside(prompt: Prompt) -> str | None:
    for span in prompt.spans:
        inside = 0 <= span.message < len(prompt.messages)
        if not inside or not 0 <= span.start <= span.end <= len(prompt.messages[span.message].content):
            return span.block
    return None
