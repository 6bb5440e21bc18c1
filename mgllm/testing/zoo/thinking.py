"""Servers whose models reason: what they accept, what they refuse, and the effect of a cap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mgllm.testing.zoo.animal import Ask, Served
from mgllm.testing.zoo.saying import Say, error, sent, unsupported
from mgllm.testing.zoo.tokens import Tops

WRITTEN: Tops = {"deceptive": 0.9, "truthful": 0.08}
_CAPS = ("max_completion_tokens", "max_tokens")


def thought(tokens: int, **where: object) -> Say:
    """The answer after a number of tokens of hidden reasoning, which may be counted in another
    field."""
    told = where or {"completion_tokens_details": {"reasoning_tokens": tokens}}
    return Say("deceptive", "silent", usage={"completion_tokens": tokens + 2, **told})


@dataclass(frozen=True)
class Thinker:
    """A model like those of OpenAI: an effort, and parameters that are not allowed with it."""

    efforts: Sequence[str] = ("none", "low", "medium", "high")
    """Allowed values of `reasoning_effort`; empty: there is no such parameter."""
    tokens: int = 600
    """Tokens of thoughts if the effort is not none."""
    old_caps: bool = False
    """Whether `max_tokens` is accepted, too."""

    def __call__(self, ask: Ask) -> Served:
        """Answer a request."""
        effort = ask.body.get("reasoning_effort", "medium")
        wrong = self._refuse(ask, effort)
        if wrong is not None:
            return wrong
        if effort == "none":
            return Say("deceptive", [WRITTEN], usage={"completion_tokens_details": {"reasoning_tokens": 0}})(
                ask
            )
        return think(ask, self.tokens)

    def _refuse(self, ask: Ask, effort: object) -> Served | None:
        if "reasoning_effort" in ask.body and effort not in self.efforts:
            return self._refuse_effort(effort)
        if "max_tokens" in ask.body and not self.old_caps:
            said = "Unsupported parameter: 'max_tokens' is not supported with this model. "
            said += "Use 'max_completion_tokens' instead."
            return error(400, said, param="max_tokens", code="unsupported_parameter")
        for name in ("temperature", "top_p", "logprobs", "top_logprobs") if effort != "none" else ():
            if name in ask.body and (name, ask.body[name]) != ("temperature", 1):
                return unsupported(name)
        return None

    def _refuse_effort(self, effort: object) -> Served:
        if not self.efforts:
            return unsupported("reasoning_effort")
        *first, last = (f"'{name}'" for name in self.efforts)
        said = f"Unsupported value: 'reasoning_effort' does not support '{effort}' with this model. "
        said += f"Supported values are: {', '.join(first)}, and {last}."
        return error(400, said, param="reasoning_effort", code="unsupported_value")


def think(ask: Ask, tokens: int) -> Served:
    """Answer after a number of tokens of hidden reasoning, or reach the cap within them."""
    cap = min([int(ask.body[name]) for name in _CAPS if ask.body.get(name)], default=10**6)
    if cap > tokens:
        return thought(tokens)(ask)
    usage = {"completion_tokens": cap, "completion_tokens_details": {"reasoning_tokens": cap}}
    return Say("", "silent", finish="length", usage=usage)(ask)


def templated(ask: Ask) -> Served:
    """vLLM and SGLang: thinks unless the template switches it off; other names are ignored."""
    told = ask.body.get("chat_template_kwargs")
    if isinstance(told, dict) and told.get("enable_thinking") is False:
        return Say("deceptive", [WRITTEN])(ask)
    return _beside(ask, "reasoning_content")


def strict_template(ask: Ask) -> Served:
    """The same, on a server that refuses values that are not objects."""
    asked = ask.body.get("chat_template_kwargs")
    if asked is not None and not isinstance(asked, dict):
        detail = {"loc": ["body", "chat_template_kwargs"], "msg": "Input should be a valid dictionary"}
        return sent({"detail": [detail]}, 422)
    return templated(ask)


def ollama(ask: Ask) -> Served:
    """Ollama: thinks unless the effort is none."""
    if ask.body.get("reasoning_effort") == "none":
        return Say("deceptive", [WRITTEN])(ask)
    return _beside(ask, "reasoning")


def _beside(ask: Ask, name: str) -> Served:
    """Thoughts in a separate field, five hundred tokens long, or cut."""
    cap = min([int(ask.body[key]) for key in _CAPS if ask.body.get(key)], default=10**6)
    thoughts = {name: "The person seems truthful at first. " * 40}
    if cap > 500:
        return Say("deceptive", "silent", message=thoughts, usage={"completion_tokens": 502})(ask)
    return Say(None, "silent", finish="length", message=thoughts, usage={"completion_tokens": cap})(ask)


def claude(ask: Ask) -> Served:
    """Thinks by default, and ignores logprobs, seed, response_format and reasoning_effort."""
    told = ask.body.get("thinking")
    if isinstance(told, dict) and told.get("type") == "disabled":
        return Say("deceptive", "silent")(ask)
    cap = int(ask.body.get("max_completion_tokens") or ask.body.get("max_tokens") or 10**6)
    if cap > 800:
        return Say("deceptive", "silent", usage={"completion_tokens": 802})(ask)
    return Say("", "silent", finish="length", usage={"completion_tokens": cap})(ask)


def gemini(ask: Ask) -> Served:
    """Thinks by default, refuses logprobs, and counts thoughts only in the total."""
    for name in ("logprobs", "top_logprobs", "seed"):
        if name in ask.body:
            said = f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
            return sent([{"error": {"code": 400, "message": said, "status": "INVALID_ARGUMENT"}}], 400)
    spent = 0 if ask.body.get("reasoning_effort") == "none" else 700
    cap = int(ask.body.get("max_completion_tokens") or ask.body.get("max_tokens") or 10**6)
    if cap <= spent:
        return Say(
            None, "silent", finish="length", usage={"completion_tokens": 0, "total_tokens": 300 + cap}
        )(ask)
    return Say("deceptive", "silent", usage={"completion_tokens": 2, "total_tokens": 302 + spent})(ask)


def mandatory(ask: Ask) -> Served:
    """Refuses to switch off reasoning, without the name of a parameter."""
    asked_off = (
        ask.body.get("reasoning_effort") == "none" or "reasoning" in ask.body or "thinking" in ask.body
    )
    if asked_off:
        return error(400, "Reasoning is mandatory for this endpoint and cannot be disabled.")
    return think(ask, 300)


def clamped(ask: Ask) -> Served:
    """Accepts any effort and thinks nevertheless."""
    return think(ask, 350)
