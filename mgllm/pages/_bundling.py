"""Scripts and styles of the packages that make pages."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files


def asset(package: str, name: str) -> str:
    """A file of a package's folder `assets`."""
    return files(package).joinpath("assets", name).read_text(encoding="utf-8")


def bundle(scripts: Iterable[tuple[str, str]]) -> str:
    """Scripts, by package and name, in one function of their own, with a line feed at both ends."""
    return "\n(() => {\n'use strict';\n" + "\n".join(asset(p, f"{n}.js") for p, n in scripts) + "})();\n"
