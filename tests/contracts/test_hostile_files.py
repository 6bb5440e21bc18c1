"""Whatever stands in the place of a file, each reader reads it or refuses it in one line, in a time
that grows no faster than the file."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from mgllm.errors import MgllmError
from tests.fuzz.targets import Target, all_targets
from tests.fuzz.trying import MEMORY_BYTES, TooSlow, _address_space

TARGETS = {name: made for name, made in all_targets().items() if name != "reply"}  # no file
SECONDS = 5.0
"""Of the processor."""
WAITING = 60.0
"""Seconds after which a reader that waits for a pipe is stopped."""
LENGTH = 200_000
LONGEST = 2000
"""Characters of a message."""
CONTENTS = {
    "nothing": b"",
    "not UTF-8": b"caf\xe9 \xff\xfe" * 20,
    "UTF-16": "\ufeffid,label\n".encode("utf-16"),
    "NUL": bytes(1000),
    "digits": b"9" * 5000,
    "a number too large": b"1e999",
    "an array": b"[1]",
    "a text": b'"a"',
    "a pickle of Nones": b"\x80\x02Nr\xff\xff\xff\x3f.",
    "an npy of 10^12 values": b"\x93NUMPY\x01\x00\x76\x00"
    + b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }".ljust(117)
    + b"\n",
    "an npy of objects": b"\x93NUMPY\x01\x00\x76\x00"
    + b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(117)
    + b"\n",
}
"""By name, what a file may hold instead."""
PIECES = (
    *(b"<", b"<v ", b"<v.a ", b"{\\", b"{\\an", b"[", b'{"a":', b'{"a', b"(", b'"', b'""', b",", b" ", b"\n"),
    *(b"a: ", b"<a>", b"a", b"1:", b"0", b"=", b"- ", b"0:0", b"a,", b"WEBVTT\n\n", b"\t", b"&lt;", b"[a]:"),
)
"""What a pattern may look at again and again."""


@contextmanager
def processor_time() -> Iterator[None]:
    """Stop what takes too long."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise TooSlow

    kinds = {signal.ITIMER_PROF: (signal.SIGPROF, SECONDS), signal.ITIMER_REAL: (signal.SIGALRM, WAITING)}
    before = {number: signal.signal(number, stop) for number, _ in kinds.values()}
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY_BYTES, hard))
    for kind, (_, seconds) in kinds.items():
        signal.setitimer(kind, seconds)
    try:
        yield
    finally:
        for kind in kinds:
            signal.setitimer(kind, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def tried(target: Target, source: Path) -> float:
    """Seconds of the processor that a reader takes; it may refuse in one line, and do nothing else."""
    said, began = "", time.process_time()
    with processor_time():
        try:
            target.read(source)
        except MgllmError as error:
            said = str(error)
    assert said.isprintable()
    assert len(said) < LONGEST
    return time.process_time() - began


def files_of(target: Target, folder: Path) -> list[Path]:
    """One file of each kind that the reader reads."""
    pattern = target.files if "/" in target.files else f"**/{target.files}"
    found = {
        path.name.partition(".")[2] or path.name: path
        for path in sorted(folder.glob(pattern))
        if path.is_file()
    }
    return list(found.values())


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest) -> Target:
    return TARGETS[request.param]


def test_other_things_in_the_place_of_a_file(target: Target, tmp_path: Path) -> None:
    source = target.make(tmp_path)
    for path in files_of(target, tmp_path):
        whole = path.read_bytes()
        path.unlink()
        path.mkdir()
        tried(target, source)
        path.rmdir()
        os.mkfifo(path)
        tried(target, source)
        path.unlink()
        for other in (Path("/dev/zero"), path):
            path.symlink_to(other)
            tried(target, source)
            path.unlink()
        tried(target, source)
        for content in CONTENTS.values():
            path.write_bytes(content)
            tried(target, source)
        path.write_bytes(whole)
    tried(target, source)


@pytest.mark.slow
@pytest.mark.parametrize("where", ["alone", "inside", "behind"])
def test_ten_times_as_much_takes_ten_times_as_long(target: Target, tmp_path: Path, where: str) -> None:
    source = target.make(tmp_path)
    for path in files_of(target, tmp_path):
        whole = path.read_bytes()
        middle = {"alone": 0, "inside": len(whole) * 2 // 3, "behind": len(whole)}[where]
        for piece in PIECES:
            seconds = []
            for length in (LENGTH // 10, LENGTH):
                much = piece * (length // len(piece))
                path.write_bytes(much if where == "alone" else whole[:middle] + much + whole[middle:])
                seconds.append(tried(target, source))
            assert seconds[1] < 0.5 + 30 * seconds[0], (path.name, piece)
        path.write_bytes(whole)
    shutil.rmtree(tmp_path)
