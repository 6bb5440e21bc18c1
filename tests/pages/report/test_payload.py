"""The payload holds every record and prompt, and each text once."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.pages.report.payload import OUTCOMES, PRECISION, payload
from mgllm.pages.report.section import PageItem, PageRun
from mgllm.pages.shell import visible
from mgllm.records import AnswerToken, Cell, Gesture, Record, Turn, cell_id
from mgllm.store import read_run
from mgllm.testing.made_run import MadeRun, write_made_run


@pytest.fixture
def run(tmp_path: Path) -> PageRun:
    stored = read_run(write_made_run(tmp_path / "run", MadeRun(items=30, missing=0.2)))
    return PageRun(stored.manifest, stored.records, stored.prompts())


def test_every_record_comes_back(run: PageRun) -> None:
    packed = payload([run])
    columns, items, texts = packed["records"], packed["items"], packed["texts"]
    group = packed["groups"][0]
    found = {}
    for at in range(len(columns["item"])):
        item = columns["item"][at]
        found[texts[items["id"][item]], group["arms"][columns["arm"][at]]] = (item, at)
    assert len(found) == len(run.records) == 180
    for record in run.records:
        item, at = found[record.item, record.arm]
        assert texts[items["subject"][item]] == record.subject
        assert group["labels"][items["target"][item]] == record.target
        assert OUTCOMES[columns["outcome"][at]] == record.outcome
        assert columns["right"][at] == {None: -1, False: 0, True: 1}[record.correct]
        assert text_at(texts, columns["text"][at]) == record.text
        assert text_at(texts, columns["error"][at]) == record.error
        assert [group["labels"][n] for n in packed["orders"][columns["order"][at]]] == list(
            record.label_order
        )
        check_probabilities(record, columns["p"][at], group["labels"])
        hash_, messages = packed["prompts"][columns["prompt"][at]]
        prompt = run.prompts[record.prompt_sha256]
        assert record.prompt_sha256.startswith(hash_)
        assert [["".join(texts[n] for n in pieces[1::2]), role] for role, pieces in messages] == [
            [message.content, message.role] for message in prompt.messages
        ]
        cues = [
            texts[n]
            for _, pieces in messages
            for kind, n in zip(pieces[::2], pieces[1::2], strict=True)
            if kind == 2
        ]
        span = next(span for span in prompt.spans if span.block == "cues")
        assert "".join(cues) == prompt.messages[1].content[span.start : span.end]


def check_probabilities(record: Record, packed: list[int] | None, labels: list[str]) -> None:
    if record.probabilities is None:
        assert packed is None
    else:
        assert packed is not None
        wanted = [record.probabilities[label] for label in labels]
        assert [n / PRECISION for n in packed] == pytest.approx(wanted, abs=0.5 / PRECISION)


def text_at(texts: list[str], number: int) -> str | None:
    return None if number < 0 else texts[number]


def test_each_text_and_prompt_stands_once(run: PageRun) -> None:
    packed = payload([run, run])
    assert len(packed["texts"]) == len(set(packed["texts"]))
    assert len(packed["prompts"]) == len({record.prompt_sha256 for record in run.records})
    assert len(packed["groups"]) == 2
    assert len(packed["items"]["id"]) == 60


def test_columns_are_of_one_length_and_in_an_order_of_their_own(run: PageRun) -> None:
    packed = payload([run])
    assert {len(column) for column in packed["records"].values()} == {180}
    assert {len(column) for column in packed["items"].values()} == {30}
    turned = PageRun(run.manifest, run.records[::-1], run.prompts)
    assert payload([turned]) == packed


def test_an_item_file_adds_times(run: PageRun) -> None:
    known = PageItem(
        (Gesture(label="head up", start=1.5, end=2.0),), (Turn(text="Well.", start=0.0, end=1.0),), 4.0
    )
    packed = payload([PageRun(run.manifest, run.records, run.prompts, {("emotion", "i00003"): known})])
    duration, gestures, turns = packed["items"]["extra"][3]
    texts = packed["texts"]
    assert duration == 4.0
    assert [[texts[label], *rest] for label, *rest in gestures] == [["head up", 1.5, 2.0, None]]
    assert [[texts[who], texts[what], *rest] for who, what, *rest in turns] == [
        ["Speaker", "Well.", 0.0, 1.0]
    ]
    assert packed["items"]["extra"][:3] == [None, None, None]


def test_hidden_characters_are_named() -> None:
    assert visible("a\u202eb\x00c\u200d\ud800") == "a⟨202E⟩b⟨0000⟩c⟨200D⟩⟨D800⟩"
    assert visible("Grüße, 你好 → ✓\n\tשלום") == "Grüße, 你好 → ✓\n\tשלום"


def test_what_is_seldom_true_has_no_column_where_it_is_not(run: PageRun, tmp_path: Path) -> None:
    seldom = {"why", "read", "thought", "served"}
    assert not seldom & set(payload([run])["records"])
    made = MadeRun(items=6, censored=0.5, reasoning_tokens=90, served_models=("two",), model="openai/one")
    stored = read_run(write_made_run(tmp_path / "other", made))
    tokens = (AnswerToken(start=0, token="wi"), AnswerToken(start=2, token="n"))
    told = [r if r.censored else r.model_copy(update={"answer_tokens": tokens}) for r in stored.records]
    packed = payload([PageRun(stored.manifest, told)])
    columns, texts = packed["records"], packed["texts"]
    assert seldom <= set(columns)
    assert {text_at(texts, n) for n in columns["served"]} == {"two"}
    assert set(columns["thought"]) == {90}
    for p, why, read in zip(columns["p"], columns["why"], columns["read"], strict=True):
        words = (text_at(texts, why), text_at(texts, read))
        assert words in {("a label is not among the tokens shown", None), (None, "win"), (None, None)}
        assert (words[1] is None) == (p is None)
    hidden = [r.model_copy(update={"text": None}) for r in told]
    assert "read" not in payload([PageRun(stored.manifest, hidden)])["records"]


def test_a_group_is_called_as_its_tables_are(tmp_path: Path) -> None:
    stored = read_run(write_made_run(tmp_path / "other", MadeRun(items=6, sampled=6, effort="low")))
    (group,) = payload([PageRun(stored.manifest, stored.records)])["groups"]
    assert group["name"] == "emotion · made/one · chat, direct, sampled × 6, effort low · cues: annotated"


def test_a_sweep_is_one_group_and_says_each_cell(tmp_path: Path) -> None:
    stored = read_run(write_made_run(tmp_path / "run", MadeRun(items=6)))
    cells = [Cell(id=cell_id(name), wording=name) for name in ("first", "b")]
    records = [
        record.model_copy(update={"cell": cell.id, "wording": cell.wording})
        for cell in cells
        for record in stored.records
    ]
    scenario = stored.manifest.scenarios[0].model_copy(update={"cells": tuple(cells)})
    manifest = stored.manifest.model_copy(update={"scenarios": (scenario,)})
    packed = payload([PageRun(manifest, records, stored.prompts())])
    assert [group["name"].endswith("mean of 2 wordings") for group in packed["groups"]] == [True]
    said = [packed["texts"][n] for n in packed["records"]["cell"]]
    assert said[:2] == ["wording first", "wording b"]  # the first cell first, as in the tables
    assert len(said) == 2 * len(stored.records)
    plain = payload([PageRun(stored.manifest, stored.records, stored.prompts())])
    assert "cell" not in plain["records"]
