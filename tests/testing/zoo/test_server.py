"""The zoo keeps its word on the wire, so that what is proven with it is proven."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import urllib.error
import urllib.request
import zlib
from typing import Any
from urllib.parse import urlsplit

import pytest

from mgllm.testing import Zoo
from mgllm.testing.zoo.animal import all_animals
from mgllm.testing.zoo.echoes import KEY
from mgllm.testing.zoo.floods import MEGABYTE, bomb

QUESTION = "Answer with exactly one of these: truthful, deceptive. "


def post(zoo: Zoo, model: str, words: str = QUESTION, **more: Any) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a reply."""
    sent = {"model": model, "messages": [{"role": "user", "content": words}], **more}
    headers = {"Authorization": f"Bearer {KEY}"}
    request = urllib.request.Request(f"{zoo.url}/chat/completions", json.dumps(sent).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def choice(raw: bytes) -> Any:
    return json.loads(raw)["choices"][0]


def get(zoo: Zoo, path: str) -> Any:
    with urllib.request.urlopen(zoo.url.removesuffix("/v1") + path, timeout=10) as answer:
        return json.load(answer)


def test_probabilities_are_told_where_they_are_asked_for(zoo: Zoo) -> None:
    status, _, raw = post(zoo, "preamble", logprobs=True, top_logprobs=3)
    listed = choice(raw)["logprobs"]["content"]
    assert (status, choice(raw)["message"]["content"]) == (200, "The answer is deceptive")
    assert [one["token"] for one in listed] == ["The", " answer", " is", " deceptive"]
    assert [top["token"] for top in listed[0]["top_logprobs"]] == ["The", "Based", "truth"]
    assert bytes(listed[3]["bytes"]).decode() == " deceptive"
    assert "logprobs" not in choice(post(zoo, "preamble")[2])


def test_all_animals_are_listed_and_explained(zoo: Zoo) -> None:
    names = [animal.name for animal in all_animals()]
    assert [one["id"] for one in get(zoo, "/v1/models")["data"]] == names
    told = get(zoo, "/zoo")
    assert list(told) == names
    assert told["preamble"]["report"] == "EuroEval/EuroEval#882"
    assert told["preamble"]["answer"] == "deceptive"
    assert told["he-is-calm"]["labels"] == ["calm", "hesitant"]
    assert all(one["what"] and one["right"] for one in told.values())


def test_an_unknown_model_is_a_404(zoo: Zoo) -> None:
    status, _, raw = post(zoo, "unicorn")
    assert (status, json.loads(raw)["error"]["code"]) == (404, "model_not_found")


def test_requests_are_told_apart_and_forgotten(zoo: Zoo) -> None:
    zoo.forget("empty-once")
    assert choice(post(zoo, "empty-once", "Is water wet?")[2])["message"]["content"] == "deceptive"
    assert [choice(post(zoo, "empty-once")[2])["message"]["content"] for _ in range(2)] == ["", "deceptive"]
    assert [(ask.nth, ask.again, ask.place) for ask in zoo.asked("empty-once")] == [
        *((0, 0, None), (1, 0, 0), (2, 1, 0)),
    ]
    zoo.forget("empty-once")
    assert zoo.asked("empty-once") == []
    assert choice(post(zoo, "empty-once")[2])["message"]["content"] == ""


def test_efforts_are_refused_as_openai_refuses_them(zoo: Zoo) -> None:
    _, _, raw = post(zoo, "effort-low", reasoning_effort="none")
    told = json.loads(raw)["error"]
    assert told["param"] == "reasoning_effort"
    assert "'low', 'medium', and 'high'" in told["message"]
    assert post(zoo, "effort", temperature=0)[0] == 400
    assert post(zoo, "effort", temperature=0, reasoning_effort="none")[0] == 200


def test_a_cap_is_eaten_by_thoughts(zoo: Zoo) -> None:
    cut = json.loads(post(zoo, "effort", max_completion_tokens=256)[2])
    whole = json.loads(post(zoo, "effort", max_completion_tokens=4096)[2])
    assert (cut["choices"][0]["finish_reason"], cut["choices"][0]["message"]["content"]) == ("length", "")
    assert cut["usage"]["completion_tokens_details"]["reasoning_tokens"] == 256
    assert whole["choices"][0]["message"]["content"] == "deceptive"


def test_the_key_is_repeated(zoo: Zoo) -> None:
    assert KEY.encode() in post(zoo, "echo-text")[2]
    assert KEY.encode() in post(zoo, "echo-error")[2]
    assert KEY[:-4].encode() in post(zoo, "echo-half")[2]
    assert KEY.encode() not in post(zoo, "echo-half")[2]


def test_what_is_no_json_is_sent_as_it_is(zoo: Zoo) -> None:
    assert b"\\ud83d" in post(zoo, "half-pair")[2]
    assert b"NaN" in post(zoo, "value-nan", logprobs=True, top_logprobs=2)[2]
    assert post(zoo, "nested-lists")[2] == b"[" * 200_000
    assert post(zoo, "body-stream")[1]["Content-Type"] == "text/event-stream"
    assert b"1e999" in post(zoo, "counts-infinite")[2]


def test_bombs_are_small_on_the_wire(zoo: Zoo) -> None:
    _, headers, raw = post(zoo, "gzip-bomb")
    assert headers["Content-Encoding"] == "gzip"
    assert len(raw) < MEGABYTE / 8
    assert len(gzip.decompress(raw)) > 64 * MEGABYTE
    assert json.loads(zlib.decompress(bomb(15)))["choices"][0]["finish_reason"] == "stop"


def test_a_connection_is_cut(zoo: Zoo) -> None:
    with pytest.raises((http.client.HTTPException, ConnectionError, urllib.error.URLError)):
        post(zoo, "drops")
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        post(zoo, "body-cut")


def test_an_endless_body_goes_on_until_the_visitor_leaves(zoo: Zoo) -> None:
    connection = http.client.HTTPConnection(urlsplit(zoo.url).netloc, timeout=10)
    sent = json.dumps({"model": "endless", "messages": [{"role": "user", "content": QUESTION}]})
    connection.request("POST", "/v1/chat/completions", sent)
    assert len(connection.getresponse().read(20 * MEGABYTE)) == 20 * MEGABYTE
    connection.close()
    assert post(zoo, "tame")[0] == 200


def test_it_runs_in_the_callers_loop_too() -> None:
    async def inside() -> int:
        async with Zoo() as mine:
            return (await asyncio.to_thread(post, mine, "tame"))[0]

    assert asyncio.run(inside()) == 200
