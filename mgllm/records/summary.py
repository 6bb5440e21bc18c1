"""All that the tables show, in one value."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from mgllm.records.attribution import Attribution
from mgllm.records.effect import ArmSummary, Claim, Effect, Flips
from mgllm.records.findings import ArmBias, Gee, Slice
from mgllm.records.frozen import Frozen
from mgllm.records.manifest import FIRST_ROLES, Role


class Summary(Frozen):
    """`summary.json`: what the tables show."""

    schema_: str = Field(default="mgllm.summary/1", alias="schema")
    """Name and version of the file format."""
    runs: tuple[str, ...]
    """Ids of the runs it is about."""
    roles: Mapping[str, Mapping[Role, str]] = Field(default_factory=dict, exclude_if=lambda roles: not roles)
    """By scenario the arm of each role, where it is another than in all runs so far."""
    arms: tuple[ArmSummary, ...]
    """One per scenario × arm."""
    effects: tuple[Effect, ...]
    """Differences, primary ones first."""
    claims: tuple[Claim, ...] = ()
    """One per scenario × model × cue source × metric."""
    flips: tuple[Flips, ...] = ()
    """Items gained and lost, one per contrast."""
    bias: tuple[ArmBias, ...] = ()
    """Places of labels and declined answers, one per scenario × arm."""
    slices: tuple[Slice, ...] = ()
    """By a covariate, where `--by` asked for one."""
    attribution: tuple[Attribution, ...] = ()
    """What each gesture gives, where `--attribute` asked for it."""
    gee: tuple[Gee, ...] = ()
    """One per form, reasoning and score, where several models or scenarios are compared."""
    notes: tuple[str, ...] = ()
    """Lines that stand under every table: ethics, made-up items, relaxed shuffles, sources …"""

    def roles_of(self, scenario: str) -> Mapping[Role, str]:
        """The arm of each role in a scenario."""
        return self.roles.get(scenario, FIRST_ROLES)
