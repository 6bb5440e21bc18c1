"""Templates in their sandbox: what they see, where the blocks stand, and what they may not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.cues.base import CueLine
from mgllm.cues.block import Cues
from mgllm.errors import InputError
from mgllm.prompts.meter import MAX_CHARACTERS
from mgllm.prompts.renderer import Renderer
from mgllm.prompts.scenarios import bundled_folder
from mgllm.prompts.views import OfferedLabel, View
from mgllm.records import Prompt, Turn

CUES = Cues(heading="Seen:", definition="Movements.", lines=(CueLine(what="nods"),), nothing="Nothing seen.")
DEEP = "{% for a in question %}" * 3 + "{% endfor %}" * 3
WHOLE = '{% include "_speech.j2" %}{% include "_cues.j2" %}'


def view(*, speech: str = "Well.", cues: Cues | None = CUES) -> View:
    return View(
        question="Yes or no?",
        labels=(OfferedLabel(text="yes", answer="yes"), OfferedLabel(text="no", answer="no")),
        reasoning="direct",
        text={"note": "Be kind."},
        speech=(Turn(text=speech),) if speech else (),
        cues=cues,
    )


def renderer(folder: Path, template: str, **files: str) -> Renderer:
    for name, text in {"x": template, **files}.items():
        (folder / f"{name}.j2").write_text(text)
    return Renderer((folder, bundled_folder("prompts")), ("note",))


def render(folder: Path, template: str, told: View | None = None) -> Prompt:
    return renderer(folder, template).render("x.j2", "chat", told or view())


def test_an_alias_stands_in_the_place_of_a_name(tmp_path: Path) -> None:
    turns = (Turn(speaker="Ann", alias="Speaker 1", text="Well."), Turn(speaker="Host", text="So?"))
    prompt = render(
        tmp_path, "{% block user %}" + WHOLE + "{% endblock %}", view().model_copy(update={"speech": turns})
    )
    assert "Speaker 1: Well.\nHost: So?" in prompt.messages[-1].content
    assert "Ann" not in prompt.messages[-1].content


def refused(folder: Path, template: str, told: View | None = None) -> str:
    with pytest.raises(InputError) as caught:
        render(folder, template, told)
    message = str(caught.value)
    assert "\n" not in message
    return message


def block(prompt: Prompt, name: str) -> str:
    span = next(span for span in prompt.spans if span.block == name)
    return prompt.messages[span.message].content[span.start : span.end]


def test_blocks_become_messages_and_spans_cut_exactly(tmp_path: Path) -> None:
    prompt = render(
        tmp_path,
        "{% block system %}You read. {{ note }}{% endblock %}"
        f"{{% block user %}}{{{{ question }}}}\n{WHOLE}End{{% endblock %}}",
    )
    assert [message.role for message in prompt.messages] == ["system", "user"]
    assert prompt.messages[0].content == "You read. Be kind."
    speech, cues = block(prompt, "speech"), block(prompt, "cues")
    assert "Well." in speech
    assert "nods" in cues
    assert prompt.messages[1].content == f"Yes or no?\n{speech}{cues}End"


def test_empty_blocks_are_empty_spans(tmp_path: Path) -> None:
    prompt = render(tmp_path, f"{{% block user %}}a{WHOLE}b{{% endblock %}}", view(speech="", cues=None))
    assert [(span.block, span.start, span.end) for span in prompt.spans] == [("speech", 1, 1), ("cues", 1, 1)]
    assert prompt.messages[0].content == "ab"


def test_a_transcript_without_gestures_is_told_as_a_finding(tmp_path: Path) -> None:
    prompt = render(
        tmp_path,
        f"{{% block user %}}{WHOLE}{{% endblock %}}",
        view(cues=CUES.model_copy(update={"lines": ()})),
    )
    assert "Nothing seen." in block(prompt, "cues")


def test_the_hash_names_the_content(tmp_path: Path) -> None:
    template = f"{{% block user %}}{WHOLE}{{% endblock %}}"
    assert render(tmp_path, template).sha256 == render(tmp_path, template).sha256
    assert render(tmp_path, template).sha256 != render(tmp_path, template, view(speech="Hm.")).sha256


def test_speech_is_never_read_as_a_template(tmp_path: Path) -> None:
    hostile = "{{ question }}{% include '_cues.j2' %}"
    prompt = render(tmp_path, f"{{% block user %}}{WHOLE}{{% endblock %}}", view(speech=hostile))
    assert hostile in block(prompt, "speech")


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("{{ spech }}", "x.j2:1 'spech' is undefined"),
        ("\n\n{{ spech }}", "x.j2:3 'spech' is undefined"),
        ("{{ question.__class__ }}", "uses something that templates may not use"),
        ("{{ ''.__class__.__mro__ }}", "uses something that templates may not use"),
        ("{{ labels.append(1) }}", "templates may not use 'call'"),
        ("{% for i in range(9) %}{% endfor %}", "templates may not use 'call'"),
        ("{{ 'a' * 2000000 }}", "templates may not use 'mul'"),
        ("{{ '%9999999d' % 1 }}", "templates may not use 'mod'"),
        ("{% set a = question ~ question %}", "templates may not use"),
        ("{{ question|pprint }}", "No filter named 'pprint'"),
        ('{% include "x.j2" %}', "includes itself without end"),
        ('{% include "gone.j2" %}', "gone.j2 does not exist"),
        ('{% include "../../etc/passwd" %}', "is outside"),
        (DEEP, "loops are more than 2 deep"),
        ("{% if %}", "x.j2:1"),
        ("{{ labels.0.nothing }}", "has no attribute 'nothing'"),
    ],
)  # fmt: skip
def test_what_templates_may_not(tmp_path: Path, inside: str, words: str) -> None:
    assert words in refused(tmp_path, f"{{% block user %}}{WHOLE}{inside}{{% endblock %}}")


def test_a_prompt_has_a_largest_size(tmp_path: Path) -> None:
    template = (
        f"{{% block user %}}{WHOLE}{{% for a in question %}}{{{{ note }}}}{{% endfor %}}{{% endblock %}}"
    )
    long = view().model_copy(update={"text": {"note": "y" * (MAX_CHARACTERS // 5)}})
    assert "writes more than 1,000,000 characters" in refused(tmp_path, template, long)


@pytest.mark.parametrize("template", ["hello", "{% block system %}hi{% endblock %}"])
def test_a_template_needs_a_user_block(tmp_path: Path, template: str) -> None:
    assert "has no block 'user'" in refused(tmp_path, template)


@pytest.mark.parametrize("inside", ['{% include "_speech.j2" %}', WHOLE + WHOLE, "nothing at all"])
def test_each_partial_stands_exactly_once(tmp_path: Path, inside: str) -> None:
    assert "include it exactly once" in refused(tmp_path, f"{{% block user %}}{inside}{{% endblock %}}")


@pytest.mark.parametrize(
    ("before", "inside", "words"),
    [
        ("", "{% if false %}{{ spech }}{% endif %}", "Did you mean 'speech'"),
        ("", "{% if cues %}x{% endif %}", "uses 'cues'; only _cues.j2 may"),
        ("", "{% for t in speech %}{% endfor %}", "uses 'speech'; only _speech.j2 may"),
        ("lost words", "", "is outside the blocks"),
    ],
)
def test_check_sees_what_rendering_may_not_show(tmp_path: Path, before: str, inside: str, words: str) -> None:
    template = f"{before}{{% block user %}}{WHOLE}{inside}{{% endblock %}}"
    with pytest.raises(InputError, match=words):
        renderer(tmp_path, template).check("x.j2")


def test_a_cloze_prompt_ends_on_a_word(tmp_path: Path) -> None:
    made = renderer(tmp_path, f"{{% block user %}}{WHOLE}The answer is {{% endblock %}}")
    with pytest.raises(InputError, match="white space"):
        made.render("x.j2", "cloze", view())


def test_hashes_name_every_file_read(tmp_path: Path) -> None:
    made = renderer(tmp_path, f"{{% block user %}}{WHOLE}{{% endblock %}}")
    made.render("x.j2", "chat", view())
    assert set(made.hashes()) == {"x.j2", "_speech.j2", "_cues.j2"}


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("{% block user %}secret{% endblock %}")
    inner = tmp_path / "prompts"
    inner.mkdir()
    (inner / "x.j2").symlink_to(tmp_path / "secret")
    with pytest.raises(InputError, match="outside"):
        Renderer((inner, bundled_folder("prompts"))).render("x.j2", "chat", view())
