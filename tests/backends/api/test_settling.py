"""What a server allows is found out before the first question, and held to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from mgllm.backends.api.backend import ApiBackend
from mgllm.backends.base import BackendOptions, Settled, backends
from mgllm.errors import FatalBackendError, InputError
from mgllm.records import Question, Reasoning, Reply, Score
from mgllm.testing import a_question
from tests.served import Json, Rule, RuledServer, answer_of, refusal, said, secretive, think, unsupported

KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY")


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in KEYS:
        monkeypatch.setenv(variable, "not-a-real-one")


def settle(
    rule: Rule,
    *,
    reasoning: Reasoning = "direct",
    score: Score | None = None,
    preset: str = "openai-compatible",
    questions: tuple[Question, ...] = (),
    **options: Any,
) -> tuple[Settled, ApiBackend, list[Json], list[Reply]]:
    """Settle one manner, then ask; the requests and the replies."""

    async def run(server: RuledServer) -> tuple[Settled, ApiBackend, list[Reply]]:
        chosen = {"model": "m", "base_url": server.url, "timeout_s": 5.0, "max_retries": 0, **options}
        backend = backends.get(preset)(BackendOptions.model_validate(chosen))
        assert isinstance(backend, ApiBackend)
        await backend.open()
        try:
            found = await backend.settle(reasoning, score)
            return found, backend, [await backend.ask(question) for question in questions]
        finally:
            await backend.close()

    with RuledServer(rule) as server:
        found, backend, replies = asyncio.run(run(server))
    return found, backend, server.posts, replies


def by_template(key: str, thoughts: int = 300) -> Rule:
    """A server that is told by chat_template_kwargs alone, and ignores all else."""

    def rule(body: Mapping[str, Any]) -> Json:
        off = body.get("chat_template_kwargs", {}).get(key) is False
        return think(body, 0 if off else thoughts)

    return rule


def test_the_least_reasoning_brings_back_temperature_and_probabilities() -> None:
    found, backend, posts, _ = settle(secretive("none", "low", "medium"))
    assert found == Settled(score="logprob", thinks=False)
    assert posts[-1]["reasoning_effort"] == "none"
    assert (posts[-1]["temperature"], posts[-1]["logprobs"], posts[-1]["max_completion_tokens"]) == (
        0,
        True,
        64,
    )
    assert backend.dropped_parameters == ("max_tokens",)
    assert backend.sent == {
        "temperature": 0.0,
        "logprobs": True,
        "top_logprobs": 20,
        "reasoning_effort": "none",
    }
    assert backend.facts["reasoning"] is False
    assert len(posts) == 2


def test_of_the_efforts_that_a_refusal_names_the_least_is_taken() -> None:
    found, backend, posts, _ = settle(secretive("high", "low", "medium"), preset="openai")
    assert found == Settled(score="generate", thinks=True)
    assert posts[-1]["reasoning_effort"] == "low"
    assert not {"temperature", "logprobs", "top_logprobs"} & set(posts[-1])
    assert backend.sent == {"reasoning_effort": "low"}
    assert backend.facts["reasoning"] is True
    assert posts[-1]["max_completion_tokens"] == 4096, "120 thoughts do not fit into the first, small bound"


def test_what_was_refused_under_one_effort_is_tried_again_under_another() -> None:
    """The server looks at the temperature first, and only then at the effort."""

    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        if body.get("reasoning_effort") == "low":
            return think(body, 0)
        if "temperature" in body:
            return unsupported("temperature")
        return refusal("'reasoning_effort' must be one of 'low', 'high'", "reasoning_effort")

    found, backend, posts, _ = settle(rule)
    assert found == Settled(score="logprob", thinks=False)
    assert "temperature" not in posts[1]
    assert (posts[-1]["temperature"], backend.dropped_parameters) == (0.0, ())


def test_a_model_that_knows_no_effort_is_asked_without_it_and_loses_nothing() -> None:
    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        if "reasoning_effort" in body:
            return refusal("Unrecognized request argument supplied: reasoning_effort")
        return think(body, 0)

    found, backend, posts, _ = settle(rule)
    assert found == Settled(score="logprob", thinks=False)
    assert backend.sent == {"temperature": 0.0, "logprobs": True, "top_logprobs": 20}
    assert (len(posts), backend.dropped_parameters) == (2, ())


def test_a_refusal_that_names_no_value_leads_to_the_next_effort() -> None:
    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        level = body.get("reasoning_effort")
        if level in ("none", "minimal"):
            return refusal(f"Thinking level is unsupported: THINKING_LEVEL_{level.upper()}")
        return think(body, 50 if level == "low" else 900)

    found, backend, _, _ = settle(rule, preset="google")
    assert (backend.sent["reasoning_effort"], found.thinks) == ("low", True)


@pytest.mark.parametrize("preset", ["vllm", "sglang", "llamacpp", "openai-compatible", "lmstudio"])
@pytest.mark.parametrize("key", ["enable_thinking", "thinking"])
def test_templates_are_told_in_an_object(preset: str, key: str) -> None:
    found, backend, posts, _ = settle(by_template(key), preset=preset)
    assert found == Settled(score="logprob", thinks=False)
    assert posts[-1]["chat_template_kwargs"] == {key: False}
    assert "reasoning_effort" not in backend.sent


@pytest.mark.parametrize(
    ("preset", "name", "value"),
    [
        ("ollama", "reasoning_effort", "none"),
        ("ollama", "think", False),
        ("anthropic", "thinking", {"type": "disabled"}),
        ("openrouter", "reasoning", {"effort": "none"}),
        ("openrouter", "reasoning", {"enabled": False}),
        ("openai-compatible", "thinking", {"type": "disabled"}),
        ("openai-compatible", "reasoning", {"effort": "none"}),
        ("openai-compatible", "think", False),
    ],
)
def test_each_kind_of_server_is_told_in_its_own_words(preset: str, name: str, value: object) -> None:
    found, backend, _, _ = settle(
        lambda body: think(body, 0 if body.get(name) == value else 300), preset=preset
    )
    assert found.thinks is False
    assert backend.sent[name] == value


def test_a_model_that_cannot_be_silenced_is_told_to_think_and_the_caps_may_grow() -> None:
    found, backend, posts, _ = settle(lambda body: think(body, 500))
    assert found.thinks is True
    assert backend.sent["reasoning_effort"] == "none"
    assert len(posts) <= 24


@pytest.mark.parametrize(
    "seen",
    [
        {"told": True},
        {"told": False},
        {"thoughts": 0, "reasoning_content": "Water is a liquid, so"},
        {"thoughts": 0, "reasoning": "Water is a liquid, so"},
        {"thoughts": 0, "text": "<think>\nWater is a liquid.\n</think>\n\nyes"},
        {"thoughts": 0, "text": "Water is a liquid.\n</think>\n\nyes"},
        {"thoughts": 0, "text": "[THINK]Water.[/THINK]yes"},
    ],
)
def test_thoughts_are_seen_however_a_server_shows_them(seen: dict[str, Any]) -> None:
    shown = {"text": "yes", "thoughts": 200, **seen}
    found, _, _, _ = settle(lambda body: said(body, **shown), preset="openai")
    assert found.thinks is True


@pytest.mark.parametrize("text", ["yes", "<think>\n\n</think>\n\nyes", "I think yes."])
def test_a_plain_reply_shows_no_thoughts(text: str) -> None:
    found, _, posts, _ = settle(lambda body: said(body, text))
    assert (found.thinks, len(posts)) == (False, 1)


def test_thoughts_that_stand_in_no_count_but_the_total_are_seen() -> None:
    def rule(body: Mapping[str, Any]) -> Json:
        told = said(body, "yes", told=False)
        told["usage"] = {"prompt_tokens": 20, "completion_tokens": 1, "total_tokens": 569}
        return told

    assert settle(rule, preset="openai")[0].thinks is True


def test_chain_of_thought_leaves_the_server_its_own_way() -> None:
    found, backend, posts, _ = settle(secretive("none", "low", "medium"), reasoning="chain_of_thought")
    assert found == Settled(score="generate", thinks=True)
    assert all("reasoning_effort" not in post for post in posts)
    assert backend.sent == {}


def test_two_manners_of_a_run_are_settled_each_for_itself() -> None:
    async def both(server: RuledServer) -> ApiBackend:
        options = BackendOptions(model="m", base_url=server.url)
        backend = backends.get("openai-compatible")(options)
        assert isinstance(backend, ApiBackend)
        await backend.open()
        await backend.settle("direct", None)
        await backend.settle("chain_of_thought", None)
        await backend.settle("direct", None)
        for reasoning, score in (("direct", "logprob"), ("chain_of_thought", "generate")):
            question = a_question().model_copy(
                update={"reasoning": reasoning, "score": score, "max_tokens": 5000}
            )
            await backend.ask(question)
        await backend.close()
        return backend

    with RuledServer(secretive("none", "medium")) as server:
        backend = asyncio.run(both(server))
    direct, thinking = server.posts[-2:]
    assert (direct["reasoning_effort"], direct["logprobs"], direct["temperature"]) == ("none", True, 0.0)
    assert not {"reasoning_effort", "logprobs", "temperature"} & set(thinking)
    assert set(backend.sent) == {"direct, logprob", "chain_of_thought, generate"}
    assert len(server.posts) <= 2 + 2 + 3 + 2, "the same manner is not looked into twice"


def test_an_effort_is_sent_as_said() -> None:
    found, backend, posts, _ = settle(secretive("none", "low", "high"), reasoning_effort="high")
    assert (posts[-1]["reasoning_effort"], found.thinks) == ("high", True)
    assert backend.sent == {"reasoning_effort": "high"}


def test_an_effort_that_is_refused_ends_the_run_with_those_that_are_allowed() -> None:
    with pytest.raises(
        FatalBackendError, match="--reasoning-effort minimal; give one of none, low, medium"
    ) as caught:
        settle(secretive("none", "medium", "low"), reasoning_effort="minimal")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("preset", "effort", "sent"),
    [
        ("openrouter", "low", {"reasoning": {"effort": "low"}}),
        ("vllm", "none", {"chat_template_kwargs": {"enable_thinking": False}}),
        ("vllm", "high", {"reasoning_effort": "high"}),
        ("ollama", "none", {"reasoning_effort": "none"}),
        ("anthropic", "none", {"thinking": {"type": "disabled"}}),
    ],
)
def test_an_effort_is_said_in_the_words_of_the_server(preset: str, effort: str, sent: Json) -> None:
    _, _, posts, _ = settle(lambda body: think(body, 0), preset=preset, reasoning_effort=effort)
    assert posts[-1].items() >= sent.items()


def test_an_effort_for_a_server_that_has_no_word_for_it_is_refused_before_any_call() -> None:
    with pytest.raises(InputError, match=r"anthropic/ allows only --reasoning-effort none"):
        backends.get("anthropic")(BackendOptions(model="m", reasoning_effort="high"))


def test_an_effort_said_twice_is_refused() -> None:
    args = {"chat_template_kwargs": {"enable_thinking": True}}
    with pytest.raises(InputError, match=r"--model-arg chat_template_kwargs\.enable_thinking"):
        backends.get("vllm")(BackendOptions(model="m", reasoning_effort="low", model_args=args))


def test_a_model_arg_that_decides_on_the_reasoning_stands_alone() -> None:
    args = {"reasoning_effort": "low"}
    found, backend, posts, _ = settle(secretive("none", "low"), model_args=args)
    assert found.thinks is True
    assert backend.sent == args
    assert {post["reasoning_effort"] for post in posts} == {"low"}


def test_objects_of_the_user_are_merged_into_ours() -> None:
    args = {"chat_template_kwargs": {"persona": "plain"}, "top_k": 1}
    _, backend, _, _ = settle(by_template("thinking"), preset="vllm", model_args=args)
    kwargs = {"thinking": False, "persona": "plain"}
    assert (backend.sent["chat_template_kwargs"], backend.sent["top_k"]) == (kwargs, 1)


def test_after_settling_a_refusal_fails_its_record_and_changes_nothing() -> None:
    asked = 0

    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        nonlocal asked
        asked += "water" not in str(body["messages"]) or len(body["messages"]) == 1
        return unsupported("temperature") if asked == 2 else think(body, 0)

    question = a_question(score="logprob")
    _, backend, posts, replies = settle(rule, questions=(question, question, question))
    assert [reply.error is None for reply in replies] == [True, False, True]
    assert "temperature" in str(replies[1].error)
    assert backend.dropped_parameters == ()
    assert [post["temperature"] for post in posts[-3:]] == [0.0] * 3
    assert len(posts) == 4


@pytest.mark.parametrize(
    "message",
    [
        "System role not supported",
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
        "Conversation roles must alternate user/assistant/user/assistant/...",
        "Only user and assistant roles are supported!",
        "jinja2.exceptions.TemplateError: System role not supported",
        "roles: expected 'user' or 'assistant'",
    ],
)
@pytest.mark.parametrize("status", [400, 500])
def test_words_of_the_system_go_to_the_user_where_that_role_is_refused(message: str, status: int) -> None:
    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        if body["messages"][0]["role"] == "system":
            return status, refusal(message)[1]
        return think(body, 0)

    found, backend, posts, _ = settle(rule)
    assert found == Settled(score="logprob", thinks=False)
    assert [turn["role"] for turn in posts[-1]["messages"]] == ["user"]
    assert posts[-1]["messages"][0]["content"].startswith("You answer with one word.\n\nIs water wet?")
    assert (backend.facts["system_role"], len(posts)) == ("folded", 2)


def test_the_system_is_called_developer_where_the_server_says_so() -> None:
    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        if body["messages"][0]["role"] == "system":
            return refusal(
                "Role 'system' is not supported with this model; use 'developer'.", "messages[0].role"
            )
        return think(body, 0)

    _, backend, posts, _ = settle(rule)
    assert [turn["role"] for turn in posts[-1]["messages"]] == ["developer", "user"]
    assert backend.facts["system_role"] == "developer"


def test_a_role_that_is_refused_by_both_names_is_folded() -> None:
    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        role = body["messages"][0]["role"]
        if role != "user":
            return refusal(f"'messages[0].role' does not support '{role}', developer too", "messages[0].role")
        return think(body, 0)

    assert settle(rule)[1].facts["system_role"] == "folded"


def shown(*tokens: tuple[str, float | None]) -> Rule:
    """A server that says "ok" and shows these tokens for it."""

    def rule(body: Mapping[str, Any]) -> Json:
        told = said(body, "ok")
        if body.get("logprobs"):
            rivals = [{"token": token, "logprob": nats} for token, nats in tokens]
            told["choices"][0]["logprobs"] = {
                "content": [{**one, "top_logprobs": rivals} for one in rivals[:1]]
            }
        return told

    return rule


@pytest.mark.parametrize(
    ("rule", "logprobs"),
    [
        (shown(("ok", -0.1), ("no", -3)), True),
        (shown(("ok", -9999), ("no", -9999)), "not numbers"),
        (shown(("ok", None), ("no", None)), "not numbers"),
        (shown(("ok", 0.3), ("no", -2)), "not numbers"),
        (shown(("Th", -0.1), ("no", -3)), "misaligned"),
    ],
)
def test_probabilities_that_cannot_be_read_are_told_and_words_decide(rule: Rule, logprobs: object) -> None:
    found, backend, _, _ = settle(rule)
    assert found.score == ("logprob" if logprobs is True else "generate")
    assert backend.facts["logprobs"] == logprobs
    assert backend.facts["top_logprobs"] == (20 if logprobs is True else 0)


def test_a_server_that_ignores_probabilities_is_not_asked_for_them() -> None:
    found, backend, posts, _ = settle(lambda body: think(body, 0), preset="anthropic")
    assert found == Settled(score="generate", thinks=False)
    assert set(backend.sent) == {"temperature", "thinking"}
    assert not {"logprobs", "top_logprobs", "seed"} & set(posts[0])


def test_what_was_asked_for_is_given_back_though_the_server_shows_nothing() -> None:
    def rule(body: Mapping[str, Any]) -> Json:
        told = said(body, "yes")
        told["choices"][0]["logprobs"] = None
        return told

    assert settle(rule)[0].score == "generate"
    assert settle(rule, score="logprob")[0].score == "logprob"
    assert settle(rule, score="sample")[0].score == "sample"


def test_answers_that_are_drawn_are_asked_for_at_the_temperature_of_the_run() -> None:
    """Models that reason take the temperature 1 alone."""

    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        if body.get("temperature", 1) != 1:
            return refusal(
                "'temperature' does not support 0.7. Only the default (1) is supported.", "temperature"
            )
        return think(body, 0)

    assert settle(rule, score="sample")[1].sent["temperature"] == 1.0
    assert "temperature" not in settle(rule, score="sample", temperature=0.7)[1].sent


def test_a_server_that_answers_nothing_ends_the_run_in_one_line() -> None:
    with pytest.raises(FatalBackendError, match="did not answer a first question") as caught:
        settle(lambda _: (400, {"error": {"message": "out of order"}}))
    assert "\n" not in str(caught.value)


def test_a_strict_server_that_names_nothing_is_asked_without_our_extras() -> None:
    known = {"model", "messages", "temperature", "max_tokens", "seed", "logprobs", "top_logprobs"}

    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        return think(body, 0) if set(body) <= known else (422, {"error": {"message": "Bad Request"}})

    found, backend, _, _ = settle(rule)
    assert found == Settled(score="logprob", thinks=False)
    assert set(backend.sent) == {"temperature", "logprobs", "top_logprobs"}


def test_thoughts_that_do_not_end_within_a_small_bound_get_room() -> None:
    """OpenAI answers 400 where the bound is used up by thoughts."""

    def rule(body: Mapping[str, Any]) -> Json | tuple[int, Json]:
        if body["max_tokens"] < 1000:
            return refusal(
                "Could not finish the message because max_tokens or model output limit was reached."
            )
        return said(body, answer_of(body), thoughts=500)

    found, backend, _, _ = settle(rule, preset="openai")
    assert found.thinks is True
    assert "max_tokens" not in backend.dropped_parameters
