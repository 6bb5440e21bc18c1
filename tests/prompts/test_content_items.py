"""The bundled made-up items: same words, opposite targets, and a rule of thumb that holds in two of three."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.items.loading import load_items
from mgllm.prompts.scenarios import Folders, bundled_folder, find_scenario, scenario_names
from mgllm.records import Item

SCENARIOS = scenario_names(Folders())
TELLTALE = {
    "emotion": "win wins won winning winner lose loses lost losing loss loser victory defeat beat beaten",
    "deception": "truth true truthful truthfully honest honestly lie lies lied lying liar deceive false",
    "interview": "relax relaxed relaxing calm stress stressed stressful nervous tense anxious worried",
}
"""Words that speech may not say: labels, their forms and their neighbours."""


CANARY = "mgllm canary 7c1e5d0a-3b52-4f0e-9a6d-2f8c41b7e963"
"""Never changed: a corpus that has this string has our test data."""


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def items_of(name: str) -> tuple[Item, ...]:
    return load_items(str(find_scenario(name, Folders()).items_path()))


def lists_of(name: str) -> dict[str, list[str]]:
    """The lists of scenarios/items/NAME.md by their headings."""
    text = (bundled_folder("scenarios") / "items" / f"{name}.md").read_text(encoding="utf-8")
    lists: dict[str, list[str]] = defaultdict(list)
    heading = ""
    for line in text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("- "):
            lists[heading].append(line.removeprefix("- "))
    return dict(lists)


@pytest.mark.parametrize("name", SCENARIOS)
def test_twelve_people_say_the_same_words_on_two_occasions_with_opposite_targets(name: str) -> None:
    items = items_of(name)
    assert len(items) == 24
    pairs: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        pairs[item.subject].append(item)
    labels = {label.id for label in find_scenario(name, Folders()).scenario.labels}
    assert len(pairs) == 12
    for one, other in pairs.values():
        assert one.speech == other.speech
        assert {one.target, other.target} == labels
        assert one.gestures["annotated"].gestures != other.gestures["annotated"].gestures
        assert len(one.gestures["annotated"].gestures) == len(other.gestures["annotated"].gestures)
    assert len({item.speech for item in items}) == 12
    firsts = Counter(item.target for item in items if item.id.endswith("a"))
    assert set(firsts.values()) == {6}, "the letter of an id must not tell its target"


@pytest.mark.parametrize("name", SCENARIOS)
def test_bundled_items_are_marked_made_up_open_and_of_natural_size(name: str) -> None:
    imigue = [one.label for one in load_vocabulary("imigue").classes[:31]]
    for item in items_of(name):
        assert item.covariates["made_up"] is True
        assert item.terms == "open"
        assert item.notes
        assert 25 <= len(item.speech[0].text.split()) <= 50
        assert not words(item.speech[0].text) & set(TELLTALE[name].split())
        transcript = item.gestures["annotated"]
        assert transcript.duration is not None
        assert 8 <= transcript.duration <= 20
        assert 2 <= len(transcript.gestures) <= 5
        last = 0.0
        for gesture in transcript.gestures:
            assert gesture.label in imigue
            assert gesture.start is not None
            assert gesture.end is not None
            assert last <= gesture.start < gesture.end <= transcript.duration
            last = gesture.end


@pytest.mark.parametrize("name", SCENARIOS)
def test_sixteen_items_follow_the_stated_rule_and_eight_go_against_it(name: str) -> None:
    lists = lists_of(name)
    first, second = (label.id for label in find_scenario(name, Folders()).scenario.labels)
    assert not set(lists[first]) & set(lists[second])
    found: dict[str, list[Item]] = {"agrees": [], "against": []}
    for item in items_of(name):
        seen = Counter(gesture.label for gesture in item.gestures["annotated"].gestures)
        lead = sum(seen[one] for one in lists[first]) - sum(seen[one] for one in lists[second])
        assert lead != 0
        says = first if lead > 0 else second
        found["agrees" if says == item.target else "against"].append(item)
    for rule, items in found.items():
        assert [item.id for item in items] == lists[rule]
        assert {item.covariates["rule"] for item in items} == {rule}
        assert set(Counter(item.target for item in items).values()) == {8 if rule == "agrees" else 4}


@pytest.mark.parametrize("name", SCENARIOS)
def test_speech_alone_tells_nothing(name: str) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
    from sklearn.pipeline import make_pipeline

    items = items_of(name)
    speech = [item.speech[0].text for item in items]
    targets = [str(item.target) for item in items]
    reader = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression())
    groups = [item.subject for item in items]
    answers = cross_val_predict(reader, speech, targets, groups=groups, cv=LeaveOneGroupOut())
    assert sum(a == t for a, t in zip(answers, targets, strict=True)) <= len(items) / 2


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_bundled_file_and_item_has_the_canary(name: str) -> None:
    folder = bundled_folder("scenarios")
    for file in (folder / f"{name}.yaml", folder / "items" / f"{name}.md"):
        assert CANARY in file.read_text(encoding="utf-8")
    assert {item.canary for item in items_of(name)} == {CANARY}
