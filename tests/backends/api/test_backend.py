"""API backends against a server on loopback that has the quirks of real ones."""

from __future__ import annotations

import asyncio
import math
import sys
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings, strategies as st

from mgllm.backends.base import Backend, BackendOptions, backends
from mgllm.errors import FatalBackendError, InputError
from mgllm.records import Message, Prompt, Question, Reply, prompt_sha256
from mgllm.testing import Behaviour, FakeReply, FakeServer, Fault, a_question, check_backend

YES = FakeReply(text="yes", tops=({"yes": 0.7, " Yes": 0.1, "no": 0.1, "maybe": 0.05},))
KEY = "sesame-open-4711"


def make(server: FakeServer, **options: object) -> Backend:
    chosen = {"model": "m", "base_url": server.url, "timeout_s": 5.0, **options}
    return backends.get("openai-compatible")(BackendOptions.model_validate(chosen))


def ask(server: FakeServer, *questions: Question, **options: object) -> tuple[list[Reply], Backend]:
    backend = make(server, **options)

    async def all_of_them() -> list[Reply]:
        await backend.open()
        try:
            return [await backend.ask(question) for question in questions]
        finally:
            await backend.close()

    return asyncio.run(all_of_them()), backend


def long_question(words: int) -> Question:
    messages = (Message(role="user", content="word " * words),)
    prompt = Prompt(form="chat", messages=messages, sha256=prompt_sha256("chat", messages))
    return a_question().model_copy(update={"prompt": prompt})


def test_a_reply_is_read_whole() -> None:
    with FakeServer(say=lambda _: YES) as server:
        (reply,), backend = ask(server, a_question(score="logprob"))
    (position,) = reply.tokens
    assert {rival.token: math.exp(rival.nats or 0) for rival in position.tops} == pytest.approx(
        {"yes": 0.7, " Yes": 0.1, "no": 0.1, "maybe": 0.05}
    )
    assert reply.scores is None
    assert (reply.text, reply.finish_reason, reply.attempts, reply.error) == ("yes", "stop", 1, None)
    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (13, 1)
    assert backend.facts["served_model"] == "m"


def test_the_request_says_what_the_question_says() -> None:
    question = a_question(score="logprob").model_copy(update={"seed": 2**63 + 5, "temperature": 0.5})
    with FakeServer() as server:
        ask(server, question, model_args={"top_p": 0.9})
    sent = server.requests[0].body
    assert sent["messages"] == [{"role": "user", "content": question.prompt.messages[0].content}]
    assert (sent["temperature"], sent["max_tokens"], sent["top_p"], sent["seed"]) == (0.5, 16, 0.9, 5)
    assert (sent["logprobs"], sent["top_logprobs"]) == (True, 20)


def test_generate_takes_the_words_alone() -> None:
    with FakeServer(say=lambda _: YES) as server:
        (reply,), _ = ask(server, a_question())
    assert (reply.text, reply.tokens) == ("yes", ())
    assert "logprobs" not in server.requests[0].body


def test_a_text_to_be_continued_is_no_question_for_a_server() -> None:
    with FakeServer() as server:
        (reply,), _ = ask(server, a_question("cloze", "logprob"))
    assert "--form chat" in str(reply.error)
    assert server.requests == []


def test_tokens_of_a_whole_text_are_handed_over() -> None:
    tops: Sequence[Mapping[str, float]] = [
        {"It": 0.9, "yes": 0.05}, {" is": 0.9, "no": 0.05}, {" Answer": 0.9, "x": 0.1}, {":": 0.9, "x": 0.1},
        {" no": 0.8, " yes": 0.1},
    ]  # fmt: skip
    said = FakeReply(text="It is Answer: no", tops=tuple(tops))
    question = a_question(score="logprob").model_copy(update={"reasoning": "chain_of_thought"})
    with FakeServer(say=lambda _: said) as server:
        (reply,), _ = ask(server, question)
    assert [position.token for position in reply.tokens] == ["It", " is", " Answer", ":", " no"]
    assert reply.text == "It is Answer: no"


@pytest.mark.parametrize(("mode", "score"), [("on", "logprob"), ("null", "generate"), ("absent", "generate")])
def test_one_question_tells_whether_there_are_log_probabilities(mode: str, score: str) -> None:
    with FakeServer(Behaviour.model_validate({"logprobs": mode})) as server:
        backend = make(server)

        async def probe() -> str:
            await backend.open()
            found = await backend.default_score()
            await backend.close()
            return found

        assert asyncio.run(probe()) == score
    assert len(server.requests) == 1
    assert server.requests[0].body["messages"][0]["content"]
    assert backend.facts["logprobs"] is (score == "logprob")
    assert backend.facts["top_logprobs"] == (20 if score == "logprob" else 0)


@pytest.mark.parametrize("score", ["logprob", "generate"])
def test_the_contract_of_a_backend_is_kept(score: str) -> None:
    behaviour = Behaviour.model_validate({"logprobs": "on" if score == "logprob" else "null"})
    with FakeServer(behaviour, lambda _: YES) as server:
        options = BackendOptions(model="m", base_url=server.url)
        reply = check_backend(backends.get("openai-compatible"), options)
    assert bool(reply.tokens) is (score == "logprob")


def test_refused_parameters_are_left_out_from_then_on() -> None:
    rejects = ("max_tokens", "temperature", "logprobs")
    with FakeServer(Behaviour(rejects=rejects)) as server:
        replies, backend = ask(server, *[a_question(score="logprob")] * 3)
    assert [reply.error for reply in replies] == [None] * 3
    assert [reply.attempts for reply in replies] == [1] * 3
    assert len(server.requests) == 3 + len(rejects)
    last = server.requests[-1].body
    assert last["max_completion_tokens"] == 16
    assert not {*rejects, "top_logprobs"} & set(last)
    assert set(backend.dropped_parameters) == {*rejects, "top_logprobs"}


def test_questions_in_flight_learn_together() -> None:
    with FakeServer(Behaviour(rejects=("temperature", "seed"), latency_s=0.01)) as server:
        backend = make(server)

        async def at_once() -> list[Reply]:
            await backend.open()
            replies = await asyncio.gather(*(backend.ask(a_question()) for _ in range(20)))
            await backend.close()
            return replies

        assert [reply.error for reply in asyncio.run(at_once())] == [None] * 20
    assert sorted(backend.dropped_parameters) == ["seed", "temperature"]


def test_fewer_top_logprobs_where_the_server_gives_fewer() -> None:
    with FakeServer(Behaviour(max_top_logprobs=5), lambda _: YES) as server:
        (reply,), backend = ask(server, a_question(score="logprob"))
    assert [len(position.tops) for position in reply.tokens] == [4]
    assert server.requests[-1].body["top_logprobs"] == 5
    assert backend.dropped_parameters == ()


def test_a_prompt_that_the_server_cut_is_no_answer() -> None:
    with FakeServer(Behaviour(context=100)) as server:
        (short, long), _ = ask(server, long_question(90), long_question(400))
    assert short.error is None
    assert "num_ctx" in str(long.error)
    assert "100 tokens" in str(long.error)
    assert (long.text, long.scores) == (None, None)


@pytest.mark.parametrize(
    ("said", "text", "refusal"),
    [
        (FakeReply(text=None, refusal="I can't."), "I can't.", True),
        (FakeReply(text="", finish_reason="content_filter"), "", True),
        (FakeReply(text=None, finish_reason="tool_calls"), "", False),
        (FakeReply(text="yes", finish_reason="length"), "yes", False),
    ],
)
def test_refusals_and_empty_messages(said: FakeReply, text: str, refusal: bool) -> None:
    with FakeServer(say=lambda _: said) as server:
        (reply,), _ = ask(server, a_question(score="logprob"))
    assert (reply.text, reply.refusal, reply.error) == (text, refusal, None)
    assert reply.finish_reason == said.finish_reason


def test_faults_on_the_wire_are_survived_and_waits_are_kept() -> None:
    wait = Fault(status=429, headers={"Retry-After": "0.2"})
    faults = (Fault(status=0), wait, Fault(status=500), Fault(status=429, headers={"retry-after-ms": "30"}))
    with FakeServer(Behaviour(faults=faults)) as server:
        (reply,), _ = ask(server, a_question())
    assert (reply.error, reply.attempts, reply.text) == (None, 3, "ok")
    assert server.stats()["early_retries"] == 0
    assert server.requests[2].arrived_s - server.requests[1].arrived_s >= 0.2


def test_a_slow_server_is_given_up_after_the_timeout() -> None:
    with FakeServer(Behaviour(latency_s=30)) as server:
        (reply,), _ = ask(server, a_question(), timeout_s=0.05, max_retries=1)
    assert reply.attempts == 2
    assert reply.error == "no answer within 0.05 s"


def test_a_server_that_dies_is_a_failure_with_its_cause() -> None:
    with FakeServer(Behaviour(rate_drop=1.0)) as server:
        (reply,), _ = ask(server, a_question(), max_retries=0)
    assert "isconnected" in str(reply.error)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 999), rate=st.floats(0, 0.3))
def test_every_question_is_answered_exactly_once_whatever_fails(seed: int, rate: float) -> None:
    behaviour = Behaviour(rate_429=rate, rate_500=rate, rate_drop=rate, retry_after_s=0.01, seed=seed)
    questions = [long_question(n) for n in range(1, 13)]
    with FakeServer(behaviour, say=lambda messages: str(len(messages[0]["content"]))) as server:
        backend = make(server, max_retries=60, seed=seed)

        async def all_at_once() -> list[Reply]:
            await backend.open()
            replies = await asyncio.gather(*(backend.ask(question) for question in questions))
            await backend.close()
            return replies

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("mgllm.backends.api.waiting.FIRST_WAIT_S", 1e-4)
            patch.setattr("mgllm.backends.api.waiting.LONGEST_BACKOFF_S", 1e-3)
            replies = asyncio.run(all_at_once())
    assert [reply.text for reply in replies] == [str(5 * n) for n in range(1, 13)]
    assert server.stats()["answered"] == len(questions)
    assert server.stats()["early_retries"] == 0
    sent = Counter(request.body["messages"][0]["content"] for request in server.requests)
    more = [sent["word " * n] - reply.attempts for n, reply in enumerate(replies, 1)]
    assert min(more) >= 0
    assert sum(more) == server.stats()["status_429"], "they cost no attempt"


def test_the_key_is_sent_and_stands_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    with FakeServer(Behaviour(api_key=KEY)) as server:
        (reply,), backend = ask(server, a_question(), api_key_env="MY_KEY")
    assert reply.error is None
    assert KEY not in repr(reply) + repr(backend) + repr(vars(backend)) + str(backend.facts)


def test_a_refused_key_is_fatal_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    with FakeServer(Behaviour(api_key="another")) as server, pytest.raises(FatalBackendError) as caught:
        ask(server, a_question(), api_key_env="MY_KEY")
    assert "MY_KEY" in str(caught.value)
    assert KEY not in str(caught.value)


def test_a_key_in_any_error_text_is_scrubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    fault = Fault(status=413, body=f'{{"error": {{"message": "key {KEY} sent too much"}}}}')
    with FakeServer(Behaviour(faults=(fault,))) as server:
        (reply,), _ = ask(server, a_question(), api_key_env="MY_KEY")
    assert reply.error == "413: key [key] sent too much"


def test_a_missing_key_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    backend = backends.get("openai")(BackendOptions(model="gpt-6"))
    with pytest.raises(FatalBackendError, match="OPENAI_API_KEY"):
        asyncio.run(backend.open())


def test_openais_key_is_not_sent_to_other_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ADMIN_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-mine")
    with FakeServer(Behaviour(api_key="none")) as server:
        (reply,), _ = ask(server, a_question())
    assert reply.error is None
    assert not {KEY, "org-of-mine"} & set(server.requests[0].headers.values())


def test_an_unknown_model_is_fatal() -> None:
    with (
        FakeServer(Behaviour(model="llama")) as server,
        pytest.raises(FatalBackendError, match="no model 'm'"),
    ):
        ask(server, a_question())


def test_no_server_is_fatal_with_advice() -> None:
    with FakeServer() as server:
        url = server.url
    backend = backends.get("openai-compatible")(BackendOptions(model="m", base_url=url))
    with pytest.raises(FatalBackendError, match=r"no server answers at http://127\.0\.0\.1") as caught:
        asyncio.run(backend.open())
    assert "--base-url" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_base_url_is_needed_where_there_is_no_usual_one() -> None:
    with pytest.raises(InputError, match="--base-url"):
        backends.get("openai-compatible")(BackendOptions(model="m"))


@pytest.mark.parametrize("name", ["vllm", "ollama", "llamacpp", "lmstudio"])
def test_presets_listen_on_loopback_and_take_another_address(name: str) -> None:
    assert backends.get(name)(BackendOptions(model="m")).uploads is False
    elsewhere = backends.get(name)(BackendOptions(model="m", base_url="http://gpu.example.org:8000/v1"))
    assert elsewhere.uploads is True
    assert elsewhere.base_url == "http://gpu.example.org:8000/v1"


def test_openai_is_elsewhere() -> None:
    backend = backends.get("openai")(BackendOptions(model="m"))
    assert (backend.uploads, backend.base_url) == (True, "https://api.openai.com/v1")


def test_a_redirect_is_not_followed() -> None:
    fault = Fault(status=307, headers={"Location": "http://example.org/v1/chat/completions"})
    with (
        FakeServer(Behaviour(faults=(fault,))) as server,
        pytest.raises(FatalBackendError, match="to another address"),
    ):
        ask(server, a_question())
    assert len(server.requests) == 1


def test_asking_before_open_is_an_error_in_one_line() -> None:
    backend = backends.get("vllm")(BackendOptions(model="m"))
    with pytest.raises(FatalBackendError, match="is not open"):
        asyncio.run(backend.ask(a_question()))


def test_the_context_that_a_server_names_is_kept_to() -> None:
    with FakeServer(Behaviour(model="m", max_model_len=50)) as server:
        _, backend = ask(server, a_question())
    assert backend.facts["context"] == 50
    assert backend.fits(long_question(20)) is None
    assert "50 tokens" in str(backend.fits(long_question(60)))


def test_the_client_library_is_imported_by_open_alone() -> None:
    code = "import sys; from mgllm.backends.base import *; [backends.get(n) for n in ('openai', 'vllm')]; "
    code += "backends.get('vllm')(BackendOptions(model='m')); print({'aiohttp', 'yarl'} & set(sys.modules))"

    async def run() -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
        )
        return (await process.communicate())[0]

    assert asyncio.run(run()).strip() == b"set()"
