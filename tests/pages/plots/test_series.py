"""Models are told apart by names, colours and shapes; a model asked in several ways by what differs."""

from __future__ import annotations

from itertools import pairwise

from mgllm.pages.plots.look import MARKERS, PAPER, SERIES
from mgllm.pages.plots.series import Series, series_of
from tests.pages.plots.material import row


def test_one_series_a_model_over_all_scenarios() -> None:
    rows = [row(model, scenario) for scenario in ("emotion", "deception") for model in ("a/x", "b/y")]
    found = series_of(rows)
    assert [found[each].words for each in rows] == ["a/x", "b/y", "a/x", "b/y"]
    assert [found[each].number for each in rows] == [0, 1, 0, 1]


def test_rows_of_one_model_are_named_by_what_differs() -> None:
    rows = [row(wording="b"), row(wording="c"), row("other")]
    assert [series_of(rows)[each].words for each in rows] == [
        "made/one · wording b",
        "made/one · wording c",
        "other",
    ]


def test_a_row_that_has_nothing_of_its_own_says_how_it_was_asked() -> None:
    rows = [row(), row(run="seed 2")]
    words = [series_of(rows)[each].words for each in rows]
    assert words == ["made/one · chat, direct, logprob", "made/one · seed 2"]


def test_the_first_models_differ_in_colour_and_in_shape() -> None:
    first = [Series(str(number), number) for number in range(len(SERIES))]
    assert len({series.marker for series in first}) == len(first)
    assert len({series.colour(PAPER) for series in first}) == len(first)
    pairs = {(s.marker, s.colour(PAPER)) for s in (Series("", n) for n in range(len(MARKERS) * len(SERIES)))}
    assert len(pairs) == len(MARKERS) * len(SERIES)


def test_neighbours_differ_in_grey() -> None:
    """On paper without colours: a fifth of the way from black to white lies between them."""
    greys = [
        sum(w * int(c[at : at + 2], 16) for w, at in ((0.299, 1), (0.587, 3), (0.114, 5))) / 255
        for c in PAPER.series
    ]
    assert min(abs(a - b) for a, b in pairwise(greys)) >= 0.2
