"""Reads a template's tree: refuses what templates may not do, and lets a meter count the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from jinja2 import nodes, pass_context
from jinja2.exceptions import TemplateSyntaxError

from mgllm.prompts.meter import FILTERS, TESTS, Meter

ALLOWED_NODES = (
    *(nodes.Template, nodes.Block, nodes.Include, nodes.Output, nodes.TemplateData, nodes.If, nodes.For),
    *(
        nodes.Name,
        nodes.Const,
        nodes.List,
        nodes.Tuple,
        nodes.Getattr,
        nodes.Getitem,
        nodes.Filter,
        nodes.Test,
    ),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Keyword),
)
"""What a template may consist of: nothing that calls, assigns, joins or multiplies."""
MAX_LOOP_DEPTH = 2
"""How deep loops may be nested; more could take very long."""
MAX_DEPTH = 60
"""How deep conditions, parentheses and filters may be nested; Python reads no more than a hundred
levels."""
MAX_NUMBER = 10**18
"""Largest number in a template; Python refuses to write numbers of thousands of digits."""
TOO_DEEP = f"conditions, parentheses or filters are nested more than {MAX_DEPTH} deep; write it with fewer"
LARGE_NUMBER = f"a number has more than {len(str(MAX_NUMBER)) - 1} digits; write a smaller one"
_WEIGHED, _ROUNDS = "weighed value", "counted rounds"
"""Filters that only this module can name: a template cannot write a name with a blank."""


def check_tree(tree: nodes.Template, template: str) -> None:
    """Refuse what is not on the lists, loops and conditions nested too deep.

    Raises:
        TemplateSyntaxError: with the template's line.
    """
    waiting: list[tuple[nodes.Node, int, int]] = [(tree, 0, 0)]
    while waiting:
        node, depth, loops = waiting.pop()
        loops += isinstance(node, nodes.For)
        if problem := _problem(node, depth, loops):
            raise TemplateSyntaxError(problem, node.lineno, template)
        waiting += [(child, depth + 1, loops) for child in node.iter_child_nodes()]
        if isinstance(node, nodes.If):  # Python reads each elif inside the one before it
            waiting += [(other, depth + nth, loops) for nth, other in enumerate(node.elif_, 2)]


def _problem(node: nodes.Node, depth: int, loops: int) -> str | None:
    if depth > MAX_DEPTH:
        return TOO_DEEP
    if not isinstance(node, ALLOWED_NODES):
        what = type(node).__name__.lower()
        return f"templates may not use '{what}'; they may use 'if', 'for' and values"
    if loops > MAX_LOOP_DEPTH:
        return f"loops are more than {MAX_LOOP_DEPTH} deep"
    return _unknown_name(node) or _large_number(node)


def _unknown_name(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        return f"No filter named '{node.name}'; templates may use {', '.join(FILTERS)}"
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        return f"No test named '{node.name}'; templates may use {', '.join(sorted(TESTS))}"
    return None


def _large_number(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Const) and isinstance(node.value, int) and abs(node.value) > MAX_NUMBER:
        return LARGE_NUMBER
    return None


def count_nodes(node: nodes.Node) -> int:
    """Nodes of a tree: the most steps of one pass through it."""
    return 1 + sum(count_nodes(child) for child in node.iter_child_nodes())


def let_count(tree: nodes.Template) -> None:
    """Change a checked tree so that each round of a loop, and each comparison, is charged."""
    for loop in list(tree.find_all(nodes.For)):
        loop.iter = _call(_ROUNDS, loop.iter, nodes.Const(count_nodes(loop)))
    for comparison in list(tree.find_all(nodes.Compare)):
        comparison.expr = _call(_WEIGHED, comparison.expr)
        for operand in comparison.ops:
            operand.expr = _call(_WEIGHED, operand.expr)


def counting_filters(meter: Meter) -> dict[str, Callable[..., Any]]:
    """The filters that `let_count` puts into trees."""

    @pass_context
    def weighed(context: Any, value: Any) -> Any:
        meter.weigh(value)
        return value

    @pass_context
    def rounds(context: Any, values: Any, steps: int) -> Iterator[Any]:
        meter.charge(1)
        return _counted(iter(values), steps)

    def _counted(values: Iterator[Any], steps: int) -> Iterator[Any]:
        for value in values:
            meter.charge(steps)
            yield value

    return {_WEIGHED: weighed, _ROUNDS: rounds}


def _call(name: str, value: Any, *given: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(value, name, list(given), [], None, None, lineno=value.lineno)
