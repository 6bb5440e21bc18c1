"""Several models or scenarios in one regression."""

from __future__ import annotations

from mgllm.records.frozen import Frozen


class GeeTerm(Frozen):
    """One coefficient."""

    term: str
    """The arm, and where it is an interaction the model or scenario: "text+mg × fake/two"."""
    interaction: bool
    """How much more (or less) the arm does there than in the reference."""
    estimate: float
    """Log odds ratio of a correct answer, in nats."""
    se: float
    """Bias-reduced sandwich standard error (Mancl and DeRouen 2001)."""
    interval: tuple[float, float]
    """95 %, Student t with effective subjects − 1 degrees of freedom."""
    p: float
    """Two-sided, from the same t."""
    q: float | None = None
    """Benjamini–Hochberg over the terms shown."""


class Gee(Frozen):
    """Logistic GEE of correct ~ arm × (model, scenario), exchangeable within subject.

    Liang and Zeger 1986.
    """

    formula: str
    """What was fitted, in words."""
    reference: str
    """The arm, model and scenario that all terms are taken against."""
    rows: int
    """Items × arms × models."""
    subjects: int
    """Clusters; a name stands for one person in every scenario."""
    effective_subjects: float
    """n² / Σ nₛ² over the rows."""
    correlation: float | None = None
    """Working correlation of two answers about one subject."""
    terms: tuple[GeeTerm, ...] = ()
    """Arms and their interactions; empty where it was not fitted."""
    flags: tuple[str, ...] = ()
    """Words of caution: what differs between models beside the model."""
    why_not: str | None = None
    """Why there are no terms: few subjects, separated answers, no convergence …"""
