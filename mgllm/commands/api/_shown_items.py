"""Items that show themselves in a notebook: a set as a table, an item as what was said and done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mgllm.commands.api._html import shown, table
from mgllm.cues.vocabularies import shown_name
from mgllm.errors import InputError, one_line, unknown
from mgllm.records import Item

MOST_ROWS = 20
"""Items of a set that are shown: more would push the next cell of the notebook out of sight."""


class ShownItem(Item):
    """An item, equal to the one that the file has."""

    def __repr__(self) -> str:
        """One line."""
        return one_line(f"Item({', '.join(_facts(self))})")

    def _repr_html_(self) -> str:
        """What was said, and the gestures of each source, with times in seconds."""
        facts = [*_facts(self), *(f"{name}: {value}" for name, value in self.covariates.items())]
        speech = table(
            "Speech",
            ("seconds", "speaker", "words"),
            ((_times(turn.start, turn.end), turn.speaker, turn.text) for turn in self.speech),
        )
        return f"<p><strong>{' · '.join(map(shown, facts))}</strong></p>\n{speech}{''.join(_gestures(self))}"

    def __eq__(self, other: object) -> bool:
        """By what it says, not by how it can show itself."""
        return isinstance(other, Item) and vars(self) == vars(other)

    __hash__ = Item.__hash__


class Items(tuple[ShownItem, ...]):
    """An item set in its order."""

    __slots__ = ()

    def by_id(self, name: str) -> ShownItem:
        """The item with this id.

        Raises:
            InputError: there is none.
        """
        for item in self:
            if item.id == name:
                return item
        raise InputError(unknown("item", name, [item.id for item in self]))

    def __repr__(self) -> str:
        """How many items of how many people, and the first of them."""
        head = f"{len(self)} items of {len({item.subject for item in self})} subjects"
        first = [f"  {item!r}" for item in self[:3]]
        return "\n".join([f"{head}:", *first, *(["  …"] if len(self) > 3 else [])])

    def _repr_html_(self) -> str:
        """A row for each of the first items."""
        caption = f"{len(self)} items of {len({item.subject for item in self})} subjects"
        rows = (
            (item.id, item.subject, item.target or "", _words(item), _counts(item))
            for item in self[:MOST_ROWS]
        )
        more = f"<p>… and {len(self) - MOST_ROWS} more</p>\n" if len(self) > MOST_ROWS else ""
        return table(caption, ("id", "subject", "target", "words", "gestures"), rows) + more


def shown_items(items: Iterable[Item]) -> Items:
    """The items with their ways to be shown; nothing is copied or checked again."""
    return Items(ShownItem.model_construct(item.model_fields_set, **vars(item)) for item in items)


def _facts(item: Item) -> list[str]:
    target = f"target {item.target}" if item.target is not None else "no target"
    return [item.id, f"subject {item.subject}", target, f"{_words(item)} words", f"gestures: {_counts(item)}"]


def _words(item: Item) -> int:
    return sum(len(turn.text.split()) for turn in item.speech)


def _counts(item: Item) -> str:
    counts = (f"{len(found.gestures)} {source}" for source, found in item.gestures.items())
    return ", ".join(counts) or "none"


def _gestures(item: Item) -> Iterator[str]:
    for source, found in item.gestures.items():
        sure = any(gesture.confidence is not None for gesture in found.gestures)
        rows = (
            (
                _times(one.start, one.end),
                shown_name(one, found.vocabulary),
                *([_share(one.confidence)] if sure else []),
            )
            for one in found.gestures
        )
        header = ("seconds", "gesture", *(["confidence"] if sure else []))
        yield table(f"Gestures, {source}", header, rows) or f"<p>Gestures, {shown(source)}: none</p>\n"


def _times(start: float | None, end: float | None) -> str:
    if start is None:
        return ""
    return f"{start:.1f}" if end is None else f"{start:.1f}–{end:.1f}"


def _share(confidence: float | None) -> str:
    return "" if confidence is None else f"{confidence:.2f}"
