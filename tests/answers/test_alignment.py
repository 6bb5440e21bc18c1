"""From shown tokens to label scores."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from hypothesis import given, strategies as st

from mgllm.answers.alignment import bounded_nats, score_labels, shares_first_token
from mgllm.records import Choice, LabelScores, Position

WON_LOST = (Choice(label="win", text="won"), Choice(label="lose", text="lost"))


def at(tops: Mapping[str, float], token: str | None = None) -> Position:
    written = token if token is not None else max(tops, key=lambda t: tops[t])
    return Position(written, [(name, math.log(p)) for name, p in tops.items()])


def scores(*positions: Position, choices: tuple[Choice, ...] = WON_LOST, cot: bool = False) -> LabelScores:
    found = score_labels(positions, choices, after_answer=cot)
    assert found is not None
    return found


def test_spellings_of_a_label_are_summed_and_other_words_are_not_missing() -> None:
    found = scores(at({"won": 0.3, " Won": 0.2, "▁WON": 0.1, '"w': 0.05, "Ġlost": 0.2, "maybe": 0.1}))
    assert math.exp(found.total["win"]) == pytest.approx(0.65)
    assert math.exp(found.total["lose"]) == pytest.approx(0.2)
    assert found.missing_mass == pytest.approx(0.05)
    assert found.censored == ()
    assert found.mean == found.total


def test_a_label_outside_the_shown_is_censored_at_the_smallest_shown() -> None:
    found = scores(at({"won": 0.6, "I": 0.2, "the": 0.01}))
    assert found.censored == ("lose",)
    assert math.exp(found.total["lose"]) == pytest.approx(0.01)
    assert found.missing_mass == pytest.approx(0.19)


def test_a_label_outside_the_shown_is_censored_at_the_missing_mass_if_that_is_less() -> None:
    found = scores(at({"won": 0.897, "the": 0.1}))
    assert math.exp(found.total["lose"]) == pytest.approx(0.003)


def test_no_score_is_ever_zero_probability() -> None:
    found = score_labels([Position("won", [("won", 0.0), ("x", -9999.0)])], WON_LOST, after_answer=False)
    assert found is not None
    assert all(math.isfinite(value) and value >= -101 for value in found.total.values())


def test_a_token_of_two_labels_counts_for_none_and_as_missing() -> None:
    labels = (Choice(label="r", text="relaxed"), Choice(label="s", text="reserved"))
    found = scores(at({"re": 0.5, "relaxed": 0.3, "zzz": 0.1}), choices=labels)
    assert math.exp(found.total["r"]) == pytest.approx(0.3)
    assert found.missing_mass == pytest.approx(0.6)
    assert found.censored == ("s",)
    assert math.exp(found.total["s"]) == pytest.approx(0.6)  # the shared token may have been all its own


def test_letters_are_not_found_in_words() -> None:
    letters = (Choice(label="x", text="A"), Choice(label="y", text="B"))
    found = scores(at({"A": 0.4, "B.": 0.3, " An": 0.1, "But": 0.1, "Answer": 0.05}), choices=letters)
    assert math.exp(found.total["x"]) == pytest.approx(0.4)
    assert math.exp(found.total["y"]) == pytest.approx(0.3)


def test_an_article_is_not_the_beginning_of_a_label() -> None:
    labels = (Choice(label="a", text="anxious"), Choice(label="c", text="calm"))
    found = scores(at({"A": 0.5, "calm": 0.2, "an": 0.1}), choices=labels)
    assert math.exp(found.total["a"]) == pytest.approx(0.1)


@pytest.mark.parametrize("before", ["\n", "**", ' "', "▁", "> ", "**\n"])
def test_spaces_and_markdown_before_the_answer_are_skipped(before: str) -> None:
    noise = at({before: 0.9, "won": 0.001, "lost": 0.05})
    found = scores(noise, at({"won": 0.8, "lost": 0.1}))
    assert math.exp(found.total["win"]) == pytest.approx(0.8)


def test_the_answer_may_begin_within_the_first_few_words() -> None:
    found = scores(
        at({"The": 0.9, "It": 0.05}), at({" player": 0.9, "x": 0.01}), at({" won": 0.7, " lost": 0.2})
    )
    assert math.exp(found.total["win"]) == pytest.approx(0.7)


def test_the_answer_may_not_begin_late() -> None:
    found = scores(*[at({"um": 0.9, "er": 0.05})] * 8, at({" won": 0.7, " lost": 0.2}))
    assert set(found.censored) == {"win", "lose"}


def test_chain_of_thought_is_scored_behind_the_last_answer_mark() -> None:
    thinking = [
        at({word: 0.9, "x": 0.01}) for word in ["Answer", ":", " hm", ". She", " won", ".\n", "**Answer"]
    ]
    found = scores(
        *thinking,
        at({":**": 0.9, "x": 0.01}),
        at({" ": 0.9, "won": 0.01}),
        at({"lost": 0.8, "won": 0.1}),
        cot=True,
    )
    assert math.exp(found.total["lose"]) == pytest.approx(0.8)


@pytest.mark.parametrize("tokens", [["no", " mark", " won"], ["It", " Answer", ":"]])
def test_chain_of_thought_without_an_answer_has_no_scores(tokens: list[str]) -> None:
    positions = [at({token: 0.9, "won": 0.05}, token) for token in tokens]
    assert score_labels(positions, WON_LOST, after_answer=True) is None


def test_a_reasoning_block_is_passed_over() -> None:
    block = [at({word: 0.9, "won": 0.05}, word) for word in ["<think>", "lost", "?", "</think>", "\n\n"]]
    found = scores(*block, at({"won": 0.8, "lost": 0.1}))
    assert math.exp(found.total["win"]) == pytest.approx(0.8)


def test_fewer_than_two_shown_tokens_are_no_scores() -> None:
    assert score_labels([at({"won": 1.0})], WON_LOST, after_answer=False) is None
    assert score_labels([], WON_LOST, after_answer=False) is None


@pytest.mark.parametrize(
    ("labels", "shared"),
    [
        (["truthful", "deceptive"], False),
        (["relaxed", "stressed"], False),
        (["Happy", "hateful"], True),
        (["win", "winner"], True),
        (["a", "ab"], True),
        (["A", "B", "C"], False),
        ([" won", " lost"], False),
    ],
)
def test_labels_that_may_begin_alike(labels: list[str], shared: bool) -> None:
    assert shares_first_token(labels) is shared


@given(
    shown=st.dictionaries(
        st.sampled_from(["won", " won", "Won", "lost", " LOST", "w", "lo", "the", "\n", "**", "won't"]),
        st.floats(1e-9, 1.0),
        min_size=2,
    ),
    rest=st.floats(0, 10),
)
def test_scores_are_finite_probabilities_whatever_is_shown(shown: dict[str, float], rest: float) -> None:
    whole = sum(shown.values()) + rest
    found = scores(at({token: mass / whole for token, mass in shown.items()}))
    assert all(math.isfinite(value) and value <= 0 for value in found.total.values())
    assert 0 <= found.missing_mass <= 1
    seen = sum(math.exp(found.total[label]) for label in found.total if label not in found.censored)
    assert seen + found.missing_mass <= 1 + 1e-6


SPELLINGS = {
    "won": ["won", " won", "▁WON", '"won', "wo", "W"],
    "lost": ["lost", "Ġlost", "**Lost", "l", "los"],
}
OTHERS = ["the", "maybe", " ", "\n", "**", "x"]


@given(
    st.dictionaries(
        st.sampled_from([*SPELLINGS["won"], *SPELLINGS["lost"], *OTHERS]), st.floats(1e-6, 1), min_size=2
    ),
    st.floats(0, 3),
)
def test_scores_are_the_sums_of_the_spellings_as_one_would_add_them_slowly(
    shown: dict[str, float], rest: float
) -> None:
    whole = sum(shown.values()) + rest
    masses = {token: mass / whole for token, mass in shown.items()}
    found = scores(at(masses))
    unseen = max(0.0, 1 - sum(masses.values()))
    assert found.missing_mass == pytest.approx(unseen, abs=1e-9)
    for choice in WON_LOST:
        heard = [masses[token] for token in SPELLINGS[choice.text] if token in masses]
        bound = min(max(unseen, 1e-6), *masses.values())
        expected = sum(heard) if heard else bound
        assert math.exp(found.total[choice.label]) == pytest.approx(expected, rel=1e-6)
        assert (choice.label in found.censored) == (not heard)


@given(st.lists(st.sampled_from(["um", " ", "won", "lost", "the"]), min_size=1, max_size=12))
def test_the_first_word_that_can_be_heard_within_eight_tokens_is_scored(tokens: list[str]) -> None:
    rows = [at({token: 0.9, "zzz": 0.01}, token) for token in tokens]
    first = next((token for token in tokens[:8] if token in ("won", "lost")), None)
    labels = {"won": "win", "lost": "lose"}
    assert scores(*rows).censored == tuple(name for text, name in labels.items() if text != first)


@given(st.permutations(["A", "B", "C"]), st.permutations([0.5, 0.3, 0.1]))
def test_the_order_of_labels_and_of_tokens_moves_nothing(names: list[str], masses: list[float]) -> None:
    choices = tuple(Choice(label=name.lower(), text=name) for name in names)
    shown = dict(zip("ABC", masses, strict=True))
    other = scores(at(dict(reversed(shown.items()))), choices=choices[::-1])
    assert scores(at(shown), choices=choices) == other


@pytest.mark.parametrize("nats", [None, math.nan, -math.inf, -9999.0, -100.0])
def test_what_is_no_log_probability_is_the_lowest(nats: float | None) -> None:
    assert bounded_nats(nats) == -100.0


@given(st.floats(-100, 0))
def test_log_probabilities_stay_as_they_are(nats: float) -> None:
    assert bounded_nats(nats) == nats
    assert bounded_nats(-nats) == 0.0
