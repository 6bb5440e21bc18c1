"""Messages: one line, the nearest guess, and lists that can be read."""

from __future__ import annotations

import pytest

from mgllm.errors import FEW, InputError, guess, nearest, one_line, some, unknown

SCENARIOS = ["deception", "emotion", "interview"]
ITEMS = [f"emotion-{number:02d}{side}" for number in range(1, 13) for side in "ab"]
ARMS = ["none", "text", "mg", "text+mg", "text+shuffled", "text+noisy@P"]


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("emotoin", SCENARIOS, "emotion"),
        ("emo", SCENARIOS, "emotion"),
        ("EMOTION", SCENARIOS, "emotion"),
        (" emotion\n", SCENARIOS, "emotion"),
        ("emotion-1a", ITEMS, "emotion-01a"),
        ("emotion-001b", ITEMS, "emotion-01b"),
        ("emotion-11", ITEMS, "emotion-11a"),
        ("Emotion 7 A", [*ITEMS, "emotion-7-a"], "emotion-7-a"),
        ("emotoin-12a", ITEMS, "emotion-12a"),
        ("text + mg", ARMS, "text+mg"),
        ("text_+_mg", ARMS, "text+mg"),
        ("text+gm", ARMS, "text+mg"),
        ("text+shuf", ARMS, "text+shuffled"),
        ("elan", ["csv", "eaf", "miga"], "eaf"),
        ("ELAN", ["csv", "eaf", "miga"], "eaf"),
        ("TextGrid", ["srt", "textgrid"], "textgrid"),
        ("praat", ["srt", "textgrid"], "textgrid"),
        ("smollm2", ["local/smollm2-135m"], "local/smollm2-135m"),
        ("elan", ["csv", "rltd"], None),
        ("zzz", SCENARIOS, None),
        ("", SCENARIOS, None),
        ("x", ["x-ray"], None),
        ("emotion", [], None),
    ],
)
def test_the_name_that_was_probably_meant(name: str, known: list[str], meant: str | None) -> None:
    assert nearest(name, known) == meant
    assert guess(name, known) == (f" Did you mean '{meant}'?" if meant else "")


def test_same_digits_weigh_more_than_likeness() -> None:
    assert nearest("clip_0012", ["clip-0120", "clip-0013", "clip-0012x"]) == "clip-0012x"
    assert nearest("tak-12", ["take-11", "take-12"]) == "take-12"


def test_a_cutoff_can_be_stricter() -> None:
    assert nearest("frowning", ["drowning face"], cutoff=0.6) == "drowning face"
    assert nearest("frowning", ["drowning face"], cutoff=0.9) is None


def test_few_names_are_all_listed() -> None:
    line = unknown("scenario", "emotoin", SCENARIOS)
    assert line == "unknown scenario 'emotoin'. Did you mean 'emotion'? Known: deception, emotion, interview"
    assert unknown("scenario", "x", []).endswith("There are none yet")


def test_nothing_is_guessed_for_what_is_no_name() -> None:
    """Comparing takes time in proportion to the square of the length."""
    assert nearest("frowning" + " " * 192, ["frowning"]) == "frowning"
    assert nearest("frowning" + " " * 193, ["frowning"]) is None
    assert nearest("frowning", ["frowning" + " " * 193]) is None
    assert nearest(" " * 10**7, ["frowning", " " * 10**7]) is None


def test_of_many_names_the_nearest_are_listed_with_their_number() -> None:
    assert len(ITEMS) > FEW
    line = unknown("item of emotion.jsonl", "emotion-7c", ITEMS)
    known = line.partition("Known: ")[2]
    assert known.startswith("emotion-07")
    assert "(24 in all; see the item file)" in known
    assert len(known) < 150
    assert "(24 in all)" in unknown("thing", "zzz", ITEMS)


def test_errors_are_one_line() -> None:
    assert str(InputError("a\nb\x1b[2J")) == "a\\nb\\x1b[2J"
    assert one_line("Größe −") == "Größe −"


def test_some_of_many() -> None:
    assert some(["a", "b"]) == "a, b"
    assert some(list("abcdefg")) == "a, b, c, d, e, …"


def test_a_very_long_message_keeps_its_beginning_and_its_end() -> None:
    said = str(InputError(f"items.jsonl:3 id: '{'x' * 100_000}' is too long; shorten it"))
    assert said.startswith("items.jsonl:3 id: 'xxx")
    assert said.endswith("xxx' is too long; shorten it")
    assert len(said) < 5000
