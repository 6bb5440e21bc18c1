"""Which parameter an error is about, in the wordings of many servers; and errors that are about none."""

from __future__ import annotations

import time
from typing import Any

import pytest

from mgllm.backends.api.bodies import Answer, Json
from mgllm.backends.api.naming import named_in, without_prompt
from mgllm.backends.api.refusing import names_parameter, read_trouble

PROMPT = (
    "What temperature is it in the hall, and does the seed of doubt show? She asked: the logprobs "
    "of a poker hand. Unsupported parameter: 'seed'. Stay calm."
)
SENT: Json = {
    "model": "m",
    "messages": [{"role": "user", "content": PROMPT}],
    "temperature": 0,
    "max_tokens": 5,
    "seed": 7,
    "logprobs": True,
    "top_logprobs": 20,
    "reasoning_effort": "none",
    "chat_template_kwargs": {"enable_thinking": False},
}


def named(body: Any, status: int = 400) -> str | None:
    trouble = read_trouble(Answer(status, {}, body, ""))
    assert trouble is not None
    return names_parameter(trouble, SENT)


WORDINGS = [
    # OpenAI and Azure
    ("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'.",
     "max_tokens"),
    ("Unsupported value: 'temperature' does not support 0 with this model. Only 1 is supported.",
     "temperature"),
    ("Unrecognized request argument supplied: seed", "seed"),
    ("Unrecognized request arguments supplied: logprobs, top_logprobs", "logprobs"),
    ("Unknown parameter: 'seed'.", "seed"),
    ("Invalid 'top_logprobs': integer above maximum value. Expected a value <= 5, but got 20 instead.",
     "top_logprobs"),
    ("Invalid value for 'temperature': expected at most 2.", "temperature"),
    ("logprobs are not supported with reasoning models.", "logprobs"),
    ("This model does not support logprobs", "logprobs"),
    ("You are not allowed to request logprobs from this model", "logprobs"),
    ("This model is limited. The following parameters are not supported: seed, logprobs", "seed"),
    ("Additional properties are not allowed ('seed' was unexpected)", "seed"),
    ("Unsupported value: 'reasoning_effort' does not support 'none' with this model.", "reasoning_effort"),
    # vLLM, SGLang, TGI, NIM
    ("[{'type': 'extra_forbidden', 'loc': ('body', 'seed'), 'msg': 'Extra inputs are …'}]", "seed"),
    ("Requested sample logprobs of 20, which is greater than max allowed: 5", "logprobs"),
    ("Input validation error: `top_logprobs` must be >= 0 and <= 5", "top_logprobs"),
    ("Validation: Unsupported parameter(s): `logprobs`", "logprobs"),
    ("chat_template_kwargs is not supported for this tokenizer", "chat_template_kwargs"),
    # llama.cpp, Ollama, LM Studio
    ("Unsupported param: logprobs", "logprobs"),
    ("logprobs is not supported with tools + stream", "logprobs"),
    ('"qwen2.5:7b" does not support thinking', "reasoning_effort"),
    ("Unrecognized key(s) in object: 'seed'", "seed"),
    ('json: unknown field "seed"', "seed"),
    # Gemini
    ('Invalid JSON payload received. Unknown name "seed": Cannot find field.', "seed"),
    ("Logprobs is not enabled for models/gemini-3-flash", "logprobs"),
    ("* GenerateContentRequest.generation_config.temperature: must be in [0.0, 2.0]", "temperature"),
    ("Unknown name \"topLogprobs\" at 'generation_config': Cannot find field.", "top_logprobs"),
    # Anthropic
    ("temperature: Extra inputs are not permitted", "temperature"),
    ("`temperature` may only be set to 1 when thinking is enabled.", "temperature"),
    ("`temperature` is deprecated for this model.", "temperature"),
    ("`temperature` and `top_p` cannot both be specified for this model.", "temperature"),
    ("max_tokens: 64 > 32, which is the maximum allowed number of output tokens", "max_tokens"),
    # Mistral, DeepSeek, Groq, xAI, Cohere, DashScope
    ("deepseek-reasoner does not support the parameter `logprobs`", "logprobs"),
    ("unknown field `seed`, expected one of `model`, `messages`, `temperature`, `max_tokens`", "seed"),
    ("'logprobs' : property 'logprobs' is unsupported", "logprobs"),
    ("Argument not supported on this model: logprobs", "logprobs"),
    ("Model grok-4 does not support parameter reasoningEffort.", "reasoning_effort"),
    ("extraneous key [logprobs] is not permitted", "logprobs"),
    ("parameter.temperature must be greater than 0", "temperature"),
    ("该模型不支持参数 temperature", "temperature"),
    # LiteLLM, FastAPI, Python
    ("litellm.UnsupportedParamsError: openai does not support parameters: ['logprobs', 'seed'], for model=g. "
     "To drop these, set `litellm.drop_params=True`", "logprobs"),
    ("litellm.BadRequestError: OpenAIException - gpt-5 models don't support temperature=0. Only 1 "
     "is supported.", "temperature"),
    ("Completions.create() got an unexpected keyword argument 'seed'", "seed"),
    ("Extra inputs are not permitted, field: 'seed', value: 7", "seed"),
    ("the max tokens parameter is not accepted here", "max_tokens"),
    ("Please remove `seed` and try again.", "seed"),
    ("this model has no logprobs", "logprobs"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("message", "name"), WORDINGS, ids=[f"{n}-{name}" for n, (_, name) in enumerate(WORDINGS)]
)
def test_a_parameter_is_known_in_the_wordings_of_servers(message: str, name: str) -> None:
    assert named({"error": {"message": message, "type": "invalid_request_error"}}) == name


@pytest.mark.parametrize(
    "message",
    [
        "Invalid prompt: the text 'what temperature is it' is flagged",
        "Invalid prompt: 'temperature' was flagged as weather",
        "Your prompt about temperature was flagged by our safety system.",
        'The message "the seed of doubt" is against our policy',
        "We could not answer 'the logprobs of a poker hand'.",
        "Rejected: Unsupported parameter: 'seed'. Stay calm",
        "The request was rejected because of the word temperature.",
        "The prompt mentions seed and logprobs; such talk is not for us.",
        "Content blocked (category: temperature)",
        "too long",
        "Something about model and messages is not supported",
        "the max-tokens were wrong",
    ],
)
def test_what_an_error_quotes_of_the_prompt_is_no_parameter(message: str) -> None:
    assert named({"error": {"message": message}}) is None


def test_the_field_of_an_error_decides_before_its_words() -> None:
    assert named({"error": {"message": "Unknown parameter: 'seed'", "param": "temperature"}}) == "temperature"
    assert named({"error": {"message": "no", "param": "chat_template_kwargs.enable_thinking"}}) == (
        "chat_template_kwargs"
    )
    assert named({"error": {"message": "no", "param": "body.seed"}}) == "seed"
    assert named({"error": {"message": "Unknown parameter: 'seed'", "param": "messages[0].content"}}) is None
    assert named({"error": {"message": "Unknown parameter: 'seed'", "param": 7}}) == "seed"
    assert named({"error": {"message": "Unknown parameter: 'seed'", "code": "invalid_prompt"}}) is None


@pytest.mark.parametrize(
    "body",
    [
        {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted", "input": 7}]},
        {"detail": [{"loc": ["body", "seed", "int"], "msg": "no"}]},
        {"object": "error", "message": {"detail": [{"loc": ["body", "seed"], "msg": "no"}]}},
        {"message": "Unknown parameter: 'seed'"},
        {"error": "Unknown parameter: 'seed'"},
        {"error": {"message": "Provider returned error", "metadata": {
            "raw": '{"error": {"message": "Unknown parameter: \\"seed\\""}}'}}},
    ],
)  # fmt: skip
def test_a_parameter_is_found_in_every_shape_of_error(body: Json) -> None:
    assert named(body) == "seed"


@pytest.mark.parametrize("loc", [5, None, [], [5], "body", ["body"], ["body", "messages", 0, "content"], {}])
def test_odd_places_name_nothing(loc: object) -> None:
    assert named({"detail": [{"loc": loc, "msg": "no"}]}) is None


def test_a_quotation_is_cut_out_and_the_rest_stands() -> None:
    said = without_prompt("Blocked: what temperature is it IN the hall? Mind: seed is not supported", SENT)
    assert "temperature" not in said
    assert "seed is not supported" in said


def test_parts_of_a_content_are_the_prompt_too() -> None:
    sent = {**SENT, "messages": [{"role": "user", "content": [{"type": "text", "text": PROMPT}, None, 7]}]}
    assert named_in("Rejected: Unsupported parameter: 'seed'. Stay calm", sent) is None


@pytest.mark.parametrize(
    "piece", ["'", "(", "parameter ", "temperature, ", "a.", "seed and ", "loc: [ ", "not ", "unsupported "]
)
def test_the_longest_message_takes_no_time(piece: str) -> None:
    began_s = time.perf_counter()
    named_in((piece * 4000)[:4000], SENT)
    assert time.perf_counter() - began_s < 2
