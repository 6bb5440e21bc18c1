"""The prompts are those that were asked: their hashes are theirs, and every record's is there."""

from __future__ import annotations

from mgllm.experiment.verifying.base import Found, check, tally
from mgllm.experiment.verifying.evidence import Evidence
from mgllm.records import Prompt, prompt_sha256
from mgllm.store import PROMPTS

MISSING = f"{PROMPTS} is missing"
NO_TEXT = "the run keeps hashes alone (--no-store-text)"


@check("prompt hashes", about="every prompt has the sha256 that it stands under", place=120)
def look_at_hashes(evidence: Evidence) -> Found | str:
    """Computed again from form and messages: a changed word is found."""
    if evidence.prompt_lines is None:
        return Found(0, 1, MISSING)
    places: list[str | None] = []
    for line in evidence.prompt_lines:
        if line.sha256 is None:
            places.append(f"{line.place} is no prompt")
        elif line.prompt is not None:
            places.append(None if is_whole(line.prompt) else f"{line.place} has another sha256 than it says")
        elif evidence.manifest.stores_text:
            places.append(f"{line.place} has no messages, and the run keeps texts")
    if not places and evidence.prompt_lines:
        return NO_TEXT
    return tally(places)


@check("prompts", about="every record's prompt is kept", place=130)
def look_for_prompts(evidence: Evidence) -> Found | str:
    """Also where hashes alone are kept."""
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
            places.append(f"{line.place}: it is {record.form}, its prompt {forms[sha256]}")
        else:
            places.append(None)
    return tally(places)


@check("spans", about="the marked places of speech and cues lie inside their messages", place=140)
def look_at_spans(evidence: Evidence) -> Found | str:
    """The page shows the words between them."""
    if not evidence.prompts:
        return NO_TEXT if not evidence.manifest.stores_text else "there are no prompts"
    return tally(
        f"prompt {prompt.sha256[:12]}: a span of its {block} lies outside its messages" if block else None
        for prompt in evidence.prompts.values()
        for block in [_outside(prompt)]
    )


def is_whole(prompt: Prompt) -> bool:
    """Whether a prompt has the hash that it stands under."""
    return prompt_sha256(prompt.form, prompt.messages) == prompt.sha256


def _outside(prompt: Prompt) -> str | None:
    for span in prompt.spans:
        inside = 0 <= span.message < len(prompt.messages)
        if not inside or not 0 <= span.start <= span.end <= len(prompt.messages[span.message].content):
            return span.block
    return None
