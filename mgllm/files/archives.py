"""Zip files that others made: what they unpack to is checked before anything is unpacked."""

from __future__ import annotations

import os
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from mgllm.errors import InputError

RATIO, SMALL = 100, 100_000_000
"""A file that unpacks to more than a hundred times its size was made to fill the memory, unless
that is little: our choice. Skeletons and tables shrink to a tenth."""


def refuse_bomb(archive: ZipFile, where: str, most: int) -> None:
    """Refuse an archive that unpacks to too much.

    Args:
        archive: opened, nothing read.
        where: what errors call it.
        most: bytes of all parts, unpacked.

    Raises:
        InputError: it does, or is packed in an unusual way.
    """
    parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    if size > most:
        raise InputError(f"{where} unpacks to more than {most:,} bytes; divide it")
    packed = os.fstat(archive.fp.fileno()).st_size if archive.fp is not None else 0
    if size > max(SMALL, RATIO * packed):
        raise InputError(f"{where} has {packed:,} bytes, but unpacks to {size:,}; it is not read")
    if odd := [part.filename for part in parts if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED)]:
        raise InputError(f"{where} packs '{odd[0]:.60}' in an unusual way; pack it with deflate")
