"""Pictures: colours are the page's, letters stay letters, numbers beneath are those of the summary."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from markupsafe import Markup

from mgllm.commands._page_content import PageOptions, page_content, read_runs
from mgllm.pages.plots.look import ACCENT
from mgllm.pages.plots.svg import drawing, new_figure, to_svg
from mgllm.pages.report.calibration import calibration_section
from mgllm.pages.report.confusion import confusion_section
from mgllm.pages.report.dose import _apart, dose_section
from mgllm.pages.report.forest import forest_section
from mgllm.pages.report.page import run_facts
from mgllm.pages.report.places import _top, places_section
from mgllm.pages.report.section import PageContent, Picture, Section, names_of, picture_per_row
from mgllm.records import ArmSummary, RowName, Share
from mgllm.store import RunWriter
from mgllm.testing.made_run import MadeRun, write_made_run
from tests.analysis.dosed import dosed_run

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
    known = ("ink", "faint", "accent", "paper", "series0")
    assert names <= {f"{kind}-{name}" for kind in ("fill", "stroke") for name in known}
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
    effects.sort(key=lambda effect: effect.metric != "accuracy")  # a panel after the other
    for row, effect in zip(table.rows, effects, strict=True):
        numbers = [float(n.replace("−", "-")) for n in re.findall(r"[+−]?[\d.]+", row[2])]
        factor = 100 if effect.metric == "accuracy" else 1
        assert effect.interval is not None
        wanted = [factor * (effect.difference or 0), *(factor * end for end in effect.interval)]
        assert numbers == pytest.approx(wanted, abs=0.051 if factor == 100 else 0.0051)
        assert row[5:7] == (str(effect.pairs), str(effect.subjects))
        assert row[7] == "; ".join(effect.flags)


def test_places_are_those_of_the_tables(content: PageContent) -> None:
    table = made_by(places_section, content).pictures[0].tables[0]
    laid = next(t for ts in content.other_tables.values() for t in ts if t.title.startswith("Position bias"))
    first = {(row[0], row[2], row[3]) for row in table.rows if row[1] == "1"}
    assert first == {(row[0], *row[-2:]) for row in laid.rows}
    assert {row[5] for row in table.rows} == {"2"}


def test_one_order_has_no_places(content: PageContent) -> None:
    bias = tuple(row.model_copy(update={"orders": 1}) for row in content.summary.bias)
    assert places_section(replace(content, summary=content.summary.model_copy(update={"bias": bias}))) is None


def test_the_calibration_error_is_the_tables(tmp_path: Path) -> None:
    run = write_made_run(tmp_path / "run", MadeRun(items=120, arms=("text", "text+mg"), missing=0))
    content = page_content(read_runs([run], PageOptions()), PageOptions())
    remarks = made_by(calibration_section, content).pictures[0].tables[0].remarks
    for remark, arm in zip(remarks, content.summary.arms, strict=True):
        assert f"expected calibration error {100 * (arm.calibration_error or 0):.1f} points." in remark


def test_too_few_items_for_calibration_are_said(content: PageContent) -> None:
    few = tuple(c.model_copy(update={"bins": (), "n": 7}) for c in content.figures.calibrations)
    section = made_by(
        calibration_section,
        replace(content, figures=content.figures.model_copy(update={"calibrations": few})),
    )
    assert section.pictures == ()
    assert section.lead.startswith(
        "Not drawn, because a group needs ten items with probabilities: text (7), "
    )
    some = (*content.figures.calibrations[:1], *few[1:2])
    figures = content.figures.model_copy(update={"calibrations": some})
    section = made_by(calibration_section, replace(content, figures=figures))
    assert len(section.pictures) == 1
    assert section.lead.endswith("text+mg (7).")


@pytest.mark.parametrize("maker", [calibration_section, confusion_section, places_section, dose_section])
def test_what_takes_the_ground_stands_beneath(maker: object, content: PageContent) -> None:
    flags = {"text+mg": ("leaked: 3 of 60 records", "few subjects: 9.0 effective")}
    arms = tuple(arm.model_copy(update={"flags": flags.get(arm.arm, ())}) for arm in content.summary.arms)
    flagged = replace(content, summary=content.summary.model_copy(update={"arms": arms}))
    assert made_by(maker, flagged).pictures[0].remarks == ("text+mg: leaked: 3 of 60 records.",)
    assert made_by(maker, content).pictures[0].remarks == ()


def test_one_row_needs_no_name_and_several_are_named_by_what_differs(content: PageContent) -> None:
    row = content.summary.arms[0].row
    others = [row.model_copy(update={"model": "other"}), row.model_copy(update={"scenario": "interview"})]
    assert list(names_of([row, row]).values()) == [""]
    assert list(names_of([row, others[0]]).values()) == [row.model, "other"]
    names = list(names_of([row, *others]).values())
    assert names == [f"emotion · {row.model}", "emotion · other", f"interview · {row.model}"]
    assert made_by(confusion_section, content).pictures[0].caption == ""


def test_a_picture_stands_for_each_row(content: PageContent) -> None:
    other = content.summary.arms[0].row.model_copy(update={"model": "other"})
    arms = [arm.model_copy(update={"row": row}) for arm in content.summary.arms for row in (arm.row, other)]
    drawn: list[tuple[str, RowName, list[str]]] = []

    def draw(name: str, row: RowName, found: list[ArmSummary]) -> Picture | None:
        drawn.append((name, row, [arm.arm for arm in found]))
        return Picture("", Markup(), ()) if row == other else None

    assert len(picture_per_row("x", arms, draw)) == 1
    names = [arm.arm for arm in content.summary.arms]
    assert drawn == [("x0", content.summary.arms[0].row, names), ("x1", other, names)]


def test_the_dose_goes_from_true_to_wrong_gestures(content: PageContent) -> None:
    table = made_by(dose_section, content).pictures[0].tables[0]
    assert [(row[0], row[1]) for row in table.rows] == [
        *(("text+mg", "0"), ("text+noisy@0.5", "0.5")),
        *(("text", ""), ("text+shuffled", "")),
    ]


def test_without_noisy_arms_there_is_no_dose(tmp_path: Path) -> None:
    run = write_made_run(tmp_path / "run", MadeRun(items=12))
    assert dose_section(page_content(read_runs([run], PageOptions()), PageOptions())) is None


def test_names_of_levels_do_not_lie_on_each_other() -> None:
    assert _apart([40.0, 41.0, 60.0], 5.0) == pytest.approx([40 - 4 / 3, 45 - 4 / 3, 60 - 4 / 3])
    assert _apart([40.0, 60.0], 5.0) == [40.0, 60.0]
    assert _apart([], 5.0) == []


@pytest.mark.parametrize(("highest", "top"), [(0.2, 25), (0.3, 50), (0.51, 100), (1.0, 100)])
def test_a_row_of_places_is_as_high_as_it_must_be(content: PageContent, highest: float, top: int) -> None:
    row = content.summary.bias[0]
    shares = (Share(value=0.1, interval=(0.0, highest)), Share(value=0.1))
    assert _top([row.model_copy(update={"positions": shares, "targets": (0.1, 0.1)})]) == top


def test_what_two_runs_were_asked_alike_is_told_once(content: PageContent) -> None:
    (run,) = content.runs
    (asked,) = run.manifest.scenarios
    other = asked.model_copy(update={"items_sha256": "another"})
    manifests = [
        run.manifest.model_copy(update={"model": "two"}),
        run.manifest.model_copy(update={"model": "three", "scenarios": (other,)}),
    ]
    facts = run_facts([run, *(replace(run, manifest=manifest) for manifest in manifests)])
    assert [each.same_as for each in facts] == [None, run.manifest.model, None]
    assert [each.scenarios is None for each in facts] == [False, True, False]


def measured(tmp_path: Path, **changes: Any) -> PageContent:
    """A run with gestures made wrong whose F1 was measured."""
    made = dosed_run(**changes)
    with RunWriter(tmp_path, stores_text=True) as writer:
        writer.write_manifest(made.manifest)
        for record in made.records:
            writer.append(record)
    return page_content(read_runs([tmp_path], PageOptions()), PageOptions())


def test_the_axis_is_the_f1_that_was_measured(tmp_path: Path) -> None:
    """F15: with a confusion file the level of an arm is not the share of names replaced."""
    section = made_by(dose_section, measured(tmp_path, confusion_sha256="0"))
    (picture,) = section.pictures
    for svg in (picture.svg, picture.narrow):
        assert "F1 of the gestures shown" in str(svg)
        assert "replaced" not in str(svg)
    assert "F1" in picture.tables[0].header
    assert "F1 against the annotated ones" in section.lead


@pytest.mark.parametrize("confusion", [None, "0"])
def test_without_f1_the_axis_says_what_the_level_is(content: PageContent, confusion: str | None) -> None:
    (run,) = content.runs
    manifest = run.manifest.model_copy(update={"confusion_sha256": confusion})
    section = made_by(dose_section, replace(content, runs=[replace(run, manifest=manifest)]))
    axis = section.pictures[0].tables[0].header[1]
    assert axis in str(section.pictures[0].svg)
    assert ("replaced" in axis) == (confusion is None)
    assert ("as the confusion file says" in axis) == (confusion is not None)
