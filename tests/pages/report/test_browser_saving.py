"""Pictures leave the page as files that open elsewhere; the page leaves as a PDF with nothing cut."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def saved(opened: Any, suite: Path, tmp_path: Path) -> Any:
    """Click a button of the key plot in the dark; the file that comes."""

    def save(kind: str) -> Path:
        b = opened(suite, "dark")
        where = {"behavior": "allow", "downloadPath": str(tmp_path)}
        b.execute_cdp_cmd("Browser.setDownloadBehavior", where)
        b.one(f"#verdict [data-save={kind}]").click()
        wanted = tmp_path / f"what-the-gestures-add.{kind}"
        b.wait_for(wanted.exists, 20)
        assert b.run("return document.documentElement.dataset.theme") is None
        return wanted

    return save


def test_a_saved_svg_stands_alone(saved: Any) -> None:
    root = ET.parse(saved("svg")).getroot()
    assert root.tag == f"{SVG}svg"
    assert float(root.get("width", 0)) > 600
    assert float(root.get("height", 0)) > 200
    assert not [element for element in root.iter() if element.get("class") or element.get("style")]
    words = {element.text for element in root.iter(f"{SVG}text")}
    assert {"local/smollm2-135m", "emotion: text+mg", "accuracy, points"} <= words
    rect = root.find(f"{SVG}rect")
    assert rect is not None
    assert rect.get("fill") == "#ffffff"
    inks = {element.get("fill") for element in root.iter(f"{SVG}text")}
    assert inks == {"rgb(29, 35, 41)"}  # the light page's, though the page was dark


def test_a_saved_png_is_the_picture(saved: Any) -> None:
    picture = Image.open(saved("png")).convert("RGB")
    assert picture.width > 3 * 600
    colours = {colour for _, colour in picture.getcolors(1 << 24) or ()}
    assert picture.getpixel((2, 2)) == (255, 255, 255)
    assert {(11, 92, 173), (179, 83, 9), (18, 105, 58)} <= colours  # three models


def test_each_picture_has_its_buttons_and_they_are_named(opened: Any, plain: Any) -> None:
    b = opened(plain.page)
    figures = b.all("figure")
    assert len(figures) == 7
    for figure in figures:
        names = [
            one.get_attribute("aria-label") for one in figure.find_elements("css selector", "[data-save]")
        ]
        assert [name.rpartition(" as ")[2] for name in names] == ["SVG", "PNG"]
        assert all("“”" not in name for name in names)
    all_names = b.run("return [...document.querySelectorAll('[data-save]')].map((one) => one.ariaLabel)")
    assert len(all_names) == len(set(all_names))


def test_printed_it_is_all_there(opened: Any, suite: Path, tmp_path: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext here (Debian: apt-get install poppler-utils)")
    b = opened(suite, "dark")
    b.one(".items tbody button")
    how = {"printBackground": False, "preferCSSPageSize": True}
    (tmp_path / "page.pdf").write_bytes(base64.b64decode(b.execute_cdp_cmd("Page.printToPDF", how)["data"]))
    told = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "page.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout
    first = told.split("\f")[0]
    for words in ("3 scenarios · 3 models", "emotion: text+mg", "log-odds of the target, nats"):
        assert words in first
    assert "local/smollm2-135m" in first
    assert "Caution." in told
    assert "Numbers in the picture" in told  # folded on the screen
    assert "PNG" not in told
    assert "Show all" not in told
