"""What a server's error means."""

from __future__ import annotations

import pytest

from mgllm.backends.api.bodies import Answer, Json
from mgllm.backends.api.parameters import Parameters
from mgllm.backends.api.refusing import Trouble, names_parameter, read_absence, read_trouble
from mgllm.errors import FatalBackendError, InputError
from mgllm.testing import a_question

SENT: Json = {
    "model": "m",
    "messages": [],
    "temperature": 0,
    "max_tokens": 5,
    "logprobs": True,
    "top_logprobs": 20,
}


def trouble(status: int, body: Json | None = None, said: str = "") -> Trouble:
    found = read_trouble(Answer(status, {}, body or {}, said))
    assert found is not None
    return found


def error(message: str = "m", **fields: object) -> Json:
    return {"error": {"message": message, **fields}}


@pytest.mark.parametrize(
    ("status", "body", "step"),
    [
        (0, {}, "again"),
        (408, {}, "again"),
        (409, {}, "again"),
        (429, error(code="rate_limit_exceeded"), "again"),
        (500, {}, "again"),
        (503, {}, "again"),
        (529, {}, "again"),
        (429, error(code="insufficient_quota"), "stop"),
        (429, error(type="insufficient_quota", code=None), "stop"),
        (301, {}, "stop"),
        (401, {}, "stop"),
        (402, {}, "stop"),
        (403, {}, "stop"),
        (404, {}, "stop"),
        (501, {}, "stop"),
        (400, error(), "differently"),
        (422, error(), "differently"),
        (400, error(code="content_filter"), "refused"),
        (413, {}, "give_up"),
        (403, error("You are not allowed to request logprobs from this model"), "differently"),
        (400, error("This model's maximum context length is 9 tokens: 'max_tokens' is too large"), "give_up"),
        (400, error("request exceeds the available context size"), "give_up"),
        (200, error(code=429), "again"),
        (200, error(code=402), "stop"),
        (200, {"error": "odd"}, "again"),
    ],
)
def test_what_is_done_about_an_error(status: int, body: Json, step: str) -> None:
    assert trouble(status, body).step == step


@pytest.mark.parametrize(
    ("choice", "step"),
    [
        ({"error": {"code": 502, "message": "m"}}, "again"),
        ({"error": {"code": 429, "message": "m"}}, "again"),
        ({"error": {"code": "server_error", "message": "m"}}, "again"),
        ({"error": "m"}, "again"),
        ({"error": {"code": 400, "message": "Unknown parameter: 'seed'"}}, "give_up"),
        ({"error": {"code": 404, "message": "m"}}, "give_up"),
        ({"error": {"code": 401, "message": "m"}}, "give_up"),
        ({"error": {"code": 403, "message": "your input was flagged"}}, "refused"),
        ({"error": {"code": "content_filter", "message": "m"}}, "refused"),
        ({"message": {"content": "ye"}, "finish_reason": "error"}, "again"),
        ({"message": {"content": "ye"}, "finish_reason": "abort"}, "again"),
        ({"message": {"content": ""}, "finish_reason": "insufficient_system_resource"}, "again"),
        ({"message": {"content": "ye"}, "finish_reason": {"type": "abort"}}, "again"),
    ],
)
def test_an_error_inside_a_choice_says_nothing_of_other_questions(choice: Json, step: str) -> None:
    assert trouble(200, {"choices": [choice]}).step == step


def test_an_error_beside_an_unfinished_choice_counts_and_beside_a_finished_one_does_not() -> None:
    told = {"error": {"code": 502, "message": "m"}}
    assert trouble(200, {"choices": [{"message": {"content": "ye"}}], **told}).step == "again"
    finished = {"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}], **told}
    assert read_trouble(Answer(200, {}, finished, "")) is None


@pytest.mark.parametrize(
    ("status", "body", "step"),
    [
        (200, {"object": "error", "message": "m", "code": 503}, "again"),
        (200, {"object": "error", "message": "m", "code": 404}, "stop"),
        (200, {"detail": "Not Found"}, "again"),
        (200, error(code="4" * 5000), "again"),
        (200, error(code=int("4" * 4000)), "again"),
        (200, error(code=10**10), "again"),
        (200, error(code=[402]), "again"),
        (403, error("Your input was flagged by moderation"), "refused"),
        (400, error("your prompt was flagged as against our usage policy", code="invalid_prompt"), "refused"),
        (400, error("the prompt is malformed", code="invalid_prompt"), "differently"),
        (407, {}, "stop"),
        (400, error(code={"a": 1}, type=[]), "differently"),
        (400, {"error": [{"message": "m"}]}, "differently"),
        (400, {"error": True}, "differently"),
    ],
)
def test_errors_in_odd_shapes(status: int, body: Json, step: str) -> None:
    assert trouble(status, body).step == step


def test_a_list_of_models_is_no_trouble() -> None:
    assert read_trouble(Answer(200, {}, {"object": "list", "data": []}, "")) is None


@pytest.mark.parametrize(
    ("answer", "words", "final"),
    [
        (Answer(200, {}, {}, "an empty body"), "the server sent an empty body", False),
        (
            Answer(200, {}, {}, "an HTML page: '<html>'", final=True),
            "the server sent an HTML page: '<html>'",
            True,
        ),
        (
            Answer(200, {}, {"a": 1}, '{"a": 1}'),
            'the server sent a reply without a choice: {"a": 1}',
            False,
        ),
        (Answer(200, {}, {"choices": [None]}, ""), "the server sent a reply without a choice: ", False),
        (Answer(200, {}, {}, ""), "the server sent nothing", False),
    ],
)
def test_what_came_instead_of_a_reply_is_told(answer: Answer, words: str, final: bool) -> None:
    found = read_absence(answer)
    assert found is not None
    assert (str(found), found.step) == (words, "give_up" if final else "again")


def test_a_reply_is_not_absent() -> None:
    assert read_absence(Answer(200, {}, {"choices": [{"text": ""}]}, "")) is None


def test_a_completion_is_no_trouble() -> None:
    assert read_trouble(Answer(200, {}, {"choices": [1], "error": None}, "")) is None


def test_the_place_of_an_error_is_told_whole() -> None:
    detail = [{"loc": ["body", "messages", 0, "role"], "msg": "Input should be 'user'"}]
    assert trouble(422, {"detail": detail}).param == "messages.0.role"


@pytest.mark.parametrize(
    ("body", "said", "words"),
    [
        (error("no such thing"), "", "no such thing"),
        ({"error": "no such thing"}, "", "no such thing"),
        ({"object": "error", "message": "no such thing"}, "", "no such thing"),
        ({"detail": "no such thing"}, "", "no such thing"),
        ({"detail": [{"loc": ["body", "seed"], "msg": "no such thing"}]}, "", "no such thing"),
        ({}, "<html><b>no such\n thing</b></html>", "no such thing"),
        ({}, "", "no message"),
    ],
)
def test_the_servers_words_are_found_in_every_shape(body: Json, said: str, words: str) -> None:
    assert trouble(400, body, said).message == words


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (error("Unsupported value", param="temperature"), "temperature"),
        (error("Unsupported parameter: 'max_tokens' … Use 'max_completion_tokens' instead."), "max_tokens"),
        (error("`top_logprobs` is too large; logprobs are limited"), "top_logprobs"),
        (error("this model has no logprobs"), "logprobs"),
        ({"detail": [{"loc": ["body", "temperature"], "msg": "extra"}]}, "temperature"),
        (error("the messages are too long for this model"), None),
        (error("the max-tokens were wrong", param="messages.0.content"), None),
    ],
)
def test_the_parameter_that_an_error_names(body: Json, name: str | None) -> None:
    assert names_parameter(trouble(400, body), SENT) == name


def test_max_tokens_is_swapped_then_dropped() -> None:
    parameters, question = Parameters("m", {}), a_question()
    first = parameters.body(question)
    assert parameters.learn(trouble(400, error(param="max_tokens")), first)
    second = parameters.body(question)
    assert (second["max_completion_tokens"], "max_tokens" in second) == (16, False)
    assert parameters.learn(trouble(400, error(param="max_completion_tokens")), second)
    assert not {"max_tokens", "max_completion_tokens"} & set(parameters.body(question))
    assert parameters.dropped == ("max_tokens", "max_completion_tokens")


def test_too_many_tokens_are_the_users_to_lower() -> None:
    parameters = Parameters("m", {})
    refusal = trouble(400, error("max_tokens is too large: 99", param="max_tokens"))
    with pytest.raises(FatalBackendError, match="--max-tokens"):
        parameters.learn(refusal, parameters.body(a_question()))
    assert parameters.dropped == ()


def test_logprobs_go_together_and_nothing_else_goes() -> None:
    parameters, question = Parameters("m", {}), a_question(score="logprob")
    before = parameters.body(question)
    assert parameters.learn(trouble(400, error(param="logprobs")), before)
    assert set(before) - set(parameters.body(question)) == {"logprobs", "top_logprobs"}


@pytest.mark.parametrize(
    "message",
    [
        "top_logprobs: must be less than or equal to 5",
        "Requested sample logprobs of 20, which is greater than max allowed: 5",
    ],
)
def test_fewer_shown_tokens_are_asked_for_where_fewer_are_allowed(message: str) -> None:
    parameters, question = Parameters("m", {}), a_question(score="logprob")
    assert parameters.learn(trouble(400, error(message)), parameters.body(question))
    assert parameters.body(question)["top_logprobs"] == 5
    assert parameters.dropped == ()


def test_a_refusal_that_names_nothing_teaches_nothing() -> None:
    parameters = Parameters("m", {})
    assert not parameters.learn(trouble(400, error("too long")), parameters.body(a_question()))


def test_model_args_are_sent_and_never_dropped_silently() -> None:
    parameters = Parameters("m", {"top_p": 0.9, "temperature": 1.0})
    body = parameters.body(a_question())
    assert (body["top_p"], body["temperature"]) == (0.9, 1.0)
    with pytest.raises(FatalBackendError, match="--model-arg top_p"):
        parameters.learn(trouble(400, error(param="top_p")), body)


@pytest.mark.parametrize("name", ["model", "messages", "stream", "n"])
def test_model_args_may_not_change_the_question(name: str) -> None:
    with pytest.raises(InputError, match=name):
        Parameters("m", {name: 1})
