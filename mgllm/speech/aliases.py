"""What prompts call a speaker: a role or a number as it stands, but never a person's name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mgllm.speech.base import Said

NAMES = "names of speakers are kept in the items, but not shown to a model"
"""A note's words."""
_ROLES = frozenset(
    re.findall(
        r"\S+",
        """
        agent all answer attorney audience both caller candidate chair child client clinician coach
        coder confederate counsel court customer daughter defendant doctor dr employee employer
        examiner experimenter facilitator father female girl boy group guest host informant
        interpreter interviewee interviewer investigator journalist judge juror kid lawyer learner
        leader left male man manager moderator mother narrator native nurse officer operator parent
        participant patient person physician player police presenter press prosecutor psychologist
        question reporter researcher respondent right server sir son speaker spk staff student
        subject suspect teacher therapist translator tutor unknown voice witness woman words
        """,
    )
)
"""Words that say what somebody does there, and not who it is."""
_PART = re.compile(r"[^\W\d_]+")


def without_names(said: Said) -> Said:
    """The same, where speakers with a person's name have an alias, and a note for each."""
    alias = _aliases(turn.speaker for turn in said.turns)
    turns = tuple(
        turn.model_copy(update={"alias": alias[turn.speaker]}) if turn.speaker in alias else turn
        for turn in said.turns
    )
    lines = tuple(f"{name} is {shown}" for name, shown in alias.items())
    return Said(turns=turns, notes={**said.notes, **({NAMES: lines} if lines else {})})


def is_role(speaker: str) -> bool:
    """Whether it is no person's name: roles, single letters and numbers.

    >>> is_role("SPEAKER_00"), is_role("Q"), is_role("Interviewer 2"), is_role("Ann")
    (True, True, True, False)
    """
    parts = [part.casefold() for part in _PART.findall(speaker)]
    return all(part in _ROLES or len(part) == 1 for part in parts)


def _aliases(speakers: Iterable[str]) -> dict[str, str]:
    everyone = list(dict.fromkeys(speakers))
    named = [name for name in everyone if not is_role(name)]
    taken = {name.casefold() for name in everyone}
    word = next(word for word in ("Speaker", "Person", "Voice") if not _begins(word, taken))
    return {name: f"{word} {n}" for n, name in enumerate(named, 1)}


def _begins(word: str, taken: set[str]) -> bool:
    return word != "Voice" and any(name.startswith(f"{word.casefold()} ") for name in taken)
