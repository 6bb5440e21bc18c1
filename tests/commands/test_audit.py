"""`mgllm audit`: made-up corpora with and without plants, masks, gates and restricted words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mgllm.cli import main
from mgllm.commands.audit import Audited, AuditOptions, audit
from mgllm.datasets.imigue_speech import ImigueSpeech
from mgllm.errors import InputError
from mgllm.items.loading import item_line, load_items
from mgllm.records import Item
from mgllm.synthetic.corpora.imigue_speech import write_interview, write_labels
from mgllm.synthetic.corpora.interviews import make_interview
from mgllm.synthetic.corpora.planning import CorpusOptions, plan_people, plan_videos

SPOKEN = [
    ("a", "win", "I won 6-4 6-2 against Kaldor, and I slept well.", "open"),
    ("b", "lose", "The wind was hard and the balls were heavy.", "open"),
    ("c", "win", "That was a great win for me.", "restricted"),
    ("d", "lose", "I practised a lot in the morning.", "open"),
]


def write(folder: Path, items: list[Item]) -> str:
    path = folder / "items.jsonl"
    path.write_text("".join(f"{item_line(item)}\n" for item in items), encoding="utf-8")
    return str(path)


@pytest.fixture
def items(tmp_path: Path) -> str:
    made = [
        Item(id=name, subject=name, target=target, speech=speech, terms=terms, covariates={"side": "train"})
        for name, target, speech, terms in SPOKEN
    ]
    return write(tmp_path, made)


def corpus(folder: Path, options: CorpusOptions) -> tuple[Audited, set[str]]:
    """An audit of the speech of a made-up corpus, and the recordings whose speech leaks."""
    videos = plan_videos(options, plan_people(options))
    write_labels(folder, videos)
    for video in videos:
        write_interview(folder, video, make_interview(options.seed, video, 60, muffled=False), 60)
    path = write(folder, list(ImigueSpeech().read(folder).items))
    made = audit(AuditOptions(items=path, fail_on=("leak", "shortcut")))
    return made, {f"{video.id:04d}" for video in videos if video.leak}


@pytest.mark.parametrize("seed", [0, 1])
def test_planted_leaks_are_found_and_no_others(seed: int, tmp_path: Path) -> None:
    made, leaks = corpus(tmp_path, CorpusOptions(seed=seed, leak=0.5))
    assert set(made.report.failed["leak"]) == leaks
    assert made.failed == ("leak",)


def test_a_planted_shortcut_is_found(tmp_path: Path) -> None:
    made, _ = corpus(tmp_path, CorpusOptions(seed=2, sex_shortcut=0.8))
    assert made.failed == ("shortcut",)
    assert [one.covariate for one in made.report.covariates if one.shortcut] == ["sex"]
    assert made.report.references is not None


def test_without_plants_nothing_is_found(tmp_path: Path) -> None:
    made, leaks = corpus(tmp_path, CorpusOptions(seed=3))
    assert leaks == set()
    assert made.failed == ()
    assert not {"leak", "shortcut"} & set(made.report.failed)


def test_spans_are_those_of_the_words_and_restricted_words_are_not_shown(items: str) -> None:
    rules = {rule.rule: rule for rule in audit(AuditOptions(items=items)).report.rules}
    assert rules["outcome"].items == ("a", "c")
    assert [span.text for span in rules["outcome"].spans] == ["won", None]
    assert [(span.start, span.end) for span in rules["outcome"].spans] == [(2, 5), (17, 20)]
    assert [span.text for span in rules["name"].spans] == ["Kaldor"]
    shown = {rule.rule: rule for rule in audit(AuditOptions(items=items, show=True)).report.rules}
    assert [span.text for span in shown["outcome"].spans] == ["won", "win"]


def test_restricted_words_are_in_no_file_and_not_on_the_terminal(
    items: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["audit", items, "-o", str(tmp_path / "o")])
    assert ended.value.code == 0
    said = "".join(capsys.readouterr())
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "o").iterdir()]
    assert {path.name for path in (tmp_path / "o").iterdir()} == {"audit.json", "audit.md"}
    for text in (said, *texts):
        assert "great" not in text
        assert '"text": "win"' not in text
    assert "'won'" in said


def test_masks_leave_the_items_as_they_are(items: str, tmp_path: Path) -> None:
    before = Path(items).read_bytes()
    made = audit(AuditOptions(items=items, mask=tmp_path / "m" / "masked.jsonl"))
    assert Path(items).read_bytes() == before
    masked = load_items(tmp_path / "m" / "masked.jsonl")
    assert masked[0].speech[0].text == "I [result] [score] [score] against [name], and I slept well."
    assert made.report.masked == {"[result]": 2, "[score]": 2, "[name]": 1}
    again = audit(AuditOptions(items=str(tmp_path / "m" / "masked.jsonl")))
    assert "leak" not in again.report.failed


@pytest.mark.parametrize(("gates", "code"), [("leak", 4), ("subject,duplicate", 0), ("leak, subject", 4)])
def test_exit_codes(gates: str, code: int, items: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["audit", items, "--fail-on", gates, "--json"])
    assert ended.value.code == code
    out, err = capsys.readouterr()
    assert json.loads(out)["failed"] == {"leak": ["a", "c"]}
    assert ("found leak in 2 items: a, c" in err) == (code == 4)


def test_listed_names(items: str, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("# players\nmorning\n\n", encoding="utf-8")
    rules = {rule.rule: rule for rule in audit(AuditOptions(items=items, names=names)).report.rules}
    assert rules["name"].items == ("a", "d")


def test_targets_of_no_scenario_are_looked_for_by_themselves(tmp_path: Path) -> None:
    made = [
        Item(id=f"{n}", subject=f"{n}", target=target, speech=f"I feel {said}.")
        for n, (target, said) in enumerate([("glad", "glad"), ("sad", "fine"), ("sad", "glad")])
    ]
    report = audit(AuditOptions(items=write(tmp_path, made))).report
    assert report.scenario is None
    assert report.failed["leak"] == ("0", "2")


def test_wrong_input_is_one_line(items: str, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("# nobody\n", encoding="utf-8")
    for options, wanted in (
        ({"items": str(tmp_path / "none.jsonl")}, "does not exist"),
        ({"scenario": "emotoin"}, "Did you mean 'emotion'"),
        ({"scenario": "interview"}, "'win' is not one of the labels relaxed, stressed"),
        ({"split": "sides"}, "--split: unknown covariate 'sides'. Did you mean 'side'"),
        ({"names": empty}, "has no names"),
        ({"mask": Path(items)}, "exists already"),
        ({"mask": tmp_path / "x.csv"}, r"items are written as \*.jsonl"),
    ):
        with pytest.raises(InputError, match=wanted):
            audit(AuditOptions(**({"items": items} | options)))


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["--fail-on", "leaks"], "Did you mean 'leak'"),
        (["--fail-on", ","], "unknown gate"),
        (["--model", "local"], "give it with --injection"),
        (["--injection"], "--injection needs -o FOLDER"),
        (["--injection", "-o", "x", "--scenario", "emotion"], "--injection needs --model M"),
        (["--injection", "--mask", "m.jsonl"], "give it without --injection"),
    ],
)
def test_wrong_flags_are_one_line(
    words: list[str], wanted: str, items: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["audit", items, *words])
    assert ended.value.code == 2
    assert wanted in capsys.readouterr().err
