"""Finding scenarios: the user's folder by flag, never a stray one; no path out of a scenario's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.errors import InputError
from mgllm.experiment.checking import check_here
from mgllm.experiment.options import RunOptions
from mgllm.prompts.scenarios import Folders, bundled_folder, find_scenario, find_scenarios, scenario_names

BUNDLED = ["deception", "emotion", "interview"]


def test_the_bundled_scenarios_are_there() -> None:
    assert scenario_names(Folders()) == BUNDLED
    assert [found.scenario.name for found in find_scenarios((), Folders())] == BUNDLED


def test_a_stray_folder_shadows_nothing(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folders.scenarios is not None
    monkeypatch.chdir(folders.scenarios.parent)
    (folders.scenarios / "emotion.yaml").write_text("name: emotion\n")
    assert scenario_names(Folders()) == BUNDLED
    assert find_scenario("emotion", Folders()).path.parent == bundled_folder("scenarios")


def test_the_users_folder_comes_first_and_the_bundled_one_stays_in_reach(folders: Folders) -> None:
    assert scenario_names(folders) == ["meeting"]
    assert find_scenario("meeting", folders).scenario.title == "Meeting"
    assert find_scenario("emotion", folders).path.parent == bundled_folder("scenarios")


def test_an_unknown_scenario_is_answered_with_a_guess() -> None:
    with pytest.raises(InputError, match="Did you mean 'emotion'"):
        find_scenario("emotoin", Folders())


def test_a_yaml_path_works_too(folders: Folders) -> None:
    assert folders.scenarios is not None
    assert find_scenario(str(folders.scenarios / "meeting.yaml"), Folders()).scenario.name == "meeting"


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--scenarios .* is not a folder"):
        scenario_names(Folders(scenarios=tmp_path / "nowhere"))


@pytest.mark.parametrize("items", ["../secret.jsonl", "/etc/passwd", "items/../../secret.jsonl"])
def test_items_may_not_leave_the_folder(folders: Folders, items: str) -> None:
    assert folders.scenarios is not None
    path = folders.scenarios / "meeting.yaml"
    path.write_text(path.read_text().replace("items/meeting.jsonl", items))
    with pytest.raises(InputError, match="outside the scenario's folder"):
        find_scenario("meeting", folders).items_path()


def test_a_name_that_is_not_the_files(folders: Folders) -> None:
    assert folders.scenarios is not None
    path = folders.scenarios / "meeting.yaml"
    path.rename(folders.scenarios / "other.yaml")
    with pytest.raises(InputError, match="is not the file's name"):
        find_scenario("other", folders)


def test_the_hash_moves_with_content_and_not_with_comments(folders: Folders) -> None:
    assert folders.scenarios is not None
    path = folders.scenarios / "meeting.yaml"
    before = find_scenario("meeting", folders).sha256
    path.write_text("# a comment\n" + path.read_text())
    assert find_scenario("meeting", folders).sha256 == before
    path.write_text(path.read_text().replace("version: 1 ", "version: 2 "))
    assert find_scenario("meeting", folders).sha256 != before


def test_an_unknown_paraphrase(folders: Folders) -> None:
    with pytest.raises(InputError, match="paraphrase of scenario meeting"):
        find_scenario("meeting", folders).prompt_files("b")


def reword(folders: Folders, more: str) -> None:
    """Give `meeting` own words, or another wording."""
    assert folders.scenarios is not None
    path = folders.scenarios / "meeting.yaml"
    path.write_text(path.read_text() + more)


OWN = 'text: {place: "a room", role: "You listen."}\n'


def test_a_paraphrase_replaces_words_and_keeps_the_rest(folders: Folders) -> None:
    reword(folders, OWN + 'paraphrases: {b: {chat: meeting.j2, text: {place: "a hall"}}}\n')
    found = find_scenario("meeting", folders)
    first, second = found.wording("chat", None), found.wording("chat", "b")
    assert first is not None
    assert second is not None
    assert (first.template, first.text) == ("meeting.j2", {"place": "a room", "role": "You listen."})
    assert (second.template, second.text) == ("meeting.j2", {"place": "a hall", "role": "You listen."})
    assert found.wording("cloze", "b") is None
    assert (first.note, second.note) == (None, None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{plaec: x}", "paraphrase b replaces an unknown text: 'plaec'. Did you mean 'place'?"),
        ("{question: x}", "paraphrase b replaces an unknown text: 'question'. Known: place, role"),
        ("{place: [x]}", "paraphrases.b.text.place: must be text"),
    ],
)
def test_a_paraphrase_replaces_only_what_there_is(folders: Folders, text: str, words: str) -> None:
    reword(folders, OWN + f"paraphrases: {{b: {{chat: meeting.j2, text: {text}}}}}\n")
    with pytest.raises(InputError) as caught:
        find_scenario("meeting", folders)
    assert words in str(caught.value)


def test_the_first_wording_takes_its_words_from_the_scenario(folders: Folders) -> None:
    assert folders.scenarios is not None
    path = folders.scenarios / "meeting.yaml"
    path.write_text(path.read_text().replace("prompts: {", "prompts: {text: {a: b}, "))
    with pytest.raises(InputError, match=r"unknown key 'prompts.text'"):
        find_scenario("meeting", folders)


def test_the_check_names_an_old_name(folders: Folders) -> None:
    assert folders.scenarios is not None
    path = folders.scenarios / "meeting.yaml"
    path.write_text(path.read_text().replace("chat: meeting.j2", "chat: emotion_b.j2"))
    (note,) = check_here("meeting", RunOptions(model="local", folders=folders)).notes
    assert note.startswith(f"{path} names a template by its old name emotion_b.j2")
    assert "write wording_b.j2, and copy the 'text:' of `mgllm scenario show emotion`" in note


def test_words_of_a_users_own_never_reach_a_template_with_an_old_name(folders: Folders) -> None:
    reword(folders, 'text: {role: "You cheat.", place: "a room"}\n')
    assert folders.scenarios is not None
    path = folders.scenarios / "meeting.yaml"
    path.write_text(path.read_text().replace("meeting_cloze.j2", "interview_cloze.j2"))
    found = find_scenario("meeting", folders)
    cloze, chat = found.wording("cloze", None), found.wording("chat", None)
    assert cloze is not None
    assert chat is not None
    assert cloze.text["cloze_ending"] == "While answering, the candidate was"
    assert cloze.text["role"] != "You cheat."
    assert chat.text == {"role": "You cheat.", "place": "a room"}


def test_a_users_template_with_an_old_name_is_the_users(folders: Folders) -> None:
    """By name in a form of the user's own, and in the place of a bundled scenario's."""
    assert folders.scenarios is not None
    assert folders.prompts is not None
    (folders.prompts / "meeting.j2").rename(folders.prompts / "emotion.j2")
    path = folders.scenarios / "meeting.yaml"
    path.write_text(path.read_text().replace("chat: meeting.j2", "chat: emotion.j2"))
    own = find_scenario("meeting", folders).wording("chat", None)
    assert own is not None
    assert (own.template, own.note) == ("emotion.j2", None)
    emotion = find_scenario("emotion", folders)
    bundled = emotion.wording("chat", None)
    assert bundled is not None
    assert bundled.template == "emotion.j2"
    assert "copy emotion.yaml into a --scenarios folder of yours" in str(bundled.note)
    others = [emotion.wording("cloze", None), emotion.wording("chat", "b")]
    assert [one.template for one in others if one is not None] == ["wording_cloze.j2", "wording_b.j2"]
