"""`mgllm run` over a scripted backend: every record, once, whatever happens."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.arms.integrity import block_text
from mgllm.errors import FatalBackendError, InputError, IntegrityError
from mgllm.experiment.finishing import Finished
from mgllm.experiment.options import RunOptions
from mgllm.prompts.scenarios import Folders
from mgllm.records import Question, Record, Reply
from mgllm.store import read_run
from mgllm.testing import Script, say

ALL_ARMS = ("none", "text", "mg", "text+mg", "text+oracle", "text+shuffled", "text+filler", "text+noisy@0.5")


@pytest.fixture
def go(meeting: dict[str, Any]) -> Any:
    """Run the scenario `meeting` on whatever is on the shelf as `scripted`."""

    def run(**options: Any) -> Finished:
        return mgllm.run(**(meeting | options))

    return run


def records(finished: Finished) -> tuple[Record, ...]:
    return read_run(finished.folder).records


def test_a_run_leaves_every_file_and_every_record(go: Any, shelve: Any) -> None:
    shelve()
    finished = go()
    names = {path.name for path in finished.folder.iterdir()}
    assert names == {
        *("manifest.json", "prompts.jsonl", "records.jsonl", "summary.json", "options.json"),
        *("table.md", "table.csv", "table.tex"),
    }
    assert finished.exit_code == 0
    assert len(records(finished)) == finished.planned == 4 * 6
    assert len({record.key for record in records(finished)}) == 24
    assert all(record.outcome == "answered" for record in records(finished))


def test_all_eight_arms_on_four_items(go: Any, shelve: Any, folders: Folders, tmp_path: Path) -> None:
    """text+oracle needs a recognised source beside the annotated one."""
    shelve()
    assert folders.scenarios is not None
    lines = (folders.scenarios / "items" / "meeting.jsonl").read_text().splitlines()
    items = [json.loads(line) for line in lines]
    for label, item in zip(("rubbing eyes", "head up", "biting nails", "head up"), items, strict=True):
        item["gestures"]["recognized"] = {
            "gestures": [{"label": label, "start": 0.5, "end": 1, "confidence": 0.7}],
            "exposure": "held_out",
        }
    items[0]["gestures"]["recognized"]["gestures"] = []
    path = tmp_path / "items.jsonl"
    path.write_text("\n".join(map(json.dumps, items)))
    finished = go(items=str(path), arms=ALL_ARMS, seed=3)
    made = records(finished)
    assert len(made) == 4 * 8
    assert {record.arm for record in made} == set(ALL_ARMS)
    sources = {record.arm: record.cue_source for record in made}
    assert sources["text+mg"] == "recognized"
    assert sources["text+oracle"] == "annotated"
    assert sources["text"] is None
    assert {record.exposure for record in made if record.arm == "text+mg"} == {"held_out"}


def test_the_oracle_is_left_out_where_text_mg_shows_it(go: Any, shelve: Any) -> None:
    shelve()
    finished = go(arms=("text", "text+mg", "text+oracle"))
    assert {record.arm for record in records(finished)} == {"text", "text+mg"}
    assert "text+oracle" in finished.table


def test_the_prior_is_asked_once_per_label_order(go: Any, shelve: Any) -> None:
    backend = shelve()
    finished = go(arms=("none",))
    orders = {record.label_order for record in records(finished)}
    assert len(backend.asked) == len(orders) == 2
    assert sum(record.shared_with is None for record in records(finished)) == 2
    assert len(records(finished)) == 4


def test_prompts_that_come_out_the_same_are_asked_once(go: Any, shelve: Any) -> None:
    backend = shelve()
    finished = go(arms=("text", "text+mg", "text+noisy@0"))
    assert len(backend.asked) == 8
    by_arm = {(record.item, record.arm): record for record in records(finished)}
    for item in {record.item for record in records(finished)}:
        one, other = by_arm[item, "text+mg"], by_arm[item, "text+noisy@0"]
        assert one.prompt_sha256 == other.prompt_sha256
        assert {one.shared_with, other.shared_with} & {None}
        assert (one.answer, one.probabilities) == (other.answer, other.probabilities)


def test_labels_turn_within_each_target_and_never_with_arm_or_epoch(go: Any, shelve: Any) -> None:
    shelve()
    made = records(go(epochs=2))
    orders = {(record.item, record.label_order) for record in made}
    assert len(orders) == 4
    for target in ("agrees", "objects"):
        first = {record.item: record.label_order[0] for record in made if record.target == target}
        assert sorted(first.values()) == ["agrees", "objects"]


def test_limit_arms_and_epochs_never_move_the_donors(go: Any, shelve: Any) -> None:
    shelve()
    whole = {r.key: r.prompt_sha256 for r in records(go(shuffles=2)) if r.arm == "text+shuffled"}
    part = {r.key: r.prompt_sha256 for r in records(go(shuffles=2, limit=2, arms=("text", "text+shuffled")))}
    shared = {key: sha for key, sha in part.items() if key in whole}
    assert len(shared) == 4
    assert all(whole[key] == sha for key, sha in shared.items())


def test_failures_are_counted_and_asked_again_on_resume(go: Any, shelve: Any) -> None:
    broken = {"on": True}

    def answer(question: Question) -> Reply:
        text = question.prompt.messages[-1].content
        if broken["on"] and "folding arms" in text:
            return Reply(error="the server is tired", attempts=7)
        return say(question, "agrees")

    backend = shelve(answer)
    first = go(arms=("text", "text+mg"))
    assert first.exit_code == 1
    assert first.failed == 2
    assert {r.outcome for r in records(first)} == {"answered", "failed"}
    assert all(r.correct is None and r.answer is None for r in records(first) if r.outcome == "failed")
    broken["on"] = False
    asked = len(backend.asked)
    second = go(arms=("text", "text+mg"), resume=first.folder)
    assert second.folder == first.folder
    assert len(backend.asked) - asked == 2
    assert second.exit_code == 0
    clean = go(arms=("text", "text+mg"))
    assert second.table.replace(second.folder.name, "") == clean.table.replace(clean.folder.name, "")


def test_resume_refuses_what_would_move_numbers(go: Any, shelve: Any, folders: Folders) -> None:
    shelve()
    first = go(arms=("text", "text+mg"))
    with pytest.raises(InputError, match="cannot be resumed: seed was 0 and is now 1"):
        go(arms=("text", "text+mg"), seed=1, resume=first.folder)
    with pytest.raises(InputError, match="arms"):
        go(arms=("text",), resume=first.folder)
    assert folders.scenarios is not None
    path = folders.scenarios / "items" / "other.jsonl"
    lines = (folders.scenarios / "items" / "meeting.jsonl").read_text()
    path.write_text(lines.replace("If everybody", "If all"))
    with pytest.raises(InputError) as refused:
        go(arms=("text", "text+mg"), items=str(path), resume=first.folder)
    assert "the item set of scenario meeting was meeting.jsonl (sha256 " in str(refused.value)
    assert re.search(r"different prompt is that of arm text(\+mg)? .*item meeting-p2-", str(refused.value))
    path.write_text(lines.replace('"made_up":true', '"made_up":true,"calm":true'))
    with pytest.raises(
        InputError, match=r"is now other.jsonl \(sha256 \w{8}\); change it back, or start a new run"
    ):
        go(arms=("text", "text+mg"), items=str(path), resume=first.folder)


@pytest.mark.parametrize("store_text", [True, False])
def test_resume_refuses_a_changed_template_and_names_the_arm(
    go: Any, shelve: Any, folders: Folders, store_text: bool
) -> None:
    shelve()
    first = go(arms=("text", "text+mg"), store_text=store_text)
    assert folders.prompts is not None
    template = folders.prompts / "meeting.j2"
    template.write_text(template.read_text().replace("nothing else", "no more"))
    with pytest.raises(InputError) as refused:
        go(arms=("text", "text+mg"), store_text=store_text, resume=first.folder)
    told = str(refused.value)
    assert "\n" not in told
    assert "cannot be resumed: template meeting.j2 changed" in told
    assert re.search(r"that of arm text(\+mg)? \(scenario meeting, item meeting-p1-1\)", told)
    line = "a line was 'Answer with one of these words and nothing else:' and is now"
    assert (line in told) is store_text


def test_resume_refuses_another_question(go: Any, shelve: Any, folders: Folders) -> None:
    shelve()
    first = go(arms=("text", "text+mg"), max_requests=3)
    assert folders.scenarios is not None
    form = folders.scenarios / "meeting.yaml"
    form.write_text(form.read_text().replace("think of the plan?", "make of the plan?"))
    changed = (
        "scenario meeting changed, a line was 'What does the speaker think of the plan?' and is now 'What"
    )
    with pytest.raises(InputError, match=re.escape(changed)):
        go(arms=("text", "text+mg"), resume=first.folder)


def test_resume_goes_on_with_a_renamed_template(go: Any, shelve: Any, folders: Folders) -> None:
    backend = shelve(script=Script(concurrency=1))
    first = go(arms=("text", "text+mg"), max_requests=3)
    assert folders.prompts is not None
    assert folders.scenarios is not None
    (folders.prompts / "meeting.j2").rename(folders.prompts / "renamed.j2")
    form = folders.scenarios / "meeting.yaml"
    form.write_text(form.read_text().replace("chat: meeting.j2", "chat: renamed.j2"))
    assert go(arms=("text", "text+mg"), resume=first.folder).exit_code == 0
    assert len(backend.asked) == 8


def test_resume_goes_on_where_words_moved_from_the_template_to_the_form(
    go: Any, shelve: Any, folders: Folders
) -> None:
    backend = shelve(script=Script(concurrency=1))
    first = go(arms=("text", "text+mg"), max_requests=3)
    assert folders.prompts is not None
    assert folders.scenarios is not None
    said = "You read what a person says and how the person moves."
    template, form = folders.prompts / "meeting.j2", folders.scenarios / "meeting.yaml"
    template.write_text(template.read_text().replace(said, "{{ role }}"))
    form.write_text(form.read_text() + f"text: {{role: {said}}}\n")
    assert go(arms=("text", "text+mg"), resume=first.folder).exit_code == 0
    assert len(backend.asked) == 8


def test_the_refusal_list_alone_stops_no_resumed_run(
    go: Any, shelve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelve(script=Script(concurrency=1))
    first = go(arms=("text", "text+mg"), max_requests=3)
    monkeypatch.setattr("mgllm.experiment.manifest.VERSION", "another")
    assert go(arms=("text", "text+mg"), resume=first.folder).exit_code == 0


def test_a_request_budget_stops_and_is_resumed(go: Any, shelve: Any) -> None:
    backend = shelve(script=Script(concurrency=1))
    first = go(arms=("text", "text+mg"), max_requests=3)
    assert first.exit_code == 3
    assert len(backend.asked) == len(records(first)) == 3
    assert go(arms=("text", "text+mg"), resume=first.folder).exit_code == 0
    assert len(backend.asked) == 8


def test_a_dollar_budget_is_never_overdrawn(go: Any, shelve: Any) -> None:
    backend = shelve(script=Script(concurrency=4))
    first = go(arms=("text", "text+mg"), budget_usd=0.004, price_in=1, price_out=10)
    assert first.exit_code == 3
    assert 0 < len(backend.asked) < 8
    with pytest.raises(InputError, match=r"give `price_in` and `price_out` .* the prices of scripted/x"):
        go(budget_usd=1)


def test_what_does_not_fit_fails_before_any_call_for_all_arms(go: Any, shelve: Any) -> None:
    backend = shelve(script=Script(context_words=1))
    finished = go(arms=("text", "text+mg"))
    assert backend.asked == []
    assert finished.failed == 8
    assert finished.exit_code == 1
    assert all(record.attempts == 0 and record.error for record in records(finished))


def test_a_refused_key_ends_the_run_and_keeps_what_there_is(go: Any, shelve: Any, tmp_path: Path) -> None:
    shelve(script=Script(fatal_after=3, concurrency=1))
    with pytest.raises(FatalBackendError):
        go(arms=("text", "text+mg"))
    (folder,) = (tmp_path / "results").iterdir()
    assert len(read_run(folder).records) == 3
    assert (folder / "table.md").is_file()


def test_restricted_items_stay_here(go: Any, shelve: Any, folders: Folders, tmp_path: Path) -> None:
    backend = shelve(script=Script(uploads=True))
    assert folders.scenarios is not None
    text = (folders.scenarios / "items" / "meeting.jsonl").read_text()
    path = tmp_path / "restricted.jsonl"
    path.write_text(text.replace('"subject"', '"terms":"restricted","subject"'))
    refused = r"^4 items .*meeting-p1-1\), and the model's server is not this machine.* allow_upload=True if"
    with pytest.raises(InputError, match=refused):
        go(items=str(path))
    assert backend.opened == 0
    assert go(items=str(path), allow_upload=True).exit_code == 0
    assert go().exit_code == 0


def test_an_ablation_that_would_change_nothing_is_refused(
    go: Any, shelve: Any, folders: Folders, tmp_path: Path
) -> None:
    backend = shelve()
    assert folders.scenarios is not None
    items = [
        json.loads(line) for line in (folders.scenarios / "items" / "meeting.jsonl").read_text().splitlines()
    ]
    for item in items:
        item["gestures"] = {"annotated": {"gestures": []}}
    path = tmp_path / "still.jsonl"
    path.write_text("\n".join(map(json.dumps, items)))
    with pytest.raises(IntegrityError, match="nothing to shuffle"):
        go(items=str(path))
    assert backend.asked == []
    assert go(items=str(path), arms=("text", "text+mg")).exit_code == 0


def test_a_template_that_looks_at_the_cues_is_refused_before_any_call(
    go: Any, shelve: Any, folders: Folders
) -> None:
    backend = shelve()
    assert folders.prompts is not None
    template = folders.prompts / "meeting.j2"
    template.write_text(
        template.read_text().replace(
            "{{ question }}", "{{ question }}{% if cues %} Mind the body.{% endif %}"
        )
    )
    with pytest.raises(IntegrityError, match=r"item meeting-p1-1, arm .*Mind the body"):
        go()
    assert backend.asked == []


def test_chain_of_thought_and_generate_put_no_cloze(go: Any, shelve: Any) -> None:
    shelve(script=Script(form="cloze"))
    assert {record.form for record in records(go())} == {"cloze"}
    assert {record.form for record in records(go(reasoning="chain_of_thought"))} == {"chat"}
    with pytest.raises(InputError, match="score='generate' needs form='chat'"):
        go(form="cloze", score="generate")


def test_no_store_text_keeps_no_word_of_prompt_or_reply(go: Any, shelve: Any) -> None:
    shelve()
    folder = go(store_text=False).folder
    text = "".join(path.read_text() for path in folder.iterdir())
    assert "Well, let us see" not in text
    assert all(record.text is None for record in read_run(folder).records)


def test_epochs_and_shuffles_are_keys_of_their_own(go: Any, shelve: Any) -> None:
    shelve()
    made = records(go(arms=("text", "text+mg", "text+shuffled"), epochs=2, shuffles=3))
    assert len(made) == 4 * 2 * (1 + 1 + 3)
    assert len({record.key for record in made}) == len(made)


def test_scoring_again_gives_the_same_table_and_asks_nobody(go: Any, shelve: Any, tmp_path: Path) -> None:
    from mgllm.commands.score import score

    backend = shelve()
    first = go(score="generate")
    asked = len(backend.asked)
    again = score(first.folder, tmp_path / "results")
    assert len(backend.asked) == asked
    assert again.folder != first.folder
    assert again.table.replace(again.folder.name, "") == first.table.replace(first.folder.name, "")
    assert read_run(again.folder).manifest.rescored_from == first.folder.name


def test_items_without_speech_run_the_arms_that_need_none(
    go: Any, shelve: Any, folders: Folders, tmp_path: Path
) -> None:
    shelve()
    assert folders.scenarios is not None
    items = [
        json.loads(line) for line in (folders.scenarios / "items" / "meeting.jsonl").read_text().splitlines()
    ]
    path = tmp_path / "mute.jsonl"
    for item in items[1:]:
        del item["speech"]
    path.write_text("\n".join(map(json.dumps, items)))
    with pytest.raises(
        InputError, match=r"3 of 4 .* no speech.* arms=\['none', 'mg', 'mg\+shuffled', 'mg\+filler'\]"
    ):
        go(items=str(path))
    assert go(items=str(path), arms=("none", "mg")).exit_code == 0
    del items[0]["speech"]
    path.write_text("\n".join(map(json.dumps, items)))
    (scenario,) = read_run(go(items=str(path)).folder).manifest.scenarios
    assert scenario.arms == ("none", "mg", "mg+shuffled", "mg+filler")
    assert scenario.arms_left_out == dict.fromkeys(
        ("text", "text+mg", "text+shuffled", "text+filler"), "no item has speech"
    )
    assert scenario.cue_tokens["mg"] == 1.0
    with pytest.raises(InputError, match=r"4 of 4 items have no speech .*, which is needed by text; add it"):
        go(items=str(path), arms=("none", "text", "mg"))


def test_both_shuffled_arms_have_one_donor_and_shuffles_repeat_both(go: Any, shelve: Any) -> None:
    shelve()
    finished = go(arms=("mg", "text+mg", "mg+shuffled", "text+shuffled", "text+opposed"), shuffles=3)
    run = read_run(finished.folder)
    prompts = run.prompts()
    told: dict[str, dict[tuple[str, int], str]] = {}
    for one in run.records:
        cues = block_text(prompts[one.prompt_sha256], "cues")
        told.setdefault(one.arm, {})[one.item, one.shuffle] = cues
    assert told["mg+shuffled"] == told["text+shuffled"]
    assert {arm: len(those) for arm, those in told.items()} == {
        **{"mg": 4, "text+mg": 4},
        **{"mg+shuffled": 12, "text+shuffled": 12, "text+opposed": 12},
    }
    (scenario,) = run.manifest.scenarios
    assert (
        [one.shuffle for one in scenario.shuffles] == [one.shuffle for one in scenario.opposed] == [0, 1, 2]
    )
    assert [one.same_target for one in scenario.opposed] == [0, 0, 0]
    assert all(one.told_again is not None for one in (*scenario.shuffles, *scenario.opposed))
    assert (scenario.cue_tokens["text+mg"], scenario.cue_tokens_by) == (1.0, "the model's tokenizer")
    assert set(scenario.cue_tokens) == set(told)


def test_a_run_that_was_drawn_by_the_first_rules_goes_on_by_them(
    go: Any, shelve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelve()

    def as_before(options: RunOptions, folder: Path | None) -> RunOptions:
        return options.model_copy(update={"ask": options.ask.model_copy(update={"design_rules": "1"})})

    with monkeypatch.context() as before:
        before.setattr("mgllm.commands.run._as_begun", as_before)
        whole = go(seed=5)
        stopped = go(seed=5, max_requests=9)
    assert read_run(stopped.folder).manifest.design_rules == "1"
    assert go(resume=stopped.folder, seed=5).exit_code == 0
    resumed = read_run(stopped.folder)
    assert resumed.manifest.design_rules == "1"

    def asked(finished: Finished) -> dict[Any, tuple[str, tuple[str, ...]]]:
        return {one.key: (one.prompt_sha256, one.label_order) for one in records(finished)}

    assert asked(stopped) == asked(whole)
    assert asked(go(seed=5)) != asked(whole)


def test_a_run_is_a_frame(go: Any, shelve: Any) -> None:
    shelve()
    frame = mgllm.load_run(go().folder).to_frame()
    assert len(frame) == 24
    assert {"scenario", "item", "arm", "answer", "correct"} <= set(frame.columns)
