"""A loopback server whose model names are behaviours: `--model openai-compatible/NAME --base-url
URL`."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mgllm.testing.hosting import Loopback
from mgllm.testing.zoo.animal import Animal, Ask, Served, all_animals
from mgllm.testing.zoo.questions import labels_of
from mgllm.testing.zoo.right import in_words
from mgllm.testing.zoo.saying import error, messages_of, sent, text_of

if TYPE_CHECKING:
    from aiohttp import web

ENDLESS_BYTES = 2**28
"""Bytes after which even an endless body ends: a client without a limit should fail, but not its
machine."""


class Cage:
    """What one animal has seen."""

    def __init__(self, animal: Animal) -> None:
        self.animal = animal
        self.asks: list[Ask] = []
        self._labels = labels_of(animal.labels)
        self._again: Counter[str] = Counter()
        self._places: dict[str, int] = {}

    def take(self, body: Mapping[str, Any], headers: Mapping[str, str]) -> Ask:
        """Remember a request."""
        ask = Ask(body, headers, len(self.asks), 0, None)
        words = "\n".join(text_of(message) for message in messages_of(ask))
        if all(label in words for label in self._labels):
            ask = ask._replace(place=self._places.setdefault(words, len(self._places)))
        ask = ask._replace(again=self._again[words])
        self._again[words] += 1
        self.asks.append(ask)
        return ask


class Zoo(Loopback):
    """Serves while it is entered: `async with` in the running loop, `with` in a separate thread."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self._cages = {animal.name: Cage(animal) for animal in all_animals()}

    def asked(self, name: str) -> list[Ask]:
        """All requests to an animal since the zoo opened, or since `forget`."""
        return list(self._cages[name].asks)

    def forget(self, name: str) -> None:
        """Treat the next visitor of an animal as the first one."""
        self._cages[name] = Cage(self._cages[name].animal)

    def _routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/chat/completions", self._complete)
        router.add_get("/v1/models", self._models)
        router.add_get("/zoo", self._guide)

    async def _models(self, request: web.Request) -> web.StreamResponse:
        listed = [{"id": name, "object": "model", "owned_by": "zoo"} for name in self._cages]
        return await _send(request, sent({"object": "list", "data": listed}))

    async def _guide(self, request: web.Request) -> web.StreamResponse:
        return await _send(request, sent({name: guide(cage.animal) for name, cage in self._cages.items()}))

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        cage = self._cages.get(str(body.get("model")))
        if cage is None:
            said = f"The model '{body.get('model')}' does not exist"
            return await _send(request, error(404, said, code="model_not_found"))
        headers = {name.lower(): value for name, value in request.headers.items()}
        return await _send(request, cage.animal.does(cage.take(body, headers)))


def guide(animal: Animal) -> dict[str, object]:
    """What `GET /zoo` says about an animal."""
    return {
        "kind": animal.kind,
        "what": animal.what,
        "report": animal.report,
        "model": animal.model,
        "labels": list(labels_of(animal.labels)),
        "question": animal.labels,
        "flags": list(animal.flags),
        "right": in_words(animal.right),
        "outcomes": list(animal.right.outcomes),
        "answer": animal.right.answer,
        "probabilities": animal.right.measured,
        "exit": list(animal.right.exits),
    }


async def _send(request: web.Request, served: Served) -> web.StreamResponse:
    from aiohttp import web

    headers = {"Content-Type": "application/json", **served.headers}
    if served.status == 0:
        _cut(request)
        return web.Response()
    if served.endless:
        return await _send_on(request, served, headers)
    await asyncio.sleep(served.pause_s)
    if served.cut:
        headers["Content-Length"] = str(len(served.body))
        response = web.StreamResponse(status=served.status, headers=headers)
        await response.prepare(request)
        await response.write(served.body[: len(served.body) // 2])
        _cut(request)
        return response
    return web.Response(status=served.status, headers=headers, body=served.body)


async def _send_on(request: web.Request, served: Served, headers: Mapping[str, str]) -> web.StreamResponse:
    from aiohttp import web

    response = web.StreamResponse(status=served.status, headers=headers)
    await response.prepare(request)
    written = 0
    while written < ENDLESS_BYTES:
        try:
            await response.write(served.body)
        except ConnectionError:  # the visitor closed the connection
            break
        await asyncio.sleep(served.pause_s)
        written += len(served.body)
    return response


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
