"""Cloze wordings against plain snippets, whose answer nobody doubts: a constant answer would be a dead one.

Wordings were chosen on these snippets, in the arm `text`, before any gesture was shown to a model.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from mgllm.backends.base import BackendOptions
from mgllm.backends.local import LocalBackend
from mgllm.errors import FatalBackendError
from mgllm.prompts.renderer import Renderer
from mgllm.prompts.scenarios import Folders, bundled_folder, find_scenario, scenario_names
from mgllm.prompts.views import OfferedLabel, View
from mgllm.records import Choice, Question, Turn

FEWEST_RIGHT = {None: 17, "b": 16, "c": 16}
"""Of 20, by wording."""
SNIPPETS = {
    "emotion": {
        "win": (
            "I played my best tennis today and I am so happy to be in the final.",
            "What a day! I took the last set six love and now I have the trophy.",
            "I am through to the next round, I cannot stop smiling.",
            "It feels wonderful to be the champion here.",
            "My serve was perfect and he had no answer to it.",
            "I finally did it, this is the biggest title of my career.",
            "I am delighted, everything worked today.",
            "She was too slow for me and I finished it in an hour.",
            "I am proud, I saved two match points and took it.",
            "I look forward to the semi-final tomorrow, I feel great.",
        ),
        "lose": (
            "I am very disappointed, nothing worked and I am out of the tournament.",
            "He was simply better than me today. I congratulate him.",
            "I could not hold my serve once. It hurts a lot.",
            "I am going home tomorrow, much earlier than I hoped.",
            "I had match point and threw it away. I am so sad.",
            "She was too strong for me, I had no chance.",
            "I made too many mistakes and I paid for it. My tournament is over.",
            "It is a terrible day, I feel empty and I want to cry.",
            "I was beaten by a great player, there is nothing more to say.",
            "My knee gave way and I could not continue.",
        ),
    },
    "deception": {
        "truthful": (
            "I was at the station at nine. Here is the ticket, and three people who were with me.",
            "Yes, I broke the window. I am sorry, I will pay for it.",
            "I told the police everything I saw, just as it happened.",
            "You can check the camera, it shows me at my desk all day.",
            "I made a mistake in the report and I want to put it right.",
            "I have nothing to hide, look at my phone, look at my bank account.",
            "I saw the red car stop and the driver get out, exactly as I said.",
            "I do not know who did it. I was asleep, my husband was with me.",
            "The doctor's letter says the same as what I have told you.",
            "I counted the money in front of two colleagues and they signed for it.",
        ),
        "deceptive": (
            "I was at home all night, no wait, I was at a bar, I mean at my sister's.",
            "I invented the whole story so that nobody would find out.",
            "I have never met her. All right, I met her, but only once, well, twice.",
            "I will say I was ill, they will believe anything.",
            "My twin brother must have done it. I do have a twin, he lives far away.",
            "I gave them a false name and a false address.",
            "A dog ate the receipts, and then the house burned down, and the bank lost its records.",
            "I forged the signature and told them it was his.",
            "I pretended to know nothing, although I had planned it all.",
            "I just made that up to get out of trouble.",
        ),
    },
    "interview": {
        "relaxed": (
            "I slept well and I feel good about this talk, it is a pleasure to be here.",
            "Take your time, I am in no hurry at all.",
            "I love my work and talking about it is fun.",
            "I feel at home here, thank you for the coffee.",
            "I laughed a lot on the way, what a beautiful morning.",
            "There is nothing to worry about, I have done this many times.",
            "I am comfortable with any question you like to ask.",
            "I just enjoy meeting new people, it is easy for me.",
            "I have another offer already, so this is just a nice chat.",
            "Everything is going smoothly and I feel peaceful.",
        ),
        "stressed": (
            "My heart is racing and my hands are shaking, sorry.",
            "I cannot remember what I wanted to say, I am so nervous.",
            "I have not slept for three nights because of this interview.",
            "Please, could I have some water? I can hardly breathe.",
            "I need this job badly, I do not know what I will do without it.",
            "Sorry, sorry, I am all mixed up, could you repeat that?",
            "I am afraid I will say something wrong.",
            "There is too much pressure on me, I cannot cope.",
            "My mind just went blank, I am panicking.",
            "I have been dreading this conversation all week.",
        ),
    },
}


@pytest.fixture(scope="module")
def local() -> Iterator[LocalBackend]:
    backend = LocalBackend(BackendOptions(model=""))
    try:
        asyncio.run(backend.open())
    except FatalBackendError as error:
        pytest.skip(str(error))
    yield backend
    asyncio.run(backend.close())


def answer(local: LocalBackend, name: str, paraphrase: str | None, snippet: str) -> str:
    """Id of the label that continues the cloze prompt best."""
    found = find_scenario(name, Folders())
    labels, wording = found.scenario.labels, found.wording("cloze", paraphrase)
    assert wording is not None
    view = View(
        question=found.scenario.question,
        labels=tuple(OfferedLabel(text=label.text, answer=label.text) for label in labels),
        reasoning="direct",
        text=wording.text,
        speech=(Turn(text=snippet),),
    )
    question = Question(
        prompt=Renderer([bundled_folder("prompts")]).render(wording.template, "cloze", view),
        choices=tuple(Choice(label=label.id, text=label.cloze) for label in labels),
        score="logprob",
    )
    scores = asyncio.run(local.ask(question)).scores
    assert scores is not None
    return max(scores.total, key=lambda label: scores.total[label])


def test_every_scenario_has_ten_snippets_a_label() -> None:
    assert set(SNIPPETS) == set(scenario_names(Folders()))
    for name, snippets in SNIPPETS.items():
        assert set(snippets) == {label.id for label in find_scenario(name, Folders()).scenario.labels}
        assert all(len(set(texts)) == 10 for texts in snippets.values())


@pytest.mark.slow
@pytest.mark.parametrize("paraphrase", FEWEST_RIGHT)
@pytest.mark.parametrize("name", SNIPPETS)
def test_plain_snippets_are_read_rightly(local: LocalBackend, name: str, paraphrase: str | None) -> None:
    answers = [
        (label, answer(local, name, paraphrase, snippet))
        for label, texts in SNIPPETS[name].items()
        for snippet in texts
    ]
    assert len({said for _, said in answers}) == 2
    assert sum(label == said for label, said in answers) >= FEWEST_RIGHT[paraphrase]
