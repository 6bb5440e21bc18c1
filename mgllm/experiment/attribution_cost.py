"""What an attribution costs beside the run: its questions, counted before any is asked."""

from __future__ import annotations

from collections.abc import Iterable

from mgllm.errors import InputError
from mgllm.experiment.asking import group_questions
from mgllm.experiment.options import RunOptions
from mgllm.experiment.plan import Planned
from mgllm.records import is_attributed

MOST_UNCONFIRMED = 1000
"""Questions that an attribution may ask without `--yes`."""


def attribution_questions(planned: Iterable[Planned]) -> int:
    """Distinct questions that are asked for the attribution alone."""
    groups = group_questions(planned)
    return sum(all(is_attributed(one.key.arm) for one in group.members) for group in groups)


def refuse_unconfirmed(planned: Iterable[Planned], options: RunOptions) -> None:
    """Stop before a large attribution that nobody confirmed.

    Raises:
        InputError: it would ask more than 1,000 questions, and `--yes` was not given.
    """
    if not options.ask.attribute or options.yes:
        return
    questions = attribution_questions(planned)
    if questions > MOST_UNCONFIRMED:
        raise InputError(
            f"--attribute would ask {questions:,} questions beside the run's own; more than "
            f"{MOST_UNCONFIRMED:,} need --yes (fewer: --limit N; cost: --dry-run)"
        )
