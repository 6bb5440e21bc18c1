"""What the ledger says: arms, differences between arms, and the claim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from mgllm.records.frozen import Frozen
from mgllm.records.gesture import CueSource, Exposure
from mgllm.records.reply import CensoredReason
from mgllm.records.scenario import Form, Reasoning, Score

Rule = Literal["t", "bootstrap_t", "sign_flip"]
"""Student t over left-out subjects; where subjects' differences are skewed, the farther end and the larger p
of Student t and bootstrap-t by subject; where all subjects differ alike, p alone, by exact sign flips."""
Control = Literal["text", "shuffled", "filler"]
"""What an arm that tells gestures is set against: the same without them, another item's, as much text that
says nothing of the person."""
ClaimVerdict = Literal["supported", "supported_among_answered", "not_shown", "not_claimed"]
"""Not claimed: not tested, for a reason that no p can mend (leaked cues, one label, a stopped run …)."""


class RowName(Frozen):
    """What every row of every table is about; numbers of rows that differ here are never subtracted."""

    scenario: str
    """Name of the scenario."""
    model: str
    """Full model name."""
    form: Form
    """chat or cloze."""
    reasoning: Reasoning
    """direct or chain_of_thought."""
    score: Score
    """logprob, generate or sample."""
    cue_source: CueSource | None = None
    """Source of the gestures told in the run's `text+mg`."""
    draws: int | None = Field(default=None, exclude_if=lambda draws: draws is None)
    """Answers drawn of each item and arm, where `score` is sample."""
    reasoning_effort: str | None = Field(default=None, exclude_if=lambda effort: effort is None)
    """`--reasoning-effort`, where it was given."""
    wording: str | None = Field(default=None, exclude_if=lambda wording: wording is None)
    """The wording asked, where it is not the scenario's first."""
    wordings: int | None = Field(default=None, exclude_if=lambda count: count is None)
    """How many wordings were averaged inside the item; null where the row is about one."""
    order: str | None = Field(default=None, exclude_if=lambda order: order is None)
    """The label order, where a sweep set it."""
    style: str | None = Field(default=None, exclude_if=lambda style: style is None)
    """The cue style, where a sweep set it."""
    shots: int | None = Field(default=None, exclude_if=lambda shots: shots is None)
    """Worked examples before the question, where there are any."""
    masked: bool | None = Field(default=None, exclude_if=lambda masked: masked is None)
    """True where words that give the target away were masked in the speech."""
    run: str | None = Field(default=None, exclude_if=lambda run: run is None)
    """What tells this row's run from others that would have the same name: "items b.jsonl", "seed 2",
    "temperature 0.7", "limit 20", at last "run 2"; null where nothing has to."""

    @property
    def words(self) -> str:
        """All of it in one line."""
        cues = f" · cues: {self.cue_source.replace('_', '-')}" if self.cue_source else ""
        return f"{self.scenario} · {self.model} · {self.manner}{cues}{self._cell}"

    @property
    def manner(self) -> str:
        """How it was asked: "chat, direct, sampled × 8, effort low"."""
        times = f" × {self.draws}" if self.draws else ""
        score = f"sampled{times}" if self.score == "sample" else self.score
        effort = f", effort {self.reasoning_effort}" if self.reasoning_effort else ""
        return f"{self.form}, {self.reasoning.replace('_', ' ')}, {score}{effort}"

    @property
    def _cell(self) -> str:
        """What tells it from other rows of its scenario, model and manner."""
        parts = (
            f"wording {self.wording}" if self.wording else "",
            f"mean of {self.wordings} wordings" if self.wordings else "",
            f"order {self.order}" if self.order else "",
            f"style {self.style}" if self.style else "",
            f"{self.shots} shots" if self.shots else "",
            "masked" if self.masked else "",
            self.run or "",
        )
        return "".join(f" · {part}" for part in parts if part)


class ArmSummary(Frozen):
    """One scenario × arm of a run."""

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
    """Replies that decline."""
    failed: int
    """No reply."""
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
    """Mean over items of Σ over labels (P(label) − truth)², from 0 to 2: less is better."""
    calibration_error: float | None = None
    """Expected calibration error of the most probable label, ten bins of equal mass, from 100 items: less is
    better."""
    corrected_accuracy: float | None = None
    """Accuracy with the arm `none`'s log-probability taken off each label's; needs scores and that arm."""
    mean_token_accuracy: float | None = None
    """Accuracy with the per-token mean deciding; needs scores."""
    agreement: float | None = None
    """Krippendorff's alpha (nominal) of the raters' answers: 1 is perfect, 0 is chance; null for a model."""
    agreement_interval: tuple[float, float] | None = None
    """95 %, delete-one-subject jackknife with Student t, at most 1."""
    answer_shares: Mapping[str, float] = Field(default_factory=dict)
    """Share of each label among answers. For `none`: the mean probability of each label, its prior."""
    constant: str | None = None
    """The label that every answer is, where all are one: flagged in words."""
    exposures: Mapping[Exposure, int] = Field(default_factory=dict)
    """Records by exposure of their gestures; `in_sample` and `unknown` are marked."""
    further: Mapping[str, float] = Field(default_factory=dict, exclude_if=lambda further: not further)
    """Metrics that other distributions define, by name."""
    censored: int = Field(default=0, exclude_if=lambda count: not count)
    """Answered records whose probabilities were asked for and could not be read: missing in every number that
    needs them."""
    censored_reasons: Mapping[CensoredReason, int] = Field(
        default_factory=dict, exclude_if=lambda reasons: not reasons
    )
    """The same by reason; those of runs by older rules have none."""
    few_draws: int = Field(default=0, exclude_if=lambda count: not count)
    """Sampled: items with too few answers for a share."""
    share_error: float | None = Field(default=None, exclude_if=lambda error: error is None)
    """Sampled: typical standard error of one item's share, from its own draws alone."""
    unscored: Mapping[str, str] = Field(default_factory=dict, exclude_if=lambda why: not why)
    """Metrics that missing probabilities leave without a number, and why."""
    cue_tokens: float | None = Field(default=None, exclude_if=lambda ratio: ratio is None)
    """Tokens of the arm's cue blocks over those of the main arm, mean over items; null where not counted."""
    flags: tuple[str, ...] = ()
    """Words of caution: leaked, constant answer, few subjects, single label, stopped, targets missing …"""

    def level(self, metric: str) -> float | None:
        """The arm's number in a metric; null where it has none."""
        value: float | None = self.further.get(metric, getattr(self, metric, None))
        return value


class Effect(Frozen):
    """An arm minus another over their common answered pairs; positive: `arm` is better.

    Of `brier` and `calibration_error` less is better: there a negative difference is in favour of `arm`.
    """

    row: RowName
    """What the row is about."""
    metric: str
    """accuracy, balanced_accuracy, macro_f1, auc, log_odds, brier or calibration_error."""
    arm: str
    """The arm."""
    baseline: str
    """What it is taken against."""
    control: Control | None = None
    """What the baseline is to an arm that tells gestures; null in all other contrasts."""
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
    """95 %, by `rule`, held inside what the difference can be; null where too few subjects."""
    p: float | None = None
    """Two-sided, by `rule`."""
    q: float | None = None
    """Benjamini–Hochberg over the table's exploratory rows; null for primary ones."""
    df: float | None = None
    """Degrees of freedom of interval and p: effective subjects − 1; for metrics by class those of the label
    that has fewest; null without an interval."""
    rule: Rule = "t"
    """What interval and p rest on."""
    by_subject: float | None = None
    """Check: the difference with every subject weighing the same; metrics that are means over items only."""
    by_subject_interval: tuple[float, float] | None = None
    """95 %, Student t over the subjects' mean differences."""
    detectable: float | None = None
    """Minimum detectable effect: k(df) × SE, k from the noncentral t (80 % power, 5 % two-sided)."""
    sign_flip_p: float | None = None
    """Check: sign flips by subject; accuracy and log-odds only."""
    sign_flip_exact: bool = Field(default=True, exclude_if=lambda exact: exact)
    """All patterns of signs were counted (up to 32 subjects that differ); else 10,000 were drawn, and the
    third digit of `sign_flip_p` depends on the seed."""
    bca_interval: tuple[float, float] | None = None
    """Check: BCa bootstrap over subjects, from 40 subjects."""
    b: int | None = None
    """First epoch: `arm` right, baseline wrong."""
    c: int | None = None
    """First epoch: `arm` wrong, baseline right."""
    mcnemar_p: float | None = None
    """Check: exact McNemar on the first epoch; it ignores subjects."""
    margin: float | None = None
    """± what counts as equal, in the metric's own unit (0.05: five points); null where none was asked."""
    equivalence_p: float | None = None
    """The larger p of two one-sided tests against ± margin, with the same SE and degrees of freedom."""
    missing: int = 0
    """Pairs of which at least one side is not answered; of people, also ratings that are no answer."""
    lacking: float | None = None
    """Share of the pairs asked (with a target) that lack what the metric needs on at least one side."""
    apart: float | None = Field(default=None, exclude_if=lambda apart: not apart)
    """Metrics of probabilities: share of the pairs asked that lack the arm's, less those that lack the
    baseline's."""
    strict: float | None = None
    """The difference with refused and unparsed counted as wrong; metrics of answers only."""
    bounds: tuple[float, float] | None = None
    """The difference with all missing against the arm, and all for it; metrics of answers only."""
    worst: float | None = None
    """Metrics of probabilities: the difference with every missing pair at the worst one observed; AUC: with
    missing items of the arm ranked last and those of the baseline first."""
    arm_censored: float | None = Field(default=None, exclude_if=lambda share: share is None)
    """Share of the pairs answered on both sides in which `arm` has no probabilities; null where none lacks
    any."""
    baseline_censored: float | None = Field(default=None, exclude_if=lambda share: share is None)
    """The same of `baseline`."""
    sign_changes: bool = False
    """`strict`, the bounds or `worst` have another sign than `difference`."""
    leaked: int = Field(default=0, exclude_if=lambda count: not count)
    """Pairs told gestures of a recogniser that had learned from the person."""
    exposure_unknown: int = Field(default=0, exclude_if=lambda count: not count)
    """Pairs told recognised gestures of which it is unknown whether the recogniser knew the person."""
    flags: tuple[str, ...] = ()
    """Words of caution: few subjects, no interval, constant answer, in-sample cues …"""


class Flips(Frozen):
    """Items whose first answer (epoch 0, shuffle 0) is right in one arm alone: those that b and c count."""

    row: RowName
    """What the row is about."""
    arm: str
    """The arm."""
    baseline: str
    """What it is taken against."""
    gained: int
    """Items right in `arm` and wrong in `baseline`."""
    lost: int
    """Items wrong in `arm` and right in `baseline`."""
    gained_items: tuple[str, ...] = ()
    """Their ids, sorted; left out by `--redact`."""
    lost_items: tuple[str, ...] = ()
    """Their ids, sorted; left out by `--redact`."""


class Claim(Frozen):
    """ "The gestures' content helps": needs both primary contrasts."""

    row: RowName
    """What the row is about."""
    metric: str
    """accuracy, or log_odds."""
    arm: str = "text+mg"
    """The arm that tells the gestures: mg where there is no speech."""
    over_text: float | None = None
    """text+mg − text; null for the claim without speech."""
    over_shuffled: float | None
    """text+mg − text+shuffled, or mg − mg+shuffled."""
    over_filler: float | None = Field(default=None, exclude_if=lambda difference: difference is None)
    """mg − mg+filler: the claim without speech alone."""
    p: float | None
    """The larger of the two; 1 where either difference is not positive; null where either has none."""
    p_holm: float | None
    """Holm over the family; null where the claim is not in it."""
    family: int
    """Claims in the table's family."""
    supported: bool
    """The verdict is "supported"."""
    verdict: ClaimVerdict = "not_shown"
    """What may be said."""
    reason: str | None = None
    """Why it is no more than that; null where it is supported."""
    flags: tuple[str, ...] = ()
    """Words of caution of its two contrasts, each once."""
    words: str
    """The claim's result as a sentence. "No effect" is never written."""
