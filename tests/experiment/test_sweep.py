"""A sweep asks every item in every cell; without one nothing changes."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, permutations, product
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.errors import InputError
from mgllm.experiment.finishing import Finished
from mgllm.experiment.options import AskOptions
from mgllm.experiment.sweep import crossed_orders, order_name, sweep_notes
from mgllm.experiment.verifying.verifying import verify_folder
from mgllm.records import Question, Record, Reply
from mgllm.store import StoredRun, read_run
from mgllm.testing import say

EVERYTHING = ("paraphrases", "orders", "styles", "seeds")


@pytest.fixture
def go(tmp_path: Path, shelve: Any) -> Any:
    """Run `emotion` on a scripted model."""
    shelve()

    def run(**options: Any) -> Finished:
        usual = {"model": "scripted/x", "scenarios": "emotion", "limit": 4, "display": "none"}
        made: Finished = mgllm.run(**{**usual, "results": tmp_path / "results", **options})
        return made

    return run


def stored(finished: Finished) -> StoredRun:
    return read_run(finished.folder)


def facts(record: Record) -> tuple[object, ...]:
    return (record.wording, record.order, record.style)


def test_every_item_is_asked_in_every_cell(go: Any) -> None:
    run = stored(go(sweep=EVERYTHING, arms=("text", "text+mg", "text+shuffled")))
    (scenario,) = run.manifest.scenarios
    wanted = set(
        product(("first", "b", "c"), ("win/lose", "lose/win"), ("timeline", "describe", "plain", "summary"))
    )
    assert {(cell.wording, cell.order, cell.style) for cell in scenario.cells} == wanted
    assert len({cell.id for cell in scenario.cells}) == len(wanted) == 24
    assert set(scenario.cells_left_out) == {"style at_word", "style by_turn"}
    asked = Counter((record.item, record.arm, record.epoch, facts(record)) for record in run.records)
    assert set(asked.values()) == {1}
    assert len(asked) == 4 * 3 * 3 * 24  # items, arms, epochs, cells
    assert run.manifest.epochs == 3


def test_a_cell_has_what_it_says(go: Any) -> None:
    run = stored(go(sweep=("paraphrases", "orders", "styles"), arms=("text", "text+mg")))
    prompts = run.prompts()
    words: dict[object, set[str]] = {}
    for record in run.records:
        assert "/".join(record.label_order) == record.order
        text = "\n".join(message.content for message in prompts[record.prompt_sha256].messages)
        words.setdefault(record.wording, set()).add(text.split("\n")[0])
        assert ("a minute" in text) == (record.style == "summary" and record.arm == "text+mg")
    assert len(words) == 3
    assert not words["first"] & words["b"]
    assert not words["b"] & words["c"]


def test_orders_are_crossed_with_items(go: Any) -> None:
    """Without `orders` an item has one order, however many epochs there are."""
    plain = stored(go(epochs=2, arms=("text",)))
    crossed = stored(go(sweep="orders", arms=("text",)))
    for run, count in ((plain, 1), (crossed, 2)):
        for item in {record.item for record in run.records}:
            assert len({r.label_order for r in run.records if r.item == item}) == count


def test_three_labels_have_all_orders_and_more_a_latin_square() -> None:
    assert sorted(crossed_orders("abc")) == sorted(permutations("abc"))
    for count in (4, 5, 6, 7):
        labels = "abcdefg"[:count]
        square = crossed_orders(labels)
        assert len(square) == count
        for column in zip(*square, strict=True):
            assert sorted(column) == sorted(labels)
        for row in square:
            assert sorted(row) == sorted(labels)
        assert len({order_name(order) for order in square}) == count
        if count % 2 == 0:
            follows = Counter(pair for row in square for pair in pairwise(row))
            assert set(follows.values()) == {1}
            assert len(follows) == count * (count - 1)


def test_donors_are_the_same_in_all_cells(go: Any) -> None:
    run = stored(go(sweep=("orders", "styles"), arms=("text", "text+mg", "text+shuffled")))
    prompts = run.prompts()
    shown: dict[str, set[str]] = {}
    for record in run.records:
        if record.arm == "text+shuffled" and record.style == "plain":
            text = prompts[record.prompt_sha256].messages[-1].content
            cues = text[text.index("observed:") :].split("\n\n")[0]
            shown.setdefault(record.item, set()).add(cues)
    assert {len(each) for each in shown.values()} == {1}  # in both orders


def test_equal_prompts_of_cells_are_asked_once(tmp_path: Path, shelve: Any) -> None:
    backend = shelve()
    finished = mgllm.run(
        model="scripted/x", scenarios="emotion", limit=4, results=tmp_path, sweep="styles",
        arms=("text", "text+mg"), display="none",
    )  # fmt: skip
    records = read_run(finished.folder).records
    assert len(records) == 4 * 2 * 4
    assert len(backend.asked) == 4 * (1 + 4)  # text looks the same in all four styles
    shared = [record for record in records if record.shared_with is not None]
    assert {record.arm for record in shared} == {"text"}
    assert all(record.shared_with.count("/") == 5 for record in shared if record.shared_with)


def test_a_plain_run_has_no_cell(go: Any) -> None:
    run = stored(go())
    assert {(record.cell, *facts(record)) for record in run.records} == {("", None, None, None)}
    assert '"cells' not in (run.path / "manifest.json").read_text()
    assert "sweeps" not in (run.path / "summary.json").read_text()


def test_a_sweep_asks_the_very_prompts_of_plain_runs(go: Any) -> None:
    """The cell of a wording has the prompts of `--paraphrase`; only `orders` and `styles` change them."""
    swept = stored(go(sweep="paraphrases"))
    for name in ("first", "b"):
        plain = stored(go(paraphrase=None if name == "first" else name))
        wanted = {(r.item, r.arm): (r.prompt_sha256, r.label_order) for r in plain.records}
        cell = [record for record in swept.records if record.wording == name]
        assert {(r.item, r.arm): (r.prompt_sha256, r.label_order) for r in cell} == wanted


def test_a_sweep_is_whole_and_goes_on_where_it_stopped(go: Any, tmp_path: Path) -> None:
    whole = go(sweep=("paraphrases", "orders"))
    assert verify_folder(whole.folder).whole
    stopped = go(sweep=("paraphrases", "orders"), max_requests=30)
    assert stopped.exit_code == 3
    assert not verify_folder(stopped.folder).whole
    again = mgllm.run(resume=stopped.folder, max_requests=100_000)
    assert again.exit_code == 0
    assert verify_folder(again.folder).whole

    def answers(folder: Path) -> dict[object, object]:
        return {record.key: (record.answer, record.probabilities) for record in read_run(folder).records}

    assert answers(again.folder) == answers(whole.folder)
    tables = [(folder / "table.csv").read_text() for folder in (again.folder, whole.folder)]
    assert tables[0] == tables[1]


def test_a_stopped_sweep_has_complete_items(go: Any) -> None:
    run = stored(go(sweep=("paraphrases", "orders"), arms=("text",), max_requests=9))
    counts = Counter(record.item for record in run.records)
    assert sorted(counts.values()) == [3, 6]


def test_a_sweep_with_other_cells_is_not_resumed(go: Any) -> None:
    stopped = go(sweep=("paraphrases", "orders"), max_requests=30)
    with pytest.raises(InputError, match=r"cannot be resumed: .*cells"):
        mgllm.run(
            model="scripted/x", scenarios="emotion", limit=4, sweep="orders", resume=stopped.folder,
            results=stopped.folder.parent,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "check", "words"),
    [
        ({"cell": "00000000"}, "plan", "which the run does not have"),
        ({"wording": "b"}, "plan", "its cell has first"),
        ({"label_order": ["win", "lose"], "order": "win/lose"}, "plan", "its cell has lose/win"),
    ],
)
def test_a_record_of_another_cell_is_found(go: Any, spoil: dict[str, Any], check: str, words: str) -> None:
    import json

    folder = go(sweep=("paraphrases", "orders")).folder
    lines = (folder / "records.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    nth = next(n for n, r in enumerate(records) if (r["wording"], r["order"]) == ("first", "lose/win"))
    records[nth].update(spoil)
    (folder / "records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    found = {each.name: each for each in verify_folder(folder).checks}
    assert found[check].status == "failed"
    assert words in (found[check].first or "")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sweep": ("orders", "moods")}, "sweep: .*unknown part of a sweep 'moods'"),
        ({"sweep": "paraphrases", "paraphrase": "b"}, "b a single one"),
        ({"sweep": "orders", "attribute": True}, "asks about every gesture"),
        ({"sweep": "seeds", "epochs": 1}, "needs epochs=2 or more"),
        ({"sweep": "styles", "arms": ("text",)}, "a single style to ask"),
    ],
)
def test_what_cannot_be_swept_is_said_in_one_line(go: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        go(**options)
    assert "\n" not in str(caught.value)


def test_one_wording_is_no_sweep(meeting: dict[str, Any], shelve: Any) -> None:
    shelve()
    with pytest.raises(InputError, match="scenario meeting has a single wording"):
        mgllm.run(**meeting, sweep="paraphrases")


def test_a_paraphrase_called_first_is_refused(meeting: dict[str, Any], shelve: Any) -> None:
    shelve()
    path = meeting["scenarios_dir"] / "meeting.yaml"
    text = path.read_text()
    template = next(line for line in text.splitlines() if line.startswith("prompts:"))
    chat = template.split("chat:")[1].split(",")[0].strip(" }")
    path.write_text(f"{text}\nparaphrases:\n  first:\n    chat: {chat}\n")
    with pytest.raises(InputError, match="give it another name"):
        mgllm.run(**meeting, sweep="paraphrases")


def test_seeds_repeat_with_other_donors_and_replies(tmp_path: Path, shelve: Any) -> None:
    def by_seed(question: Question) -> Reply:
        return say(question, question.choices[(question.seed or 0) % 2].label)

    shelve(by_seed)
    finished = mgllm.run(
        model="scripted/x", scenarios="emotion", sweep="seeds", results=tmp_path, epochs=4,
        arms=("text", "text+mg", "text+shuffled"), temperature=1, display="none",
    )  # fmt: skip
    records = read_run(finished.folder).records
    assert {record.cell for record in records} == {""}
    assert {record.epoch for record in records} == {0, 1, 2, 3}
    by_item: dict[str, set[str]] = {}
    for record in records:
        if record.arm == "text+shuffled":
            by_item.setdefault(record.item, set()).add(record.prompt_sha256)
    assert sum(len(each) > 1 for each in by_item.values()) > len(by_item) / 2


def test_seeds_at_temperature_0_are_explained() -> None:
    assert "only the donors" in " ".join(sweep_notes(AskOptions(sweep=("seeds",))))
    assert sweep_notes(AskOptions(sweep=("seeds",), temperature=1.0)) == []
    assert sweep_notes(AskOptions(sweep=("orders",))) == []
