"""Seen without scrolling: the verdict and the key plot, in a window and on a phone, in both themes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mgllm.commands.report import report
from tests.pages.report.suites import MODELS, SCENARIOS, write_suite

SIZES = [(1280, 800), (390, 844)]
BOX = """const box = document.querySelector(arguments[0]).getBoundingClientRect();
    return [box.left, box.top, box.right, box.bottom]"""
WORDS = "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)"
LETTERS = """const all = [...document.querySelectorAll(arguments[0])];
    const svg = all.find((one) => one.getClientRects().length);
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    const sizes = [...svg.querySelectorAll('text')].map((one) => parseFloat(getComputedStyle(one).fontSize));
    return Math.min(...sizes) * scale"""


@pytest.fixture(scope="module")
def one_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("one")
    return report([write_suite(folder / "run", MODELS[0], 3, items=24)], folder / "report.html").path


def key_plot(width: int) -> str:
    return f"#verdict .{'narrow' if width < 640 else 'wide'}-only svg"


def assert_seen(b: Any, selector: str, width: int, height: int) -> None:
    left, top, right, bottom = b.run(BOX, selector)
    assert 0 <= left < right <= width, selector
    assert 0 <= top < bottom <= height, selector


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("name", ["plain", "one_model", "suite"])
def test_verdict_and_key_plot_are_on_the_first_screen(
    request: pytest.FixtureRequest, opened: Any, name: str, width: int, height: int, theme: str
) -> None:
    page = request.getfixturevalue(name)
    b = opened(page if isinstance(page, Path) else page.page, theme, width, height)
    assert_seen(b, key_plot(width), width, height)
    assert_seen(b, ".verdicts", width, height)
    assert b.one(".verdicts .said").text
    assert b.run("return document.documentElement.scrollWidth") <= width
    box = "return arguments[0].getBoundingClientRect().right"
    drawings = [one for one in b.all("#overview .drawing") if one.is_displayed()]
    assert max(b.run(box, one) for one in drawings) <= width
    inside = "return arguments[0].scrollWidth - arguments[0].clientWidth"
    assert [b.run(inside, one) for one in drawings] == [0] * len(drawings)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_letters_of_pictures_can_be_read(opened: Any, suite: Path, width: int, height: int) -> None:
    b = opened(suite, "light", width, height)
    assert b.run(LETTERS, "#verdict .drawing svg") >= 11
    assert b.run(LETTERS, "#arms .drawing svg") >= 11


def test_all_models_and_scenarios_are_in_one_key_plot(opened: Any, suite: Path) -> None:
    b = opened(suite)
    words = b.run(WORDS, "#verdict .wide-only svg text")
    assert [word for word in words if word in MODELS] == [*MODELS]
    assert [word.partition(":")[0] for word in words if word.endswith(": text+mg")] == [*SCENARIOS]
    assert len(b.all("#verdict figure")) == 1
    assert b.texts(".verdicts h3") == [*SCENARIOS]


def test_a_phone_folds_how_much_and_not_whether(opened: Any, suite: Path) -> None:
    b = opened(suite, "light", 390, 844)
    assert [one.is_displayed() for one in b.all(".verdicts .said")] == [True] * 3
    lines = b.all(".verdicts .more p")
    assert lines
    assert not any(line.is_displayed() for line in lines)
    b.one(".verdicts .more summary").click()
    assert lines[0].is_displayed()
    wide = opened(suite)
    assert all(line.is_displayed() for line in wide.all(".verdicts .more p"))


def test_settings_stand_below_what_was_found(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    tops = {name: b.run(BOX, f"#{name}")[1] for name in ("verdict", "summary", "differences", "run", "items")}
    assert list(tops) == sorted(tops, key=lambda name: tops[name])
