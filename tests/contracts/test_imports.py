"""Heavy libraries stay where they belong; what `import-linter` cannot say of outside packages."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import mgllm

PACKAGE = Path(mgllm.__file__).parent
ALLOWED = {
    "torch": ("backends/weights/", "backends/local.py", "recognizer/"),
    "transformers": ("backends/weights/", "backends/local.py"),
    "gguf": ("backends/weights/pull.py",),
    "openai": ("backends/",),
    "httpx": ("backends/",),
    "httpx2": ("backends/",),
    "truststore": ("backends/",),
    "aiohttp": ("backends/", "testing/"),
    "datasets": ("items/tables.py",),
    "jinja2": (
        "prompts/",
        "pages/shell.py",
        "backends/weights/templating.py",
    ),  # chat templates are Jinja
    "krippendorff": ("analysis/statistics/arm_rows.py",),
    "typer": ("cli/",),
    "rich": ("progress.py",),
    "pandas": ("analysis/", "commands/api/", "commands/shown.py", "commands/export_records.py"),
    "statsmodels": ("analysis/",),
    "sklearn": ("analysis/", "recognizer/", "references/"),
    "matplotlib": (
        "recognizer/evaluation/pictures.py",
        "pages/plots/",
        "synthetic/preview.py",
        "media/overlay.py",
    ),
    "av": ("media/",),
    "mediapipe": ("media/",),
    "cv2": ("media/",),
    "safetensors": ("backends/weights/", "recognizer/", "commands/recognizer/info.py"),
    "defusedxml": ("files/eaf_files.py",),
    "openpyxl": ("files/sheets.py",),
    "faster_whisper": ("media/listening.py",),
    "pickle": (
        "datasets/skeletons/_pickle_steps.py",  # its steps, each checked before it is done
        "datasets/skeletons/_restricted_pickle.py",  # a reader that runs nothing of what it reads
        "synthetic/corpora/ma52.py",  # writes one, as the authors' files are
    ),
    "subprocess": ("experiment/versions.py", "backends/weights/fetching.py"),
}


KNOWN_TO_ANALYSIS = {"analysis", "records", "registry", "errors", "seeds"}


@cache
def imports(path: Path) -> frozenset[str]:
    """The libraries that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return frozenset(found)


@pytest.mark.parametrize("library", sorted(ALLOWED))
def test_a_library_is_imported_where_it_belongs(library: str) -> None:
    users = {
        path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if library in imports(path)
    }
    strangers = [user for user in sorted(users) if not user.startswith(ALLOWED[library])]
    assert strangers == []


def test_analysis_is_forbidden_all_but_four() -> None:
    """The contract names what is forbidden: a new package of mgllm has to be named in it, too."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [
        one
        for one in project["tool"]["importlinter"]["contracts"]
        if one["type"] == "forbidden" and one["source_modules"] == ["mgllm.analysis"]
    ]
    all_of_them = {path.stem for path in PACKAGE.glob("[a-z]*.py")}
    all_of_them |= {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    forbidden = {name.removeprefix("mgllm.") for name in contract["forbidden_modules"]}
    assert forbidden == all_of_them - KNOWN_TO_ANALYSIS


def test_analysis_imports_nothing_else_of_mgllm() -> None:
    used = {
        module.split(".")[1] if module != "mgllm" else "mgllm"
        for path in (PACKAGE / "analysis").rglob("*.py")
        for module in own_imports(path)
    }
    assert used <= KNOWN_TO_ANALYSIS
    assert "records" in used


def own_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "mgllm")
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "mgllm":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_walk_sees_imports() -> None:
    assert "jinja2" in set(imports(PACKAGE / "prompts" / "renderer.py"))


def test_no_file_is_an_attic() -> None:
    sizes = {
        path.relative_to(PACKAGE).as_posix(): len(path.read_text().splitlines())
        for path in PACKAGE.rglob("*.py")
    }
    assert {name: size for name, size in sizes.items() if size > 300} == {}
    assert not [name for name in sizes if name.endswith("utils.py")]


def test_code_of_strangers_is_never_trusted() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    assert not [path for path, text in sources.items() if "trust_remote_code=True" in text]
    assert not [
        path
        for path, text in sources.items()
        if "yaml.load(" in text or "eval(" in text.replace(".eval(", "")
    ]
