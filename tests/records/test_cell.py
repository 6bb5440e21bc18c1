"""The id of a cell is the same everywhere, and another for each fact."""

from __future__ import annotations

from mgllm.records import PLAIN, Cell, cell_id


def test_the_id_never_changes() -> None:
    """Records of older runs are found by it."""
    assert cell_id("b", "win/lose", "plain") == "e30e9990"


def test_every_fact_counts() -> None:
    ids = [
        cell_id("b"),
        cell_id(None, "b"),
        cell_id(None, None, "b"),
        cell_id("b", shots=2),
        cell_id("b", shots=3),
        cell_id("b", masked=True),
    ]
    assert len(set(ids)) == len(ids)


def test_a_cell_says_what_it_changes() -> None:
    assert Cell(wording="b", style="plain").words == "wording b, style plain"
    assert PLAIN.words == PLAIN.id == ""
