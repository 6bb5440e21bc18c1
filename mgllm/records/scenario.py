"""A scenario: a question, its labels, and how it is asked. Written as YAML, without code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from mgllm.errors import unknown
from mgllm.records.frozen import Frozen, Name

Form = Literal["chat", "cloze"]
"""How a question is asked: as a conversation, or as a text to be continued."""
Reasoning = Literal["direct", "chain_of_thought"]
"""Whether the model answers at once, or writes its thoughts before it says "Answer:"."""
Score = Literal["logprob", "generate", "sample"]
"""How an answer becomes a number: probabilities of the labels, the words alone, or shares of
several answers."""

Phrase = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)]
"""Words to look for; long where there are many alternatives."""

DEFAULT_ARMS = ("none", "text", "mg", "text+mg", "text+shuffled", "text+filler")
"""What a scenario runs when neither its YAML nor the command line says otherwise."""


class Label(Frozen):
    """One of the possible answers."""

    id: Name
    """What targets and records say."""
    text: Name
    """What a chat prompt offers and a reply is searched for."""
    cloze: str
    """How a cloze prompt goes on, with its leading space: " won"."""

    @field_validator("cloze")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("cloze is blank; write how the cloze prompt goes on, such as ' won'")
        return value


class CueSettings(Frozen):
    """How gestures are shown."""

    style: Name = "timeline"
    """The cue style, by name."""
    threshold: float = Field(default=0.0, ge=0, le=1)
    """Gestures with a lower confidence are not shown; those without a confidence always are."""
    top_k: int | None = Field(default=None, ge=1)
    """At most so many gestures: those with the highest confidence, shown in the order of time. In
    `summary`, at most so many kinds of gesture, those counted most: a count of only the surest ones
    would not be true."""
    confidences: bool = False
    """Whether the confidence is shown after each gesture."""
    leave_out: tuple[str, ...] = ("illustrative body language",)
    """Labels that are never shown. Illustrative gesturing is not a micro-gesture."""
    rest: Name | None = "others"
    """In `summary`, the recordings of the same person that rates are compared with: `others` is all
    others of the item set, any other word names the covariate that is true in them. None shows
    rates alone."""


class PromptFiles(Frozen):
    """Template file names, inside the prompts folder."""

    chat: Name
    """Template of the chat form: a block `user` and, if wanted, `system`."""
    cloze: Name | None = None
    """Template of the cloze form: a block `user`, whose end the labels continue."""


class Paraphrase(PromptFiles):
    """Another wording: templates, and words that replace the scenario's own."""

    text: Mapping[str, str] = Field(default_factory=dict)
    """Replaces the scenario's `text:` values key by key; a key that the scenario does not have is
    refused."""


class Mask(Frozen):
    """Words that say the answer: `mgllm audit` finds them in speech, `--mask` replaces them.

    A phrase is words with blanks between. `lost|lose` is one or the other, `defeat*` any word that
    begins so, `my?` may be absent, `*` is any word, `..` is up to three other words. Where a
    phrase of `unless` is longer, its words say no answer.
    """

    result: tuple[Phrase, ...] = ()
    """Phrases that say the answer; ids and texts of labels are always among them."""
    unless: tuple[Phrase, ...] = ()
    """Phrases in which such words say something else: "lost my rhythm"."""


class Scenario(Frozen):
    """What `scenarios/NAME.yaml` says."""

    name: Name = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    """Lower-case name; also the file's name."""
    version: int = Field(ge=1)
    """Raised whenever a change of wording, labels or items can move numbers."""
    title: Name
    """For tables and pages."""
    question: Name
    """What the model is asked."""
    labels: tuple[Label, ...] = Field(min_length=2, max_length=26)
    """The possible answers."""
    prompts: PromptFiles
    """The templates."""
    paraphrases: Mapping[str, Paraphrase] = Field(default_factory=dict)
    """Other wordings by name, chosen with `--paraphrase`."""
    items: Name | None = None
    """Item file, relative to the scenario's folder; `--items` replaces it."""
    arms: tuple[str, ...] = DEFAULT_ARMS
    """Arms to run when the command line names none."""
    baseline: str = "text"
    """The arm that others are compared with."""
    group_by: Literal["subject"] = "subject"
    """The unit of inference: always people."""
    cue: CueSettings = Field(default_factory=CueSettings)
    """How gestures are shown."""
    reasoning: Reasoning = "direct"
    """Whether the model writes its thoughts first."""
    text: Mapping[str, str] = Field(default_factory=dict)
    """The scenario's own words, seen by its templates under their keys."""
    mask: Mask = Field(default_factory=Mask, exclude_if=lambda mask: mask == Mask())
    """Words that say the answer, for `mgllm audit`; no prompt depends on them."""
    ethics: Name
    """What the scenario's numbers may not be used for; shown with every table."""

    @model_validator(mode="after")
    def _labels_differ(self) -> Self:
        for what in ("id", "text", "cloze"):
            seen = [getattr(label, what).strip().casefold() for label in self.labels]
            twice = sorted({value for value in seen if seen.count(value) > 1})
            if twice:
                raise ValueError(f"two labels have the {what} '{twice[0]}'; each label needs its own")
        return self

    @model_validator(mode="after")
    def _text_shadows_nothing(self) -> Self:
        taken = {"question", "labels", "speech", "cues", "reasoning"} & set(self.text)
        if taken:
            raise ValueError(f"text: '{min(taken)}' is a name that templates already have; use another key")
        return self

    @model_validator(mode="after")
    def _paraphrases_replace_text(self) -> Self:
        for name, paraphrase in self.paraphrases.items():
            for key in sorted(set(paraphrase.text) - set(self.text)):
                raise ValueError(f"paraphrase {name} replaces an {unknown('text:', key, self.text)}")
        return self
