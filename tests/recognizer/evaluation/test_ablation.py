"""The rows of an ablation: each is the default with one thing changed, and can be trained."""

from __future__ import annotations

import pytest

from mgllm.errors import InputError
from mgllm.recognizer.evaluation.ablation import PARTS, STUDIED, USUAL, variants
from mgllm.recognizer.graph import Graph
from mgllm.recognizer.network.encoders.base import encoders
from mgllm.recognizer.network.two_streams import TwoStreams
from mgllm.recognizer.training.composing import AUGMENTATIONS, recipe
from mgllm.recognizer.training.pretraining import PretrainOptions


def flat(options: PretrainOptions) -> dict[str, object]:
    """Options by dotted name."""
    found: dict[str, object] = {}
    for name, value in options.model_dump().items():
        inner = value if isinstance(value, dict) and name in ("encoder", "contrast") else None
        found |= {f"{name}.{key}": part for key, part in inner.items()} if inner else {name: value}
    return found


def test_the_default_comes_first_then_its_untrained_network(quick: PretrainOptions) -> None:
    first, second, *_ = variants(quick)
    assert (first.name, first.trains, first.stream) == ("default", True, "fused")
    assert (second.name, second.trains) == ("random weights", False)
    assert first.options(quick) == second.options(quick) == quick


def test_names_are_unique_and_parts_known(quick: PretrainOptions) -> None:
    rows = variants(quick, PARTS)
    assert len({row.name for row in rows}) == len(rows) == 2 + 4 + 3 + 4 + 5 + 9 + 36 + 17
    assert [part for part in dict.fromkeys(row.part for row in rows) if part] == list(PARTS)
    assert [row for row in rows if row.part not in ("pairs", "encoders")] == list(variants(quick))
    assert (*USUAL, "pairs", "encoders") == PARTS


def test_each_row_differs_in_what_it_names_alone(quick: PretrainOptions) -> None:
    before = flat(quick)
    for row in variants(quick, PARTS)[2:]:
        after = flat(row.options(quick))
        changed = {name for name in before if before[name] != after[name]}
        assert changed <= set(row.change)
        if row.name.endswith("stream of the default") or row.name == "graph-conv + gru, balanced":
            assert changed == set()
        else:
            assert changed
        for name in changed:
            assert after[name] == row.change[name]
    assert flat(quick) == before


def test_no_two_rows_train_the_same(quick: PretrainOptions) -> None:
    again = ("graph-conv + gru, balanced", "graph-conv + gru, concat")
    rows = [row for row in variants(quick, PARTS) if row.trains and not row.name.endswith("of the default")]
    rows = [row for row in rows if row.name not in again]
    assert len({(row.options(quick).model_dump_json(), row.stream) for row in rows}) == len(rows)


def test_each_recipe_can_be_made(quick: PretrainOptions, graph: Graph) -> None:
    for row in variants(quick, PARTS):
        options = row.options(quick)
        steps = recipe(options.augment, graph).steps
        assert (options.augment == "none") == (steps == ())
        if options.extreme is not None:
            assert recipe(options.extreme, graph).steps


def test_a_stream_alone_gets_no_other_loss(quick: PretrainOptions) -> None:
    rows = {row.name: row for row in variants(quick, ("streams",))}
    alone = rows["spatial stream alone"]
    assert alone.stream == "spatial"
    assert dict(alone.options(quick).contrast.weights()) == {"spatial": 1.0}
    assert alone.options(quick).contrast.balance == 0
    assert dict(rows["temporal stream alone"].options(quick).contrast.weights()) == {"temporal": 1.0}
    assert rows["temporal stream of the default"].stream == "temporal"


def test_parts_in_the_order_asked_for(quick: PretrainOptions) -> None:
    rows = variants(quick, ("losses", "fusions"))
    assert [row.name for row in rows] == [
        "default",
        "random weights",
        "no contrast between streams",
        "no contrast of fused vectors",
        "no balance loss",
        "no extreme view",
        "fusion concat",
        "fusion sum",
        "fusion gated",
    ]
    assert len(variants(quick, ())) == 2


def test_the_rows_follow_the_base(quick: PretrainOptions) -> None:
    encoder = quick.encoder.model_copy(update={"fusion": "sum"})
    contrast = quick.contrast.model_copy(update={"cross": 0.0})
    base = quick.model_copy(
        update={"encoder": encoder, "contrast": contrast, "extreme": None, "augment": "crop+speed"}
    )
    names = [row.name for row in variants(base)]
    assert "fusion balanced" in names
    assert "fusion sum" not in names
    assert "no contrast between streams" not in names
    assert "no extreme view" not in names
    assert [row.name for row in variants(base, ("left-out",))[2:]] == ["no augmentation"]
    strong = quick.model_copy(update={"augment": "extreme"})
    assert "without dropout" in [row.name for row in variants(strong, ("left-out",))]


def test_an_unknown_part_is_guessed(quick: PretrainOptions) -> None:
    with pytest.raises(InputError, match=r"unknown part 'fusion'\. Did you mean 'fusions'\?"):
        variants(quick, ("fusion",))


def test_every_two_augmentations_are_a_pair_and_the_papers_come_first(quick: PretrainOptions) -> None:
    rows = variants(quick, ("pairs",))[2:]
    pairs = [tuple(row.options(quick).augment.split("+")) for row in rows]
    expected = {frozenset((a, b)) for a in AUGMENTATIONS for b in AUGMENTATIONS if a != b}
    assert len(pairs) == len(expected) == 36
    assert {frozenset(pair) for pair in pairs} == expected
    assert all(set(pair) <= set(STUDIED) for pair in pairs[:6])
    assert rows[0].name == "only coordinates+viewpoint"
    assert all(row.options(quick).extreme is None for row in rows)


def test_every_spatial_encoder_meets_every_temporal_one(quick: PretrainOptions) -> None:
    rows = variants(quick, ("encoders",))[2:]
    spatial, temporal = ("graph-conv", "st-gcn"), ("gru", "lstm", "transformer")
    trained = [(row.options(quick).encoder, row.name) for row in rows if row.trains]
    assert {(e.spatial, e.temporal, e.fusion) for e, _ in trained} == {
        (a, b, fusion) for a in spatial for b in temporal for fusion in ("concat", "balanced")
    }
    assert [name for _, name in trained] == [f"{e.spatial} + {e.temporal}, {e.fusion}" for e, _ in trained]
    assert len(trained) == 12
    untrained = [row for row in rows if not row.trains]
    assert len(untrained) == 5  # that of the default is a row of every table
    assert {encoders.get(name).stream for name in spatial} == {"spatial"}  # type: ignore[attr-defined]
    assert encoders.get("contacts").stream is None  # type: ignore[attr-defined]


def test_widths_of_the_base_stay_with_its_encoders(quick: PretrainOptions, graph: Graph) -> None:
    for row in variants(quick, ("encoders",))[2:]:
        encoder = row.options(quick).encoder
        own = quick.encoder
        assert encoder.spatial_args == (own.spatial_args if encoder.spatial == own.spatial else {})
        assert encoder.temporal_args == (own.temporal_args if encoder.temporal == own.temporal else {})
        TwoStreams(graph, 2, encoder)


def test_pairs_of_encoders_follow_the_base(quick: PretrainOptions) -> None:
    other = quick.model_copy(
        update={"encoder": quick.encoder.model_copy(update={"temporal": "lstm", "fusion": "gated"})}
    )
    rows = {row.name: row for row in variants(other, ("encoders",))}
    assert dict(rows["graph-conv + lstm, concat"].change) == {"encoder.fusion": "concat"}
    assert rows["graph-conv + gru, balanced"].options(other).encoder.temporal == "gru"
    assert len([row for row in rows.values() if not row.trains]) == 1 + 6
