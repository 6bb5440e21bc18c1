"""Every cue style in every arm: the arms differ in the cue block alone, and it tells gestures alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from mgllm.arms.base import get_arms
from mgllm.arms.integrity import block_text
from mgllm.commands._options import from_flat
from mgllm.commands.render import render_item
from mgllm.cues.base import styles
from mgllm.errors import InputError
from mgllm.experiment.checking import check_here
from mgllm.experiment.manner import settle
from mgllm.experiment.material import gather
from mgllm.experiment.model_names import count_words
from mgllm.experiment.options import RunOptions
from mgllm.experiment.preparing import render_questions
from mgllm.prompts.scenarios import Folders, find_scenario
from mgllm.records import ONLY, WITHOUT

STYLES = styles.names()
ARMS = (
    *("none", "text", "mg", "text+mg", "text+oracle", "text+shuffled", "text+filler"),
    *("text+noisy@0", "text+noisy@0.5", "text+noisy@1", "mg+shuffled", "text+opposed", "mg+filler"),
)
SETTINGS: dict[str, dict[str, object]] = {
    "as it is": {},
    "surest": {"threshold": 0.5, "confidences": True},
    "few": {"top_k": 2, "confidences": True},
    "covariate": {"rest": "calm"},
}
TURNS = [
    {
        "speaker": "host-4711",
        "text": "Quoth4711 the host?",
        "start": 0.0,
        "end": 1.5,
        "words": [
            {"text": "Quoth4711", "start": 0.0, "end": 0.5},
            {"text": "the", "start": 0.5, "end": 0.9},
            {"text": "host?", "start": 1.0, "end": 1.5},
        ],
    },
    {
        "speaker": "p-4711",
        "text": "Nevermore4711.",
        "start": 2.0,
        "end": 4.0,
        "words": [{"text": "Nevermore4711.", "start": 2.2, "end": 4.0}],
    },
    {
        "speaker": "host-4711",
        "text": "Fine4711.",
        "start": 4.2,
        "end": 5.0,
        "words": [{"text": "Fine4711.", "start": 4.2, "end": 5.0}],
    },
]
LABELS = ("pressing lips", "head up", "folding arms", "pressing lips", "moving torso", "rubbing eyes")
Options = Callable[..., RunOptions]


def item(n: int) -> dict[str, Any]:
    """Item n of person n // 2 has n gestures; the first has none."""
    gestures = [
        {
            "label": LABELS[(n + k) % 6],
            "start": 0.9 * k + 0.3,
            "end": 0.9 * k + 1.0,
            "confidence": 0.3 + 0.1 * k,
        }
        for k in range(n)
    ]
    return {
        "id": f"item-4711-{n}",
        "subject": f"person-4711-{n // 2}",
        "target": "agrees" if n % 2 else "objects",
        "speech": TURNS,
        "gestures": {
            "recognized": {"gestures": gestures, "duration": 30.0 + n, "exposure": "held_out"},
            "annotated": {"gestures": gestures[:2], "duration": 30.0 + n},
        },
        "covariates": {"calm": n % 2 == 0, "secret": "fact-4711"},
        "notes": "note-4711",
    }


ITEMS = [item(n) for n in range(6)]


@pytest.fixture
def options(folders: Folders, tmp_path: Path) -> Options:
    """Options over the scenario `meeting` with these cue settings and items."""

    def make(cue: Mapping[str, object], items: list[dict[str, Any]] = ITEMS, **more: object) -> RunOptions:
        assert folders.scenarios is not None
        form = folders.scenarios / "meeting.yaml"
        text = form.read_text(encoding="utf-8").partition("\ncue: ")[0].rstrip()
        form.write_text(f"{text}\ncue: {json.dumps(dict(cue))}\n", encoding="utf-8")
        path = tmp_path / "mine.jsonl"
        path.write_text("".join(f"{json.dumps(one)}\n" for one in items))
        base: dict[str, Any] = {"model": "local", "items": str(path), "arms": ARMS, "shuffles": 2}
        places = {"scenarios_dir": folders.scenarios, "prompts_dir": folders.prompts}
        return from_flat(base | places | more)

    return make


def all_blocks(options: RunOptions) -> dict[str, dict[str, str]]:
    """Cue blocks by item and arm; rendering them checks the integrity of the arms."""
    found = find_scenario("meeting", options.folders)
    manner = settle(found, options.ask, "chat")
    told: dict[str, dict[str, str]] = {}
    for one in render_questions(gather(found, options), manner, options):
        block = block_text(one.question.prompt, "cues")
        told.setdefault(one.key.item, {}).setdefault(one.key.arm, block)
    return told


def blocks(options: RunOptions, item: str) -> dict[str, str]:
    rendered = render_item("meeting", item, options)
    return {one.arm: block_text(one.prompt, "cues") for one in rendered.arms}


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("style", STYLES)
def test_every_arm_holds_in_every_style(options: Options, style: str, settings: str) -> None:
    texts = all_blocks(options({"style": style} | SETTINGS[settings]))
    assert len(texts) == len(ITEMS)
    for told in texts.values():
        assert told["none"] == told["text"] == ""
        assert told["mg"] == told["text+mg"] == told["text+noisy@0"]
        assert told["mg+shuffled"] == told["text+shuffled"]
        assert told["mg+filler"] == told["text+filler"]
        length = count_words(told["text+mg"])
        assert abs(count_words(told["text+filler"]) - length) <= max(3, 0.03 * length)
        assert len(told["text+filler"].splitlines()) == len(told["text+mg"].splitlines())
        assert "4711" not in "".join(told.values())
    for arm in ("text+shuffled", "text+filler", "text+noisy@1", "text+oracle"):
        assert sum(told[arm] != told["text+mg"] for told in texts.values()) >= 2, arm


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("style", STYLES)
def test_an_attribution_parts_the_lines_in_every_style(
    options: Options, style: str, settings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mgllm.arms.attribution.FEWEST_ITEMS", 1)
    monkeypatch.setattr("mgllm.arms.attribution.FEWEST_SUBJECTS", 1)
    texts = all_blocks(options({"style": style} | SETTINGS[settings], attribute=True))
    parted = 0
    for told in texts.values():
        whole = lines_of(told["text+mg"])
        for arm, block in told.items():
            if arm.startswith(ONLY):
                label, only = arm.removeprefix(ONLY), lines_of(block)
                without = lines_of(told[WITHOUT + label]) if len(set(whole)) > 1 else []
                assert all(label in line for line in only)
                assert not any(label in line for line in without)
                assert sorted(only + [line for line in without if line in whole]) == sorted(whole)
                parted += 1
    assert parted >= 6
    assert "4711" not in "".join(block for told in texts.values() for block in told.values())


def lines_of(block: str) -> list[str]:
    """What a cue block tells, without its heading and definition."""
    lines = block.splitlines()[2:]
    return [line for line in lines if line and not line.startswith(("No micro-gestures", "in all:"))]


@pytest.mark.parametrize("style", STYLES)
def test_scenario_check_passes(options: Options, style: str) -> None:
    report = check_here("meeting", options({"style": style}))
    assert report.arms == tuple(arm.name for arm in get_arms(ARMS))
    assert report.notes == ()


def test_what_each_style_tells(options: Options) -> None:
    def told(style: str) -> list[str]:
        block = blocks(options({"style": style}), "item-4711-3")["text+mg"]
        return [line for line in block.splitlines()[2:] if line]

    assert told("plain") == ["pressing lips", "moving torso", "rubbing eyes"]
    assert told("timeline") == [
        "0:00.3–0:01.0 pressing lips",
        "0:01.2–0:01.9 moving torso",
        "0:02.1–0:02.8 rubbing eyes",
    ]
    assert told("by_turn") == ["turn 1: pressing lips", "turn 1: moving torso", "turn 2: rubbing eyes"]
    assert told("at_word") == [
        "turn 1, word 1: pressing lips",
        "turn 1, word 3: moving torso",
        "turn 2, before word 1: rubbing eyes",
    ]
    assert told("describe") == [
        "0:00.3–0:01.0 pressing lips: the lips are pressed tightly together",
        "0:01.2–0:01.9 moving torso: the upper body sways, leans or shifts",
        "0:02.1–0:02.8 rubbing eyes: fingers rub the closed eyes or eyelids",
    ]
    assert told("summary") == [
        "moving torso: 1 time, 1.8 a minute, usually 0.0",
        "pressing lips: 1 time, 1.8 a minute, usually 1.9",
        "rubbing eyes: 1 time, 1.8 a minute, usually 0.0",
        "in all: 3 times, 5.5 a minute, usually 3.8",
    ]


def test_a_donors_gestures_are_told_of_the_items_own_turns(options: Options) -> None:
    monologue = [{"text": "So it was.", "start": 0.0, "end": 60.0}]
    items = [one | {"speech": monologue} if n % 2 else one for n, one in enumerate(ITEMS)]
    told = all_blocks(options({"style": "by_turn"}, items))
    places = [
        {line.partition(":")[0] for line in told[one["id"]]["text+shuffled"].splitlines()[2:] if ":" in line}
        for one in items
    ]
    assert set.union(*places[1::2]) == {"turn 1"}
    assert {"turn 1", "turn 2"} <= set.union(*places[0::2])


def test_a_summary_of_a_donor_is_the_donors_own(options: Options) -> None:
    # lengths differ by up to a sixth and persons' rates by far more: no other item has such lines
    told = all_blocks(options({"style": "summary"}))
    own = {block["text+mg"] for block in told.values()}
    assert len(own) == len(ITEMS)
    for block in told.values():
        assert block["text+shuffled"] in own - {block["text+mg"]}
        assert block["text+opposed"] in own - {block["text+mg"]}


def test_a_donor_of_unknown_length_has_counts_alone(options: Options) -> None:
    items: list[dict[str, Any]] = json.loads(json.dumps(ITEMS))
    for transcript in items[5]["gestures"].values():
        del transcript["duration"]
    told = all_blocks(options({"style": "summary"}, items))
    given = [block["text+shuffled"] for block in told.values()]
    assert told["item-4711-5"]["text+mg"] in given
    assert "a minute" not in told["item-4711-5"]["text+mg"]


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("style", STYLES)
def test_who_is_counted_as_shown_other_cues_reads_others(options: Options, style: str, settings: str) -> None:
    chosen = options({"style": style} | SETTINGS[settings], arms=("text", "text+mg", "text+shuffled"))
    material = gather(find_scenario("meeting", chosen.folders), chosen)
    told = all_blocks(chosen)
    alike = sum(block["text+shuffled"] == block["text+mg"] for block in told.values())
    assert alike <= material.shuffles[0].same_cues


def test_limit_and_arms_move_no_rate(options: Options) -> None:
    whole = blocks(options({"style": "summary"}), "item-4711-3")
    part = blocks(options({"style": "summary"}, limit=1, arms=("text", "text+mg")), "item-4711-3")
    assert part["text+mg"] == whole["text+mg"]


def test_filler_repeats_no_number_of_a_summary(options: Options) -> None:
    differ = 0
    for told in all_blocks(options({"style": "summary"})).values():
        true, filler = (told[arm].splitlines()[2:] for arm in ("text+mg", "text+filler"))
        differ += sum(a.partition(":")[2] != b.partition(":")[2] for a, b in zip(true, filler, strict=True))
    assert differ > 10


def without(*path: str) -> list[dict[str, Any]]:
    """The items without a field of their turns or recognised gestures."""
    items: list[dict[str, Any]] = json.loads(json.dumps(ITEMS))
    for one in items:
        parts = one["speech"] if path[0] == "speech" else one["gestures"]["recognized"]["gestures"]
        for part in parts:
            for name in path[1:]:
                part.pop(name)
    return items


def test_by_turn_needs_times_of_turns_and_gestures(options: Options) -> None:
    with pytest.raises(InputError, match="by_turn needs turns of speech with start and end, but no item"):
        render_item("meeting", None, options({"style": "by_turn"}, without("speech", "end")))
    with pytest.raises(InputError, match="gestures with times, but no recognized gesture has a time"):
        render_item("meeting", None, options({"style": "by_turn"}, without("gestures", "start", "end")))
    mixed = [*ITEMS[:5], *without("speech", "start")[5:]]
    (note,) = check_here("meeting", options({"style": "by_turn"}, mixed)).notes
    assert note == (
        "1 of 6 items have turns without times, so their gestures are shown without a turn: item-4711-5"
    )


def test_a_summary_says_of_whom_it_knows_no_rate(options: Options) -> None:
    items: list[dict[str, Any]] = json.loads(json.dumps(ITEMS))
    items[0]["subject"] = "alone"
    for transcript in items[1]["gestures"].values():
        del transcript["duration"]
    assert check_here("meeting", options({"style": "summary"}, items)).notes == (
        "1 of 6 items have no duration, so gestures are counted, but without rates: item-4711-1",
        "2 of 6 items have no other recording of the person to compare rates with: item-4711-0, item-4711-1",
    )
    calm = check_here("meeting", options({"style": "summary", "rest": "calm"}, ITEMS)).notes
    assert calm == (
        "3 of 6 items have no recording where 'calm' is true to compare rates with: "
        "item-4711-0, item-4711-2, item-4711-4",
    )
    assert check_here("meeting", options({"style": "summary", "rest": None}, items)).notes[1:] == ()


def test_an_unknown_style_is_named(options: Options) -> None:
    with pytest.raises(
        InputError, match=r"meeting\.yaml:\d+ cue\.style: unknown style 'by_turns'\. Did you mean 'by_turn'"
    ):
        render_item("meeting", None, options({"style": "by_turns"}))


@pytest.mark.parametrize("style", STYLES)
def test_a_run_goes_through_in_every_style(
    options: Options, style: str, shelve: Any, folders: Folders, tmp_path: Path
) -> None:
    import mgllm

    shelve()
    options({"style": style})
    finished = mgllm.run(
        model="scripted/x",
        scenarios=["meeting"],
        scenarios_dir=folders.scenarios,
        prompts_dir=folders.prompts,
        items=str(tmp_path / "mine.jsonl"),
        arms=ARMS,
        results=tmp_path / "results",
    )
    assert (finished.exit_code, finished.planned) == (0, 6 * len(ARMS))
