"""Help: every page, its examples, its width; bare groups; the names that can be chosen."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import typer

from mgllm.cli import choices, main
from mgllm.cli.app import app
from mgllm.cli.examples import EXAMPLES
from mgllm.cli.help import FEW, HEADINGS
from mgllm.cli.options import split_names
from mgllm.cli.printing import WIDEST
from mgllm.errors import InputError

Captured = pytest.CaptureFixture[str]
ROOT: Any = typer.main.get_command(app)


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    yield before, group
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, f"{before} {name}".strip())


ALL = dict(commands(ROOT))
GROUPS = [path for path, command in ALL.items() if hasattr(command, "commands")]


def page(path: str, capsys: Captured) -> str:
    with pytest.raises(SystemExit) as left:
        main([*path.split(), "--help"])
    said = capsys.readouterr()
    assert (left.value.code, said.err) == (0, "")
    return said.out


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("path", ALL)
def test_every_page_fits_and_has_examples_and_plain_types(path: str, capsys: Captured) -> None:
    text = page(path, capsys)
    assert max(map(len, text.splitlines())) <= 80
    assert text.startswith(f"Usage: mgllm {path}".rstrip())
    assert text.count("\n    mgllm ") == 2
    for ugly in ("list[", "<str>", "env var", "Optional", "...", "None"):
        assert ugly not in text
    for option in ALL[path].params:
        if option.param_type_name == "option" and not hasattr(ALL[path], "commands"):
            assert max(option.opts, key=len) in text
            assert option.help, option.name


@pytest.mark.parametrize("columns", ["40", "60", "200"])
def test_narrow_and_wide_terminals(monkeypatch: pytest.MonkeyPatch, capsys: Captured, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    longest = max(map(len, page("compare", capsys).splitlines()))
    assert longest <= min(int(columns), WIDEST) + (12 if columns == "40" else 0)


@pytest.mark.parametrize("path", GROUPS)
def test_a_bare_group_prints_its_help(path: str, capsys: Captured) -> None:
    text = page(path, capsys)
    with pytest.raises(SystemExit) as left:
        main(path.split())
    said = capsys.readouterr()
    assert (left.value.code, said.err, said.out) == (0, "", text)
    for name, command in ALL[path].commands.items():
        assert f"\n  {name} " in text
        assert " ".join(command.help.split()) in " ".join(text.split())


def test_many_options_stand_under_headings_few_do_not(capsys: Captured) -> None:
    run = page("run", capsys)
    places = [run.index(f"\n{heading}:\n") for heading in HEADINGS if f"\n{heading}:\n" in run]
    assert places == sorted(places)
    assert len(places) == 7
    assert "\nOptions:\n" not in run
    assert "\nOptions:\n" in page("score", capsys)


@pytest.mark.parametrize("path", [path for path in ALL if path not in GROUPS])
def test_every_option_has_a_heading_with_a_place(path: str, capsys: Captured) -> None:
    options = [one for one in ALL[path].params if one.param_type_name == "option"]
    assert {one.rich_help_panel for one in options} <= set(HEADINGS)
    many = len(options) + 1 >= FEW
    assert ("\nOptions:\n" in page(path, capsys)) is not many


def test_defaults_and_variables_are_shown(capsys: Captured) -> None:
    run = " ".join(page("run", capsys).split())
    assert "Attempts after the first. [default: 6]" in run
    assert "[default: 1; 8 with --score sample]" in run
    assert "Every option is also a variable: --limit N is MGLLM_LIMIT=N." in run
    assert run.count("MGLLM_") == 1
    assert "[variable: MGLLM_TRAINING_EPOCHS]" in " ".join(page("recognizer finetune", capsys).split())
    assert "--raters N" in page("human export", capsys)
    assert "[required]" in page("human export", capsys)


def test_help_is_found_anywhere_in_the_line(capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        main(["run", "emotion", "--model", "local", "-h"])
    assert capsys.readouterr().out == page("run", capsys)
    with pytest.raises(SystemExit) as left:
        main(["rnu", "--help"])
    assert left.value.code == 2
    assert "Did you mean 'mgllm run'?" in capsys.readouterr().err


def test_examples_are_of_commands_that_there_are() -> None:
    assert set(EXAMPLES) == set(ALL)


@pytest.mark.parametrize(
    ("path", "line"), [(path, one.command) for path, two in EXAMPLES.items() for one in two]
)
def test_an_example_can_be_read(path: str, line: str) -> None:
    program, *words = shlex.split(line)
    assert program == "mgllm"
    assert line.startswith(f"mgllm {path}".rstrip())
    _parse(words)


def test_a_wrong_example_would_be_noticed() -> None:
    for line in ("run emotion --modle local", "run emoton --model local", "import elna x -o y", "compar x"):
        with pytest.raises((InputError, AssertionError)):
            _parse(line.split())


def _parse(words: list[str]) -> None:
    """Read a line without running it; names must be among those that its help lists."""
    context = ROOT.context_class(ROOT, info_name="mgllm")
    while hasattr(context.command, "commands"):
        name, command, words = context.command.resolve_command(context, words)
        parent = context
        if hasattr(command, "commands"):
            context = command.context_class(command, info_name=name, parent=parent)
        else:
            context = command.make_context(name, words, parent=parent)
    path = context.command_path.removeprefix("mgllm ")
    for name, value in context.params.items():
        key = f"{path} {name}" if f"{path} {name}" in choices.CHOICES else name
        if value and key in choices.CHOICES and key != "run model":
            given = split_names(value) if name == "arms" else value if isinstance(value, list) else [value]
            assert set(given or ()) <= set(choices.CHOICES[key]()), (key, value)


def test_names_are_those_that_the_modules_have() -> None:
    from mgllm.analysis.tables.names import TABLES
    from mgllm.analysis.tables.sections import SHAPES, table_formats
    from mgllm.arms.base import arm_names
    from mgllm.backends.base import backends
    from mgllm.commands.transcribe_sets import TranscribeOptions
    from mgllm.cues.vocabularies import vocabulary_names
    from mgllm.datasets.base import datasets
    from mgllm.experiment.options import AskOptions, RunOptions
    from mgllm.exports.base import exports
    from mgllm.media.listening import ListenOptions
    from mgllm.pages.plots.saving import PLOTS
    from mgllm.prompts.scenarios import Folders, scenario_names
    from mgllm.recognizer.evaluation.ablation import PARTS, Stream
    from mgllm.recognizer.evaluation.protocols import Protocol
    from mgllm.recognizer.network.fusion import FUSIONS
    from mgllm.recognizer.training.composing import RECIPES
    from mgllm.recognizer.training.pretraining import Precision, PretrainOptions
    from mgllm.recognizer.training.probing import LongTail
    from mgllm.records import CueSource, Reasoning
    from mgllm.skeleton.preparing import SHOULDERS, UNSCALED, Preparation

    def literals(model: Any, field: str) -> set[str]:
        return set(re.findall(r"'([\w-]+)'", str(model.model_fields[field].annotation)))

    assert set(choices.arms()) == set(arm_names())
    assert choices.import_formats() == datasets.names()
    assert choices.export_formats() == [*exports.names(), "records"]
    assert choices.CHOICES["compare table_format"]() == table_formats.names()
    assert choices.models() == [f"{name}/…" for name in backends.names()]
    assert choices.scenarios() == scenario_names(Folders())
    assert choices.vocabularies() == sorted(vocabulary_names())
    assert tuple(TABLES) == choices.TABLES
    assert choices.SHAPES == SHAPES
    assert tuple(PLOTS) == choices.PLOTS
    assert set(choices.CUE_SOURCES) == set(get_args(CueSource))
    assert get_args(Reasoning) == choices.REASONING
    assert set(choices.FORMS) == literals(AskOptions, "form")
    assert set(choices.SCORES) == literals(AskOptions, "score")
    assert set(choices.DISPLAYS) == literals(RunOptions, "display")
    assert choices.ABLATED == PARTS
    assert get_args(Stream) == choices.STREAMS
    assert get_args(Protocol) == choices.PROTOCOLS
    assert tuple(FUSIONS) == choices.FUSIONS
    assert tuple(RECIPES) == choices.RECIPES
    assert get_args(Precision) == choices.PRECISIONS
    assert get_args(LongTail) == choices.LONG_TAILS
    assert set(choices.DEVICES) == literals(PretrainOptions, "device")
    assert set(choices.CENTRES) == literals(Preparation, "centre")
    assert (SHOULDERS, UNSCALED) == choices.SCALES
    assert set(choices.CLIPS) == literals(TranscribeOptions, "clips")
    assert set(choices.COMPUTE_TYPES) == literals(ListenOptions, "compute_type")


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("run", ["text+shuffled", "deception", "out_of_fold", "cloze", "logprob", "ollama/…", "plain"]),
        ("import", ["eaf", "rltd", "utd-mhad", "imigue", "smg"]),
        ("export", ["eaf", "miga", "records"]),
        ("compare", ["verdict", "claims", "md", "tex", "forest", "wide"]),
    ],
)
def test_names_are_listed_where_they_are_asked_for(path: str, names: list[str], capsys: Captured) -> None:
    words = re.findall(r"[\w+@/…-]+", page(path, capsys))
    assert set(names) <= set(words)
