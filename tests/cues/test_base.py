"""A cue style is one class: what it does not override is that of the simplest style."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mgllm.cues.base import CueLine, ShownGestures, Style, noted, style, styles
from mgllm.cues.block import as_cues, shown_gestures, shown_labels
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import InputError
from mgllm.records import CueSettings, Gesture, GestureTranscript, Item

LABELS = ("touching ears", "head up", "touching ears", "pressing lips")
SEEN = GestureTranscript(gestures=tuple(Gesture(label=x, start=float(n)) for n, x in enumerate(LABELS)))


@pytest.fixture(autouse=True)
def _shouting() -> Iterator[None]:
    @style("shouting")
    class Shouting(Style):
        counts = True

        def lines(self, told: ShownGestures) -> list[CueLine]:
            return [CueLine(what=one.label.upper()) for one in told.gestures]

    yield
    styles._things.pop("shouting")


def settings(**changes: object) -> CueSettings:
    return CueSettings.model_validate({"style": "shouting"} | changes)


def test_a_new_style_writes_the_block() -> None:
    cues = as_cues(SEEN, settings(), load_vocabulary("imigue"))
    assert [str(line) for line in cues.lines] == [label.upper() for label in LABELS]
    assert cues.definition == as_cues(SEEN, settings(style="plain"), load_vocabulary("imigue")).definition


def test_a_style_that_counts_keeps_whole_kinds_and_tells_no_order() -> None:
    assert [one.label for one in shown_gestures(SEEN, settings(top_k=1))] == ["touching ears"] * 2
    assert shown_labels(SEEN, settings()) == tuple(sorted(LABELS))
    assert [one.label for one in shown_gestures(SEEN, settings(style="plain", top_k=1))] == ["touching ears"]
    assert shown_labels(SEEN, settings(style="plain")) == LABELS


def test_what_is_not_overridden() -> None:
    made, item = styles.get("shouting")(), Item(id="i", subject="p", gestures={"annotated": SEEN})
    lines = [CueLine(what="HEAD UP")]
    assert made.filler(lines, 0, "i") == lines
    assert made.rates([item], ["annotated"], settings()) == {}
    assert made.check([item], "annotated", settings(), ()) == []


def test_an_unknown_style_is_guessed() -> None:
    with pytest.raises(InputError, match=r"unknown style 'shoutin'\. Did you mean 'shouting'"):
        as_cues(SEEN, settings(style="shoutin"), load_vocabulary("imigue"))


def test_a_note_counts_and_names_the_first_five() -> None:
    assert noted([], 9, "have none") == []
    assert noted(list("abcdefg"), 9, "have none") == ["7 of 9 items have none: a, b, c, d, e, …"]


@pytest.mark.parametrize("name", ["timeline", "plain", "by_turn", "summary", "at_word", "describe"])
def test_the_bundled_styles_are_on_the_shelf(name: str) -> None:
    assert name in styles.names()
    assert issubclass(styles.get(name), Style)
