"""The limits of dollars and requests, checked before every question."""

from __future__ import annotations

from mgllm.backends.api.usage import estimate_tokens
from mgllm.errors import BudgetReached
from mgllm.experiment.options import ReachOptions
from mgllm.records import Question, Reply

_FRAME_TOKENS = 50
"""Tokens that a chat template adds to a prompt; too many rather than too few."""
_ESTIMATED = " (estimated: the server counts no tokens)"


class Budget:
    """Dollars and attempts. A question that waits for its reply counts with its highest possible
    price."""

    def __init__(self, reach: ReachOptions) -> None:
        self._reach = reach
        self._reserved_usd = 0.0
        self._on_wire = 0
        self.spent_usd = 0.0
        self.estimated = False
        self.attempts = 0

    def reserve(self, question: Question) -> float:
        """Reserve money and an attempt for a question.

        Raises:
            BudgetReached: none is left; one line with what was spent and how to go on.
        """
        limit, most = self._reach.max_requests, self._reach.budget_usd
        if limit is not None and self.attempts + self._on_wire >= limit:
            raise BudgetReached(
                f"--max-requests {limit} is reached; give a larger number and go on with --resume"
            )
        price = self._largest_price(question)
        if most is not None and self.spent_usd + self._reserved_usd + price > most:
            known = _ESTIMATED if self.estimated else ""
            raise BudgetReached(
                f"--budget-usd {most:g} is reached: {self.spent_usd:.4f} USD are spent{known}, the next "
                f"question may cost {price:.4f}; give a larger budget and go on with --resume"
            )
        self._reserved_usd += price
        self._on_wire += 1
        return price

    def settle(self, reserved: float, reply: Reply) -> None:
        """Replace what was reserved by what was used."""
        self._reserved_usd -= reserved
        self._on_wire -= 1
        self.attempts += reply.attempts
        if reply.usage is not None:
            self.spent_usd += self._price(reply.usage.prompt_tokens, reply.usage.completion_tokens)
            self.estimated |= reply.usage.estimated
        elif reply.error is None and reserved:  # the backend counts no tokens
            self.spent_usd += reserved
            self.estimated = True

    def _largest_price(self, question: Question) -> float:
        read = sum(estimate_tokens(message.content) for message in question.prompt.messages)
        return self._price(read + _FRAME_TOKENS, question.max_tokens)

    def _price(self, read: int, written: int) -> float:
        return (read * (self._reach.price_in or 0) + written * (self._reach.price_out or 0)) / 1e6
