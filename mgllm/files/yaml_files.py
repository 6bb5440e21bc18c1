"""Strict YAML into frozen models, with errors that name file, line and key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from mgllm.errors import InputError, guess
from mgllm.files.opening import file_bytes
from mgllm.files.problems import field_names, first_problem, owner
from mgllm.records import Frozen

M = TypeVar("M", bound=Frozen)
MAX_BYTES = 1_000_000
MOST_DIGITS = 100
"""Characters of a number: longer ones take ages to be read, above all in the base of 60."""
_BROKEN = (
    yaml.YAMLError,
    RecursionError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    OverflowError,
)
"""What PyYAML raises: of a tag with a value that it cannot be (`!!bool maybe`), the last five."""


def read_yaml(path: Path, model: type[M], named: Mapping[tuple[str, str], Callable[[str], object]] = {}) -> M:
    """Read a YAML file into a model.

    Args:
        path: the file.
        model: what it should contain.
        named: by place, a function that refuses an unknown name there with an InputError.

    Raises:
        InputError: not readable, not YAML, a key twice, an unknown key, or a wrong value.
    """
    root = _compose(path)
    content = _construct(path, root)
    if not isinstance(content, dict):
        raise InputError(f"{path}:1 has no keys; write lines 'key: value'")
    try:
        made = model.model_validate(content)
    except ValidationError as error:
        raise InputError(_first_problem(path, root, model, error)) from None
    for (key, name), find in named.items():
        try:
            find(getattr(getattr(made, key), name))
        except InputError as error:
            raise InputError(f"{path}:{_line_of(root, (key, name))} {key}.{name}: {error}") from None
    return made


def _compose(path: Path) -> yaml.Node:
    try:
        raw = file_bytes(path)
        if len(raw) > MAX_BYTES:
            raise InputError(f"{path} has {len(raw):,} bytes; such a file has at most {MAX_BYTES:,}")
        root = yaml.compose(raw.decode("utf-8"), Loader=_StrictLoader)
    except FileNotFoundError:
        raise InputError(f"{path} does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read as UTF-8 text: {said}") from None
    except _BROKEN as error:
        raise InputError(f"{path}{_place(error)} is not valid YAML: {_short(error)}") from None
    if root is None:
        raise InputError(f"{path} is empty")
    return root


def _construct(path: Path, root: yaml.Node) -> Any:
    loader = _StrictLoader("")
    try:
        return loader.construct_document(root)
    except _BROKEN as error:
        raise InputError(f"{path}{_place(error)} is not valid YAML: {_short(error)}") from None
    finally:
        loader.dispose()


class _StrictLoader(yaml.SafeLoader):
    """Safe YAML in which each key appears once. Aliases are refused: they can grow without
    bound."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not allowed", event.start_mark)
        return super().compose_node(parent, index)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        kind = node.tag.rpartition(":")[2]
        long = kind in ("int", "float") and len(node.value) > MOST_DIGITS
        try:
            if long:
                raise ValueError("a number has too many digits")
            return super().construct_object(node, deep)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
            said = str(error) if long else f"'{node.value!s:.40}' is not of the type {kind:.20}"
            raise yaml.constructor.ConstructorError(None, None, said, node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen if isinstance(key, yaml.ScalarNode) else False:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key.value}' appears twice", key.start_mark
                )
            if isinstance(key, yaml.ScalarNode):
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}" if mark is not None else ""


def _short(error: Exception) -> str:
    said = str(getattr(error, "problem", None) or str(error)).splitlines()[0]
    return said.replace("'<stream end>'", "the end of the file").replace("but got", "but there is")


def _first_problem(path: Path, root: yaml.Node, model: type[Frozen], error: ValidationError) -> str:
    problem = first_problem(error, typos_first=True)
    key, steps = problem.place, problem.steps
    line = _line_of(root, steps)
    if problem.kind == "extra_forbidden":
        known = field_names(owner(model, steps[:-1], through_lists=False))
        names = f" Known: {', '.join(known)}" if known else ""
        return f"{path}:{line} unknown key '{key}'.{guess(steps[-1], known)}{names}"
    if problem.kind == "missing":
        return f"{path}:{line} has no key '{key}'; every {model.__name__.lower()} needs it"
    if problem.kind == "string_type" and (node := _scalar_at(root, steps)) is not None:
        return f"{path}:{node.start_mark.line + 1} {_without_quotes(node, steps)}"
    given = "" if isinstance(problem.given, dict | list | tuple) else f" (given: {problem.given!r:.60})"
    return f"{path}:{line} {key + ': ' if key else ''}{problem.words}{given}{problem.meant}"


_READ_AS = {"bool": "true or false", "int": "a number", "float": "a number", "timestamp": "a date"}
"""How YAML reads words without quotes, by the end of its tag."""


def _without_quotes(node: yaml.ScalarNode, steps: Sequence[str | int]) -> str:
    """What is wrong with a scalar where text is needed, and how to write it."""
    is_key = steps[-1] == "[key]"
    place = ".".join(map(str, steps[:-2] if is_key else steps))
    if not node.value:
        return f"{place}: is empty; write text there"
    kind = node.tag.rpartition(":")[2]
    name = next((step for step in reversed(steps) if isinstance(step, str)), "")
    quoted = f'"{node.value}"'
    shown = f"{quoted}: …" if is_key else quoted if isinstance(steps[-1], int) else f"{name}: {quoted}"
    read = _READ_AS.get(kind, "nothing")
    return f"{place}: YAML reads {node.value} as {read}, but it must be text; put it in quotes: {shown}"


def _scalar_at(node: yaml.Node, steps: Sequence[str | int]) -> yaml.ScalarNode | None:
    """The scalar at a place; if that ends in `[key]`, the mapping's first key that is not text."""
    if steps[-1:] == ("[key]",):
        keys = [key for key, _ in _node_at(node, steps[:-2]).value]
        found = next((key for key in keys if not key.tag.endswith(":str")), None)
    else:
        found = _node_at(node, steps)
    return found if isinstance(found, yaml.ScalarNode) else None


def _node_at(node: yaml.Node, steps: Iterable[str | int]) -> yaml.Node:
    """The deepest node on the way to a place."""
    for step in steps:
        if isinstance(node, yaml.MappingNode):
            node = next((v for k, v in node.value if k.value == str(step)), node)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
    return node


def _line_of(node: yaml.Node, place: Iterable[str | int]) -> int:
    """Line (from 1) of the deepest node on the way to `place`."""
    line = node.start_mark.line + 1
    for step in place:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = (node.value[step], node.value[step])
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line
