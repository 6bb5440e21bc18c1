"""The wide and the long shape, and LaTeX that compiles."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from mgllm.analysis import Covariate, RunRecords, render, summarise
from mgllm.analysis.tables.long import numbers
from mgllm.errors import InputError
from mgllm.records import Summary
from tests.analysis.tables.readers import markdown_titled

MakeRun = Callable[..., RunRecords]
ENGINE = next((found for name in ("tectonic", "pdflatex") if (found := shutil.which(name))), None)


@pytest.fixture(scope="module")
def summary(made_run: MakeRun) -> Summary:
    runs = [
        made_run(1, sizes=(3,) * 24, missing=0.1),
        made_run(2, sizes=(3,) * 24, model="fake/two", id="two"),
    ]
    sexes = {("emotion", f"i{n:04d}"): "F" if n // 3 % 2 else "M" for n in range(72)}
    return summarise(runs, Covariate("sex", sexes))


@pytest.mark.parametrize("form", ["md", "csv", "tex", "html"])
@pytest.mark.parametrize("shape", ["tables", "wide", "long"])
def test_the_same_summary_gives_the_same_bytes(summary: Summary, form: str, shape: str) -> None:
    again = Summary.model_validate_json(summary.model_dump_json(by_alias=True))
    assert render(again, form, shape=shape) == render(summary, form, shape=shape)


def test_the_order_of_records_moves_no_byte(made_run: MakeRun) -> None:
    run = made_run(3, missing=0.1)
    backwards = RunRecords(run.manifest, run.records[::-1])
    for shape in ("tables", "wide", "long"):
        assert render(summarise([backwards]), "md", shape=shape) == render(
            summarise([run]), "md", shape=shape
        )
    assert render(summarise([backwards]), "json") == render(summarise([run]), "json")


def test_long_has_every_number_on_a_line_of_its_own(summary: Summary) -> None:
    lines = list(csv.DictReader(StringIO(render(summary, "csv", shape="long"))))
    assert len(lines) == len(numbers(summary))
    keys = [tuple(line[name] for name in (*line,)[:11]) for line in lines]
    assert len(set(keys)) == len(keys)
    for effect in summary.effects:
        (line,) = [
            each
            for each in lines
            if each["about"] == "effect"
            and (each["arm"], each["baseline"]) == (effect.arm, effect.baseline)
            and (each["metric"], each["model"]) == (effect.metric, effect.row.model)
        ]
        assert float(line["value"]) == effect.difference
        assert effect.interval is None or float(line["low"]) == effect.interval[0]
        assert int(line["n"]) == effect.pairs
    assert {line["slice"] for line in lines if line["about"] == "slice"} == {"sex=F", "sex=M"}
    assert {"position_1", "refused"} <= {line["metric"] for line in lines if line["about"] == "bias"}


def test_wide_has_a_contrast_on_a_line(summary: Summary) -> None:
    tables = markdown_titled(render(summary, "md", shape="wide"))
    header, *rows = next(grid for title, grid in tables if title.startswith("Differences [95 %]"))
    contrasts = {(e.arm, e.baseline) for e in summary.effects}
    assert len(rows) == len(contrasts)
    for effect in summary.effects:
        if effect.row.model == "fake/one" and effect.metric == "auc":
            (row,) = [r for r in rows if r[0] == f"{effect.arm}−{effect.baseline}"]
            assert row[header.index("AUC")].startswith(f"{effect.difference:+.3f}".replace("-", "−"))


def test_csv_tells_of_flips_bias_slices_and_regressions(summary: Summary) -> None:
    rows = list(csv.DictReader(StringIO(render(summary, "csv"))))
    by_table = {name: [row for row in rows if row["table"] == name] for name in {r["table"] for r in rows}}
    assert [int(row["gained"]) for row in by_table["flips"]] == [flips.gained for flips in summary.flips]
    assert len(by_table["bias"]) == len(summary.bias)
    assert {row["slice"] for row in by_table["slice_effects"]} == {"sex=F", "sex=M"}
    assert len(by_table["gee"]) == len(summary.gee[0].terms)
    text = next(row for row in by_table["bias"] if row["arm"] == "text")
    bias = next(row for row in summary.bias if row.arm == "text")
    assert float(text["position_1"]) == bias.positions[0].value


def test_an_unknown_shape_is_refused(summary: Summary) -> None:
    with pytest.raises(InputError, match="unknown shape 'wider'"):
        render(summary, "md", shape="wider")


@pytest.mark.skipif(ENGINE is None, reason="neither tectonic nor pdflatex is installed")
def test_latex_compiles(summary: Summary, tmp_path: Path) -> None:
    body = "\n\\clearpage\n".join(render(summary, "tex", shape=s) for s in ("tables", "wide", "long"))
    paper = tmp_path / "paper.tex"
    head = (
        "\\documentclass{article}\\usepackage[utf8]{inputenc}\\usepackage{booktabs,graphicx}\\begin{document}"
    )
    paper.write_text(f"{head}\n{body}\n\\end{{document}}\n", encoding="utf-8")
    assert ENGINE is not None
    words = [ENGINE, "paper.tex"] if "tectonic" in ENGINE else [ENGINE, "-halt-on-error", "paper.tex"]
    made = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout[-2000:]
    assert (tmp_path / "paper.pdf").stat().st_size > 1000
    log = tmp_path / "paper.log"
    if log.is_file():  # tectonic keeps none
        told = log.read_text(encoding="latin-1")
        assert "Float too large" not in told
        assert not re.search(r"Overfull \\hbox \((\d{2,})\.", told)
