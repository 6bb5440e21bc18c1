"""Speech on tiers of ELAN files: each annotation is a turn of the person that the tier names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mgllm.errors import InputError, unknown
from mgllm.files import elan
from mgllm.files.eaf_files import EafDocument, Tier, parse_eaf
from mgllm.files.eaf_times import Span, spans
from mgllm.records import Turn
from mgllm.speech.base import Said, SpeechFormat, speech_format
from mgllm.speech.words import NOBODY, in_order, make_turn

TIER_FLAG = "--tier"


def parse_eaf_speech(text: str, where: str, tier: Sequence[str] = ()) -> Said:
    """Turns of the tiers that the user names.

    Raises:
        InputError: it is not an ELAN file, or no tier of speech is named; lists the tiers.
    """
    document = parse_eaf(text, where)
    if not tier:
        asked = f"name those with what was said: {TIER_FLAG} NAME (repeatable)"
        raise InputError(f"{where} has the tiers {tier_list(document.tiers)}; {asked}")
    return tier_turns(document, speech_tiers(document, tier, where, TIER_FLAG), where)


def speech_tiers(document: EafDocument, wanted: Sequence[str], where: str, flag: str) -> tuple[Tier, ...]:
    """The tiers that the user names; NAME also means the tiers NAME@PERSON.

    Raises:
        InputError: the file has none of them, or two of which one divides the other.
    """
    tiers = {tier.name: tier for tier in document.tiers if tier.type not in (elan.CONFIDENCES, elan.GESTURES)}
    names = list(dict.fromkeys(name for one in wanted for name in elan.called(tiers, one)))
    if not names:
        if len(wanted) == 1:
            raise InputError(f"{where}: {unknown('tier', wanted[0], tiers)}")
        what = f"has none of the tiers {', '.join(wanted)}"
        raise InputError(f"{where} {what}: {tier_list(tiers.values())}; choose one with {flag} NAME")
    for name in names:
        if (above := _above(tiers[name], tiers, names)) is not None:
            what = f"the tier '{name}' is below '{above}', so its words would be said twice"
            raise InputError(f"{where}: {what}; name one of them with {flag}")
    return tuple(tiers[name] for name in names)


def tier_turns(document: EafDocument, tiers: Iterable[Tier], where: str) -> Said:
    """A turn for each annotation with text.

    Raises:
        InputError: times are impossible, or an annotation refers to a part that is missing.
    """
    try:
        when = spans(document)
    except ValueError as error:
        raise InputError(f"{where}: {error}") from None
    odd: dict[str, list[str]] = {}
    turns = [
        _turn(f"{where} tier '{tier.name}'", tier, one.text, when[one.id], odd)
        for tier in tiers
        for one in tier.annotations
    ]
    return Said(
        turns=in_order(turn for turn in turns if turn is not None),
        notes={what: tuple(names) for what, names in odd.items()},
    )


def tier_list(tiers: Iterable[Tier]) -> str:
    """Names of tiers with what is on them, for a question to the user."""
    return ", ".join(
        f"{tier.name} ({'' if not tier.participant else tier.participant + ', '}"
        f"{len(tier.annotations)} annotations)"
        for tier in tiers
    )


def _turn(where: str, tier: Tier, text: str, span: Span, odd: dict[str, list[str]]) -> Turn | None:
    speaker = tier.person or tier.name.strip() or NOBODY
    if not text:
        odd.setdefault("annotations of speech are empty and left out", []).append(tier.name)
        return None
    if span.divided:
        what = "turns have no times of their own; time is divided evenly among them, as ELAN shows it"
        odd.setdefault(what, []).append(tier.name)
    if span.start is None or span.end is None:
        odd.setdefault("turns have no time", []).append(tier.name)
        return Turn(speaker=speaker, text=text, start=span.start, end=span.end)
    return make_turn(where, speaker, text, span.start, span.end)


def _above(tier: Tier, tiers: Mapping[str, Tier], names: Sequence[str]) -> str | None:
    """A chosen tier that this one hangs on."""
    seen = {tier.name}
    above = tier.parent
    while above and above not in seen:
        if above in names:
            return above
        seen.add(above)
        above = tiers[above].parent if above in tiers else ""
    return None


speech_format("eaf-speech")(
    SpeechFormat(
        suffix=".eaf",
        tells="voices",
        parse=parse_eaf_speech,
        title="Speech on tiers of ELAN files",
        citation=(
            "ELAN. Nijmegen: Max Planck Institute for Psycholinguistics, The Language Archive. "
            "Wittenburg, P., Brugman, H., Russel, A., Klassmann, A., & Sloetjes, H. (2006). LREC 2006."
        ),
        heeds=frozenset({"tier"}),
        last=True,
    )
)
