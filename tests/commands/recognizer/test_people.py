"""Windows of people for a rebuild: nobody stands on both sides, and each source has its notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.commands.recognizer._people import cut_people, notices
from mgllm.errors import InputError
from mgllm.recognizer.timelines.people import OPEN_PEOPLE, PeopleOptions
from mgllm.skeleton import open_dataset
from tests.commands.recognizer.made_people import people_set

OPTIONS = PeopleOptions(windows=1)


def test_whole_groups_stand_on_one_side(tmp_path: Path) -> None:
    cut_people(people_set(tmp_path / "set"), tmp_path / "out", OPTIONS)
    found = open_dataset(tmp_path / "out")
    parts: dict[str, set[str]] = {}
    for row in found.clips:
        parts.setdefault(row.subject, set()).add(row.more["part"])
    learned, judged = (
        {f"{group}{who}" for group in side for who in "ab"} for side in (("o01", "o03"), ("o02", "o05"))
    )
    assert parts == {name: {"train"} for name in learned} | {name: {"validation"} for name in judged}
    assert len(found) == 8 * 2 * 2  # people, clips that are known, the clip and one window
    assert found.meta.classes == ()
    assert {row.label for row in found.clips} == {None}
    assert found.meta.made_of == (f"{OPEN_PEOPLE}: a test",)
    assert found.meta.name == f"windows of {OPEN_PEOPLE}: a test"


def test_other_groups_can_be_judged(tmp_path: Path) -> None:
    options = PeopleOptions(windows=0, judged=("o03",), left_out=())
    cut_people(people_set(tmp_path / "set", ("o01", "o03", "o07")), tmp_path / "out", options)
    found = open_dataset(tmp_path / "out")
    assert {row.subject for row in found.clips if row.more["part"] == "validation"} == {"o03a", "o03b"}
    assert {row.subject for row in found.clips if row.more["part"] == "train"} == {
        f"{group}{who}" for group in ("o01", "o07") for who in "ab"
    }


@pytest.mark.parametrize(
    ("groups", "said"),
    [(("o01",), "nobody to calibrate on"), (("o02", "o07"), "nobody to learn from")],
)
def test_a_side_without_anybody_is_refused(tmp_path: Path, groups: tuple[str, ...], said: str) -> None:
    path = people_set(tmp_path / "set", groups)
    with pytest.raises(InputError, match=said) as caught:
        cut_people(path, tmp_path / "out", OPTIONS)
    assert "--set people_windows.judged=[GROUP]" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_set_without_places_is_refused(toy_set: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no column 'mg_accept'"):
        cut_people(toy_set, tmp_path / "out", OPTIONS)


def test_a_set_without_groups_is_refused(tmp_path: Path) -> None:
    path = people_set(tmp_path / "set")
    table = (path / "clips.csv").read_text(encoding="utf-8")
    (path / "clips.csv").write_text(table.replace(",group,", ",party,"), encoding="utf-8")
    with pytest.raises(InputError, match="has no column 'group', so nobody can be kept apart"):
        cut_people(path, tmp_path / "out", OPTIONS)


def test_each_source_that_is_used_has_its_notice(tmp_path: Path) -> None:
    assert notices(people_set(tmp_path / "set"), OPTIONS) == tuple(
        f"{group}: https://github.com/ann/{group}, commit c0ffee, MIT"
        for group in ("o01", "o02", "o03", "o05")
    )


def test_without_repositories_the_sets_source_is_named(tmp_path: Path) -> None:
    path = people_set(tmp_path / "set", sources=False)
    assert notices(path, OPTIONS) == ("Source: licensed landmarks",)
