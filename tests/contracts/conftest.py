"""What tests of pages share: a reader's desk."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mgllm.commands.models_list import list_models
from tests.guides import ROOT, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A folder to clone mgllm into; skipped without git, make, a clone to begin with, or the small model."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None or shutil.which("make") is None:
        pytest.skip("needs git, make and a clone")
    if not any(row.default and row.folder for row in list_models()):
        pytest.skip("the default model's weights are not here; mgllm models pull smollm2-135m")
    return Desk(tmp_path)
