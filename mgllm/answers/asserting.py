"""Decides whether the words around a label say it about the person who is judged.

In English a grammar decides; in other languages a verb directly before the label; in scripts
without spaces the words after it; elsewhere the end of the clause. A label may also have no verb:
"in short, X".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from mgllm.answers.clauses import MASK
from mgllm.answers.english import ADVERB, chooses, is_english, says_of_someone
from mgllm.answers.plain import is_hangul, is_unspaced, is_word
from mgllm.answers.vocabulary import alternatives, wording

_LEAD = re.compile(
    r"(?:based on|(?:out )?of (?:the|these|both)|given|considering|judging|from|therefore|thus|hence|so|"
    r"overall|(?:in )?(?:conclusion|summary|short|my|one word|a word)|tl;?dr|simply put|long story short|"
    r"bottom line|to (?:conclude|summari[sz]e|sum up)|all in all|because|due to|with|since|"
    r"as|according to the|then|finally|ultimately|taken together|in sum|on balance|for th(?:is|ese)|my|"
    r"final|"
    rf"ok(?:ay)?|sure|well|yes|no(?=,)|hmm|right|{ADVERB})\b|(?:not\s)?{MASK}",
    re.IGNORECASE,
)
"""Words that may introduce a label: "Based on the pause, X"."""
_SET_ASIDE = re.compile(rf"\b(?:than|between)\b[^,;.]*{MASK}", re.IGNORECASE)
"""Another label before it that does not count: "between X and Y, Y"."""
_CONTRAST = re.compile(
    rf"(?:\b(?:not|nicht|pas|no|non)|n't)\b[^,;.]{{0,40}}{MASK},?\s+(?:but|sondern|mais|sino|"
    rf"ma)(?: rather)?$",
    re.IGNORECASE,
)
"""Words between a denied label and the given one: "not X but Y"."""
_SO = re.compile(
    r"(?:\b(?:so|therefore|thus|hence|also|daher|donc|luego|quindi|portanto|поэтому|значит)|=>|→),?$",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?:\b(?:option|choice|label|class|category)\s+)?\(?(?:\b\d{1,2}[.):]|\b[a-j][.)])", re.IGNORECASE
)
_CROSSES = frozenset("❌✗✘✖☐🚫⛔👎×?")
_ENDS = re.compile(r"[ \t\u00a0\"'*_`)\]}]*(?:[.,;:!。，；：！(（—–|\n#]|-\s|//|$)")
_BECAUSE = re.compile(
    r"[\s\"'*_`)\]}]*(?:[.,;:!(（—–#]|-\s|//|$|\swith (?:low|high|medium|moderate|some|\d)|\s(?:because|"
    r"since|as|due|given|based|for the)\b|"
    r"\sI (?:guess|think|believe|suppose|would say)|\s\(?~?\d{1,3}\s?%|\s?=\s?(?:true|yes)\b|"
    r"\s(?:and|&)\s\w+[.!]?\s*$)",
    re.IGNORECASE,
)
_VERB_BEHIND = re.compile(
    r"\s+(?:है|हैं|था|थी|थे|हो|লাগছে|ہے|ہیں|است|هست|dir|görünüyor|ist|sind|wirkt|lijkt|"
    r"is)[\s\"'*_]*(?:[.,;:!।。]|$)",
    re.IGNORECASE,
)
"""A verb after the label, in languages with the verb at the end."""
_FOLLOWS_UNSPACED = re.compile(
    r"[\s\"'*_`)\]}」』》】]*(?:$|[。，,.!！;；、(（\n]|的(?:$|[。，,.!！;；\s]|状态|情绪|狀態|情緒|人(?:$|[。，,]))|"
    r"了|です|し(?:て(?:い|お)|た)|だ(?!と言)|である|と(?:思|考|判断|判斷|みら|言え)|でしょう|"
    r"입니다|이다|이에요|예요|합니다|해요|하다|한다|함|했|한 상태|하고 있|해 보|"
    r"이라고 (?:생각|판단)|으로 (?:보|판단)|하게|นะ|ครับ|ค่ะ|คะ)"
)
"""What follows a given label, in scripts without spaces and in Korean."""
_NEAR = 4
"""Characters beside a label that show its script."""


def asserts(before: str, behind: str, clause: str) -> bool:
    """Whether a label is given as the answer.

    Args:
        before: the sentence up to the label, with labels masked.
        behind: the rest of the sentence.
        clause: the part of `before` after its last break, such as a colon or ", but".
    """
    nearest = [char for char in (_nearest(reversed(before)), _nearest(behind)) if char]
    if any(is_unspaced(char) or is_hangul(char) for char in nearest):
        return _FOLLOWS_UNSPACED.match(behind) is not None
    if any(not _is_latin(char) for char in nearest):
        return ends(behind) or _VERB_BEHIND.match(behind) is not None
    if _stands_bare(before, clause, behind) or chooses(before, behind, clause):
        return True
    return says_of_someone(before) if is_english(before) else _has_verb(before, behind)


def ends(behind: str) -> bool:
    """Whether a clause ends after a label."""
    return _ENDS.match(behind) is not None


def _nearest(chars: Iterable[str]) -> str:
    """The first letter among the next few characters."""
    return next((char for char in islice(chars, _NEAR) if unicodedata.category(char)[0] == "L"), "")


def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "LATIN").startswith(("LATIN", "FULLWIDTH LATIN"))


def _stands_bare(before: str, clause: str, behind: str) -> bool:
    """Whether a label without a verb is all of its clause, after nothing more than a reason."""
    if _BECAUSE.match(behind) is None:
        return False
    lead = _without_tail(before).rstrip()
    if not any(is_word(char) for char in _NUMBER.sub("", lead)):
        return not _CROSSES & set(lead)
    led = before.rstrip(" \"'*(_")
    if _SO.search(led) or _CONTRAST.search(led):
        return True
    if lead[-1] not in ",:;—–-." and _without_tail(clause).strip():
        return False
    if MASK in lead:
        aside = _SET_ASIDE.search(lead) or wording("denying").search(lead)
        return aside is not None and not _leaves_open(lead)
    return _LEAD.match(lead.lstrip(" \"'*_#>-•`")) is not None


@lru_cache(maxsize=1)
def _tail() -> re.Pattern[str]:
    """A pattern of words that may come directly before a label without a verb."""
    adverbs = f"{ADVERB}|{alternatives('adverbs')}"
    return re.compile(rf"(?:(?:{adverbs}|an?|the|\d{{1,3}}\s?%)\s+|[\"'*(\[`_]\s?)*+$", re.IGNORECASE)


def _without_tail(words: str) -> str:
    found = _tail().search(words)
    return words[: found.start()] if found is not None else words


def _leaves_open(words: str) -> bool:
    return any(wording(kind).search(words) for kind in ("supposing", "opening", "doubting"))


def _has_verb(before: str, behind: str) -> bool:
    """Whether a verb of another language gives the label, directly before or after it."""
    words = before[-120:]
    if _VERB_BEHIND.match(behind) is not None or wording("choosing").search(words[-60:]) is not None:
        return True
    copulas = [match.end() for match in wording("copulas").finditer(words)]
    return bool(copulas) and len(words[copulas[-1] :].split()) <= 3
