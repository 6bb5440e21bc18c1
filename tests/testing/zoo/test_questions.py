"""The questions of the zoo are scenarios that pass every check."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.prompts.scenarios import Folders, find_scenario
from mgllm.testing.zoo.animal import all_animals
from mgllm.testing.zoo.questions import BUNDLED, INVENTED, labels_of


def test_bundled_labels_are_those_of_the_scenarios() -> None:
    for name, labels in BUNDLED.items():
        assert tuple(label.text for label in find_scenario(name, Folders()).scenario.labels) == labels


def test_every_question_is_asked_by_an_animal() -> None:
    assert {animal.labels for animal in all_animals()} == {*BUNDLED, *INVENTED}


@pytest.mark.parametrize("name", ["zoo-ten", "zoo-faces", "zoo-win-hi"])
def test_an_invented_scenario_passes_the_check(
    name: str, questions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["scenario", "check", str(questions / f"{name}.yaml")])
    assert left.value.code == 0, capsys.readouterr().err


@pytest.mark.parametrize("name", INVENTED)
def test_an_invented_scenario_has_its_labels(name: str, questions: Path) -> None:
    found = find_scenario(str(questions / f"{name}.yaml"), Folders())
    assert tuple(label.text for label in found.scenario.labels) == labels_of(name)
    assert found.items_path().read_text(encoding="utf-8").count("\n") == 4
