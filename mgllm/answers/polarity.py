"""Whether a mention of a label gives it, denies it, or leaves it open.

Cautious on purpose: a word of negation anywhere before the label in its clause, or right behind it, denies
it; a question, a condition, a report of what others claim or a comparison leaves it open. What is not
plainly given counts as left open, so that the reply is unparsed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from mgllm.answers.naming import Mention
from mgllm.answers.plain import is_hangul, is_unspaced

Polarity = Literal["given", "denied", "open"]

_IDIOMS = re.compile(
    r"\b(?:no|without(?: a| any)?|little) (?:doubt|question|hesitation)\b|\bnot surprisingly\b|"
    r"\bno less than\b|"
    r"\bcan(?:not|'t) (?:be denied|help but)\b|\bnothing but\b|\bnone other than\b|"
    r"\bnot to mention\b|\bno wonder\b|"
    r"\bohne zweifel\b|\bzweifellos\b|\bsans (?:aucun )?doute\b|\bsin (?:ninguna )?duda\b|"
    r"\bsenza dubbio\b|毫无疑问|无疑|不得不说",
    re.IGNORECASE,
)
"""Words of negation that deny nothing."""
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|none|nothing|nobody|without|cannot|can't|\w+n't|hardly|barely|"
    r"scarcely|rarely|seldom|"
    r"unlikely|fail(?:s|ed|ing|ure)?|lack(?:s|ed|ing)?|absence|absent|doubt(?:s|ful|ed)?|den(?:y|"
    r"ies|ied|ying)|far from|rather than|"
    r"instead of|than|opposite|contrary|anything but|except|excludes?d?|exclud(?:e|ing)|rul(?:e|"
    r"ed|es|ing) out|impossible|improbable|"
    r"false|wrong|incorrect|disagree\w*|reject(?:s|ed|ing)?|non|zero|refut\w+|disprov\w+|"
    r"dismiss\w*|(?:little|scant) (?:evidence|sign|reason|to suggest)|"
    r"argues? against|unable|isnt|arent|wasnt|dont|doesnt|didnt|cant|wont|"
    r"nicht|kein(?:e|en|er|es|em)?|nie|niemals|weder|ohne|unwahrscheinlich|keineswegs|keinesfalls|"
    r"ne|pas|jamais|aucune?|ni|sans|guère|nullement|n'\w+|"
    r"nunca|jamás|tampoco|ningun[oa]?|ningún|nada|sin|improbable|"
    r"mai|né|senza|nessun[oa]?|affatto|improbabile|"
    r"não|nao|nem|sem|nenhuma?|jamais|improvável|"
    r"niet|geen|nooit|zonder|evenmin|"
    r"inte|ikke|ikkje|aldrig|aldri|ingen|ej|ei|"
    r"nigdy|ani|bez|není|nikdy|nejde|"
    r"не|нет|ни|никогда|без|вряд|нельзя|ані|немає|"
    r"değil|hayır|hiç|yok|asla|"
    r"tidak|bukan|tanpa|không|chẳng|chưa|"
    r"nem|sem|soha|nu|niciodată|fără|"
    r"δεν|δε|μη|μην|όχι|χωρίς|ποτέ|οὐ|"
    r"hapana)\b|"
    r"(?<![\w\u0900-\u097f])(?:नहीं|नही|ना|मत|बिना|न)(?![\w\u0900-\u097f])|(?<!\w)(?:না|নয়|নেই|নন)(?!\w)|"
    r"(?<!\w)(?:לא|אין|בלי|אינ[והםן]|איננ[והי]|אף פעם|ללא)(?!\w)|"
    r"(?<!\w)(?:لا|ليس|ليست|لم|لن|غير|بدون|دون|ما|نه|نیست|نہیں|نمی\S*)(?!\w)|"
    r"ไม่|มิได้|ไร้|มิใช่",
    re.IGNORECASE,
)
_NEGATION_SIGNS = re.compile(
    r"[不没沒非无無未别別勿否莫]|ない|ません|なく|ではな|じゃな|ぬ|ずに|아니|않|없|못하|안 "
)
"""In scripts without spaces, and Korean; signs inside of a label's own name are not looked at."""
_OPEN = re.compile(
    r"\b(?:whether|if|either|could|may|might|maybe|perhaps|possibly|between|unsure|uncertain|"
    r"unclear|unknown|ask(?:s|ed|ing)?|"
    r"question(?:s|ed)?|claim(?:s|ed|ing)?|pretend(?:s|ed|ing)?|insist(?:s|ed|ing)?|assert(?:s|"
    r"ed)?|purport\w*|tr(?:y|ies|ied|ying) to|"
    r"want(?:s|ed)? to|wish(?:es|ed)? to|hop(?:es|ed|ing) to|told|suppose(?:d)?|assum(?:e|es|ed|"
    r"ing)|consider(?:ed|ing|s)?|options|labels|choices|categories|"
    r"(?:says?|said) (?:that )?(?:he|she|they|it)|should|would (?:be|have|seem|look|appear)|"
    r"unless|define[sd]?|definition|means|example|e\.g\.|"
    r"ob|falls|vielleicht|möglicherweise|könnte|entweder|behauptet|"
    r"si|peut-être|pourrait|soit|prétend|quizás?|tal vez|podría|forse|potrebbe|talvez|poderia|misschien|"
    r"возможно|может|если|ли|может быть)\b|是否|如果|可能|也许|也許|或许|或許|还是|還是|かもしれ|"
    r"かどうか|もし|ならば|일지도|지 여부|만약|शायद|यदि|अगर|אולי|האם|ربما|هل|إذا",
    re.IGNORECASE,
)
_BREAK = re.compile(
    r"[:;—–，；：、(（]|\s-\s|,\s*(?:and|so|therefore|thus|hence|but|yet|then|which|suggesting|"
    r"indicating|meaning|implying|making|also|this|that|"
    r"und|also|aber|sondern|donc|mais|car|pero|sino|por lo que|quindi|ma|perciò|mas|portanto|maar|"
    r"dus|а|но|поэтому)\b"
    r"|(?<!anything )\b(?:but|because|therefore|thus|hence|so|however|aber|sondern|weil|mais|donc|"
    r"pero|sino|porque|ma|però|mas|maar|omdat|но|потому|поэтому|lakin|ama)\b"
    r"|\band (?:is|are|was|seems?|looks?|appears?|sounds?|so|thus|therefore|hence|he|she|they|it)\b"
    r"|但是|但|而是|所以|因此|因为|因為|でも|しかし|ので|하지만|그러나|लेकिन|इसलिए|אבל|لكن|แต่",
    re.IGNORECASE,
)
"""Where a negation before a label no longer reaches it."""
_END = re.compile(r"[.!?。！？।॥؟…](?=[\s\"')\]*_]|$)|[。！？।॥؟]|\n")
_BEHIND_BREAK = re.compile(
    r"[,;:—–，；：、。(（]|\b(?:because|since|as|given|due|for|which|who|that|and|but|so|when|weil|da|"
    r"und|car|parce|et|porque|y|perché|e)\b",
    re.IGNORECASE,
)
_DENIED_BEHIND = re.compile(
    r"[\s\"'*_)\]]{0,4}[,:=—–-]?\s{0,2}[\"'*(]{0,3}(?:no|not|false|nope|wrong|nein|nicht|non|"
    r"falsch|falso|faux|нет|いいえ|否|不是|아니|नहीं|לא|لا|0|0\.0)(?![\w%.])(?!\s+(?:doubt|question))",
    re.IGNORECASE,
)
_ASKED = re.compile(r"[\s\"'*_)\]]{0,4}[?？؟]")
_OPEN_BEHIND = re.compile(
    r"\s+(?:or|oder|ou|o|или|ή)\b|\s*/|\s+(?:if|unless|only if|when|wenn|falls|si|se|если)\b|"
    r"(?:还是|或)|\s+than\b",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"[\s,\"'*_()\[\]`]*(?:(?:and|or|nor|und|oder|et|ou|y|o|e|и|или|and/or|/|,|&|→|->|=>|\|、|和|或|"
    r"与|與|还是|か|と|또는)[\s\"'*_()\[\]`]*){0,2}",
    re.IGNORECASE,
)
_NEXT_CLAUSE = re.compile(r",|\b(?:and|und|et|y|e|en|och|og|i|и|та|ve)\b", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(r"[\s\"'*_`)\]}]*(?:[.,;:!。，；：！(（—–|-]|$)")
_COPULA_BEHIND = re.compile(
    r"\s+(?:है|हैं|था|थी|थे|हो|আছে|ہے|ہیں|است|هست|dir|görünüyor|ist|sind|wirkt)(?!\w)", re.IGNORECASE
)
"""Where the verb stands last."""
_REACH = 400
"""Characters before and behind a label in which its polarity is looked for."""
_NEAR = 12
"""Characters in which a denial belongs to the label that follows it."""
_COPULA = re.compile(
    r"\b(?:is|are|was|were|be|being|been|am|seem(?:s|ed)?|appear(?:s|ed)?|look(?:s|ed)?|sound(?:s|"
    r"ed)?|feel(?:s|ing)?|felt|as|'s|'re|say|choose|"
    r"pick|select|answer|label|classif\w+|judg\w+|conclude\w*|guess|predict\w*|think|believe|"
    r"lean(?:s|ing)?|go(?:ing)? with|towards?|indicat\w+|suggest\w*|"
    r"to|will|shall|likely|probably|clearly|definitely|obviously|it's|he's|she's|they're|i'd|"
    r"ist|sind|war|wirkt|scheint|est|sont|semble|paraît|es|está|parece|son|è|é|sembra|zijn|lijkt|"
    r"är|er|virker|jest|wydaje|был\w*|является|кажется|"
    r"dir|görünüyor|adalah|là|είναι|φαίνεται|van|este)\b|\w's\b",
    re.IGNORECASE,
)


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a plain text; a line ends one."""
    spans, start = [], 0
    for match in _END.finditer(text):
        spans.append((start, match.end()))
        start = match.end()
    return [*spans, (start, len(text))]


def polarities(text: str, mentions: Sequence[Mention]) -> list[Polarity]:
    """The polarity of each mention, in order."""
    masked = _masked(text, mentions)
    spans = sentences(text)
    found: list[Polarity] = []
    at = 0
    for index, mention in enumerate(mentions):
        while spans[at][1] <= mention.start:
            at += 1
        earlier = mentions[index - 1] if index else None
        if earlier is not None and _is_list(text[earlier.end : mention.start]):
            if earlier.label != mention.label and found[-1] == "given":
                found[-1] = "open"  # "truthful or deceptive" gives neither
            found.append(found[-1])
            continue
        later = mentions[index + 1].start if index + 1 < len(mentions) else len(text)
        found.append(_polarity(masked, mention, spans[at], (earlier.end if earlier else 0, later)))
    return found


def _is_list(between: str) -> bool:
    """Whether two mentions are members of one list: only commas and conjunctions stand between them."""
    return len(between) < _REACH and "\n" not in between and _LIST.fullmatch(between) is not None


def _masked(text: str, mentions: Sequence[Mention]) -> str:
    """The text with labels and idioms taken out, so that neither is read as a negation."""
    signs = list(text)
    spans = [(mention.start, mention.end) for mention in mentions]
    for start, end in [*spans, *(match.span() for match in _IDIOMS.finditer(text))]:
        signs[start:end] = "_" * (end - start)
    return "".join(signs)


def _polarity(text: str, mention: Mention, sentence: tuple[int, int], around: tuple[int, int]) -> Polarity:
    """`around`: where the label before ends, and where the label behind begins."""
    start, end = mention.start, mention.end
    if _ASKED.match(text, end):
        return "open"
    first = max(sentence[0], start - _REACH)
    clause = _clause(text[first:start], around[0] - first)
    behind = text[end : min(sentence[1], end + _REACH)]
    near = _until(_BEHIND_BREAK, behind)[: max(0, around[1] - end)]
    if _denies(clause) or _denied_behind(text, end, around[1]) or _denies(near):
        return "denied"
    asks = text[sentence[1] - 1] in "?？؟"
    if asks or _OPEN.search(clause) or _OPEN_BEHIND.match(behind):
        return "open"
    return "given" if _is_predicate(text, mention, clause, behind) else "open"


def _until(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return text if found is None else text[: found.start()]


def _clause(before: str, earlier: int) -> str:
    """The words that lead to a label: behind the last break, or behind an earlier label and a comma."""
    breaks = [match.end() for match in _BREAK.finditer(before)]
    start = breaks[-1] if breaks else 0
    if earlier > start and _NEXT_CLAUSE.search(before, earlier):
        start = earlier
    return before[start:]


def _denies(words: str) -> bool:
    return _NEGATION.search(words) is not None or _NEGATION_SIGNS.search(words) is not None


def _denied_behind(text: str, end: int, later: int) -> bool:
    """ "deceptive: no", unless what is denied is the label that follows."""
    match = _DENIED_BEHIND.match(text, end)
    return match is not None and not (later < len(text) and later - match.end() < _NEAR)


def _is_predicate(text: str, mention: Mention, clause: str, behind: str) -> bool:
    """Whether the label is said of someone: it ends its clause, or a verb such as "is" leads to it.

    "Deceptive people often look away" says it of nobody here. Where no spaces are written, it is not asked.
    """
    neighbours = text[max(0, mention.start - 1) : mention.start] + text[mention.end : mention.end + 1]
    if any(is_unspaced(char) or is_hangul(char) for char in neighbours):
        return True
    ends = _CLAUSE_ENDS.match(behind) or _COPULA_BEHIND.match(behind)
    return ends is not None or _COPULA.search(clause) is not None
