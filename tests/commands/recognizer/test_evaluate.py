"""Protocols on people that a checkpoint has not seen: nothing leaks, and results say how they came about."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mgllm.commands.recognizer.evaluate import evaluate
from mgllm.errors import InputError
from mgllm.recognizer.evaluation import trial
from mgllm.recognizer.evaluation.splits import SplitOptions, both_sides
from mgllm.recognizer.evaluation.trial import EvaluateOptions, Evaluation
from mgllm.recognizer.training.supervised import SupervisedOptions
from mgllm.skeleton import open_dataset

Test = Callable[..., Evaluation]
LEARNING = ("linear", "knn", "finetune", "semi")
NEW = {"train_on": "subject=3", "test_on": "subject=4"}
"""Nobody in it has been seen by the toy checkpoint."""


@pytest.fixture(autouse=True)
def _no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take longer than all the rest; test_trial.py looks at them."""
    monkeypatch.setattr(trial, "draw_confusion", lambda *_: None)


@pytest.fixture
def evaluated(toy_set: Path, toy_checkpoint: Path) -> Test:
    """Evaluate without floors; fine-tuning takes two epochs."""

    def run(
        name: Path | str = toy_checkpoint,
        path: Path = toy_set,
        *,
        which: dict[str, Any] | None = None,
        training: dict[str, Any] | None = None,
        out: Path | None = None,
        **options: Any,
    ) -> Evaluation:
        knobs = SupervisedOptions(epochs=2, batch=3, device="cpu").model_copy(update=training or {})
        how = {"floors": False, "which": SplitOptions(**(NEW if which is None else which)), "training": knobs}
        made = EvaluateOptions(**(how | options))
        return evaluate(str(name), path, made, out=out, display="none")

    return run


def predictions(out: Path) -> dict[str, tuple[str, str]]:
    """What was said of each clip, and how probable it seemed."""
    with (out / "predictions.csv").open(encoding="utf-8") as file:
        return {row["id"]: (row["predicted"], row["probability"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize("protocol", LEARNING)
def test_a_result_says_how_it_came_about(evaluated: Test, toy_checkpoint: Path, protocol: str) -> None:
    found = evaluated(protocol=protocol, training={"seed": 7})
    for share in (found.top1, found.top5, found.mean_class, found.macro_f1, found.ece):
        assert share is not None
        assert 0 <= share <= 1
    assert (found.n, found.classes, found.top5) == (6, 3, 1.0)
    assert (found.protocol, found.split, found.seed) == (protocol, "subject=3 / subject=4", 7)
    assert (found.checkpoint, found.stream) == (str(toy_checkpoint), "fused")
    assert (found.train_clips, found.label_fraction) == ((3, 0.1) if protocol == "semi" else (6, 1.0))
    assert (found.transductive, found.labels_seen, found.shared_subjects) == (False, False, 0)
    assert (found.floors, found.files) == ((), ())


@pytest.mark.parametrize("protocol", LEARNING)
def test_the_labels_of_the_test_side_change_no_answer(
    evaluated: Test, rewrite: Callable[..., Path], tmp_path: Path, protocol: str
) -> None:
    turned = {"nod": "wave", "wave": "shrug", "shrug": "nod"}
    turned_path = rewrite("turned", label=lambda who, label: turned[str(label)] if who == "4" else label)
    true, false = (
        evaluated(path=path, protocol=protocol, out=tmp_path / f"out-{path.name}")
        for path in (rewrite("same"), turned_path)
    )
    assert predictions(tmp_path / "out-turned") == predictions(tmp_path / "out-same")
    assert true.top1 + false.top1 <= 1


def test_people_seen_in_pre_training_are_refused_by_name(evaluated: Test) -> None:
    which = {"train_on": "subject=2,3", "test_on": "subject=1,4"}
    with pytest.raises(InputError) as caught:
        evaluated(which=which)
    assert "has seen 1 of the test side's people in training (without labels): subject 1; " in str(
        caught.value
    )
    assert "allow it with --transductive" in str(caught.value)
    found = evaluated(which=which, transductive=True)
    assert (found.transductive, found.labels_seen, found.n) == (True, False, 12)


def test_people_may_be_on_both_sides_by_design(evaluated: Test) -> None:
    """The toy checkpoint has seen people 1 and 2: not in more clips than the other camera has."""
    found = evaluated(which={"split": "view", "shared_subjects": True})
    assert (found.shared_subjects, found.n) == (4, 12)
    with pytest.raises(InputError, match="subjects are on both sides"):
        evaluated(which={"split": "view"})
    with pytest.raises(InputError, match="has seen 2 of the test side's people"):
        evaluated(which={"train_on": "subject=3", "test_on": "subject=1,2,4", "shared_subjects": True})


def test_people_whose_labels_were_seen_make_it_no_test(evaluated: Test, toy_classifier: Path) -> None:
    which = {"test_on": "subject=3"}
    for protocol in ("linear", "classifier"):
        with pytest.raises(InputError, match=r"\(with their labels\): subject 3"):
            evaluated(toy_classifier, which=which, protocol=protocol)
        found = evaluated(toy_classifier, which=which, protocol=protocol, transductive=True)
        assert (found.transductive, found.labels_seen) == (True, True)
    assert not evaluated(toy_classifier, which={"test_on": "subject=4"}, transductive=True).transductive


def test_folds_test_everybody_so_a_seen_person_is_refused(evaluated: Test) -> None:
    with pytest.raises(
        InputError, match=r"has seen 2 of the test side's people .*: subject 1, 2; test on other people"
    ):
        evaluated(which={"folds": 2})


def test_a_subject_of_another_data_set_is_another_person(
    evaluated: Test, rewrite: Callable[..., Path]
) -> None:
    which = {"train_on": "subject=2-4", "test_on": "subject=1"}
    other = rewrite("other", name="another", frames=slice(1, None))
    assert not evaluated(path=other, which=which).transductive
    same_name = rewrite("same", frames=slice(1, None))
    with pytest.raises(InputError, match="has seen 1 of the test side's people"):
        evaluated(path=same_name, which=which)


def test_random_weights_have_seen_nobody(evaluated: Test, tmp_path: Path) -> None:
    found = evaluated("random", which={"folds": 2}, protocol="knn", out=tmp_path)
    assert (found.n, found.train_clips, found.split) == (24, 24, "2 folds by subject")
    assert (found.checkpoint, found.transductive) == ("random", False)
    assert len(predictions(tmp_path)) == 24


@pytest.mark.parametrize("protocol", ["linear", "finetune"])
def test_no_fold_learns_from_another(evaluated: Test, toy_set: Path, tmp_path: Path, protocol: str) -> None:
    pooled = {"protocol": protocol, "transductive": True, "training": {"epochs": 1}}
    evaluated(which={"folds": 2}, out=tmp_path / "folds", **pooled)
    toy = open_dataset(toy_set)
    last = both_sides(toy, SplitOptions(folds=2), 0)[-1]
    train, test = ({toy.clips[int(n)].subject for n in side} for side in (last.train, last.test))
    which = {"train_on": f"subject={','.join(train)}", "test_on": f"subject={','.join(test)}"}
    evaluated(which=which, out=tmp_path / "alone", **pooled)
    alone = predictions(tmp_path / "alone")
    assert len(alone) == 12
    assert alone.items() <= predictions(tmp_path / "folds").items()


def test_people_on_both_sides_are_counted_once(evaluated: Test) -> None:
    which = {"folds": 2, "by": "camera"}
    with pytest.raises(InputError, match="4 subjects are on both sides"):
        evaluated("random", which=which)
    found = evaluated("random", which=which | {"shared_subjects": True}, protocol="knn")
    assert (found.shared_subjects, found.n) == (4, 24)
    with pytest.raises(InputError, match="split 'view': 4 subjects are on both sides"):
        evaluated("random", which={"split": "view"})
    named = evaluated("random", which={"split": "view", "shared_subjects": True}, protocol="knn")
    assert (named.split, named.shared_subjects, named.n) == ("view", 4, 12)


def test_a_share_of_labels_is_of_each_class(evaluated: Test) -> None:
    assert evaluated(label_fraction=0.5).train_clips == 3
    assert evaluated(label_fraction=0.51).train_clips == 6
    assert evaluated(protocol="semi", label_fraction=1.0).train_clips == 6


def test_each_stream_has_its_own_answers(evaluated: Test, tmp_path: Path) -> None:
    said = []
    for stream in ("spatial", "temporal", "fused"):
        found = evaluated(stream=stream, out=tmp_path / stream)
        assert found.stream == stream
        said.append(str(predictions(tmp_path / stream)))
    assert len(set(said)) == 3
    evaluated(out=tmp_path / "default")
    assert str(predictions(tmp_path / "default")) == said[2]


@pytest.mark.parametrize("protocol", ["linear", "finetune"])
def test_a_long_tail_is_met_in_two_ways(evaluated: Test, tmp_path: Path, protocol: str) -> None:
    which = {"train_on": "id=3-nod-0,3-nod-1,3-wave-0,3-shrug-0", "test_on": "subject=4"}
    said = []
    for tail in ("none", "logit", "sampling"):
        out = tmp_path / tail
        evaluated(which=which, protocol=protocol, training={"long_tail": tail, "epochs": 3}, out=out)
        said.append(str(predictions(out)))
    assert len(set(said)) == 3


def test_more_neighbours_may_vote(evaluated: Test, tmp_path: Path) -> None:
    for k in (1, 3, 1000):
        evaluated(protocol="knn", training={"k": k}, out=tmp_path / str(k))
    assert predictions(tmp_path / "1") != predictions(tmp_path / "3")
    assert len(predictions(tmp_path / "1000")) == 6


def test_a_class_without_a_training_clip(evaluated: Test) -> None:
    which = {"train_on": "id=3-nod-0,3-nod-1,3-wave-0", "test_on": "subject=4"}
    words = "1 classes are tested but have no training clip: 'shrug'; .* wrong with --unseen-classes"
    with pytest.raises(InputError, match=words):
        evaluated(which=which)
    for protocol in LEARNING:
        found = evaluated(which=which, protocol=protocol, unseen_classes=True)
        assert (found.n, found.classes) == (6, 3)
        assert found.top1 <= 4 / 6


def test_floors_stand_on_the_same_clips(evaluated: Test, toy_classifier: Path) -> None:
    floors = evaluated(floors=True).floors
    assert [floor.name.split(",")[0].split(" (")[0] for floor in floors] == [
        "raw positions",
        *2 * ["positions + velocity"],
        *2 * ["random weights"],
    ]
    assert {(floor.scores.n, floor.scores.classes) for floor in floors} == {(6, 3)}
    assert [floor.scores.ece is None for floor in floors] == [True, False, False, False, False]
    own = evaluated(toy_classifier, which={"test_on": "subject=4"}, protocol="classifier", floors=True)
    assert own.floors == ()


def test_the_own_classifier_learns_nothing(evaluated: Test, toy_classifier: Path) -> None:
    found = evaluated(toy_classifier, which={"split": "people"}, protocol="classifier")
    assert (found.split, found.n, found.train_clips) == ("people", 6, 0)
    everyone = evaluated(toy_classifier, which={}, protocol="classifier", transductive=True)
    assert (everyone.split, everyone.n, everyone.labels_seen) == ("all clips", 24, True)


def _bowing(label: str) -> str:
    return "bow" if label == "shrug" else label


def test_a_classifier_may_tell_more_classes_and_in_another_order(
    evaluated: Test, toy_classifier: Path, toy_set: Path, rewrite: Callable[..., Path], tmp_path: Path
) -> None:
    how: dict[str, Any] = {"protocol": "classifier", "which": {"test_on": "subject=4"}}
    turned = evaluated(toy_classifier, path=rewrite("turned", classes=("wave", "shrug", "nod")), **how)
    assert turned.top1 == evaluated(toy_classifier, **how).top1
    two = rewrite("two", classes=("wave", "nod"), label=lambda _, label: None if label == "shrug" else label)
    found = evaluated(toy_classifier, path=two, out=tmp_path / "files", **how)
    assert (found.n, found.classes, found.other_classes) == (4, 2, ("shrug",))
    said = pd.read_csv(tmp_path / "files" / "predictions.csv")["predicted"]
    assert set(said) <= {"wave", "nod", "shrug"}


def test_what_a_classifier_cannot_do_is_refused(
    evaluated: Test, toy_checkpoint: Path, toy_classifier: Path, rewrite: Callable[..., Path]
) -> None:
    def refused(name: Path, path: Path | None = None, **options: Any) -> str:
        place = {} if path is None else {"path": path}
        with pytest.raises(InputError) as caught:
            evaluated(name, protocol="classifier", **place, **({"which": {"test_on": "subject=4"}} | options))
        return str(caught.value)

    assert "has no classifier; make one with: mgllm recognizer finetune" in refused(toy_checkpoint)
    more = rewrite("more", classes=("wave", "nod", "bow"), label=lambda _, label: label and _bowing(label))
    assert "does not know 'bow', a class of " in refused(toy_classifier, more)
    unlabelled = rewrite("half", label=lambda who, label: None if who == "4" else label)
    assert "no clip of the test side has a label" in refused(toy_classifier, unlabelled)
    assert "--stream spatial: the classifier of" in refused(toy_classifier, stream="spatial")
    assert "--folds: a classifier is not trained again; use --test-on" in refused(
        toy_classifier, which={"folds": 2}
    )


def test_labels_that_are_not_there(evaluated: Test, rewrite: Callable[..., Path]) -> None:
    bare = rewrite("bare", classes=(), label=lambda *_: None)
    with pytest.raises(InputError, match="has no classes, so there is nothing to evaluate"):
        evaluated(path=bare)
    for who, side in (("3", "train"), ("4", "test")):
        half = rewrite(f"half-{who}", label=lambda subject, label, who=who: None if subject == who else label)
        with pytest.raises(InputError, match=f"no clip of the {side} side has a label"):
            evaluated(path=half)


def test_the_seed_decides_fine_tuning(evaluated: Test, tmp_path: Path) -> None:
    for out, seed in (("one", 1), ("again", 1), ("two", 2)):
        evaluated(protocol="finetune", training={"seed": seed}, out=tmp_path / out)
    assert predictions(tmp_path / "one") == predictions(tmp_path / "again")
    assert predictions(tmp_path / "one") != predictions(tmp_path / "two")


def test_a_checkpoint_is_not_changed_by_its_test(evaluated: Test, toy_checkpoint: Path) -> None:
    before = {path.name: path.read_bytes() for path in toy_checkpoint.iterdir()}
    evaluated(protocol="finetune")
    assert {path.name: path.read_bytes() for path in toy_checkpoint.iterdir()} == before


def test_a_folder_that_cannot_be_written_is_told_before_the_work(
    evaluated: Test, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("mine")
    monkeypatch.delattr("mgllm.recognizer.evaluation.trial.probabilities")
    with pytest.raises(InputError, match="file cannot be written"):
        evaluated(out=tmp_path / "file")
