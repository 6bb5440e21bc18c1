"""References on sets whose answer is known."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mgllm.datasets.base import ImportedItems, datasets
from mgllm.errors import InputError
from mgllm.records import Gesture, GestureTranscript, Item, Reference, References
from mgllm.references import ReferenceChoices, make_references

GOOD, BAD = "we won and I am very happy", "we lost and it was a sad day"


def balanced(people: int, items: int = 1, **facts: Any) -> list[Item]:
    """People of whom each second item is won; a fact is a function of person and target."""
    made = []
    for n in range(people * items):
        who, target = n // items, ("lose", "win")[(n + n // items * (items % 2 == 0)) % 2]
        known = {name: fact(who, target) for name, fact in facts.items()}
        made.append(Item(id=f"i{n}", subject=f"s{who}", target=target, covariates=known))
    return made


def rows(table: References) -> Mapping[str, Reference]:
    return {row.name: row for row in table.rows}


@pytest.mark.parametrize(("people", "items"), [(40, 1), (10, 4), (21, 2)])
def test_a_constant_is_exactly_even_on_a_balanced_set(people: int, items: int) -> None:
    """The old baseline was right in 0 %: whoever is left out, the other target leads."""
    found = rows(make_references(balanced(people, items, always=lambda *_: "x")).references)
    for name in ("constant", "always"):
        assert (found[name].uar, found[name].auc, found[name].accuracy) == (0.5, 0.5, 0.5)
        assert found[name].uar_interval is None


def test_a_constant_is_even_on_unbalanced_sets_and_with_three_targets() -> None:
    items = [Item(id=f"i{n}", subject=f"s{n}", target="abc"[min(n % 6, 2)]) for n in range(36)]
    made = make_references(items).references
    assert rows(made)["constant"].uar == pytest.approx(1 / 3, abs=1e-12)
    assert rows(made)["constant"].auc == 0.5
    assert made.majority == pytest.approx(4 / 6)


def test_a_fact_that_is_the_target_is_always_right_and_a_persons_own_items_teach_nothing() -> None:
    found = rows(
        make_references(
            balanced(20, 1, leak=lambda _, target: target, who=lambda who, _: f"p{who}")
        ).references
    )
    assert (found["leak"].uar, found["leak"].auc, found["leak"].in_sample) == (1, 1, 1)
    assert (found["who"].uar, found["who"].auc, found["who"].in_sample) == (0.5, 0.5, 1)


def test_noise_is_about_even_over_seeds() -> None:
    """On the official 50/50 list the old baseline gave 20.0 % [14.1, 25.9] for a noise covariate."""
    found = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        sex, age = rng.integers(2, size=30), rng.normal(size=30)
        items = balanced(
            30, 1, sex=lambda who, _, sex=sex: "FM"[sex[who]], age=lambda who, _, age=age: age[who]
        )
        row = rows(make_references(items).references)
        found.append((row["sex"].uar, row["age"].uar))
        intervals = [row[name].uar_interval for name in ("sex", "age")]
        assert all(interval is None or interval[1] >= 0.5 for interval in intervals)
    mean, error = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(40)
    assert (np.abs(mean - 0.5) < 3 * error).all()
    assert (error < 0.025).all()


@pytest.mark.slow
def test_the_interval_of_noise_holds_chance_and_its_mean_is_even() -> None:
    """400 seeds; docs/results/references.md has more."""
    found = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        sex, target = rng.integers(2, size=60), rng.permutation(120) % 2
        items = [
            Item(
                id=f"{n}", subject=f"s{n // 2}", target="ab"[target[n]], covariates={"sex": int(sex[n // 2])}
            )
            for n in range(120)
        ]
        found.append(rows(make_references(items).references)["sex"])
    assert 0.49 <= np.mean([row.uar for row in found]) <= 0.51
    holds = np.mean([row.uar_interval is not None and row.uar_interval[0] <= 0.5 for row in found])
    assert 0.92 <= holds <= 0.98


def told(n: int, speech: str, label: str | None, **more: Any) -> Item:
    gestures = (Gesture(label=label),) if label else ()
    transcript = GestureTranscript(source="annotated", gestures=gestures)
    return Item(id=f"i{n}", subject=f"s{n}", speech=speech, gestures={"annotated": transcript}, **more)


def test_speech_and_gestures_are_seen() -> None:
    items = [
        told(n, (BAD, GOOD)[n % 2], "nod" if n % 4 < 2 else None, target=("lose", "win")[n % 2])
        for n in range(24)
    ]
    made = make_references(items).references
    found = rows(made)
    assert list(found) == ["constant", "speech", "gestures", "speech + gestures"]
    assert found["speech"].uar == found["speech + gestures"].uar == 1
    assert abs(found["gestures"].uar - 0.5) < 0.3
    assert made.cue_source == "annotated"


def test_all_of_it_sees_covariates_too() -> None:
    items = [
        told(n, "yes yes", "nod", target="ab"[n % 2], covariates={"one": "xy"[n % 2], "two": 1})
        for n in range(20)
    ]
    found = rows(make_references(items).references)
    assert list(found) == ["constant", "one", "two", "all covariates", *(
        ("speech", "gestures", "speech + gestures", "all of it")
    )]  # fmt: skip
    assert found["all covariates"].uar == found["all of it"].uar == 1
    assert found["speech"].uar == 0.5
    only = rows(make_references(items, ReferenceChoices(covariate=("two",))).references)
    assert "one" not in only
    assert only["all of it"].uar == 0.5


def test_a_column_divides_and_shared_people_are_counted() -> None:
    items = [
        Item(
            id=f"i{n}",
            subject=f"s{n % 30}",
            target="ab"[n % 2],
            covariates={"part": part, "sex": "FM"[n % 2]},
        )
        for n, part in enumerate(["train"] * 20 + ["test"] * 16 + ["other"] * 4)
    ]
    made = make_references(items, ReferenceChoices(split="part")).references
    assert (made.n, made.learned_from, made.left_out, made.shared_subjects) == (16, 20, 4, 6)
    assert (made.draws, made.folds, made.subjects, made.groups) == (1, 1, 16, 16)
    assert list(rows(made)) == ["constant", "sex"]
    assert rows(made)["sex"].uar == 1


def test_guesses_are_those_of_the_table() -> None:
    items = balanced(20, 1, leak=lambda _, target: target)
    made = make_references([*items, Item(id="open", subject="s0")])
    assert made.references.left_out == 1
    assert len(made.guesses) == 20 * len(made.references.rows)
    for guess in made.guesses:
        assert sum(guess.probabilities.values()) == pytest.approx(1)
        assert guess.answer == ("" if guess.reference == "constant" else guess.target)


def test_leaks_of_gestures_and_unknown_people_are_noted() -> None:
    def item(n: int, exposure: str) -> Item:
        transcript = GestureTranscript(source="recognized", exposure=exposure)
        return Item(
            id=f"i{n}",
            subject=f"s{n}",
            subject_known=n > 0,
            target="ab"[n % 2],
            gestures={"recognized": transcript},
        )

    made = make_references([item(n, "in_sample" if n < 3 else "held_out") for n in range(8)])
    assert any("gestures of 3 items" in note and "LEAK" in note for note in made.references.notes)
    assert any("1 items have no known person" in note for note in made.references.notes)


@pytest.mark.parametrize(
    ("items", "choices", "words"),
    [
        ([], {}, "these have none"),
        (balanced(1, 1), {}, "these have 'lose' alone"),
        (balanced(10, 1, sex=lambda *_: "F"), {"covariate": ("sxe",)}, r"Did you mean 'sex'\?"),
        (balanced(10, 1), {"cue_source": "recognized"}, "10 of 10 items have no recognized gestures"),
        (balanced(10, 1), {"split": "part"}, "--split: unknown covariate 'part'"),
    ],
)
def test_what_has_no_references_is_said(items: list[Item], choices: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        make_references(items, ReferenceChoices(**choices))


def test_the_real_life_trial_set_is_guessed_by_sex(request: pytest.FixtureRequest) -> None:
    root = Path(os.environ.get("MGLLM_TEST_DATA", request.config.rootpath.parent / "shared" / "data"))
    if not (root / "rltd" / "Annotation").is_dir():
        pytest.skip(f"the Real-life Trial set is not in {root}; MGLLM_TEST_DATA names another folder")
    imported = datasets.get("rltd")().read(root / "rltd")
    assert isinstance(imported, ImportedItems)
    made = make_references(imported.items).references
    sex = rows(made)["sex"]
    assert round(sex.in_sample, 3) == 0.678
    assert sex.uar_interval is not None
    assert sex.uar_interval[0] < sex.uar < sex.uar_interval[1]
    assert (made.n, made.subjects, made.largest_cluster, round(made.effective_subjects, 1)) == (
        121,
        56,
        21,
        16.8,
    )
    assert rows(made)["constant"].uar == 0.5
