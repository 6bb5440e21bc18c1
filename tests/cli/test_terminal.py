"""Terminals that cannot show everything, and libraries that talk: nothing fails, nothing is noise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mgllm.cli.terminal import HANDLER, QUIET, READABLE, prepare, shows_all
from mgllm.testing.made_run import MadeRun, write_made_run

NARROW = {"PYTHONIOENCODING": "ascii", "COLUMNS": "80"}
C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "COLUMNS": "80"}
CODE = "import sys; from mgllm.cli.terminal import prepare; prepare(debug={debug}); {code}"


def environment(variables: dict[str, str] | None = None) -> dict[str, str]:
    """Variables as a user has them: commands run inside the tests' process have set `QUIET` there."""
    unset = {name: value for name, value in os.environ.items() if name not in QUIET}
    return unset | (variables or {})


def python(code: str, variables: dict[str, str] | None = None, *, debug: bool = False) -> tuple[str, str]:
    """What a program in which the terminal is prepared writes to stdout and stderr."""
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(debug=debug, code=code)],
        capture_output=True,
        env=environment(variables),
        check=True,
    )
    return done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def mgllm(*words: str, variables: dict[str, str], code: int = 0) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "mgllm", *words],
        capture_output=True,
        env=environment(variables),
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert b"Error" not in done.stderr
    return done


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_made_run(tmp_path_factory.mktemp("runs") / "x", MadeRun(items=24, model="made/Größe−…")))


def test_characters_that_an_ascii_terminal_has_not_become_like_ones() -> None:
    text = "−3.2 … a → b · “x” ± é Größe ≤ 中 ─│"
    out, err = python(f"print({text!r}); print({text!r}, file=sys.stderr)", NARROW)
    assert out == err == '-3.2 ... a -> b . "x" +/- e Grosse <= ? -|\n'


def test_what_cp1252_has_stays() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(debug=False, code="print('é − … “x” ± →')")],
        capture_output=True,
        env=environment({"PYTHONIOENCODING": "cp1252"}),
        check=True,
    )
    assert done.stdout.decode("cp1252") == "é - … “x” ± ->\n"


def test_utf_8_is_left_alone() -> None:
    assert python("print('− → 中')", {"PYTHONIOENCODING": "utf-8"})[0] == "− → 中\n"
    assert all(len(character) == 1 and not character.isascii() for character in READABLE)
    assert all(like.isascii() for like in READABLE.values())


@pytest.mark.parametrize("variables", [NARROW, C_LOCALE, {"PYTHONIOENCODING": "cp1252"}], ids=str)
def test_no_command_fails_where_characters_are_missing(run_folder: str, variables: dict[str, str]) -> None:
    for words in (["compare", run_folder, "--full"], ["show", run_folder], ["render", "emotion", "--diff"]):
        out = mgllm(*words, variables=variables).stdout
        assert out
        if "PYTHONIOENCODING" not in variables or variables is NARROW:
            assert out.isascii()
    page = mgllm("run", "--help", variables=variables).stdout
    assert b"[SCENARIO " in page


def test_an_error_is_written_where_characters_are_missing(run_folder: str) -> None:
    done = mgllm("show", run_folder, "--item", "Größe−", variables=NARROW, code=2)
    assert b"unknown item 'Grosse-'" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_json_keeps_every_character(run_folder: str) -> None:
    for words in (["show", run_folder, "--json"], ["compare", run_folder, "--json"]):
        narrow = mgllm(*words, variables=NARROW).stdout
        assert narrow.isascii()
        assert b"Gr\\u00f6\\u00dfe\\u2212\\u2026" in narrow
        assert json.loads(narrow) == json.loads(mgllm(*words, variables={"PYTHONIOENCODING": "utf-8"}).stdout)


def test_files_are_utf_8_on_every_terminal(tmp_path: Path) -> None:
    where = ["--scenarios", str(tmp_path / "s"), "--prompts", str(tmp_path / "p")]
    mgllm("scenario", "new", "mine", *where, variables=C_LOCALE)
    path = tmp_path / "s" / "mine.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Mine", "Größe −"), encoding="utf-8")
    out = mgllm("scenario", "show", "mine", *where, variables=C_LOCALE).stdout
    assert b"title: Grosse -" in out


@pytest.mark.parametrize(
    "talk",
    [
        "import warnings; warnings.warn('leaked semaphores')",
        "import warnings; warnings.warn('old', DeprecationWarning)",
        "import warnings; warnings.warn('fork', DeprecationWarning)",
        "import warnings; warnings.warn('divide', RuntimeWarning)",
        "import logging; logging.getLogger('matplotlib').warning('building the font cache')",
        "import logging; logging.getLogger('transformers').warning('chatter')",
        "import subprocess as s; s.run([sys.executable, '-c', 'import warnings; warnings.warn(1)'])",
        "import numpy as np; np.float64(1) / np.float64(0)",
    ],
)
def test_what_other_libraries_say_is_for_debugging(talk: str) -> None:
    assert python(talk) == ("", "")
    assert python(talk, debug=True)[1] != ""


def test_our_own_warnings_are_a_line() -> None:
    ours = "exec(compile('import warnings; warnings.warn(chr(10).join([\"odd\", \"run\"]))', 'x', 'exec'), "
    assert python(ours + "{'__name__': 'mgllm.experiment.x'})")[1] == "mgllm: warning: odd\\nrun\n"
    assert python(ours + "{'__name__': 'mgllmish'})")[1] == ""


def test_who_asks_python_for_warnings_gets_them() -> None:
    talk = "import warnings; warnings.warn('old', DeprecationWarning)"
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", CODE.format(debug=False, code=talk)],
        capture_output=True,
        env=environment(),
        text=True,
        check=True,
    )
    assert "warning (DeprecationWarning): old" in done.stderr


def test_variables_of_the_user_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import os; print(os.environ['TRANSFORMERS_VERBOSITY'], os.environ['HF_HUB_VERBOSITY'])"
    assert python(code, {"TRANSFORMERS_VERBOSITY": "info"})[0] == "info error\n"
    assert set(QUIET) >= {"PYTHONWARNINGS", "TOKENIZERS_PARALLELISM"}


@pytest.mark.parametrize("display", ["plain", "rich"])
def test_no_colour_and_no_escapes_where_they_are_not_wanted(display: str) -> None:
    code = (
        f"from mgllm.progress import Progress; p = Progress('{display}', 'x', 2).__enter__(); "
        "p.step('loss −1'); p.step(); p.__exit__()"
    )
    for variables in ({"NO_COLOR": "1", "FORCE_COLOR": ""}, {"TERM": "dumb"}, NARROW):
        _, err = python(code, variables)
        assert "2 of 2 steps" in err
        assert "\x1b[3" not in err
    assert python(code, NARROW)[1].isascii()


def test_streams_without_an_encoding_are_ascii() -> None:
    class Bare:
        encoding = None

    class Wide:
        encoding = "UTF-8"

    assert not shows_all(Bare())  # type: ignore[arg-type]  # what a test's stream may be
    assert shows_all(Wide())  # type: ignore[arg-type]
    assert HANDLER == "mgllm"
    assert callable(prepare)
