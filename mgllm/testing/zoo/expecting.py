"""The usual cases of what a correct harness records."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mgllm.testing.zoo.right import Measured, Right

REFUSED = Right(("refused",))
"""Every question is refused."""
UNPARSED = Right(("unparsed",))
"""No reply gives exactly one label."""
FAILED = Right(("failed",))
"""There is no reply, and the questions are asked again on resume."""
NO_ANSWER = Right(("unparsed", "failed"))
"""No reply gives a label; the outcome may have either name."""
ANY = Right(("answered", "unparsed", "refused", "failed"), measured="maybe", exit_code=(0, 1))
"""Every question ends as one outcome, and nothing breaks; more is not required."""


def answers(label: str, measured: Measured = "none", least: float = 0.0, most: float = 1.0) -> Right:
    """Every question is answered with a label.

    Args:
        label: the label.
        measured: whether there are probabilities.
        least: the smallest probability of that label, if there is one.
        most: the largest.
    """
    bounds = {} if measured == "none" else {label: (least, most)}
    return Right(("answered",), label, measured, bounds)


def may(label: str, measured: Measured = "maybe", least: float = 0.5) -> Right:
    """Answered with a label, or unparsed: both readings are right, because the reply is
    doubtful."""
    return replace(answers(label, measured, least), outcomes=("answered", "unparsed"))


def but(right: Right, **changes: Any) -> Right:
    """A case with other fields."""
    return replace(right, **changes)
