"""The table of items in a real browser: turn, sort, filter, search, open; by mouse and by keyboard."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("selenium", reason="pip install 'mgllm[test]' brings selenium")

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from mgllm.commands.compare import compare
from mgllm.testing.made_run import MadeRun, made_answers


def test_pages_turn(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    for _ in range(2):
        b.one("[data-step='1']").click()
    assert b.rows[0] == "i00100"
    assert len(b.rows) == 20
    assert not b.one("[data-step='1']").is_enabled()


def test_a_column_sorts_both_ways(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    for first, sort in (("i00000", "ascending"), ("i00119", "descending")):
        button = b.one("[data-column='item']")
        if sort == "descending":
            button.click()
        assert b.rows[0] == first
        head = b.one("th:has([data-column='item'])")
        assert head.get_attribute("aria-sort") == sort
    b.one("[data-column='text+mg']").click()
    states = [cell.get_attribute("title") for cell in b.all("tbody td.state:nth-child(7)")]
    assert states == sorted(states, key=["unparsed", "wrong", "right"].index)
    assert b.switch_to.active_element.get_attribute("data-column") == "text+mg"


def test_gained_and_lost_are_those_of_the_tables(opened: Any, plain: Any) -> None:
    """b and c of every contrast with the baseline, counted by the page anew."""
    b = opened(plain.page)
    effects = [e for e in compare([plain.run]).effects if e.metric == "accuracy" and e.baseline == "text"]
    assert len(effects) == 6
    for effect in effects:
        if effect.arm != "text+mg":
            b.choose("arm", effect.arm)
        assert b.status.endswith(f"{effect.b} gained, {effect.c} lost")
        if effect.arm == "mg":
            assert b.choose("change", "gained").startswith(f"{effect.b} of 120 items")
            assert {c.text for c in b.all("td.change")} == {"gained"}
            b.choose("change", "any")


def test_filters_search_and_reset(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    assert b.choose("subject", "s0003").startswith("4 of 120 items")
    assert b.rows == ["i00012", "i00013", "i00014", "i00015"]
    assert b.choose("target", "win").startswith("2 of 120")
    b.one("button[type='reset']").click()
    b.wait_for(lambda: b.status.startswith("120 of 120"))
    summary = compare([plain.run])
    unparsed = next(arm.unparsed for arm in summary.arms if arm.arm == "text+mg")
    assert b.choose("state", "unparsed").startswith(f"{unparsed} of 120")
    b.choose("state", "any")
    b.type_in("I0007")
    assert b.rows == [f"i0007{n}" for n in range(10)]


def test_search_reads_prompts_where_asked(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    told = {
        r.item for p, r in made_answers(MadeRun(items=120)) if "crossing fingers" in p.messages[1].content
    }
    b.type_in("crossing fingers")
    assert b.status.startswith("0 of 120")
    b.one("[name=texts]").click()
    b.wait_for(lambda: not b.status.startswith("0 of"))
    assert b.status.startswith(f"{len(told)} of 120")


def test_a_click_opens_an_item_with_its_arms_side_by_side(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    b.one(".items tbody tr:nth-child(3) td").click()
    assert b.dialog_open
    cards = b.all("#item .card")
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
    assert b.all("#item .timeline rect.gesture")
    side = [card.rect for card in cards[:2]]
    assert side[0]["y"] == side[1]["y"]
    assert side[0]["x"] < side[1]["x"]


def test_the_keyboard_alone_is_enough(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    first = b.one(".items tbody button")
    b.run("arguments[0].focus()", first)
    b.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    b.switch_to.active_element.send_keys(Keys.ENTER)
    assert b.dialog_open
    assert b.switch_to.active_element.text == "i00001"
    b.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    assert b.one("#item-h").text == "i00002"
    b.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not b.dialog_open
    assert b.switch_to.active_element.text == "i00001"
    b.one("[data-column='subject']").send_keys(Keys.ENTER)
    assert b.switch_to.active_element.get_attribute("data-column") == "subject"


def test_an_item_says_why_an_answer_has_no_probabilities(opened: Any, make_page: Any) -> None:
    how = {"censored": 1.0, "reasoning_tokens": 90, "served_models": ("two",), "model": "openai/one"}
    b = opened(make_page(items=2, arms=("text", "text+mg"), missing=0.0, **how).page)
    b.one(".items tbody tr td").click()
    for card in b.all("#item .card"):
        assert "No probabilities: a label is not among the tokens shown." in card.text
        assert "90 of them hidden reasoning · answered by two" in card.text
        assert not card.find_elements(By.CSS_SELECTOR, ".probabilities")


def test_an_item_says_nothing_of_it_elsewhere(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    b.one(".items tbody tr td").click()
    for words in ("No probabilities", "hidden reasoning", "answered by", "read at"):
        assert words not in b.one("#item").text
