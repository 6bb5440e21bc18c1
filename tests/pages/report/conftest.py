"""Made-up runs and their pages on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mgllm.commands._page_content import PageOptions
from mgllm.commands.report import report
from mgllm.testing.made_run import MadeRun, write_made_run
from tests.pages.report.suites import MODELS, write_suite

SPICE = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=2>\u202ekcah\x00$x^2$&amp;"
"""What a hostile data set or model might say."""


@dataclass(frozen=True)
class MadePage:
    """A run and its page."""

    run: Path
    page: Path

    @property
    def text(self) -> str:
        return self.page.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def make_page(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., MadePage]:
    """Write a made-up run and its page; options of the page by name, the rest is the run's."""

    def make(**how: Any) -> MadePage:
        options = {name: how.pop(name) for name in ("redact", "texts") if name in how}
        folder = tmp_path_factory.mktemp("page")
        run = write_made_run(folder / "run", MadeRun(**how))
        return MadePage(run, report([run], folder / "report.html", PageOptions(**options)).path)

    return make


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of three models, each asked three scenarios."""
    folder = tmp_path_factory.mktemp("suite")
    runs = [write_suite(folder / f"run{n}", model, 10 * n) for n, model in enumerate(MODELS)]
    return report(runs, folder / "report.html").path


@pytest.fixture(scope="session")
def plain(make_page: Callable[..., MadePage]) -> MadePage:
    """120 items in all arms, two of them noisy."""
    from mgllm.testing.made_run import ARMS

    return make_page(items=120, arms=(*ARMS, "text+noisy@0.3", "text+noisy@0.6"))


@pytest.fixture(scope="session")
def hostile(make_page: Callable[..., MadePage]) -> MadePage:
    """Every word that comes from outside tries to be more than a word."""
    return make_page(items=24, arms=("text", "text+mg", "text+shuffled"), spice=SPICE)
