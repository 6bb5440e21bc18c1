"""Who is in a made-up corpus, how each match ended, and what speech and gestures say about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from mgllm.items.official import (
    EMOTION_TEST,
    EMOTION_TRAIN,
    IMIGUE_SUBJECTS,
    IMIGUE_TRAIN_SUBJECTS,
)
from mgllm.records import Frozen
from mgllm.seeds import number, stream, unit
from mgllm.synthetic.corpora.interview_texts import load_texts

SILENT = 0.6
"""Share of recordings whose words say nothing about the outcome, so that gestures can: our choice.
Half of it is the largest effect that can be planted."""
MOST_EFFECT = 100 * SILENT / 2
WORDS_RIGHT = 0.9
"""Share of the other recordings whose words are on the side of the true outcome: our choice. A
reader of the words alone is right in .6 × .5 + .4 × .9 = 66 %."""
ALL_VIDEOS = 453
"""Largest number of a video in the official lists."""


USUAL_PEOPLE = 12


class CorpusOptions(Frozen):
    """Options of `mgllm synth CORPUS`."""

    videos: int = Field(default=24, ge=2, le=5000)
    """`--videos`: recordings; for ma52 clips."""
    subjects: int | None = Field(default=None, ge=1, le=2000)
    """`--subjects`: people; each has one body. None: 12; for smg one in each recording."""
    minutes: float = Field(default=1.0, ge=0.25, le=60)
    """`--minutes`: length of a recording."""
    effect: float = Field(default=15.0, ge=-MOST_EFFECT, le=MOST_EFFECT)
    """`--effect`: points of accuracy that gestures add for a reader of known weights, where the
    speech does not name the outcome."""
    leak: float = Field(default=0.0, ge=0, le=1)
    """`--leak`: share of recordings whose speech names the outcome."""
    sex_shortcut: float = Field(default=0.0, ge=-1, le=1)
    """`--sex-shortcut`: correlation of sex and outcome."""
    noise: float = Field(default=1.0, ge=0, le=10)
    """`--noise`: factor on the detector's errors."""
    seed: int = Field(default=0, ge=0)
    """`--seed`: decides everything."""

    @property
    def people(self) -> int:
        """How many, where recordings share them."""
        return min(self.subjects or USUAL_PEOPLE, self.videos)


class Person(Frozen):
    """A made-up person."""

    id: int
    """Official number where these suffice."""
    sex: Literal["F", "M"]
    """Made up."""
    nationality: str
    """Made up; it has nothing to do with the outcome."""
    name: str
    """Made-up family name."""


class Planned(Frozen):
    """A recording before anything is made."""

    id: int
    """Official number where these suffice."""
    person: Person
    """Who is in it."""
    side: Literal["train", "test"] | None
    """Side of the official emotion lists."""
    first: bool
    """Whether the first outcome is the true one."""
    words: int
    """What the words say: 1 the first outcome, −1 the second one, 0 nothing."""
    cues: int
    """What the gestures say: 1 or −1."""
    leak: bool
    """Whether the speech names the outcome."""


def plan_people(options: CorpusOptions) -> tuple[Person, ...]:
    """Half of them from each side of the official protocol, women and men in turn on both."""
    train = [n for n in IMIGUE_SUBJECTS if n in IMIGUE_TRAIN_SUBJECTS]
    test = [n for n in IMIGUE_SUBJECTS if n not in IMIGUE_TRAIN_SUBJECTS]
    random = stream(options.seed, "people of a corpus")
    chosen = chosen_in_turn([train, test], options.people, random)
    beyond = range(IMIGUE_SUBJECTS[-1] + 1, IMIGUE_SUBJECTS[-1] + 1 + options.people - len(chosen))
    ids = [*chosen, *beyond]
    texts = load_texts()
    return tuple(
        Person(
            id=one,
            sex="F" if place // 2 % 2 else "M",
            nationality=texts.nationalities[number(options.seed, "nation", one) % len(texts.nationalities)],
            name=_name(place, texts.names),
        )
        for place, one in enumerate(ids)
    )


def plan_videos(options: CorpusOptions, people: Sequence[Person]) -> tuple[Planned, ...]:
    """Recordings in the order of their numbers, people as equally often as possible."""
    random = stream(options.seed, "videos of a corpus")
    listed = dict.fromkeys(EMOTION_TRAIN, "train") | dict.fromkeys(EMOTION_TEST, "test")
    chosen = chosen_in_turn([EMOTION_TRAIN, EMOTION_TEST], options.videos, random)
    others = [video for video in range(1, max(ALL_VIDEOS, options.videos) + 1) if video not in listed]
    if missing := options.videos - len(chosen):
        chosen += [others[n] for n in random.permutation(len(others))[:missing]]
    turns = [people[n % len(people)] for n in range(len(chosen))]
    owners = [turns[n] for n in random.permutation(len(turns))]
    pairs = sorted(zip(chosen, owners, strict=True), key=lambda pair: pair[0])
    first = [False] * len(pairs)
    for side in ("train", "test", None):  # each side has its own half, as the official lists have
        there = [place for place, (video, _) in enumerate(pairs) if listed.get(video) == side]
        drawn = plan_outcomes([pairs[n][1].sex for n in there], options.sex_shortcut, random)
        for place, outcome in zip(there, drawn, strict=True):
            first[place] = outcome
    leaky = set(random.permutation(len(pairs))[: round(options.leak * len(pairs))].tolist())
    made = []
    for place, (video, person) in enumerate(pairs):
        words, cues = plan_evidence(options, video, first[place])
        made.append(
            Planned(
                id=video,
                person=person,
                side=listed.get(video),
                first=first[place],
                words=words,
                cues=cues,
                leak=place in leaky,
            )
        )
    return tuple(made)


def plan_outcomes(sexes: Sequence[str], correlation: float, random: np.random.Generator) -> list[bool]:
    """Half of all have the first outcome; men more often with a positive correlation."""
    men = [place for place, sex in enumerate(sexes) if sex == "M"]
    women = [place for place, sex in enumerate(sexes) if sex != "M"]
    if not sexes:
        return []
    half = len(sexes) // 2
    wanted = round(len(men) * half / len(sexes) + correlation * len(men) * len(women) / len(sexes))
    of_men = min(max(wanted, half - len(women), 0), len(men), half)
    chosen = {group[n] for group, count in ((men, of_men), (women, half - of_men))
              for n in random.permutation(len(group))[:count]}  # fmt: skip
    return [place in chosen for place in range(len(sexes))]


def plan_evidence(options: CorpusOptions, key: int | str, first: bool) -> tuple[int, int]:
    """What words and gestures say: with these shares, the planted effect is what gestures add."""
    side = 1 if first else -1
    silent = unit(options.seed, "silent", key) < SILENT
    right = unit(options.seed, "words", key) < WORDS_RIGHT
    words = 0 if silent else side if right else -side
    agrees = unit(options.seed, "cues", key) < 0.5 + options.effect / 100 / SILENT
    return words, side if agrees else -side


def chosen_in_turn(lists: Sequence[Sequence[int]], count: int, random: np.random.Generator) -> list[int]:
    """Members of the lists, drawn in turn from each; fewer if they do not suffice."""
    drawn = [[members[n] for n in random.permutation(len(members))] for members in lists]
    longest = max(map(len, drawn))
    return [members[n] for n in range(longest) for members in drawn if n < len(members)][:count]


def _name(place: int, names: Sequence[str]) -> str:
    """The first ones are plain; later ones are double names."""
    name = names[place % len(names)]
    return name if place < len(names) else f"{name}-{names[place // len(names) % len(names)]}"
