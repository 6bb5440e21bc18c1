"""Worked examples: whose they are, what they show, and what they leave as it was."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.cli import choices
from mgllm.commands.render import RenderedItem, render_item
from mgllm.errors import InputError
from mgllm.experiment.checking import check_here
from mgllm.experiment.finishing import Finished
from mgllm.experiment.material import Material, gather
from mgllm.experiment.options import AskOptions, ItemOptions, RunOptions
from mgllm.experiment.verifying.verifying import verify_folder
from mgllm.prompts.scenarios import Folders, find_scenario
from mgllm.records import Prompt, cell_id
from mgllm.store import read_run
from mgllm.testing import Script

PEOPLE, EACH = 9, 4
LABELS = ("agrees", "objects")
GESTURES = ("rubbing eyes", "head up", "biting nails", "arms akimbo")


@pytest.fixture
def items(tmp_path: Path) -> Path:
    """Items of nine people; all words differ, but for two items of different people."""
    folder = tmp_path / "set"
    folder.mkdir()
    lines = []
    for n in range(PEOPLE * EACH):
        gesture = {"label": GESTURES[n % 4], "start": n % 3, "end": n % 3 + 1}
        lines.append(
            {
                "id": f"i{n:02d}",
                "subject": f"{n // EACH:03d}",
                "target": LABELS[(n + n // EACH) % 2],
                "speech": f"I looked at plan {n if n != 4 else 0}.",
                "gestures": {"annotated": {"gestures": [gesture], "duration": 6.0}},
            }
        )
    (folder / "items.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return folder / "items.jsonl"


@pytest.fixture
def folds(items: Path) -> Path:
    """Three folds of three people, beside the items."""
    path = items.parent / "folds.json"
    path.write_text(json.dumps({"folds": [[0, 1, 2], [3, 4, 5], [6, 7, 8]]}))
    return path


@pytest.fixture
def options(folders: Folders, items: Path) -> Any:
    def make(shots: int = 4, **ask: Any) -> RunOptions:
        which = ItemOptions(items=str(items), folds=ask.pop("folds", None), limit=ask.pop("limit", None))
        return RunOptions(model="local", folders=folders, which=which, ask=AskOptions(shots=shots, **ask))

    return make


def gathered(options: RunOptions) -> Material:
    return gather(find_scenario("meeting", options.folders), options)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_examples_are_other_people_s_balanced_and_of_other_words(options: Any, count: int) -> None:
    found = gathered(options(count))
    assert found.exemplars is not None
    assert len(found.exemplars.by_item) == PEOPLE * EACH
    for item in found.items:
        shots = found.exemplars.by_item[item.id]
        times = Counter(shot.target for shot in shots)
        assert sum(times.values()) == count
        assert max(times.values()) - min(times[label] for label in LABELS) <= 1
        assert len({shot.id for shot in shots}) == count
        assert len({shot.subject for shot in shots}) == count  # there are enough people
        assert all(shot.subject != item.subject and shot.speech != item.speech for shot in shots)


def test_which_label_has_one_more_and_which_comes_first_is_drawn(options: Any) -> None:
    found = gathered(options(3))
    assert found.exemplars is not None
    firsts = Counter(shots[0].target for shots in found.exemplars.by_item.values())
    more = Counter(
        Counter(shot.target for shot in shots).most_common(1)[0][0]
        for shots in found.exemplars.by_item.values()
    )
    assert all(9 <= counts[label] <= 27 for counts in (firsts, more) for label in LABELS)


def test_examples_are_of_other_folds(options: Any, folds: Path) -> None:
    for given in (None, folds):
        found = gathered(options(folds=given))
        assert found.exemplars is not None
        assert found.exemplars.facts.folds_sha256 is not None
        for item in found.items:
            shots = found.exemplars.by_item[item.id]
            assert all(int(shot.subject) // 3 != int(item.subject) // 3 for shot in shots)


def test_without_folds_some_examples_are_of_the_same_fold(options: Any) -> None:
    found = gathered(options())
    assert found.exemplars is not None
    assert found.exemplars.facts.folds_sha256 is None
    assert any(
        int(shot.subject) // 3 == int(item.subject) // 3
        for item in found.items
        for shot in found.exemplars.by_item[item.id]
    )


def test_limit_and_order_of_the_file_move_no_example(options: Any, items: Path) -> None:
    whole, some = gathered(options()), gathered(options(limit=7))
    items.write_text("\n".join(reversed(items.read_text().splitlines())))
    turned = gathered(options())
    assert whole.exemplars is not None
    assert some.exemplars is not None
    assert turned.exemplars is not None
    assert len(some.exemplars.by_item) == 7
    for item, shots in some.exemplars.by_item.items():
        assert shots == whole.exemplars.by_item[item] == turned.exemplars.by_item[item]
    other = gathered(options(seed=1)).exemplars
    assert other is not None
    assert other.by_item != whole.exemplars.by_item


def rendered(options: RunOptions) -> dict[str, Prompt]:
    made: RenderedItem = render_item("meeting", "i05", options)
    return {one.arm: one.prompt for one in made.arms}


def texts(prompt: Prompt, block: str) -> list[str]:
    return [
        prompt.messages[span.message].content[span.start : span.end]
        for span in prompt.spans
        if span.block == block
    ]


@pytest.mark.parametrize("form", ["chat", "cloze"])
def test_examples_are_the_same_bytes_in_all_arms(options: Any, form: str) -> None:
    prompts = rendered(options(form=form))
    plain = rendered(options(0, form=form))
    assert set(prompts) == set(plain)
    shots = {text for prompt in prompts.values() for text in texts(prompt, "shots")}
    assert len(shots) == 1
    for arm, prompt in prompts.items():
        assert prompt.messages[-1].content == shots.copy().pop() + plain[arm].messages[-1].content
        assert prompt.messages[:-1] == plain[arm].messages[:-1]
        for block in ("speech", "cues"):
            assert texts(prompt, block) == texts(plain[arm], block)
        assert len(texts(prompt, "shot_speech")) == len(texts(prompt, "shot_cues")) == 4
        assert all("plan" in text for text in texts(prompt, "shot_speech"))
        assert all("icro-gesture" in text for text in texts(prompt, "shot_cues"))


def test_examples_do_not_depend_on_the_arms_asked(options: Any) -> None:
    assert texts(rendered(options(arms=("none", "text")))["text"], "shots") == texts(
        rendered(options())["text"], "shots"
    )


@pytest.mark.parametrize("form", ["chat", "cloze"])
def test_examples_that_follow_show_what_the_arm_shows(options: Any, form: str) -> None:
    arms = ("none", "text", "mg", "text+mg", "text+shuffled", "text+filler")
    prompts = rendered(options(form=form, shots_cues="follow", arms=arms))
    for arm, prompt in prompts.items():
        assert all(bool(text) == ("text" in arm) for text in texts(prompt, "shot_speech")), arm
        assert all(bool(text) == (arm not in ("none", "text")) for text in texts(prompt, "shot_cues")), arm
    assert texts(prompts["mg"], "shot_cues") == texts(prompts["text+mg"], "shot_cues")
    assert texts(prompts["text+shuffled"], "shot_cues") != texts(prompts["text+mg"], "shot_cues")


def test_an_example_ends_in_its_answer(options: Any) -> None:
    chat, cloze = (texts(rendered(options(1, form=form))["text"], "shots")[0] for form in ("chat", "cloze"))
    assert any(f"Answer: {label}\n" in chat for label in LABELS)
    ending = rendered(options(0, form="cloze"))["text"].messages[-1].content.rsplit("\n", 1)[-1]
    scenario = find_scenario("meeting", options().folders).scenario
    assert any(f"{ending}{label.cloze}\n" in cloze for label in scenario.labels)


@pytest.fixture
def go(meeting: dict[str, Any], items: Path) -> Any:
    def run(**more: Any) -> Finished:
        return mgllm.run(**(meeting | {"items": str(items), "limit": 8} | more))

    return run


def test_a_run_with_examples_has_a_cell_and_is_complete(go: Any, shelve: Any, folds: Path) -> None:
    shelve(script=Script(form="chat"))
    finished = go(shots=2, probe="labels-only")
    stored = read_run(finished.folder)
    asked = [record for record in stored.records if not record.probe]
    assert {(record.shots, record.cell) for record in asked} == {(2, cell_id(shots=2))}
    assert {(record.shots, record.cell) for record in stored.records if record.probe} == {(0, "")}
    shots = stored.manifest.scenarios[0].shots
    assert shots is not None
    assert (shots.count, shots.cues) == (2, "same")
    assert verify_folder(finished.folder).whole
    assert {arm.row.shots for arm in finished.summary.arms} == {2}
    assert "2 worked examples of other folds before each question" in finished.table
    assert go(shots=2, probe="labels-only", resume=finished.folder).records == finished.records
    with pytest.raises(InputError, match=r"cannot be resumed: .*shots"):
        go(shots=4, probe="labels-only", resume=finished.folder)


def test_a_sweep_and_examples_share_the_cell(go: Any, shelve: Any) -> None:
    shelve(script=Script(form="chat"))
    finished = go(shots=2, sweep="orders")
    stored = read_run(finished.folder)
    cells = {cell.id for cell in stored.manifest.scenarios[0].cells}
    assert {record.cell for record in stored.records} == cells
    assert cells == {cell_id(None, order, None, shots=2) for order in ("agrees/objects", "objects/agrees")}
    assert verify_folder(finished.folder).whole


def test_a_plain_run_is_as_it_was(go: Any, shelve: Any) -> None:
    shelve()
    records = read_run(go().folder).records
    assert {(record.shots, record.cell) for record in records} == {(0, "")}
    assert all(len(prompt.spans) == 2 for prompt in read_run(go().folder).prompts().values())


def test_restricted_examples_do_not_leave_the_machine(go: Any, shelve: Any, items: Path) -> None:
    """Also where the items asked about are open."""
    lines = [json.loads(line) for line in items.read_text().splitlines()]
    kept = {record.item for record in read_run(_asked(go, shelve)).records}
    for line in lines:
        line["terms"] = "open" if line["id"] in kept else "restricted"
    items.write_text("\n".join(map(json.dumps, lines)))
    shelve(script=Script(uploads=True))
    assert go().exit_code == 0
    with pytest.raises(InputError, match="restricted by their licence"):
        go(shots=4)


def _asked(go: Any, shelve: Any) -> Path:
    shelve()
    finished: Finished = go()
    return finished.folder


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"shots": 60}, "shots=60: item .* needs 30 examples of .* of other people"),
        ({"shots_cues": "follow"}, "shots_cues says how `shots` are made; add shots=K"),
        ({"folds": "x.json"}, "folds says how `shots` are made; add shots=K"),
        ({"shots": 2, "folds": "x.json"}, r"x\.json"),
        ({"shots": -1}, "must be 0 or more"),
        ({"shots": 2, "shots_cues": "none"}, "shots_cues"),
    ],
)
def test_what_does_not_fit_is_one_line(go: Any, shelve: Any, more: dict[str, Any], words: str) -> None:
    shelve()
    with pytest.raises(InputError, match=words) as caught:
        go(**more)
    assert "\n" not in str(caught.value)


def test_a_person_in_no_fold_is_named(go: Any, shelve: Any, folds: Path) -> None:
    shelve()
    folds.write_text(json.dumps({"folds": [[0, 1, 2], [3, 4, 5, 6, 7]]}))
    with pytest.raises(InputError, match=r"folds\.json: .*008.* in no fold"):
        go(shots=2)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ('{% include "_speech.j2" %}{{ answer }}', 'includes "_cues.j2" 0 times'),
        (
            '{% include "_speech.j2" %}{% include "_cues.j2" %}{{ speech }}',
            "uses 'speech'; only _speech.j2 may",
        ),
        ('{% include "_speech.j2" %}{% include "_cues.j2" %}{{ subject }}', "'subject'"),
    ],
)
def test_a_shot_template_of_the_user_is_under_the_same_rules(
    go: Any, shelve: Any, folders: Folders, options: Any, template: str, words: str
) -> None:
    shelve()
    assert folders.prompts is not None
    (folders.prompts / "_shot.j2").write_text(template)
    with pytest.raises(InputError, match=words):
        go(shots=2)
    with pytest.raises(InputError, match=words):
        check_here("meeting", options(0))


def test_the_help_names_what_examples_can_show() -> None:
    assert choices.SHOTS_CUES == ("same", "follow")
