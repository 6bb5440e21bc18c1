"""A checkpoint's model card: what it is, what it has seen, what it must not be used for."""

from __future__ import annotations

from collections.abc import Sequence

from mgllm.recognizer.network.checkpoint import CheckpointConfig, Seen

_KINDS = {
    "pretrained": "pre-trained without labels: gives features, knows no classes",
    "linear": "a linear classifier on frozen pre-trained features",
    "finetuned": "trained as a whole with labels",
}
MOST_NAMED = 60
"""Subjects that the card names."""
_LIMITS = """## What it is not for

Body movements are evidence about groups in research. This is no judgement of a person: not of honesty, not
of character, not of health, not for hiring, policing or surveillance. It has been tested on nobody but the
people named in the results that came with it."""


def model_card(config: CheckpointConfig, notes: Sequence[str] = ()) -> str:
    """The card as Markdown; what datasets say of themselves is shown as code, not as Markdown."""
    seen = [_seen_line(seen) for seen in config.subjects_seen] or ["* nothing: its weights are random"]
    lines = [
        f"# Skeleton recogniser, {config.kind}",
        "",
        f"{_KINDS[config.kind][0].upper()}{_KINDS[config.kind][1:]}.",
        "",
        f"* network: `{config.encoder.spatial}` and `{config.encoder.temporal}`, fusion "
        f"`{config.encoder.fusion}`; the {config.stream} vector is used",
        f"* input: {len(config.layout.joints)} joints, {config.dims} coordinates, resampled to "
        f"{config.preprocessing.frames} frames",
        f"* classes: {len(config.classes) or 'none'}",
        f"* made with mgllm {config.versions.get('mgllm', '?')}, torch {config.versions.get('torch', '?')}",
        "",
        "## What it has learned from",
        "",
        *seen,
        "",
        "A test on these people would not be a test; `mgllm recognizer evaluate` refuses it.",
        "",
        *([*(f"* {note}" for note in notes), ""] if notes else []),
        _LIMITS,
        "",
    ]
    return "\n".join(lines)


def _seen_line(seen: Seen) -> str:
    how = "with labels" if seen.labelled else "without labels"
    people = ", ".join(seen.subjects[:MOST_NAMED])
    if len(seen.subjects) > MOST_NAMED:
        people += f" and {len(seen.subjects) - MOST_NAMED} more (config.json names all)"
    return (
        f"* {_code(seen.dataset)} (sha256 `{seen.sha256[:12]}`), {how}: {seen.clips} clips of "
        f"{len(seen.subjects)} subjects: {_code(people)}"
    )


def _code(text: str) -> str:
    clean = " ".join(text.replace("`", "'").split())
    return f"`{clean}`"
