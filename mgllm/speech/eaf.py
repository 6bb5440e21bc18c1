"""Speech on tiers of ELAN files: each annotation is a turn of the person that the tier names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mgllm.errors import InputError, unknown
from mgllm.files import elan
from mgllm.files.eaf_files import EafDocument, Tier
from mgllm.files.eaf_times import Span, spans
from mgllm.records import Frozen, Turn
from mgllm.speech.words import NOBODY, in_order, make_turn


class TierSpeech(Frozen):
    """What is said on tiers."""

    turns: tuple[Turn, ...]
    """In the order of time."""
    odd: Mapping[str, int] = {}
    """What was left out or is unusual, and how often."""


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


def tier_turns(document: EafDocument, tiers: Iterable[Tier], where: str) -> TierSpeech:
    """A turn for each annotation with text.

    Raises:
        InputError: times are impossible, or an annotation refers to a part that is missing.
    """
    try:
        when = spans(document)
    except ValueError as error:
        raise InputError(f"{where}: {error}") from None
    odd: Counter[str] = Counter()
    turns = [
        _turn(f"{where} tier '{tier.name}'", tier, one.text, when[one.id], odd)
        for tier in tiers
        for one in tier.annotations
    ]
    return TierSpeech(turns=in_order(turn for turn in turns if turn is not None), odd=odd)


def tier_list(tiers: Iterable[Tier]) -> str:
    """Names of tiers with what is on them, for a question to the user."""
    return ", ".join(
        f"{tier.name} ({'' if not tier.participant else tier.participant + ', '}"
        f"{len(tier.annotations)} annotations)"
        for tier in tiers
    )


def _turn(where: str, tier: Tier, text: str, span: Span, odd: Counter[str]) -> Turn | None:
    speaker = tier.person or tier.name.strip() or NOBODY
    if not text:
        odd["annotations of speech are empty and left out"] += 1
        return None
    if span.divided:
        odd["turns have no times of their own; time is divided evenly among them, as ELAN shows it"] += 1
    if span.start is None or span.end is None:
        odd["turns have no time"] += 1
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
