"""Reads a server's error: ask again, ask differently, give up the question, or stop the run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from mgllm.backends.api.bodies import Answer
from mgllm.backends.api.naming import named_in
from mgllm.backends.api.replies import finish_reason, first_choice
from mgllm.records import Frozen

Step = Literal["again", "differently", "give_up", "refused", "stop"]
"""`refused`: the provider's content filter refused; `stop`: other questions would fail too."""

_AGAIN = frozenset({0, 408, 409, 429})
_NO_CREDIT = frozenset({"insufficient_quota", "billing_not_active", "billing_hard_limit_reached"})
_LIMITED = frozenset({"rate_limit_exceeded", "rate_limit_error", "too_many_requests", "resource_exhausted"})
"""Codes of a limit of rate, where the status is that of another error."""
_FILTERED = frozenset({"content_filter", "content_policy_violation"})
_CONTEXT = re.compile(r"context (?:length|size|window)|too many tokens", re.IGNORECASE)
"""In an error about a prompt that is too long; it may mention max_tokens, but is not about it."""
_STOP = frozenset({401, 402, 403, 404, 405, 407, 501})
_FLAGGED = re.compile(r"\b(?:flagged|moderat\w+|usage polic\w+|safety system)\b", re.IGNORECASE)
"""In a 403 or an "invalid prompt": the provider refuses to answer this one prompt."""
_OF_THE_PROMPT = frozenset({"invalid_prompt", *_FILTERED})
"""Codes of errors that are not caused by a parameter."""
_QUESTION = frozenset({"model", "messages", "prompt"})
"""Parameters that cannot be left out."""
_BROKEN_OFF = frozenset({"error", "abort", "aborted", "cancelled", "insufficient_system_resource"})
"""Finish reasons that are the server's failure: what was written before is not a reply."""
_MESSAGE_CHARACTERS = 4_000
"""Characters of an error that are read; more would cost time and no one would read them."""
_NAME_CHARACTERS = 100
"""Longest code or name of a parameter."""
_DEEPEST = 5
"""Levels of an error's JSON that are searched."""


class Trouble(Frozen):
    """An answer that is not a completion."""

    status: int
    """HTTP status; 0: no complete answer arrived."""
    message: str
    """The server's words, in one line."""
    param: str | None = None
    """The request parameter that it names."""
    codes: frozenset[str] = frozenset()
    """Its code and type, in lower case."""
    final: bool = False
    """Whether asking again would give the same."""
    of_one: bool = False
    """Whether it came in the place of one reply, and says nothing about other questions."""

    @property
    def step(self) -> Step:
        """What to do."""
        if self.final:
            return "give_up"
        if self._filtered:
            return "refused"
        step = self._step_by_status()
        return "give_up" if self.of_one and step in {"stop", "differently"} else step

    @property
    def _filtered(self) -> bool:
        if self.codes & _FILTERED and self.status not in _AGAIN:
            return True
        of_prompt = self.status == 403 or (self.status == 400 and "invalid_prompt" in self.codes)
        return of_prompt and _FLAGGED.search(self.message) is not None

    def _step_by_status(self) -> Step:
        if self.codes & _NO_CREDIT:
            return "stop"
        if self.status == 403 and "logprobs" in self.message:  # OpenAI's answer for models without them
            return "differently"
        if self.status in _STOP or 300 <= self.status < 400:
            return "stop"
        if self.status in _AGAIN or self.status >= 500:
            return "again"
        too_long = _CONTEXT.search(self.message) or "context_length_exceeded" in self.codes
        return "differently" if self.status in {400, 422} and not too_long else "give_up"

    @property
    def limited(self) -> bool:
        """Whether the server refuses because it is asked too fast."""
        return self.step == "again" and (self.status == 429 or bool(self.codes & _LIMITED))

    @property
    def no_credit(self) -> bool:
        """Whether the account has no money left."""
        return self.status == 402 or bool(self.codes & _NO_CREDIT)

    def __str__(self) -> str:
        return f"{self.status}: {self.message}" if self.status else self.message


def read_trouble(answer: Answer) -> Trouble | None:
    """The error in an answer, or None.

    Errors have many forms: {"error": {…}}, {"message": …}, {"object": "error"} and FastAPI's
    {"detail": [{"loc", "msg"}]}. Routers may put one into an answer with status 200, at the top or
    inside the choice.
    """
    body, good = answer.body, 200 <= answer.status < 300
    choice = first_choice(body)
    if good and choice is not None:
        return _trouble_of_choice(choice, body)
    if good and not (body.get("error") or body.get("object") == "error" or body.get("detail")):
        return None
    error = body.get("error")
    inner: Mapping[str, Any] = error if isinstance(error, dict) else body
    status = _status(inner.get("code")) if good else answer.status
    return _trouble(status, error if isinstance(error, str) else inner, inner, answer)


def read_absence(answer: Answer) -> Trouble | None:
    """The trouble with an answer without error and without choice; None if it has a choice."""
    if first_choice(answer.body) is not None:
        return None
    what = f"a reply without a choice: {answer.said}" if answer.body else answer.said or "nothing"
    return Trouble(status=0, message=f"the server sent {what}", final=answer.final)


def names_parameter(trouble: Trouble, sent: Mapping[str, Any]) -> str | None:
    """The parameter, among those sent, that an error names: in its own field, or in its words."""
    if trouble.param is not None:
        steps = [step for step in re.split(r"[.\[\]]", trouble.param) if step]
        if steps and steps[0] in _QUESTION:
            return None
        for named in (trouble.param, *steps[-1:], *steps[:1]):
            if named in sent and named not in _QUESTION:
                return named
    return None if trouble.codes & _OF_THE_PROMPT else named_in(trouble.message, sent)


def _trouble_of_choice(choice: Mapping[str, Any], body: Mapping[str, Any]) -> Trouble | None:
    """An error in the place of one reply; it says nothing about other questions."""
    reason = finish_reason(choice)
    error = choice.get("error") or (body.get("error") if reason not in {"stop", "length"} else None)
    if not error and reason not in _BROKEN_OFF:
        return None
    inner: Mapping[str, Any] = error if isinstance(error, dict) else {}
    said = error if isinstance(error, str) else inner or f"the server stopped early (finish_reason {reason})"
    trouble = _trouble(_status(inner.get("code")), said, inner, Answer(200, {}, {}, ""))
    return trouble.model_copy(update={"of_one": True})


def _trouble(
    status: int, error: str | Mapping[str, Any], inner: Mapping[str, Any], answer: Answer
) -> Trouble:
    codes = frozenset(
        str(inner[key])[:_NAME_CHARACTERS].lower()
        for key in ("code", "type")
        if isinstance(inner.get(key), str | int) and inner[key] and _is_short(inner[key])
    )
    words, place = _words(error)
    param = inner.get("param") if isinstance(inner.get("param"), str) else place
    plain = re.sub(r"<[^<>]*>", " ", (words or answer.said)[:_MESSAGE_CHARACTERS])
    return Trouble(
        status=status,
        message=" ".join(plain.split()) or "no message",
        param=param[:_NAME_CHARACTERS] if param else None,
        codes=codes,
        final=answer.final,
    )


def _words(error: object, depth: int = 0) -> tuple[str, str | None]:
    """An error's words, and the parameter that it names, if any."""
    if isinstance(error, str):
        return error, None
    if isinstance(error, list) and error and depth < _DEEPEST:
        return _words(error[0], depth + 1)
    if not isinstance(error, Mapping) or depth >= _DEEPEST:
        return "", None
    found = (_words(error[key], depth + 1) for key in ("message", "detail", "msg", "error") if error.get(key))
    words, place = next((pair for pair in found if pair[0]), ("", None))
    return " ".join(filter(None, (words, _raw(error)))), place or _place(error.get("loc"))


def _raw(error: Mapping[str, Any]) -> str:
    """The error of the provider behind a router (OpenRouter: metadata.raw)."""
    metadata = error.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, Mapping) else None
    return raw.replace('\\"', '"') if isinstance(raw, str) else ""


def _place(loc: object) -> str | None:
    """The place in the request that FastAPI names: what follows "body", such as messages.0.role."""
    steps = loc if isinstance(loc, list) else []
    names = [str(step) for step in steps if isinstance(step, str | int) and _is_short(step)]
    return ".".join(name for name in names if name not in {"body", "query"}) or None


def _is_short(code: object) -> bool:
    """Whether a value can be written: Python refuses to write integers of thousands of digits."""
    return not isinstance(code, int) or abs(code) < 10**_NAME_CHARACTERS


def _status(code: object) -> int:
    digits = str(code) if _is_short(code) else ""
    return int(digits) if re.fullmatch(r"[345]\d\d", digits, re.ASCII) else 500
