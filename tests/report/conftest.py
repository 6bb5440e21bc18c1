"""Made-up runs on disk, and a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mgllm.flows.report import PageOptions, report
from mgllm.testing.made_run import MadeRun, write_made_run

SPICE = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=2>\u202ekcah\x00$x^2$&amp;"
"""What a hostile data set or model might say."""
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--force-device-scale-factor=1", "--window-size=1280,1000", "--lang=en-GB"),
)


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
def plain(make_page: Callable[..., MadePage]) -> MadePage:
    """120 items in all arms, two of them noisy."""
    from mgllm.testing.made_run import ARMS

    return make_page(items=120, arms=(*ARMS, "text+noisy@0.3", "text+noisy@0.6"))


@pytest.fixture(scope="session")
def hostile(make_page: Callable[..., MadePage]) -> MadePage:
    """Every word that comes from outside tries to be more than a word."""
    return make_page(items=24, arms=("text", "text+mg", "text+shuffled"), spice=SPICE)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium without a window, driven by its own driver; skipped where there is none."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("no chromium and chromedriver here (Debian: apt-get install chromium chromium-driver)")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield made
    made.quit()
