"""The house keeps its shape: few loose modules, one thing in one place, and nothing is asked by its name."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

import mgllm
from tests.walking import (
    Asked,
    arm_literals,
    asked_by_name,
    functions,
    homes,
    importers,
    module_of,
    public_functions,
    sources,
)

LOOSE = {"__init__.py", "__main__.py", "errors.py", "progress.py", "registry.py", "seeds.py", "store.py"}
MOST_LINES_OF_A_FUNCTION = 60
MOST_WITH_ONE_READER = 1 / 5
"""Share of modules. What has one reader belongs to it, unless it is an idea of its own; a command has its one
door in `cli/`. Faces of packages hand names on and are no readers."""

EXCEPTIONS: dict[str, tuple[set[str], str]] = {
    "records/manifest.py": (
        {"text+mg", "text+shuffled", "text+filler"},
        "the roles in runs that were written before manifests told them",
    ),
    "records/scenario.py": (
        {"text", "mg", "text+mg", "text+shuffled", "text+filler"},
        "the form of a scenario: the arms and the baseline of one that names none",
    ),
    "testing/made_run.py": (
        {"none", "text", "mg", "text+mg", "text+shuffled", "text+filler"},
        "a made-up run for the tests of whoever builds on mgllm: it is written arm by arm",
    ),
}
"""Files that ask for a name that is another's, which names, and why they may."""


@cache
def texts() -> dict[str, str]:
    return sources()


@cache
def asked() -> dict[str, list[Asked]]:
    """By file: what it asks by a name that is not its own."""
    known = homes(texts())
    arms = [name for kind, name in known if kind == "arm"]
    found = {}
    for path, text in texts().items():
        here = asked_by_name(text, known)
        here += [] if path.startswith("arms/") else arm_literals(text, arms)
        found[path] = [one for one in here if path not in known[one.kind, one.name]]
    return {path: here for path, here in found.items() if here}


def test_few_modules_are_loose() -> None:
    loose = {path for path in texts() if "/" not in path}
    assert loose <= LOOSE
    assert len(LOOSE) == 7


def test_tests_stand_where_the_code_stands() -> None:
    folders = {path.rpartition("/")[0] for path in texts()}
    mine = Path(__file__).parents[1]
    strange = {
        file.relative_to(mine).as_posix()
        for file in mine.rglob("test_*.py")
        if file.parent.relative_to(mine).as_posix() not in {*folders, "contracts", "golden", "."}
    }
    assert strange == set()


def commands() -> list[str]:
    files = [path for path in texts() if path.startswith("commands/")]
    return [path for path in files if not path.rpartition("/")[2].startswith("_")]


@pytest.mark.parametrize("path", commands())
def test_a_command_file_has_one_public_function(path: str) -> None:
    found = public_functions(texts()[path])
    assert len(found) == 1, found
    if path.startswith("commands/api/"):  # the Python face finds a function by the name of its file
        assert path == f"commands/api/{found[0]}.py"


def test_nothing_is_asked_by_its_name() -> None:
    strange = {
        f"{path}:{one.line}": f"{one.kind} {one.name}"
        for path, here in asked().items()
        for one in here
        if one.name not in EXCEPTIONS.get(path, (set(), ""))[0]
    }
    assert strange == {}


@pytest.mark.parametrize(
    "script", sorted((Path(mgllm.__file__).parent).rglob("*.js")), ids=lambda path: path.stem
)
def test_scripts_of_pages_ask_for_roles_too(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert re.findall(r"""['"](?:text\+[^'"]*|mg)['"]""", text) == []
    assert re.findall(r"""\barm\b\s*[!=]==\s*['"]""", text) == []


def test_every_exception_is_needed_and_has_its_reason() -> None:
    needed = {path: {one.name for one in here} for path, here in asked().items()}
    useless = {path: names - needed.get(path, set()) for path, (names, _) in EXCEPTIONS.items()}
    assert {path: names for path, names in useless.items() if names} == {}
    assert all(reason for _, reason in EXCEPTIONS.values())


def test_functions_are_short() -> None:
    """A command of the door, of the command line or of Python, has as many parameters as the user has
    options, and a docstring that explains them: there, the bodies count."""
    long = {
        f"{path} {one.name}": one.lines
        for path, text in texts().items()
        for one in functions(text, signatures=not path.startswith(("cli/", "commands/api/")))
        if one.lines > MOST_LINES_OF_A_FUNCTION
    }
    assert long == {}


def test_few_modules_have_one_importer() -> None:
    faces = {module_of(path) for path in texts() if path.endswith("__init__.py")}
    alone = {
        module: readers
        for module, readers in importers(texts()).items()
        if len(readers) == 1 and module not in faces and not readers & faces
    }
    assert len(alone) / len(texts()) <= MOST_WITH_ONE_READER, sorted(alone)


NAMES = [
    *(("backend", name) for name in ("local", "openai")),
    *(("arm", name) for name in ("none", "text", "mg", "text+mg", "text+noisy")),
    *(("style", name) for name in ("timeline", "plain", "by_turn", "summary", "at_word", "describe")),
    *(("metric", name) for name in ("accuracy", "brier")),
]


@pytest.mark.parametrize(
    ("code", "kind", "name"),
    [
        ('if name.backend == "local": pass', "backend", "local"),
        ('remote = "openai" != stem', "backend", "openai"),
        ('if arm.name.startswith("text+noisy"): pass', "arm", "text+noisy"),
        ('if arm.startswith("text+noisy@"): pass', "arm", "text+noisy"),
        ('if record.arm != "none": pass', "arm", "none"),
        ('kept = [row for row in rows if row.arm.name not in ("none", "other")]', "arm", "none"),
        ('if "none" in arms: pass', "arm", "none"),
        ('if "none" in {arm.name for arm in found}: pass', "arm", "none"),
        ('if {"text+mg", "other"} <= names: pass', "arm", "text+mg"),
        ('if scenario.baseline == "text": pass', "arm", "text"),
        ('match arm:\n    case "none" | "other":\n        pass', "arm", "none"),
        ('if settings.style == "summary": pass', "style", "summary"),
        ('if cue.style in ("by_turn",): pass', "style", "by_turn"),
        ('if effect.metric == "accuracy": pass', "metric", "accuracy"),
        ('if "brier" in replicates: pass', "metric", "brier"),
    ],
)
def test_the_walk_finds_what_is_asked_by_name(code: str, kind: str, name: str) -> None:
    assert [(one.kind, one.name) for one in asked_by_name(code, NAMES)] == [(kind, name)]


@pytest.mark.parametrize(
    "code",
    [
        'if display == "plain": pass',
        'if how.centre != "none": pass',
        'if how.scale.startswith("none"): pass',
        'if set(content["speech"][0]) == {"text"}: pass',
        'if key in ("text", "error"): pass',
        'scale = {"accuracy": 100}[metric]',
        'if "summary" in words: pass',
        "if arm.name == other.name: pass",
        'style = "timeline"',
        'print("text+mg against text")',
    ],
)
def test_the_walk_leaves_other_words_alone(code: str) -> None:
    assert asked_by_name(code, NAMES) == []


def test_the_walk_says_where() -> None:
    code = 'x = 1\nif arm == "none" or arm == "mg":\n    pass\n'
    assert asked_by_name(code, NAMES) == [Asked("arm", "mg", 2), Asked("arm", "none", 2)]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('MAIN = "text+mg"', ["text+mg"]),
        ('still.get("text+mg")', ["text+mg"]),
        ('ARMS = ("none", "text", "mg")', ["mg"]),
        ('Row(arm="none", text="text")', ["none"]),
        ('baseline: str = "text"', ["text"]),
        ("print(\"write 'text+mg,mg'\")", []),
        ('"""text+mg is the arm."""', []),
        ('title: str = "text"', []),
    ],
)
def test_arms_are_found_wherever_they_are_named(code: str, found: list[str]) -> None:
    assert [one.name for one in arm_literals(code, [name for kind, name in NAMES if kind == "arm"])] == found


def test_registration_lines_say_whose_file_a_name_has() -> None:
    found = homes({"arms/a.py": '@arm("text+late@", speech=True)\ndef late(): ...\n', "b.py": 'arm("text")'})
    assert found["arm", "text+late"] == {"arms/a.py"}
    assert found["arm", "text"] == {"b.py"}
    assert found["style", "plain"] == set()


def test_importers_are_counted_for_types_and_inside_functions_too() -> None:
    found = importers(
        {
            "__init__.py": "",
            "a.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from mgllm.b import C\n",
            "b.py": "def f():\n    import mgllm.d\n    from mgllm import a\n",
            "d/__init__.py": "from mgllm.b import C\nfrom mgllm.d import e\n",
            "d/e.py": "import os\n",
        }
    )
    assert found["mgllm.b"] == {"mgllm.a", "mgllm.d"}
    assert found["mgllm.d"] == {"mgllm.b"}
    assert found["mgllm.a"] == {"mgllm.b"}
    assert found["mgllm.d.e"] == {"mgllm.d"}


def test_lines_of_a_function_are_counted() -> None:
    code = (
        "@one\n@two\ndef f(\n    a,\n    b,\n):\n    x = 1\n    return x\n\nclass C:\n    def _g(self): ...\n"
    )
    assert functions(code) == [("f", 8), ("_g", 1)]
    assert functions(code, signatures=False)[0] == ("f", 2)
    assert public_functions(code + "\ndef _h(): ...\n") == ["f"]
