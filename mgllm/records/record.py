"""One line of `records.jsonl`: everything about one question and its answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from pydantic import Field

from mgllm.records.frozen import Frozen
from mgllm.records.gesture import CueSource, Exposure
from mgllm.records.probe import probe_place
from mgllm.records.reply import AnswerToken, CensoredReason, LabelScores, Outcome, Usage
from mgllm.records.scenario import Form, Reasoning, Score


class RecordKey(NamedTuple):
    """What a record answers. The last line with a key counts."""

    scenario: str
    item: str
    arm: str  # or "probe:NAME"
    epoch: int
    shuffle: int
    cell: str = ""


class Record(Frozen):
    """One question, its reply and its verdict."""

    scenario: str
    """Name of the scenario."""
    item: str
    """Id of the item."""
    subject: str
    """The person."""
    subject_known: bool = True
    """False where `subject` is only the recording's id."""
    arm: str
    """Name of the arm; empty for a probe, which is not an arm."""
    epoch: int = 0
    """Repetition, from 0."""
    shuffle: int = 0
    """Which of the K shuffles, from 0; always 0 outside the shuffled arm."""
    cell: str = ""
    """Short hash of wording, order, style, shots and mask where a sweep sets them; empty in a plain
    run."""
    wording: str | None = None
    """The wording of the scenario in this cell; null in a plain run."""
    order: str | None = None
    """The label order of this cell; null in a plain run."""
    style: str | None = None
    """The cue style of this cell; null in a plain run."""
    shots: int = 0
    """Worked examples before the question."""
    masked: bool = False
    """True if words that give the target away were masked in the speech."""
    probe: str | None = None
    """Name of the probe; null for a question of an arm. A probe is in no effect."""
    cue_f1: float | None = None
    """F1 of the gestures shown against the item's annotated ones, matched one to one; null if the
    arm shows no gestures, or the item has no annotation."""
    model: str
    """Full model name: local/smollm2-135m."""
    form: Form
    """chat or cloze."""
    reasoning: Reasoning
    """direct or chain_of_thought."""
    score: Score
    """logprob, generate or sample: what was asked for."""
    cue_source: CueSource | None = None
    """Source of the gestures in the prompt; null if it shows none."""
    exposure: Exposure | None = None
    """Exposure of those gestures; null if the prompt shows none."""
    label_order: tuple[str, ...]
    """Label ids in the order in which the prompt lists them."""
    outcome: Outcome
    """answered, unparsed, refused or failed."""
    answer: str | None = None
    """Label id, if answered."""
    target: str | None = None
    """Label id of the truth, if known."""
    correct: bool | None = None
    """Null unless answered with a known target."""
    probabilities: Mapping[str, float] | None = None
    """By label id: softmax of the deciding score; null if labels were not scored."""
    scores: LabelScores | None = None
    """The log-probabilities behind them, in nats."""
    answer_tokens: tuple[AnswerToken, ...] = ()
    """The tokens of the written answer, from which a server's probabilities are read."""
    censored: bool = False
    """Answered, probabilities asked for, but none could be read: missing in every number that needs
    them."""
    censored_reason: CensoredReason | None = None
    """Why none could be read."""
    text: str | None = None
    """The reply's words."""
    finish_reason: str | None = None
    """Why the model stopped."""
    refusal: bool = False
    """The provider itself said that the model refused."""
    prompt_sha256: str
    """Names the prompt in `prompts.jsonl`."""
    shared_with: str | None = None
    """Key ("scenario/item/arm/epoch/shuffle", with "probe:NAME" for the arm of a probe, and "/cell"
    in a sweep) of the record whose identical question was asked instead."""
    usage: Usage | None = None
    """Tokens; null for a shared record, whose tokens were paid once."""
    reasoning_tokens: int | None = None
    """Of the tokens written, those of hidden reasoning; null if the server does not say."""
    cached_tokens: int | None = None
    """Of the tokens read, those that the server had cached; null if it does not say."""
    served_model: str | None = None
    """The model that the server names in its reply; null if it names none."""
    latency_s: float = 0.0
    """Seconds of the last attempt."""
    attempts: int = Field(default=1, ge=0)
    """Attempts made; 0 for a shared record or one that could not be sent."""
    error: str | None = None
    """Why it failed, or a hint on why it is unparsed."""

    def without_words(self) -> Record:
        """The record as `--no-store-text` keeps it: no word of prompt or reply, nor of an error of
        the server, which may repeat both."""
        return self.model_copy(
            update={"text": None, "answer_tokens": (), "error": self.error and _unquoted(self.error)}
        )

    @property
    def key(self) -> RecordKey:
        """What the record answers."""
        place = self.arm if self.probe is None else probe_place(self.probe)
        return RecordKey(self.scenario, self.item, place, self.epoch, self.shuffle, self.cell)


def _unquoted(error: str) -> str:
    """An error without the server's words; ours stay."""
    status = re.match(r"\d{3}: ", error)
    if status is not None:
        return f"{status[0]}(the server's words are not kept: --no-store-text)"
    if error.startswith("the server sent "):
        return "the server sent no reply (its words are not kept: --no-store-text)"
    return error
