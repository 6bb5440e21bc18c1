"""Made-up interviews: what is planted is said, nothing else names the outcome, turns fit."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from mgllm.synthetic.corpora.interview_texts import load_texts
from mgllm.synthetic.corpora.interviews import UNKNOWN, Interview, make_interview
from mgllm.synthetic.corpora.planning import Person, Planned
from mgllm.synthetic.corpora.spoken import asr_words

OUTCOME = re.compile(r"\b(won|win|wins|winning|lost|lose|loss|losing|beat\w*|defeat\w*|victor\w*)\b", re.I)
PERSON = Person(id=7, sex="F", nationality="ITA", name="Varga")


def talk(number: int = 1, *, muffled: bool = False, seconds: float = 60, **more: Any) -> Interview:
    plain = {
        "id": number,
        "person": PERSON,
        "side": None,
        "first": True,
        "words": 0,
        "cues": 1,
        "leak": False,
    }
    return make_interview(3, Planned.model_validate(plain | more), seconds, muffled=muffled)


def text(interview: Interview) -> str:
    return " ".join(turn.text for turn in interview.turns).lower()


def phrases(name: str) -> list[str]:
    return [one.phrase for one in getattr(load_texts(), name)]


def test_no_plain_sentence_names_the_outcome() -> None:
    texts = load_texts()
    plain = [texts.opening, texts.thanks, *texts.questions, *texts.answers, *texts.short]
    plain += [one.says for one in (*texts.up, *texts.down)]
    assert [sentence for sentence in plain if OUTCOME.search(sentence)] == []
    assert all(OUTCOME.search(one.says) for one in (*texts.leaks.first, *texts.leaks.second))


def test_every_phrase_is_in_its_own_sentence_alone_and_survives_plain_words() -> None:
    texts = load_texts()
    planted = [*texts.up, *texts.down, *texts.leaks.first, *texts.leaks.second]
    sentences = [*(one.says for one in planted), *texts.questions, *texts.answers, *texts.short]
    for one in planted:
        assert [says for says in sentences if one.phrase in says.lower()] == [one.says]
        assert one.phrase in " ".join(asr_words(one.says))


@pytest.mark.parametrize("number", range(8))
def test_words_say_what_was_planned(number: int) -> None:
    silent, up, down = (text(talk(number, words=words)) for words in (0, 1, -1))
    assert [phrase for phrase in (*phrases("up"), *phrases("down")) if phrase in silent] == []
    assert 1 <= sum(phrase in up for phrase in phrases("up")) <= 3
    assert sum(phrase in up for phrase in phrases("down")) == 0
    assert 1 <= sum(phrase in down for phrase in phrases("down")) <= 3


@pytest.mark.parametrize("first", [True, False])
def test_only_a_leak_names_the_outcome(first: bool) -> None:
    assert not OUTCOME.search(text(talk(first=first)))
    leaks = load_texts().leaks.first if first else load_texts().leaks.second
    assert sum(one.phrase in text(talk(first=first, leak=True)) for one in leaks) == 1


@pytest.mark.parametrize("seconds", [15.0, 60.0, 300.0])
def test_turns_are_in_order_and_fit_into_the_recording(seconds: float) -> None:
    made = talk(seconds=seconds, leak=True, words=1)
    assert {turn.role for turn in made.turns} == {"interviewer", "interviewee"}
    assert all(turn.start < turn.end for turn in made.turns)
    assert all(one.end <= other.start for one, other in pairwise(made.turns))
    assert made.turns[-1].end <= seconds
    assert [len(asr_words(turn.text)) for turn in made.turns] == [
        sum(turn.start <= word.start < turn.end for word in made.words) for turn in made.turns
    ]


def test_the_aligner_knows_nearly_all_words_unless_it_is_muffled() -> None:
    def unknown(made: Interview) -> float:
        return sum(word.text == UNKNOWN for word in made.words) / len(made.words)

    assert 0 < unknown(talk(seconds=600)) < 0.03
    assert unknown(talk(seconds=600, muffled=True)) > 0.15
    assert talk(seconds=600).turns == talk(seconds=600, muffled=True).turns


def test_nobody_says_what_the_other_one_says() -> None:
    """Otherwise nobody could find out from the words who spoke."""
    turns = [turn for number in range(30) for turn in talk(number, seconds=300).turns]
    said = {
        role: {" ".join(asr_words(t.text)) for t in turns if t.role == role}
        for role in ("interviewer", "interviewee")
    }
    assert said["interviewer"] & said["interviewee"] == set()
