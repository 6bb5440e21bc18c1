"""What may be spent, whether or not the server counts."""

from __future__ import annotations

import pytest

from mgllm.errors import BudgetReached
from mgllm.experiment.budget import Budget
from mgllm.experiment.options import ReachOptions
from mgllm.records import Reply, Usage
from mgllm.testing import a_question


def spend(budget: Budget, reply: Reply) -> float:
    """Ask once; what it took."""
    before = budget.spent_usd
    budget.settle(budget.reserve(a_question()), reply)
    return budget.spent_usd - before


def a_budget(dollars: float) -> Budget:
    return Budget(ReachOptions(budget_usd=dollars, price_in=1.0, price_out=10.0))


def test_counted_tokens_are_paid() -> None:
    usage = Usage(prompt_tokens=1000, completion_tokens=300)
    assert spend(a_budget(1), Reply(text="yes", usage=usage)) == pytest.approx(0.004)


def test_estimated_tokens_are_paid_and_said() -> None:
    budget = a_budget(0.0047)
    usage = Usage(prompt_tokens=1000, completion_tokens=350, estimated=True)
    spend(budget, Reply(text="yes", usage=usage))
    with pytest.raises(
        BudgetReached, match=r"0\.0045 USD are spent \(estimated: the server counts no tokens\)"
    ):
        [spend(budget, Reply(text="yes", usage=usage)) for _ in range(2)]


def test_what_nobody_counted_costs_what_was_set_aside() -> None:
    budget = a_budget(1)
    reserved = budget.reserve(a_question())
    budget.settle(reserved, Reply(text="yes"))
    assert budget.spent_usd == reserved > 0
    assert budget.estimated


def test_no_reply_costs_nothing_unless_the_server_counted() -> None:
    budget = a_budget(1)
    assert spend(budget, Reply(error="no answer within 5 s")) == 0
    usage = Usage(prompt_tokens=1000, completion_tokens=0)
    assert spend(budget, Reply(error="an empty text", usage=usage)) == pytest.approx(0.001)
    assert not budget.estimated


def test_an_uncounted_run_never_passes_for_nothing() -> None:
    budget = a_budget(0.01)
    reply = Reply(text="yes", usage=Usage(prompt_tokens=30, completion_tokens=9, estimated=True), attempts=1)
    with pytest.raises(BudgetReached, match="estimated"):
        [spend(budget, reply) for _ in range(1000)]
    assert 0 < budget.attempts < 100


def test_a_prompt_in_chinese_is_set_aside_in_full() -> None:
    budget, prompt = a_budget(1), a_question().prompt
    messages = (prompt.messages[0].model_copy(update={"content": "他很平静" * 250}),)
    question = a_question().model_copy(update={"prompt": prompt.model_copy(update={"messages": messages})})
    assert budget.reserve(question) >= 1000 * 1.0 / 1e6
