"""What every check on the shelf must do: pass a whole run, and see what it is there to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.experiment.verifying.base import checks
from mgllm.experiment.verifying.evidence import read_evidence
from tests.spoiling import SPOILS, Spoil

NAMES = checks.names()


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_run_passes(name: str, whole_run: Path) -> None:
    result = checks.get(name).result(read_evidence(whole_run))
    assert (result.status, result.wrong, result.first) == ("ok", 0, None), result
    assert result.looked_at > 0, "a check that looks at nothing proves nothing"
    assert len(result.about) > 10


@pytest.mark.parametrize("spoil", SPOILS, ids=[spoil.name for spoil in SPOILS])
def test_a_spoiled_run_does_not(spoil: Spoil, copied_run: Path) -> None:
    spoil.by(copied_run)
    result = checks.get(spoil.check).result(read_evidence(copied_run))
    assert result.status == "failed", result
    assert result.wrong > 0
    assert result.first


def test_every_check_has_something_to_see() -> None:
    assert {spoil.check for spoil in SPOILS} == set(NAMES)
    assert len({checks.get(name).place for name in NAMES}) == len(NAMES)
