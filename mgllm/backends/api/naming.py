"""Finds the request parameter that an error is about; the same word in a normal sentence does not
count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_QUESTION = frozenset({"model", "messages", "prompt"})
_KIND = r"(?:param(?:eter)?|arg(?:ument)?|field|option|keyword|propert(?:y|ies))"
_KINDS = rf"(?:{_KIND}(?:\(s\)|s)?)"
_ANY_KINDS = rf"(?:{_KINDS}|(?:key|input|name|setting|attribute)(?:\(s\)|s)?)"
_OPEN = r"""[\s:=('"`“‘\[{<«]*"""
_CLOSE = r"""['"`”’\])}>»]*"""
_NO = r"(?:not|n['’]t|no longer|cannot|never)"
_DENIED = (
    rf"(?:(?:is|are|was|were|does|do|must|should|can|could|may|has|have|will)\s*{_NO}\b"
    r"|(?:is|are|was|were)\s+(?:currently |only )*(?:un\w+|in(?:valid|compatible|correct)|deprecated|disabled"
    r"|forbidden|disallowed|restricted|limited|too|only|required|allowed|supported|permitted|ignored|extra)\b"
    r"|(?:must|cannot|can only|may only|should|requires?|needs|exceeds)\b"
    r"|not (?:supported|allowed|permitted|available|enabled|recogni[sz]ed|valid|a valid)\b"
    r"|: ?(?:extra inputs|not permitted|unknown|unexpected|invalid|unsupported|range|must|should|input))"
)
_SUPPORTS = (
    rf"(?:{_NO}\s+(?:currently |yet |been )*"
    r"(?:support|allow|accept|permit|request|enable|recogni[sz]e|provide|return|offer|set|use|know|give|show)"
    r"(?:s|ed|ing|ted|ting)?(?: to (?:request|use|set))?|(?:has|have) no(?: support)?)(?: for)?"
    r"(?: setting| using| the| a| an| any| custom| following| parameters?| arguments?| options?| fields?)*"
)
_ODD = (
    r"(?:un(?:supported|known|recogni[sz]ed|expected|permitted)|invalid|illegal|extra(?:neous)?|disallowed|bad"
    r"|incorrect|forbidden)"
)
_BEFORE = tuple(
    rf"{words}{_OPEN}"
    for words in (
        rf"\b{_KINDS}(?: supplied| provided| given| is| are| in (?:the )?(?:object|request|body))?",
        rf"\b{_KINDS} not (?:supported|allowed|permitted)[^:.]{{0,40}}:",
        rf"\b{_ODD}(?: request| value| type| keyword| json)*(?: for| of| in)?(?: the)?(?: {_ANY_KINDS})?"
        r"(?: supplied| in object)?",
        _SUPPORTS,
        r"\b(?:remove|omit|unset|leave out)(?: the)?",
        r"\b(?:requested|too many|maximum number of)(?: sample| prompt| top)?",
        r"\bloc['\"]?\s*[:=]\s*[(\[]\s*['\"]body['\"],",
        r"(?:不支持|无效|未知)(?:的)?(?:参数|字段)?",
        r"参数",
    )
)
"""Words before a name that is meant as a parameter, as OpenAI, Azure, vLLM, SGLang, TGI, Ollama,
llama.cpp, LM Studio, Gemini, Anthropic, Mistral, DeepSeek, Groq, xAI, LiteLLM and FastAPI write
them."""
_AFTER = tuple(
    rf"{_CLOSE}{words}"
    for words in (
        rf"\s*{_DENIED}",
        rf"\s+(?:request )?(?:{_KINDS}|setting)\b",
        r"(?:=|:| of )\s*\S+ (?:is|are) (?:not|un|in)",
        r"\s*(?:参数)?\s*(?:不支持|无效|不被支持)",
    )
)
_THINKING = re.compile(rf"{_NO} support (?:thinking|reasoning)\b", re.IGNORECASE)
_THINKERS = ("reasoning_effort", "reasoning", "think", "thinking", "chat_template_kwargs")
"""Parameters meant by "does not support thinking"."""
_QUOTED_WORDS = 3
"""This many words in a row that are also in the prompt count as a quotation of it."""


def named_in(message: str, sent: Mapping[str, Any]) -> str | None:
    """The parameter, among those sent, that an error's words name first; None if they name none.

    Quotations of the prompt do not count.
    """
    message = without_prompt(message, sent)
    names = [name for name in sent if name not in _QUESTION]
    found = {name: at for name in names if (at := _where(name, names, message)) is not None}
    if not found and _THINKING.search(message):
        return next((name for name in _THINKERS if name in sent), None)
    return min(found, key=lambda name: (found[name], -len(name)), default=None)


def without_prompt(message: str, sent: Mapping[str, Any]) -> str:
    """An error's words without quotations of the prompt: parts in quotes, and three words in a
    row."""
    text = " ".join(_strings(sent)).casefold()
    known = _words(text)
    grams = set(zip(*(known[n:] for n in range(_QUOTED_WORDS)), strict=False))
    spaced = f" {' '.join(known)} "

    def unless_prompt(found: re.Match[str]) -> str:
        inside = _words(found[2].casefold())
        return " … " if len(inside) > 1 and f" {' '.join(inside)} " in spaced else found[0]

    message = re.sub(r"""(['"`“‘])([^'"`”’]{3,})['"`”’]""", unless_prompt, message)
    words = list(re.finditer(r"\w+", message))
    quoted: set[int] = set()
    for at in range(len(words) - _QUOTED_WORDS + 1):
        window = tuple(word[0].casefold() for word in words[at : at + _QUOTED_WORDS])
        if window in grams:
            quoted |= set(range(at, at + _QUOTED_WORDS))
    return _cut_out(message, [words[nth].span() for nth in sorted(quoted)])


def _where(name: str, names: Iterable[str], message: str) -> int | None:
    """Where a name is used as a parameter; None if nowhere."""
    spelled = _spelled(name)
    if re.search(spelled, message, re.IGNORECASE) is None:
        return None
    others = "|".join([*(_spelled(other) for other in names), r"\w{1,40}(?=['\"`])"])
    list_before = rf"(?:(?:{others}){_CLOSE}\s*(?:,|/|&|and|or){_OPEN}){{0,6}}"
    list_after = rf"(?:{_CLOSE}\s*(?:,|/|&|and|or){_OPEN}(?:{others})){{0,6}}"
    patterns = [rf"{before}{list_before}(?P<name>{spelled})" for before in _BEFORE]
    patterns += [rf"(?P<name>{spelled}){list_after}{after}" for after in _AFTER]
    patterns.append(rf"^{_OPEN}(?P<name>{spelled}){_CLOSE}\s*:")
    found = (re.search(pattern, message, re.IGNORECASE) for pattern in patterns)
    return min((match.start("name") for match in found if match), default=None)


def _spelled(name: str) -> str:
    """A name as a word: top_logprobs, topLogprobs, "top logprobs", request.top_logprobs."""
    word = re.escape(name).replace("_", "[_ ]?")
    return rf"(?<![\w-])(?:\w{{1,40}}\.){{0,3}}{word}(?:\.\w{{1,40}}){{0,3}}(?![\w-])"


def _cut_out(message: str, spans: Iterable[tuple[int, int]]) -> str:
    kept, start = [], 0
    for begin, end in spans:
        kept += [message[start:begin], "…"]
        start = end
    return "".join([*kept, message[start:]])


def _strings(sent: Mapping[str, Any]) -> list[str]:
    """The texts of the prompt."""
    messages = sent.get("messages") or ()
    contents = [message.get("content") for message in messages if isinstance(message, Mapping)]
    parts = [part for content in contents if isinstance(content, list) for part in content]
    texts = [part.get("text") for part in parts if isinstance(part, Mapping)]
    return [text for text in (sent.get("prompt"), *contents, *texts) if isinstance(text, str)]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)
