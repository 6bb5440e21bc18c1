"""Whole or not at all: whatever step of a write fails, what was there stays and nothing half is left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.errors import InputError
from mgllm.files.writing import (
    draft_of,
    naming_unwritten,
    refuse_existing,
    replace_text,
    replace_texts,
    write_files,
    write_folder,
    write_texts,
)

FULL = OSError(28, "No space left on device")
TEXTS = {"a.txt": "one\n", "b.txt": "zwei ü\n", "c.txt": ""}


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        act()
    return str(caught.value)


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder, hidden ones too, and folders as empty names."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


def fail_at(monkeypatch: pytest.MonkeyPatch, method: str, nth: int) -> None:
    """The nth call of a method of `Path` finds the disk full."""
    original, calls = getattr(Path, method), list[int]()

    def full(self: Path, *args: object, **named: object) -> object:
        calls.append(1)
        if len(calls) == nth:
            raise FULL
        return original(self, *args, **named)

    monkeypatch.setattr(Path, method, full)


def test_texts_are_written_as_utf8_with_their_own_line_ends(tmp_path: Path) -> None:
    write_texts(tmp_path / "new" / "out", TEXTS)
    assert contents(tmp_path / "new" / "out") == {name: text.encode() for name, text in TEXTS.items()}


def test_files_that_are_there_and_have_other_names_stay(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    write_files(tmp_path, {"a": b"\0\xff"})
    assert contents(tmp_path) == {"mine.txt": b"mine", "a": b"\0\xff"}


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("method", ["write_bytes", "rename"])
def test_of_several_files_none_is_left_whichever_step_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, nth: int
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    fail_at(monkeypatch, method, nth)
    said = refusal(lambda: write_texts(tmp_path, TEXTS))
    assert said == f"{tmp_path} cannot be written: No space left on device"
    assert contents(tmp_path) == {"mine.txt": b"mine"}


def test_a_folder_whose_place_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    assert (
        refusal(lambda: write_texts(tmp_path / "f", TEXTS))
        == f"{tmp_path / 'f'} cannot be written: File exists"
    )
    assert refusal(lambda: write_texts(tmp_path / "f" / "g", TEXTS)).endswith("Not a directory")


def test_folders_move_as_files_do_and_go_again_when_a_later_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write() -> None:
        with write_folder(tmp_path, ("one", "two")) as drafts:
            for name in ("one", "two", "left behind"):
                (drafts / name).mkdir()
                (drafts / name / "x").write_text(name)

    with monkeypatch.context() as patched:
        fail_at(patched, "rename", 2)
        assert "No space left" in refusal(write)
        assert contents(tmp_path) == {}
    write()
    assert contents(tmp_path) == {"one": b"", "one/x": b"one", "two": b"", "two/x": b"two"}


@pytest.mark.parametrize("error", [ValueError("mine"), SystemExit(3)])
def test_any_error_while_writing_leaves_nothing_and_stays_itself(
    tmp_path: Path, error: BaseException
) -> None:
    def write() -> None:
        with write_folder(tmp_path, ("a",)) as drafts:
            (drafts / "a").write_text("half")
            raise error

    with pytest.raises(type(error)) as caught:
        write()
    assert caught.value is error
    assert contents(tmp_path) == {}


def test_an_error_names_the_folder_that_the_user_knows(tmp_path: Path) -> None:
    def write() -> None:
        with write_folder(tmp_path, ()) as drafts:
            raise InputError(f"{drafts / 'clips.csv'}:3 is odd")

    assert refusal(write) == f"{tmp_path / 'clips.csv'}:3 is odd"


def test_a_name_that_was_promised_and_not_written_is_an_error(tmp_path: Path) -> None:
    def write() -> None:
        with write_folder(tmp_path, ("a", "b")) as drafts:
            (drafts / "a").write_text("a")

    assert refusal(write) == f"{tmp_path} cannot be written: No such file or directory"
    assert contents(tmp_path) == {}


def test_one_folder_inside_another_is_written_as_one(tmp_path: Path) -> None:
    with write_folder(tmp_path, ("a", "b")) as drafts:
        write_texts(drafts, {"a": "inner"})
        (drafts / "b").write_text("outer")
    assert contents(tmp_path) == {"a": b"inner", "b": b"outer"}


def test_a_text_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    for text in ("one\n", "two\n"):
        replace_text(tmp_path / "t", text)
        assert contents(tmp_path) == {"t": text.encode()}


@pytest.mark.parametrize("method", ["write_text", "replace"])
def test_a_text_that_cannot_be_replaced_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    replace_text(tmp_path / "t", "one")
    fail_at(monkeypatch, method, 1)
    with pytest.raises(OSError, match="No space left"):
        replace_text(tmp_path / "t", "two")
    assert contents(tmp_path) == {"t": b"one"}


def test_texts_are_replaced_one_by_one_and_each_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_texts(tmp_path / "out", {"a": "1", "b": "2"})
    fail_at(monkeypatch, "replace", 2)
    said = refusal(lambda: replace_texts(tmp_path / "out", {"a": "3", "b": "4"}))
    assert said == f"{tmp_path / 'out'} cannot be written: No space left on device"
    assert contents(tmp_path / "out") == {"a": b"3", "b": b"2"}


def test_a_draft_that_is_given_up_is_gone(tmp_path: Path) -> None:
    def write() -> None:
        with draft_of(tmp_path / "w.bin") as draft:
            draft.write_bytes(b"half")
            assert draft.parent == tmp_path
            assert draft.name.startswith(".")
            raise SystemExit

    with pytest.raises(SystemExit):
        write()
    assert contents(tmp_path) == {}


@pytest.mark.parametrize(
    ("error", "words"),
    [(FULL, "No space left on device; name another"), (OSError("odd"), "odd; name another")],
)
def test_what_the_system_says_is_told_with_advice(tmp_path: Path, error: OSError, words: str) -> None:
    with pytest.raises(InputError) as caught, naming_unwritten(tmp_path / "p", "; name another"):
        raise error
    assert str(caught.value) == f"{tmp_path / 'p'} cannot be written: {words}"


def test_other_errors_pass_through(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), naming_unwritten(tmp_path):
        raise ZeroDivisionError


def test_existing_files_are_refused_by_name(tmp_path: Path) -> None:
    refuse_existing(tmp_path / "new", TEXTS)
    refuse_existing(tmp_path, TEXTS)
    (tmp_path / "b.txt").write_text("")
    what = "exists already and is not overwritten; choose another folder"
    assert refusal(lambda: refuse_existing(tmp_path, TEXTS)) == f"{tmp_path / 'b.txt'} {what}"
    said = refusal(lambda: refuse_existing(tmp_path / "b.txt", ()))
    assert said == f"{tmp_path / 'b.txt'} is a file; -o needs a folder"


def test_a_folder_that_stays_empty_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(InputError), write_folder(tmp_path / "a" / "b", ("x",)):
        raise InputError("no")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "mine").mkdir()
    with pytest.raises(InputError), write_folder(tmp_path / "mine", ("x",)):
        raise InputError("no")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
