"""The results: arms, and differences between arms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from mgllm.records.frozen import Frozen
from mgllm.records.gesture import Exposure
from mgllm.records.reply import CensoredReason
from mgllm.records.row_name import RowName

Rule = Literal["t", "bootstrap_t", "sign_flip"]
"""Student t over left-out subjects. If subjects' differences are skewed: the wider end and the
larger p of Student t and bootstrap-t by subject. If all subjects differ by the same amount: p
alone, by exact sign flips."""
Control = Literal["text", "shuffled", "filler"]
"""What an arm that shows gestures is compared with: the same without gestures, with another item's
gestures, or with filler."""


class ArmSummary(Frozen):
    """One arm of one scenario of a run."""

    row: RowName
    """What the row is about."""
    arm: str
    """Name of the arm."""
    n: int
    """Records."""
    subjects: int
    """Distinct subjects."""
    answered: int
    """Replies with exactly one label."""
    unparsed: int
    """Replies without exactly one label."""
    refused: int
    """Replies in which the model declines."""
    failed: int
    """Questions without a reply."""
    accuracy: float | None = None
    """Share of correct answers among answered items with a target; null for the arm `none`."""
    accuracy_interval: tuple[float, float] | None = None
    """95 %, delete-one-subject jackknife with Student t."""
    balanced_accuracy: float | None = None
    """Mean of the recalls of the labels that occur as targets."""
    macro_f1: float | None = None
    """Mean of the F1 of the labels that occur as targets."""
    auc: float | None = None
    """Of P(label), one against the rest, mean over labels that occur as targets."""
    log_odds: float | None = None
    """Mean of log P(target) − log(1 − P(target)), in nats."""
    brier: float | None = None
    """Mean over items of Σ over labels (P(label) − truth)², from 0 to 2: lower is better."""
    calibration_error: float | None = None
    """Expected calibration error of the most probable label, ten bins of equal mass, from 100 items
    on: lower is better."""
    corrected_accuracy: float | None = None
    """Accuracy if each label's log-probability in the arm `none` is subtracted; needs scores and
    that arm."""
    mean_token_accuracy: float | None = None
    """Accuracy if the mean log-probability per token decides; needs scores."""
    agreement: float | None = None
    """Krippendorff's alpha (nominal) of the raters' answers: 1 is perfect, 0 is chance; null for a
    model."""
    agreement_interval: tuple[float, float] | None = None
    """95 %, delete-one-subject jackknife with Student t, at most 1."""
    answer_shares: Mapping[str, float] = Field(default_factory=dict)
    """Share of each label among answers. For `none`: the mean probability of each label, its
    prior."""
    constant: str | None = None
    """The label that all answers are, if they are all the same: flagged in words."""
    exposures: Mapping[Exposure, int] = Field(default_factory=dict)
    """Records by exposure of their gestures; `in_sample` and `unknown` are marked."""
    further: Mapping[str, float] = Field(default_factory=dict, exclude_if=lambda further: not further)
    """Metrics from other packages, by name."""
    censored: int = Field(default=0, exclude_if=lambda count: not count)
    """Answered records whose probabilities were asked for but could not be read: missing in every
    number that needs them."""
    censored_reasons: Mapping[CensoredReason, int] = Field(
        default_factory=dict, exclude_if=lambda reasons: not reasons
    )
    """The same by reason; records of runs by older rules have no reason."""
    few_draws: int = Field(default=0, exclude_if=lambda count: not count)
    """Sampled: items with too few answers for a share."""
    share_error: float | None = Field(default=None, exclude_if=lambda error: error is None)
    """Sampled: typical standard error of one item's share, from its own draws alone."""
    unscored: Mapping[str, str] = Field(default_factory=dict, exclude_if=lambda why: not why)
    """Metrics that have no number because probabilities are missing, and why."""
    cue_tokens: float | None = Field(default=None, exclude_if=lambda ratio: ratio is None)
    """Tokens of the arm's cue blocks divided by those of the main arm, mean over items; null if not
    counted."""
    flags: tuple[str, ...] = ()
    """Words of caution: leaked, constant answer, few subjects, single label, stopped, targets
    missing …"""

    def level(self, metric: str) -> float | None:
        """The arm's number in a metric; null if it has none."""
        value: float | None = self.further.get(metric, getattr(self, metric, None))
        return value


class Effect(Frozen):
    """An arm minus another over their common answered pairs; positive: `arm` is better.

    For `brier` and `calibration_error` lower is better: there a negative difference is in favour of
    `arm`.
    """

    row: RowName
    """What the row is about."""
    metric: str
    """accuracy, balanced_accuracy, macro_f1, auc, log_odds, brier or calibration_error."""
    arm: str
    """The arm."""
    baseline: str
    """The arm that it is compared with."""
    control: Control | None = None
    """What the baseline is for an arm that shows gestures; null in all other contrasts."""
    primary: bool = False
    """One of the two contrasts that the claim needs."""
    pairs: int
    """Items with both arms answered (and a target)."""
    subjects: int
    """Subjects among them."""
    effective_subjects: float
    """n² / Σ nₛ²."""
    largest_cluster: int
    """Pairs of the subject that has most."""
    arm_value: float | None = None
    """The metric of `arm` over the pairs."""
    baseline_value: float | None = None
    """The metric of `baseline` over the pairs."""
    difference: float | None = None
    """arm_value − baseline_value; null without pairs."""
    se: float | None = None
    """Delete-one-subject jackknife standard error."""
    interval: tuple[float, float] | None = None
    """95 %, by `rule`, cut off at what the difference can be; null if there are too few
    subjects."""
    p: float | None = None
    """Two-sided, by `rule`."""
    q: float | None = None
    """Benjamini–Hochberg over the table's exploratory rows; null for primary ones."""
    df: float | None = None
    """Degrees of freedom of interval and p: effective subjects − 1; for metrics by class those of
    the label that has fewest; null without an interval."""
    rule: Rule = "t"
    """How interval and p are computed."""
    by_subject: float | None = None
    """Check: the difference if every subject has the same weight; metrics that are means over items
    only."""
    by_subject_interval: tuple[float, float] | None = None
    """95 %, Student t over the subjects' mean differences."""
    detectable: float | None = None
    """Minimum detectable effect: k(df) × SE, k from the noncentral t (80 % power, 5 %
    two-sided)."""
    sign_flip_p: float | None = None
    """Check: sign flips by subject; accuracy and log-odds only."""
    sign_flip_exact: bool = Field(default=True, exclude_if=lambda exact: exact)
    """All patterns of signs were counted (up to 32 subjects that differ); else 10,000 were drawn,
    and the third digit of `sign_flip_p` depends on the seed."""
    bca_interval: tuple[float, float] | None = None
    """Check: BCa bootstrap over subjects, from 40 subjects."""
    b: int | None = None
    """First epoch: `arm` right, baseline wrong."""
    c: int | None = None
    """First epoch: `arm` wrong, baseline right."""
    mcnemar_p: float | None = None
    """Check: exact McNemar on the first epoch; it ignores subjects."""
    margin: float | None = None
    """± what counts as equal, in the metric's own unit (0.05: five points); null if no margin was
    asked for."""
    equivalence_p: float | None = None
    """The larger p of two one-sided tests against ± margin, with the same SE and degrees of
    freedom."""
    equivalence_interval: tuple[float, float] | None = Field(
        default=None, exclude_if=lambda interval: interval is None
    )
    """90 %: inside ± margin exactly if the two one-sided tests show equivalence at 5 %."""
    missing: int = 0
    """Pairs with at least one side not answered; for people, also ratings without an answer."""
    lacking: float | None = None
    """Share of the pairs asked (with a target) that do not have what the metric needs on at least
    one side."""
    apart: float | None = Field(default=None, exclude_if=lambda apart: not apart)
    """Metrics of probabilities: share of the pairs asked without the arm's probabilities, minus the
    share without the baseline's."""
    strict: float | None = None
    """The difference if refused and unparsed count as wrong; metrics of answers only."""
    strict_p: float | None = Field(default=None, exclude_if=lambda p: p is None)
    """Two-sided p of `strict`, as `p`: metrics that claims are tested on, if any answer is missing.
    If it is not distinguished from chance, the gain may come only from the model's silence where it
    would be wrong."""
    bounds: tuple[float, float] | None = None
    """The difference if all missing answers count against the arm, and if all count for it; metrics
    of answers only."""
    worst: float | None = None
    """Metrics of probabilities: the difference if every missing pair gets the worst difference
    observed; AUC: if missing items of the arm are ranked last and those of the baseline first."""
    arm_censored: float | None = Field(default=None, exclude_if=lambda share: share is None)
    """Share of the pairs answered on both sides in which `arm` has no probabilities; null if no
    answer is without."""
    baseline_censored: float | None = Field(default=None, exclude_if=lambda share: share is None)
    """The same for `baseline`."""
    sign_changes: bool = False
    """`strict`, the bounds or `worst` have another sign than `difference`."""
    leaked: int = Field(default=0, exclude_if=lambda count: not count)
    """Pairs that show gestures from a recogniser that has learned from the person."""
    exposure_unknown: int = Field(default=0, exclude_if=lambda count: not count)
    """Pairs that show recognised gestures of unknown exposure: the recogniser may have learned from
    the person."""
    flags: tuple[str, ...] = ()
    """Words of caution: few subjects, no interval, constant answer, leaked …"""


class Flips(Frozen):
    """Items whose first answer (epoch 0, shuffle 0) is right in only one arm: those that b and c
    count."""

    row: RowName
    """What the row is about."""
    arm: str
    """The arm."""
    baseline: str
    """The arm that it is compared with."""
    gained: int
    """Items right in `arm` and wrong in `baseline`."""
    lost: int
    """Items wrong in `arm` and right in `baseline`."""
    gained_items: tuple[str, ...] = ()
    """Their ids, sorted; left out by `--redact`."""
    lost_items: tuple[str, ...] = ()
    """Their ids, sorted; left out by `--redact`."""
