"""What another SDK's backend says of itself decides as it does for ours; no name is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.backends.base import BackendOptions, Traits
from mgllm.commands._named_runs import run_records
from mgllm.commands._options import from_flat
from mgllm.commands.dry_run import dry_run
from mgllm.prompts.scenarios import Folders
from mgllm.store import read_run
from mgllm.testing import ScriptedBackend


def lettered(meeting: dict[str, Any]) -> bool:
    """Whether a run of `meeting` offered its labels as letters."""
    finished = mgllm.run(**meeting, limit=1, arms=("text", "text+mg"))
    return mgllm.load_run(finished.folder).manifest.scenarios[0].lettered


@pytest.fixture
def alike(folders: Folders) -> None:
    """The scenario's two labels begin with the same letters."""
    assert folders.scenarios is not None
    path = folders.scenarios / "meeting.yaml"
    path.write_text(path.read_text().replace("text: agrees", "text: obeys"))


@pytest.mark.usefixtures("alike")
@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        (None, True),
        (Traits(), True),
        (Traits(local=True), True),
        (Traits(first_tokens_only=False), False),
        (Traits(local=True, first_tokens_only=False), False),
    ],
)
def test_labels_that_begin_alike_are_lettered_where_first_tokens_alone_are_seen(
    traits: Traits | None, expected: bool, meeting: dict[str, Any], shelve: Any
) -> None:
    made: ScriptedBackend = shelve()
    if traits is not None:
        made.traits = traits  # type: ignore[attr-defined]  # as a plugin's own class has it
    assert lettered(meeting) is expected


def test_labels_that_differ_are_never_lettered(meeting: dict[str, Any], shelve: Any) -> None:
    shelve()
    assert lettered(meeting) is False


@pytest.mark.parametrize("local", [False, True])
def test_a_dry_run_opens_a_local_model_for_its_tokenizer_and_no_other(
    local: bool, meeting: dict[str, Any], shelve: Any
) -> None:
    made: ScriptedBackend = shelve()
    made.traits = Traits(local=local)  # type: ignore[attr-defined]  # as a plugin's own class has it
    (row,) = dry_run(from_flat(meeting)).scenarios
    assert row.tokens_exact is local
    assert (made.opened, made.closed) == (int(local), int(local))
    assert made.asked == []


@pytest.mark.parametrize(
    ("base_url", "model", "redacted"),
    [
        (None, "local//home/ann/models/llama", "local/llama"),
        (None, "mlx/~/models/llama", "mlx/llama"),
        (None, "local/home/ann/llama", "local/llama"),
        (None, "local/owner/name", "local/owner/name"),
        (None, "local/smollm2-135m", "local/smollm2-135m"),
        ("http://127.0.0.1:8000/v1", "vllm//home/ann/llama", "vllm/llama"),
    ],
)
def test_a_redacted_run_names_no_folder_of_a_model(
    base_url: str | None, model: str, redacted: str, meeting: dict[str, Any], shelve: Any
) -> None:
    shelve()
    finished = mgllm.run(**meeting, limit=1, arms=("text", "text+mg"))
    stored = read_run(finished.folder)
    manifest = stored.manifest.model_copy(update={"base_url": base_url, "model": model})
    found = run_records(stored.model_copy(update={"manifest": manifest}), redact=True, nth=1)
    assert found.manifest.model == redacted
    assert {record.model for record in found.records} == {redacted}
    assert found.manifest.base_url is None


def test_a_models_folder_is_found_from_where_the_run_was_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "begun" / "models" / "mine").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    options = BackendOptions(model="models/mine", began_in=tmp_path / "begun")
    assert options.folder == str(tmp_path / "begun" / "models" / "mine")
    assert options.model == "models/mine"
    (tmp_path / "models" / "mine").mkdir(parents=True)
    assert options.folder == "models/mine"
    assert BackendOptions(model="owner/name", began_in=tmp_path).folder == "owner/name"
    assert BackendOptions(model="", began_in=tmp_path).folder == ""
