"""The end of a run: its tables, and who answered."""

from __future__ import annotations

from pathlib import Path

from mgllm.experiment.finishing import finish
from mgllm.store import RunWriter, read_run
from mgllm.testing.made_run import MadeRun, write_made_run


def test_the_models_that_answered_stand_in_the_manifest(tmp_path: Path) -> None:
    made = MadeRun(items=3, arms=("text", "mg"), sampled=5, served_models=("a", "a", "b"), model="openai/a")
    write_made_run(tmp_path / "run", made)
    with RunWriter(tmp_path / "run") as writer:
        finished = finish(tmp_path / "run", writer, 30, None)
    assert dict(read_run(tmp_path / "run").manifest.served_models) == {"a": 24, "b": 6}
    assert "answered by a (24 records), b (6)" in " ".join(finished.table.split())
