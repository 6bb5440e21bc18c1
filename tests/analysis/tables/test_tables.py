"""Tables: the same bytes each time, everything escaped, narrow enough to read."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from io import StringIO

import pytest

from mgllm.analysis import RunRecords, render, summarise
from mgllm.analysis.tables.latex import escape as latex_escape
from mgllm.analysis.tables.markdown import escape as markdown_escape
from mgllm.analysis.wording import number, p_words
from mgllm.errors import InputError
from mgllm.records import ShuffleStats, Summary
from tests.analysis.tables.readers import markdown_tables

MakeRun = Callable[..., RunRecords]
HOSTILE = "ev|il & 50% $x_1$ {a} ~^ \\ <script>alert(1)</script> `b` *c*"


@pytest.fixture(scope="module")
def summary(made_run: MakeRun) -> Summary:
    return summarise([made_run(1, missing=0.1, made_up=True)])


@pytest.fixture(scope="module")
def hostile(made_run: MakeRun) -> Summary:
    return summarise([made_run(1, model=HOSTILE, ethics=HOSTILE, labels=("win", HOSTILE))])


@pytest.mark.parametrize("form", ["md", "csv", "tex", "html", "json"])
def test_the_same_records_give_the_same_bytes(made_run: MakeRun, summary: Summary, form: str) -> None:
    again = summarise([made_run(1, missing=0.1, made_up=True)])
    assert render(again, form) == render(summary, form)
    assert render(summary, form).endswith("\n")


def test_an_unknown_format_is_refused(summary: Summary) -> None:
    with pytest.raises(InputError, match="unknown format 'markdown'"):
        render(summary, "markdown")


def test_json_is_the_summary(summary: Summary) -> None:
    text = render(summary, "json")
    assert json.loads(text)["schema"] == "mgllm.summary/1"
    assert Summary.model_validate_json(text) == summary


def test_markdown_is_aligned_and_narrow(summary: Summary) -> None:
    lines = render(summary, "md", margin=0.05).splitlines()
    assert max(map(len, lines)) <= 80
    tables = re.findall(r"(?:^\|.*\n)+", "\n".join(lines) + "\n", re.M)
    assert len(markdown_tables("\n".join(lines) + "\n")) == 12
    for table in tables:
        rows = table.splitlines()
        assert len({len(row) for row in rows}) == 1
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


def test_every_number_of_the_summary_is_in_the_markdown(summary: Summary) -> None:
    text = render(summary, "md")
    for arm in summary.arms:
        assert re.search(
            rf"\| {re.escape(arm.arm)} +\| +{arm.n} \| +{arm.subjects} \| +{arm.answered} \|", text
        )
        if arm.accuracy is not None:
            assert f" {100 * arm.accuracy:.1f} [" in text
    first = summary.effects[0]
    assert first.interval is not None
    low, high = (f"{100 * end:.1f}".replace("-", "−") for end in first.interval)
    assert f"{100 * (first.difference or 0):+.1f} [{low}, {high}]".replace("+-", "−") in text
    for claim in summary.claims:
        assert claim.words.split(";")[0] in " ".join(text.split())
    for note in summary.notes:
        assert note in " ".join(text.split())


def test_brief_leaves_out_checks_and_exploration(summary: Summary) -> None:
    text = render(summary, "md", brief=True)
    assert "Exploratory" not in text
    assert "sign-flip" not in text
    assert "What was answered" not in text
    assert text.startswith("## Verdict: emotion (made-up items)\n\n- Accuracy ")
    order = [text.index(part) for part in ("Verdict", "Accuracy by model and arm", "### Claim", "## Notes")]
    assert order == sorted(order)


def test_only_supported_claims_are_bold(made_run: MakeRun) -> None:
    strong = render(summarise([made_run(1, effect=4.0)]), "md")
    assert re.search(r"- \*\*Claim, accuracy: supported", strong)
    weak = render(summarise([made_run(1, effect=0.2)]), "md")
    assert "**" not in weak
    assert re.search(r"none shown: .* effects\s+beyond", weak, re.DOTALL)


def test_hostile_text_stays_text_in_markdown(hostile: Summary) -> None:
    text = render(hostile, "md")
    assert "<script" not in text.replace("\\<script", "")
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in block.splitlines()}) == 1


class Tags(HTMLParser):
    """Collects tags and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_hostile_text_stays_text_in_html(hostile: Summary) -> None:
    tags = Tags()
    tags.feed(render(hostile, "html"))
    assert "script" not in tags.tags
    assert HOSTILE in tags.text


def test_hostile_text_stays_text_in_latex(hostile: Summary) -> None:
    text = render(hostile, "tex")
    assert latex_escape(HOSTILE) in text.replace(r"\allowbreak{}", "")
    body = re.sub(r"\\[&%$#_{}]", "", text)
    assert body.count("{") == body.count("}")
    assert body.count("$") % 2 == 0
    assert not re.search(r"(?<!\\)[#^~]", body)
    assert text.count(r"\toprule") == text.count(r"\bottomrule") >= text.count(r"\begin{table}") > 4


def test_latex_rows_have_as_many_cells_as_columns(summary: Summary) -> None:
    for columns, body in re.findall(
        r"\\begin\{tabular\}\{(\w+)\}(.*?)\\end\{tabular\}", render(summary, "tex"), re.S
    ):
        rows = [line for line in body.splitlines() if line.endswith(r"\\")]
        assert {len(re.split(r"(?<!\\)&", row)) for row in rows} == {len(columns)}


def test_csv_holds_plain_numbers(summary: Summary) -> None:
    rows = list(csv.DictReader(StringIO(render(summary, "csv"))))
    assert [row["table"] for row in rows].count("arms") == len(summary.arms)
    effects = [row for row in rows if row["table"] == "effects"]
    assert len(effects) == len(summary.effects)
    for row, effect in zip(effects, summary.effects, strict=True):
        assert (row["arm"], row["metric"], int(row["pairs"])) == (effect.arm, effect.metric, effect.pairs)
        assert float(row["difference"]) == effect.difference
        assert effect.interval is None or float(row["interval_low"]) == effect.interval[0]
    shares = [row["answer_shares_win"] for row in rows if row["table"] == "arms"]
    assert [float(share) for share in shares] == [arm.answer_shares["win"] for arm in summary.arms]


def test_notes_say_what_a_reader_must_know(made_run: MakeRun) -> None:
    shuffle = ShuffleStats(
        epoch=0, shuffle=0, items=24, same_item=0, same_subject=2, same_target=13, same_target_expected=12.0,
        target_cells_off=0, same_cues=1, mean_count_difference=0.4,
    )  # fmt: skip
    run = made_run(
        1,
        made_up=True,
        noun="nonverbal displays",
        subject_known=False,
        arms_left_out={"text+oracle": "text+mg already shows annotated gestures"},
    )
    (scenario,) = run.manifest.scenarios
    scenario = scenario.model_copy(update={"shuffles": (shuffle,)})
    manifest = run.manifest.model_copy(update={"scenarios": (scenario,), "dropped_parameters": ("logprobs",)})
    notes = "\n".join(summarise([RunRecords(manifest, run.records)]).notes)
    for part in (
        "made-up items: shows that the tool works, says nothing about gestures or models",
        "the cues are nonverbal displays, not micro-gestures",
        "clustered by recording",
        "text+mg shows annotated nonverbal displays",
        "text+oracle left out: text+mg already shows annotated gestures",
        "share of donors with the same target 0.542 (by chance 0.500); donor is the same person: 2, "
        "donor has",
        "the server does not accept logprobs",
        "Not for use on people.",
    ):
        assert part in notes


def test_few_subjects_constant_answers_and_leaks_stand_beneath_their_table(made_run: MakeRun) -> None:
    run = made_run(1, sizes=(3,) * 7, cue_source="recognized", scored=False, score="generate")
    records = [
        r.model_copy(update={"cue_source": "recognized", "exposure": "in_sample", "answer": "win"})
        if r.arm == "text+mg"
        else r
        for r in run.records
    ]
    text = " ".join(render(summarise([RunRecords(run.manifest, records)]), "md").split())
    assert "Few subjects: 7.0 effective: all rows." in text
    assert "text+mg: constant answer: all 21 answers are 'win'." in text
    assert "text+mg: in 21 of 21 records the recogniser was trained on the subject: a LEAK" in text

    assert "| win 100, lose 0 | recognized, in_sample |" in text
    two = [r.model_copy(update={"exposure": "held_out"}) if r.item == records[0].item else r for r in records]
    text = " ".join(render(summarise([RunRecords(run.manifest, two)]), "md").split())
    assert "| recognized, 1 held_out, 20 in_sample |" in text


@pytest.mark.parametrize(
    ("value", "digits", "plus", "words"),
    [(-1.26, 1, False, "−1.3"), (4.21, 1, True, "+4.2"), (-0.04, 1, True, "0.0"), (None, 1, True, "")],
)
def test_numbers_have_true_minus_signs(value: float | None, digits: int, plus: bool, words: str) -> None:
    assert number(value, digits, plus=plus) == words


def test_p_values_are_written_to_three_decimals() -> None:
    assert [p_words(p) for p in (None, 0.0001, 0.012, 0.9996, 1.0)] == ["", "<.001", ".012", "1.000", "1.000"]


def test_markdown_escapes_only_what_is_markup() -> None:
    assert markdown_escape("+4.2 [−1.3, 9.7] <.001 my_model") == "+4.2 [−1.3, 9.7] <.001 my_model"
    assert markdown_escape("a|b\nc [x](y) &amp;") == r"a\|b c [x]\(y) \&amp;"
