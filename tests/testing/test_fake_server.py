"""The fake server keeps its word, so that what is proven with it is proven."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from http.client import RemoteDisconnected
from typing import Any

import pytest

from mgllm.testing import Behaviour, FakeReply, FakeServer, Fault


def post(server: FakeServer, path: str = "/chat/completions", **body: Any) -> tuple[int, dict[str, str], Any]:
    sent = {"model": "m", "messages": [{"role": "user", "content": "one two, three"}], **body}
    request = urllib.request.Request(server.url + path, json.dumps(sent).encode())
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, dict(answer.headers), json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), json.load(error)


def test_it_says_what_it_was_told_to_say() -> None:
    with FakeServer(say=lambda messages: messages[0]["content"].upper()) as server:
        status, _, body = post(server)
    assert (status, body["choices"][0]["message"]["content"]) == (200, "ONE TWO, THREE")
    assert body["usage"]["prompt_tokens"] == 4
    assert "logprobs" not in body["choices"][0]


def test_shown_tokens_are_ranked_and_cut() -> None:
    said = FakeReply(text="b", tops=({"a": 0.2, "b": 0.5, "c": 0.1},))
    with FakeServer(say=lambda _: said) as server:
        entry = post(server, logprobs=True, top_logprobs=2)[2]["choices"][0]["logprobs"]["content"][0]
        old = post(server, "/completions", prompt="x", logprobs=1)[2]["choices"][0]["logprobs"]
    assert [top["token"] for top in entry["top_logprobs"]] == ["b", "a"]
    assert entry["token"] == "b"
    assert list(old["top_logprobs"][0]) == ["b"]


def test_listed_faults_come_first_and_in_order() -> None:
    with FakeServer(Behaviour(faults=(Fault(status=500), Fault(status=503)))) as server:
        assert [post(server)[0] for _ in range(3)] == [500, 503, 200]


def test_a_dropped_connection_has_no_answer() -> None:
    with FakeServer(Behaviour(faults=(Fault(status=0),))) as server:
        with pytest.raises((RemoteDisconnected, ConnectionError)):
            post(server)
        assert post(server)[0] == 200
        assert server.stats()["dropped"] == 1


def test_a_retry_before_its_time_is_counted() -> None:
    with FakeServer(Behaviour(faults=(Fault(status=429, headers={"Retry-After": "60"}),))) as server:
        status, headers, _ = post(server)
        assert (status, headers["Retry-After"]) == (429, "60")
        post(server, seed=2)
        assert server.stats()["early_retries"] == 0
        post(server)
        assert server.stats()["early_retries"] == 1
    assert [seen.attempt for seen in server.requests] == [0, 0, 1]
    assert server.requests[0].arrived_s < server.requests[1].arrived_s


def test_faults_by_chance_have_their_rates_and_follow_the_seed() -> None:
    def statuses(seed: int) -> list[int]:
        with FakeServer(Behaviour(rate_429=0.3, rate_500=0.2, seed=seed)) as server:
            return [post(server, seed=n)[0] for n in range(150)]

    first = statuses(1)
    assert first == statuses(1) != statuses(2)
    assert 25 <= first.count(429) <= 65
    assert 12 <= first.count(500) <= 50


@pytest.mark.parametrize(
    ("behaviour", "body", "status"),
    [
        (Behaviour(rejects=("seed",)), {"seed": 1}, 400),
        (Behaviour(rejects=("seed",)), {}, 200),
        (Behaviour(model="other"), {}, 404),
        (Behaviour(api_key="k"), {}, 401),
        (Behaviour(max_top_logprobs=5), {"logprobs": True, "top_logprobs": 6}, 400),
    ],
)
def test_what_it_refuses(behaviour: Behaviour, body: dict[str, Any], status: int) -> None:
    with FakeServer(behaviour) as server:
        assert post(server, **body)[0] == status


def test_it_runs_in_the_callers_loop_too() -> None:
    async def inside() -> int:
        async with FakeServer() as server:
            return (await asyncio.to_thread(post, server))[0]

    assert asyncio.run(inside()) == 200


def test_it_runs_as_a_process_and_prints_its_counts() -> None:
    command = [sys.executable, "-m", "mgllm.testing.fake_server", "--say", "hello", "--reject", "seed"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        server = FakeServer(port=int(process.stdout.readline().rpartition(":")[2].split("/")[0]))
        assert post(server)[2]["choices"][0]["message"]["content"] == "hello"
        assert post(server, seed=1)[0] == 400
        with urllib.request.urlopen(server.url.removesuffix("/v1") + "/stats", timeout=5) as answer:
            live = json.load(answer)
        process.send_signal(signal.SIGTERM)
        final = json.loads(process.communicate(timeout=10)[0])
    assert live == final
    assert (final["requests"], final["answered"], final["rejected"]) == (2, 1, 1)
