"""Made-up runs on disk, and a real browser with what a reader does in it."""

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
    pytest.importorskip("selenium", reason="pip install 'mgllm[test]' brings selenium")
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


class Opened:
    """A page that is open; what the driver can do, and what a reader does."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)

    def run(self, script: str, *given: Any) -> Any:
        """What a script returns."""
        return self.driver.execute_script(script, *given)

    def one(self, selector: str) -> Any:
        """The first element."""
        return self.driver.find_element("css selector", selector)

    def all(self, selector: str) -> list[Any]:
        """All elements."""
        return list(self.driver.find_elements("css selector", selector))

    def texts(self, selector: str) -> list[str]:
        """Their words, asked for at once: each question costs a trip to the driver."""
        script = "return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)"
        return list(self.run(script, selector))

    def wait_for(self, condition: Callable[[], object], seconds: float = 10) -> None:
        """Until it holds."""
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(self.driver, seconds, 0.02).until(lambda _: condition())

    @property
    def rows(self) -> list[str]:
        """Ids of the items shown."""
        return self.texts(".items tbody th")

    @property
    def status(self) -> str:
        """How many items there are, and what the arm changed."""
        return str(self.one(".status").text)

    @property
    def dialog_open(self) -> bool:
        """Whether an item is open."""
        return bool(self.run("return document.getElementById('item').open"))

    def choose(self, name: str, value: str) -> str:
        """Take a value of a filter; the new status."""
        from selenium.webdriver.support.ui import Select

        before = self.status
        Select(self.one(f"[name={name}]")).select_by_visible_text(value)
        self.wait_for(lambda: self.status != before)
        return self.status

    def type_in(self, words: str) -> None:
        """Search."""
        before = self.status
        field = self.one("[name=search]")
        field.clear()
        field.send_keys(words)
        self.wait_for(lambda: self.status != before)


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Opened]]:
    """Open a page, light unless told; afterwards no error may stand in the console."""

    def open_page(page: Path | str, theme: str = "light", width: int = 1280) -> Opened:
        media = [{"name": "prefers-color-scheme", "value": theme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
        size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(page.as_uri() if isinstance(page, Path) else page)
        made = Opened(browser)
        made.wait_for(lambda: made.run("return document.documentElement.dataset.ready === 'yes'"), 20)
        return made

    browser.get_log("browser")
    yield open_page
    assert [line for line in browser.get_log("browser") if line["level"] == "SEVERE"] == []
    browser.get("about:blank")
