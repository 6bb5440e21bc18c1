"""Plots as files: they open, hold every model, and are the same bytes twice."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from mgllm.errors import InputError
from mgllm.pages.plots.saving import ENDINGS, PLOTS, check_plot, save_plot
from mgllm.records import Summary
from tests.pages.plots.material import summary

MODELS = ("local/one", "vendor/two_$x^2$", "vendor/three")
SCENARIOS = ("emotion", "deception")
TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.fixture(scope="module")
def made() -> Summary:
    return summary(models=MODELS, scenarios=SCENARIOS)


@pytest.mark.parametrize("plot", list(PLOTS))
def test_an_svg_names_all_models_and_scenarios(made: Summary, tmp_path: Path, plot: str) -> None:
    save_plot(made, tmp_path / "plot.svg", plot)
    root = ET.parse(tmp_path / "plot.svg").getroot()
    words = [element.text or "" for element in root.iter(TEXT)]
    assert [word for word in words if word in MODELS] == [*MODELS]
    assert [word.partition(":")[0] for word in words if word.partition(":")[0] in SCENARIOS] == [*SCENARIOS]
    assert float(root.get("width", "0").removesuffix("pt")) == pytest.approx(3.3 * 72, abs=0.1)
    assert "date" not in ET.tostring(root, encoding="unicode").lower()


@pytest.mark.parametrize("plot", list(PLOTS))
def test_a_png_is_one_column_wide_and_in_colour(made: Summary, tmp_path: Path, plot: str) -> None:
    save_plot(made, tmp_path / "plot.png", plot)
    picture = Image.open(tmp_path / "plot.png").convert("RGB")
    assert picture.width == 990
    assert picture.getpixel((0, 0)) == (255, 255, 255)
    colours = {colour for _, colour in picture.getcolors(1 << 24) or ()}
    assert {(0x0B, 0x3C, 0x78), (0xE6, 0x84, 0x2A), (0x1C, 0x7A, 0x5A)} <= colours


@pytest.mark.parametrize("ending", list(ENDINGS))
def test_the_same_numbers_give_the_same_bytes(made: Summary, tmp_path: Path, ending: str) -> None:
    for name in ("a", "b"):
        save_plot(made, tmp_path / f"{name}{ending}")
    assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()


def test_a_pdf_is_one(made: Summary, tmp_path: Path) -> None:
    save_plot(made, tmp_path / "plot.PDF")
    assert (tmp_path / "plot.PDF").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("name", "plot", "words"),
    [
        ("plot.jpg", "forest", "must end in .svg, .png or .pdf"),
        ("plot", "forest", "must end in .svg, .png or .pdf"),
        ("nowhere/plot.svg", "forest", "there is no folder"),
        ("folder.svg", "forest", "is a folder"),
        ("plot.svg", "forrest", "Did you mean 'forest'?"),
    ],
)
def test_what_cannot_be_written_is_one_line(tmp_path: Path, name: str, plot: str, words: str) -> None:
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(InputError, match="--plot") as caught:
        check_plot(tmp_path / name, plot)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("plot", list(PLOTS))
def test_nothing_to_draw_writes_nothing(tmp_path: Path, plot: str) -> None:
    with pytest.raises(InputError, match="nothing to draw for"):
        save_plot(Summary(runs=(), arms=(), effects=()), tmp_path / "plot.svg", plot)
    assert list(tmp_path.iterdir()) == []


def test_between_runs_all_differences_are_drawn(tmp_path: Path) -> None:
    made = summary()
    between = tuple(
        e.model_copy(update={"primary": False, "arm": "text", "baseline": "text"}) for e in made.effects
    )
    save_plot(made.model_copy(update={"effects": between}), tmp_path / "plot.svg")
    words = {element.text for element in ET.parse(tmp_path / "plot.svg").getroot().iter(TEXT)}
    assert "text" in words
