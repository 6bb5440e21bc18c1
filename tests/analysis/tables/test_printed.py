"""The comparison of cells with numbers sees a wrong digit, sign, count of decimals and a missing number."""

from __future__ import annotations

import pytest

from tests.analysis.tables.printed import Number, differs, of, p, span

RIGHT = ("{} [{}, {}]", *of("accuracy", 0.0426, plus=True), *span("accuracy", (-0.013, 0.097)))


def test_a_right_cell_is_right() -> None:
    assert differs("+4.3 [−1.3, 9.7]", *RIGHT) is None  # type: ignore[arg-type]
    assert differs("<.001", "{}", *p(0.0001)) is None
    assert differs(".012", "{}", *p(0.0123)) is None
    assert differs("0.0", "{}", Number(0.0, 1, plus=True)) is None


@pytest.mark.parametrize(
    "cell",
    [
        "+4.4 [−1.3, 9.7]",
        "4.3 [−1.3, 9.7]",
        "+4.3 [1.3, 9.7]",
        "+4.30 [−1.3, 9.7]",
        "+4.3",
        "+4.3 [−1.3, 9.8]",
        "",
    ],
)
def test_a_wrong_one_is_not(cell: str) -> None:
    assert differs(cell, *RIGHT) is not None  # type: ignore[arg-type]


def test_a_p_is_as_small_as_it_says() -> None:
    assert differs("<.001", "{}", *p(0.02)) is not None
    assert differs(".020", "{}", *p(0.03)) is not None
    assert differs("<.01", "{}", *p(0.0001)) is not None
