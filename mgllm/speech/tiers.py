"""Which tiers of a file are speech.

A tier is a person, or a level of the same speech: its words, its sounds, a translation. Programs
and people give levels their usual names. Two tiers that say the same, or all at the same time, are
levels, whatever they are called: then the user is asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Literal, NamedTuple

from mgllm.errors import InputError, some, unknown
from mgllm.speech.words import NOBODY

Kind = Literal["person", "speech", "words", "other"]
_NAMES: Mapping[Kind, str] = {
    "words": r"words?|ort(?:-mau)?|wrds?|tokens?|w[oö]rter|wort|mots?|palabras?|parole|lex-mau",
    "speech": (
        r"transcriptions?|transcripts?|transkript(?:ion)?|transcripci[oó]n|utterances?|utts?|sentences?|text"
        r"|speech|ipus?|phrases?|turns?|tr[no](?:-mau)?|orthograph(?:y|ic)|ortho?|[äa]u(?:ss|ß)erungen|s[äa]tze"
    ),
    "other": (
        r"phon(?:e|eme)?s?|phonetics?|phonemic|segments?|sounds?|k[ae][ns](?:-mau)?|mau|mas(?:-mau)?|sap"
        r"|pho(?:-mau)?"
        r"|(?:x-?)?sampa|ipa|canonical|syll(?:able)?s?|silben"
        r"|translations?|[üu]bersetzung|traductions?|traducci[oó]n"
        r"|gloss(?:es|en)?|comments?|commentaires?|kommentare?|notes?|notizen|remarks?|pos"
        r"|lemmas?|lemmata|morph(?:eme)?s?"
        r"|tones?|tobi|breaks?|break[ _-]?ind(?:ex|ices)|intonation|pitch|accents?|prosody|pro"
        r"|silences?|pauses?|vad"
        r"|events?|noises?|gestures?|gaze|misc|labels?|emotions?|laughter|laughs?|dialogue[ _-]?acts?|topics?"
    ),
}
"""What levels are called; `ORT-MAU` and the like are WebMAUS's."""
_SEPARATOR = r"\s*[-_:/.@|]\s*"
_LANGUAGE = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?")
SAME_TIME = 0.01
"""Seconds between the ends of two intervals that are one: aligners round to this."""
SAME = 0.5
"""Share of intervals with the same times from which two tiers are levels of each other."""
SAME_WORDS, FEWEST_WORDS = 0.8, 3
"""Share of a tier's words that are another's too, and how many there must be."""
TOGETHER = 0.9
"""Share of the time of speech in which two people do not speak at once."""


class Span(NamedTuple):
    """An interval with words."""

    start: float
    """Seconds."""
    end: float
    """Seconds."""
    text: str


class SpeechTier(NamedTuple):
    """A tier, what it is, and what is said on it."""

    name: str
    kind: Kind
    speaker: str
    spans: Sequence[Span]


def speech_tier(name: str, spans: Sequence[Span]) -> SpeechTier:
    """A tier by its name, as `words`, `Ann - words` or `words@Ann`; other names are people's."""
    for kind, names in _NAMES.items():
        if re.fullmatch(names, name.strip(), re.IGNORECASE):
            return SpeechTier(name, kind, NOBODY, spans)
    for kind, names in _NAMES.items():
        for pattern in (rf"(?P<who>.+?){_SEPARATOR}(?:{names})", rf"(?:{names}){_SEPARATOR}(?P<who>.+)"):
            if found := re.fullmatch(pattern, name.strip(), re.IGNORECASE):
                who = found["who"].strip()
                return SpeechTier(name, kind, NOBODY if _LANGUAGE.fullmatch(who) else who, spans)
    return SpeechTier(name, "person", " ".join(name.split()) or NOBODY, spans)


def chosen_tiers(tiers: Sequence[SpeechTier], wanted: Sequence[str], where: str) -> list[SpeechTier]:
    """The tiers that are speech, each person's once.

    Args:
        tiers: those with words.
        wanted: names that the user gives; none: what names and times say.
        where: what errors call the file.

    Raises:
        InputError: it is not clear which tiers are speech, or there is no such tier.
    """
    if wanted:
        return _wanted(tiers, wanted, where)
    kinds = {kind: [tier for tier in tiers if tier.kind == kind] for kind in _NAMES}
    people = [tier for tier in tiers if tier.kind == "person"]
    speech, words = kinds["speech"], kinds["words"]
    if people and speech:
        raise _question(where, tiers, "tiers of people beside a tier of speech", [*speech, *people])
    chosen = people or speech or words
    if people and words and not _all_words(people, words):
        raise _question(where, tiers, "tiers that do not say what the tier of words says", [*people, *words])
    if not chosen and tiers:
        raise _question(where, tiers, "only tiers that are not known as speech", tiers)
    for one, other in combinations(chosen, 2):
        if same := _same(one, other):
            raise _question(where, tiers, f"tiers that {same}", [one, other])
    return chosen


def _wanted(tiers: Sequence[SpeechTier], wanted: Sequence[str], where: str) -> list[SpeechTier]:
    names = {name.strip().casefold() for name in wanted}
    chosen = [tier for tier in tiers if tier.name.strip().casefold() in names]
    if not chosen and tiers:
        raise InputError(f"{where}: {unknown('tier', wanted[0], [tier.name for tier in tiers])}")
    return chosen


def _question(where: str, tiers: Sequence[SpeechTier], what: str, which: Sequence[SpeechTier]) -> InputError:
    those, all_of = some([tier.name for tier in which]), some([tier.name for tier in tiers])
    listed = "" if len(which) == len(tiers) else f" (all tiers with words: {all_of})"
    example = f"--tier '{which[0].name}'"
    return InputError(
        f"{where} has {what}: {those}{listed}. Say which are speech: {example}, again for each person"
    )


def _same(one: SpeechTier, other: SpeechTier) -> str:
    """Why two tiers cannot be two people; nothing if they can."""
    less, more = sorted((one, other), key=lambda tier: len(tier.spans))
    matched = sum(any(_together(a, b) for b in more.spans) for a in less.spans)
    if matched >= SAME * len(less.spans):
        return "have words at the same times"
    if _share(_tokens([less]), _tokens([more])) >= SAME_WORDS and _tokens([less]).total() >= FEWEST_WORDS:
        return "say the same words"
    shorter, longer = sorted((_seconds(less), _seconds(more)))
    if shorter >= longer / 2 and _shared_seconds(less, more) >= TOGETHER * shorter:
        return "are spoken at the same time nearly always"
    return ""


def _together(one: Span, other: Span) -> bool:
    return abs(one.start - other.start) <= SAME_TIME and abs(one.end - other.end) <= SAME_TIME


def _all_words(people: Sequence[SpeechTier], words: Sequence[SpeechTier]) -> bool:
    return _share(_tokens(words), _tokens(people)) >= SAME_WORDS


def _tokens(tiers: Sequence[SpeechTier]) -> Counter[str]:
    texts = (span.text for tier in tiers for span in tier.spans)
    return Counter(word for text in texts for word in re.findall(r"\w+", text.casefold()))


def _share(part: Counter[str], all_of: Counter[str]) -> float:
    return (part & all_of).total() / max(1, part.total())


def _seconds(tier: SpeechTier) -> float:
    return sum(span.end - span.start for span in tier.spans)


def _shared_seconds(one: SpeechTier, other: SpeechTier) -> float:
    overlap: Callable[[Span, Span], float] = lambda a, b: min(a.end, b.end) - max(a.start, b.start)  # noqa: E731
    return sum(max(0.0, overlap(a, b)) for a in one.spans for b in other.spans)
