"""Stops a run whose questions all fail in the same way: asking the others would cost the same
again."""

from __future__ import annotations

import re

from mgllm.errors import RunStopped
from mgllm.records import Reply

MOST_ALIKE = 20
"""Equal failures in a row that stop a run: more than chance gives, and still few to pay for."""
_STATUS = re.compile(r"[1-5]\d\d(?=: )")
_DIFFERS = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|[\w-]*\d[\w-]*")
"""What differs in messages that are otherwise equal: quoted words of a prompt, counts, ids."""
_LIMIT = "429"


class Lasting:
    """Counts failures that are equal, until one question is answered."""

    def __init__(self, *, answered: bool) -> None:
        """`answered`: whether the run has an answer already."""
        self._answered = answered
        self._last: tuple[str, str] | None = None
        self._alike = 0
        self.stop: RunStopped | None = None

    def note(self, reply: Reply) -> None:
        """Look at a reply; afterwards `stop` may say why no further question should be asked.

        Single prompts may fail in a run that has answers (too long, not allowed): these never stop
        it. A limit of rate does: it is met only after long waiting, and meets all questions.
        """
        if reply.error is None or not reply.attempts:
            self._answered |= reply.error is None
            self._last, self._alike = None, 0
            return
        kind = _kind(reply.error)
        self._alike = self._alike + 1 if kind == self._last else 1
        self._last = kind
        if self._alike == MOST_ALIKE and (not self._answered or kind[0] == _LIMIT):
            self.stop = RunStopped(
                f"{self._alike} questions in a row failed in the same way ({reply.error}); "
                f"{'change that' if kind[0] != _LIMIT else 'wait'}, then go on with --resume"
            )


def _kind(error: str) -> tuple[str, str]:
    """Status and words of an error, without what belongs to one question."""
    status = _STATUS.match(error)
    return status[0] if status else "", _DIFFERS.sub("#", error)
