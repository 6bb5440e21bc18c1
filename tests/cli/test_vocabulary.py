"""`mgllm vocabulary list|show`: the names of movements."""

from __future__ import annotations

import json

import pytest

from mgllm.cli import main
from mgllm.cues.vocabularies import load_vocabulary, vocabulary_names

Captured = pytest.CaptureFixture[str]


def run(capsys: Captured, *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(["vocabulary", *words])
    said = capsys.readouterr()
    return int(str(caught.value.code)), said.out, said.err


def test_all_vocabularies_are_listed(capsys: Captured) -> None:
    code, out, _ = run(capsys, "list")
    assert code == 0
    assert "imigue   32 micro-gestures: iMiGUE" in out
    listed = json.loads(run(capsys, "list", "--json")[1])
    assert [one["name"] for one in listed] == vocabulary_names()
    assert {one["name"]: one["classes"] for one in listed}["ma52"] == 52


@pytest.mark.parametrize("name", vocabulary_names())
def test_every_name_is_shown(name: str, capsys: Captured) -> None:
    _, out, _ = run(capsys, "show", name)
    shown = " ".join(out.split())
    assert [one.label for one in load_vocabulary(name).classes if one.label not in shown] == []


def test_the_usual_one_is_shown_with_its_groups_unless_another_is_named(capsys: Captured) -> None:
    _, out, _ = run(capsys, "show")
    assert out.startswith("imigue: 32 micro-gestures (")
    assert "hand at head: " in out
    shown = json.loads(run(capsys, "show", "--json")[1])
    assert shown["classes"][0]["label"] == "turtle neck"


def test_an_unknown_vocabulary_is_one_line_with_a_guess(capsys: Captured) -> None:
    code, _, err = run(capsys, "show", "imigeu")
    assert code == 2
    assert err.startswith("mgllm: unknown gesture vocabulary 'imigeu'. Did you mean 'imigue'?")
    assert len(err.splitlines()) == 1
