"""Which tiers are speech: levels are left out, people are read, and what may be either is asked."""

from __future__ import annotations

import pytest

from mgllm.errors import InputError
from mgllm.speech.textgrid import Tier, parse_textgrid
from tests.speech.test_textgrid import short, tier

MAUS = (
    tier("ORT-MAU", (0.0, 0.5, "<p:>"), (0.5, 1.0, "it"), (1.0, 1.5, "was")),
    tier("KAN-MAU", (0.5, 1.0, "It"), (1.0, 1.5, "wQz")),
    tier("MAU", (0.5, 0.8, "I"), (0.8, 1.0, "t"), (1.0, 1.5, "w")),
)
THREE = (
    tier("transcription", (0.5, 1.5, "es war")),
    tier("translation", (0.5, 1.5, "it was")),
    tier("comments", (0.5, 1.5, "quiet")),
)
READ = "tiers are read as speech"
LEFT = "tiers with words are left out; --tier NAME reads them"


def said(*tiers: Tier, choose: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in parse_textgrid(short(*tiers), "talk", tier=choose).turns]


def asked(*tiers: Tier) -> str:
    with pytest.raises(InputError) as caught:
        parse_textgrid(short(*tiers), "talk")
    assert len(str(caught.value).splitlines()) == 1
    assert "--tier" in str(caught.value)
    return str(caught.value)


def test_the_words_of_webmaus_are_said_once() -> None:
    assert said(*MAUS) == [("Speaker", "it was")]
    read = parse_textgrid(short(*MAUS), "talk")
    assert (read.notes[READ], read.notes[LEFT]) == (("ORT-MAU",), ("KAN-MAU", "MAU"))
    assert [word.start for word in read.turns[0].words] == [0.5, 1.0]


def test_a_translation_and_comments_are_left_out() -> None:
    assert said(*THREE) == [("Speaker", "es war")]
    assert said(*THREE, choose=("translation",)) == [("Speaker", "it was")]
    named = [one.model_copy(update={"name": f"{one.name}@Ann"}) for one in THREE]
    assert said(*named) == [("Ann", "es war")]


def test_people_are_read_and_noted() -> None:
    two = tier("Ann", (0, 1, "Are you glad?"), (5, 6, "So.")), tier("Bob", (1.5, 3, "It was a long day."))
    assert said(*two) == [("Ann", "Are you glad?"), ("Bob", "It was a long day."), ("Ann", "So.")]
    assert parse_textgrid(short(*two), "talk").notes == {READ: ("Ann", "Bob")}
    assert said(*two, choose=("bob",)) == [("Bob", "It was a long day.")]
    assert said(*two, choose=("Ann", "Bob")) == said(*two)


def test_an_answer_inside_of_a_long_turn_is_a_person() -> None:
    assert len(said(tier("Ann", (0, 9, "It was a long day.")), tier("Bob", (4, 4.5, "mhm")))) == 2


@pytest.mark.parametrize(
    ("tiers", "words"),
    [
        (
            (tier("de", (0.5, 1.5, "es war")), tier("en", (0.5, 1.5, "it was"))),
            "have words at the same times: de, en",
        ),
        (
            (tier("A", (0, 4, "it was a long day")), tier("B", (0, 2, "it was a"), (2, 4, "long day"))),
            "say the same words: ",
        ),
        (
            (tier("A", (0, 4, "es war ein Tag")), tier("B", (0, 2.1, "it was"), (2.1, 4, "a day"))),
            "are spoken at the same time nearly always: ",
        ),
        (
            (tier("transcription", (0, 1, "so")), tier("Ann", (2, 3, "no"))),
            "has tiers of people beside a tier of speech: transcription, Ann",
        ),
        (
            (tier("words", (0, 1, "so")), tier("Ann", (2, 3, "no"))),
            "has tiers that do not say what the tier of words says: Ann, words",
        ),
        ((tier("phones", (0, 1, "s")),), "has only tiers that are not known as speech: phones"),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked(tiers: tuple[Tier, ...], words: str) -> None:
    assert words in asked(*tiers)


def test_an_unknown_tier_is_guessed() -> None:
    with pytest.raises(InputError, match=r"talk: unknown tier 'Anm'\. Did you mean 'Ann'\?"):
        said(tier("Ann", (0, 1, "so")), choose=("Anm",))


def test_unknown_words_of_the_aligner_are_counted() -> None:
    words = tier("words", (0, 0.5, "it"), (0.5, 1, "<unk>"), (1, 1.5, "late"), (1.5, 2, "spn"))
    read = parse_textgrid(short(words), "talk")
    assert [turn.text for turn in read.turns] == ["it late"]
    assert read.notes["words or noises that the aligner did not know are left out"] == ("<unk>", "spn")


def test_a_word_in_each_interval_is_joined_whatever_the_tier_is_called() -> None:
    spans = [(n / 2, n / 2 + 0.5, f"w{n}") for n in range(9)]
    assert said(tier("Ann", *spans)) == [("Ann", " ".join(f"w{n}" for n in range(9)))]
    apart = [(n * 2.0, n * 2.0 + 0.5, f"w{n}") for n in range(9)]
    assert len(said(tier("Ann", *apart))) == 9


def test_what_praat_writes_where_it_hears_nothing_is_not_said() -> None:
    silences = tier("silences", (0, 1, "silent"), (1, 2, "sounding"))
    assert said(tier("Ann", (1, 2, "so")), silences) == [("Ann", "so")]


def test_point_tiers_alone_are_refused() -> None:
    points = '"TextTier"\n"bell"\n0\n9.5\n1\n2.5\n"ding"\n'
    with pytest.raises(InputError, match="talk has point tiers alone; speech needs tiers of intervals"):
        parse_textgrid(f'File type = "ooTextFile"\n"TextGrid"\n0\n9.5\n<exists>\n1\n{points}', "talk")
