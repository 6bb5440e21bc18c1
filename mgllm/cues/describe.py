"""The cue style `describe`: the lines of `timeline`, and what each gesture looks like, once.

A gesture's first line has its one-line description from the vocabulary: names such as "minaret
gesture" say little to a reader who has not seen the data set. A group of gestures, and a gesture
of the user's own, have none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mgllm.cues.base import CueLine, ShownGestures, Style, noted, style, sure, time_of
from mgllm.cues.block import shown_gestures
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import InputError, some
from mgllm.records import CueSettings, CueSource, Item


@style("describe")
class Describe(Style):
    """Each gesture after its time; its description follows the name where the name comes first."""

    def lines(self, shown: ShownGestures) -> list[CueLine]:
        described: set[str] = set()
        lines = []
        for gesture in shown.gestures:
            gloss = shown.glosses.get(gesture.label) if gesture.level == "word" else None
            first = gesture.label not in described
            described.add(gesture.label)
            name = shown.name(gesture)
            what = f"{name}: {gloss}" if gloss is not None and first else name
            lines.append(CueLine(when=time_of(gesture), what=what, sure=sure(gesture, shown.settings)))
        return lines

    def check(
        self, items: Sequence[Item], source: CueSource, settings: CueSettings, rated: Collection[str]
    ) -> list[str]:
        """The style needs gestures that the vocabulary describes."""
        shown = {item.id: _described(item, source, settings) for item in items}
        bare = {
            name: sorted(label for label, gloss in one.items() if not gloss) for name, one in shown.items()
        }
        labels = sorted({label for one in bare.values() for label in one})
        if labels and not any(gloss for one in shown.values() for gloss in one.values()):
            raise InputError(
                "cue style describe needs gestures that a vocabulary describes, but none has "
                f"{some([repr(label) for label in labels])}; use the cue style timeline"
            )
        names = [name for name, without in bare.items() if without]
        what = f"have gestures without a description, which are shown by name alone ({some(labels)})"
        return noted(names, len(items), what)


def _described(item: Item, source: CueSource, settings: CueSettings) -> dict[str, bool]:
    """Whether each kind of gesture that is shown of an item has a description, by label."""
    transcript = item.gestures[source]
    glosses = load_vocabulary(transcript.vocabulary).glosses
    return {
        one.label: one.label in glosses for one in shown_gestures(transcript, settings) if one.level == "word"
    }
