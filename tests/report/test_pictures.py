"""Pictures: colours are the page's, letters stay letters, numbers beneath are those of the summary."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mgllm.flows.report import PageOptions, page_content, read_runs
from mgllm.report.calibration import calibration_section
from mgllm.report.confusion import confusion_section
from mgllm.report.content import PageContent
from mgllm.report.dose import dose_section
from mgllm.report.forest import forest_section
from mgllm.report.places import places_section
from mgllm.report.section import Section
from mgllm.report.svg import ACCENT, drawing, new_figure, to_svg
from mgllm.testing.made_run import MadeRun, write_made_run

MAKERS = (forest_section, calibration_section, confusion_section, places_section, dose_section)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> PageContent:
    made = MadeRun(items=60, arms=("none", "text", "text+mg", "text+shuffled", "text+noisy@0.5"))
    run = write_made_run(tmp_path_factory.mktemp("pictures") / "run", made)
    return page_content(read_runs([run], PageOptions()), PageOptions())


def made_by(maker: object, content: PageContent) -> Section:
    assert callable(maker)
    section = maker(content)
    assert isinstance(section, Section)
    return section


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_a_picture_has_the_pages_colours_and_its_numbers(maker: object, content: PageContent) -> None:
    (picture,) = made_by(maker, content).pictures
    root = ET.fromstring(str(picture.svg))
    for element in root.iter():
        assert "style" not in element.attrib
        for key in ("fill", "stroke"):
            assert element.get(key, "none") == "none", ET.tostring(element)
    names = {name for element in root.iter() for name in element.get("class", "").split()}
    assert names <= {f"{kind}-{name}" for kind in ("fill", "stroke") for name in ("ink", "faint", "accent")}
    assert root[0].tag.endswith("title")
    assert len(root[1].text or "") > 40
    assert picture.tables[0].rows


def test_letters_stay_letters_and_are_no_mathematics() -> None:
    def draw() -> str:
        with drawing():
            figure, axes = new_figure(2, 2)
            axes[0, 0].set_title("a $x^2$ & <b>")
            axes[0, 0].plot([0, 1], [0, 1], color=ACCENT)
            return to_svg(figure, "one", "Title & <b>", "Words")

    svg = draw()
    assert svg == draw()
    assert "a $x^2$ &amp; &lt;b&gt;" in svg
    assert "<b>" not in svg
    assert 'class="stroke-accent"' in svg


def test_the_forest_tells_the_effects(content: PageContent) -> None:
    table = made_by(forest_section, content).pictures[0].tables[0]
    effects = [e for e in content.summary.effects if e.metric in ("accuracy", "log_odds")]
    assert len(table.rows) == len(effects)
    for row, effect in zip(table.rows, effects, strict=True):
        numbers = [float(n.replace("−", "-")) for n in re.findall(r"[+−]?[\d.]+", row[2])]
        factor = 100 if effect.metric == "accuracy" else 1
        assert effect.interval is not None
        wanted = [factor * (effect.difference or 0), *(factor * end for end in effect.interval)]
        assert numbers == pytest.approx(wanted, abs=0.051 if factor == 100 else 0.0051)
        assert row[5:] == (str(effect.pairs), str(effect.subjects))


def test_the_dose_goes_from_true_to_wrong_gestures(content: PageContent) -> None:
    table = made_by(dose_section, content).pictures[0].tables[0]
    assert [(row[0], row[1]) for row in table.rows] == [
        *(("text+mg", "0"), ("text+noisy@0.5", "0.5")),
        *(("text", ""), ("text+shuffled", "")),
    ]


def test_without_noisy_arms_there_is_no_dose(tmp_path: Path) -> None:
    run = write_made_run(tmp_path / "run", MadeRun(items=12))
    assert dose_section(page_content(read_runs([run], PageOptions()), PageOptions())) is None
