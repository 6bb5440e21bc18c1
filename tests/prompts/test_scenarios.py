"""Finding scenarios: the user's folder by flag, never a stray one; no path out of a scenario's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.errors import InputError
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
