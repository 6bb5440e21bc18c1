"""The bundled vocabularies, scenarios and templates, found by glob, keep their promises."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mgllm.arms.integrity import block_text
from mgllm.backends.weights.known_models import DEFAULT_MODEL, models_folder
from mgllm.commands.check import check_scenario
from mgllm.cues.vocabularies import load_vocabulary, vocabulary_names
from mgllm.experiment.checking import check_here
from mgllm.experiment.manner import settle
from mgllm.experiment.material import gather
from mgllm.experiment.options import AskOptions, RunOptions
from mgllm.experiment.preparing import render_questions
from mgllm.items.loading import load_items
from mgllm.prompts.scenarios import Folders, bundled_folder, find_scenario, scenario_names
from mgllm.records import DEFAULT_ARMS, Form, Item, Prompt

SCENARIOS = scenario_names(Folders())
PROMPTS = bundled_folder("prompts")
OF_OPTIONS = ("probe_", "_shot")
"""How templates begin that only an option of a run uses; tests/experiment has theirs."""
TEMPLATES = sorted(path.name for path in PROMPTS.glob("*.j2") if not path.name.startswith(OF_OPTIONS))
WORDINGS = (None, "b", "c")
CLASSES = {"imigue": 32, "ma52": 52, "rltd": 39, "smg": 17}
MOST_TOKENS = 220


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def items_of(name: str) -> tuple[Item, ...]:
    return load_items(str(find_scenario(name, Folders()).items_path()))


@cache
def prompts_of(name: str, form: Form, paraphrase: str | None) -> dict[tuple[str, str], Prompt]:
    """Rendered prompts by (item, arm), in the default arms."""
    options = RunOptions(model="local", ask=AskOptions(form=form, paraphrase=paraphrase))
    found = find_scenario(name, options.folders)
    manner = settle(found, options.ask, form)
    planned = render_questions(gather(found, options), manner, options)
    return {(one.key.item, one.key.arm): one.question.prompt for one in planned}


@pytest.mark.parametrize("name", vocabulary_names())
def test_a_vocabulary_names_each_class_once_and_is_short(name: str) -> None:
    vocabulary = load_vocabulary(name)
    for what in ("label", "code"):
        assert len({getattr(one, what) for one in vocabulary.classes}) == CLASSES[name]
    assert len(vocabulary.classes) == CLASSES[name]
    assert len(vocabulary.definition.split()) <= 20
    assert all(len((one.gloss or "").split()) <= 15 for one in vocabulary.classes)
    assert all(one.label == one.label.lower() for one in vocabulary.classes)
    assert vocabulary.heading.lower().startswith(vocabulary.noun)
    assert vocabulary.nothing == f"No {vocabulary.noun} were observed."


def test_only_imigue_and_smg_speak_of_micro_gestures() -> None:
    speaking = {name for name in vocabulary_names() if load_vocabulary(name).noun == "micro-gestures"}
    assert speaking == {"imigue", "smg"}
    for name in set(vocabulary_names()) - speaking:
        vocabulary = load_vocabulary(name)
        said = [vocabulary.heading, vocabulary.definition, vocabulary.nothing]
        assert "gesture" not in " ".join(said).lower()


def test_no_gesture_and_no_cue_frame_says_a_label() -> None:
    labels = [label for name in SCENARIOS for label in find_scenario(name, Folders()).scenario.labels]
    banned = {word for label in labels for word in words(f"{label.id} {label.text} {label.cloze}")}
    assert banned >= {"win", "lost", "truthful", "stressed"}
    for name in vocabulary_names():
        vocabulary = load_vocabulary(name)
        said = [vocabulary.heading, vocabulary.definition, vocabulary.nothing]
        assert not words(" ".join([*said, *(one.label for one in vocabulary.classes)])) & banned


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_has_what_every_scenario_needs(name: str) -> None:
    scenario = find_scenario(name, Folders()).scenario
    assert scenario.arms == DEFAULT_ARMS
    assert len(scenario.ethics.split()) >= 20
    assert re.search(r"\bgroups\b", scenario.ethics)
    assert set(scenario.paraphrases) == {"b", "c"}
    assert not words(scenario.question) & {word for label in scenario.labels for word in words(label.text)}
    for files in (scenario.prompts, *scenario.paraphrases.values()):
        assert {files.chat, files.cloze} <= set(TEMPLATES)


def test_each_ethics_line_is_its_own_and_deception_disclaims_lie_detection() -> None:
    lines = {name: find_scenario(name, Folders()).scenario.ethics for name in SCENARIOS}
    assert len(set(lines.values())) == len(lines)
    assert "no lie detector" in lines["deception"]
    assert "never a verdict on a person" in lines["deception"]


def test_templates_are_shared_and_each_scenario_has_its_own_words() -> None:
    assert len(TEMPLATES) == 6
    scenarios = [find_scenario(name, Folders()).scenario for name in SCENARIOS]
    assert len({scenario.prompts.chat for scenario in scenarios}) == 1
    for scenario in scenarios:
        assert all(set(other.text) == set(scenario.text) for other in scenario.paraphrases.values())
    texts = [text for s in scenarios for text in (s.text, *(one.text for one in s.paraphrases.values()))]
    roles = [text["role"] for text in texts]
    assert len(set(roles)) == len(SCENARIOS) * len(WORDINGS)


def test_every_template_belongs_to_a_scenario() -> None:
    named = {"_speech.j2", "_cues.j2"}
    for name in SCENARIOS:
        scenario = find_scenario(name, Folders()).scenario
        for files in (scenario.prompts, *scenario.paraphrases.values()):
            named |= {files.chat, str(files.cloze)}
    assert named == set(TEMPLATES)


@pytest.mark.parametrize("file", [name for name in TEMPLATES if not name.startswith("_")])
def test_a_template_includes_each_partial_once_and_touches_the_blocks_nowhere_else(file: str) -> None:
    source = (PROMPTS / file).read_text(encoding="utf-8")
    assert re.findall(r'{% include "(\w+\.j2)" %}', source) == ["_speech.j2", "_cues.j2"]
    rest = source.replace('{% include "_speech.j2" %}', "").replace('{% include "_cues.j2" %}', "")
    code = " ".join(re.findall(r"{[{%].*?[%}]}", rest))
    assert not words(code) & {"speech", "cues"}
    assert source.count("{% block user %}") == 1
    assert ("{% block system %}" in source) != file.endswith("_cloze.j2")


@pytest.mark.parametrize("name", SCENARIOS)
def test_all_wordings_forms_and_arms_render_and_differ_in_their_blocks_alone(name: str) -> None:
    report = check_scenario(name, RunOptions(model="local"))
    assert report.arms == DEFAULT_ARMS
    assert len(report.wordings) == len(WORDINGS) * 3
    assert report.prompts == 24 * len(DEFAULT_ARMS) * len(report.wordings)


@pytest.mark.parametrize("paraphrase", WORDINGS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_cloze_ends_on_a_word_and_a_chat_on_the_list_of_answers(name: str, paraphrase: str | None) -> None:
    scenario = find_scenario(name, Folders()).scenario
    for prompt in prompts_of(name, "cloze", paraphrase).values():
        assert re.search(r"\w$", prompt.messages[0].content)
    for prompt in prompts_of(name, "chat", paraphrase).values():
        ending = prompt.messages[-1].content.splitlines()[-1]
        assert all(label.text in words(ending) for label in scenario.labels)
        assert re.search(r"nothing else|no other words", ending)


@pytest.mark.parametrize("name", SCENARIOS)
def test_blocks_are_written_as_promised(name: str) -> None:
    prompts = prompts_of(name, "chat", None)
    for item in items_of(name):
        assert block_text(prompts[item.id, "none"], "speech") == ""
        assert block_text(prompts[item.id, "text"], "cues") == ""
        speech = f"Transcript:\nSpeaker: {item.speech[0].text}\n"
        assert block_text(prompts[item.id, "text+mg"], "speech") == speech
        lines = block_text(prompts[item.id, "mg"], "cues").splitlines()
        assert lines[0] == load_vocabulary("imigue").heading
        assert [line.split(" ", 1)[1] for line in lines[2:]] == [
            gesture.label for gesture in item.gestures["annotated"].gestures
        ]


def test_the_page_for_psychologists_shows_a_scenario_that_is_right(folders: Folders) -> None:
    page = (PROMPTS.parent / "docs" / "adding-a-scenario.md").read_text(encoding="utf-8")
    (form,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    chat, cloze = re.findall(r"```jinja\n(.*?)```", page, re.DOTALL)
    assert folders.scenarios is not None
    assert folders.prompts is not None
    made = (folders.scenarios / "items" / "meeting.jsonl").read_text(encoding="utf-8")
    items = made.replace('"agrees"', '"warm"').replace('"objects"', '"cool"')
    (folders.scenarios / "items" / "rapport.jsonl").write_text(items, encoding="utf-8")
    (folders.scenarios / "rapport.yaml").write_text(form, encoding="utf-8")
    for stem in ("rapport", "rapport_b"):
        (folders.prompts / f"{stem}.j2").write_text(chat, encoding="utf-8")
        (folders.prompts / f"{stem}_cloze.j2").write_text(cloze, encoding="utf-8")
    report = check_here("rapport", RunOptions(model="local", folders=folders))
    assert len(report.wordings) == 6


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    folder: Path = models_folder() / DEFAULT_MODEL
    if not (folder / "tokenizer.json").is_file():
        pytest.skip(f"the default model is not in {folder}; run `mgllm models pull smollm2-135m`")
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)


@pytest.mark.parametrize("paraphrase", WORDINGS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_direct_prompts_are_short(name: str, paraphrase: str | None, tokenizer: Any) -> None:
    longest: dict[Form, int] = {}
    for prompt in prompts_of(name, "chat", paraphrase).values():
        messages = [message.model_dump() for message in prompt.messages]
        encoded = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True)
        longest["chat"] = max(longest.get("chat", 0), len(encoded["input_ids"]))
    for prompt in prompts_of(name, "cloze", paraphrase).values():
        longest["cloze"] = max(longest.get("cloze", 0), len(tokenizer(prompt.messages[0].content).input_ids))
    assert 100 < longest["cloze"] <= MOST_TOKENS
    assert 100 < longest["chat"] <= MOST_TOKENS
