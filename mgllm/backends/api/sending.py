"""The body of a request in one manner: prompt and parameters, without what the server refused."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field

from mgllm.backends.api.bodies import Json
from mgllm.backends.api.preset import Fragment
from mgllm.backends.api.reasoning import Way, allowed_efforts, is_about_reasoning, merge, next_way
from mgllm.backends.api.refusing import Trouble, names_parameter
from mgllm.errors import FatalBackendError
from mgllm.records import Frozen, Question

TOP = 20
"""Likeliest tokens asked for at each position: the most that OpenAI gives."""
LIMITS = ("max_tokens", "max_completion_tokens")
"""The two names of one limit: newer models know only the second, and count thoughts in it."""
TOO_LARGE = re.compile(r"too (?:large|big|high|many)|at most|less than|exceed", re.IGNORECASE)
"""In an error about the number of tokens, not about the parameter's name."""
TOO_SMALL = re.compile(r"was reached|higher|at least|minimum|too (?:small|low)", re.IGNORECASE)
"""The same, if the thoughts did not end within the limit."""
_PROMPT = frozenset({"model", "messages"})
_WITH_EFFORT = frozenset({"temperature", "top_p", "logprobs", "top_logprobs"})
"""Parameters that some servers refuse only while the model reasons."""
_ABOUT_ROLE = re.compile(
    r"system (?:role|messages?|prompts?)[^.]{0,40}(?:not|n't|un)\s?\w*(?:support|allow|accept|permit)|"
    r"(?:not|n't) (?:support|allow|accept|permit)\w*[^.]{0,40}\bsystem\b|messages(?:\[\d+\]|\.\d+)\.role|"
    r"roles? must alternate|alternate user/assistant|"
    r"(?:only|supported roles?)[^.]{0,30}user[^.]{0,20}assistant|"
    r"['\"`]user['\"`][^.]{0,20}['\"`]assistant['\"`]|"
    r"(?:unsupported|unexpected|unknown|invalid)[^.]{0,20}\brole\b|\brole\b[^.]{0,40}(?:system|developer)",
    re.IGNORECASE,
)

Role = Literal["system", "developer", "folded"]
"""How the system message is sent: as it is, under its newer name, or before the first user
message."""


class Sending(Frozen):
    """What is sent in one manner, as far as it is known. Learning makes a new one."""

    model: str
    """The model's name."""
    model_args: Fragment = Field(default_factory=dict)
    """`--model-arg`s: they are always sent."""
    left_out: frozenset[str] = frozenset()
    """Parameters that this kind of server is known to ignore."""
    way: Way = Way()
    """How an amount of reasoning is asked for."""
    dropped: tuple[str, ...] = ()
    """Parameters that the server refused, in this order."""
    top: int = TOP
    """Likeliest tokens asked for at each position."""
    role: Role = "system"
    """How the system message is sent."""

    def body(self, question: Question) -> Json:
        sent = {"messages": self._messages(question), **self._sampling(question)}
        if question.score == "logprob":
            sent |= {"logprobs": True, "top_logprobs": self.top}
        if LIMITS[0] in self.dropped:
            sent[LIMITS[1]] = sent[LIMITS[0]]
        kept = {k: v for k, v in sent.items() if k not in self.dropped and k not in self.left_out}
        return {"model": self.model, **merge(merge(kept, self.way.parameters), self.model_args)}

    def parameters(self, question: Question) -> Json:
        """The request without model and prompt."""
        return {name: value for name, value in self.body(question).items() if name not in _PROMPT}

    def along(self, way: Way) -> Sending:
        """The same with another way of reasoning; what was refused because of the old one is tried
        again."""
        kept = tuple(name for name in self.dropped if name not in _WITH_EFFORT)
        return self.model_copy(update={"way": way, "dropped": kept})

    def after(self, trouble: Trouble, sent: Json) -> Sending | None:
        """What is sent after a refusal, with one change; None if the refusal names nothing that was
        sent.

        Raises:
            FatalBackendError: the server refuses what the user asked for.
        """
        if self.role != "folded" and self._about_role(trouble, sent):
            developer = self.role == "system" and "developer" in trouble.message.lower()
            return self.model_copy(update={"role": "developer" if developer else "folded"})
        name = names_parameter(trouble, sent)
        reasons = name in self.way.parameters or (name is None and is_about_reasoning(trouble.message))
        if name is not None and name in self.model_args:
            raise FatalBackendError(f"the server refuses --model-arg {name} ({trouble}); leave it out")
        if reasons and self.way.parameters:
            return self._other_way(trouble)
        return None if name is None else self._without(name, trouble.message, sent)

    def _other_way(self, trouble: Trouble) -> Sending:
        if self.way.exact is not None:
            allowed = ", ".join(allowed_efforts(trouble.message, (self.way.exact,)))
            does = f"give one of {allowed}" if allowed else "leave it out"
            raise FatalBackendError(
                f"the server refuses --reasoning-effort {self.way.exact}; {does} ({trouble})"
            )
        return self.along(next_way(self.way, trouble.message) or Way(refused=self.way.refused))

    def _without(self, name: str, message: str, sent: Json) -> Sending:
        if name in {"top_logprobs", "logprobs"}:
            lower = self._lower_top(message, sent)
            if lower is not None:
                return lower
        names = [name, "top_logprobs"] if name == "logprobs" and "top_logprobs" in sent else [name]
        return self.model_copy(update={"dropped": tuple(dict.fromkeys((*self.dropped, *names)))})

    def _lower_top(self, message: str, sent: Json) -> Sending | None:
        """The same with fewer likeliest tokens, if the message allows a number; else None."""
        top = sent.get("top_logprobs")
        if isinstance(top, bool) or not isinstance(top, int):
            return None
        if self.top < top:  # another question has learnt it in the meantime
            return self
        smaller = [int(n) for n in re.findall(r"(?<![\w.])\d{1,3}(?![\w])", message) if 1 < int(n) < top]
        return self.model_copy(update={"top": max(smaller)}) if smaller else None

    def _about_role(self, trouble: Trouble, sent: Json) -> bool:
        if not {turn["role"] for turn in sent["messages"]} & {"system", "developer"}:
            return False
        param = trouble.param or "messages"
        if not param.startswith(("messages", "role")):
            return False
        return param.endswith("role") or _ABOUT_ROLE.search(trouble.message) is not None

    def _messages(self, question: Question) -> list[dict[str, str]]:
        turns = [{"role": str(m.role), "content": m.content} for m in question.prompt.messages]
        if self.role == "developer":
            return [turn | {"role": "developer"} if turn["role"] == "system" else turn for turn in turns]
        system = "\n\n".join(turn["content"] for turn in turns if turn["role"] == "system").strip()
        if self.role == "system" or not system:
            return turns
        others = [turn for turn in turns if turn["role"] != "system"] or [{"role": "user", "content": ""}]
        first = next((i for i, turn in enumerate(others) if turn["role"] == "user"), 0)
        words = f"{system}\n\n{others[first]['content']}".strip()
        return [turn | {"content": words} if i == first else turn for i, turn in enumerate(others)]

    def _sampling(self, question: Question) -> dict[str, Any]:
        # The protocol allows seeds of 64 bits with a sign; many servers only 32 bits without one.
        return {
            "temperature": question.temperature,
            LIMITS[0]: question.max_tokens,
            "seed": question.seed % 2**31,
        }
