"""What is found in speech, and masks in its place."""

from __future__ import annotations

from itertools import pairwise

from mgllm.audit.rules import finder_of, masked_item
from mgllm.records import Item, Label, Mask, SpokenWord, Turn

LABELS = (Label(id="win", text="win", cloze=" won"), Label(id="in_pain", text="in pain", cloze=" hurt"))
MASK = Mask(result=("won|lost",), unless=("lost my rhythm",))
FINDER = finder_of([], LABELS, MASK)


def found(text: str) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for one in FINDER.find(text):
        made.setdefault(one.rule, []).append(text[one.start : one.end])
    return made


def test_labels_and_the_mask_say_the_answer() -> None:
    assert found("I won, then lost my rhythm, a win in pain")["outcome"] == ["won", "win", "in pain"]


def test_the_longer_phrase_counts() -> None:
    mask = Mask(result=("lost", "lost my first match"), unless=("lost my *", "lost my first match ball"))
    finder = finder_of([], LABELS, mask)

    def found(text: str) -> list[str]:
        return [text[one.start : one.end] for one in finder.find(text) if one.rule == "outcome"]

    assert found("I lost my hat") == []
    assert found("I lost my first match") == ["lost my first match"]
    assert found("I lost my first match ball") == []


def test_other_words_are_named_by_kind() -> None:
    text = "In Paris on Monday she said that the second round is hard"
    assert found(text) == {
        "place": ["Paris"],
        "date": ["Monday"],
        "gendered": ["she"],
        "round": ["second round"],
    }


def test_spans_do_not_overlap() -> None:
    spans = sorted((one.start, one.end) for one in FINDER.find("I won 6-4 in the final against Mr. Kaldor"))
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_masks_replace_words_and_are_counted() -> None:
    item = Item(id="a", subject="s", speech="I won 6-4 6-2 against Kaldor.", covariates={"sex": "F"})
    masked = masked_item(item, FINDER)
    assert masked.speech[0].text == "I [result] [score] [score] against [name]."
    assert masked.covariates == {
        "sex": "F",
        "masked_results": 1,
        "masked_scores": 2,
        "masked_names": 1,
    }
    assert masked.masked
    assert not item.masked
    assert item.speech[0].text.startswith("I won")


def test_words_keep_their_times_and_masks_have_those_of_what_they_replace() -> None:
    said = "So Ana Bo won!"
    words = tuple(SpokenWord(text=word, start=n, end=n + 0.5) for n, word in enumerate(said.split()))
    item = Item(id="a", subject="s", speech=(Turn(text=said, words=words),))
    turn = masked_item(item, FINDER).speech[0]
    assert turn.text == "So [name] [result]!"
    assert [(word.text, word.start, word.end) for word in turn.words] == [
        ("So", 0.0, 0.5),
        ("[name]", 1.0, 2.5),
        ("[result]!", 3.0, 3.5),
    ]


def test_a_speaker_with_a_name_is_called_something_else() -> None:
    turns = (Turn(speaker="Kaldor", text="Yes."), Turn(speaker="Journalist", text="Why?"))
    masked = masked_item(Item(id="a", subject="s", speech=turns), FINDER)
    assert [turn.alias for turn in masked.speech] == ["[name]", None]
    two = (Turn(speaker="Kaldor", text="Yes."), Turn(speaker="Menard", text="No."))
    masked = masked_item(Item(id="a", subject="s", speech=two), FINDER)
    assert [turn.alias for turn in masked.speech] == ["[name 1]", "[name 2]"]


def test_masking_twice_changes_nothing() -> None:
    item = Item(id="a", subject="s", speech="I won 6-4 against Kaldor.")
    once = masked_item(item, FINDER)
    assert masked_item(once, FINDER).speech == once.speech
