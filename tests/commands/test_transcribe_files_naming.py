"""What inputs are called, and which names cannot stand beside one another."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.commands.transcribe_files import _name_inputs
from mgllm.errors import InputError


def test_items_are_the_files_stems() -> None:
    named = _name_inputs([Path("v/a.b.mp4"), Path("c.skeleton.npz"), Path("d")], anonymous=False)
    assert [one.item for one in named] == ["a.b", "c", "d"]
    assert [one.is_skeleton for one in named] == [False, True, False]


def test_without_names_their_number_is_all() -> None:
    named = _name_inputs([Path("z.mp4"), Path("a/z.mkv")], anonymous=True)
    assert [(one.item, one.spoken) for one in named] == [("clip-0001", "input 1"), ("clip-0002", "input 2")]


@pytest.mark.parametrize("other", ["b/talk.mkv", "talk.skeleton.npz", "b/TALK.mov", "a/talk.mp4"])
def test_two_of_one_name_are_refused_and_both_are_named(other: str) -> None:
    with pytest.raises(InputError) as caught:
        _name_inputs([Path("a/talk.mp4"), Path("x.mp4"), Path(other)], anonymous=False)
    assert str(caught.value).startswith(f"a/talk.mp4 and {other} would both be called")


def test_folders_and_names_that_no_item_can_have(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is a folder: give one skeleton data set, or videos"):
        _name_inputs([Path("a.mp4"), tmp_path], anonymous=False)
    for bad in ("a\x00b.mp4", "a\u2028b.mp4", f"{'x' * 201}.mp4", "a\udcffb.mp4"):
        with pytest.raises(InputError):
            _name_inputs([Path(bad)], anonymous=False)
