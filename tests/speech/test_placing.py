"""Where short texts are in a row of words: checked with made-up talks whose turns are known."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from mgllm.speech.placing import UNKNOWN_WORD, Said, place_texts, plain_words
from mgllm.speech.words import Word

WORDS = [f"w{n}" for n in range(300)]


def row(*turns: Sequence[str], pause: float = 0.6) -> list[Word]:
    """Words of turns, half a second each, with a pause between turns."""
    now, made = 0.0, []
    for turn in turns:
        for word in turn:
            made.append(Word(text=word, start=now, end=now + 0.5))
            now += 0.5
        now += pause
    return made


def said(*texts: tuple[str, str]) -> list[Said]:
    return [Said(name=f"{n}", speaker=who, words=plain_words(text)) for n, (who, text) in enumerate(texts)]


def ends(texts: Sequence[Said], words: Sequence[Word]) -> dict[int, tuple[int, int]]:
    return {n: (one.first, one.last) for n, one in place_texts(texts, words).items()}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Well, 6-2 -- that's IT!", ("well", "62", "thats", "it")),
        ("6–2, 6:3; 1,500", ("62", "63", "1500")),
        ("Don’t — don't", ("dont", "dont")),
        ("well-known Žižek naïve", ("well", "known", "žižek", "naïve")),
        ("… -- ?!", ()),
    ],
)
def test_words_are_written_as_recognisers_write_them(text: str, plain: tuple[str, ...]) -> None:
    assert plain_words(text) == plain


def test_texts_in_any_order_have_their_own_words() -> None:
    turns = [("how", "was", "it"), ("it", "was", "62"), ("thanks",)]
    texts = said(("i", "Thanks!"), ("p", "It was 6-2."), ("i", "How was it?"))
    assert ends(texts, row(*turns)) == {0: (6, 7), 1: (3, 6), 2: (0, 3)}


def test_up_to_a_tenth_of_the_words_may_be_others() -> None:
    ten = WORDS[:10]
    heard = row(["a", "b"], [*ten[:4], "other", *ten[5:]], ["c"])
    assert ends([Said(name="", speaker="p", words=tuple(ten))], heard) == {0: (2, 12)}
    assert ends([Said(name="", speaker="p", words=tuple(ten[:9]))], heard) == {}
    missing = row(["a", "b"], [*ten[:4], *ten[5:]], ["c"])
    assert ends([Said(name="", speaker="p", words=tuple(ten))], missing) == {0: (2, 11)}
    more = row(["a", "b"], [*ten[:4], "more", *ten[4:]], ["c"])
    assert ends([Said(name="", speaker="p", words=tuple(ten))], more) == {0: (2, 13)}


def test_two_edits_in_ten_words_are_too_many() -> None:
    ten = WORDS[:10]
    heard = row([*ten[:2], "x", *ten[3:7], "y", *ten[8:]])
    assert ends([Said(name="", speaker="p", words=tuple(ten))], heard) == {}


def test_a_first_word_that_was_heard_as_another_is_a_part_of_the_turn() -> None:
    ten, heard = WORDS[:10], row(["a", "b", "c"], ["x", *WORDS[1:10]], ["d"])
    texts = [Said(name="", speaker="p", words=tuple(ten)), *said(("i", "a b c"))]
    assert ends(texts, heard) == {0: (3, 13), 1: (0, 3)}


def test_a_word_that_nobody_knew_fits_every_word_but_proves_nothing() -> None:
    heard = row(["how", UNKNOWN_WORD, "it"], [UNKNOWN_WORD], ["it", "was"])
    texts = said(("i", "How was it?"), ("p", "Yes."), ("i", "It was."))
    assert ends(texts, heard) == {0: (0, 3), 2: (4, 6)}


def test_texts_that_fit_equally_well_get_no_place() -> None:
    heard = row(["next", UNKNOWN_WORD, "days"])
    assert ends(said(("i", "Next 20 days"), ("i", "Next 25 days")), heard) == {}
    assert ends(said(("i", "Next 20 days")), heard) == {0: (0, 3)}


def test_a_short_answer_stands_where_the_other_person_has_stopped() -> None:
    heard = row(["do", "you", "say", "yes", "to", "it"], ["yes"], ["and", "yes", "again"])
    texts = said(("p", "Yes."), ("i", "Do you say yes to it?"), ("i", "And yes again?"))
    assert ends(texts, heard)[0] == (6, 7)


def test_the_same_words_of_two_people_go_by_who_spoke_before() -> None:
    heard = row(["that", "is", "all", "from", "me"], ["thank", "you"], ["thank", "you"])
    texts = said(("p", "Thank you."), ("i", "Thank you."), ("p", "That is all from me."))
    assert ends(texts, heard) == {2: (0, 5), 1: (5, 7), 0: (7, 9)}


def test_no_word_belongs_to_two_texts() -> None:
    heard = row(["no", "no", "no"])
    assert ends(said(("p", "No no."), ("p", "No, no."), ("p", "No.")), heard) in (
        {0: (0, 2), 2: (2, 3)},
        {0: (1, 3), 2: (0, 1)},
    )


def test_nothing_said_and_nothing_heard() -> None:
    assert place_texts([], row(["a"])) == {}
    assert place_texts(said(("p", "Yes.")), []) == {}
    assert place_texts(said(("p", "…")), row(["a"])) == {}


@pytest.mark.parametrize("seed", range(8))
def test_made_up_talks_with_errors_are_placed_where_they_were_said(seed: int) -> None:
    """Words of 40 turns, one in twenty-five heard as another, left out, or said twice."""
    dice = random.Random(seed)
    turns = [dice.choices(WORDS, k=dice.randint(12, 40)) for _ in range(40)]
    heard = [_misheard(turn, dice) for turn in turns]
    words = row(*heard)
    true = {}
    first = 0
    for n, turn in enumerate(heard):
        true[n], first = (first, first + len(turn)), first + len(turn)
    order = dice.sample(range(40), 40)
    texts = [Said(name=f"{n}", speaker="ip"[n % 2], words=tuple(turns[n])) for n in order]
    found = {order[n]: place for n, place in ends(texts, words).items()}
    near = [n for n in found if abs(found[n][0] - true[n][0]) + abs(found[n][1] - true[n][1]) <= 2]
    assert len(near) == len(found)
    likely = {n for n in range(40) if edits(turns[n], heard[n]) <= len(turns[n]) // 10}
    assert len(likely) > 25
    assert found.keys() >= likely
    taken = [word for first, last in found.values() for word in range(first, last)]
    assert len(taken) == len(set(taken))


def edits(one: Sequence[str], other: Sequence[str]) -> int:
    """The edit distance, the slow way."""
    row_ = list(range(len(other) + 1))
    for n, a in enumerate(one, 1):
        row_, before = [n], row_
        for m, b in enumerate(other, 1):
            row_.append(min(before[m] + 1, row_[m - 1] + 1, before[m - 1] + (a != b)))
    return row_[-1]


def _misheard(turn: Sequence[str], dice: random.Random) -> list[str]:
    made = []
    for word in turn:
        kind = dice.random()
        if kind < 0.013:
            made.append("other")
        elif kind < 0.027:
            made += [word, word]
        elif kind > 0.04:
            made.append(word)
    return made
