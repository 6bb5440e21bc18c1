"""The base of every record."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

NAME_LENGTH = 200
"""Characters of a name, at most."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=NAME_LENGTH, strip_whitespace=True)]
"""A non-empty identifier."""


class Frozen(BaseModel):
    """A value that never changes and refuses unknown keys."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        ser_json_inf_nan="null",
        allow_inf_nan=False,
    )
