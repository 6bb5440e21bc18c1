"""Doubles, people on both sides, facts that predict the target."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from mgllm.audit.people import ALIKE, balance_of, near_doubles, on_both_sides, shortcuts, side_column
from mgllm.records import Item
from mgllm.seeds import stream


def item(n: int, speech: str = "", subject: str | None = None, **more: object) -> Item:
    target = more.pop("target", None)
    return Item(id=f"i{n}", subject=subject or f"s{n}", speech=speech, target=target, covariates=more)


def text(seed: int, words: int = 40) -> list[str]:
    return [f"w{n}" for n in stream(seed, "text").integers(0, 500, words)]


def slow_doubles(items: Sequence[Item]) -> set[tuple[str, str]]:
    def pieces(one: Item) -> set[tuple[str, ...]]:
        words = one.speech[0].text.split()
        return {tuple(words[n : n + 5]) for n in range(len(words) - 4)}

    each = [pieces(one) for one in items]
    return {
        (items[n].id, items[m].id)
        for m in range(len(items))
        for n in range(m)
        if items[n].subject != items[m].subject and len(each[n] & each[m]) / len(each[n] | each[m]) >= ALIKE
    }


def test_doubles_are_those_of_a_slow_version() -> None:
    random = stream(1, "changes")
    texts = [text(seed) for seed in range(12)]
    for n in range(12):
        copy = list(texts[n])
        for place in random.integers(0, 40, n % 6):
            copy[place] = "changed"
        texts.append(copy)
    items = [item(n, " ".join(words)) for n, words in enumerate(texts)]
    found = {one.items for one in near_doubles(items)}
    assert found == slow_doubles(items)
    assert 4 < len(found) < 12


def test_one_person_may_say_the_same_twice() -> None:
    words = " ".join(text(0))
    assert near_doubles([item(0, words, "s"), item(1, words, "s")]) == ()
    assert [one.jaccard for one in near_doubles([item(0, words), item(1, words)])] == [1.0]
    assert near_doubles([item(0, "thank you"), item(1, "thank you")]) == ()


def test_people_on_both_sides() -> None:
    items = [item(0, "", "a", side="train"), item(1, "", "a", side="test"), item(2, "", "b", side="test")]
    assert side_column(items, None) == "side"
    assert on_both_sides(items, "side") == {"a": ("i0", "i1")}
    assert side_column([item(0)], None) is None


def test_balance() -> None:
    items = [item(n, "", "a", target="win") for n in range(3)] + [item(9, "", "b", target="lose")]
    balance = balance_of(items)
    assert balance.targets == {"lose": 1, "win": 3}
    assert (balance.subjects, balance.largest_subject) == (2, 3)
    assert (balance.several_items, balance.one_target_only) == (1, 1)
    assert balance.effective_subjects == pytest.approx(16 / 10)


def made(people: int, value: Callable[[int, bool], object], seed: int = 0) -> list[Item]:
    """Two items of each person; `value` is a fact from the person's number and the target."""
    random = stream(seed, "targets")
    items = []
    for n in range(2 * people):
        win = bool(random.random() < 0.5)
        items.append(item(n, "", f"s{n // 2}", target="win" if win else "lose", fact=value(n // 2, win)))
    return items


def test_a_fact_that_says_the_target_is_a_shortcut() -> None:
    (found,) = shortcuts(made(12, lambda _, win: "M" if win else "F"))
    assert found.shortcut
    assert found.p < 0.01


def test_noise_is_seldom_a_shortcut() -> None:
    found = [shortcuts(made(12, lambda who, _: "MF"[who % 2], seed))[0] for seed in range(100)]
    low = np.mean([one.p <= 0.05 for one in found])
    assert low <= 0.11
    assert np.mean([one.shortcut for one in found]) <= low


def test_a_number_that_says_the_target_is_a_shortcut() -> None:
    random = stream(3, "numbers")
    (found,) = shortcuts(made(30, lambda _, win: float(random.normal(3.0 * win))))
    assert found.shortcut
    assert found.values == 4


def test_facts_that_say_nothing_are_left_out() -> None:
    assert shortcuts(made(10, lambda *_: "same")) == ()
    assert shortcuts([item(0, fact="a", target="win"), item(1, fact="b", target="win")]) == ()
