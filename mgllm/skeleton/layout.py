"""A skeleton's layout: its joints by name, which of them are linked, and which mirror each
other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from mgllm.errors import guess
from mgllm.records import Frozen
from mgllm.records.frozen import Name

Pair = tuple[Name, Name]


class Layout(Frozen):
    """Joints and their graph, all by name: numbers differ between tools, names do not."""

    joints: tuple[Name, ...] = Field(min_length=1)
    """Names in the order of the array's axis V."""
    edges: tuple[Pair, ...]
    """Linked joints; together they make one connected graph."""
    mirror: tuple[Pair, ...] = ()
    """Joints that change places in a mirror: (left, right), the person's own sides."""
    root: tuple[Name, ...] = ()
    """The joint that clips are centred on, or two for the point between; empty: the graph's
    centre, and with it the joint that mirrors it."""
    shoulders: Pair | None = None
    """The pair whose distance is the scale; None: the mirrored joints with that name, if any."""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        twice = sorted({name for name in self.joints if self.joints.count(name) > 1})
        if twice:
            raise ValueError(f"joints: '{twice[0]}' appears twice; names must be unique")
        known = set(self.joints)
        for field, pairs in (("edges", self.edges), ("mirror", self.mirror)):
            for pair in pairs:
                _check_names(field, pair, known)
                if pair[0] == pair[1]:
                    raise ValueError(f"{field}: '{pair[0]}' is paired with itself")
        _check_names("root", self.root, known)
        _check_names("shoulders", self.shoulders or (), known)
        mirrored = [name for pair in self.mirror for name in pair]
        if len(set(mirrored)) < len(mirrored):
            name = next(name for name in mirrored if mirrored.count(name) > 1)
            raise ValueError(f"mirror: '{name}' has two partners; a joint can mirror only one other")
        self._check_connected()
        return self

    def _check_connected(self) -> None:
        steps = _steps_from((0,), self.neighbours)
        apart = [name for name, step in zip(self.joints, steps, strict=True) if step < 0]
        if apart:
            some = ", ".join(apart[:5]) + (", …" if len(apart) > 5 else "")
            raise ValueError(f"edges: the graph is not connected; '{self.joints[0]}' does not reach {some}")

    def index(self, name: str) -> int:
        """Place of a joint on the axis V."""
        return self.joints.index(name)

    @cached_property
    def neighbours(self) -> tuple[tuple[int, ...], ...]:
        """For each joint the numbers of the joints that it is linked with, sorted."""
        linked: list[set[int]] = [set() for _ in self.joints]
        for a, b in self.edges:
            linked[self.index(a)].add(self.index(b))
            linked[self.index(b)].add(self.index(a))
        return tuple(tuple(sorted(found)) for found in linked)

    @cached_property
    def edge_index(self) -> NDArray[np.int64]:
        """Edges by number, [E, 2]."""
        pairs = [(self.index(a), self.index(b)) for a, b in self.edges]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

    @cached_property
    def mirror_index(self) -> NDArray[np.int64]:
        """[V] where `x[:, mirror_index]` is x with left and right joints exchanged."""
        order = np.arange(len(self.joints), dtype=np.int64)
        for left, right in self.mirror:
            order[[self.index(left), self.index(right)]] = self.index(right), self.index(left)
        return order

    @cached_property
    def root_index(self) -> tuple[int, ...]:
        """Numbers of the root's joint or joints.

        If the graph's centre is a joint with a left and a right, the root is the point between
        both: a layout of two arms must not move with one of them.
        """
        if self.root:
            return tuple(self.index(name) for name in self.root)
        reach = [max(_steps_from((joint,), self.neighbours)) for joint in range(len(self.joints))]
        centre = reach.index(min(reach))
        other = int(self.mirror_index[centre])
        return (centre,) if other == centre else (centre, other)

    @cached_property
    def shoulder_index(self) -> tuple[int, int] | None:
        """Numbers of the two shoulders; None if the layout has none."""
        named = [pair for pair in self.mirror if all("shoulder" in name.casefold() for name in pair)]
        pair = self.shoulders or (named[0] if named else None)
        return (self.index(pair[0]), self.index(pair[1])) if pair else None


def _check_names(field: str, names: Iterable[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise ValueError(f"{field}: '{name}' is not a joint of the layout.{guess(name, known)}")


def _steps_from(starts: tuple[int, ...], neighbours: tuple[tuple[int, ...], ...]) -> list[int]:
    """Number of edges to each joint from the nearest start; −1 if there is no path."""
    steps = [-1] * len(neighbours)
    for start in starts:
        steps[start] = 0
    waiting = deque(starts)
    while waiting:
        here = waiting.popleft()
        for there in neighbours[here]:
            if steps[there] < 0:
                steps[there] = steps[here] + 1
                waiting.append(there)
    return steps
