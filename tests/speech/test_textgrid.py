"""Praat's TextGrid: what was written, in either form, is what is read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from mgllm.errors import InputError
from mgllm.records import Turn
from mgllm.speech.textgrid import Interval, Tier, parse_textgrid, read_tiers
from tests.speech.turns import bare

HEAD = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'


def tier(name: str, *spans: tuple[float, float, str]) -> Tier:
    return Tier(name=name, intervals=tuple(Interval(start=a, end=b, text=text) for a, b, text in spans))


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def short(*tiers: Tier) -> str:
    rows: list[object] = [0, 9.5, "<exists>", len(tiers)]
    for one in tiers:
        rows += ['"IntervalTier"', quoted(one.name), 0, 9.5, len(one.intervals)]
        for interval in one.intervals:
            rows += [interval.start, interval.end, quoted(interval.text)]
    return HEAD + "\n".join(map(str, rows)) + "\n"


def long(*tiers: Tier) -> str:
    text = HEAD + f"xmin = 0 \nxmax = 9.5 \ntiers? <exists> \nsize = {len(tiers)} \nitem []: \n"
    for n, one in enumerate(tiers, 1):
        text += f'    item [{n}]:\n        class = "IntervalTier" \n        name = {quoted(one.name)} \n'
        text += f"        xmin = 0 \n        xmax = 9.5 \n        intervals: size = {len(one.intervals)} \n"
        for k, interval in enumerate(one.intervals, 1):
            text += f"        intervals [{k}]:\n            xmin = {interval.start} \n"
            text += f"            xmax = {interval.end} \n            text = {quoted(interval.text)} \n"
    return text


TWO = (
    tier("Ann", (0.0, 1.5, "Are you glad?"), (1.5, 4.0, ""), (4.0, 5.0, 'He said "no".')),
    tier("Bob", (0.0, 1.9, " "), (1.9, 3.6, "It was\na long day!"), (3.6, 9.5, "")),
)
ALIGNED = (
    tier("words", (0, 0.5, ""), (0.5, 0.8, "it"), (0.8, 1.1, "was"), (1.1, 3.0, "sp"), (3.0, 3.4, "long")),
    tier("phones", (0, 0.5, "sil"), (0.5, 0.6, "IH1"), (0.6, 0.8, "T"), (0.8, 1.1, "W")),
)


@pytest.mark.parametrize("write", [short, long])
def test_interval_tiers_are_speakers(write: object) -> None:
    assert callable(write)
    assert bare(parse_textgrid(write(*TWO), "talk").turns) == (
        Turn(speaker="Ann", text="Are you glad?", start=0.0, end=1.5),
        Turn(speaker="Bob", text="It was a long day!", start=1.9, end=3.6),
        Turn(speaker="Ann", text='He said "no".', start=4.0, end=5.0),
    )


def test_words_of_an_aligner_are_joined_and_phones_left_out() -> None:
    assert bare(parse_textgrid(short(*ALIGNED), "talk").turns) == (
        Turn(text="it was", start=0.5, end=1.1),
        Turn(text="long", start=3.0, end=3.4),
    )
    named = [one.model_copy(update={"name": f"Ann Lee - {one.name}"}) for one in ALIGNED]
    assert {turn.speaker for turn in parse_textgrid(short(*named), "talk").turns} == {"Ann Lee"}


def test_words_give_way_to_sentences() -> None:
    assert bare(parse_textgrid(long(*ALIGNED, *TWO), "talk").turns) == bare(
        parse_textgrid(long(*TWO), "talk").turns
    )
    silent = tier("notes", (0.0, 9.5, ""))
    alone = parse_textgrid(long(*ALIGNED), "talk").turns
    assert parse_textgrid(long(*ALIGNED, silent), "talk").turns == alone


def test_praats_own_freedoms() -> None:
    """Comments, point tiers, exponents, and anything between the values."""
    text = (
        'File type = "ooTextFile short"\n"TextGrid"\n! made by hand "not a text"\n0 9.5 <exists>\n2 tiers\n'
        '"TextTier" "bell" 0 9.5 1\n2.5 "ding"\n'
        '"IntervalTier" "Ann" xmin = 0 xmax = 9.5 1\n[1] 2e-05 +1.5 "item [2]: intervals [3]" ! the end\n'
    )
    assert read_tiers(text, "talk") == (tier("Ann", (2e-05, 1.5, "item [2]: intervals [3]")),)


def test_a_grid_without_tiers_or_words_has_no_turns() -> None:
    assert bare(parse_textgrid(HEAD + "0\n9.5\n<absent>\n", "talk").turns) == ()
    assert bare(parse_textgrid(HEAD + "0\n9.5\n<exists>\n0\n", "talk").turns) == ()
    assert parse_textgrid(long(tier("Ann", (0, 9.5, ""))), "talk").turns == ()


@pytest.mark.parametrize("write", [short, long])
def test_a_file_that_breaks_off_anywhere_is_refused(write: object) -> None:
    assert callable(write)
    whole = write(*TWO).rstrip()
    for cut in range(len(whole)):
        with pytest.raises(InputError) as caught:
            parse_textgrid(whole[:cut], "talk")
        assert str(caught.value).startswith("talk")
        assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"TextGrid"', '"PitchTier"', "is not a TextGrid"),
        ('"ooTextFile"', '"chronological"', "is not a TextGrid"),
        ('"IntervalTier"', '"FormantTier"', "tier 1 'Ann' is a 'FormantTier'"),
        ("9.5\n3\n0.0", "9.5\n2.5\n0.0", "talk:12 says that the number of intervals of tier 1 'Ann' is 2.5"),
        ("9.5\n3\n0.0", "9.5\n4\n0.0", "where the start of interval 4 of tier 1 'Ann' must be a number"),
        ("9.5\n3\n0.0", "9.5\n2\n0.0", "talk:19 has '4.0' where the class of tier 2 must stand in quotation"),
        ("9.5\n3\n0.0", "1e999\n3\n0.0", "talk:11 has '1e999' where"),
        ("9.5\n3\n0.0", "9.5\n1e999\n0.0", "it is infinite"),
        ("<exists>", "<perhaps>", "where <exists> or <absent> must say if it has tiers"),
        ("1.5\n4.0", "4.5\n4.0", "goes on"),
    ],
)
def test_what_is_no_textgrid_is_named(old: str, new: str, words: str) -> None:
    text = short(*TWO).replace(old, new, 1)
    if "goes on" in words:
        text += '"left over"\n'
    with pytest.raises(InputError) as caught:
        parse_textgrid(text, "talk")
    assert words in str(caught.value)


def test_times_that_are_no_interval_are_refused() -> None:
    with pytest.raises(
        InputError, match="talk tier 'Ann' has impossible times: it is spoken from 2 s to 1 s"
    ):
        parse_textgrid(short(tier("Ann", (2.0, 1.0, "so"))), "talk")


LABELS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=9)
TIMES = st.floats(0, 1e5)
TIERS = st.builds(
    Tier,
    name=LABELS,
    intervals=st.lists(st.builds(Interval, start=TIMES, end=TIMES, text=LABELS), max_size=4).map(tuple),
)


@settings(max_examples=150)
@given(st.lists(TIERS, max_size=3))
def test_any_label_and_time_comes_back_from_both_forms(tiers: list[Tier]) -> None:
    assert read_tiers(short(*tiers), "talk") == read_tiers(long(*tiers), "talk") == tuple(tiers)
