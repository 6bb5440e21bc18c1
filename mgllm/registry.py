"""Shelves: named things that are found lazily, in this package or through entry points."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules
from typing import Generic, TypeVar

from mgllm.errors import InputError, unknown

T = TypeVar("T")


class Shelf(Generic[T]):
    """A registry whose entries are modules of one package, imported only when one is taken.

    Each module beside `base.py` registers one thing under its own file name (underscores for dashes), so
    that names can be listed without importing anything. Other distributions add to the shelf through
    the entry-point group `mgllm.<kind>s`.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self.package = package
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
        return sorted({*self._things, *self._modules(), *self._entry_points()})

    def get(self, name: str) -> T:
        """The thing called `name`, its module imported if need be.

        Raises:
            InputError: there is none; the message lists what there is.
        """
        if name not in self._things:
            self._load(name)
        if name not in self._things:
            raise InputError(unknown(self.kind, name, self.names()))
        return self._things[name]

    def _load(self, name: str) -> None:
        if name in self._modules():
            import_module(f"{self.package}.{name.replace('-', '_')}")
        elif name in (points := self._entry_points()):
            self._things[name] = points[name].load()

    def _modules(self) -> list[str]:
        path = import_module(self.package).__path__
        found = (module.name for module in iter_modules(path))
        return [name.replace("_", "-") for name in found if name != "base" and not name.startswith("_")]

    def _entry_points(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=f"mgllm.{self.kind}s")}
