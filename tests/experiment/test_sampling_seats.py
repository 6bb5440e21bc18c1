"""Who sees which item in which arm."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, strategies as st

from mgllm.experiment.sampling import seats
from mgllm.records import Item


def people(targets: list[str | None]) -> list[Item]:
    return [Item(id=f"i{n}", subject=f"s{n // 2}", target=target) for n, target in enumerate(targets)]


@given(
    targets=st.lists(st.sampled_from(["win", "lose", "draw", None]), min_size=1, max_size=40),
    arms=st.integers(1, 5),
    extra=st.integers(0, 7),
    seed=st.integers(0, 1000),
)
def test_the_square_is_fair(targets: list[str | None], arms: int, extra: int, seed: int) -> None:
    items, raters = people(targets), 2 * arms + extra
    seen = seats(items, arms, raters, seed)
    assert len(seen) == raters
    target = {item.id: item.target for item in items}
    for rater in seen:
        assert sorted(item for item, _ in rater) == sorted(target)  # every item, and none twice
        every = Counter(arm for _, arm in rater)
        assert max(every[arm] for arm in range(arms)) - min(every[arm] for arm in range(arms)) <= 1
        for wanted in set(targets):
            here = Counter(arm for item, arm in rater if target[item] == wanted)
            counts = [here[arm] for arm in range(arms)]
            assert max(counts) - min(counts) <= 1
    cells = Counter(seat for rater in seen for seat in rater)
    for item in target:
        readers = [cells[item, arm] for arm in range(arms)]
        assert min(readers) >= raters // arms >= 2
        assert max(readers) - min(readers) <= 1


def test_a_seed_decides_it_and_orders_differ_by_rater() -> None:
    items = people(["win", "lose"] * 10)
    assert seats(items, 2, 4, 3) == seats(items[::-1], 2, 4, 3) != seats(items, 2, 4, 4)
    orders = {tuple(item for item, _ in rater) for rater in seats(items, 2, 4, 3)}
    assert len(orders) == 4
