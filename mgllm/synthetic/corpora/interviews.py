"""Made-up press conferences: who says what and when, with planted phrases and leaks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mgllm.records import Frozen
from mgllm.seeds import stream
from mgllm.synthetic.corpora.interview_texts import Evidence, Role, load_texts
from mgllm.synthetic.corpora.planning import Planned
from mgllm.synthetic.corpora.spoken import SpokenWord, asr_words
from mgllm.synthetic.corpora.truth import TrueTurn

EXCHANGE_SECONDS = 14.0
"""Of a question and its answer: about 35 words."""
MOST_PHRASES = 3
"""Planted phrases in an interview whose words say something."""
SHORT = 0.15
"""Share of answers that are a word or two, so that segments repeat."""
WORD = {"least": 0.16, "letter": 0.035}
"""Seconds of a word: these, and so many for each letter. Our choice: about 2.5 words a second."""
PAUSE = (0.5, 1.4)
"""Seconds between two turns, within which none is heard."""
FILLED = 0.97
"""Largest share of the recording that speech takes; longer talk is spoken faster."""
UNHEARD = 0.015
"""Share of words that the aligner does not know."""
MUFFLED = 0.3
"""Share of turns whose words it does not know in a recording that cannot be placed."""
UNKNOWN = "<unk>"


class Interview(Frozen):
    """A press conference."""

    turns: tuple[TrueTurn, ...]
    """In the order of time."""
    words: tuple[SpokenWord, ...]
    """As the aligner has them."""


def make_interview(seed: int, video: Planned, seconds: float, *, muffled: bool) -> Interview:
    """The press conference of a recording; it depends only on the arguments."""
    random = stream(seed, "interview", video.id)
    spoken = _script(video, max(1, round(seconds / EXCHANGE_SECONDS)), random)
    return _timed(spoken, seconds, random, muffled=muffled)


def _script(video: Planned, exchanges: int, random: np.random.Generator) -> list[tuple[Role, str]]:
    """Role and text of each turn."""
    texts = load_texts()
    planted: list[list[Evidence]] = [[] for _ in range(exchanges)]
    if video.words:
        pool = texts.up if video.words > 0 else texts.down
        for n in random.permutation(len(pool))[: random.integers(1, MOST_PHRASES + 1)]:
            planted[int(random.integers(exchanges))].append(pool[n])
    if video.leak:
        leaks = texts.leaks.first if video.first else texts.leaks.second
        planted[int(random.integers(exchanges))].append(leaks[int(random.integers(len(leaks)))])
    title = "Ms." if video.person.sex == "F" else "Mr."
    names = {"title": title, "name": video.person.name}
    turns: list[tuple[Role, str]] = []
    for place, evidence in enumerate(planted):
        question = texts.opening if place == 0 else _any(texts.questions, random)
        asked = [one.says for one in evidence if one.role == "interviewer"]
        said = [one.says for one in evidence if one.role == "interviewee"]
        if said or random.random() >= SHORT:
            said = _mixed(texts.answers, said, random)
        turns.append(("interviewer", _filled(" ".join([*asked, question]), names, random)))
        turns.append(("interviewee", _filled(" ".join(said or [_any(texts.short, random)]), names, random)))
    turns.append(("interviewer", _filled(texts.thanks, names, random)))
    return turns


def _mixed(pool: Sequence[str], planted: Sequence[str], random: np.random.Generator) -> list[str]:
    """Two to four sentences of a pool, and the planted ones, in random order."""
    chosen = [pool[n] for n in random.permutation(len(pool))[: random.integers(2, 5)]] + list(planted)
    return [chosen[n] for n in random.permutation(len(chosen))]


def _any(pool: Sequence[str], random: np.random.Generator) -> str:
    return pool[int(random.integers(len(pool)))]


def _filled(text: str, names: dict[str, str], random: np.random.Generator) -> str:
    score = "{}-{}".format(*random.permutation(5)[:2].tolist())
    return text.format(n=random.integers(2, 30), score=score, **names)


def _timed(
    spoken: Sequence[tuple[Role, str]], seconds: float, random: np.random.Generator, *, muffled: bool
) -> Interview:
    """Turns one after the other, faster if they do not fit."""
    words = [asr_words(text) for _, text in spoken]
    lengths = [[WORD["least"] + WORD["letter"] * len(word) for word in turn] for turn in words]
    pauses = random.uniform(*PAUSE, len(spoken)).tolist()
    tempo = min(1.0, FILLED * seconds / (sum(map(sum, lengths)) + sum(pauses)))
    quiet = set(random.permutation(len(spoken))[: round(MUFFLED * len(spoken)) * muffled].tolist())
    now, turns, heard = 0.0, [], []
    for place, ((role, text), turn) in enumerate(zip(spoken, words, strict=True)):
        now += pauses[place] * tempo
        first = round(now, 3)
        for word, length in zip(turn, lengths[place], strict=True):
            unheard = place in quiet or random.random() < UNHEARD
            end = round(now + length * tempo, 3)
            heard.append(SpokenWord(text=UNKNOWN if unheard else word, start=round(now, 3), end=end))
            now = end
        turns.append(TrueTurn(role=role, start=first, end=round(now, 3), text=text))
    return Interview(turns=tuple(turns), words=tuple(heard))
