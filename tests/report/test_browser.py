"""The page in a real browser: opens from disk, sorts, filters, opens an item; strangers' words stay words."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install 'mgllm[test]' brings selenium")

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

import mgllm
from mgllm.flows.compare import compare
from mgllm.flows.report import PageOptions, report
from mgllm.flows.view import view
from mgllm.store import RunWriter
from mgllm.testing.made_run import MadeRun, made_answers, write_made_run

FEW = ("text", "text+mg")


def rows(b: Any) -> list[str]:
    return [cell.text for cell in b.find_elements(By.CSS_SELECTOR, ".items tbody th")]


def status(b: Any) -> str:
    return str(b.find_element(By.CSS_SELECTOR, ".status").text)


def choose(b: Any, name: str, value: str) -> str:
    before = status(b)
    Select(b.find_element(By.NAME, name)).select_by_visible_text(value)
    WebDriverWait(b, 5, 0.05).until(lambda b: status(b) != before)
    return status(b)


def type_in(b: Any, words: str) -> None:
    field = b.find_element(By.NAME, "search")
    before = status(b)
    field.clear()
    field.send_keys(words)
    WebDriverWait(b, 5, 0.05).until(lambda b: status(b) != before)


def dialog_open(b: Any) -> bool:
    return bool(b.execute_script("return document.getElementById('item').open"))


def test_it_opens_from_disk_and_says_what_was_found(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    assert b.find_element(By.TAG_NAME, "h1").text == "emotion · made/one"
    assert "points higher" in b.find_element(By.ID, "summary").text
    assert "no lie detector" in b.find_element(By.ID, "summary").text
    assert not b.find_element(By.ID, "fallback").is_displayed()
    headings = [heading.text for heading in b.find_elements(By.TAG_NAME, "h2")]
    assert headings[:4] == ["What was run", "In words", "Differences between arms", "Arms"]
    assert headings[-1] == "Items"
    assert len(rows(b)) == 50
    assert b.find_element(By.CSS_SELECTOR, ".pager span").text == "Page 1 of 3"


def test_the_demo_run_opens(opened: Any, shelve: Any, tmp_path: Path) -> None:
    """All bundled scenarios, in two arms, by a scripted model; with times of gestures."""
    shelve()
    finished = mgllm.run(model="scripted/x", arms=FEW, results=tmp_path / "results")
    b = opened(report([finished.folder], tmp_path / "demo.html").path)
    assert status(b).startswith("72 of 72 items")
    assert len(b.find_elements(By.CSS_SELECTOR, ".drawing svg")) == 4 * 3
    type_in(b, "emotion-01a")
    b.find_element(By.CSS_SELECTOR, ".items tbody button").click()
    timeline = b.find_element(By.CSS_SELECTOR, "#item .timeline").get_attribute("aria-label")
    assert timeline.startswith("3 gestures: dustoffing clothes 0:10.7–0:11.9, ")
    assert "It was a long afternoon" in b.find_element(By.CSS_SELECTOR, "#item .turns").text


def test_pages_turn(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    for _ in range(2):
        b.find_element(By.CSS_SELECTOR, "[data-step='1']").click()
    assert rows(b)[0] == "i00100"
    assert len(rows(b)) == 20
    assert not b.find_element(By.CSS_SELECTOR, "[data-step='1']").is_enabled()


def test_a_column_sorts_both_ways(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    for first, sort in (("i00000", "ascending"), ("i00119", "descending")):
        button = b.find_element(By.CSS_SELECTOR, "[data-column='item']")
        if sort == "descending":
            button.click()
        assert rows(b)[0] == first
        head = b.find_element(By.CSS_SELECTOR, "th:has([data-column='item'])")
        assert head.get_attribute("aria-sort") == sort
    b.find_element(By.CSS_SELECTOR, "[data-column='text+mg']").click()
    states = [
        cell.get_attribute("title")
        for cell in b.find_elements(By.CSS_SELECTOR, "tbody td.state:nth-child(7)")
    ]
    assert states == sorted(states, key=["unparsed", "wrong", "right"].index)
    assert b.switch_to.active_element.get_attribute("data-column") == "text+mg"


def test_gained_and_lost_are_those_of_the_tables(opened: Any, plain: Any) -> None:
    """b and c of every contrast with the baseline, counted by the page anew."""
    b = opened(plain.page)
    effects = [e for e in compare([plain.run]).effects if e.metric == "accuracy" and e.baseline == "text"]
    assert len(effects) == 6
    for effect in effects:
        if effect.arm != "text+mg":
            choose(b, "arm", effect.arm)
        assert status(b).endswith(f"{effect.b} gained, {effect.c} lost")
        if effect.arm == "mg":
            assert choose(b, "change", "gained").startswith(f"{effect.b} of 120 items")
            assert {c.text for c in b.find_elements(By.CSS_SELECTOR, "td.change")} == {"gained"}
            choose(b, "change", "any")


def test_filters_search_and_reset(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    assert choose(b, "subject", "s0003").startswith("4 of 120 items")
    assert rows(b) == ["i00012", "i00013", "i00014", "i00015"]
    assert choose(b, "target", "win").startswith("2 of 120")
    b.find_element(By.CSS_SELECTOR, "button[type='reset']").click()
    WebDriverWait(b, 5, 0.05).until(lambda b: status(b).startswith("120 of 120"))
    summary = compare([plain.run])
    unparsed = next(arm.unparsed for arm in summary.arms if arm.arm == "text+mg")
    assert choose(b, "state", "unparsed").startswith(f"{unparsed} of 120")
    choose(b, "state", "any")
    type_in(b, "I0007")
    assert rows(b) == [f"i0007{n}" for n in range(10)]


def test_search_reads_prompts_where_asked(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    told = {
        r.item for p, r in made_answers(MadeRun(items=120)) if "crossing fingers" in p.messages[1].content
    }
    type_in(b, "crossing fingers")
    assert status(b).startswith("0 of 120")
    b.find_element(By.NAME, "texts").click()
    WebDriverWait(b, 5, 0.05).until(lambda b: not status(b).startswith("0 of"))
    assert status(b).startswith(f"{len(told)} of 120")


def test_a_click_opens_an_item_with_its_arms_side_by_side(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    b.find_element(By.CSS_SELECTOR, ".items tbody tr:nth-child(3) td").click()
    assert dialog_open(b)
    cards = b.find_elements(By.CSS_SELECTOR, "#item .card")
    assert [card.find_element(By.TAG_NAME, "h3").text for card in cards] == [
        *("none", "text", "mg", "text+mg", "text+shuffled", "text+filler"),
        *("text+noisy@0.3", "text+noisy@0.6"),
    ]
    prompts = {r.arm: (p, r) for p, r in made_answers(MadeRun(items=120)) if r.item == "i00002"}
    for arm in ("text+mg", "text+shuffled"):
        card = next(c for c in cards if c.find_element(By.TAG_NAME, "h3").text == arm)
        content = prompts[arm][0].messages[1].content
        shown = card.find_elements(By.CSS_SELECTOR, "pre")[1].get_attribute("textContent")
        marked = card.find_element(By.CSS_SELECTOR, "mark.cues").get_attribute("textContent")
        span = next(s for s in prompts[arm][0].spans if s.block == "cues")
        assert shown.split("\n")[0] == content.split("\n")[0]
        assert marked == content[span.start : span.end]
    assert b.find_elements(By.CSS_SELECTOR, "#item .timeline rect.gesture")
    side = [card.rect for card in cards[:2]]
    assert side[0]["y"] == side[1]["y"]
    assert side[0]["x"] < side[1]["x"]


def test_the_keyboard_alone_is_enough(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    first = b.find_element(By.CSS_SELECTOR, ".items tbody button")
    b.execute_script("arguments[0].focus()", first)
    b.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    b.switch_to.active_element.send_keys(Keys.ENTER)
    assert dialog_open(b)
    assert b.switch_to.active_element.text == "i00001"
    b.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert b.find_element(By.ID, "item-h").text == "i00002"
    b.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not dialog_open(b)
    assert b.switch_to.active_element.text == "i00001"
    b.find_element(By.CSS_SELECTOR, "[data-column='subject']").send_keys(Keys.ENTER)
    assert b.switch_to.active_element.get_attribute("data-column") == "subject"


def test_strangers_words_stay_words(opened: Any, hostile: Any) -> None:
    b = opened(hostile.page)
    b.find_element(By.CSS_SELECTOR, ".items tbody button").click()
    b.find_element(By.NAME, "texts")
    assert b.execute_script("return window.hacked") is None
    assert b.execute_script("return document.images.length") == 0
    assert b.execute_script("return document.scripts.length") == 2
    item = b.find_element(By.ID, "item").get_attribute("textContent")
    assert "<img src=x onerror=window.hacked=2>⟨202E⟩kcah⟨0000⟩$x^2$&amp;" in item
    assert "</script><script>window.hacked=1</script>" in b.find_element(By.ID, "overview").text
    everything = b.execute_script("return document.documentElement.textContent")
    assert not re.search("[\x00\u202e]", everything)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_are_readable(opened: Any, plain: Any, theme: str) -> None:
    """Contrast of text, marks, pictures and states with what lies behind, after WCAG: 4.5 to 1."""
    b = opened(plain.page, theme)
    b.find_element(By.CSS_SELECTOR, ".items tbody tr:nth-child(2) button").click()
    pairs = {
        "page": ("body", "body"),
        "lead": (".lead", "body"),
        "link": (".link", "body"),
        "right": ("td.right", "body"),
        "wrong": ("td.wrong", "body"),
        "caution": (".caution", ".caution"),
        "cue block": ("mark.cues", "mark.cues"),
        "prompt": ("#item pre", "#item pre"),
    }
    colour = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
    for name, (front, back) in pairs.items():
        ratio = contrast(
            b.execute_script(colour, front, "color"), b.execute_script(colour, back, "backgroundColor")
        )
        assert ratio >= 4.5, name
    for name in (".drawing text", ".drawing .stroke-accent", ".timeline text"):
        key = "stroke" if "stroke" in name else "fill"
        ratio = contrast(
            b.execute_script(colour, name, key), b.execute_script(colour, "body", "backgroundColor")
        )
        assert ratio >= 4.5, name


def test_the_button_changes_the_theme(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    paper = "return getComputedStyle(document.body).backgroundColor"
    light = b.execute_script(paper)
    button = b.find_element(By.ID, "theme")
    assert button.get_attribute("aria-label") == "Switch to dark colours"
    button.click()
    assert b.execute_script(paper) != light
    button.click()
    assert b.execute_script(paper) == light
    b.execute_script("localStorage.clear()")


def test_a_narrow_window_does_not_scroll_sideways(opened: Any, plain: Any) -> None:
    b = opened(plain.page, width=400)
    wider = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert b.execute_script(wider) == 0
    b.find_element(By.CSS_SELECTOR, ".items tbody button").click()
    assert (
        b.execute_script("const d = document.getElementById('item'); return d.scrollWidth - d.clientWidth")
        == 0
    )


def test_every_picture_and_control_has_a_name(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    b.find_element(By.CSS_SELECTOR, ".items tbody button").click()
    tree = b.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    named = ("button", "combobox", "searchbox", "checkbox", "image", "dialog", "link", "table")
    nameless = [
        node["nodeId"]
        for node in tree
        if not node.get("ignored")
        and node["role"]["value"] in named
        and not node.get("name", {}).get("value", "").strip()
    ]
    assert nameless == []
    ids = b.execute_script("return [...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_a_browser_without_inflate_is_told_so(opened: Any, browser: Any, plain: Any) -> None:
    script = {"source": "delete window.DecompressionStream"}
    handle = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)["identifier"]
    try:
        browser.get(plain.page.as_uri())
        assert "DecompressionStream" in browser.find_element(By.ID, "fallback").text
        assert browser.find_element(By.ID, "fallback").is_displayed()
        assert "points higher" in browser.find_element(By.ID, "summary").text
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": handle})


def test_two_models_on_one_page(opened: Any, tmp_path: Path) -> None:
    names = [
        write_made_run(tmp_path / f"run{n}", MadeRun(items=24, arms=FEW, model=f"made/{n}", seed=n))
        for n in (1, 2)
    ]
    page = report(names, tmp_path / "both.html", PageOptions(against=str(names[1]))).path
    b = opened(page)
    assert status(b).startswith("48 of 48")
    assert "made/1 − made/2" in b.find_element(By.ID, "summary").text
    assert choose(b, "group", "emotion · made/2").startswith("24 of 48")


def test_a_served_page_grows_with_its_run(opened: Any, tmp_path: Path) -> None:
    made = MadeRun(items=20, arms=FEW)
    run = write_made_run(tmp_path / "run", MadeRun(items=16, arms=FEW))
    server = view([run], PageOptions())
    thread = Thread(target=server.serve)
    thread.start()
    try:
        b = opened(server.address)
        assert status(b).startswith("16 of 16")
        Select(b.find_element(By.NAME, "target")).select_by_visible_text("win")
        with RunWriter(run) as writer:
            for prompt, record in list(made_answers(made))[16 * 2 :]:
                writer.keep_prompt(prompt)
                writer.append(record)
        WebDriverWait(b, 30, 0.05).until(lambda b: status(b).startswith("10 of 20"))
        assert "40 records" in b.find_element(By.ID, "summary").text
        assert b.find_element(By.ID, "live").text == "live: 40 records"
        b.get("about:blank")  # before the server goes, so that its next look does not fail
    finally:
        server.close()
        thread.join()


def contrast(front: str, back: str) -> float:
    """WCAG 2 contrast ratio of two `rgb(…)` colours."""
    light, dark = sorted((luminance(front), luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = (int(part) / 255 for part in re.findall(r"\d+", colour)[:3])
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
