"""Cautions beneath tables, each said once."""

from __future__ import annotations

from collections.abc import Callable

from mgllm.analysis import RunRecords, lay_out, render, summarise
from mgllm.analysis.tables.effect_tables import RULES
from mgllm.analysis.tables.notes_shown import needed
from mgllm.analysis.tables.remarks import grouped, leaks, own_words
from mgllm.records import Summary

MakeRun = Callable[..., RunRecords]


def test_a_kind_that_says_something_else_of_each_is_one_line() -> None:
    told = {"few subjects: 7.0": ["a", "b"], "few subjects: 8.0": ["c"], "leaked: 1 of 2": ["a"]}
    assert list(grouped(told)) == ["Few subjects: a; b (7.0); c (8.0).", "Leaked: 1 of 2: a."]


def test_what_a_kind_says_of_the_same_rows_stands_together() -> None:
    told = {"no interval: no pair": ["a"], "no interval: alike": ["a"], "no interval: one": ["b"]}
    assert list(grouped(told)) == ["No interval: a (no pair, alike); b (one)."]


def test_a_caution_of_all_says_so() -> None:
    told = {"few subjects: 7.0": ["a", "b"], "x": ["a"]}
    assert list(grouped(told, 2)) == ["Few subjects: 7.0: all rows.", "X: a."]


def test_an_arm_is_cautioned_once_of_each_kind(made_run: MakeRun) -> None:
    arm = (
        summarise([made_run(1)])
        .arms[1]
        .model_copy(
            update={
                "flags": ("constant answer: text always says 'win'", "leaked: 2 of 24 records (known)"),
                "constant": "win",
                "exposures": {"in_sample": 2, "held_out": 22},
            }
        )
    )
    assert own_words(arm) == ["leaked: 2 of 24 records (known)", "constant answer 'win'"]
    bare = arm.model_copy(update={"flags": ()})
    assert own_words(bare) == [
        "constant answer 'win'",
        "in 2 of 24 records the recogniser was trained on the subject: a LEAK (in-sample cues)",
    ]


def test_leaks_of_effects_are_counted_where_no_flag_says_it(made_run: MakeRun) -> None:
    effect = summarise([made_run(1)]).effects[0]
    leaked = effect.model_copy(update={"leaked": 3, "exposure_unknown": 2, "flags": ()})
    assert list(leaks([leaked])) == [
        "Leaked: 3 of 24 pairs: text+mg − text.",
        "Exposure unknown: 2 of 24 pairs: text+mg − text.",
    ]
    assert list(leaks([leaked.model_copy(update={"flags": ("leaked: 3", "exposure unknown: 2")})])) == []


def test_rules_are_printed_where_they_are_used(made_run: MakeRun) -> None:
    summary = summarise([made_run(1)])
    first, second, *rest = (effect.model_copy(update={"rule": "t"}) for effect in summary.effects)
    drawn, flipped = (
        effect.model_copy(update={"rule": rule})
        for effect, rule in ((first, "bootstrap_t"), (second, "sign_flip"))
    )
    text = remarks(summary.model_copy(update={"effects": (drawn, flipped, *rest)}), "The two primary")
    assert f"{first.arm} − {first.baseline} (accuracy): {RULES['bootstrap_t']}." in text
    assert (
        "all subjects differ by the same amount: p is from exact sign flips over subjects, and there "
        "can be no interval." in text
    )
    plain = summary.model_copy(update={"effects": (first, second, *rest)})
    assert "bootstrap-t" not in remarks(plain, "The two primary")
    assert "k from the noncentral t" in remarks(summary, "Checks")


def test_what_hangs_on_random_draws_is_printed_a_digit_shorter(made_run: MakeRun) -> None:
    summary = summarise([made_run(1, sizes=(2,) * 45)])
    first, *rest = summary.effects
    told = {"bca_interval": (0.0523, 0.2478), "sign_flip_p": 0.0314}

    def checks(exact: bool) -> str:
        effect = first.model_copy(update={**told, "sign_flip_exact": exact})
        text = render(summary.model_copy(update={"effects": (effect, *rest)}), "md")
        return " ".join(text.partition("Checks of the primary")[2].split())

    assert first.metric == "accuracy"
    assert "| [5, 25] |" in checks(exact=True)
    assert "| .031 |" in checks(exact=True)
    assert "| .03 |" in checks(exact=False)


def remarks(summary: Summary, title: str) -> str:
    sections = lay_out(summary).sections
    return " ".join(
        line for section in sections for table in section.tables if table.title.startswith(title)
        for line in table.remarks
    )  # fmt: skip


def test_notes_that_change_no_reading_stand_in_the_whole_table_alone() -> None:
    always = (
        "emotion: made-up items: shows that the tool works, says nothing about gestures or models",
        "emotion: clustered by recording; persons are unknown, so intervals may be too narrow",
        "emotion: shuffled over 24 items; share of donors with the same target .5; donor is the same "
        "person: 2",
        "emotion: Nobody shows annotated stories here.",
        "emotion: text+oracle left out: text+mg already shows annotated gestures",
        "a note that nobody has thought of yet",
    )
    routine = (
        "emotion, deception: text+mg shows annotated micro-gestures",
        "emotion: shuffled over 24 items; share of donors with the same target 0.500 (by chance 0.500); "
        "no rule relaxed",
        "emotion: the labels were offered as letters",
    )
    assert needed((*always, *routine)) == always
