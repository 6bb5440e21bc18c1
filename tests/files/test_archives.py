"""Zip files that unpack to far more than they are, or are packed in an unusual way."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from mgllm.errors import InputError
from mgllm.files.archives import refuse_bomb


def refusal(path: Path, most: int = 10**9) -> str:
    with zipfile.ZipFile(path) as archive, pytest.raises(InputError) as caught:
        refuse_bomb(archive, "a.zip", most)
    return str(caught.value)


def packed(path: Path, content: bytes, how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        archive.writestr("a", content)
    return path


def test_sizes_are_checked_before_anything_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(tmp_path / "a.zip", bytes(2_000_000))
    assert "unpacks to more than 1,000,000 bytes" in refusal(path, 1_000_000)
    with zipfile.ZipFile(path) as archive:
        refuse_bomb(archive, "a.zip", 2_000_000)
    monkeypatch.setattr("mgllm.files.archives.SMALL", 1_000_000)
    assert "unpacks to 2,000,000; it is not read" in refusal(path)


def test_an_unusual_way_of_packing_is_refused(tmp_path: Path) -> None:
    assert "packs 'a' in an unusual way" in refusal(packed(tmp_path / "a.zip", b"x", zipfile.ZIP_LZMA))
