"""Prompts from templates; the only place that knows Jinja."""

from mgllm.prompts.renderer import MAX_CHARACTERS, OfferedLabel, Renderer, View

__all__ = ["MAX_CHARACTERS", "OfferedLabel", "Renderer", "View"]
