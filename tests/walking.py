"""What the contract tests read out of the code: importers, and where something is asked by its name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import mgllm

PACKAGE = Path(mgllm.__file__).parent
KINDS = ("backend", "arm", "style", "metric")
FIRST: Mapping[str, tuple[str, ...]] = {
    "backend": ("local", "openai", "openai-compatible", "vllm", "ollama", "llamacpp", "lmstudio"),
    "arm": ("none", "text", "mg", "text+mg", "text+oracle", "text+shuffled", "text+filler", "text+noisy"),
    "style": ("timeline", "plain", "by_turn", "summary"),
    "metric": ("accuracy", "balanced_accuracy", "macro_f1", "auc", "log_odds", "brier", "calibration_error"),
}
"""Names that are looked for even where no registration line says them."""
ORDINARY = {"none", "text", "plain", "timeline", "summary"}
"""Words that mean something else nearly everywhere: they count where an arm or a style is compared."""
ASKED = {
    "arm": {"arm", "arms", "arm_name", "arm_names", "baseline", "baselines"},
    "style": {"style", "styles", "cue_style"},
}
"""What a variable or an attribute is called that holds such a name; `.name` of it is one, too."""
TESTS = {"startswith", "endswith", "removeprefix", "removesuffix"}


class Asked(NamedTuple):
    """One place that asks a thing by its name."""

    kind: str
    name: str
    line: int


def sources() -> dict[str, str]:
    """The text of every module of the package, by its path in it."""
    return {
        path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def homes(texts: Mapping[str, str]) -> dict[tuple[str, str], set[str]]:
    """The files of each name, by registration lines: (kind, name) → paths."""
    found: dict[tuple[str, str], set[str]] = {
        (kind, name): set() for kind, names in FIRST.items() for name in names
    }
    for path, text in texts.items():
        for kind in KINDS:
            for name in re.findall(rf'^@?{kind}\("([^"]+)"', text, re.MULTILINE):
                found.setdefault((kind, name.rstrip("@")), set()).add(path)
    return found


def asked_by_name(source: str, names: Iterable[tuple[str, str]]) -> list[Asked]:
    """Every comparison of something with the name of a backend, an arm, a style or a metric.

    Args:
        source: the text of a module.
        names: pairs of a kind and a name.
    """
    kinds: dict[str, list[str]] = {}
    for kind, name in names:
        kinds.setdefault(name, []).append(kind)
    found = []
    for asked, literal in _comparisons(ast.parse(source)):
        for kind in kinds.get(literal.value.partition("@")[0], ()):
            if literal.value.partition("@")[0] not in ORDINARY or _holds(asked, kind):
                found.append(Asked(kind, literal.value.partition("@")[0], literal.lineno))
    return sorted(set(found), key=lambda one: (one.line, one.kind, one.name))


def arm_literals(source: str, arms: Iterable[str]) -> list[Asked]:
    """Every string that is an arm's name and nothing else; an ordinary word where it is given to an arm."""
    known = set(arms)
    tree = ast.parse(source)
    texts = {text for text in _strings(tree) if text.value.partition("@")[0] in known - ORDINARY}
    texts |= {text for text in _given(tree) if text.value in known & ORDINARY}
    found = {Asked("arm", text.value.partition("@")[0], text.lineno) for text in texts}
    return sorted(found, key=lambda one: (one.line, one.name))


class _Text(NamedTuple):
    value: str
    lineno: int


def _comparisons(tree: ast.AST) -> Iterator[tuple[ast.expr, _Text]]:
    """What is asked, and the string that it is compared with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for one, other in pairwise(sides):
                for asked, said in ((one, other), (other, one)):
                    yield from ((asked, text) for text in _said(said))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TESTS:
            yield from ((node.func.value, text) for said in node.args for text in _said(said))
        elif isinstance(node, ast.Match):
            values = (part for case in node.cases for part in ast.walk(case.pattern))
            for part in values:
                if isinstance(part, ast.MatchValue):
                    yield from ((node.subject, text) for text in _said(part.value))


def _said(node: ast.expr) -> Iterator[_Text]:
    """A string, or those of a display of strings."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield _Text(node.value, node.lineno)
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for part in node.elts:
            yield from _said(part)


def _strings(tree: ast.AST) -> Iterator[_Text]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield _Text(node.value, node.lineno)


def _given(tree: ast.AST) -> Iterator[_Text]:
    """Strings that a parameter or a variable is given which holds an arm."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword):
            called = node.arg
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            called = node.target.id
        else:
            continue
        if node.value is not None and called in ASKED["arm"]:
            yield from _said(node.value)


def _holds(asked: ast.expr, kind: str) -> bool:
    """Whether an expression is called as what holds such a name is called."""
    called = ASKED.get(kind, set())
    if isinstance(asked, ast.Name):
        return asked.id in called
    if isinstance(asked, ast.Attribute):
        return asked.attr in called or (asked.attr == "name" and _holds(asked.value, kind))
    if isinstance(asked, ast.Subscript):
        return _holds(asked.value, kind)
    if isinstance(asked, ast.Call):  # set(arms), sorted(arms)
        return any(_holds(part, kind) for part in asked.args)
    if isinstance(asked, ast.SetComp | ast.ListComp | ast.GeneratorExp):
        return _holds(asked.elt, kind)
    if isinstance(asked, ast.BoolOp):  # arm or baseline
        return any(_holds(part, kind) for part in asked.values)
    return False


def importers(texts: Mapping[str, str]) -> dict[str, set[str]]:
    """The modules that import each module, also for types alone, and also inside a function."""
    modules = {module_of(path): text for path, text in texts.items()}
    found: dict[str, set[str]] = {name: set() for name in modules}
    for name, text in modules.items():
        for node in ast.walk(ast.parse(text)):
            for used in _imported(node, found):
                found[used].add(name)
    return found


def _imported(node: ast.AST, modules: Mapping[str, object]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in modules)
    elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            if whole in modules:
                yield whole
            elif node.module in modules:
                yield node.module


def module_of(path: str) -> str:
    """The dotted name of a file of the package."""
    parts = ["mgllm", *path.removesuffix(".py").split("/")]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


class Size(NamedTuple):
    """A function and how long it is."""

    name: str
    lines: int


def functions(source: str, *, signatures: bool = True) -> list[Size]:
    """All functions and methods and their lines, decorators included; or those of their bodies alone,
    which begin after the docstring."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min(node.lineno, *(one.lineno for one in node.decorator_list), node.lineno)
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            begin = first if signatures else body[0].lineno
            found.append(Size(node.name, (node.end_lineno or begin) - begin + 1))
    return found


def public_functions(source: str) -> list[str]:
    """Functions of a module, not of its classes, whose names do not begin with `_`."""
    return [
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
    ]
