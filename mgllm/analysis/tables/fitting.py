"""Wide tables made to fit: names continue in the next line, columns that do not fit are a further
part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mgllm.analysis.tables.columns import Table
from mgllm.analysis.tables.width import Measure, narrowest, wrapped

Lines = tuple[str, ...]
"""A cell, line by line."""

NAMES_SHARE = (1.0, *(share / 100 for share in range(60, 26, -2)))
"""Shares of the width that names may take, all tried: the one with the fewest lines wins, then with
the fewest parts."""
HEAD = 3
"""Lines of a part besides its rows."""
READABLE = 24
"""In a narrower cell (in letters), running text is hard to read: it gets a part of its own
instead."""
LONGEST_WORD = 20
"""Words of a name up to so many letters are not cut: our choice."""
SHORTEST, MOST_NAMES = 6, 0.7
"""If names still take more than this share, their words are cut, but not to fewer letters than
this."""


@dataclass(frozen=True, slots=True)
class Room:
    """The space that a format has for a table."""

    width: float
    """Width of a line."""
    measure: Measure
    """Width of a text."""
    letter: float = 1.0
    """Width of a usual letter."""
    column: float = 3.0
    """Width of each column besides its words."""
    edge: float = 1.0
    """Width of the table besides its columns."""
    least: float = 3.0
    """Width of the narrowest column."""
    header_breaks: bool = False
    """True: a header may take two lines although it would fit in one."""

    def of(self, cells: Iterable[str]) -> float:
        """Width of the widest cell."""
        return max((self.measure(cell) for cell in cells), default=0)


@dataclass(frozen=True, slots=True)
class Part:
    """Some columns of a table; the names are in each part."""

    left: tuple[bool, ...]
    """Which columns are aligned left: names and words; numbers are aligned right."""
    header: tuple[Lines, ...]
    """One cell a column."""
    rows: tuple[tuple[Lines, ...], ...]
    """One cell a column."""
    widths: tuple[float, ...]
    """Width of each column."""

    @property
    def lines(self) -> int:
        """Lines of all rows."""
        return sum(max(map(len, row), default=1) for row in self.rows)


@dataclass(frozen=True, slots=True)
class _Column:
    """The best width of a column, and the smallest that is enough."""

    cells: tuple[str, ...]
    """Header first."""
    like: float
    """Width with every cell in one line."""
    word: float
    """Width with every word in one line."""
    head: float
    """Width of its header."""


def fit(table: Table, room: Room) -> list[Part]:
    """The table in as few lines as possible, in parts if not all columns fit beside each other."""
    columns = [
        _column((table.header[n], *(row[n] for row in table.rows)), room) for n in range(len(table.header))
    ]
    names, values = columns[: table.names], columns[table.names :]
    narrows = dict.fromkeys(tuple(_names(names, room, share if values else 1.0)) for share in NAMES_SHARE)
    plans = {
        (narrow, tuple(map(tuple, _groups(values, room, narrow, stacked))))
        for narrow in narrows
        for stacked in (False, True)
    }
    broken: dict[tuple[str, float, float], Lines] = {}
    tried = [
        [_part(columns, room, narrow, group, broken) for group in groups or ((),)]
        for narrow, groups in sorted(plans, key=lambda plan: (-sum(plan[0]), plan[1]))
    ]
    return min(tried, key=lambda parts: (sum(HEAD + part.lines for part in parts), len(parts)))


def _column(cells: tuple[str, ...], room: Room) -> _Column:
    words = [narrowest(cell, room.measure) for cell in dict.fromkeys(cells[1:])]
    head = _head(cells[0], room) if room.header_breaks else room.measure(cells[0])
    rest = [room.measure(cell) for cell in dict.fromkeys(cells[1:])]
    return _Column(
        cells=cells,
        like=max([room.least, head, *rest]),
        word=max([room.least, head, *words]),
        head=head,
    )


def _head(header: str, room: Room) -> float:
    """The smallest width in which a header takes two lines."""
    width = narrowest(header, room.measure)
    while len(wrapped(header, width, room.measure)) > 2:
        width += room.letter / 2
    return width


def _names(columns: Sequence[_Column], room: Room, share: float) -> list[float]:
    """Widths of the names: the widest are narrowed until all take no more than their share; words
    are not cut, unless they are very long."""
    widths = [column.like for column in columns]
    whole = [
        min(each.like, max(each.head, min(each.word + room.letter, LONGEST_WORD * room.letter)))
        for each in columns
    ]
    inner = room.width - room.edge - room.column * len(columns)
    _narrowed(widths, whole, room, (room.width - room.edge) * share - room.column * len(columns))
    _narrowed(widths, [min(width, SHORTEST * room.letter) for width in widths], room, MOST_NAMES * inner)
    return widths


def _narrowed(widths: list[float], least: Sequence[float], room: Room, most: float) -> None:
    """Narrows the widest, letter by letter."""
    while sum(widths) > most and (wide := [n for n, w in enumerate(widths) if w > least[n] + 1e-9]):
        widest = max(wide, key=lambda n: widths[n])
        widths[widest] = max(least[widest], widths[widest] - min(room.letter, sum(widths) - most))


def _groups(
    values: Sequence[_Column], room: Room, narrow: Sequence[float], stacked: bool
) -> list[list[tuple[int, float]]]:
    """Columns of each part with their widths, from the left; stacked: intervals below their
    numbers."""
    most = room.width - room.edge - sum(narrow) - room.column * (len(narrow) + 1)
    groups: list[list[tuple[int, float]]] = []
    left = -1.0
    for n, column in enumerate(values):
        prose = column.like > READABLE * room.letter
        like = column.like if prose or not stacked else column.word
        least = max(column.word, READABLE * room.letter) if prose else like
        if not groups or least > left + 1e-9:
            groups.append([])
            left = most
        width = max(room.least, min(like, left))
        groups[-1].append((len(narrow) + n, width))
        left -= width + room.column
    return groups


def _part(
    columns: Sequence[_Column],
    room: Room,
    narrow: Sequence[float],
    group: Sequence[tuple[int, float]],
    broken: dict[tuple[str, float, float], Lines],
) -> Part:
    """One part; names take the width that the other columns leave."""
    widths = list(narrow)
    free = room.width - room.edge - sum(narrow) - sum(width for _, width in group)
    free -= room.column * (len(narrow) + len(group))
    for n in range(len(narrow)):
        more = max(0.0, min(free, columns[n].like - widths[n]))
        widths[n] += more
        free -= more
    shown = [columns[n] for n in (*range(len(narrow)), *(n for n, _ in group))]
    widths += [width for _, width in group]
    cells = []
    for n, (column, width) in enumerate(zip(shown, widths, strict=True)):
        step = room.letter if n == 0 else 0.0
        cells.append([_lines(cell, width, step, room, broken) for cell in column.cells])
    header, *rows = zip(*cells, strict=True)
    left = tuple(n < len(narrow) or _is_words(column) for n, column in enumerate(shown))
    return Part(left=left, header=header, rows=tuple(rows), widths=tuple(widths))


def _is_words(column: _Column) -> bool:
    """Whether no cell begins like a number."""
    cells = [cell for cell in column.cells[1:] if cell]
    return bool(cells) and all(cell[0].isalpha() for cell in cells)


def _lines(
    cell: str, width: float, indent: float, room: Room, broken: dict[tuple[str, float, float], Lines]
) -> Lines:
    key = (cell, width, indent)
    if key not in broken:
        broken[key] = tuple(wrapped(cell, width + 1e-6, room.measure, indent))
    return broken[key]
