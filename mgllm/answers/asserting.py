"""Whether the words around a label say it of the person who is judged.

A grammar of what is said, not a list of what is not: "the speaker is X", "this suggests that she is X", "I
would go with X", "based on the pause, X". Whatever else names a label, such as "X people look away" or "I am
X", says it of nobody here. English in full; in other languages a verb right before the label, in scripts
without spaces what follows it, elsewhere the end of the clause.
"""

from __future__ import annotations

import re
import unicodedata

from mgllm.answers.plain import is_hangul, is_unspaced, is_word
from mgllm.answers.vocabulary import wording

_LY = r"\w{3,20}ly"
_ADVERB = (
    rf"(?:most|more|very|quite|rather|fairly|somewhat|slightly|pretty|so|just|also|still|indeed|overall|"
    rf"likely|"
    rf"probable|here|now|a (?:bit|little)|more likely|{_LY})"
)
_TAIL = rf"(?:(?:{_ADVERB}|an?|the|being|to be|in fact|that of)\s+|[\"'*(\[`_]\s?)*$"
"""What may stand between a verb and its label."""
_BARE_TAIL = re.compile(rf"(?:{_ADVERB}\s+|[\"'*(\[`_]\s?)*$", re.IGNORECASE)
"""What may stand before a label that has no verb."""
_NOT_IN_NAMES = (
    r"who|which|that|whom|whose|if|when|whether|than|of being|being|is|are|was|were|can|could|will|would|"
    r"may|might|"
    r"and|or|but|as|not|i|you|we"
)
_BODY = (
    r"smiles?|faces?|eyes?|gazes?|hands?|arms?|legs?|mouth|lips?|laugh\w*|voice|posture|gestures?|"
    r"expressions?|movements?|nods?|shrugs?|body|words?|tone|look|option|choice of words"
)
_ROLE = (
    r"speaker|person|player|candidate|subject|individual|interviewee|witness|applicant|participant|"
    r"respondent|"
    r"man|woman|suspect|defendant|statement|answer|label|verdict|emotion"
)
_NAME = (
    r"(?:he|she|they|it|this|that|"
    rf"(?:the|this|that|my|our|his|her|their|its|your)(?:\s+(?!(?:{_NOT_IN_NAMES})\b)[\w'-]+){{0,6}}?"
    rf"\s+(?!(?:{_BODY}|{_NOT_IN_NAMES})\b)[\w'-]+|(?:{_ROLE})(?:\s+\w)?)"
)
"""Who is spoken of: "she", "the speaker in this clip"; not his smile."""
_IS = (
    r"(?:is|are|was|were|has been|have been|will be|seems?|seemed|appears?|appeared|looks?|looked|sounds?|"
    r"sounded|"
    r"feels?|felt|comes? across|came across|acts?|acted|behaves?|remains?|would be|has to be|must be|will|"
    r"did)"
)
_COPULA = (
    rf"(?:(?:\s+{_ADVERB})*\s+{_IS}|'s|'re)(?:\s+(?:{_ADVERB}|to be|to have been|like|as|being|considered|"
    rf"judged|deemed|classified|labell?ed|acting|behaving|feeling|looking|(?:likely|going|bound|"
    rf"about) to))*"
)
_I = r"\b(?:i|we)(?:'d|'ll|'m| would| will| am| have to| would have to| can only| do| should)?"
_HOLDS = (
    rf"(?:{_I}(?:\s+{_ADVERB})*\s+(?:say|think|believe|guess|feel|suspect|conclude|judge|assess|infer|find|"
    r"(?:confident|certain|sure|convinced)|inclined to (?:say|think|believe))"
    r"|\b(?:suggest(?:s|ing|ed)?|indicat(?:e|es|ing|ed)|impl(?:y|ies|ying|ied)|show(?:s|ing|ed)?|mean(?:s|"
    r"ing)?|"
    r"reveal(?:s|ing|ed)?|demonstrat(?:e|es|ing)|(?:to|is) the conclusion|concluded?)"
    r"|\b(?:it|this|which)(?:\s+\w+ly)?\s+(?:seems|appears|looks|sounds)(?:\s+(?:like|to me))?"
    rf"|\b(?:it|this)(?:\s+is|'s)(?:\s+{_ADVERB})*\s+(?:likely|probable|clear|evident|obvious|apparent)"
    r"|\bthere(?: is|'s)\s{6,}(?=that\b)"  # "no doubt", masked
    r"|\b(?:answer|guess|opinion|view|conclusion|verdict|impression|assessment|judge?ment|"
    r"interpretation)\s+is)"
    r"(?:\s*\bthat)?\s+(?:\w+ly,?\s+)?$"
)
"""What carries a sentence that says a label: "I think that", "the pause suggests"."""
_CHOOSES = re.compile(
    rf"{_I}(?:\s+(?:{_ADVERB}|therefore|thus|definitely))*\s+(?:say|chose|choose|pick|select(?:ed)?|"
    r"go(?:ing)? (?:with|for)|answer|label|classify|guess|predict|judge|conclude|"
    r"lean(?:ing)?(?: more)? towards?|"
    r"opt(?:ing)? for|vote(?: for)?|bet on|assess|rate|describe|characteri[sz]e|categori[sz]e|consider|"
    r"deem|call|"
    r"see|interpret|view|find|inclined (?:towards?|to (?:say|choose|answer|pick|go with))|going to (?:say|"
    r"go with)|"
    rf"settle on|suggest|propose)(?:\s+(?:him|her|them|{_NAME}))?(?:\s+(?:as|is|to be|for|on|"
    rf"that))?[:,]?\s*{_TAIL}",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:suggest(?:s|ing)?|indicat(?:es?|ing)|imply(?:ing)?|implies|point(?:s|ing)? (?:more )?(?:to|"
    r"towards?)|"
    r"lean(?:s|ing)? (?:more )?towards?|consistent with|in line with|reads? as|classified as|"
    r"labell?ed(?: as)?|"
    rf"categori[sz]ed as|judged(?: as)?|best described as|would say)\s+{_TAIL}",
    re.IGNORECASE,
)
_SAYS_IT = re.compile(rf"(?<![\w'-]){_NAME}{_COPULA}\s+{_TAIL}", re.IGNORECASE)
_CARRIED = re.compile(_HOLDS, re.IGNORECASE)
_OPENED = re.compile(
    r"(?:^|[,;:.—–(-]\s*|\b(?:so|thus|hence|therefore|and|but|then|because|since|that)\s+)"
    r"(?:[\"'*(\[\s]|\w+ly,?\s|(?:in|from|during|throughout|based on|given|judging|considering|with|"
    r"for)\b[^,]{0,80}\s)*$",
    re.IGNORECASE,
)
"""Where a sentence or a clause begins."""
_BARE_LEAD = re.compile(
    r"(?:based on|given|considering|judging|from|therefore|thus|hence|so|overall|in (?:conclusion|summary|"
    r"short|my)|"
    r"to (?:conclude|summari[sz]e|sum up)|all in all|because|due to|with|since|as|according to the|then|"
    r"finally|"
    rf"ultimately|taken together|in sum|on balance|for th(?:is|ese)|{_ADVERB}|my|final|ok(?:ay)?|sure|well|"
    rf"yes|hmm|"
    r"right)\b|(?:not\s)?\ufffc",
    re.IGNORECASE,
)
"""What may lead to a label that stands without a verb: "Based on the pause, X"."""
MASK = "\ufffc"
"""Stands in a sentence for each character of a label."""
_SET_ASIDE = re.compile(rf"\b(?:than|between)\b[^,;.]*{MASK}", re.IGNORECASE)
"""Another label before one without a verb: "between X and Y, Y"."""
_CONTRAST = re.compile(
    rf"(?:\b(?:not|nicht|pas|no|non)|n't)\b[^,;.]{{0,40}}{MASK},?\s+"
    r"(?:but|sondern|mais|sino|ma)(?: rather)?$",
    re.IGNORECASE,
)
"""What leads from a denied label to the one that is given."""
_SO = re.compile(
    r"(?:\b(?:so|therefore|thus|hence|also|daher|donc|luego|quindi|portanto|поэтому|значит)|=>|→),?$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\b\d{1,2}[.)]")
_CROSSES = "❌✗✘✖☐🚫⛔👎×?"
_ENDS = re.compile(r"[\s\"'*_`)\]}]*(?:[.,;:!。，；：！(（—–|]|-\s|$)")
_BECAUSE = re.compile(
    r"[\s\"'*_`)\]}]*(?:[.,;:!(（—–]|-\s|$|\s(?:because|since|as|due|given|based|for the)\b)", re.IGNORECASE
)
_VERB_BEHIND = re.compile(
    r"\s+(?:है|हैं|था|थी|थे|हो|লাগছে|ہے|ہیں|است|هست|dir|görünüyor|ist|sind|wirkt|lijkt|is)"
    r"[\s\"'*_]*(?:[.,;:!।。]|$)",
    re.IGNORECASE,
)
"""Where the verb stands last."""
_FOLLOWS_UNSPACED = re.compile(
    r"[\s\"'*_`)\]}」』》】]*(?:$|[。，,.!！;；、(（\n]|的(?:$|[。，,.!！;；\s]|状态|情绪|狀態|情緒|人(?:$|[。，,]))|"
    r"了|です|だ(?!と言)|である|と(?:思|考|判断|判斷|みら|言え)|でしょう|"
    r"입니다|이다|이에요|예요|합니다|해요|하다|한다|함|이라고 (?:생각|판단)|으로 (?:보|판단)|해 보|"
    r"하게|นะ|ครับ|ค่ะ|คะ)"
)
"""What follows a label that is said, in scripts without spaces and in Korean."""
_ENGLISH = re.compile(
    r"\b(?:the|is|this|that|and|of|to|it|she|he|they|are|my|seems?|appears?|likely|being)\b",
    re.IGNORECASE,
)


_THAT = re.compile(r"\bthat\s+$", re.IGNORECASE)
"""It hangs on something else: "the chance that she is"."""
_REACH = 160
"""Characters in which a sentence says a label of someone."""


def asserts(before: str, behind: str, clause: str) -> bool:
    """Whether a label is said.

    Args:
        before: the sentence up to the label, labels masked.
        behind: the rest of the sentence.
        clause: the part of `before` behind its last break, such as a colon or ", but".
    """
    nearest = [_nearest(reversed(before)), _nearest(iter(behind))]
    if any(is_unspaced(char) or is_hangul(char) for char in nearest if char):
        return _FOLLOWS_UNSPACED.match(behind) is not None
    if any(not _is_latin(char) for char in nearest if char):
        return ends(behind) or _VERB_BEHIND.match(behind) is not None
    if _bare(before, clause, behind) or _CHOOSES.search(before) or _POINTS.search(clause):
        return True
    if _ENGLISH.search(before):
        return _is_said_of_someone(before)
    return _in_another_language(before, behind)


def ends(behind: str) -> bool:
    """Whether a clause ends behind a label."""
    return _ENDS.match(behind) is not None


def _nearest(chars: object) -> str:
    """The first letter among the next few characters."""
    for index, char in enumerate(chars):  # type: ignore[arg-type, var-annotated]
        if index > 3:
            return ""
        if unicodedata.category(char)[0] == "L":
            return str(char)
    return ""


def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "LATIN").startswith(("LATIN", "FULLWIDTH LATIN"))


def _bare(before: str, clause: str, behind: str) -> bool:
    """A label without a verb: it is all of its clause, and what leads to it is no more than a reason."""
    if _BECAUSE.match(behind) is None:
        return False
    lead = before[: _found_at(_BARE_TAIL, before)].rstrip()
    if not any(is_word(char) for char in _NUMBER.sub("", lead)):
        return not any(char in _CROSSES for char in lead)
    if _SO.search(before.rstrip(" \"'*(_")):
        return True
    if _CONTRAST.search(before.rstrip(" \"'*(_")):
        return True
    if MASK in lead and not _SET_ASIDE.search(lead) and not wording("denying").search(lead):
        return False
    ended = lead[-1] in ",:;—–-." or not clause[: _found_at(_BARE_TAIL, clause)].strip()
    return ended and _BARE_LEAD.match(lead.lstrip(" \"'*_#>-•`")) is not None


def _found_at(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    assert found is not None, "it may be empty"
    return found.start()


def _is_said_of_someone(before: str) -> bool:
    """Whether "the speaker is" leads to a label, and it opens a clause or hangs on what holds it true."""
    words = before[-_REACH:] if len(before) <= _REACH else f"…{before[-_REACH:]}"
    said = _SAYS_IT.search(words)
    while said is not None:
        lead = words[: said.start()]
        if _CARRIED.search(lead) or (_OPENED.search(lead) and not _THAT.search(lead)):
            return True
        said = _SAYS_IT.search(words, said.start() + 1)
    return False


def _in_another_language(before: str, behind: str) -> bool:
    words = before[-120:]
    if _VERB_BEHIND.match(behind) is not None or wording("choosing").search(words[-60:]) is not None:
        return True
    copulas = [match.end() for match in wording("copulas").finditer(words)]
    return bool(copulas) and len(words[copulas[-1] :].split()) <= 3
