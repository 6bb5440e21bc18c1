"""Heavy libraries stay where they belong; what `import-linter` cannot say of outside packages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import mgllm

PACKAGE = Path(mgllm.__file__).parent
ALLOWED = {
    "torch": ("backends/_", "backends/local.py", "recognizer/"),
    "transformers": ("backends/_", "backends/local.py"),
    "gguf": ("backends/_gguf.py",),
    "openai": ("backends/",),
    "httpx": ("backends/",),
    "httpx2": ("backends/",),
    "aiohttp": ("backends/", "testing/"),
    "datasets": ("item_tables.py",),
    "jinja2": (
        "prompts/",
        "pages/templating.py",
        "backends/_encoding.py",
    ),  # chat templates are Jinja
    "krippendorff": ("analysis/agreement.py",),
    "typer": ("cli/",),
    "rich": ("flows/progress.py",),
    "pandas": ("analysis/", "flows/api.py"),
    "statsmodels": ("analysis/",),
    "sklearn": ("analysis/", "recognizer/"),
    "matplotlib": ("recognizer/pictures.py", "report/svg.py", "synthetic/preview.py", "media/overlay.py"),
    "av": ("media/",),
    "mediapipe": ("media/",),
    "cv2": ("media/",),
    "safetensors": ("backends/_", "recognizer/", "flows/recognizer_info.py"),
    "webvtt": ("speech/captions.py",),
    "defusedxml": ("datasets/_eaf_document.py",),
    "faster_whisper": ("media/listening.py",),
    "pickle": ("datasets/_restricted_pickle.py",),  # a reader that runs nothing of what it reads
    "subprocess": ("flows/manifesting.py", "backends/_pull.py"),
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("library", sorted(ALLOWED))
def test_a_library_is_imported_where_it_belongs(library: str) -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if library in set(imports(path))
    }
    strangers = [user for user in sorted(users) if not user.startswith(ALLOWED[library])]
    assert strangers == []


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
