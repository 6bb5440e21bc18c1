"""Names that strangers chose: models, labels, subjects, gestures and ethics stay text in every format."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from html import escape
from io import StringIO

import pytest
from hypothesis import given, strategies as st

from mgllm.analysis import Covariate, RunRecords, lay_out, narrate, render, summarise
from mgllm.analysis.tables import html, latex, markdown
from mgllm.analysis.tables.columns import Table, TableSpec
from mgllm.analysis.tables.sections import Layout, Report, Section
from mgllm.records import AttributedGesture, Attribution, Summary
from tests.analysis.tables.readers import READERS, bare

MakeRun = Callable[..., RunRecords]
NAMES = {
    "bars": "a|b||c",
    "ampersands": "R&D &amp; &#60;b&#62;",
    "percent": "50% & $x_{1}^2$ ~ #",
    "script": "<script>alert('x')</script>",
    "image": '"><img src=x onerror="alert(1)">',
    "two lines": "first\nsecond\r\n| third | \n# fourth",
    "bidi": "abc\u202edcba\u202c \u2066x\u2069",
    "backslashes": "C:\\new\\table \\input{/etc/passwd}",
    "formula": "=HYPERLINK(1)",
    "stars": "*b* **s** `code` _i_ __u__ ~~gone~~ [x](y)",
    "quotes": 'say "no", it\'s',
    "letters": "Größe 微表情 ‘é’",
}


def oneline(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module", params=NAMES, ids=str)
def named(made_run: MakeRun, request: pytest.FixtureRequest) -> tuple[str, Summary]:
    """A stranger's word as model, label, covariate's value, gesture, wording and ethics."""
    name = NAMES[request.param]
    run = made_run(
        1, sizes=(2,) * 11, model=name, labels=("win", name), ethics=name, paraphrase=name,
        arms_left_out={"text+oracle": name},
    )  # fmt: skip
    values = {("emotion", r.item): name if int(r.item[1:]) % 3 else "other" for r in run.records}
    summary = summarise([run], Covariate(name, values))
    gesture = AttributedGesture(name=name, members=(name,), items=5, subjects=4)
    effect = summary.effects[0].model_copy(update={"primary": False, "q": 0.01, "flags": (name,)})
    told = Attribution(
        row=effect.row, gesture=gesture, way="added", effect=effect, gained=1, lost=0, pulls={name: 1.0}
    )
    return name, summary.model_copy(update={"attribution": (told,)})


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize("shape", ["tables", "wide", "long"])
def test_cells_come_back_as_they_went_in(named: tuple[str, Summary], form: str, shape: str) -> None:
    name, summary = named
    report = lay_out(summary, Layout(shape=shape))
    tables = [*report.head, *(table for section in report.sections for table in section.tables)]
    found = READERS[form](render(summary, form, shape=shape))
    assert found == [bare([table.header, *table.rows]) for table in tables]
    squeezed = "".join(name.split())
    assert any(squeezed in cell for table in found for row in table for cell in row) or shape == "wide"


def test_html_has_the_tags_of_tables_alone(named: tuple[str, Summary]) -> None:
    name, summary = named
    text = render(summary, "html")
    known = {"h2", "table", "caption", "thead", "tbody", "tr", "th", "td", "ul", "li", "strong"}
    assert set(re.findall(r"<(\w+)", text)) <= known
    assert set(re.findall(r"<\w+ ([^>]*)>", text)) <= {'scope="col"', 'scope="row"'}
    assert escape(name) in text


def test_markdown_has_neither_tags_nor_stray_bars(named: tuple[str, Summary]) -> None:
    _, summary = named
    text = render(summary, "md")
    assert not re.search(r"(?<!\\)<[A-Za-z/!]", text)
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in block.splitlines()}) == 1
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert len(headings) == text.count("\n## ") + text.count("\n### ") + text.startswith("## ")
    assert not [line for line in headings if line.startswith("# ")]


def test_latex_has_no_command_but_its_own(named: tuple[str, Summary]) -> None:
    _, summary = named
    text = render(summary, "tex")
    commands = set(re.findall(r"\\([a-zA-Z]+)", text))
    own = {
        *("usepackage", "documentclass", "begin", "end", "centering", "footnotesize", "sloppy", "caption"),
        *("setlength", "tabcolsep", "label", "columnwidth", "raggedright", "paragraph", "hspace"),
        *("toprule", "midrule", "bottomrule", "par", "smallskip", "medskip", "textbf", "item", "allowbreak"),
        *("textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater", "textbar", "pm"),
        *("textperiodcentered", "dots", "clearpage", "times"),
    }
    assert commands <= own
    lines = [line for line in text.splitlines() if not line.startswith("%")]
    assert not [line for line in lines if re.search(r"(?<!\\)[#~^]", line)]
    plain = re.sub(r"\\[\\&%$#_{}]", "", "\n".join(lines))
    assert plain.count("{") == plain.count("}")
    assert "%" not in plain


def test_csv_and_json_keep_every_letter(named: tuple[str, Summary]) -> None:
    name, summary = named
    rows = list(csv.DictReader(StringIO(render(summary, "csv"), newline="")))
    said = f"'{name}" if name.startswith("=") else name  # a spreadsheet would run it
    assert {row["model"] for row in rows} == {said}
    assert all(f"answer_shares_{name}" in row for row in rows)
    long = list(csv.DictReader(StringIO(render(summary, "csv", shape="long"), newline="")))
    assert {row["model"] for row in long} == {said}
    assert f"{said}={name}" in {row["slice"] for row in long}
    assert json.loads(render(summary, "json"))["arms"][0]["row"]["model"] == name
    assert Summary.model_validate_json(render(summary, "json")) == summary


def test_words_name_the_gesture_as_it_is(named: tuple[str, Summary]) -> None:
    name, summary = named
    (account,) = narrate(summary)
    assert any(f"{name}, shown alone: " in sentence for sentence in account.sentences)
    assert name in account.heading


@given(text=st.text())
def test_any_text_is_one_line_of_markdown(text: str) -> None:
    found = markdown.escape(text)
    assert found.split() == found.split(" ") or found == ""
    assert not re.search(r"(?<!\\)(\\\\)*[|`*]", found)
    assert re.sub(r"\\([\\|`*<&(_~])", r"\1", found) == oneline(text)


@given(text=st.text())
def test_any_text_is_balanced_latex(text: str) -> None:
    found = latex.escape(text)
    plain = re.sub(r"\\[&%$#_{}]", "", found)
    assert plain.count("{") == plain.count("}")
    assert plain.count("$") % 2 == 0
    assert not re.search(r"[&%#_~^<>|]", plain)
    assert "\n" not in found


Write = Callable[[str, Report], str]


@pytest.fixture
def write(monkeypatch: pytest.MonkeyPatch, made_run: MakeRun) -> Write:
    """A report of our own in a format, instead of that of a summary."""
    summary = summarise([made_run(1)])

    def written(form: str, made: Report) -> str:
        for module in (html, latex, markdown):
            monkeypatch.setattr(module, "lay_out", lambda *_: made)
        return render(summary, form)

    return written


def report(*remarks: str, rows: int = 2, strong: tuple[str, ...] = ()) -> Report:
    table = Table("Things", ("name", "n"), tuple((f"r{n}", str(n)) for n in range(rows)), 1, remarks, strong)
    return Report((), (Section("About", (table,)),), ())


def test_a_remark_that_begins_like_a_list_is_no_list(write: Write) -> None:
    for start in "#>+-":
        text = write("md", report(f"{start} not markup"))
        assert rf"- \{start} not markup" in text


def test_strong_lines_are_strong_in_each_format(write: Write) -> None:
    made = report("plain", strong=("bold & sure",))
    assert "- plain\n- **bold & sure**" in write("md", made)
    assert "plain\\par\n\\textbf{bold \\& sure}\\par" in write("tex", made)
    assert "<li>plain</li>\n<li><strong>bold &amp; sure</strong></li>" in write("html", made)


def test_long_remarks_are_wrapped_and_indented(write: Write) -> None:
    text = write("md", report("word " * 60))
    lines = [line for line in text.splitlines() if "word" in line]
    assert len(lines) == 4
    assert lines[0].startswith("- word")
    assert all(line.startswith("  word") for line in lines[1:])
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(("rows", "parts"), [(0, 1), (1, 1), (40, 1), (41, 2), (120, 3), (121, 4)])
def test_long_latex_tables_are_cut_into_pages(write: Write, rows: int, parts: int) -> None:
    text = write("tex", report("remark", rows=rows))
    assert text.count(r"\begin{table}") == text.count(r"\end{table}") == parts
    assert text.count("(continued)") == parts - 1
    assert text.count("remark\\par") == 1
    assert text.index("remark") > text.rindex(r"\end{tabular}")
    found = READERS["tex"](text)[0]
    assert [row[0] for row in found[1:]] == [f"r{n}" for n in range(rows)]


def test_a_cell_that_opens_a_bracket_is_no_spacing(write: Write) -> None:
    """After a LaTeX line break "[" would begin an optional length."""
    table = Table("T", ("name", "n"), (("[1.0, 2.0]", "1"),), 1)
    text = write("tex", Report((), (Section("S", (table,)),), ("[also] a note",)))
    assert "\n{}[1.0, 2.0] & 1 \\\\" in text
    assert r"\item {}[also] a note" in text


def test_a_column_that_is_empty_everywhere_is_left_out() -> None:
    spec = TableSpec[int](
        "Numbers",
        names=1,
        columns=[
            ("name", lambda _: ""),
            ("odd", lambda n: "yes" if n % 2 else ""),
            ("huge", lambda n: "yes" if n > 9 else ""),
        ],
    )
    assert spec.table([1, 2]).header == ("name", "odd")
    assert spec.table([1, 2]).rows == (("", "yes"), ("", ""))
    assert spec.table([2, 4]).header == ("name",)
    assert spec.table([12], ["r"], ["s"]).header == ("name", "huge")
    assert (spec.table([12], ["r"], ["s"]).remarks, spec.table([1], [], ["s"]).strong) == (("r",), ("s",))
