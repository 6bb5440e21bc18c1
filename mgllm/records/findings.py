"""What is found: biases, GEE models, figures of a page, and the summary that holds all of it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from mgllm.records.attribution import Attribution
from mgllm.records.effect import ArmSummary, Claim, Effect, Flips, RowName
from mgllm.records.frozen import Frozen
from mgllm.records.manifest import FIRST_ROLES, Role


class Share(Frozen):
    """A share of items, epochs and shuffles averaged inside the item."""

    value: float
    """From 0 to 1."""
    interval: tuple[float, float] | None = None
    """95 %, delete-one-subject jackknife with Student t, held inside 0..1."""
    flag: str | None = None
    """Why there is no interval, or how little it rests on."""


class ArmBias(Frozen):
    """One arm's answers by the place of the label, and how often it declines."""

    row: RowName
    """What the row is about."""
    arm: str
    """Name of the arm."""
    items: int
    """Items answered; for `none` the label orders it was asked under."""
    subjects: int
    """Subjects among them; 0 for `none`, which is about nobody."""
    orders: int = 0
    """Orders in which the labels of these answers were listed; from one alone nothing is learnt of places."""
    positions: tuple[Share, ...] = ()
    """Share of answers that are the first, second … label of the prompt; for `none` the mean probability."""
    targets: tuple[float, ...] = ()
    """Share of items whose true label stands there: what an unbiased reader's answers follow."""
    refused: Share | None = None
    """Of the records with a reply; null without any."""
    unparsed: Share | None = None
    """Of the records with a reply; null without any."""
    censored: Share | None = Field(default=None, exclude_if=lambda share: share is None)
    """Of the answered records, those without the probabilities asked for; null where every one has them."""


class Slice(Frozen):
    """The items that share a value of a covariate."""

    row: RowName
    """What the rows are about."""
    covariate: str
    """Its name."""
    value: str
    """The value, or the range."""
    items: int
    """Items asked."""
    subjects: int
    """Subjects among them."""
    arms: tuple[ArmSummary, ...]
    """Each arm over these items."""
    effects: tuple[Effect, ...]
    """The two primary contrasts over these items, all exploratory here."""


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


class CalibrationBin(Frozen):
    """Items of which a model was about as sure."""

    confidence: float
    """Mean P of the most probable label."""
    right: float
    """Share of them where that label is true."""
    n: int
    """Items."""


class Calibration(Frozen):
    """Whether an arm is right as often as its probabilities promise: what `calibration_error` sums up."""

    row: RowName
    """What it is about."""
    arm: str
    """Name of the arm."""
    n: int
    """Items with probabilities and a known target, epochs and shuffles averaged inside the item."""
    bins: tuple[CalibrationBin, ...]
    """Of equal mass, from the least to the most sure: ten from 100 items, else one for each ten items; none
    under ten items."""


class Confusion(Frozen):
    """What an arm's items are, and what they were taken for."""

    row: RowName
    """What it is about."""
    arm: str
    """Name of the arm."""
    labels: tuple[str, ...]
    """Label ids: the order of rows and columns."""
    counts: tuple[tuple[int, ...], ...]
    """Records by target (rows) and answer (columns)."""
    missing: tuple[int, ...]
    """By target: records without an answer."""


class Figures(Frozen):
    """Everything that the page draws beside the summary."""

    calibrations: tuple[Calibration, ...] = ()
    """One per row and arm with probabilities and targets."""
    confusions: tuple[Confusion, ...] = ()
    """One per row and arm with targets."""


class Summary(Frozen):
    """`summary.json`: what the tables show."""

    schema_: str = Field(default="mgllm.summary/1", alias="schema")
    """Name and version of the file format."""
    statistics_rules: str = "1"
    """Version of the rules by which records become numbers; summaries of before do not say it."""
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
