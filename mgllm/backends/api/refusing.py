"""What a server's error means: ask again, ask differently, give up the question, or give up the run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from mgllm.backends.api.client import Answer
from mgllm.records import Frozen

Step = Literal["again", "differently", "give_up", "refused", "stop"]
"""`refused`: the provider's content filter spoke; `stop`: nothing else would be answered either."""

_AGAIN = frozenset({0, 408, 409, 429})
_NO_CREDIT = frozenset({"insufficient_quota", "billing_not_active", "billing_hard_limit_reached"})
_FILTERED = frozenset({"content_filter", "content_policy_violation"})
_CONTEXT = re.compile(r"context (?:length|size|window)|too many tokens", re.IGNORECASE)
"""In an error about one long prompt, which may name max_tokens without being about it."""
_STOP = frozenset({401, 402, 403, 404, 405, 501})


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

    @property
    def step(self) -> Step:
        """What is to be done."""
        if self.codes & _NO_CREDIT:
            return "stop"
        if self.status == 403 and "logprobs" in self.message:  # OpenAI's word for models that show none
            return "differently"
        if self.status in _STOP or 300 <= self.status < 400:
            return "stop"
        if self.status in _AGAIN or self.status >= 500:
            return "again"
        if self.codes & _FILTERED:
            return "refused"
        too_long = _CONTEXT.search(self.message) or "context_length_exceeded" in self.codes
        return "differently" if self.status in {400, 422} and not too_long else "give_up"

    @property
    def no_credit(self) -> bool:
        """Whether the account is empty."""
        return self.status == 402 or bool(self.codes & _NO_CREDIT)

    def __str__(self) -> str:
        return f"{self.status}: {self.message}" if self.status else self.message


def read_trouble(answer: Answer) -> Trouble | None:
    """The error in an answer, or None where it holds a reply.

    Servers word errors in three shapes: {"error": {…}}, {"message": …} and FastAPI's
    {"detail": [{"loc", "msg"}]}; routers hide one in a 200.
    """
    told = answer.body.get("error")
    if answer.status == 200 and (not told or answer.body.get("choices")):
        return None
    inner: Mapping[str, Any] = told if isinstance(told, dict) else answer.body
    status = answer.status if answer.status != 200 else _status(inner.get("code"))
    detail = inner.get("detail")
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        where = [str(step) for step in detail[0].get("loc") or ()]
        return _trouble(status, str(detail[0].get("msg")), where[-1] if where else None, inner)
    words = told if isinstance(told, str) else inner.get("message") or detail or answer.said
    return _trouble(status, str(words), inner.get("param"), inner)


def names_parameter(trouble: Trouble, sent: Mapping[str, Any]) -> str | None:
    """The parameter, of those sent, that an error names: in its own field, in quotes, or as a word."""
    if trouble.param is not None:
        named = trouble.param.split(".")[-1]
        if named in sent:
            return named
    names = sorted((name for name in sent if name not in {"model", "messages", "prompt"}), key=len)
    for pattern in (r"""['"`]{}['"`]""", r"(?<![\w-]){}(?![\w-])"):
        found = [n for n in names if re.search(pattern.format(re.escape(n)), trouble.message)]
        if found:
            return min(found, key=trouble.message.index)
    return None


def _trouble(status: int, words: str, param: object, inner: Mapping[str, Any]) -> Trouble:
    codes = frozenset(str(inner[key]).lower() for key in ("code", "type") if inner.get(key))
    line = " ".join(re.sub(r"<[^>]*>", " ", words).split()) or "no message"
    return Trouble(status=status, message=line, param=str(param) if param else None, codes=codes)


def _status(code: object) -> int:
    digits = str(code)
    return int(digits) if digits.isdecimal() and 300 <= int(digits) < 600 else 500
