"""Wide tables: parts, broken names, and what is never done."""

from __future__ import annotations

import pytest

from mgllm.analysis.tables.columns import Table
from mgllm.analysis.tables.fitting import Part, Room, fit
from mgllm.analysis.tables.width import display_width

ROOM = Room(width=80, measure=display_width)


def table(names: list[str], columns: dict[str, str], rows: int = 3) -> Table:
    """Rows that are all alike."""
    row = (*names, *columns.values())
    header = (*(f"name {n}" for n in range(len(names))), *columns)
    return Table("T", header, tuple(row for _ in range(rows)), len(names))


def taken(part: Part, room: Room = ROOM) -> float:
    """The width of a part."""
    return room.edge + sum(width + room.column for width in part.widths)


def headers(parts: list[Part]) -> list[list[str]]:
    return [[" ".join(cell) for cell in part.header] for part in parts]


def test_a_table_that_fits_stays_as_it_is() -> None:
    (part,) = fit(table(["text"], {"n": "24", "accuracy": "58.3 [46.0, 70.7]"}), ROOM)
    assert part.rows[0] == (("text",), ("24",), ("58.3 [46.0, 70.7]",))
    assert part.left == (True, False, False)


def test_names_stand_in_every_part() -> None:
    arms = {f"arm {n}": "58.3 [46.0, 70.7]" for n in range(5)}
    parts = fit(table(["emotion"], arms), ROOM)
    assert headers(parts) == [["name 0", "arm 0", "arm 1", "arm 2"], ["name 0", "arm 3", "arm 4"]]
    assert all(part.rows[0][0] == ("emotion",) for part in parts)
    assert all(taken(part) <= 80 for part in parts)


def test_long_names_are_broken_before_a_part_more_is_made() -> None:
    name = "openai-compatible/some-company/a-model-with-a-long-name-2026"
    (part,) = fit(table([name], {"text": "58.3 [46.0, 70.7]", "text+mg": "60.0 [50.0, 70.0]"}), ROOM)
    assert len(part.rows[0][0]) > 1
    assert "".join(part.rows[0][0]) == name
    assert taken(part) <= 80


def test_words_are_set_left_and_numbers_right() -> None:
    columns = {"verdict": "not shown", "p": ".012", "share": "win 50, lose 50", "change": "−1.3"}
    (part,) = fit(table(["emotion"], columns), ROOM)
    assert part.left == (True, True, False, True, False)


def test_a_word_is_cut_only_where_it_is_a_monster() -> None:
    arms = {f"arm {n}": "100.0 [100.0, 100.0]" for n in range(3)}
    parts = fit(table(["text+shuffled − text+filler"], arms), ROOM)
    for part in parts:
        for line in part.rows[0][0]:
            assert set(line.split()) <= {"text+shuffled", "−", "text+filler"}


@pytest.mark.parametrize("names", [1, 2, 3, 5])
@pytest.mark.parametrize("letters", [3, 20, 60, 300])
@pytest.mark.parametrize("room", [ROOM, Room(width=214, measure=lambda text: 4.3 * len(text), letter=4.3,
                                             column=6, edge=-6, least=0, header_breaks=True)])  # fmt: skip
def test_nothing_is_wider_than_its_room(names: int, letters: int, room: Room) -> None:
    columns = {
        "x" * letters: "+4.2 [−1.3, 9.7]",
        "n": "1",
        "words": "some words " * letters,
        "q": "y" * letters,
    }
    parts = fit(table(["m" * letters] * names, columns), room)
    for part in parts:
        assert taken(part, room) <= room.width + 1e-6
        for row in (part.header, *part.rows):
            for cell, width in zip(row, part.widths, strict=True):
                assert all(room.measure(line) <= width + 1e-6 for line in cell)
    cells = {tuple("".join(cell).replace(" ", "") for cell in column) for part in parts
             for column in zip(part.header, *part.rows, strict=True)}  # fmt: skip
    assert len(cells) == len(columns) + names


def test_the_fewest_lines_win() -> None:
    """Two parts of three lines are longer than one in which only one name of twenty is broken."""
    rows = (*[("text", "1", "2", "3")] * 20, ("a name of more than twenty letters", "1", "2", "3"))
    wide = {"n" * 15, "m" * 15, "k" * 15}
    (part,) = fit(Table("T", ("name", *sorted(wide)), rows, 1), ROOM)
    assert [len(row[0]) for row in part.rows] == [1] * 20 + [2]
