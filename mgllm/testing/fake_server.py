"""A loopback server with OpenAI's protocol that fails on purpose and remembers every request.

As a separate process: `python -m mgllm.testing.fake_server --latency 0.05` prints its URL;
`GET /stats` returns its counts, which are also printed when it is stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from mgllm.experiment.blocking import run_blocking
from mgllm.seeds import unit
from mgllm.testing.behaviour import (
    Behaviour,
    FakeReply,
    Fault,
    Say,
    completion,
    error_body,
    messages_of,
    prompt_tokens,
    text_completion,
)
from mgllm.testing.hosting import Loopback, until_stopped

if TYPE_CHECKING:
    from aiohttp import web


class Seen(NamedTuple):
    """One request for a completion."""

    arrived_s: float
    """Monotonic seconds."""
    path: str
    """/v1/chat/completions or /v1/completions."""
    body: Mapping[str, Any]
    """As sent."""
    attempt: int
    """Number of earlier requests with the same body."""
    headers: Mapping[str, str]
    """Headers by lower-case name, without the key."""


class FakeServer(Loopback):
    """Serves while it is entered: `async with` in the running loop, `with` in a separate thread."""

    def __init__(self, behaviour: Behaviour | None = None, say: Say | str = "ok", port: int = 0) -> None:
        super().__init__(port)
        self.behaviour = behaviour or Behaviour()
        self.requests: list[Seen] = []
        self.counts: Counter[str] = Counter()
        self._say = say
        self._faults = list(self.behaviour.faults)
        self._not_before: dict[str, float] = {}
        self._attempts: Counter[str] = Counter()
        self._windows: Counter[int] = Counter()

    def stats(self) -> dict[str, int]:
        """Counts by kind; `early_retries`: requests that came before the time of `Retry-After`."""
        kinds = ("answered", "status_429", "status_500", "dropped", "rejected", "early_retries")
        asked = {"requests": len(self.requests), "distinct": len(self._attempts)}
        return {**asked, **{kind: self.counts[kind] for kind in kinds}}

    def _routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/chat/completions", self._complete)
        router.add_post("/v1/completions", self._complete)
        router.add_get("/v1/models", self._models)
        router.add_get("/stats", self._stats)

    async def _models(self, _: web.Request) -> web.Response:
        name = self.behaviour.model or "fake"
        entry = {"id": name, "object": "model", "max_model_len": self.behaviour.max_model_len}
        return _json({"object": "list", "data": [entry]})

    async def _stats(self, _: web.Request) -> web.Response:
        return _json(self.stats())

    async def _complete(self, request: web.Request) -> web.Response:
        arrived_s = time.monotonic()
        raw = await request.read()
        name = hashlib.sha256(request.path.encode() + raw).hexdigest()
        headers = {k.lower(): v for k, v in request.headers.items() if k.lower() != "authorization"}
        seen = Seen(arrived_s, request.path, json.loads(raw), self._attempts[name], headers)
        self._attempts[name] += 1
        self.requests.append(seen)
        if arrived_s < self._not_before.get(name, 0.0):
            self.counts["early_retries"] += 1
        if self.behaviour.latency_s:
            await asyncio.sleep(self.behaviour.latency_s)
        fault = self._refuse(request, seen) or self._fault(name, seen)
        return self._fail(request, name, fault) if fault else self._answer(seen)

    def _answer(self, seen: Seen) -> web.Response:
        messages = messages_of(seen.body)
        said = self._say if isinstance(self._say, str) else self._say(messages)
        reply = FakeReply(text=said) if isinstance(said, str) else said
        used = prompt_tokens(messages, self.behaviour.context)
        chat = seen.path == "/v1/chat/completions"
        asked = seen.body.get("top_logprobs", 0) if chat else seen.body.get("logprobs")
        wanted = bool(seen.body.get("logprobs")) and self.behaviour.logprobs == "on"
        shape = completion if chat else text_completion
        body = shape(reply, str(seen.body.get("model")), used, int(asked or 0) if wanted else None)
        if self.behaviour.logprobs == "null":
            body["choices"][0]["logprobs"] = None
        self.counts["answered"] += 1
        return _json(body)

    def _refuse(self, request: web.Request, seen: Seen) -> Fault | None:
        """The refusal of a request that this server does not accept."""
        rule = self.behaviour
        if rule.api_key and request.headers.get("Authorization") != f"Bearer {rule.api_key}":
            sent = request.headers.get("Authorization", "")
            return _refusal(401, f"Incorrect API key provided: {sent}", code="invalid_api_key")
        if seen.path == "/v1/completions" and not rule.completions:
            return _refusal(404, "Not Found")
        if rule.model and seen.body.get("model") != rule.model:
            return _refusal(
                404, f"The model '{seen.body.get('model')}' does not exist", code="model_not_found"
            )
        for name in rule.rejects:
            if name in seen.body:
                said = f"Unsupported parameter: '{name}' is not supported with this model."
                return _refusal(400, said, param=name, code="unsupported_parameter")
        if max(int(seen.body.get(key) or 0) for key in ("logprobs", "top_logprobs")) > rule.max_top_logprobs:
            return _refusal(400, f"Invalid value for 'top_logprobs': must be <= {rule.max_top_logprobs}.")
        return None

    def _fault(self, name: str, seen: Seen) -> Fault | None:
        """A fault of the list, or by chance."""
        if self._faults:
            return self._faults.pop(0)
        rule = self.behaviour
        if rule.limit is not None and self._over(rule.limit, seen.arrived_s):
            return _slow_down(rule.retry_after_s)
        u = unit(rule.seed, "fault", name, seen.attempt)
        if u < rule.rate_429:
            return _slow_down(rule.retry_after_s)
        if u < rule.rate_429 + rule.rate_500:
            return Fault()
        return Fault(status=0) if u < rule.rate_429 + rule.rate_500 + rule.rate_drop else None

    def _over(self, limit: int, arrived_s: float) -> bool:
        """Count a request, if its window has room."""
        window = int((arrived_s - self.requests[0].arrived_s) / self.behaviour.window_s)
        self._windows[window] += self._windows[window] <= limit
        return self._windows[window] > limit

    def _fail(self, request: web.Request, name: str, fault: Fault) -> web.Response:
        from aiohttp import web

        kind = {0: "dropped", 429: "status_429", 500: "status_500", 400: "rejected"}
        self.counts[kind.get(fault.status, "other")] += 1
        if fault.status == 0:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        with suppress(KeyError, ValueError):
            self._not_before[name] = time.monotonic() + float(fault.headers["Retry-After"])
        headers = {"Content-Type": "application/json", **fault.headers}
        return web.Response(status=fault.status, body=fault.body.encode(), headers=headers)


def _json(body: Mapping[str, Any]) -> web.Response:
    from aiohttp import web

    return web.Response(body=json.dumps(body).encode(), content_type="application/json")


def _slow_down(wait_s: float) -> Fault:
    body = json.dumps(error_body("slow down", "requests", code="rate_limit_exceeded"))
    return Fault(status=429, body=body, headers={"Retry-After": f"{wait_s:g}"})


def _refusal(status: int, message: str, param: str | None = None, code: str | None = None) -> Fault:
    return Fault(
        status=status, body=json.dumps(error_body(message, "invalid_request_error", param=param, code=code))
    )


def serve(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted or terminated; prints the URL first and the counts last."""
    options = _parser().parse_args(arguments)
    behaviour = Behaviour(
        latency_s=options.latency,
        rate_429=options.rate_429,
        retry_after_s=options.retry_after,
        limit=options.limit,
        window_s=options.window,
        rate_500=options.rate_500,
        rate_drop=options.rate_drop,
        seed=options.seed,
        logprobs=options.logprobs,
        rejects=tuple(options.reject),
    )
    server = FakeServer(behaviour, options.say, options.port)
    run_blocking(until_stopped(server))
    sys.stdout.write(json.dumps(server.stats()) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mgllm.testing.fake_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every completion")
    parser.add_argument("--say", default="ok", help="the text of every completion")
    parser.add_argument("--logprobs", choices=("on", "null", "absent"), default="on")
    parser.add_argument("--rate-429", type=float, default=0.0)
    parser.add_argument("--retry-after", type=float, default=1.0, help="seconds that a 429 asks to wait")
    parser.add_argument("--limit", type=int, help="requests answered in each window; others get 429")
    parser.add_argument("--window", type=float, default=60.0, help="seconds of a window")
    parser.add_argument("--rate-500", type=float, default=0.0)
    parser.add_argument("--rate-drop", type=float, default=0.0)
    parser.add_argument("--reject", action="append", default=[], help="a parameter to refuse; repeatable")
    parser.add_argument("--seed", type=int, default=0)
    return parser


if __name__ == "__main__":
    serve()
