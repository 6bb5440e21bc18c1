"""The facts about one kind of server: a row of the table in `mgllm.backends.presets`."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from mgllm.records import Frozen

Fragment = Mapping[str, JsonValue]
"""Request parameters, possibly nested."""

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""Words for how much a model reasons, least first: OpenAI's names, which others use too."""

EFFORT_NONE: Fragment = {"reasoning_effort": "none"}
TEMPLATE_OFF: Fragment = {"chat_template_kwargs": {"enable_thinking": False}}
"""For the chat templates of Qwen, GLM and Gemma; others ignore it."""
DEEPSEEK_OFF: Fragment = {"chat_template_kwargs": {"thinking": False}}
"""For DeepSeek's chat template."""
THINKING_OFF: Fragment = {"thinking": {"type": "disabled"}}
THINK_FALSE: Fragment = {"think": False}
ROUTED_NONE: Fragment = {"reasoning": {"effort": "none"}}
ROUTED_OFF: Fragment = {"reasoning": {"enabled": False}}


class Preset(Frozen):
    """One kind of server."""

    name: str
    """Name on the shelf."""
    base_url: str | None = None
    """Its address, unless `--base-url` is given; None: `--base-url` is required."""
    key_envs: tuple[str, ...] = ()
    """Variables that may contain its key, the usual one first; empty: it may need no key."""
    quiet: tuple[Fragment, ...] = (EFFORT_NONE,)
    """Ways to ask for no reasoning, tried in this order until the model answers without it."""
    effort_at: tuple[str, ...] = ("reasoning_effort",)
    """Path in a request to the word for the effort; empty: it has no such parameter."""
    ignores: frozenset[str] = frozenset()
    """Parameters that it accepts but ignores: they are not sent."""
    list_needs_key_alike: bool = True
    """Whether a refused list of models means a refused key."""
    notes: str = ""
    """Sources of these facts, and what is not known."""

    @property
    def gives_logprobs(self) -> bool:
        """False if it is known to ignore log-probabilities; else the first question shows it."""
        return "logprobs" not in self.ignores
