"""A page that a real browser has open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


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
