"""Probabilities at the written answer against slow, obvious sums."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings, strategies as st

from mgllm.records import LabelScores
from tests.answers.tokens import SHARED, Token, at, masses, read

END = at({"<|im_end|>": 1.0})
THREE = {"r": ("relaxed",), "v": ("reserved",), "g": ("resigned",)}


def test_labels_are_told_apart_over_two_and_three_positions() -> None:
    tree = [
        at({"re": 0.9, "relaxed": 0.04, "Re": 0.02, "x": 0.04}),
        at({"s": 0.6, "lax": 0.3, "signed": 0.05}),
        at({"igned": 0.7, "erved": 0.3}),
    ]
    expected = {"r": 0.04 + 0.92 * 0.3, "v": 0.92 * 0.6 * 0.3, "g": 0.92 * (0.05 + 0.6 * 0.7)}
    assert masses("resigned", tree, THREE) == pytest.approx(expected)


def test_a_rival_that_fits_several_labels_leaves_them_unparted() -> None:
    assert masses("relaxed", [at({"relaxed": 0.8, "re": 0.15, "res": 0.01})], THREE) == "not_parted"
    found = read("relaxed", [at({"relaxed": 0.8, "rese": 0.1, "resi": 0.06, "res": 0.03})], THREE)
    assert isinstance(found, LabelScores)
    assert found.missing_mass == pytest.approx(0.04)


SHELLS = ["", " ", '"', " **", "Ġ", "▁"]


@st.composite
def shown_positions(draw: st.DrawFn) -> dict[Token, float]:
    """Pieces of "truthful" and "tense" in all spellings, and words that are none, with their shares."""
    whole = st.builds(
        lambda shell, name, length, upper: shell + (name[:length].upper() if upper else name[:length]),
        st.sampled_from(SHELLS),
        st.sampled_from(["truthful", "tense"]),
        st.integers(1, 8),
        st.booleans(),
    )
    other = st.sampled_from(["I", "x", " the", "maybe", "\n", "tenses", "truthfully"])
    shares = draw(st.dictionaries(whole | other, st.integers(1, 1000), max_size=8))
    shares["tense"] = draw(st.integers(1, 1000))
    total = sum(shares.values()) + draw(st.integers(0, 500))
    return {token: share / total for token, share in shares.items()}


def slowly(shown: Mapping[Token, float]) -> dict[str, float] | None:
    """Shares of the labels, added token by token; None where one has none or too much is unclear."""
    sums = {"truthful": 0.0, "tense": 0.0}
    unclear = 0.0
    for token, share in shown.items():
        bare = str(token)
        while bare and bare[0] in ' "*Ġ▁\n':
            bare = bare[1:]
        fits = [name for name in sums if bare and name.startswith(bare.casefold())]
        if len(fits) == 1:
            sums[fits[0]] += share
        elif fits:
            unclear += share
    return sums if min(sums.values()) > 0 and unclear < 0.05 and sums["tense"] >= 0.05 else None


@settings(max_examples=400)
@given(shown_positions())
def test_spellings_are_summed_as_one_would_slowly(shown: dict[Token, float]) -> None:
    found = masses("tense", [at(shown, "tense")], SHARED)
    expected = slowly(shown)
    assert isinstance(found, str) if expected is None else found == pytest.approx(expected)


Tree = dict[str, tuple[float, "Tree"]]
"""Next tokens with their probabilities, and what follows each; a leaf ends the answer."""


@st.composite
def trees(draw: st.DrawFn, rest: frozenset[str] = frozenset(["ban", "bank", "bond", "cat"])) -> Tree:
    """All ways to write the words, cut into tokens; what follows a token is some of the words that fit it."""
    cuts = sorted(
        {word[:length] for word in rest for length in range(1, len(word) + 1)}
        | ({"."} if "" in rest else set())
    )
    tokens = draw(st.lists(st.sampled_from(cuts), min_size=1, max_size=4, unique=True))
    shares = [draw(st.integers(1, 100)) for _ in tokens]
    tree: Tree = {}
    for token, share in zip(tokens, shares, strict=True):
        left = (
            frozenset(word[len(token) :] for word in rest if word.startswith(token))
            if token != "."
            else frozenset([""])
        )
        done = left == {""} or token == "."
        tree[token] = (share / sum(shares), {} if done else draw(trees(left)))
    return tree


def paths(tree: Tree, so_far: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], float]]:
    """Every sequence of tokens with its probability."""
    if not tree:
        return [(so_far, 1.0)]
    return [
        (tokens, share * mass)
        for token, (share, below) in tree.items()
        for tokens, mass in paths(below, (*so_far, token))
    ]


BANKS = {"ban": ("ban",), "bank": ("bank",), "bond": ("bond",), "cat": ("cat",)}


@settings(max_examples=600)
@given(trees(), st.integers(0, 10_000))
def test_probabilities_are_those_of_all_ways_to_write_a_label(tree: Tree, pick: int) -> None:
    """Only what follows an unwritten token that fits several labels is not known."""
    all_paths = paths(tree)
    written, _ = all_paths[pick % len(all_paths)]
    true: dict[str, float] = dict.fromkeys(BANKS, 0.0)
    for tokens, mass in all_paths:
        true["".join(tokens).rstrip(".")] += mass
    positions, below, so_far, path, unclear = [], tree, "", 1.0, 0.0
    for token in written:
        positions.append(at({name: share for name, (share, _) in below.items()}, token))
        others = {name: share for name, (share, _) in below.items() if name not in (token, ".")}
        if len(begun(so_far)) > 1:
            unclear += path * sum(share for name, share in others.items() if len(begun(so_far + name)) > 1)
        path *= below[token][0]
        so_far, below = so_far + token, below[token][1]
    found = masses("".join(written), [*positions, END], BANKS)
    if isinstance(found, str):
        assert found in ("not_shown", "not_parted", "unlikely")
        assert found != "not_parted" or unclear >= 0.05
        assert found != "unlikely" or true[so_far.rstrip(".")] < 0.05 + unclear
    else:
        for label, mass in found.items():
            assert true[label] - unclear - 1e-9 <= mass <= true[label] + 1e-9


def begun(text: str) -> list[str]:
    """Words that may go on so."""
    return [word for word in BANKS if word.startswith(text)]
