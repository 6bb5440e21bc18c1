"""A grammar of English sentences that say a label about the person who is judged.

"The speaker is X", "this suggests that she is X", "I would go with X". Other sentences with a
label, such as "X people look away", "I am X" or "the interviewer is X", do not give an answer.
"""

from __future__ import annotations

import re

REACH = 160
"""Characters before a label that the grammar reads."""


def _any(words: str) -> str:
    """One of several words, each a regular expression; `_` stands for a space."""
    return "|".join(words.split()).replace("_", r"\s+")


_ADVERBS = _any(
    r"most more very quite rather fairly somewhat slightly pretty so just also still indeed overall likely "
    r"probable here now a_bit a_little \w{3,20}ly"
)
ADVERB = f"(?>{_ADVERBS})"
"""Atomic, so that no sentence takes long: Python would otherwise try all ways to match."""
_TAIL = rf"(?:(?:{ADVERB}|an?|the|being|to be|in fact|that of)\s+|[\"'*(\[`_]\s?)*+$"
"""Words that may come between a verb and its label."""
_JOINTS = _any(
    r"who which that whom whose if when whether than being is are was were can could will would may "
    r"might and or but as not i you we other opposing"
)
"""Words that a name cannot contain: with them it is a clause."""
_OTHERS = _any(
    r"smiles? faces? eyes? gazes? hands? arms? legs? feet fingers? shoulders? neck head brows? jaw "
    r"muscles mouth lips? laugh\w* voice posture gestures? expressions? movements? nods? shrugs? body "
    r"words? tone look breathing option atmosphere room situation setting environment conversation "
    r"interview questions? topic audience crowd opponents? rivals? coach interviewers? hosts? "
    r"journalists? reporters? to"
)
"""What a label may describe without being the answer: his smile, the room, the interviewer."""
_ROLES = _any(
    r"speaker person player candidate subject individual interviewee witness applicant participant "
    r"respondent man woman suspect defendant statement answer label verdict emotion"
)
_NAME = (
    rf"(?:he|she|they|it|this|that|(?:{_ROLES})(?:\s+\w)?|"
    rf"(?:the|this|that|my|our|his|her|their|its|your)(?:\s+(?!(?:{_JOINTS})\b)[\w'-]+){{0,6}}?"
    rf"\s+(?!(?:{_OTHERS}|{_JOINTS})\b)[\w'-]+|"
    r"(?:the|my)(?:\s+\w+){0,3}?\s+(?:answer|label|option|choice|category|word)\s+(?:that|"
    r"which)(?:\s+\w+){1,5}?)"
)
"""The subject of the sentence: "she", "the speaker in this clip", "the label that fits"."""
_IS = _any(
    r"is are was were has_been have_been will_be seems? seemed appears? appeared looks? looked sounds? "
    r"sounded feels? felt comes?_across came_across acts? acted behaves? remains? would_be has_to_be "
    r"must_be will did"
)
_GOES_ON = _any(
    r"to_be to_have_been like as being considered judged deemed classified labell?ed acting behaving "
    r"feeling looking in_an? likely_to going_to bound_to about_to"
)
_COPULA = rf"(?:(?:\s+(?:{ADVERB}))*\s+(?:{_IS})|'s|'re)(?:\s+(?:{ADVERB}|{_GOES_ON}))*"
_LISTED = r"(?:(?!(?:not|neither|both|either|no)\b)[\w-]+(?:,\s+[\w-]+)?,?\s+(?:and|&)\s+)?"
"""Words before a label in a list: "is calm and X"."""
_SAYS_IT = re.compile(rf"(?<![\w'-]){_NAME}{_COPULA}:?\s+{_LISTED}{_TAIL}", re.IGNORECASE)
_SUBJECTLESS = re.compile(
    rf"^\W*(?:(?:{ADVERB})\s+)*(?:(?:seems?|sounds|looks|appears?|feels)(?:\s+(?:like|to be|as))*|"
    rf"going with|leaning(?: towards?)?|voting(?: for)?)\s+{_TAIL}",
    re.IGNORECASE,
)
_I = (
    r"\b(?:i|we)(?:'d have to|'d|'ll|'m| would have to| would| will| am| have to| can only| can| do|"
    r" should| must)?"
)
_HOLD = _any(
    r"say think believe guess feel suspect conclude judge assess infer find "
    r"inclined_to_(?:say|think|believe) (?:(?:[5-9]\d|100)\s?%_)?(?:confident|certain|sure|convinced)"
)
_SHOW = _any(
    r"suggest(?:s|ing|ed)? indicat(?:e|es|ing|ed) impl(?:y|ies|ying|ied) show(?:s|ing|ed)? "
    r"mean(?:s|ing)? reveal(?:s|ing|ed)? demonstrat(?:e|es|ing) to_the_conclusion concluded? "
    r"conclusion_is"
)
_BELIEF = _any(
    r"answer guess opinion view conclusion verdict impression assessment judge?ment interpretation"
)
_CARRIED = re.compile(
    rf"(?:{_I}(?:\s+(?:{ADVERB}))*\s+(?:{_HOLD})|\b(?:{_SHOW})"
    r"|\b(?:it|this|which)(?:\s+\w+ly)?\s+(?:seems|appears|looks|sounds)(?:\s+(?:like|to me))?"
    rf"|\b(?:it|this)(?:\s+is|'s)(?:\s+(?:{ADVERB}))*\s+(?:likely|probable|clear|evident|obvious|apparent)"
    r"|\bthere(?: is|'s)\s{6,}(?=that\b)"  # "no doubt", masked
    rf"|\b(?:{_BELIEF})\s+is)(?:\s*\bthat)?\s+(?:\w+ly,?\s+)?$",
    re.IGNORECASE,
)
"""Words that assert the sentence after them: "I think that", "the pause suggests"."""
_CHOOSE = _any(
    r"say chose choose pick select(?:ed)? go(?:ing)?_(?:with|for) answer label classify guess predict "
    r"judge conclude lean(?:ing)?(?:_more)?_towards? opt(?:ing)?_for vote(?:_for)? bet_on assess rate "
    r"describe characteri[sz]e categori[sz]e consider deem call see interpret view find "
    r"inclined_towards? settle_on suggest propose inclined_to_(?:say|choose|answer|pick|go_with) "
    r"going_to_(?:say|go_with) think believe suspect lean"
)
_CHOOSES = re.compile(
    rf"{_I}(?:\s+(?:{ADVERB}|therefore|thus))*\s+(?:{_CHOOSE})(?:\s+(?:him|her|them|{_NAME}))?"
    rf"(?:\s+(?:as|is|to be|for|on|that))?[:,]?\s*{_TAIL}",
    re.IGNORECASE,
)
_POINT = _any(
    r"suggest(?:s|ing)? indicat(?:es?|ing) imply(?:ing)? implies reads?_as consistent_with in_line_with "
    r"would_say point(?:s|ing)?_(?:more_)?(?:to|towards?) lean(?:s|ing)?_(?:more_)?towards? "
    r"labell?ed(?:_as)? judged(?:_as)? (?:classified|categori[sz]ed|best_described)_as"
)
_POINTS = re.compile(rf"\b(?:{_POINT})\s+{_TAIL}", re.IGNORECASE)
_CHOSEN = re.compile(
    r"[\s\"'*_`)\]}]*(?:[.,;:!(（—–|#]|-\s|//|$|\s(?:here|for|as|in|on|based|given|because|since|due|with|"
    r"over|"
    r"rather|instead|to me|this time|behaviou?rs?|conduct|intent(?:ions?)?|speech|answers?|statements?)\b)",
    re.IGNORECASE,
)
"""What may follow a chosen label; "I see X people" does not choose one."""
_IS_THE_ANSWER = re.compile(
    r"[\s\"'*_]*(?:is|was|would be|seems)\s+(?:my|the)\s+(?:(?:correct|right|best|most likely|more likely|"
    r"final|likeliest|most fitting)\s+)?(?:answer|label|guess|choice|fit|option|verdict|one)\b",
    re.IGNORECASE,
)
_OPENED = re.compile(
    r"(?:^|[,;:.—–(-]\s*|\b(?:so|thus|hence|therefore|and|but|then|because|since)\s+)(?:[\"'*(\[\s]|"
    r"\w+ly,?\s)*"
    r"(?:(?:in|from|during|throughout|based on|given|judging|considering|with|"
    r"for)\b[^,]{0,80}\s[\"'*(\[]?)?$",
    re.IGNORECASE,
)
"""The beginning of a sentence or a clause."""
_ASIDE = re.compile(
    r",\s(?:in my (?:view|opinion|judge?ment)|i (?:think|believe|would say)|in fact|indeed|of course|"
    r"most likely|likely|therefore|thus|then|\w+ly),\s",
    re.IGNORECASE,
)
"""Words that may come between a name and its verb."""
_THAT = re.compile(r"\bthat\s+$", re.IGNORECASE)
"""Makes the sentence depend on something else: "the chance that she is"."""
_ENGLISH_WORDS = _any(r"the is this that and of to it she he they are my seems? appears? likely being")
_ENGLISH = re.compile(rf"\b(?:{_ENGLISH_WORDS})\b", re.IGNORECASE)

_DUTCH = re.compile(r"\b(?:de|het|een|deze|ik)\b", re.IGNORECASE)


def is_english(words: str) -> bool:
    """Whether a sentence has a typical English word, and no typical Dutch one."""
    return _ENGLISH.search(words) is not None and _DUTCH.search(words) is None


def chooses(before: str, behind: str, clause: str) -> bool:
    """Whether the words choose a label: "I would go with", "the pause points to", "X is my
    answer"."""
    if not any(char.isalnum() for char in before) and _IS_THE_ANSWER.match(behind):
        return True
    return _CHOSEN.match(behind) is not None and any(
        pattern.search(words) is not None
        for pattern, words in ((_SUBJECTLESS, before), (_CHOOSES, before), (_POINTS, clause))
    )


def says_of_someone(before: str) -> bool:
    """Whether words such as "the speaker is" come before a label, at the beginning of a clause or
    after words that assert it."""
    words = _ASIDE.sub(" ", before if len(before) <= REACH else f"…{before[-REACH:]}")
    said = _SAYS_IT.search(words)
    while said is not None:
        lead = words[: said.start()]
        if _CARRIED.search(lead) or (_OPENED.search(lead) and not _THAT.search(lead)):
            return True
        said = _SAYS_IT.search(words, said.start() + 1)
    return False
