"""What is asked about: a person, on one occasion."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from mgllm.records.frozen import Frozen, Name
from mgllm.records.gesture import CueSource, GestureTranscript


class SpokenWord(Frozen):
    """A word of a turn, and when it is said."""

    text: Name
    """The word as the turn writes it, with its punctuation."""
    start: float | None = Field(default=None, ge=0)
    """Seconds from the recording's beginning; absent for a word that no program could place."""
    end: float | None = Field(default=None, ge=0)
    """Seconds from the recording's beginning."""


class Turn(Frozen):
    """One uninterrupted stretch of speech."""

    speaker: str = "Speaker"
    """Who speaks."""
    alias: str | None = None
    """What prompts call the speaker instead, so that a person's name stays out of them."""
    text: str
    """What is said."""
    start: float | None = Field(default=None, ge=0)
    """Seconds from the recording's beginning."""
    end: float | None = Field(default=None, ge=0)
    """Seconds from the recording's beginning."""
    words: tuple[SpokenWord, ...] = ()
    """The words of `text` in their order, each of them, if their times are known. A template never
    sees their times."""

    @model_validator(mode="after")
    def _words_are_the_text(self) -> Self:
        """A cue names a word by its number, so that the words must be those of the text."""
        for n, (word, said) in enumerate(zip_longest(self.words, self.text.split() if self.words else ())):
            if word is None or word.text != said:
                given = "nothing" if word is None else f"'{word.text}'"
                wanted = "nothing more" if said is None else f"'{said}'"
                raise ValueError(
                    f"words.{n} has {given} where the text has {wanted}; leave words out or list all"
                )
        return self


class Item(Frozen):
    """A person on one occasion: what was said, how the person moved, and what is to be found
    out."""

    id: Name
    """Unique in its item set."""
    subject: Name
    """The person. Folds and inference use it. If it is unknown, importers write the recording's id
    here."""
    subject_known: bool = True
    """False where `subject` is only the recording's id; tables then say *clustered by
    recording*."""
    speech: tuple[Turn, ...] = ()
    """What was said. A plain string is one turn. Without it the arms that show speech cannot
    run."""
    gestures: Mapping[CueSource, GestureTranscript] = Field(default_factory=dict)
    """Gestures by source."""
    target: str | None = None
    """Id of the true label. Without one there are answers and probabilities, but no accuracy."""
    covariates: Mapping[str, str | int | float | bool | None] = Field(default_factory=dict)
    """Facts for slices and baselines (sex, set, …). A template never sees them."""
    terms: Literal["open", "restricted"] = "open"
    """`restricted`: the data's licence forbids upload; only local and loopback models may be
    asked."""
    notes: str | None = None
    """For people. A template never sees it."""
    canary: str | None = Field(default=None, exclude_if=lambda mark: mark is None)
    """A string that marks test data, so that it can be found in training corpora. No part of the
    item: no prompt, no hash and no record has it."""

    @property
    def masked(self) -> bool:
        """Whether `mgllm audit --mask` wrote the item: it counts the masks."""
        return "masked_results" in self.covariates

    @field_validator("speech", mode="before", json_schema_input_type=str | tuple[Turn, ...])
    @classmethod
    def _string_is_one_turn(cls, value: Any) -> Any:
        if isinstance(value, str):
            return ({"text": value},) if value.strip() else ()
        return value

    @field_validator("gestures", mode="before")
    @classmethod
    def _key_says_source(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {
            key: {"source": key, **transcript} if isinstance(transcript, Mapping) else transcript
            for key, transcript in value.items()
        }

    @field_validator("gestures")
    @classmethod
    def _source_is_key(
        cls, value: Mapping[CueSource, GestureTranscript]
    ) -> Mapping[CueSource, GestureTranscript]:
        for key, transcript in value.items():
            if transcript.source != key:
                raise ValueError(f"gestures under '{key}' say that their source is '{transcript.source}'")
        return value

    @model_validator(mode="after")
    def _speech_says_something(self) -> Self:
        if self.speech and not any(turn.text.strip() for turn in self.speech):
            raise ValueError("speech has turns but no words; leave it out, or write what was said")
        return self
