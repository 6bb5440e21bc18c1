"""`mgllm synth CORPUS`: all files or none, what is refused, and what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.commands.synth_corpus import synthesize_corpus
from mgllm.errors import InputError
from mgllm.synthetic.corpora import CorpusOptions, read_truth

SMALL = CorpusOptions(videos=6, subjects=3, minutes=0.25, seed=1)
FLAGS = ("--videos", "6", "--subjects", "3", "--minutes", "0.25", "--seed", "1")


def command(*words: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["synth", *words])
    return int(str(caught.value.code or 0))


@pytest.mark.parametrize(
    ("corpus", "names"),
    [
        ("imigue", {"imigue_skeleton", "imigue-speech", "Video.csv"}),
        ("smg", {"smg_skeleton", "subjects.csv", "states.csv"}),
        ("ma52", {"ma52"}),
    ],
)
def test_a_corpus_has_its_files_and_its_truth(tmp_path: Path, corpus: str, names: set[str]) -> None:
    report = synthesize_corpus(corpus, tmp_path / "c", SMALL)
    assert {path.name for path in (tmp_path / "c").iterdir()} == {*names, "truth.json", "SOURCE.md"}
    truth = read_truth(tmp_path / "c")
    assert (truth.corpus, truth.counts) == (corpus, report.counts)
    assert report.counts["recordings"] == 6
    assert (truth.effect is None) == (corpus == "ma52")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "Video.csv").write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        synthesize_corpus("imigue", tmp_path, SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["Video.csv"]


def test_an_option_without_a_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--sex-shortcut: smg has nothing that it could change"):
        synthesize_corpus("smg", tmp_path / "c", SMALL, said=("videos", "sex_shortcut"))
    assert not (tmp_path / "c").exists()


def test_the_command_line_says_what_was_planted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("imigue", "-o", str(tmp_path / "c"), *FLAGS, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    truth = read_truth(tmp_path / "c")
    assert truth.effect is not None
    assert report["effect"]["found"] == truth.effect.found.model_dump()
    assert report["traps"]["unlabelled"] == list(truth.traps["unlabelled"])
    assert "nobody moved" in report["caution"]
    assert command("imigue", "-o", str(tmp_path / "d"), *FLAGS) == 0
    assert "planted: gestures add" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("imigu", "-o", "c"), "unknown corpus 'imigu'. Did you mean 'imigue'?"),
        (("imigue",), "-o FOLDER is missing: name the folder for the corpus"),
        (("imigue", "-o", "c", "--clips", "3"), "--clips is not for a corpus"),
        (("imigue", "-o", "c", "--effect", "31"), "--effect must be at most 30"),
        (("ma52", "-o", "c", "--leak", "0.1"), "--leak: ma52 has nothing that it could change"),
        (("-o", "c", "--clips", "3", "--leak", "0.1"), "--leak needs a corpus: mgllm synth imigue --leak"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(*words) == 2
    error = capsys.readouterr().err
    assert said in error
    assert len(error.strip().splitlines()) == 1
    assert not (tmp_path / "c").exists()
