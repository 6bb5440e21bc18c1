"""Flags and `--set` words become one checked value; a complaint names what was typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgllm.commands._options import PLACES, RUN_PLACES, from_flat, parse_options
from mgllm.errors import InputError
from mgllm.experiment.options import RunOptions
from mgllm.recognizer.evaluation.splits import SplitOptions
from mgllm.recognizer.training.pretraining import PretrainOptions
from mgllm.recognizer.training.supervised import SupervisedOptions


def complaint(said: dict[str, object], *sets: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_options(PretrainOptions, said, sets)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_nothing_said_is_the_default() -> None:
    assert parse_options(PretrainOptions, {}) == PretrainOptions()
    assert parse_options(SplitOptions, {}) == SplitOptions()


def test_a_flag_stands_where_its_option_is() -> None:
    said = {
        "fusion": "sum",
        "frames": 9,
        "centre": "clip",
        "scale": "none",
        "temperature": 0.2,
        "epochs": 3,
        "queue": 7,
    }
    assert set(PLACES) <= set(said)
    options = parse_options(PretrainOptions, said)
    assert options.encoder.fusion == "sum"
    assert (options.preprocessing.frames, options.contrast.temperature) == (9, 0.2)
    assert options.preprocessing.preparation.centre == "clip"
    assert options.preprocessing.preparation.scale == "none"
    assert (options.epochs, options.queue) == (3, 7)


def test_flags_and_sets_meet_in_the_same_part() -> None:
    options = parse_options(
        PretrainOptions,
        {"fusion": "gated"},
        ["encoder.dims=24", "encoder.spatial_args={widths: [8, 16], parts: 2}", "extreme=null"],
    )
    assert (options.encoder.fusion, options.encoder.dims) == ("gated", 24)
    assert options.encoder.spatial_args == {"widths": (8, 16), "parts": 2}
    assert options.extreme is None


def test_set_beats_flags_and_the_last_set_beats_the_first() -> None:
    sets = ["encoder.fusion=sum", " encoder.fusion = concat", "preprocessing.frames=16"]
    options = parse_options(PretrainOptions, {"fusion": "gated", "frames": 8}, sets)
    assert (options.encoder.fusion, options.preprocessing.frames) == ("concat", 16)


def test_an_equals_sign_may_stand_in_the_value() -> None:
    assert parse_options(PretrainOptions, {}, ["augment='a=b'"]).augment == "a=b"


@pytest.mark.parametrize(
    ("said", "sets", "words"),
    [
        ({"epochs": 0}, [], "--epochs must be 1 or more, not 0"),
        ({"learning_rate": -1.0}, [], "--learning-rate must be above 0, not -1.0"),
        ({"frames": 1}, [], "--frames must be 2 or more, not 1"),
        ({"temperature": 0.0}, [], "--temperature must be above 0, not 0.0"),
        ({"centre": "middle"}, [], "--centre must be '"),
        (
            {"learning_rate": float("nan")},
            [],
            "--learning-rate must be a finite number, not nan",
        ),
        ({}, ["batch=1"], "--set batch must be 2 or more, not 1"),
        ({"frames": 8}, ["preprocessing.frames=1"], "--set preprocessing.frames must be "),
        ({}, ["nothing=1"], "--set nothing: there is no such option"),
        ({}, ["nothing.at.all=1"], "--set nothing.at.all: there is no such option"),
        ({"epochs": 2}, ["epochs_done=1"], "--set epochs_done: there is no such option"),
        ({"fusion": "sum"}, ["encoder.fusions=1"], "--set encoder.fusions: there is no such option"),
        ({}, ["encoder=5"], "--set encoder must be an object"),
        ({}, ["encoder.fusion.x=1"], "--set encoder.fusion.x "),
        ({"frames": 8}, ["preprocessing.frames.x=1"], "--set preprocessing.frames.x: 'frames' is a value"),
        ({}, ["encoder.spatial_args={widths: wide}"], "--set encoder.spatial_args must be "),
        ({}, ["epochs"], "--set 'epochs' is not NAME=VALUE, such as contrast.cross=0"),
        ({}, ["=3"], "--set '=3' is not NAME=VALUE"),
        ({}, [" =3"], "is not NAME=VALUE"),
        ({}, [""], "--set '' is not NAME=VALUE"),
        ({}, ["encoder.spatial_args={widths: [8"], "the value cannot be read"),
        ({}, ["augment=2020-13-45"], "the value cannot be read"),
        ({}, ["augment=!!python/object/apply:os.getcwd []"], "the value cannot be read"),
    ],
)
def test_a_complaint_names_the_flag_as_it_was_typed(
    said: dict[str, object], sets: list[str], words: str
) -> None:
    assert words in complaint(said, *sets)


def test_a_long_value_is_cut_in_the_complaint() -> None:
    assert len(complaint({"centre": "x" * 1000})) < 200


def test_other_options_have_the_same_door() -> None:
    options = parse_options(SupervisedOptions, {"long_tail": "logit", "k": 5}, ["smoothing=0"])
    assert (options.long_tail, options.k, options.smoothing) == ("logit", 5, 0)
    with pytest.raises(InputError, match="--long-tail must be "):
        parse_options(SupervisedOptions, {"long_tail": "short"})
    with pytest.raises(InputError, match="--folds must be 2 or more, not 1"):
        parse_options(SplitOptions, {"folds": 1})


def test_options_of_a_run_stand_in_their_parts() -> None:
    flat = {"model": "local", "limit": 3, "epochs": 2, "timeout_s": 5.0, "yes": True, "scenarios": ["b", "a"]}
    options = from_flat({**flat, "scenarios_dir": Path("mine")})
    assert (options.which.limit, options.ask.epochs, options.reach.timeout_s, options.yes) == (
        3,
        2,
        5.0,
        True,
    )
    assert (options.scenarios, options.folders.scenarios) == (("b", "a"), Path("mine"))
    assert from_flat({"model": "local", "scenarios": "emotion"}).scenarios == ("emotion",)
    assert from_flat({"model": "local", "scenarios": None}) == RunOptions(model="local")


def test_what_is_said_stands_over_the_options_of_a_run_that_goes_on() -> None:
    base = from_flat({"model": "local", "limit": 3, "seed": 7, "model_args": {"threads": 1}})
    options = from_flat({"limit": 4, "store_text": False}, base)
    assert (options.model, options.which.limit, options.ask.seed) == ("local", 4, 7)
    assert dict(options.reach.model_args) == {"threads": 1}
    assert not options.store_text
    assert base.which.limit == 3


def test_a_value_that_is_said_whole_replaces_the_whole() -> None:
    whole = parse_options(PretrainOptions, {"fusion": "sum", "epochs": 3}, ["encoder={fusion: gated}"])
    assert (whole.encoder.fusion, whole.epochs) == ("gated", 3)
    before = from_flat({"model": "local", "model_args": {"a": 1, "b": 2}})
    assert from_flat({"model_args": {"a": 1}}, before).reach.model_args == {"a": 1}
    assert from_flat({"limit": 3}, before).reach.model_args == {"a": 1, "b": 2}


def test_a_part_of_another_options_value_is_added_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RUN_PLACES, "top_p", "reach.model_args.top_p")
    given = {"a": 1}
    for said in ({"top_p": 0.9, "model_args": given}, {"model_args": given, "top_p": 0.9}):
        assert from_flat({"model": "local", **said}).reach.model_args == {"a": 1, "top_p": 0.9}
    assert given == {"a": 1}


def test_every_option_of_a_run_has_its_place() -> None:
    nested = RunOptions(model="m").model_dump()
    for name, place in RUN_PLACES.items():
        part, _, field = place.rpartition(".")
        assert field in (nested[part] if part else nested), name


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "no model is named; use --model M, such as --model local"),
        ({"model": ""}, "no model is named"),
        ({"model": "m", "limti": 3}, "unknown option 'limti'. Did you mean 'limit'? Known: limit, "),
        ({"model": "m", "limit": 0}, "--limit must be 1 or more, not 0"),
        ({"model": "m", "limit": "many"}, "--limit must be a whole number above 0, not 'many'"),
        ({"model": "m", "limit": 2.5}, "--limit must be a whole number above 0, not 2.5"),
        ({"model": "m", "temperature": "hot"}, "--temperature must be a number from 0 to 2, not 'hot'"),
        ({"model": "m", "timeout_s": "long"}, "--timeout must be a number above 0, not 'long'"),
        ({"model": "m", "max_retries": "x"}, "--max-retries must be a whole number from 0 to 100, not 'x'"),
        ({"model": "m", "price_in": "free"}, "--price-in must be a number of 0 or more, not 'free'"),
        ({"model": "m", "seed": "x"}, "--seed must be a whole number, not 'x'"),
        ({"model": "m", "scenarios": 5}, "scenarios must be a list, not 5"),
        ({"model": "m", "timeout_s": 0}, "--timeout must be above 0, not 0"),
        ({"model": "m", "store_text": "perhaps"}, "--no-store-text must be true or false, not 'perhaps'"),
        ({"model": "m", "model_args": [5]}, "--model-arg must be an object {…}, not [5]"),
        ({"model": "m", "scenarios_dir": 5}, "--scenarios must be the name of a file or folder, not 5"),
        ({"model": "m", "prompts_dir": 5}, "--prompts must be "),
        ({"model": "m", "scenarios": ["a", 5]}, "scenarios must be text, not 5"),
        ({"model": "m", "arms": ("text", 5)}, "--arms must be text, not 5"),
        ({"model": "m", "budget_usd": -1.0}, "--budget-usd must be above 0, not -1.0"),
        ({"model": 5}, "--model must be text, not 5"),
    ],
)
def test_a_complaint_about_a_run_names_its_flag(said: dict[str, object], words: str) -> None:
    with pytest.raises(InputError) as caught:
        from_flat(said)
    assert str(caught.value).startswith(words)
