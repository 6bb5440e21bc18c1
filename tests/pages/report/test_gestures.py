"""What each gesture adds, on a page of a run whose model adds up its gestures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.commands._page_content import PageOptions
from mgllm.commands.report import report
from mgllm.testing.planted import add_up, planted_items


@pytest.fixture
def page(meeting: dict[str, Any], shelve: Any, tmp_path: Path) -> Path:
    shelve(add_up)
    items = planted_items(tmp_path / "items.jsonl", ("agrees", "objects"))
    run = mgllm.run(**meeting, items=str(items), arms=("text", "text+mg"), attribute=True)
    options = PageOptions(items=str(items))
    return report([run.folder], tmp_path / "report.html", options).path


def test_picture_table_and_words(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    section = text[text.index('id="gestures"') :].split("</section>")[0]
    assert "rubbing eyes" in section
    assert "<svg" in section
    assert "2 rare gestures together" in section
    assert "single gestures" in text
    assert text.index('id="arms"') < text.index('id="gestures"')


def test_its_prompts_stand_in_the_item_and_not_in_the_table(page: Path, browser: Any) -> None:
    browser.get(page.as_uri())
    browser.set_script_timeout(20)
    ready = (
        "const end = arguments[0];"
        "(function look() { document.documentElement.dataset.ready ? end() : setTimeout(look, 50); })();"
    )
    browser.execute_async_script(ready)
    heads = browser.execute_script(
        "return [...document.querySelectorAll('.items th button')].map((b) => b.textContent)"
    )
    assert not any("@" in head for head in heads)
    browser.execute_script("document.querySelector('.items tbody button').click()")
    cards = "return [...document.querySelectorAll(arguments[0])].map((h) => h.textContent)"
    assert browser.execute_script(cards, "#item .arms:not(details .arms) > .card h3") == ["text", "text+mg"]
    more = browser.execute_script(cards, "#item details.gestures .card h3")
    assert "text+without@rubbing eyes" in more
    assert "text+only@rubbing eyes" in more
    assert browser.get_log("browser") == []
