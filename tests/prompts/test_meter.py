"""What a template may cost: the same on every machine, refused before time or memory is spent."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from mgllm.errors import InputError
from mgllm.prompts.meter import INCLUDE, MAX_CHARACTERS, MAX_GIVEN, STEPS, Meter, TooMuch, value_size
from mgllm.prompts.renderer import Renderer
from mgllm.prompts.scenarios import bundled_folder
from mgllm.prompts.trees import MAX_DEPTH
from mgllm.prompts.views import OfferedLabel, View
from mgllm.records import Prompt, Turn

WHOLE = '{% include "_speech.j2" %}{% include "_cues.j2" %}'
TWO_LOOPS = "{% for a in question %}{% for b in question %}"
MOST_BYTES = 100_000_000
"""Memory that a refused template may have taken for a moment."""


def view(question: str = "Yes or no?", note: str = "Be kind.") -> View:
    return View(
        question=question,
        labels=(OfferedLabel(text="yes", answer="yes"), OfferedLabel(text="no", answer="no")),
        reasoning="direct",
        text={"note": note},
        speech=(Turn(text="Well."),),
    )


def render(folder: Path, inside: str, shown: View | None = None, **files: str) -> Prompt:
    own = {"x": f"{{% block user %}}{WHOLE}{inside}{{% endblock %}}", **files}
    for name, text in own.items():
        (folder / f"{name}.j2").write_text(text)
    return Renderer((folder, bundled_folder("prompts")), ("note",)).render("x.j2", "chat", shown or view())


def refused(folder: Path, inside: str, shown: View | None = None, **files: str) -> str:
    with pytest.raises(InputError) as caught:
        render(folder, inside, shown, **files)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def ten_includes(levels: int) -> dict[str, str]:
    """Files of which each includes the next ten times."""
    names = [f"i{level}" for level in range(levels)]
    return {
        name: f'{{% include "{after}.j2" %}}' * 10
        for name, after in zip(names, [*names[1:], "end"], strict=True)
    } | {"end": "."}


def doubled(levels: int, end: str) -> dict[str, str]:
    """Files of which each makes a list that holds the list before it twice."""
    each = '{{% for a{after} in [[a{level}, a{level}]] %}}{{% include "n{after}.j2" %}}{{% endfor %}}'
    return {f"n{n}": each.format(level=n, after=n + 1) for n in range(levels)} | {f"n{levels}": end}


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("{{ 'a'" + "|replace('a', 'aaaaaaaaaa')" * 30 + " }}", "text of more than 1,000,000 characters"),
        ("{{ note" + "|replace('', note)" * 30 + " }}", "text of more than 1,000,000 characters"),
        (TWO_LOOPS + "{% include 'l.j2' %}{% endfor %}{% endfor %}", "loops too long"),
        ("{% for a in question %}" + "{% if a %}{% endif %}" * 2000 + "{% endfor %}" * 1, "loops too long"),
        ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "nested more than 60 deep"),
        ("{% if 1 %}" * 500 + "{% endif %}" * 500, "nested more than 60 deep"),
        ("{% if 1 %}" * 70 + "{% endif %}" * 70, "nested more than 60 deep"),
        ("{% if 0 %}" + "{% elif 1 %}" * 5000 + "{% endif %}", "nested more than 60 deep"),
        ("{% if 0 %}" + "{% elif 1 %}" * 70 + "{% endif %}", "nested more than 60 deep"),
        ("{% include 'd.j2' %}", "d.j2:1 conditions, parentheses or filters are nested more than 60 deep"),
        ("{{ 1" + " and 1" * 3000 + " }}", "nested more than 60 deep"),
        ("{{ note" + "|lower" * 3000 + " }}", "nested more than 60 deep"),
        ("{{ " + "9" * 5000 + " }}", "a number has more than 18 digits"),
        ("{{ 0x" + "9" * 5000 + " }}", "a number has more than 18 digits"),
        ("x" * 200_000, "more than 100,000 bytes"),
        ("{{ '\\ud800' }}", "half a character"),
        ("{{ question.upper }}", "may not use: access to attribute"),
        ("{{ self.user }}", "a BlockReference cannot be written"),
        ("{{ note|counted rounds(-9999) }}", "x.j2:1"),
        ("{% if note is lower %}{% endif %}", "No test named 'lower'"),
        ("{% include 'x\\0' %}", "is outside"),
        ("{% include '" + "x" * 5000 + "' %}", "is outside"),
    ],
    ids=lambda text: text[:24],
)
def test_what_costs_too_much_is_refused(tmp_path: Path, inside: str, words: str) -> None:
    shown = view(question="q" * 200)
    assert words in refused(
        tmp_path, inside, shown, l=TWO_LOOPS + "{% endfor %}{% endfor %}", d="{{ " + "(" * 3000
    )


@pytest.mark.parametrize("inside", ["{{ question|join(note) }}", "{{ note|replace('', question) }}"])
def test_a_long_text_is_refused_before_it_is_made(tmp_path: Path, inside: str) -> None:
    long = view(question="q" * 100_000, note="n" * 100_000)
    tracemalloc.start()
    try:
        assert "text of more than 1,000,000" in refused(tmp_path, inside, long)
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()


def test_what_a_trim_looks_up_is_counted(tmp_path: Path) -> None:
    long = view(question="q" * 60_000, note="n" * 60_000)
    assert "loops too long" in refused(tmp_path, "{{ question|trim(note) }}", long)


def test_ten_includes_of_ten_includes_are_refused(tmp_path: Path) -> None:
    assert "includes itself without end" in refused(
        tmp_path, '{% include "i0.j2" %}', None, **ten_includes(11)
    )
    assert (
        "." * 100
        in render(tmp_path, '{% include "i9.j2" %}', i9='{% include "i10.j2" %}' * 10).messages[0].content
    )


def test_silent_loops_are_counted_by_what_they_are_given(tmp_path: Path) -> None:
    long = view(question="q" * 20_000)
    assert "loops too long" in refused(tmp_path, TWO_LOOPS + "{% endfor %}{% endfor %}", long)
    once = render(tmp_path, "{% for a in question %}{% if a == 'q' %}.{% endif %}{% endfor %}", long)
    assert once.messages[0].content.count(".") >= 20_000


@pytest.mark.parametrize("end", ["{{ a50 }}", "{% if a50 == a50 %}{% endif %}", "{{ a50|length }}"])
def test_a_list_that_doubles_itself_is_never_walked_through(tmp_path: Path, end: str) -> None:
    start = "{% for a0 in [['x', 'y']] %}{% include 'n0.j2' %}{% endfor %}"
    assert "a value of more than" in refused(tmp_path, start, None, **doubled(50, end))


def test_a_text_is_no_format_for_a_number(tmp_path: Path) -> None:
    ending = "{{ 'odd' if '%999999999d' is odd else 'not' }}{{ 'even' if 4 is even }}"
    assert render(tmp_path, ending).messages[0].content.endswith("noteven")


def test_what_is_given_has_a_largest_size(tmp_path: Path) -> None:
    assert "is given, or makes, a value of more than" in refused(
        tmp_path, "", view(note="n" * (MAX_GIVEN + 1))
    )


def test_filters_are_those_of_jinja(tmp_path: Path) -> None:
    inside = (
        "{{ labels|join(', ', attribute='text') }} {{ note|replace('k', 'b', 1)|upper|trim('.') }} "
        "{{ question|first }}{{ question|last }} {{ note|length }} {{ gone|default('none') }} "
        "{{ note|title }} {{ 'ab'|capitalize|lower }}"
        "{% for l in labels %} {{ loop.index }}{{ loop.last }}{% endfor %}"
    )
    said = render(tmp_path, inside).messages[0].content.partition("\n\n")[0]
    assert said.endswith("yes, no BE BIND Y? 8 none Be Kind. ab 1False 2True")


def test_conditions_may_be_nested_as_deep_as_is_said(tmp_path: Path) -> None:
    deep = MAX_DEPTH - 4
    assert (
        render(tmp_path, "{% if 1 %}" * deep + "deep" + "{% endif %}" * deep)
        .messages[0]
        .content.endswith("deep")
    )


def test_a_bundled_prompt_takes_a_hundredth_of_what_it_may() -> None:
    made = Renderer((bundled_folder("prompts"),), ("role", "opening"))
    shown = view().model_copy(update={"text": {"role": "You read.", "opening": "Two people talk."}})
    made.render("wording.j2", "chat", shown)
    meter = made._environment.meter
    assert 0 < meter.most - meter.left < STEPS / 100


def test_an_include_costs_more_than_what_it_writes(tmp_path: Path) -> None:
    for name, text in {"x": WHOLE, "one": WHOLE + '{% include "nothing.j2" %}', "nothing": ""}.items():
        (tmp_path / f"{name}.j2").write_text(f"{{% block user %}}{text}{{% endblock %}}" if text else "")
    made = Renderer((tmp_path, bundled_folder("prompts")), ("note",))
    meter, spent = made._environment.meter, dict[str, int]()
    for file in ("x.j2", "one.j2"):
        made.render(file, "chat", view())
        spent[file] = meter.most - meter.left
    assert spent["one.j2"] - spent["x.j2"] > INCLUDE


def test_every_prompt_begins_with_all_of_its_steps() -> None:
    meter = Meter()
    with pytest.raises(TooMuch):
        meter.charge(STEPS + 1)
    meter.begin(0)
    meter.charge(STEPS)
    meter.begin(1)
    assert meter.left > STEPS


def test_shared_parts_count_each_time() -> None:
    part = ["ab", {"k": "c"}, 5]
    assert value_size([part, part]) == 1 + 2 * value_size(part)
    assert value_size("x" * MAX_CHARACTERS) == MAX_CHARACTERS
