"""Shelves: named things that are found lazily, in this package or through entry points."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Generic, TypeVar

from mgllm.errors import InputError, unknown

T = TypeVar("T")


class Shelf(Generic[T]):
    """A registry whose entries are imported only when one is taken.

    A module of the package, or of a folder below it, puts a thing on the shelf by its registration
    line, `@<kind>("NAME")` at the beginning of a line. The names are read from these lines, in the
    text of the
    modules: names can be listed without an import, one module may register several, and a module
    without such a line registers nothing. Other distributions add to the shelf through the
    entry-point group `mgllm.<kind>s`.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self.package = package
        self._word = kind.replace(" ", "_")
        self._things: dict[str, T] = {}

    def register(self, name: str) -> Callable[[T], T]:
        """Decorator: put a thing on the shelf under `name`.

        Raises:
            ValueError: another thing already has that name.
        """

        def put(thing: T) -> T:
            if self._things.get(name, thing) is not thing:
                raise ValueError(f"{self.kind} '{name}' is registered twice")
            self._things[name] = thing
            return thing

        return put

    def names(self) -> list[str]:
        """All names, sorted; imports nothing."""
        return sorted({*self._things, *self._homes, *self._entry_points()})

    def get(self, name: str) -> T:
        """The thing called `name`, its module imported if need be.

        Raises:
            InputError: the name is unknown; the message lists the known ones.
        """
        if name not in self._things:
            self._load(name)
        if name not in self._things:
            raise InputError(unknown(self.kind, name, self.names()))
        return self._things[name]

    def _load(self, name: str) -> None:
        if name in self._homes:
            import_module(self._homes[name])
        elif name in (points := self._entry_points()):
            thing = points[name].load()
            self._things.setdefault(name, thing)  # its own registration line may have put it there

    @cached_property
    def _homes(self) -> dict[str, str]:
        """The module of each name, by the registration lines."""
        line = re.compile(rf'^@?{self._word}\("([^"]+)"', re.MULTILINE)
        return {
            name: module
            for module, text in _sources(_folder(self.package), self.package)
            for name in line.findall(text)
        }

    def _entry_points(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=f"mgllm.{self._word}s")}


def _folder(package: str) -> Traversable:
    """The package's files; only the outermost package is imported, since the inner ones may be
    heavy.
    """
    root, *inside = package.split(".")
    return files(root).joinpath(*inside)


def _sources(folder: Traversable, package: str) -> Iterator[tuple[str, str]]:
    """Name and text of every module in a package and in the folders below it."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _sources(entry, f"{package}.{entry.name}")
        elif entry.name.endswith(".py"):
            yield f"{package}.{entry.name.removesuffix('.py')}", entry.read_text(encoding="utf-8")
