"""Whether a cue style finds in the items what it lives on, said before any call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mgllm.cues.block import recording_length, told_gestures
from mgllm.cues.by_turn import places_known
from mgllm.cues.own_rates import OTHERS
from mgllm.errors import InputError, one_line
from mgllm.records import CueSettings, CueSource, Item


def check_style(
    items: Sequence[Item], source: CueSource, cue: CueSettings, rated: Iterable[str]
) -> list[str]:
    """Notes on items that the style cannot do justice to.

    Args:
        items: the whole set, all with gestures of `source`.
        source: of the gestures told.
        cue: how they are told.
        rated: ids of the items whose person has rates in other recordings.

    Raises:
        InputError: the style would tell no item other than as `plain` does.
    """
    if cue.style == "by_turn":
        return _check_turns(items, source, cue)
    if cue.style == "summary":
        return _check_rates(items, source, cue, set(rated))
    return []


def _check_turns(items: Sequence[Item], source: CueSource, cue: CueSettings) -> list[str]:
    unknown = [item.id for item in items if not places_known(item.speech)]
    if len(unknown) == len(items):
        raise InputError(
            "cue style by_turn needs turns with start and end, which no item has; join speech that has times "
            "(mgllm items join --speech), or tell gestures as a timeline"
        )
    told = [gesture for item in items for gesture in told_gestures(item.gestures[source], cue)]
    if told and all(gesture.start is None for gesture in told):
        raise InputError(f"cue style by_turn needs gestures with times; no {source} gesture has any")
    return _note(unknown, len(items), "have turns without times, so their gestures are told without a turn")


def _check_rates(items: Sequence[Item], source: CueSource, cue: CueSettings, rated: set[str]) -> list[str]:
    lengthless = [item.id for item in items if recording_length(item, source) is None]
    notes = _note(lengthless, len(items), "have no duration, so gestures are counted without rates")
    if cue.rest is None:
        return notes
    what = "other recording of the person" if cue.rest == OTHERS else f"recording where '{cue.rest}' is true"
    alone = [item.id for item in items if item.id not in rated]
    return notes + _note(alone, len(items), f"have no {what} to set rates beside")


def _note(names: Sequence[str], of: int, what: str) -> list[str]:
    if not names:
        return []
    return [one_line(f"{len(names)} of {of} items {what}: {', '.join(names[:5])}{', …' * (len(names) > 5)}")]
