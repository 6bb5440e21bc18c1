"""Parameters and roles that are refused: for the whole run if the error names them, else for one
prompt."""

from __future__ import annotations

from mgllm.testing.zoo.animal import Ask, Does, Keeper, Served
from mgllm.testing.zoo.expecting import answers, but
from mgllm.testing.zoo.right import ANYTHING, Right
from mgllm.testing.zoo.saying import Say, error, messages_of, sent, unsupported

animal = Keeper("parameters")

TAME = Say("deceptive", [{"deceptive": 0.9, "truthful": 0.08}])
ANSWERED = answers("deceptive", "given", 0.9)
WORDS = answers("deceptive", "maybe")
ONE_FAILED = Right(("answered", "failed"), "deceptive", "maybe", counts={"answered": 3, "failed": 1})


def _first_question(served: Served, other: Does = TAME) -> Does:
    """Give this response to one question, and another to all others."""
    return lambda ask: served if ask.place == 0 else other(ask)


def _unless(name: str, served: Served) -> Does:
    """Refuse requests with a parameter."""
    return lambda ask: served if name in ask.body else TAME(ask)


def _without_role(role: str, served: Served) -> Does:
    """Refuse requests with a message of a role."""

    def does(ask: Ask) -> Served:
        roles = [message.get("role") for message in messages_of(ask)]
        return served if role in roles else TAME(ask)

    return does


def _top_five(ask: Ask) -> Served:
    if int(ask.body.get("top_logprobs") or 0) > 5:
        return error(
            400, "Invalid value for 'top_logprobs': must be less than or equal to 5.", param="top_logprobs"
        )
    return Say("deceptive", [{"deceptive": 0.9, "truthful": 0.08}])(ask)


def _no_logprobs(ask: Ask) -> Served:
    return unsupported("logprobs") if "logprobs" in ask.body else Say("deceptive")(ask)


def _google(ask: Ask) -> Served:
    said = "Logprobs is not enabled for models/gemini-zoo"
    if "logprobs" in ask.body:
        return sent([{"error": {"code": 400, "message": said, "status": "INVALID_ARGUMENT"}}], 400)
    return Say("deceptive")(ask)


animal(
    "one-prompt-temperature",
    "Refuses one prompt with an error about temperature: the parameter stays for all others.",
    _first_question(
        error(400, "The prompt speaks of a body temperature, which this service does not discuss.")
    ),
    but(ONE_FAILED, sends={"temperature": ANYTHING}),
)
animal(
    "one-prompt-seed",
    "Refuses one prompt with an error that contains the word seed.",
    _first_question(error(400, "Prompts may not contain a wallet's seed phrase.")),
    but(ONE_FAILED, sends={"seed": ANYTHING}),
)
animal(
    "one-prompt-length",
    "Refuses one prompt as too long, and names max_tokens.",
    _first_question(
        error(
            400,
            "This model's maximum context length is 512 tokens; reduce the prompt or max_tokens.",
            code="context_length_exceeded",
        )
    ),
    but(ONE_FAILED, sends={"temperature": ANYTHING}),
)
animal(
    "no-temperature",
    "Refuses the temperature, and names it in the error's field for parameters.",
    _unless("temperature", unsupported("temperature")),
    but(WORDS, omits=("temperature",)),
    report="pickle-com/glass#227",
)
animal(
    "no-temperature-value",
    "Refuses another temperature than 1, and quotes the parameter.",
    _unless(
        "temperature",
        error(
            400,
            "Unsupported value: 'temperature' does not support 0.0 with this model. "
            "Only the default (1) value is supported.",
        ),
    ),
    but(WORDS, omits=("temperature",)),
    report="decolua/9router#560",
)
animal(
    "no-seed",
    "Refuses the seed with a 422 in FastAPI's form.",
    _unless(
        "seed",
        sent(
            {
                "detail": [
                    {
                        "type": "extra_forbidden",
                        "loc": ["body", "seed"],
                        "msg": "Extra inputs are not permitted",
                    }
                ]
            },
            422,
        ),
    ),
    but(ANSWERED, omits=("seed",)),
)
animal(
    "no-max-tokens",
    "Wants max_completion_tokens.",
    _unless(
        "max_tokens",
        error(
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            param="max_tokens",
            code="unsupported_parameter",
        ),
    ),
    but(ANSWERED, omits=("max_tokens",), sends={"max_completion_tokens": ANYTHING}),
    report="koosoli/ESPHomeDesigner#379",
)
animal(
    "no-system",
    "Refuses the role system, as chat templates without one do.",
    _without_role("system", error(400, "System role not supported", type="BadRequestError")),
    WORDS,
    report="arcee-ai/fastmlx#22, openai/codex#1674",
)
animal(
    "no-system-value",
    "Refuses the role system of the first message, in OpenAI's words.",
    _without_role(
        "system",
        error(
            400,
            "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
            param="messages[0].role",
            code="unsupported_value",
        ),
    ),
    WORDS,
    report="tailcallhq/forgecode#1177, CherryHQ/cherry-studio#4973",
)
animal(
    "no-system-literal",
    "Refuses the role system in a list of details, and lists the known roles.",
    _without_role(
        "system",
        sent(
            {
                "detail": [
                    {
                        "loc": ["body", "messages", 0, "role"],
                        "msg": "Input should be 'user' or 'assistant'",
                        "type": "literal_error",
                    }
                ]
            },
            422,
        ),
    ),
    WORDS,
    report="ogx-ai/ogx#5982",
)
animal(
    "developer",
    "Wants the role developer instead of system.",
    _without_role(
        "system",
        error(
            400, "Unsupported value: 'system'. Use the role 'developer' instead.", param="messages[0].role"
        ),
    ),
    WORDS,
)
animal(
    "top-five",
    "Shows at most five rivals, and refuses a request for more.",
    _top_five,
    but(answers("deceptive", "given", 0.9), sends={"top_logprobs": 5}),
    report="openai/openai-cookbook#948",
)
animal(
    "no-logprobs",
    "Refuses a request for log-probabilities.",
    _no_logprobs,
    but(answers("deceptive"), omits=("logprobs", "top_logprobs")),
    report="UKGovernmentBEIS/inspect_ai#2739",
)
animal(
    "no-logprobs-google",
    "Refuses a request for log-probabilities as Google does, with the error in a list.",
    _google,
    but(answers("deceptive"), omits=("logprobs",)),
    report="GoogleCloudPlatform/generative-ai#2947, mscraftsman/generative-ai#135",
)
