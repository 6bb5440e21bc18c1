"""How often a person moves in other recordings: what the cue style `summary` sets its rates beside.

Gestures and lengths of recordings are all that is used; targets play no part. Like the donors of
`text+shuffled`, the rates are taken over the whole item set, so `--limit` and `--arms` never move them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mgllm.cues.base import Rates
from mgllm.cues.block import recording_length, told_gestures
from mgllm.records import CueSettings, CueSource, Item

OTHERS = "others"
"""Value of `cue.rest` that takes all other recordings of the person."""
_WORDS = {
    True: ("usually", '"Usually" is the same person\'s rate in other recordings.'),
    False: ("at rest", '"At rest" is the same person\'s rate in a recording at rest.'),
}


def own_rates(
    items: Sequence[Item], sources: Iterable[CueSource], settings: CueSettings
) -> Mapping[str, Mapping[CueSource, Rates]]:
    """By item id and source, the rates of the item's person in other recordings.

    An item is left out where the person is not known, or has no other recording of known length that counts
    as rest. Its own recording never counts.
    """
    if settings.rest is None:
        return {}
    whole = settings.model_copy(update={"top_k": None})
    by_person: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.subject_known:
            by_person[item.subject].append(item)
    found: defaultdict[str, dict[CueSource, Rates]] = defaultdict(dict)
    for source in sources:
        for recordings in by_person.values():
            for name, seen in _seen_elsewhere(recordings, source, whole):
                found[name][source] = _rates(seen, settings)
    return found


class _Seen(NamedTuple):
    """What was seen in one or more recordings."""

    counts: Counter[str]
    """Gestures by label."""
    seconds: float
    """Length of the recordings."""


def _seen_elsewhere(
    recordings: Sequence[Item], source: CueSource, settings: CueSettings
) -> Iterator[tuple[str, _Seen]]:
    """By item id, what was seen in the person's other recordings, where there are any at rest."""
    at_rest = {item.id: _seen(item, source, settings) for item in recordings if _is_rest(item, settings)}
    counts: Counter[str] = sum((seen.counts for seen in at_rest.values()), Counter())
    seconds = sum(seen.seconds for seen in at_rest.values())
    for item in recordings:
        own = at_rest.get(item.id, _Seen(Counter(), 0.0))
        others = len(at_rest) - (item.id in at_rest)
        if others and seconds > own.seconds:
            yield item.id, _Seen(counts - own.counts, seconds - own.seconds)


def _is_rest(item: Item, settings: CueSettings) -> bool:
    return settings.rest == OTHERS or item.covariates.get(settings.rest or "") in (True, "true", "True")


def _seen(item: Item, source: CueSource, settings: CueSettings) -> _Seen:
    """Nothing in no time, where the length is not known or nobody looked."""
    length = recording_length(item, source)
    if source not in item.gestures or length is None:
        return _Seen(Counter(), 0.0)
    return _Seen(Counter(g.label for g in told_gestures(item.gestures[source], settings)), length)


def _rates(seen: _Seen, settings: CueSettings) -> Rates:
    word, meaning = _WORDS[settings.rest == OTHERS]
    per_minute = {label: 60 * count / seen.seconds for label, count in sorted(seen.counts.items())}
    return Rates(word=word, meaning=meaning, per_minute=per_minute)
