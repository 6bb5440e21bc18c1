"""What a mention of a label says."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from mgllm.answers.naming import find_mentions, names_of
from mgllm.answers.polarity import polarities, takes_back

NAMES = names_of({"calm": ("calm",), "tense": ("tense",)})


def poles(text: str) -> list[str]:
    return list(polarities(text, find_mentions(text, NAMES)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("She is calm.", ["given"]),
        ("She is calm, not tense.", ["given", "denied"]),
        ("She is not calm but tense.", ["denied", "given"]),
        ("She isn't calm; she is tense.", ["denied", "given"]),
        ("She is calm rather than tense.", ["given", "denied"]),
        ("calm or tense", ["open", "open"]),
        ("neither calm nor tense", ["denied", "denied"]),
        ("not calm or tense", ["denied", "denied"]),
        ("Is she calm?", ["open"]),
        ("Calm? No.", ["open"]),
        ("Calm, she isn't.", ["denied"]),
        ("Calm, I think not.", ["denied"]),
        ("calm: unlikely", ["denied"]),
        ("Option calm or option tense", ["open", "open"]),
        ("calm: no", ["denied"]),
        ("calm: no, tense: yes", ["denied", "given"]),
        ("Calm would be wrong.", ["denied"]),
        ("Calm people smile.", ["open"]),
        ("I am calm.", ["open"]),
        ('She said "I am calm".', ["open"]),
        ("She said that she is calm.", ["open"]),
        ("If she is calm, she smiles.", ["open"]),
        ("If he were guilty, she would be calm.", ["open"]),
        ("When asked about it she laughed, which suggests she is calm.", ["given"]),
        ("Because he does not look away, he is calm.", ["given"]),
        ("Given that there is no pause, the speaker is calm.", ["given"]),
        ("No matter what he says, he is calm.", ["given"]),
        ("There is a chance that she is calm.", ["open"]),
        ("There is no doubt that she is calm.", ["given"]),
        ("I think that she is calm.", ["given"]),
        ("I don't think that she is calm.", ["denied"]),
        ("He thinks that she is calm.", ["open"]),
        ("Some would say she is calm.", ["open"]),
        ("I would say she is calm.", ["given"]),
        ("I would go with calm.", ["given"]),
        ("I would not go with calm.", ["denied"]),
        ("The pause suggests that he is likely calm.", ["given"]),
        ("The pause does not suggest that he is calm.", ["denied"]),
        ("His smile is calm.", ["open"]),
        ("The smile of a person who is calm.", ["open"]),
        ("calm 20%, tense 80%", ["open", "open"]),
        ("calm (20%)", ["denied"]),
        ("calm (80%)", ["given"]),
        ("❌ calm", ["denied"]),
        ("calm here and tense there", ["open", "open"]),
        ("She is calm here and tense there.", ["given", "given"]),
        ("She is calm, but I am not sure.", ["open"]),
        ("So calm.", ["given"]),
        ("Therefore: calm", ["given"]),
        ("Hypothetically, calm.", ["open"]),
        ("At first she is calm.", ["open"]),
        ("To be calm is hard.", ["open"]),
        ("too calm", ["open"]),
        ("Er ist calm.", ["given"]),
        ("Er ist nicht calm.", ["denied"]),
        ("Ich denke, dass er calm ist.", ["given"]),
        ("Wenn er calm ist, lacht er.", ["open"]),
        ("Elle semble calm.", ["given"]),
        ("Elle n'est pas calm.", ["denied"]),
        ("Она calm.", ["given"]),
        ("Она не calm.", ["denied"]),
        ("他很calm。", ["given"]),
        ("他不calm。", ["denied"]),
        ("calm的人常常微笑。", ["open"]),
        ("彼は calm です。", ["given"]),
        ("彼は calm ではない。", ["denied"]),
        ("그는 calm 합니다.", ["given"]),
        ("그는 calm 하지 않다.", ["denied"]),
        ("वह calm है।", ["given"]),
        ("वह calm नहीं है।", ["denied"]),
        ("הוא לא calm.", ["denied"]),
        ("هو ليس calm.", ["denied"]),
        ("เขาไม่ calm", ["denied"]),
    ],
)
def test_what_a_sentence_says(text: str, found: list[str]) -> None:
    assert poles(text) == found


def test_a_quotation_that_is_all_of_the_text_is_nobody_elses() -> None:
    assert poles('"She is calm."') == ["given"]
    assert poles('The answer is "calm".') == ["given"]


@pytest.mark.parametrize(
    "text",
    ["But I am not sure.", "However, he smiled.", "It is hard to say.", "但是不确定", "Aber wer weiß."],
)
def test_sentences_that_take_back(text: str) -> None:
    assert takes_back(text)


@pytest.mark.parametrize("text", ["He smiled.", "Butter is yellow.", "I am sure.", ""])
def test_sentences_that_take_nothing_back(text: str) -> None:
    assert not takes_back(text)


PIECES = [
    "calm",
    "tense",
    " is ",
    " not ",
    ", ",
    ". ",
    " or ",
    " and ",
    "? ",
    "\n",
    " she ",
    '"',
    "(",
    ") ",
    " if ",
    "的",
    "не ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_every_mention_has_one_of_three(parts: list[str]) -> None:
    text = "".join(parts)
    mentions = find_mentions(text, NAMES)
    found = polarities(text, mentions)
    assert len(found) == len(mentions)
    assert set(found) <= {"given", "denied", "open"}


@given(st.lists(st.sampled_from(PIECES), max_size=10))
def test_a_question_gives_nothing(parts: list[str]) -> None:
    text = "".join(part for part in parts if part not in (". ", "\n", "? ")) + "?"
    assert "given" not in poles(text)
