"""Removes what a model thinks before it answers, in all common forms of marking.

Text before a lone closing mark, or before the final channel, is thought. What the model writes for
others, such as a next turn of the user, does not count. A thought that is not closed has no answer
after it. An unknown mark may mean anything, so then no answer is read.
Sources: the chat templates of DeepSeek, Qwen, Magistral, Kimi, gpt-oss, Seed, Command, OpenThinker,
Apriel, Granite and Gemma models; vllm#12999, vllm#13125, mlx-lm PR #1867.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mgllm.answers.plain import Plain


class Mark(NamedTuple):
    """How a thought begins and ends."""

    opener: str
    """The mark before it."""
    closer: str | None
    """The mark after it; None if it is not known."""


FINAL = "<|channel|>final<|message|>"
"""After this gpt-oss writes its answer."""
MARKS = (
    Mark("<think>", "</think>"),
    Mark("<thinking>", "</thinking>"),
    Mark("<thought>", "</thought>"),
    Mark("<thoughts>", "</thoughts>"),
    Mark("<reasoning>", "</reasoning>"),
    Mark("<seed:think>", "</seed:think>"),
    Mark("<longcat_think>", "</longcat_think>"),
    Mark("[THINK]", "[/THINK]"),
    Mark("◁think▷", "◁/think▷"),
    Mark("<|START_THINKING|>", "<|END_THINKING|>"),
    Mark("<|begin_of_thought|>", "<|end_of_thought|>"),
    Mark("<|inner_prefix|>", "<|inner_suffix|>"),
    Mark("<|channel>thought", "<channel|>"),
    Mark("<unused94>thought", "<unused95>"),
    Mark("<|channel|>analysis<|message|>", FINAL),
    Mark("<|channel|>commentary<|message|>", FINAL),
)
"""Marks of models of 2025 and 2026: DeepSeek, Qwen and GLM, then Seed, LongCat, Magistral, Kimi,
Command A, Apertus, Gemma, MedGemma and gpt-oss."""
_NAME = (
    r"(?:[\w:.-]{0,20}?(?:think|thought|reason|reflect|analys[ie]s|analyz|scratch_?pad|monolog|rationale|"
    r"deliberat|思考|推理|思维|gedanken|pensée|pensamiento)[\w:.-]{0,20}|cot)"
)
_BETWEEN = tuple(mark for mark in MARKS if mark.closer != FINAL)
"""Those that end with their own mark; channels are handled before."""
_OPENERS = (
    *(re.escape(mark.opener) for mark in _BETWEEN),
    rf"<\|?{_NAME}(?:\s[^<>]{{0,80}})?\|?>",
    r"\[(?:THINK|THINKING|THOUGHT|THOUGHTS|REASONING)\]",
    r"◁[^◁▷/]{0,20}think[^◁▷]{0,20}▷",
    rf"【{_NAME}】",
    r"<unused94>(?:thought)?",
)
_CLOSERS = (
    *(re.escape(mark.closer) for mark in _BETWEEN if mark.closer is not None),
    rf"<\|?/{_NAME}\|?>",
    r"<\|(?:end_of_|END_|end_)(?:thought|THINKING|thinking|think|reasoning|REASONING)\|>",
    rf"<\|(?:{_NAME})_?end\|>",
    r"\[/(?:THINK|THINKING|THOUGHT|THOUGHTS|REASONING)\]",
    r"◁/[^◁▷]{0,20}think[^◁▷]{0,20}▷",
    rf"【/{_NAME}】",
)
_TAG = re.compile(f"(?P<close>{'|'.join(_CLOSERS)})|(?P<open>{'|'.join(_OPENERS)})", re.IGNORECASE)
_FINAL = re.compile(
    r"<\|channel\|>\s*final\b[^<]{0,40}(?:<\|constrain\|>[^<]{0,40})?<\|message\|>"
    r"|\[BEGIN FINAL RESPONSE\]"
    r"|<\|(?:begin_of_solution|START_RESPONSE|START_TEXT)\|>"
)
"""Everything before this is thought, whatever it looks like."""
_CHANNEL = re.compile(r"<\|channel\|>")
_STRIPPED_FINAL = re.compile(r"assistant\s?final")
_STRIPPED_CHANNEL = re.compile(r"(?:analysis|commentary)(?=[A-Z\"'])")
"""gpt-oss after a server that removed the markers but left their names."""
_SPOKEN = re.compile(r"here(?:'s| is) my (?:thought process|thinking|reasoning)\b", re.IGNORECASE)
_SPOKEN_END = re.compile(r"here(?:'s| is) my (?:final )?(?:response|answer)\s*:", re.IGNORECASE)
_ENDS = re.compile(
    r"<\|(?:end|return|call|im_end|im_start|eot_id|eom_id|endoftext|end_of_text|end_of_solution|"
    r"END_RESPONSE|"
    r"END_TEXT|end_of_turn|END_OF_TURN_TOKEN|eos|message|start|begin_of_text|assistant|end_of_sentence)\|>"
    r"|<(?:/?s|eos|bos|pad|end_of_turn|start_of_turn|\uff5cend\u2581of\u2581sentence\uff5c|endoftext)>"
    r"|\[END FINAL RESPONSE\]|\[/?INST\]|<\|end▁of▁sentence\|>"
)
"""Markers that mean nothing but the end of a turn."""
_HEADER = r"(?:<\|(?:im_start|start_header_id|start)\|>|<start_of_turn>|<\|(?=\w+\|>))\s?"
_OWN_TURN = re.compile(
    rf"{_HEADER}(?:assistant|model)(?:<\|end_header_id\|>|\|>)?|<\|CHATBOT_TOKEN\|>|"
    rf"<\|START_OF_TURN_TOKEN\|>",
    re.IGNORECASE,
)
"""Markers of a turn of the model."""
_OTHER_TURN = re.compile(
    rf"{_HEADER}(?:user|human|system|tool|developer)\b|<\|USER_TOKEN\|>"
    r"|(?<=\n)[*#_ ]{0,5}(?:user|human|question|q|instruction|input)[*_ ]{0,3}:",
    re.IGNORECASE,
)
"""Places where a model begins to write for others."""
_UNKNOWN = re.compile(r"<\|[^<>|\n]{1,60}\|?>|<[^<>|\n]{1,60}\|>|◁[^◁▷\n]{1,40}▷|<unused\d+>")


class Said(NamedTuple):
    """A text without its thoughts."""

    plain: Plain | None
    """The rest; None if there is none, or an unknown marker leaves open what it is."""
    why: str = ""
    """Why there is none, in a line."""


def spoken_part(text: Plain) -> Said:
    """Remove the thoughts from a text."""
    rest = _after_final(text)
    if rest is None:
        return Said(
            None, "the reply has only thoughts; give a larger --max-tokens or a lower --reasoning-effort"
        )
    rest = _outside(rest)
    if rest is None:
        return Said(
            None,
            "the reply's thoughts do not end; give a larger --max-tokens or a lower --reasoning-effort",
        )
    rest = _blank(_blank(_own_turn(rest), _OWN_TURN), _ENDS)
    unknown = _UNKNOWN.search(rest.text)
    if unknown is not None:
        return Said(None, f"the reply has a marker that mgllm does not know: {unknown[0][:40]}")
    return Said(rest)


def _after_final(text: Plain) -> Plain | None:
    """The text after the last marker of a final part; None if there are channels, but none is
    final."""
    for pattern, alone in ((_FINAL, _CHANNEL), (_STRIPPED_FINAL, None)):
        if pattern is _STRIPPED_FINAL and not _STRIPPED_CHANNEL.match(text.text.lstrip()):
            continue
        found = list(pattern.finditer(text.text))
        if found:
            return text.cut(found[-1].end(), len(text.text))
        if alone is None or alone.search(text.text):
            return None
    spoken = _SPOKEN.search(text.text)
    ends = list(_SPOKEN_END.finditer(text.text)) if spoken else []
    return text.cut(ends[-1].end(), len(text.text)) if ends else text


def _outside(text: Plain) -> Plain | None:
    """The text outside of all thoughts; None if one is not closed."""
    kept: list[tuple[int, int]] = []
    at, thinking = 0, False
    for tag in _TAG.finditer(text.text):
        closes = tag["close"] is not None
        if not thinking and not closes:
            kept.append((at, tag.start()))
        elif not thinking:
            kept.clear()  # a lone closer: all before it was thought
        thinking, at = not closes, tag.end()
    return None if thinking else text.parts([*kept, (at, len(text.text))])


def _own_turn(text: Plain) -> Plain:
    """What the model says before it writes for others; a text that begins with others repeats the
    prompt."""
    other = _OTHER_TURN.search(text.text)
    start = 0
    if other is not None and not text.text[: other.start()].strip():
        own = _OWN_TURN.search(text.text, other.end())
        start = own.end() if own is not None else len(text.text)
        other = _OTHER_TURN.search(text.text, start)
    return text.cut(start, other.start() if other is not None else len(text.text))


def _blank(text: Plain, pattern: re.Pattern[str]) -> Plain:
    """The text with spaces in place of all matches."""
    return Plain(pattern.sub(lambda match: " " * len(match[0]), text.text), text.origin)
