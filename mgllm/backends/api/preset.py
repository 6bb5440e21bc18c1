"""What one kind of server is known by: a row of the table in `mgllm.backends.presets`."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from mgllm.records import Frozen

Fragment = Mapping[str, JsonValue]
"""Request parameters, maybe nested."""

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""Words for how much a model reasons, least first, as OpenAI names them and others took over."""

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
    """Where it is unless `--base-url` says otherwise; null: it has to be said."""
    key_envs: tuple[str, ...] = ()
    """Variables that may hold its key, the usual one first; none: it may do without."""
    quiet: tuple[Fragment, ...] = (EFFORT_NONE,)
    """Ways of asking for no reasoning, tried in this order until the model answers without."""
    effort_at: tuple[str, ...] = ("reasoning_effort",)
    """Where in a request the word for the effort stands; empty: it has no such parameter."""
    ignores: frozenset[str] = frozenset()
    """Parameters that it takes and does nothing with: they are not sent."""
    list_needs_key_alike: bool = True
    """Whether a refused list of models means a refused key."""
    notes: str = ""
    """Where these facts come from, and what is not known."""

    @property
    def gives_logprobs(self) -> bool:
        """False where log-probabilities are known to be ignored; else the first question tells."""
        return "logprobs" not in self.ignores
