"""The Python face says all that it takes: every option has its keyword, its default and its explanation."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel

import mgllm
from mgllm.commands._options import RUN_PLACES
from mgllm.commands.shown import ShownSummary
from mgllm.commands.transcribe_files import FileOptions
from mgllm.commands.transcribe_sets import TranscribeOptions
from mgllm.experiment.options import RunOptions

FUNCTIONS = [
    mgllm.compare,
    mgllm.load_items,
    mgllm.load_run,
    mgllm.render,
    mgllm.report,
    mgllm.run,
    mgllm.transcribe,
]
INTERNAL = {"design_rules"}
"""Options that only a resumed run sets: it takes them from its own manifest."""
RENAMED: dict[str, object] = {"model_args": None}
"""Keywords whose default is not written as the option's: an empty mapping cannot be shared."""
each_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.__name__)


def default_of(place: str) -> Any:
    part: BaseModel = RunOptions(model="m")
    *parts, field = place.split(".")
    for name in parts:
        part = getattr(part, name)
    return getattr(part, field)


@pytest.mark.parametrize("name", sorted(set(RUN_PLACES) - INTERNAL - {"model"}))
def test_every_option_of_a_run_is_a_keyword_with_its_default(name: str) -> None:
    parameter = inspect.signature(mgllm.run).parameters[name]
    wanted = RENAMED.get(name, default_of(RUN_PLACES[name]))
    wanted = str(wanted) if isinstance(wanted, Path) else wanted
    assert parameter.default == wanted
    assert type(parameter.default) is type(wanted)


def test_run_has_no_keyword_without_an_option() -> None:
    assert set(inspect.signature(mgllm.run).parameters) - {"resume"} == set(RUN_PLACES) - INTERNAL


def test_options_of_transcribe_are_its_keywords() -> None:
    parameters = inspect.signature(mgllm.transcribe).parameters
    for model in (FileOptions, TranscribeOptions):
        for name, field in model.model_fields.items():
            if name in ("timeline", "fit"):  # parts with options of their own, reached by `settings`
                continue
            assert parameters[name].default == field.default, name


@each_function
def test_help_explains_every_parameter(function: Callable[..., object]) -> None:
    text = inspect.getdoc(function) or ""
    for part in ("Args:", "Returns:", "Raises:", "Example:", "    >>> "):
        assert part in text
    for name, parameter in inspect.signature(function).parameters.items():
        assert f"\n    {name}: " in text, name
        assert parameter.annotation is not parameter.empty, name
        assert parameter.kind is not parameter.VAR_KEYWORD, name
    assert "--" not in text


@each_function
def test_all_is_complete(function: Callable[..., object]) -> None:
    assert function.__name__ in mgllm.__all__
    assert getattr(mgllm, function.__name__) is function


def test_all_names_are_listed_and_there() -> None:
    assert dir(mgllm) == sorted(mgllm.__all__)
    assert {one.__name__ for one in FUNCTIONS} | {"InputError", "MgllmError", "__version__"} == set(
        mgllm.__all__
    )
    with pytest.raises(AttributeError, match="no attribute 'rum'"):
        mgllm.rum  # type: ignore[attr-defined]  # noqa: B018


def test_importing_loads_four_small_modules() -> None:
    code = "import mgllm, sys; print(*sorted(name for name in sys.modules if name.startswith('mgllm')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["mgllm", "mgllm.errors", "mgllm.experiment", "mgllm.experiment.versions"]


def test_the_wheel_says_that_it_is_typed() -> None:
    assert (Path(mgllm.__file__).parent / "py.typed").is_file()


if TYPE_CHECKING:  # read by mypy, which refuses an ignore that nothing needs

    def what_a_checker_sees() -> ShownSummary:
        run = mgllm.run(model="local", limit=4, scenarios=["emotion"], arms=("text", "text+mg"))
        mgllm.run(limti=3)  # type: ignore[call-arg]
        mgllm.run(limit="many")  # type: ignore[arg-type]
        mgllm.run(score="guess")  # type: ignore[arg-type]
        mgllm.load_run(3)  # type: ignore[arg-type]
        mgllm.compare([run, "latest"], against=mgllm.load_run("latest")).plot("forest")
        mgllm.compare(run).plot("florest")  # type: ignore[arg-type]
        page: Path = mgllm.report(run)
        return mgllm.compare(page.parent)
