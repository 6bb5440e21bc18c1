"""What a server's error means: ask again, ask differently, give up the question, or give up the run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from mgllm.backends.api.bodies import Answer
from mgllm.backends.api.naming import named_in
from mgllm.backends.api.replies import finish_reason, first_choice
from mgllm.records import Frozen

Step = Literal["again", "differently", "give_up", "refused", "stop"]
"""`refused`: the provider's content filter spoke; `stop`: nothing else would be answered either."""

_AGAIN = frozenset({0, 408, 409, 429})
_NO_CREDIT = frozenset({"insufficient_quota", "billing_not_active", "billing_hard_limit_reached"})
_FILTERED = frozenset({"content_filter", "content_policy_violation"})
_CONTEXT = re.compile(r"context (?:length|size|window)|too many tokens", re.IGNORECASE)
"""In an error about one long prompt, which may name max_tokens without being about it."""
_STOP = frozenset({401, 402, 403, 404, 405, 407, 501})
_FLAGGED = re.compile(r"\b(?:flagged|moderat\w+|usage polic\w+|safety system)\b", re.IGNORECASE)
"""In a 403 or an "invalid prompt": the provider will not have this one prompt answered."""
_OF_THE_PROMPT = frozenset({"invalid_prompt", *_FILTERED})
"""Codes of errors that no parameter is to blame for."""
_QUESTION = frozenset({"model", "messages", "prompt"})
"""Not to be left out."""
_BROKEN_OFF = frozenset({"error", "abort", "aborted", "cancelled", "insufficient_system_resource"})
"""Reasons to stop that are the server's failure: what was written so far is no reply."""
_MESSAGE_CHARACTERS = 4_000
"""Of an error's words, more than anyone reads; what is read from them takes time that grows with them."""
_NAME_CHARACTERS = 100
"""Longest code or name of a parameter."""
_DEEPEST = 5
"""Levels of an error's JSON that are looked into."""


class Trouble(Frozen):
    """An answer that is no completion."""

    status: int
    """HTTP status; 0: no whole answer came."""
    message: str
    """The server's words, in one line."""
    param: str | None = None
    """The request parameter that it names."""
    codes: frozenset[str] = frozenset()
    """Its code and type, in lower case."""
    final: bool = False
    """Asking again would bring the same."""
    of_one: bool = False
    """It stood in the place of one reply, and says nothing of other questions."""

    @property
    def step(self) -> Step:
        """What is to be done."""
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
        if self.status == 403 and "logprobs" in self.message:  # OpenAI's word for models that show none
            return "differently"
        if self.status in _STOP or 300 <= self.status < 400:
            return "stop"
        if self.status in _AGAIN or self.status >= 500:
            return "again"
        too_long = _CONTEXT.search(self.message) or "context_length_exceeded" in self.codes
        return "differently" if self.status in {400, 422} and not too_long else "give_up"

    @property
    def no_credit(self) -> bool:
        """Whether the account is empty."""
        return self.status == 402 or bool(self.codes & _NO_CREDIT)

    def __str__(self) -> str:
        return f"{self.status}: {self.message}" if self.status else self.message


def read_trouble(answer: Answer) -> Trouble | None:
    """The error in an answer, or None where it holds none.

    Servers word errors in many shapes: {"error": {…}}, {"message": …}, {"object": "error"} and FastAPI's
    {"detail": [{"loc", "msg"}]}; routers hide one in a 200, at its top or inside its choice.
    """
    body, good = answer.body, 200 <= answer.status < 300
    choice = first_choice(body)
    if good and choice is not None:
        return _trouble_of_choice(choice, body)
    if good and not (body.get("error") or body.get("object") == "error" or body.get("detail")):
        return None
    told = body.get("error")
    inner: Mapping[str, Any] = told if isinstance(told, dict) else body
    status = _status(inner.get("code")) if good else answer.status
    return _trouble(status, told if isinstance(told, str) else inner, inner, answer)


def read_absence(answer: Answer) -> Trouble | None:
    """What a good answer is that holds no choice; None where it holds one."""
    if first_choice(answer.body) is not None:
        return None
    what = f"a reply that holds no choice: {answer.said}" if answer.body else answer.said or "nothing"
    return Trouble(status=0, message=f"the server sent {what}", final=answer.final)


def names_parameter(trouble: Trouble, sent: Mapping[str, Any]) -> str | None:
    """The parameter, of those sent, that an error names: in its own field, or in its words as a parameter."""
    if trouble.param is not None:
        steps = [step for step in re.split(r"[.\[\]]", trouble.param) if step]
        if steps and steps[0] in _QUESTION:
            return None
        for named in (trouble.param, *steps[-1:], *steps[:1]):
            if named in sent and named not in _QUESTION:
                return named
    return None if trouble.codes & _OF_THE_PROMPT else named_in(trouble.message, sent)


def _trouble_of_choice(choice: Mapping[str, Any], body: Mapping[str, Any]) -> Trouble | None:
    """An error in the place of one reply: it says nothing of the next question."""
    reason = finish_reason(choice)
    told = choice.get("error") or (body.get("error") if reason not in {"stop", "length"} else None)
    if not told and reason not in _BROKEN_OFF:
        return None
    inner: Mapping[str, Any] = told if isinstance(told, dict) else {}
    said = told if isinstance(told, str) else inner or f"the server broke off (finish_reason {reason})"
    trouble = _trouble(_status(inner.get("code")), said, inner, Answer(200, {}, {}, ""))
    return trouble.model_copy(update={"of_one": True})


def _trouble(status: int, told: str | Mapping[str, Any], inner: Mapping[str, Any], answer: Answer) -> Trouble:
    codes = frozenset(
        str(inner[key])[:_NAME_CHARACTERS].lower()
        for key in ("code", "type")
        if isinstance(inner.get(key), str | int) and inner[key] and _is_short(inner[key])
    )
    words, place = _words(told)
    param = inner.get("param") if isinstance(inner.get("param"), str) else place
    plain = re.sub(r"<[^<>]*>", " ", (words or answer.said)[:_MESSAGE_CHARACTERS])
    return Trouble(
        status=status,
        message=" ".join(plain.split()) or "no message",
        param=param[:_NAME_CHARACTERS] if param else None,
        codes=codes,
        final=answer.final,
    )


def _words(told: object, depth: int = 0) -> tuple[str, str | None]:
    """An error's words, and the parameter that it was found at, where it says so."""
    if isinstance(told, str):
        return told, None
    if isinstance(told, list) and told and depth < _DEEPEST:
        return _words(told[0], depth + 1)
    if not isinstance(told, Mapping) or depth >= _DEEPEST:
        return "", None
    found = (_words(told[key], depth + 1) for key in ("message", "detail", "msg", "error") if told.get(key))
    words, place = next((pair for pair in found if pair[0]), ("", None))
    return " ".join(filter(None, (words, _raw(told)))), place or _place(told.get("loc"))


def _raw(told: Mapping[str, Any]) -> str:
    """What a router repeats of the provider behind it (OpenRouter: metadata.raw)."""
    metadata = told.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, Mapping) else None
    return raw.replace('\\"', '"') if isinstance(raw, str) else ""


def _place(loc: object) -> str | None:
    """Where in the request FastAPI found an error: what follows "body", as messages.0.role."""
    steps = loc if isinstance(loc, list) else []
    names = [str(step) for step in steps if isinstance(step, str | int) and _is_short(step)]
    return ".".join(name for name in names if name not in {"body", "query"}) or None


def _is_short(code: object) -> bool:
    """Whether a number can be written: Python writes none of thousands of digits."""
    return not isinstance(code, int) or abs(code) < 10**_NAME_CHARACTERS


def _status(code: object) -> int:
    digits = str(code) if _is_short(code) else ""
    return int(digits) if re.fullmatch(r"[345]\d\d", digits, re.ASCII) else 500
