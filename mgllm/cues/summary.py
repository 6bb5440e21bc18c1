"""The cue style `summary`: how often each gesture was seen, its rate per minute, and the person's
own rate in other recordings."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mgllm.cues.base import CueLine, Rates, ShownGestures, Style, noted, style
from mgllm.cues.block import recording_length, shown_gestures
from mgllm.records import CueSettings, CueSource, Item
from mgllm.seeds import stream

IN_ALL = "in all"
"""Names the last line, which sums several kinds of gesture, unless `top_k` leaves some of them
out."""

_NUMBER = re.compile(r"(\d+)(\.\d+)?")
_TIMES = re.compile(r"(\d+) times?")
OTHERS = "others"
"""Value of `cue.rest` that means all other recordings of the person."""
_WORDS = {
    True: ("usually", '"Usually" is the same person\'s rate in other recordings.'),
    False: ("at rest", '"At rest" is the same person\'s rate in a recording at rest.'),
}


@style("summary")
class Summary(Style):
    """A line for each kind of gesture, the most frequent first, and one for all together."""

    counts = True

    def lines(self, shown: ShownGestures) -> list[CueLine]:
        """A line for each kind, and one for all kinds if there are several."""
        counts = Counter(one.label for one in shown.gestures)
        names = {one.label: shown.name(one) for one in shown.gestures}
        usual, duration = shown.usual, shown.seconds
        rest = usual.per_minute if usual is not None else {}
        lines = [
            CueLine(
                what=names[label],
                sure=f": {_often(counts[label], duration, usual, rest.get(label, 0.0))}{_sure(label, shown)}",
            )
            for label in sorted(counts, key=lambda label: (-counts[label], label))
        ]
        if counts and len({*counts, *rest}) > 1 and shown.settings.top_k is None:
            often = _often(counts.total(), duration, usual, sum(rest.values()))
            lines.append(CueLine(what=IN_ALL, sure=f": {often}"))
        return lines

    def note(self, shown: ShownGestures, lines: Sequence[CueLine]) -> str:
        """What the second rate of a line means, if there is one."""
        beside = lines and shown.usual is not None and shown.seconds
        return shown.usual.meaning if shown.usual is not None and beside else ""

    def rates(
        self, items: Sequence[Item], sources: Iterable[CueSource], settings: CueSettings
    ) -> Mapping[str, Mapping[CueSource, Rates]]:
        return own_rates(items, sources, settings)

    def check(
        self, items: Sequence[Item], source: CueSource, settings: CueSettings, rated: Collection[str]
    ) -> list[str]:
        """Rates need the length of the recording; own rates need other recordings of the person."""
        lengthless = [item.id for item in items if recording_length(item, source) is None]
        notes = noted(lengthless, len(items), "have no duration, so gestures are counted, but without rates")
        if settings.rest is None:
            return notes
        others = "other recording of the person"
        what = others if settings.rest == OTHERS else f"recording where '{settings.rest}' is true"
        alone = [item.id for item in items if item.id not in rated]
        return notes + noted(alone, len(items), f"have no {what} to compare rates with")

    def filler(self, lines: Sequence[CueLine], seed: int, item: str) -> Sequence[CueLine]:
        """Lines with other numbers."""
        return with_other_numbers(lines, seed, item)


def with_other_numbers(lines: Sequence[CueLine], seed: int, item: str) -> tuple[CueLine, ...]:
    """The lines with other counts and rates of the same number of digits, drawn by seed.

    The numbers of a summary speak of the person, so the filler arm must not repeat them.
    """
    rng = stream(seed, "summary filler", item)

    def drawn(found: re.Match[str]) -> str:
        whole, part = found[1], found[2] or ""
        low = 10 ** (len(whole) - 1)
        whole = whole if whole == "0" else str(rng.integers(low, 10 * low))
        return whole + "".join("." if sign == "." else str(rng.integers(10)) for sign in part)

    def redrawn(line: CueLine) -> str:
        return _TIMES.sub(lambda found: _times(int(found[1])), _NUMBER.sub(drawn, line.sure))

    return tuple(line.model_copy(update={"sure": redrawn(line)}) for line in lines)


def _often(count: int, duration: float | None, usual: Rates | None, rest: float) -> str:
    """Count, rate if the recording's length is known, and the person's other rate."""
    if not duration:
        return _times(count)
    beside = "" if usual is None else f", {usual.word} {rest:.1f}"
    return f"{_times(count)}, {60 * count / duration:.1f} a minute{beside}"


def _times(count: int) -> str:
    return f"{count} time{'' if count == 1 else 's'}"


def _sure(label: str, shown: ShownGestures) -> str:
    """The mean confidence of a kind, if there is one and the settings show it."""
    known = [one.confidence for one in shown.gestures if one.label == label and one.confidence is not None]
    return f" (mean {sum(known) / len(known):.2f})" if shown.settings.confidences and known else ""


def own_rates(
    items: Sequence[Item], sources: Iterable[CueSource], settings: CueSettings
) -> Mapping[str, Mapping[CueSource, Rates]]:
    """By item id and source, the rates of the item's person in other recordings.

    An item is left out if the person is not known, or has no other recording of known length that
    counts as rest. The item's own recording never counts.
    """
    if settings.rest is None:
        return {}
    uncut = settings.model_copy(update={"top_k": None})
    by_person: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.subject_known:
            by_person[item.subject].append(item)
    found: defaultdict[str, dict[CueSource, Rates]] = defaultdict(dict)
    for source in sources:
        for recordings in by_person.values():
            for name, seen in _seen_elsewhere(recordings, source, uncut):
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
    """By item id, what was seen in the person's other recordings, if any of them counts as rest."""
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
    """No gestures in 0 seconds if the length is unknown or no one looked for gestures."""
    length = recording_length(item, source)
    if source not in item.gestures or length is None:
        return _Seen(Counter(), 0.0)
    return _Seen(Counter(g.label for g in shown_gestures(item.gestures[source], settings)), length)


def _rates(seen: _Seen, settings: CueSettings) -> Rates:
    word, meaning = _WORDS[settings.rest == OTHERS]
    per_minute = {label: 60 * count / seen.seconds for label, count in sorted(seen.counts.items())}
    return Rates(word=word, meaning=meaning, per_minute=per_minute)
