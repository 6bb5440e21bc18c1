"""Habits of servers: errors, waits, missing counts, changing models."""

from __future__ import annotations

from mgllm.testing.zoo.animal import Ask, Does, Keeper, Served
from mgllm.testing.zoo.expecting import ANY, FAILED, answers, but
from mgllm.testing.zoo.right import Right
from mgllm.testing.zoo.saying import DROPPED, Say, error, sent
from mgllm.testing.zoo.tokens import Tops

animal = Keeper("manners")

WRITTEN: Tops = {"deceptive": 0.9, "truthful": 0.08}
TAME = Say("deceptive", [WRITTEN])
ANSWERED = answers("deceptive", "given", 0.9)
TWO_FAILED = Right(("answered", "failed"), "deceptive", "maybe", counts={"answered": 2, "failed": 2})
STOPPED = Right((), exit_code=(2,))
AT_ONCE = ("--max-retries", "0")
PRICED = ("--price-in", "1", "--price-out", "1")


def _once(served: Served, other: Does = TAME) -> Does:
    """Give this response to every question when it is asked for the first time."""
    return lambda ask: served if ask.place is not None and ask.again == 0 else other(ask)


def _questions(served: Served) -> Does:
    """Give this response to every question about people."""
    return lambda ask: served if ask.place is not None else TAME(ask)


def _asked(does: Does) -> Does:
    """Give this response to questions about people; answer any other question well."""
    return lambda ask: does(ask) if ask.place is not None else TAME(ask)


def _counted(usage: object) -> Say:
    """A reply with these counts."""
    return Say("deceptive", [WRITTEN], usage=usage)


def _renamed(ask: Ask) -> Served:
    """The model's name changes every second time."""
    name = f"zoo-model-2026-{1 + ask.nth % 2:02d}"
    return Say("deceptive", [WRITTEN], body={"model": name})(ask)


def _weather(ask: Ask) -> Served:
    """Reply to each question in another way."""
    ways = [TAME(ask), Say("", [])(ask), error(400, "No"), error(500, "No")]
    return ways[(ask.place or 0) % len(ways)]


def _unloaded(ask: Ask) -> Served:
    return TAME(ask) if ask.place in {None, 0, 1} else error(503, "The model is being unloaded.")


CHOICE_ERROR = Say(
    "", "silent", finish="error", choice={"error": {"code": 502, "message": "Provider returned error"}}
)
animal(
    "choice-error",
    "Answers 200, and hides an error in its choice.",
    _asked(CHOICE_ERROR),
    but(FAILED, hint="provider returned error"),
    flags=AT_ONCE,
    report="UKGovernmentBEIS/inspect_ai#1536, pydantic/pydantic-ai#2844",
)
animal(
    "choice-error-with-text",
    "Hides an error in its choice, beside the words that came before it.",
    _asked(
        Say(
            "deceptive", "silent", finish="error", choice={"error": {"code": 502, "message": "Upstream lost"}}
        )
    ),
    but(FAILED, hint="upstream lost"),
    flags=AT_ONCE,
    report="genkit-ai/genkit#6259",
)
animal(
    "error-in-200",
    "Answers 200 with an error and no choice.",
    _questions(sent({"error": {"message": "Provider overloaded", "code": 502}})),
    but(FAILED, hint="overloaded"),
    flags=AT_ONCE,
    report="pydantic/pydantic-ai#2409",
)
animal(
    "error-in-200-once",
    "Answers each question with such an error at first, and then well.",
    _once(sent({"error": {"message": "Provider overloaded", "code": 502}})),
    ANSWERED,
)
animal(
    "overloaded-once",
    "Answers each question with 503 at first, and then well.",
    _once(error(503, "Overloaded")),
    ANSWERED,
)
animal(
    "limited-once",
    "Answers each question with 429 at first, and asks for a short wait.",
    _once(sent({"error": {"message": "Slow down", "type": "requests"}}, 429, **{"Retry-After": "0.1"})),
    ANSWERED,
)
animal(
    "empty-once",
    "Says nothing at first and stops; when asked again, it answers.",
    _once(Say("", [])(Ask({}, {}, 0, 0, 0))),
    Right(("answered", "failed"), "deceptive", "maybe", exit_code=(0, 1)),
    report="anomalyco/opencode#37735",
)
animal(
    "empty",
    "Says nothing and stops, every time.",
    _asked(Say("", [])),
    FAILED,
    flags=AT_ONCE,
    report="anomalyco/opencode#37735, BerriAI/litellm#24462",
)
animal("empty-null", "Gives null as its content and stops.", _asked(Say(None, [])), FAILED, flags=AT_ONCE)
animal(
    "blank",
    "Says two spaces and a new line.",
    _asked(Say("  \n")),
    but(FAILED, outcomes=("failed", "unparsed")),
    flags=AT_ONCE,
)
animal(
    "tired",
    "Answers two questions, and then none.",
    _unloaded,
    TWO_FAILED,
    flags=AT_ONCE,
)
animal(
    "drops",
    "Cuts every connection to a question.",
    _questions(Served(b"", 0)),
    FAILED,
    flags=AT_ONCE,
)
animal(
    "slow",
    "Takes four seconds for every question.",
    lambda ask: TAME(ask)._replace(pause_s=4.0 if ask.place is not None else 0.0),
    but(FAILED, hint="no answer within"),
    flags=("--timeout", "1", *AT_ONCE),
)
animal(
    "redirects",
    "Redirects requests to another address.",
    lambda ask: Served(b"", 307, {"Location": "http://127.0.0.1:9/v1"}),
    STOPPED,
)
animal("forbidden", "Refuses the key.", lambda ask: error(401, "Invalid key"), STOPPED)
animal("penniless", "Has no credit left.", lambda ask: error(402, "Insufficient credits"), STOPPED)

animal(
    "uncounted",
    "Gives no counts of tokens.",
    _counted(DROPPED),
    but(ANSWERED, says=("estimat",)),
    flags=PRICED,
    report="run-llama/llama_index#9077",
)
animal(
    "counts-null",
    "Gives null instead of its counts.",
    _counted(None),
    but(ANSWERED, says=("estimat",)),
    flags=PRICED,
    report="run-llama/llama_index#9077",
)
animal(
    "counts-zero",
    "Counts zero tokens.",
    _counted({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}),
    but(ANSWERED, says=("estimat",)),
    flags=PRICED,
    report="NEKOparapa/AiNiee#25",
)
animal(
    "counts-null-inside",
    "Gives null for each of its counts.",
    _counted({"prompt_tokens": None, "completion_tokens": None, "total_tokens": None}),
    but(ANSWERED, says=("estimat",)),
    flags=PRICED,
    report="run-llama/llama_index#22832",
)
animal(
    "prompt-cut",
    "Read five tokens of the prompt.",
    _asked(_counted({"prompt_tokens": 5})),
    but(FAILED, hint="cut the prompt"),
)
animal(
    "model-changes",
    "Is another model every second time.",
    _renamed,
    but(ANSWERED, says=("zoo-model-2026-02",)),
    report="odysseus-dev/odysseus#868",
)
animal(
    "model-other",
    "Is another model than the one that was asked for.",
    Say("deceptive", [WRITTEN], body={"model": "zoo-fallback-small"}),
    but(ANSWERED, says=("zoo-fallback-small",)),
    report="icebear0828/codex-proxy#660, agentgateway/agentgateway#1361",
)
animal(
    "model-missing",
    "Does not say which model it is.",
    Say("deceptive", [WRITTEN], body={"model": DROPPED}),
    ANSWERED,
)
animal(
    "finish-missing", "Does not say why it stopped.", Say("deceptive", [WRITTEN], finish=DROPPED), ANSWERED
)
animal(
    "finish-other",
    "Stopped for an unknown reason.",
    Say("deceptive", [WRITTEN], finish="end_turn"),
    ANSWERED,
    report="zeitlings/ayai-gpt-nexus#2",
)
animal(
    "any-weather",
    "Answers one question well, one with nothing, and the others with errors.",
    _weather,
    but(ANY, outcomes=("answered", "failed")),
    flags=AT_ONCE,
)
