"""What a value should have been, in plain words instead of pydantic's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_NUMBER, _WHOLE, _TEXT = "must be a number", "must be a whole number", "must be text"
_OBJECT, _LIST, _SWITCH = "must be an object {{…}}", "must be a list", "must be true or false"
WORDS: Mapping[str, str] = {
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float", "int_parsing_size"), _WHOLE),
    **dict.fromkeys(("float_parsing", "float_type", "decimal_parsing", "complex_type"), _NUMBER),
    **dict.fromkeys(("string_type", "string_sub_type", "string_unicode"), _TEXT),
    **dict.fromkeys(("bool_parsing", "bool_type"), _SWITCH),
    **dict.fromkeys(
        ("model_type", "model_attributes_type", "dict_type", "mapping_type", "dataclass_type"), _OBJECT
    ),
    **dict.fromkeys(
        ("tuple_type", "list_type", "set_type", "frozen_set_type", "iterable_type", "sequence_type"), _LIST
    ),
    **dict.fromkeys(("path_type", "path_not_exists"), "must be the name of a file or folder"),
    "finite_number": "must be a finite number",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "none_required": "must be null",
    "missing": "is missing",
    "extra_forbidden": "is not known",
    "frozen_field": "cannot be changed",
    "string_too_short": "must have {min_length} characters or more",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must match the pattern {pattern}",
    "too_short": "must have {min_length} entries or more",
    "too_long": "must have at most {max_length} entries",
    "invalid-json-value": "must be JSON: text, a number, true, false, null, a list or an object",
    "json_invalid": "is not JSON",
    "json_type": "must be JSON",
    "date_from_datetime_parsing": "must be a date, such as 2026-11-22",
    "date_parsing": "must be a date, such as 2026-11-22",
    "date_type": "must be a date, such as 2026-11-22",
    "datetime_from_date_parsing": "must be a date and time, such as 2026-11-22T07:12:00Z",
    "datetime_parsing": "must be a date and time, such as 2026-11-22T07:12:00Z",
    "datetime_type": "must be a date and time, such as 2026-11-22T07:12:00Z",
    "timezone_aware": "must have a time zone, such as 2026-11-22T07:12:00Z",
    "bytes_type": _TEXT,
}
"""By pydantic's names for what is wrong; names in braces are from its context."""
_UNKNOWN = "does not fit"
"""Where pydantic has a name that is not in `WORDS`: never its own text."""
_OURS = "Value error, "
"""What pydantic writes before the text of a rule that is broken."""


def wanted(problem: Mapping[str, Any], others: Sequence[Mapping[str, Any]] = ()) -> str:
    """What should stand there, as the end of a sentence that begins with the place.

    Args:
        problem: one of `ValidationError.errors()`.
        others: problems of the same value, where several kinds of value are allowed.
    """
    if problem["type"] in ("value_error", "assertion_error"):
        return str(problem["msg"]).removeprefix(_OURS).removeprefix("Assertion failed, ")
    said = [_words(one) for one in (problem, *others)]
    ends = [text.removeprefix("must be ") for text in dict.fromkeys(said) if text.startswith("must be ")]
    if len(ends) < 2:
        return said[0]
    choices = ", ".join(ends).replace(" or ", ", ").split(", ")
    return f"must be {', '.join(choices[:-1])} or {choices[-1]}"


def first_words(problems: Sequence[Mapping[str, Any]]) -> str:
    """Place and words of the first problem; the words alone for a value as a whole."""
    place = ".".join(map(str, problems[0]["loc"]))
    return f"{place}: {wanted(problems[0])}" if place else wanted(problems[0])


def _words(problem: Mapping[str, Any]) -> str:
    context = {name: _spelled(value) for name, value in problem.get("ctx", {}).items()}
    try:
        return WORDS.get(problem["type"], _UNKNOWN).format_map(context)
    except KeyError:
        return _UNKNOWN


def _spelled(value: object) -> str:
    """A bound as a person writes it: 1, not 1.0."""
    return f"{value:g}" if isinstance(value, float) else str(value)
