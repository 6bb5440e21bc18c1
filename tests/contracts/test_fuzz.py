"""Every parser of untrusted files reads changed files or refuses them in one line; `make fuzz` does more."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from mgllm.datasets.base import datasets
from mgllm.errors import InputError
from tests.fuzz.mutating import mutate
from tests.fuzz.running import COUNTS, SEED, TABLE, table
from tests.fuzz.targets import Target, all_targets
from tests.fuzz.trying import Bench, bench

INPUTS = 500
"""For each parser, and fewer for those of which one takes long."""
SLOW = {"scenario": 40, "template": 40, "run": 60, "checkpoint": 40, "reply": 100, "import bvh": 200}
KNOWN: dict[str, str] = {}
"""Parsers with faults that are known, and what will repair them."""


def test_every_importer_is_fuzzed_and_every_seed_is_valid(tmp_path: Path) -> None:
    targets = all_targets()
    assert {f"import {name}" for name in datasets.names()} < set(targets)
    for number, target in enumerate(targets.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        target.read(target.make(folder))


@pytest.mark.parametrize("name", sorted(all_targets()))
@pytest.mark.filterwarnings("ignore")
def test_changed_files_are_read_or_refused(name: str) -> None:
    with bench(name, all_targets()[name]) as made:
        tried = [made.try_one(number, SEED) for number in range(SLOW.get(name, INPUTS))]
    found = [one for one in tried if one.outcome not in ("read", "refused")]
    if found and name in KNOWN:
        pytest.xfail(KNOWN[name])
    assert found == []
    assert {one.outcome for one in tried} & {"refused", "read"}


MENDED = {
    "import dlc": (9083,),
    "import rltd": (1944, 4720, 5632, 5988, 6020, 6976),
    "import via": (2017, 2803, 3297),
    "import whisper": (1344,),
    "skeleton data set": (4182,),
    "skeleton file": (1261, 1654),
}
"""Inputs of `make fuzz` that once ended otherwise. Where a valid file changes, they are others."""


@pytest.mark.parametrize("name", MENDED)
@pytest.mark.filterwarnings("ignore")
def test_what_was_mended_stays_so(name: str) -> None:
    with bench(name, all_targets()[name]) as made:
        assert {made.try_one(number, SEED).outcome for number in MENDED[name]} <= {"read", "refused"}


def faulty(error: BaseException | None = None, seconds: float = 0.0, size: int = 0) -> Target:
    def make(folder: Path) -> Path:
        (folder / "x").write_bytes(b"1")
        return folder / "x"

    def read(path: Path) -> None:
        began = time.process_time()
        while time.process_time() < began + seconds:
            pass
        bytearray(size)
        if error is not None:
            raise error

    return Target(make, read)


@pytest.mark.parametrize(
    ("target", "outcome", "what"),
    [
        (faulty(), "read", ""),
        (faulty(InputError("x")), "refused", ""),
        (faulty(KeyError("x")), "exception", "KeyError"),
        (faulty(RecursionError("x")), "exception", "RecursionError"),
        (faulty(seconds=30), "too slow", ""),
        (faulty(size=2**31), "too large", "MemoryError"),
    ],
)
def test_what_a_parser_does_wrong_is_seen(
    target: Target, outcome: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.fuzz.trying.SECONDS", 0.2)
    tried = Bench("x", target, tmp_path).try_one(0, SEED)
    assert tried.outcome == outcome
    assert tried.what.startswith(what)
    assert (tmp_path / "x").read_bytes() == b"1"


def test_a_change_is_named_by_its_seed() -> None:
    valid = b'{"start": 1.5, "label": "nod"}\n' * 3
    changed = {mutate(valid, f"{SEED}/x/{number}") for number in range(200)}
    assert len(changed) > 150
    assert mutate(valid, "1/x/7") == mutate(valid, "1/x/7")


def test_the_table_is_of_the_counts() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(json.loads(COUNTS.read_text()))
