"""Filler: the form and length of a cue block, and nothing of what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from mgllm.arms.filler import FIRST_STATES, FRAMES, SINGLES, STATES, TOPICS, fill
from mgllm.cues.base import CueLine
from mgllm.cues.block import Cues
from mgllm.cues.vocabularies import gesture_words, load_vocabulary, vocabulary_names
from mgllm.errors import InputError
from mgllm.prompts.scenarios import Folders, find_scenarios

VOCABULARY = load_vocabulary("imigue")
LABELS = [one.label for name in vocabulary_names() for one in load_vocabulary(name).classes]


@lru_cache
def byte_pairs(size: int) -> Tokenizer:
    """A byte-pair tokenizer learned from the words at hand."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator([*LABELS, *TOPICS, *STATES, VOCABULARY.definition], trainer)
    return tokenizer


def words_only(text: str) -> int:
    return len(re.findall(r"\w+", text))


def words_and_marks(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]", text))


def few_pairs(text: str) -> int:
    return len(byte_pairs(300).encode(text).ids)


def many_pairs(text: str) -> int:
    return len(byte_pairs(900).encode(text).ids)


COUNTERS = [words_only, words_and_marks, few_pairs, many_pairs, len]


def render(cues: Cues) -> str:
    lines = [f"- {line}" for line in cues.lines] or [cues.nothing]
    return "\n".join([cues.heading, cues.definition, *lines])


def block(labels: Sequence[str], timed: bool = True, sure: bool = False) -> Cues:
    lines = [
        CueLine(when=f"0:{k:02d}.2–0:{k:02d}.9 " if timed else "", what=label, sure=" (0.82)" if sure else "")
        for k, label in enumerate(labels)
    ]
    return Cues(
        heading=VOCABULARY.heading,
        definition=VOCABULARY.definition,
        lines=tuple(lines),
        nothing=VOCABULARY.nothing,
    )


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def said(cues: Cues) -> str:
    return " ".join([cues.heading, cues.definition, cues.nothing, *(line.what for line in cues.lines)])


@pytest.mark.parametrize("count", COUNTERS)
@settings(max_examples=60, deadline=None)
@given(
    labels=st.lists(st.sampled_from(LABELS), max_size=30),
    timed=st.booleans(),
    sure=st.booleans(),
    seed=st.integers(0, 99),
)
def test_form_and_length_are_those_of_the_cues(
    count: Callable[[str], int], labels: list[str], timed: bool, sure: bool, seed: int
) -> None:
    cues = block(labels, timed, sure)
    filler = fill(cues, count, render, {"won", "lost"}, seed, "i")
    assert [(line.when, line.sure) for line in filler.lines] == [
        (line.when, line.sure) for line in cues.lines
    ]
    wanted = count(render(cues))
    assert abs(count(render(filler)) - wanted) <= max(3, 0.03 * wanted)
    assert not words(said(filler)) & gesture_words()


@pytest.mark.parametrize("count", COUNTERS)
@settings(max_examples=30, deadline=None)
@given(lengths=st.lists(st.integers(1, 40), min_size=1, max_size=12), seed=st.integers(0, 99))
def test_labels_of_any_length_are_met(count: Callable[[str], int], lengths: list[int], seed: int) -> None:
    cues = block([" ".join(["wobble"] * length) for length in lengths])
    filler = fill(cues, count, render, (), seed, "i")
    wanted = count(render(cues))
    assert abs(count(render(filler)) - wanted) <= max(3, 0.03 * wanted)


def test_the_block_is_a_function_of_seed_and_item() -> None:
    cues = block(LABELS[:8])
    first = fill(cues, words_and_marks, render, (), 0, "i")
    assert fill(cues, words_and_marks, render, (), 0, "i") == first
    others = [fill(cues, words_and_marks, render, (), seed, item) for seed, item in [(0, "j"), (1, "i")]]
    for other in others:
        assert other.lines != first.lines
        assert (other.heading, other.definition, other.nothing) == (
            first.heading,
            first.definition,
            first.nothing,
        )
    assert len({line.what for line in first.lines}) == 8


def test_an_item_without_gestures_gets_a_sentence_of_its_own() -> None:
    filler = fill(block([]), words_and_marks, render, (), 0, "i")
    assert filler.lines == ()
    assert filler.nothing == "No recording notes were made."
    assert abs(words_and_marks(render(filler)) - words_and_marks(render(block([])))) <= 3


def test_headings_and_phrases_make_way_for_the_words_of_labels() -> None:
    forbidden = {"Recording", "audio", "STEADY", "No", "a"}
    filler = fill(block(LABELS[:40]), words_and_marks, render, forbidden, 0, "i")
    assert filler.heading == "Equipment notes:"
    assert not words(said(filler)) & {"recording", "audio", "steady", "no", "a"}
    assert not words(said(fill(block([]), words_and_marks, render, forbidden, 0, "i"))) & {
        "no",
        "a",
        "recording",
    }


def test_forbidden_words_may_come_as_phrases() -> None:
    filler = fill(block(LABELS[:40]), words_and_marks, render, ["was recording-free"], 0, "i")
    assert not words(said(filler)) & {"was", "recording", "free"}


@pytest.mark.parametrize(
    "forbidden",
    [words(" ".join(frame.heading for frame in FRAMES)), words(" ".join(TOPICS)), words(" ".join(STATES))],
)
def test_it_says_so_when_nothing_is_left(forbidden: set[str]) -> None:
    with pytest.raises(InputError, match="without a word of the scenario's labels"):
        fill(block(["smiling"]), words_and_marks, render, forbidden, 0, "i")


def test_words_of_gestures_are_left_out_when_a_vocabulary_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mgllm.arms.filler.gesture_words", lambda: frozenset({"audio", "recording"}))
    filler = fill(block(LABELS[:40]), words_and_marks, render, (), 0, "i")
    assert filler.heading == "Equipment notes:"
    assert not words(said(filler)) & {"audio", "recording"}


@pytest.mark.parametrize("labels", [LABELS[:6], LABELS[:1], []])
def test_lines_or_else_the_definition_make_up_for_the_rest(labels: list[str]) -> None:
    def often(cues: Cues) -> str:
        return "\n".join([cues.heading] * 9 + [render(cues)])

    filler = fill(block(labels), words_and_marks, often, (), 0, "i")
    wanted = words_and_marks(often(block(labels)))
    assert abs(words_and_marks(often(filler)) - wanted) <= max(3, 0.03 * wanted)
    usual = fill(block(labels), words_and_marks, render, (), 0, "i")
    assert (filler.definition == usual.definition) == bool(labels)


MEASURED = Path(__file__).parents[2] / "docs" / "results" / "filler-valence.md"


def test_states_in_use_were_measured_and_move_little() -> None:
    in_use = MEASURED.read_text(encoding="utf-8").partition("## Older states")[0]
    rows = dict(re.findall(r"^\| ([a-z ]+) \| (.+) \|$", in_use.replace("−", "-"), re.MULTILINE))
    moved = {state: [float(cell) for cell in rows[state].split("|")] for state in STATES}
    assert set(moved) == set(rows) - {"state"}
    assert max(abs(value) for values in moved.values() for value in values) <= 0.25
    assert all(abs(sum(column) / len(STATES)) <= 0.1 for column in zip(*moved.values(), strict=True))


WELL = set(
    """
    accurate active alert approved available balanced best better bright calm clean clear complete
    confident confirmed consistent constant correct current easy enough excellent fast fine firm free
    fresh full good great healthy honest ideal intact large light live loud nominal normal ok on optimal
    passed perfect plain positive powerful precise proper quick quiet ready real reliable right robust
    safe secure sharp smooth solid sound stable steady still straight strong successful sufficient sure
    tested trusted unchanged valid verified checked warm well within working
    """.split()  # noqa: SIM905  # a list of a hundred words reads worse
)
ILL = set(
    """
    absent bad bent blocked blurred broken busy cold corrupt damaged dark dead dim dirty disconnected
    dropped dull empty error errors failed failure fake false faulty flawed forged gone harsh heavy
    hidden hot inactive incomplete irregular late limited loose lost low manipulated mismatched missing
    muted negative never noisy none off old out over poor problem problems random rough rushed shaky
    short slow stopped strained tense tight unstable unsteady unverified unchecked unclear unknown
    unusual warning warnings weak without worn wrong
    """.split()  # noqa: SIM905  # a list of a hundred words reads worse
)
"""Words that speak well or ill of equipment, and so may of a person."""
OPPOSED = ("un", "in", "im", "ir", "il", "dis", "non", "mis", "mal", "anti", "counter", "under", "over")


def test_states_speak_neither_well_nor_ill() -> None:
    told = words(" ".join(STATES))
    assert not told & {*WELL, *ILL}
    assert words(" ".join(FIRST_STATES)) & {*WELL}  # those of before did
    spoken = [*WELL, *ILL]
    assert not [word for word in told for prefix in OPPOSED if prefix + word in spoken]


def bundled_labels() -> list[str]:
    folders = Folders()
    labels = [label for found in find_scenarios((), folders) for label in found.scenario.labels]
    return [text for label in labels for text in (label.id, label.text, label.cloze)]


def test_filler_says_no_word_of_a_bundled_label_and_none_that_begins_like_one() -> None:
    frames = [text for frame in FRAMES for text in (frame.heading, *frame.definitions, *frame.nothings)]
    told = words(" ".join([*STATES, *TOPICS, *SINGLES, *frames]))
    labels = words(" ".join(bundled_labels()))
    assert {"won", "truthful", "stressed"} <= labels
    assert not told & labels
    stems = {label[:5] for label in labels if len(label) > 5}
    assert not [word for word in told if word[:5] in stems]


def test_it_says_so_when_no_phrase_is_short_enough() -> None:
    def wide(text: str) -> int:
        return 1 if "Micro" in text else 50 * words_only(text)

    with pytest.raises(InputError, match=r"item 'i': its filler has"):
        fill(block(["smiling"]), wide, render, (), 0, "i")


def test_gesture_vocabularies_leave_enough_to_say() -> None:
    def free(texts: Sequence[str]) -> list[str]:
        return [text for text in texts if not words(text) & gesture_words()]

    assert len(free(TOPICS)) >= 25
    assert len(free(STATES)) >= 12
    assert len(free(SINGLES)) >= 15
    for frame in FRAMES:
        assert free([frame.heading])
        assert len(free(frame.definitions)) >= 2
        assert len(free(frame.nothings)) >= 2
