"""Answers in a form of their own."""

from __future__ import annotations

import pytest

from mgllm.answers.naming import names_of
from mgllm.answers.stated import find_statement, unformatted

NAMES = names_of({"calm": ("calm",), "tense": ("tense",)})


def stated(text: str) -> str | None:
    """The label that is stated, with a ? where a refusal outweighs it; "none" for no one label."""
    found = find_statement(unformatted(text), NAMES)
    if found is None:
        return None
    if found.found is None:
        return "none"
    return found.found.label + ("" if found.firm else "?")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("calm", "calm"),
        ('{"answer": "calm"}', "calm"),
        ('{"answer": "calm, since she is not tense"}', "calm"),
        ('{"answer": "calm"} {"answer": "tense"}', "none"),
        ('{"answer": "calm or tense"}', "none"),
        ("\\boxed{calm}", "calm"),
        ("so \\boxed{\\text{calm}} it is", "calm"),
        ("\\boxed{calm} \\boxed{tense}", "none"),
        ("\\boxed{7}", "none"),
        ("<answer>calm</answer>", "calm"),
        ("<verdict>\ncalm\n</verdict> as he is not tense", "calm"),
        ("<answer>calm</answer><answer>tense</answer>", "none"),
        ("[ANSWER]calm[/ANSWER]", "calm"),
        ("Answer: calm", "calm"),
        ("He smiles. Final answer: calm", "calm"),
        ("**Answer:** calm\n**Why:** he is not tense", "calm"),
        ("### Answer\n\ncalm", "calm"),
        ("### Reasons\n\ntense?\n\n### Conclusion\n\nThe speaker is calm.", "calm"),
        ("Answer: calm\nAnswer: tense", "none"),
        ("Answer: not calm", "none"),
        ("Answer: 7", "none"),
        ("Wrong answer: calm", None),
        ('The format is "Answer: calm".', None),
        ("Answer - calm", "calm"),
        ("calm\nbecause he smiles", "calm"),
        ("He smiles and waits.\n\ncalm", "calm"),
        ("calm\ntense", "none"),
        ("Calm. He smiles.", "calm"),
        ("Calm, since he smiles.", "calm?"),
        ("Calm, not tense.", "calm?"),
        ("Calm people smile.", None),
        ("Calm. Wait, no, tense.", "none"),
        ("Calm. Hmm, he could be tense.", "none"),
        ("Calm. He is tense.", "none"),
        ("Calm. He would be tense if he lied.", "calm"),
        ("He is **calm**.", "calm?"),
        ("He is **not** **calm**.", None),
        ("He is **calm** and **tense**.", None),
        ("<memo>calm</memo>", "none"),
        ("<b>calm</b>, as he smiles", "calm?"),
        ("~~tense~~ calm", "calm"),
        ("<del>tense</del> calm", "calm"),
        ("- [x] calm\n- [ ] tense", "calm"),
        ("☑ calm\n☐ tense", "calm"),
        ("- [ ] calm\n- [ ] tense", None),
        ("calm\nStatement: I was there.\nAnswer: tense", "none"),
        ("calm\n\nAnswer: calm", "calm"),
        ("He is calm.", None),
        ("", None),
    ],
)
def test_what_is_stated(text: str, found: str | None) -> None:
    assert stated(text) == found


def test_tags_of_form_leave_every_character_in_its_place() -> None:
    text = "<p>so <b>calm</b></p>"
    assert unformatted(text) == "   so ** calm**      "
    assert len(unformatted(text)) == len(text)


@pytest.mark.parametrize("count", [65, 5_000])
def test_a_text_full_of_marks_states_nothing(count: int) -> None:
    assert stated("Answer: calm " * count) == "none"
