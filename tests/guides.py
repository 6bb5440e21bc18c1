"""Pages of the docs as a reader uses them: blocks of commands, pasted into a terminal in a fresh clone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"`(mine/[\w./-]+)`:\n\n```(?:csv|yaml)\n(.*?)```", re.DOTALL)
ADDRESS = "ADDRESS"
"""Stands in pages for where the repository is."""
FEW = "6"
"""Items a scenario in the demo of a test: the fewest with which the item of the pages is among them."""
TRUSTED = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
"""Git clones also a working tree that another user of the machine owns, as some CI machines have it."""
ALONE = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", **TRUSTED}
"""No hub; one thread for each test, since as many tests run at a time as there are processors."""
WRAPPER = """#!/bin/sh
case "$*" in "-m pip "*|"-m venv "*) exit 0;; esac
exec {python} {words} "$@"
"""
"""Takes the place of the clone's own environment: nothing is installed, all runs on what is here."""


@dataclass(frozen=True)
class Command:
    """A line to paste and what a reader sees after it."""

    line: str
    shown: str = ""
    """Shortened by …"""


@dataclass(frozen=True)
class Typed:
    """A command that was typed."""

    command: Command
    code: int
    out: str
    """What it printed, errors included."""

    def is_as_shown(self) -> bool:
        """Everything that the page shows is there, in this order."""
        pieces = [re.escape(piece.strip("\n")) for piece in self.command.shown.split("…")]
        return re.search(".*?".join(pieces), self.out, re.DOTALL) is not None


def commands(text: str) -> list[Command]:
    """Those of a page: the lines of `bash` blocks; in `console` the lines after `$`, with what is shown."""
    found = []
    for language, block in FENCE.findall(text):
        if language == "bash":
            found += [Command(line) for line in block.splitlines() if line.strip()]
        if language == "console":
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                line, _, shown = part.partition("\n")
                found.append(Command(line, shown))
    return found


def files(text: str) -> dict[str, str]:
    """Files that a page asks a reader to write, by name."""
    return dict(FILE.findall(text))


class Desk:
    """A folder with a shell, in which a reader clones mgllm."""

    def __init__(self, here: Path, limit: str = FEW) -> None:
        self.here = here
        self.limit = limit
        self.clone = here / "mgllm"

    def type_in(self, given: list[Command], own_files: dict[str, str] | None = None) -> list[Typed]:
        """Type the commands into one shell, in this order; the files are written once there is a clone."""
        shell = ["set -o pipefail"]
        for n, command in enumerate(given):
            line = command.line.replace(ADDRESS, f"--quiet '{ROOT}'")
            shell += [f"echo '@begin {n}'", line, f'echo "@end {n} $?"']
            if line.startswith("cd mgllm"):
                shell += self._in_the_clone(own_files or {})
        done = subprocess.run(
            ["bash"],
            input="\n".join(shell),
            cwd=self.here,
            env={**os.environ, **ALONE, "LIMIT": self.limit, "PYTHONPATH": str(self.clone)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            check=False,
        )
        return [_typed(command, n, done.stdout) for n, command in enumerate(given)]

    def _in_the_clone(self, own_files: dict[str, str]) -> list[str]:
        """Lines of shell: an environment that is there already, and the files."""
        setting = self.here / "setting"
        (setting / ".venv" / "bin").mkdir(parents=True)
        for name, words in (("python", ""), ("mgllm", "-m mgllm")):
            path = setting / ".venv" / "bin" / name
            path.write_text(WRAPPER.format(python=sys.executable, words=words))
            path.chmod(0o755)
        (setting / ".venv" / "bin" / "activate").write_text('PATH="$PWD/.venv/bin:$PATH"\n')
        for name, content in own_files.items():
            (setting / name).parent.mkdir(parents=True, exist_ok=True)
            (setting / name).write_text(content, encoding="utf-8")
        return [f"cp -r '{setting}/.' ."]

    def untracked(self) -> str:
        """What `git status` finds in the clone."""
        git = str(shutil.which("git"))
        status = [git, "-C", str(self.clone), "status", "--porcelain"]
        return subprocess.run(status, capture_output=True, text=True, check=True).stdout


def _typed(command: Command, n: int, out: str) -> Typed:
    found = re.search(rf"^@begin {n}\n(.*?)@end {n} (\d+)$", out, re.DOTALL | re.MULTILINE)
    assert found, f"the shell ended before or in: {command.line}\n{out[-2000:]}"
    return Typed(command, int(found[2]), found[1])
