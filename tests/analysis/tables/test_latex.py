"""LaTeX for one column of two: it compiles, nothing sticks out, tables have labels and short captions."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mgllm.analysis import Covariate, RunRecords, render, summarise
from mgllm.analysis.tables.latex import COLUMN, points
from mgllm.records import Summary

MakeRun = Callable[..., RunRecords]
PDFLATEX = shutil.which("pdflatex")
needs_latex = pytest.mark.skipif(PDFLATEX is None, reason="pdflatex is not installed")
LONG = "openai-compatible/a-company-with-a-name/its-model-3.5-405b-instruct-turbo-2026-11-01"


def compiled(body: str, folder: Path, options: str = "twocolumn") -> str:
    """The log of a paper with this body; a second pass finds the labels.

    Raises:
        AssertionError: LaTeX has found a mistake.
    """
    head = (
        f"\\documentclass[{options}]{{article}}\\usepackage[utf8]{{inputenc}}\\usepackage[T1]{{fontenc}}"
        "\\usepackage{booktabs}\\begin{document}"
    )
    labels = re.findall(r"\\label\{(.*?)\}", body)
    told = " ".join(rf"\ref{{{label}}}" for label in labels)
    (folder / "paper.tex").write_text(f"{head}\n{body}\n{{\\sloppy {told}\\par}}\\end{{document}}\n", "utf-8")
    for _ in range(2):
        made = subprocess.run(
            [str(PDFLATEX), "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
            cwd=folder, capture_output=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stdout.decode("latin-1")[-2000:]
    assert (folder / "paper.pdf").stat().st_size > 1000
    return (folder / "paper.log").read_text(encoding="latin-1")


@pytest.fixture(scope="module")
def many(made_run: MakeRun) -> Summary:
    """Three models with long names, five of 24 answers missing, two slices: some thousand numbers."""
    runs = [made_run(n, sizes=(3,) * 24, missing=0.2, model=f"{LONG}-{n}", id=str(n)) for n in range(3)]
    runs.append(made_run(7, sizes=(3,) * 24, labels=("win", "lose"), model="fake/4", id="4", made_up=True))
    halves = {("emotion", f"i{n:04d}"): "odd & rare" if n % 2 else "even" for n in range(72)}
    return summarise(runs, Covariate("half_of_it", halves))


@needs_latex
@pytest.mark.parametrize("brief", [True, False])
@pytest.mark.parametrize("options", ["twocolumn", "twocolumn,a4paper,11pt"])
def test_it_fits_one_column_of_two(many: Summary, tmp_path: Path, brief: bool, options: str) -> None:
    log = compiled(render(many, "tex", brief=brief), tmp_path, options)
    assert not re.findall(r"Overfull \\hbox.*", log)
    assert "Float too large" not in log
    assert "undefined" not in log
    assert "multiply defined" not in log


@needs_latex
def test_every_kind_of_summary_compiles(summary: Summary, tmp_path: Path) -> None:
    for shape in ("tables", "wide"):
        assert "Overfull \\hbox" not in compiled(render(summary, "tex", shape=shape), tmp_path)


@needs_latex
def test_six_thousand_numbers_compile(many: Summary, tmp_path: Path) -> None:
    """More floats than LaTeX can hold at once, and more rows than a page has."""
    text = render(many, "tex", shape="long")
    assert text.count(r"\begin{table}") > 52
    assert "Overfull \\hbox" not in compiled(text, tmp_path)


def test_labels_are_there_once_and_do_not_depend_on_the_order(many: Summary) -> None:
    text = render(many, "tex")
    labels = re.findall(r"\\label\{(.*?)\}", text)
    assert len(labels) == len(set(labels)) == text.count(r"\begin{table}")
    assert all(re.fullmatch(r"tab:mgllm-[a-z0-9-]+", label) for label in labels)
    wanted = ["tab:mgllm-models", "tab:mgllm-models-log-odds", "tab:mgllm-claims"]
    assert [label for label in labels if label in wanted] == wanted
    assert "tab:mgllm-outcomes-fake-4" in labels


def test_captions_are_short_and_notes_stand_below(many: Summary) -> None:
    text = render(many, "tex")
    captions = re.findall(r"\\caption\{(.*)\}", text)
    plain = [re.sub(r"\\allowbreak\{\}", "", caption) for caption in captions]
    assert "What was answered: fake/4" in plain
    assert max(len(caption.partition(": ")[0]) for caption in plain) <= 70
    assert r"\begin{table*}" not in text
    for block in re.findall(r"\\begin\{table\}.*?\\end\{table\}", text, re.S):
        if "minipage" in block:
            assert block.index(r"\begin{minipage}") > block.rindex(r"\end{tabular}")


def test_one_table_has_the_notes_that_a_reader_needs(many: Summary) -> None:
    text = render(many, "tex", tables=["claims"])
    assert re.findall(r"\\label\{(.*?)\}", text)[0] == "tab:mgllm-claims"
    assert "Verdict" not in text
    assert "made-up items" in text


@needs_latex
def test_letters_are_no_wider_than_we_think(tmp_path: Path) -> None:
    """In \\footnotesize of Computer Modern, the widest fonts of papers."""
    letters = [chr(code) for code in range(33, 127) if chr(code) not in "\\{}$&#^_~%"]
    lines = [rf"\settowidth{{\x}}{{{{}}{letter}}}\typeout{{W {ord(letter)} \the\x}}" for letter in letters]
    log = compiled("\\newlength{\\x}\\footnotesize\n" + "\n".join(lines) + "x", tmp_path)
    found = {chr(int(code)): float(width) for code, width in re.findall(r"W (\d+) ([\d.]+)pt", log)}
    assert set(found) == set(letters)
    for letter, width in found.items():
        assert width <= points(letter) + 0.01, letter
    assert COLUMN < 219


def test_hyphens_stay_hyphens_and_quotations_open(made_run: MakeRun) -> None:
    summary = summarise([made_run(1, ethics="asked with --limit, 'win' it's said")])
    assert r"asked with -{}-limit, `win' it's said" in render(summary, "tex")
