"""Who is in which recording, in the two forms of the csv file."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.datasets.subjects import find_subjects, read_subjects
from mgllm.errors import InputError


def test_both_headers_are_read_and_numbers_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("Subject;Recording\n003;0012\nAnn;talk\n")
    people = read_subjects(path)
    assert (people.person("12"), people.person("Sample0012"), people.person("talk")) == ("3", "3", "Ann")
    assert people.person("13") is None
    path.write_text("Link,Video_id,Sub_id\nx,1,2\ny,1,02\n")
    assert dict(read_subjects(path).people) == {"1": "2"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("video,person\n1,2\n", ":1 has the columns video,person; its first line must be recording,subject"),
        ("", " is empty"),
        ("recording,subject\n1,\n", ":2 must have a recording and a subject"),
        ("recording,subject\n1,2\n01,3\n", ":3 recording '01' has two subjects: 2, 3"),
        ("recording,subject\n", " names no recordings"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_subjects(path)
    assert f"{path}{words}" in str(caught.value)


def test_a_file_beside_the_data_is_found_and_another_one_comes_first(tmp_path: Path) -> None:
    assert find_subjects(tmp_path, None) is None
    (tmp_path / "subjects.csv").write_text("recording,subject\n1,2\n")
    (tmp_path / "other.csv").write_text("recording,subject\n1,3\n")
    for given, person in ((None, "2"), (tmp_path / "other.csv", "3")):
        found = find_subjects(tmp_path, given)
        assert found is not None
        assert found.person("0001") == person
        assert found.notes(["0001"]) == ()


def test_a_number_of_any_length_is_a_person(tmp_path: Path) -> None:
    """Python reads no number of more than 4,300 digits."""
    (tmp_path / "people.csv").write_text(f"recording,subject\n{'7' * 5000},{'0' * 9}{'8' * 5000}\n3,000\n")
    assert read_subjects(tmp_path / "people.csv").people == {"7" * 5000: "8" * 5000, "3": "0"}
