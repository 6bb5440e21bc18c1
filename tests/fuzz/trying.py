"""Feeds one changed file to one parser, within limits of time and memory, and says what became of it."""

from __future__ import annotations

import re
import resource
import signal
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from mgllm.errors import MgllmError
from tests.fuzz.mutating import mutate
from tests.fuzz.targets import Target

SECONDS = 5.0
MEMORY_BYTES = 2**30
"""Limits of each input. Seconds are the processor's, so that they do not depend on what else it does."""
_FOLDER = re.compile(r"/\S*/mgllm-fuzz-\w+/")
IN_MEMORY = Path("/dev/shm")
"""A disk that opens a file in 4 ms makes that most of the time of an input."""
OUTCOMES = ("read", "refused", "exception", "too slow", "too large")


class Tried(NamedTuple):
    """What became of an input."""

    number: int
    outcome: str
    seconds: float
    what: str = ""
    """Of an exception: its kind, where in mgllm it arose, and its text."""


class TooSlow(BaseException):
    """The time is over; no parser catches it."""


class Bench:
    """A parser with its valid files in a folder of its own; each input changes one of them for a moment."""

    def __init__(self, name: str, target: Target, folder: Path) -> None:
        self.name, self.target = name, target
        self.source = target.make(folder)
        pattern = target.files if "/" in target.files else f"**/{target.files}"
        self.files = {path: path.read_bytes() for path in sorted(folder.glob(pattern)) if path.is_file()}

    def try_one(self, number: int, seed: int) -> Tried:
        """Change a file, read all, and put the file back."""
        path = list(self.files)[number % len(self.files)]
        path.write_bytes(mutate(self.files[path], f"{seed}/{self.name}/{number}"))
        began = time.process_time()
        try:
            outcome, what = self._read()
        finally:
            path.write_bytes(self.files[path])
        return Tried(number, outcome, time.process_time() - began, what)

    def _read(self) -> tuple[str, str]:
        try:
            with limits():
                self.target.read(self.source)
        except MgllmError as error:
            return ("refused", "") if "\n" not in str(error) else ("exception", "a message of two lines")
        except TooSlow:
            return "too slow", ""
        except MemoryError as error:
            return "too large", _where(error)
        except Exception as error:
            return "exception", _where(error)
        return "read", ""


@contextmanager
def limits() -> Iterator[None]:
    """Limits of time and of further address space."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise TooSlow

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    before = signal.signal(signal.SIGPROF, stop)
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY_BYTES, hard))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@contextmanager
def bench(name: str, target: Target) -> Iterator[Bench]:
    """A parser on its bench."""
    with tempfile.TemporaryDirectory(
        prefix="mgllm-fuzz-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None
    ) as folder:
        yield Bench(name, target, Path(folder))


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _where(error: BaseException) -> str:
    """The kind of an error, the last place in mgllm, and its first words."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if "/mgllm/" in one.filename]
    place = f"{frames[-1].filename.rpartition('/mgllm/')[2]} {frames[-1].name}" if frames else "?"
    text = _FOLDER.sub("", str(error))[:60].encode("unicode_escape").decode()
    return f"{type(error).__name__} in {place}: {text}"
