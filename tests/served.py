"""A loopback server whose answers are a function of the whole request, and models that reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mgllm.testing import FakeServer

if TYPE_CHECKING:
    from aiohttp import web

Json = dict[str, Any]
Rule = Callable[[Mapping[str, Any]], Json | tuple[int, Json]]
"""From a request to a completion, or to a status and an error."""


class RuledServer(FakeServer):
    """Answers by a rule; `posts` holds what was asked. `listed` is the entry of its list of models."""

    def __init__(
        self, rule: Rule, listed: Json | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self.posts: list[Json] = []
        self._rule, self._listed, self._headers = rule, listed, headers or {}

    async def _complete(self, request: web.Request) -> web.Response:
        from aiohttp import web

        body = json.loads(await request.read())
        self.posts.append(body)
        said = self._rule(body)
        status, answer = said if isinstance(said, tuple) else (200, said)
        return web.json_response(answer, status=status, headers=self._headers)

    async def _models(self, _: web.Request) -> web.Response:
        from aiohttp import web

        return web.json_response({"object": "list", "data": [self._listed or {"id": "x"}]})


def refusal(message: str, param: str | None = None, code: str | None = None) -> tuple[int, Json]:
    return 400, {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def unsupported(name: str) -> tuple[int, Json]:
    return refusal(
        f"Unsupported parameter: '{name}' is not supported with this model.", name, "unsupported_parameter"
    )


def said(
    body: Mapping[str, Any],
    text: str | None,
    *,
    thoughts: int = 0,
    cut: bool = False,
    told: bool = True,
    **message: Any,
) -> Json:
    """A completion of one word, with its probabilities where they were asked for."""
    choice: Json = {
        "index": 0,
        "message": {"role": "assistant", "content": text, **message},
        "finish_reason": "length" if cut else "stop",
    }
    if body.get("logprobs") and text:
        top = [{"token": text, "logprob": -0.1}, {"token": " other", "logprob": -2.5}]
        choice["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
    read = sum(len(turn["content"].split()) for turn in body["messages"])
    written = 2 + thoughts
    usage: Json = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    if told:
        usage["completion_tokens_details"] = {"reasoning_tokens": thoughts}
    return {"id": "c", "object": "chat.completion", "model": "m-1", "choices": [choice], "usage": usage}


def answer_of(body: Mapping[str, Any]) -> str:
    """The tiny question is answered; of a real one the first label that its prompt offers."""
    words = str(body["messages"][-1]["content"])
    return (
        "yes" if "water" in words else next((w for w in ("truthful", "win", "relaxed") if w in words), "yes")
    )


def think(body: Mapping[str, Any], tokens: int, told: bool = True) -> Json:
    """Reasoning in secret: nothing is said where it takes up the bound."""
    cap = body.get("max_completion_tokens") or body.get("max_tokens") or 10**6
    if tokens >= cap:
        return said(body, "", thoughts=cap - 2, cut=True, told=told)
    return said(body, answer_of(body), thoughts=tokens, told=told)


def secretive(*allowed: str, default: str = "medium") -> Rule:
    """A server like OpenAI's newest: no max_tokens; temperature and probabilities without reasoning alone."""
    spent = {"none": 0, "minimal": 40, "low": 120, "medium": 700, "high": 2000}

    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        if "max_tokens" in body:
            return refusal(
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                "'max_completion_tokens' instead.", "max_tokens", "unsupported_parameter",
            )  # fmt: skip
        effort = body.get("reasoning_effort", default)
        if effort not in allowed:
            known = ", ".join(f"'{word}'" for word in allowed)
            return refusal(
                f"Unsupported value: 'reasoning_effort' does not support '{effort}' with this model. "
                f"Supported values are: {known}.", "reasoning_effort", "unsupported_value",
            )  # fmt: skip
        if effort != "none":
            for name in ("temperature", "top_p", "logprobs", "top_logprobs"):
                if name in body:
                    return unsupported(name)
        return think(body, spent[effort])

    return rule
