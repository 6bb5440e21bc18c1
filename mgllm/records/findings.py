"""Further results: biases, GEE models, figures of a page, and the summary that contains all of
them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from mgllm.records.attribution import Attribution
from mgllm.records.claim import Claim
from mgllm.records.dose import DoseResponse
from mgllm.records.effect import ArmSummary, Effect, Flips
from mgllm.records.frozen import Frozen
from mgllm.records.manifest import FIRST_ROLES, Role
from mgllm.records.probe import ProbeSummary
from mgllm.records.reference import References
from mgllm.records.registration import RegisteredTest
from mgllm.records.row_name import RowName
from mgllm.records.sweep import Sweep


class Share(Frozen):
    """A share of items; epochs and shuffles are averaged inside the item."""

    value: float
    """From 0 to 1."""
    interval: tuple[float, float] | None = None
    """95 %, delete-one-subject jackknife with Student t, cut off at 0 and 1."""
    flag: str | None = None
    """Why there is no interval, or that there are few subjects."""


class ArmBias(Frozen):
    """One arm's answers by the position of the label, and how often there is a reply without an
    answer."""

    row: RowName
    """What the row is about."""
    arm: str
    """Name of the arm."""
    items: int
    """Items answered; for `none` the label orders that it was asked with."""
    subjects: int
    """Subjects among them; 0 for `none`, which shows no person."""
    orders: int = 0
    """Orders in which the labels of these answers were listed; a single one says nothing about
    positions."""
    positions: tuple[Share, ...] = ()
    """Share of answers that are the first, second … label of the prompt; for `none` the mean
    probability."""
    targets: tuple[float, ...] = ()
    """Share of items whose true label is in this position: the answers of an unbiased reader are
    close to it."""
    refused: Share | None = None
    """Of the records with a reply; null without any."""
    unparsed: Share | None = None
    """Of the records with a reply; null without any."""
    censored: Share | None = Field(default=None, exclude_if=lambda share: share is None)
    """Of the answered records, those without the probabilities asked for; null if all have them."""


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
    """The arm, and for an interaction the model or scenario: "text+mg × fake/two"."""
    interaction: bool
    """True: how much larger (or smaller) the arm's effect is there than in the reference."""
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
    """The arm, model and scenario that all terms are compared with."""
    rows: int
    """Items × arms × models."""
    subjects: int
    """Clusters; a name means the same person in every scenario."""
    effective_subjects: float
    """n² / Σ nₛ² over the rows."""
    correlation: float | None = None
    """Working correlation of two answers about one subject."""
    terms: tuple[GeeTerm, ...] = ()
    """Arms and their interactions; empty if it was not fitted."""
    flags: tuple[str, ...] = ()
    """Words of caution: what else differs between the models."""
    why_not: str | None = None
    """Why there are no terms: few subjects, separated answers, no convergence …"""


class CalibrationBin(Frozen):
    """Items whose most probable label has about the same probability."""

    confidence: float
    """Mean P of the most probable label."""
    right: float
    """Share of them with that label as target."""
    n: int
    """Items."""


class Calibration(Frozen):
    """Whether an arm is right as often as its probabilities say; `calibration_error` sums it up."""

    row: RowName
    """What it is about."""
    arm: str
    """Name of the arm."""
    n: int
    """Items with probabilities and a known target, epochs and shuffles averaged inside the item."""
    bins: tuple[CalibrationBin, ...]
    """Of equal mass, by rising probability: ten from 100 items on, else one for each ten items;
    none with fewer than ten items."""


class Confusion(Frozen):
    """Targets and answers of an arm: a confusion matrix."""

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
    """Version of the rules by which records become numbers and words; older summaries do not have
    it."""
    runs: tuple[str, ...]
    """Ids of the runs it is about."""
    roles: Mapping[str, Mapping[Role, str]] = Field(default_factory=dict, exclude_if=lambda roles: not roles)
    """By scenario the arm of each role, if it is not the usual one."""
    arms: tuple[ArmSummary, ...]
    """One per scenario × arm."""
    effects: tuple[Effect, ...]
    """Differences, primary ones first."""
    claims: tuple[Claim, ...] = ()
    """One per scenario × model × cue source × metric."""
    registered: tuple[RegisteredTest, ...] = Field(default=(), exclude_if=lambda tests: not tests)
    """Registered hypotheses of runs that have some."""
    flips: tuple[Flips, ...] = ()
    """Items gained and lost, one per contrast."""
    bias: tuple[ArmBias, ...] = ()
    """Positions of labels and replies without an answer, one per scenario × arm."""
    slices: tuple[Slice, ...] = ()
    """By a covariate, if `--by` asked for one."""
    attribution: tuple[Attribution, ...] = ()
    """What each gesture adds, if `--attribute` asked for it."""
    doses: tuple[DoseResponse, ...] = Field(default=(), exclude_if=lambda doses: not doses)
    """How right gestures must be, if arms show gestures made wrong and annotation is known."""
    sweeps: tuple[Sweep, ...] = Field(default=(), exclude_if=lambda sweeps: not sweeps)
    """One for each question asked in several cells or wordings."""
    probes: tuple[ProbeSummary, ...] = Field(default=(), exclude_if=lambda probes: not probes)
    """What was answered without speech and gestures, if `--probe` asked for it."""
    references: tuple[References, ...] = Field(default=(), exclude_if=lambda found: not found)
    """Guesses without a language model, one per scenario, if `--with-references` asked for them."""
    gee: tuple[Gee, ...] = ()
    """One per form, reasoning and score, if several models or scenarios are compared."""
    notes: tuple[str, ...] = ()
    """Lines below the tables: ethics, made-up items, relaxed shuffles, sources …"""

    def roles_of(self, scenario: str) -> Mapping[Role, str]:
        """The arm of each role in a scenario."""
        return self.roles.get(scenario, FIRST_ROLES)
