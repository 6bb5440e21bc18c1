"""A form in a real browser: answered with the keyboard, closed and opened again, saved, taken in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install 'mgllm[test]' brings selenium")

from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from mgllm.commands._options import from_flat
from mgllm.commands.human_export import human_export
from mgllm.commands.human_import import human_import
from mgllm.pages.forms.form import FormContent, FormItem, build_form
from mgllm.records import Message, Prompt
from mgllm.records.human import HumanPlan
from mgllm.store import read_run
from mgllm.testing.planted import planted_items

SPICE = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=2>\u202ekcah &amp;"


@pytest.fixture
def forms(folders: Any, tmp_path: Path) -> Path:
    items = planted_items(tmp_path / "items.jsonl", ("agrees", "objects"), subjects=3, per_subject=2)
    options = from_flat(
        {
            **{"model": "human", "scenarios": ["meeting"], "items": str(items)},
            **{"scenarios_dir": folders.scenarios, "prompts_dir": folders.prompts},
        }
    )
    return human_export(options, 4, tmp_path / "forms").out


@pytest.fixture(autouse=True)
def _nothing_kept(browser: Any) -> Iterator[None]:
    """All pages from disk share one storage."""
    yield
    browser.execute_cdp_cmd(
        "Storage.clearDataForOrigin", {"origin": "file://", "storageTypes": "local_storage"}
    )


@pytest.fixture
def saved(browser: Any, tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Where downloads go; call it for a file's content."""
    where = tmp_path / "downloads"
    where.mkdir()
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(where)})

    def content(name: str) -> dict[str, Any]:
        until = time.monotonic() + 10
        while not (where / name).is_file() and time.monotonic() < until:
            time.sleep(0.05)
        found: dict[str, Any] = json.loads((where / name).read_text(encoding="utf-8"))
        return found

    return content


def press(b: Any, *keys: str) -> None:
    for key in keys:
        ActionChains(b).send_keys(key).perform()


def reopened(opened: Any, page: Path, name: str) -> Any:
    """The page opened again; a browser may take a moment to hand its storage to a new process."""
    until = time.monotonic() + 10
    while True:
        b = opened(page)
        if seen(b, name) or time.monotonic() > until:
            return b
        time.sleep(0.2)


def seen(b: Any, name: str) -> bool:
    return bool(b.find_element(By.ID, name).is_displayed())


def agree(b: Any) -> None:
    """Tab to the box, tick it, and go on; Tab alone reaches everything."""
    for _ in range(12):
        press(b, Keys.TAB)
        if b.switch_to.active_element.get_attribute("id") == "agreed":
            break
    press(b, " ", Keys.ENTER)
    assert seen(b, "item")


def test_the_keyboard_alone_fills_a_form(opened: Any, saved: Any, forms: Path, tmp_path: Path) -> None:
    b = opened(forms / "rater-01.html")
    assert seen(b, "consent")
    assert not seen(b, "item")
    agree(b)
    press(b, "1", Keys.ENTER, Keys.ENTER)  # the second Enter has no answer to go on with
    assert b.find_element(By.ID, "item-h").text == "Text 2 of 6"
    assert "I do not know" in b.find_element(By.ID, "missing").text
    press(b, "3", Keys.ENTER, "2", Keys.ENTER)
    b = reopened(opened, forms / "rater-01.html", "item")  # nothing is lost
    assert b.find_element(By.ID, "item-h").text == "Text 4 of 6"
    press(b, "1", Keys.ENTER, "1", Keys.ENTER, "2", Keys.ENTER)
    assert seen(b, "end")
    assert "6 of 6" in b.find_element(By.ID, "counted").text
    b.find_element(By.ID, "save").click()
    content = saved("rater-01.json")
    plan = HumanPlan.model_validate_json((forms / "plan.json").read_bytes())
    orders = [plan.questions[index].label_order for index in plan.raters[0].shown]
    chosen = [0, 2, 1, 0, 0, 1]
    wanted = [order[at] if at < 2 else None for order, at in zip(orders, chosen, strict=True)]
    assert [rating["label"] for rating in content["ratings"]] == wanted
    assert set(content) == {"schema", "form", "consent", "started", "finished", "ratings"}
    (tmp_path / "one.json").write_text(json.dumps(content))
    read = human_import(forms, [tmp_path / "one.json"], tmp_path / "results")
    records = read_run(read.finished.folder).records
    assert sorted(str(r.answer) for r in records) == sorted(map(str, wanted))
    assert sum(record.latency_s for record in records) > 0


def test_without_consent_nothing_begins(opened: Any, forms: Path) -> None:
    b = opened(forms / "rater-02.html")
    b.find_element(By.CSS_SELECTOR, "#agree button").click()
    assert seen(b, "consent")
    assert not seen(b, "item")
    assert b.execute_script("return localStorage.length") == 0


def test_withdrawing_deletes_everything(opened: Any, forms: Path) -> None:
    b = opened(forms / "rater-03.html")
    agree(b)
    press(b, "1", Keys.ENTER)
    assert b.execute_script("return localStorage.length") == 1
    b.find_element(By.ID, "withdraw").click()
    b.switch_to.alert.accept()
    assert seen(b, "gone")
    assert b.execute_script("return localStorage.length") == 0
    assert seen(reopened(opened, forms / "rater-03.html", "consent"), "consent")


def test_stopping_early_saves_what_there_is(opened: Any, saved: Any, forms: Path) -> None:
    b = opened(forms / "rater-04.html")
    agree(b)
    press(b, "2", Keys.ENTER)
    b.find_element(By.ID, "finish").click()
    assert "1 of 6" in b.find_element(By.ID, "counted").text
    b.find_element(By.ID, "save").click()
    assert [rating["n"] for rating in saved("rater-04.json")["ratings"]] == [1]


def test_joiners_are_read_as_a_model_reads_them(opened: Any, tmp_path: Path) -> None:
    words = "می\u200cخواهم 👨\u200d👩\u200d👧"
    prompt = Prompt(form="chat", messages=(Message(role="user", content=words),), sha256="0")
    content = FormContent("f", "rater-01.json", "t", "c", "e", [FormItem(prompt, [("a", "a"), ("b", "b")])])
    page = tmp_path / "joined.html"
    page.write_text(build_form(content), encoding="utf-8")
    b = opened(page)
    agree(b)
    shown = b.execute_script("return document.getElementById('reading').textContent")
    assert shown == words


def test_strangers_words_stay_words(opened: Any, saved: Any, tmp_path: Path) -> None:
    prompt = Prompt(form="chat", messages=(Message(role="user", content=SPICE),), sha256="0")
    content = FormContent(
        form="f", saved_as="rater-01.json", title=SPICE, consent=SPICE, ethics=SPICE,
        items=[FormItem(prompt, [(SPICE, SPICE), ("b", "b")])],
    )  # fmt: skip
    page = tmp_path / "hostile.html"
    page.write_text(build_form(content), encoding="utf-8")
    b = opened(page)
    agree(b)
    shown = b.find_element(By.ID, "reading").text
    assert "<img src=x" in shown
    assert "⟨202E⟩" in shown
    press(b, "1", Keys.ENTER)
    b.find_element(By.ID, "save").click()
    assert saved("rater-01.json")["ratings"][0]["label"] == SPICE
    assert b.execute_script("return window.hacked") is None
    assert b.execute_script("return document.images.length") == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_a_telephone_and_every_control_has_a_name(opened: Any, forms: Path, theme: str) -> None:
    b = opened(forms / "rater-01.html", theme=theme, width=390)
    agree(b)
    assert b.execute_script("return document.documentElement.scrollWidth - innerWidth") <= 0
    for element in b.find_elements(By.CSS_SELECTOR, "button, input, progress, fieldset"):
        if element.is_displayed():
            assert element.accessible_name.strip(), element.get_attribute("outerHTML")
