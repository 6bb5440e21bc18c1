"""Odd files, as people's tools write them: read right, or refused in one line; never a trace, never an
empty success. `tests/files/README.md` says what each file imitates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mgllm.datasets.base import datasets
from mgllm.speech.base import speech_formats
from tests.odd_files import (
    ABOUT,
    EXPECTED,
    FILES,
    Case,
    Outcome,
    cases,
    import_directly,
    import_file,
    join_speech,
    read_items,
)

CASES = cases()
ITEMS = "items"
"""Item files are no format of `mgllm import`."""
SPOKEN = [case for case in CASES if case.format in speech_formats.names() and not case.options]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_file_is_read_right_or_refused_in_one_line(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if case.format == ITEMS:
        outcome = read_items(case, tmp_path, capsys)
    else:
        outcome = import_file(case, case.format, tmp_path / "out", capsys, case.options)
    if case.read is None:
        assert _refusal(outcome, case.refused) == []
        assert not (tmp_path / "out").exists()
    else:
        assert (outcome.code, outcome.said) == (0, ())
        assert outcome.read == case.read
        assert bool(outcome.read) != bool(case.empty)
        assert [note for note in case.notes if note not in outcome.notes] == []


@pytest.mark.parametrize("name", datasets.names())
def test_every_importer_reads_every_file_or_refuses_it_in_one_line(name: str, tmp_path: Path) -> None:
    wrong = {}
    for number, case in enumerate({case.file: case for case in CASES}.values()):
        meant = {one.format for one in CASES if one.file == case.file}
        if name in meant:
            continue
        outcome = import_directly(case, name, tmp_path / str(number))
        empty = outcome.code == 0 and not outcome.read
        unexpected = outcome.code == 0 and name not in case.also
        refusal = _refusal(outcome, ()) if outcome.code else []
        if empty or unexpected or refusal:
            wrong[case.file] = refusal or list(outcome.read) or ["empty success"]
    assert wrong == {}


@pytest.mark.parametrize("case", SPOKEN, ids=lambda case: case.name)
def test_speech_is_joined_as_it_is_imported(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = join_speech(case, tmp_path, capsys)
    if case.read is None:
        assert _refusal(outcome, ()) == []
    else:
        assert (outcome.code, outcome.said) == (0, ())
        assert outcome.read == case.read


def _refusal(outcome: Outcome, words: tuple[str, ...]) -> list[str]:
    """What is wrong with a refusal; nothing if it is one line, exit 2, with these words."""
    line = outcome.said[0] if outcome.said else ""
    problems = {
        f"exit {outcome.code}": outcome.code != 2,
        "a trace": outcome.trace,
        f"{len(outcome.said)} lines: {outcome.said}": len(outcome.said) != 1,
        f"something was read: {outcome.read}": bool(outcome.read),
        **{f"no {word!r} in {line!r}": word.casefold() not in line.casefold() for word in words},
    }
    return [problem for problem, there in problems.items() if there]


def _material() -> list[Path]:
    """The corpus without the tests of `mgllm/files`, which are in the same folder."""
    found = (path for path in FILES.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return [path for path in found if path.suffix != ".py"]


def test_every_file_has_its_expectation_and_its_line() -> None:
    known = {case.file for case in CASES}
    files = {path.relative_to(FILES).as_posix() for path in _material()}
    alone = {f for f in files - {EXPECTED, ABOUT} if not any(f == k or f.startswith(f"{k}/") for k in known)}
    assert alone == set()
    assert [case.file for case in CASES if not case.path.exists()] == []
    page = (FILES / ABOUT).read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE))
    assert listed == known


def test_the_corpus_is_large_small_and_of_every_format() -> None:
    """At least 60 files; none over 64 kB; each importer of files that people make has some."""
    assert len({case.file for case in CASES}) >= 60
    assert max(path.stat().st_size for path in _material()) <= 64_000
    sets_of_others = {"rltd", "utd-mhad", "imigue-speech", "ma52", "tennis"}  # their own tests make them
    assert set(datasets.names()) - {case.format for case in CASES} <= sets_of_others


def test_no_expectation_is_idle() -> None:
    for case in CASES:
        assert (case.read is None) == bool(case.refused), case.name
        assert case.empty is None or case.read == (), case.name
