"""Everything that decides a number of a run, in `manifest.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, JsonValue

from mgllm.records.attribution import AttributedGesture
from mgllm.records.cell import Cell
from mgllm.records.frozen import Frozen
from mgllm.records.gesture import CueSource, Exposure
from mgllm.records.reference import References
from mgllm.records.registration import Registered
from mgllm.records.scenario import Form, Label, Reasoning, Score

Role = Literal["unasked", "main", "shuffled", "filler", "alone", "alone_shuffled", "alone_filler"]
"""What an arm is for: `unasked` shows nothing, `main` is the arm whose claim is tested, `shuffled`
and `filler` are its controls; `alone…` are the same three without speech, whose claim is tested if
`main` is not run."""
FIRST_ROLES: Mapping[Role, str] = {
    "unasked": "none",
    "main": "text+mg",
    "shuffled": "text+shuffled",
    "filler": "text+filler",
}
"""The roles in runs that were written before manifests had them."""


class ShuffleStats(Frozen):
    """Counts of one assignment of donors to items."""

    epoch: int
    """The epoch that it is for."""
    shuffle: int
    """Which of the K shuffles, from 0."""
    items: int
    """Items assigned: the whole item set, however many are asked."""
    same_item: int
    """Items that are their own donor (relaxed last)."""
    same_subject: int
    """Items whose donor is the same person."""
    same_target: int
    """Items whose donor has the same target."""
    same_target_expected: float
    """How many that would be if donors were independent of the items' targets."""
    target_cells_off: int
    """Cells of the target × donor-target table further than 1 from independence."""
    same_cues: int
    """Items whose donor has the same gestures, each equally often, in any order."""
    told_again: float | None = None
    """Share of an item's own gestures that its donor shows too, mean over items with gestures."""
    jaccard: float | None = None
    """Overlap of the item's and the donor's gestures as multisets, from 0 to 1, mean over items."""
    mean_count_difference: float
    """Mean absolute difference in the number of gestures."""


class Shots(Frozen):
    """The worked examples before each question (`--shots`)."""

    count: int
    """How many."""
    cues: Literal["same", "follow"] = "same"
    """`same`: speech and gestures, the same bytes in all arms; `follow`: each arm's examples show
    what the arm shows."""
    folds_sha256: str | None = None
    """sha256 of the file of folds that examples are from others of; null: of other people alone."""


class ScenarioManifest(Frozen):
    """What one scenario of a run was."""

    name: str
    """Name of the scenario."""
    version: int
    """Its version."""
    title: str
    """For tables."""
    sha256: str
    """sha256 of the scenario as read, with all defaults."""
    templates: Mapping[str, str]
    """sha256 by file name of every template read."""
    paraphrase: str | None = None
    """The wording chosen, if it is not the first."""
    items_name: str
    """File name (never a path) of the item set."""
    items_sha256: str
    """sha256 of the canonical item set, gestures joined, before `--limit`."""
    items_in_set: int
    """Items in the set, before `--limit`."""
    items_asked: int
    """Items asked."""
    excluded: int = Field(default=0, exclude_if=lambda count: not count)
    """Items of the set that were not asked because the preregistration excludes them."""
    subjects: int
    """Subjects among the items asked."""
    effective_subjects: float
    """n² / Σ nₛ² of the items asked."""
    largest_cluster: int
    """Items of the subject that has most."""
    subject_known: bool = True
    """False if `subject` is only the recording's id: *clustered by recording*."""
    made_up: bool = False
    """The bundled items: made up for this project."""
    labels: tuple[Label, ...]
    """The possible answers."""
    lettered: bool = False
    """The labels were offered as letters, because two begin with the same token."""
    arms: tuple[str, ...]
    """Arms run, in table order."""
    arms_left_out: Mapping[str, str] = Field(default_factory=dict)
    """Arms asked for and left out, with the reason."""
    shots: Shots | None = Field(default=None, exclude_if=lambda shots: shots is None)
    """The worked examples; not written without them."""
    probes: tuple[str, ...] = Field(default=(), exclude_if=lambda probes: not probes)
    """Probes asked (`--probe`), each about every item."""
    attributed: tuple[AttributedGesture, ...] = ()
    """Gestures left out and shown alone (`--attribute`), most frequent first."""
    references: References | None = Field(default=None, exclude_if=lambda found: found is None)
    """Guesses of the same items without a language model (`--with-references`)."""
    baseline: str
    """The arm that others are compared with."""
    roles: Mapping[Role, str] = Field(default_factory=lambda: dict(FIRST_ROLES))
    """The arm of each role, whether it was run or not; other arms have no role."""
    form: Form
    """chat or cloze."""
    reasoning: Reasoning
    """direct or chain_of_thought."""
    score: Score
    """logprob, generate or sample."""
    reasoning_effort: str | None = None
    """`--reasoning-effort`; null if it was not given."""
    cue_source: CueSource | None = None
    """Source of the gestures in `text+mg`."""
    exposures: Mapping[Exposure, int] = Field(default_factory=dict)
    """Items by exposure, if the gestures are recognised."""
    group_share: float | None = Field(default=None, exclude_if=lambda share: share is None)
    """Share of the gestures shown that are only groups, such as "hand at head"; not written if
    there are none."""
    vocabularies: tuple[str, ...] = ()
    """Vocabularies that the gestures come from."""
    noun: str = "micro-gestures"
    """What the movements may be called: micro-gestures, or nonverbal displays."""
    shuffles: tuple[ShuffleStats, ...] = ()
    """One per epoch and shuffle."""
    opposed: tuple[ShuffleStats, ...] = ()
    """The same for donors with another target; empty if no arm shows their gestures."""
    cue_tokens: Mapping[str, float] = Field(default_factory=dict)
    """By arm, tokens of its cue blocks divided by those of the main arm, mean over items."""
    cue_tokens_by: str | None = None
    """How they were counted: "the model's tokenizer", or "words"."""
    cells: tuple[Cell, ...] = Field(default=(), exclude_if=lambda cells: not cells)
    """The cells of a sweep, in each of which every item is asked; empty in a plain run."""
    cells_left_out: Mapping[str, str] = Field(default_factory=dict, exclude_if=lambda whys: not whys)
    """Wordings and cue styles that the sweep could not use, with the reason."""
    raters: int = 0
    """People whose ratings the records are; 0 for a model."""
    instructing: int = Field(default=0, exclude_if=lambda count: not count)
    """Items asked whose speech looks like an instruction to a model; not written if there are
    none."""
    masked: int = Field(default=0, exclude_if=lambda count: not count)
    """Items asked whose speech `mgllm audit --mask` has masked; not written if there are none."""
    ethics: str
    """What the numbers may not be used for."""


class Pace(Frozen):
    """How fast a server was asked, as far as its limits allowed."""

    at_once: int
    """Requests at the same time, at the end."""
    per_minute: int
    """Most answers within a minute."""
    refusals: int
    """Requests that were refused because of the rate; they were asked again."""


class RunManifest(Frozen):
    """Everything that decides a number."""

    schema_: Literal["mgllm.run/1"] = Field(default="mgllm.run/1", alias="schema")
    """Name and version of the file format."""
    id: str
    """Folder name of the run."""
    created: str
    """UTC, ISO 8601."""
    model: str
    """Full model name: local/smollm2-135m."""
    backend: str
    """Name of the backend on its shelf."""
    base_url: str | None = None
    """Where the model was asked; null for local models. Never contains a key."""
    model_facts: Mapping[str, str | int | float | bool | None] = Field(default_factory=dict)
    """What the backend says about the model: revision, sha256 of its weights, parameters, dtype
    …"""
    dropped_parameters: tuple[str, ...] = ()
    """Request parameters that the server rejected and that were left out from then on."""
    sent: Mapping[str, JsonValue] = Field(default_factory=dict)
    """Request parameters as they were really sent, without prompt and label tokens; empty for local
    models."""
    served_models: Mapping[str, int] = Field(default_factory=dict)
    """Records by the model that the server names in its reply; empty if no server names one."""
    pace: Pace | None = Field(default=None, exclude_if=lambda pace: pace is None)
    """How fast the server was asked, in the last part of the run that asked it anything; not
    written for local models."""
    model_args: Mapping[str, JsonValue] = Field(default_factory=dict)
    """`--model-arg`s."""
    temperature: float = 0.0
    """Sampling temperature."""
    max_tokens: int
    """Upper bound of generated tokens."""
    seed: int = 0
    """Decides everything that mgllm draws at random."""
    epochs: int = 1
    """Repetitions of every question."""
    shuffles: int = 1
    """Shuffled assignments per epoch."""
    limit: int | None = None
    """Items asked per scenario at most."""
    scenarios: tuple[ScenarioManifest, ...]
    """One per scenario."""
    upload_allowed: bool = False
    """`--allow-upload` was given."""
    stores_text: bool = True
    """False with `--no-store-text`: hashes only."""
    confusion_sha256: str | None = None
    """sha256 of the confusion file for `text+noisy`, if one was given."""
    refusal_phrases: str
    """Version of the list of phrases that refusals are found by."""
    design_rules: str = "1"
    """Version of the rules by which donors, filler and label orders are drawn."""
    answer_rules: str = "1"
    """Version of the rules that turn a reply into an answer and its probabilities."""
    versions: Mapping[str, str] = Field(default_factory=dict)
    """mgllm, python, torch, transformers, openai, … as installed."""
    commit: str | None = None
    """Commit of mgllm's checkout, with `+dirty` where it was changed; null if not a checkout."""
    preregistration: Registered | None = Field(default=None, exclude_if=lambda one: one is None)
    """What was registered before (`--preregister`), with the hash of its file."""
    rescored_from: str | None = None
    """Id of the run whose replies were scored again."""
