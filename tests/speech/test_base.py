"""A speech format is one thing in one place: from there reading, importing and joining know it."""

from __future__ import annotations

import importlib.metadata
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import get_args

import pytest

from mgllm import registry
from mgllm.commands.import_ import import_dataset
from mgllm.datasets.base import datasets
from mgllm.errors import InputError
from mgllm.items.joining_speech import join_speech
from mgllm.items.loading import load_items
from mgllm.records import Item, Turn
from mgllm.speech.base import SpeechFormat, Tells, speech_formats
from mgllm.speech.reading import read_turns, speech_files, speech_kinds

ORDER = ["textgrid", "vtt", "whisper", "srt", "txt", "eaf-speech"]
"""What `mgllm items join` says about several files of one recording."""


def parse_shout(text: str, where: str) -> tuple[Turn, ...]:
    """A made-up format: a name, an exclamation mark, words."""
    lines = [line.partition("!") for line in text.splitlines()]
    if not all(mark for _, mark, _ in lines):
        raise InputError(f"{where} does not shout")
    return tuple(Turn(speaker=name, text=words.strip()) for name, _, words in lines)


SHOUT = SpeechFormat(
    suffix=".shout",
    tells="voices",
    parse=parse_shout,
    title="Shouted transcripts",
    citation="Nobody has written about them.",
    caution="They are loud.",
)


@pytest.fixture
def shout(monkeypatch: pytest.MonkeyPatch) -> SpeechFormat:
    """The format, as another distribution declares it: by an entry point and nothing else."""
    point = EntryPoint(name="shout", value=f"{__name__}:SHOUT", group="mgllm.speech_formats")
    monkeypatch.setattr(EntryPoint, "load", lambda self: SHOUT if self == point else None)
    groups = {"mgllm.speech_formats": [point]}
    monkeypatch.setattr(
        registry,
        "entry_points",
        lambda group: groups.get(group) or importlib.metadata.entry_points(group=group),
    )
    monkeypatch.setattr(speech_formats, "_things", dict(speech_formats._things))
    monkeypatch.setattr(datasets, "_things", dict(datasets._things))
    return SHOUT


def test_our_own_formats_stand_in_the_order_of_what_they_can_say() -> None:
    assert list(speech_kinds()) == ORDER
    told = [speech_formats.get(name).tells for name in ORDER if not speech_formats.get(name).last]
    assert told == sorted(told, key=get_args(Tells).index)
    assert set(told) == set(get_args(Tells))


@pytest.mark.parametrize("name", ORDER)
def test_what_a_format_says_of_itself(name: str) -> None:
    one = speech_formats.get(name)
    assert one.suffix == one.suffix.lower()
    assert one.suffix.startswith(".")
    assert not one.caution or one.caution.endswith(".")
    importer = datasets.get(name)()
    assert (importer.title, importer.citation) == (one.title, one.citation)


def test_no_two_formats_claim_one_ending() -> None:
    endings = [kind.suffix for kind in speech_kinds().values()]
    assert len(set(endings)) == len(endings)


def test_an_unknown_format_is_guessed() -> None:
    with pytest.raises(InputError, match=r"unknown speech format 'strt'\. Did you mean 'srt'\?"):
        speech_formats.get("strt")


def test_a_format_from_outside_is_read(shout: SpeechFormat, tmp_path: Path) -> None:
    (tmp_path / "a.Shout").write_text("Ann! It was.\n")
    assert list(speech_kinds()) == ["shout", *ORDER]
    assert speech_files(tmp_path, "shout") == [tmp_path / "a.Shout"]
    assert read_turns(tmp_path / "a.Shout", "shout") == (
        Turn(speaker="Ann", alias="Speaker 1", text="It was."),
    )


def test_a_format_from_outside_is_imported(shout: SpeechFormat, tmp_path: Path) -> None:
    (tmp_path / "a.shout").write_text("Ann! It was.\n")
    assert "shout" in datasets.names()
    report = import_dataset("shout", tmp_path, tmp_path / "out")
    assert (report.format, report.items, report.turns) == ("shout", 1, 1)
    assert report.caution.startswith("They are loud. The files do not say who the person is: ")
    assert load_items(tmp_path / "out")[0].speech == (Turn(speaker="Ann", alias="Speaker 1", text="It was."),)
    assert (tmp_path / "out" / "SOURCE.md").read_text().startswith("# Shouted transcripts\n")
    (tmp_path / "b.shout").write_text("quiet")
    with pytest.raises(InputError, match=r"b\.shout does not shout"):
        datasets.get("shout")().read(tmp_path)


def test_a_format_from_outside_is_joined_before_those_that_say_less(
    shout: SpeechFormat, tmp_path: Path
) -> None:
    (tmp_path / "a.shout").write_text("Ann! It was.\n")
    (tmp_path / "a.txt").write_text("It was not.\n")
    report = join_speech([Item(id="a", subject="s")], tmp_path)
    assert report.items[0].speech == (Turn(speaker="Ann", alias="Speaker 1", text="It was."),)
    order = "*.shout, *.textgrid, *.vtt, *.json, *.srt, *.txt, *.eaf"
    assert report.notes[0] == f"1 items have several speech files; the first of {order} is used: a"
    assert [note.partition(" (in ")[0] for note in report.notes[1:]] == [
        "1 names of speakers are kept in the items, but not shown to a model"
    ]


def test_without_it_nothing_shouts(tmp_path: Path) -> None:
    assert "shout" not in datasets.names()
    (tmp_path / "a.shout").write_text("Ann! It was.\n")
    with pytest.raises(InputError, match="has no transcripts of speech"):
        join_speech([Item(id="a", subject="s")], tmp_path)
