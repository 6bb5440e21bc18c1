"""Names in data sets and checkpoints are strangers' text: they may not steer a terminal or add a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.cli.recognizer_printing import print_evaluation, print_info, print_pretrained
from mgllm.commands.recognizer.info import recognizer_info
from mgllm.commands.recognizer.pretrain import Pretrained
from mgllm.recognizer.evaluation.protocols import Floor
from mgllm.recognizer.evaluation.trial import Evaluation
from mgllm.recognizer.metrics import Scores

Captured = pytest.CaptureFixture[str]
STRANGE = "a\x1b[2Jb\nseen: nobody"


def evaluation(**changes: object) -> Evaluation:
    made = Evaluation(
        top1=0.5,
        top5=1.0,
        mean_class=0.25,
        macro_f1=0.125,
        ece=None,
        n=100,
        classes=3,
        protocol="knn",
        split="people",
        seed=0,
        checkpoint="C",
        stream="fused",
        train_clips=7,
        label_fraction=1.0,
        transductive=False,
        labels_seen=False,
        shared_subjects=0,
    )
    return made.model_copy(update=changes)


def test_a_strangers_checkpoint(toy_checkpoint: Path, capsys: Captured) -> None:
    found = recognizer_info(toy_checkpoint)
    seen = found.config.subjects_seen[0].model_copy(update={"dataset": STRANGE, "subjects": (STRANGE,)})
    config = found.config.model_copy(update={"subjects_seen": (seen,), "classes": (STRANGE,)})
    print_info(found.model_copy(update={"config": config}))
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert not [line for line in told.splitlines() if line.startswith("seen: nobody")]
    assert "seen: a\\x1b[2Jb\\nseen: nobody, 12 clips without labels" in told


def test_who_has_seen_nobody_says_so(toy_checkpoint: Path, capsys: Captured) -> None:
    found = recognizer_info(toy_checkpoint)
    config = found.config.model_copy(update={"subjects_seen": ()})
    print_info(found.model_copy(update={"config": config}))
    assert capsys.readouterr().out.endswith("seen: nobody\n")


def test_a_strangers_split(capsys: Captured) -> None:
    print_evaluation(evaluation(split=STRANGE))
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert len(told.splitlines()) == 3


def test_a_score_that_is_none_is_a_dash(capsys: Captured) -> None:
    print_evaluation(evaluation())
    head, _, row = capsys.readouterr().out.splitlines()
    assert head == "C, fused, knn; people: 7 clips learned from, 100 tested, 3 classes"
    assert row.split() == ["knn", "50.0%", "100.0%", "25.0%", "12.5%", "–"]


@pytest.mark.parametrize(
    ("protocol", "row", "top1", "said"),
    [
        ("linear", "random weights (nothing to calibrate), linear", 0.6, True),
        ("knn", "random weights, 1-NN", 0.6, True),
        ("knn", "random weights, 1-NN", 0.5, False),
        ("knn", "random weights (nothing to calibrate), linear", 0.6, False),
        ("knn", "raw positions, 1-NN", 0.6, False),
        ("finetune", "random weights, 1-NN", 0.6, False),
    ],
)
def test_a_pre_training_that_did_not_pay_is_called_so(
    capsys: Captured, protocol: str, row: str, top1: float, said: bool
) -> None:
    made = evaluation()
    scores = Scores.model_validate({name: getattr(made, name) for name in Scores.model_fields})
    floor = Floor(name=row, scores=scores.model_copy(update={"top1": top1}))
    print_evaluation(made.model_copy(update={"protocol": protocol, "floors": (floor,)}))
    assert ("so pre-training did not pay here" in capsys.readouterr().out) is said


@pytest.mark.parametrize("leads", [True, False])
def test_of_several_processes_one_speaks(capsys: Captured, leads: bool) -> None:
    made = Pretrained(
        checkpoint=Path("C"),
        epochs=2,
        clips=12,
        subjects=("1", "2"),
        seconds=3.0,
        clips_per_second=8.0,
        loss=1.5,
        verdict="learning",
        leads=leads,
    )
    for as_json in (False, True):
        print_pretrained(made, as_json=as_json)
        told = capsys.readouterr()
        assert bool(told.out) == leads
        assert bool(told.err) == (leads and not as_json)
        assert "leads" not in told.out
