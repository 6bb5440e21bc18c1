"""The page in a real browser: opens from disk, is readable in every light; strangers' words stay words."""

from __future__ import annotations

import re
from typing import Any

import pytest


def test_it_opens_from_disk_and_says_what_was_found(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    assert b.one("h1").text == "emotion · made/one"
    assert "points higher" in b.one("#summary").text
    assert "not a lie detector" in b.one("#verdict").text
    assert not b.one("#fallback").is_displayed()
    headings = b.texts("h2")
    first = ["Verdict", "In words", "Read before you trust the numbers", "Differences between arms", "Arms"]
    assert headings[:5] == first
    assert headings[-2:] == ["What was run", "Items"]
    assert len(b.rows) == 50
    assert b.one(".pager span").text == "Page 1 of 3"


def test_strangers_words_stay_words(opened: Any, hostile: Any) -> None:
    b = opened(hostile.page)
    b.one(".items tbody button").click()
    b.one("[name=texts]")
    assert b.run("return window.hacked") is None
    assert b.run("return document.images.length") == 0
    assert b.run("return document.scripts.length") == 2
    item = b.one("#item").get_attribute("textContent")
    assert "<img src=x onerror=window.hacked=2>⟨202E⟩kcah⟨0000⟩$x^2$&amp;" in item
    assert "</script><script>window.hacked=1</script>" in b.one("#overview").text
    everything = b.run("return document.documentElement.textContent")
    assert not re.search("[\x00\u202e]", everything)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_are_readable(opened: Any, plain: Any, theme: str) -> None:
    """Contrast of text, marks, pictures and states with what lies behind, after WCAG: 4.5 to 1."""
    b = opened(plain.page, theme)
    b.one(".items tbody tr:nth-child(2) button").click()
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
        ratio = contrast(b.run(colour, front, "color"), b.run(colour, back, "backgroundColor"))
        assert ratio >= 4.5, name
    for name in (".drawing text", ".drawing .stroke-accent", ".timeline text"):
        key = "stroke" if "stroke" in name else "fill"
        ratio = contrast(b.run(colour, name, key), b.run(colour, "body", "backgroundColor"))
        assert ratio >= 4.5, name


def test_the_button_changes_the_theme(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    paper = "return getComputedStyle(document.body).backgroundColor"
    light = b.run(paper)
    button = b.one("#theme")
    assert button.get_attribute("aria-label") == "Switch to dark colours"
    button.click()
    assert b.run(paper) != light
    button.click()
    assert b.run(paper) == light
    b.run("localStorage.clear()")


def test_a_narrow_window_does_not_scroll_sideways(opened: Any, plain: Any) -> None:
    b = opened(plain.page, width=400)
    wider = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert b.run(wider) == 0
    b.one(".items tbody button").click()
    assert b.run("const d = document.getElementById('item'); return d.scrollWidth - d.clientWidth") == 0


def test_every_picture_and_control_has_a_name(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    b.one(".items tbody button").click()
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
    ids = b.run("return [...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_a_browser_without_inflate_is_told_so(opened: Any, browser: Any, plain: Any) -> None:
    script = {"source": "delete window.DecompressionStream"}
    handle = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)["identifier"]
    try:
        browser.get(plain.page.as_uri())
        assert "DecompressionStream" in browser.find_element("id", "fallback").text
        assert browser.find_element("id", "fallback").is_displayed()
        assert "points higher" in browser.find_element("id", "summary").text
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": handle})


def contrast(front: str, back: str) -> float:
    """WCAG 2 contrast ratio of two `rgb(…)` colours."""
    light, dark = sorted((luminance(front), luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = (int(part) / 255 for part in re.findall(r"\d+", colour)[:3])
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
