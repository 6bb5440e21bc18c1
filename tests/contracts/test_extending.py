"""Every example of docs/extending.md, installed as a distribution and put into the tree, is run."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

import mgllm

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n# more_cues/(\w+)\.py\n(.*?)```", PAGE, re.DOTALL)
GROUPS: dict[str, dict[str, str]] = tomllib.loads(
    next(iter(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)))
)["project"]["entry-points"]
PLACES = {
    **{"arms": "arms", "styles": "cues", "metrics": "analysis/statistics", "backends": "backends"},
    **{"datasets": "datasets/annotations", "speech": "speech", "exports": "exports"},
    **{"encoders": "recognizer/network/encoders", "sections": "pages/report", "tables": "analysis/tables"},
}
"""Where the first table of the page says that each example's file goes."""

Go = Callable[..., subprocess.CompletedProcess[str]]


def write_wheel(folder: Path) -> Path:
    """The examples as a wheel: what a build tool would make of them."""
    about = "more_cues-1.0.dist-info"
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in entries.items()) + "\n"
        for group, entries in GROUPS.items()
    )
    contents = {
        "more_cues/__init__.py": "",
        **{f"more_cues/{name}.py": code for name, code in BLOCKS},
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: more-cues\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/entry_points.txt": points,
    }
    rows = [f"{name},sha256={_digest(text)},{len(text.encode())}" for name, text in contents.items()]
    contents[f"{about}/RECORD"] = "\n".join([*rows, f"{about}/RECORD,,", ""])
    path = folder / "more_cues-1.0-py3-none-any.whl"
    with ZipFile(path, "w") as wheel:
        for name, text in contents.items():
            wheel.writestr(name, text)
    return path


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture(scope="module", params=["installed", "in the tree"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PYTHONPATH in which mgllm knows all examples."""
    folder = tmp_path_factory.mktemp("place")
    if request.param == "installed":
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target"]
        subprocess.run([*pip, str(folder / "site"), str(write_wheel(folder))], check=True, timeout=120)
        return folder / "site"
    package = folder / "mgllm"
    shutil.copytree(ROOT / "mgllm", package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("scenarios", "prompts"):
        shutil.copytree(ROOT / name, folder / name)
    for name, code in BLOCKS:
        new = package / PLACES[name] / f"more_{name}.py"
        assert not new.exists()
        new.write_text(code, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def go(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Go:
    """Run mgllm where the examples are known."""
    here = tmp_path_factory.mktemp("work")
    where = [str(place), *([] if (place / "mgllm").exists() else [str(ROOT)])]
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(where)}

    def run(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mgllm", *words]
        made = subprocess.run(
            command, check=False, cwd=here, env=surroundings, capture_output=True, text=True, timeout=120
        )
        assert made.returncode == code, made.stderr
        return made

    run.here = here  # type: ignore[attr-defined]  # where the files are
    return run


@pytest.fixture(scope="module")
def finished(go: Go) -> Path:
    """A run with the arm, the style and the backend of the examples."""
    here: Path = go.here  # type: ignore[attr-defined]
    folder = here / "scenarios"
    shutil.copytree(ROOT / "scenarios", folder)
    text = (folder / "emotion.yaml").read_text(encoding="utf-8")
    text, changed = re.subn(r"(?m)^cue:\n(  style: .*\n)?", "cue:\n  style: shouted\n", text)
    assert changed == 1
    (folder / "emotion.yaml").write_text(text, encoding="utf-8")
    arms = "none,text,text+mg,text+late@5,text+shuffled"
    go("run", "emotion", "--model", "parrot/grey", "--arms", arms, "--scenarios", "scenarios")
    return next((here / "results").iterdir())


def records(run: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (run / "records.jsonl").read_text().splitlines()]


def test_the_page_has_an_example_of_every_group() -> None:
    named = set(re.findall(r"`(mgllm\.[a-z_]+)`", PAGE.partition("\nThe names are read")[0]))
    assert named == set(GROUPS)
    targets = {target for entries in GROUPS.values() for target in entries.values()}
    assert targets == {f"more_cues.{name}" for name, _ in BLOCKS}
    assert set(PLACES) == {name for name, _ in BLOCKS}


@pytest.mark.parametrize(("name", "code"), BLOCKS, ids=[name for name, _ in BLOCKS])
def test_an_example_is_about_ten_lines(name: str, code: str) -> None:
    lines = [line for line in code.splitlines() if line.strip() and not line.startswith(("from", "import"))]
    assert len(lines) <= 12


def test_arm_style_and_backend_make_a_run(finished: Path) -> None:
    kept = {one["prompt_sha256"]: one for one in records(finished) if one["arm"] == "text+late@5"}
    assert len(kept) == 24
    prompts = [json.loads(line) for line in (finished / "prompts.jsonl").read_text().splitlines()]
    told = [prompt["messages"][-1]["content"] for prompt in prompts if prompt["sha256"] in kept]
    assert len(told) == 24
    assert any("TOUCHING" in text or "LIPS" in text or "ARMS" in text for text in told)
    manifest = json.loads((finished / "manifest.json").read_text())
    assert manifest["scenarios"][0]["arms"] == ["none", "text", "text+mg", "text+shuffled", "text+late@5"]


def test_a_level_that_is_none_is_a_line(go: Go) -> None:
    said = go("run", "emotion", "--model", "parrot/grey", "--arms", "text+late@soon", code=2).stderr
    assert "soon" in said


def test_metric_section_and_table_format_show_the_run(go: Go, finished: Path) -> None:
    table = go("compare", str(finished), "--full").stdout
    assert "P(target)" in table
    assert "P(target)" in (finished / "table.tex").read_text() or "P(target)" in table
    assert "What was answered" in go("compare", str(finished), "--format", "titles", "--full").stdout
    rows = go("compare", str(finished), "--format", "csv").stdout
    assert "trust" in rows
    go("report", str(finished), "-o", "page.html")
    page = (go.here / "page.html").read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert "Records by outcome" in page


def test_files_are_read_and_written(go: Go) -> None:
    here: Path = go.here  # type: ignore[attr-defined]
    (here / "diaries").mkdir()
    (here / "diaries" / "ann.txt").write_text("A good day.\nA bad one.\n")
    go("import", "diary", "diaries", "-o", "diary")
    lines = (here / "diary" / "items.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["ann-0", "ann-1"]
    (here / "speech").mkdir()
    (here / "speech" / "ann-0.lines").write_text("So.\nWell.\n")
    go("import", "lines", "speech", "-o", "spoken")
    assert "So." in (here / "spoken" / "items.jsonl").read_text()
    go("items", "join", "diary/items.jsonl", "--speech", "speech", "-o", "joined.jsonl")
    assert "Well." in (here / "joined.jsonl").read_text()
    gestures = [{"label": "head up"}, {"label": "folding arms"}]
    (here / "a.mg.json").write_text(
        json.dumps({"schema": "mgllm.gestures/1", "item": "a", "gestures": gestures})
    )
    go("export", "names", "a.mg.json", "-o", "names")
    assert (here / "names" / "a.names").read_text() == "head up\nfolding arms\n"


def test_an_encoder_is_trained(go: Go) -> None:
    here: Path = go.here  # type: ignore[attr-defined]
    go("synth", "-o", "made", "--clips", "40", "--seed", "1")
    sets = ["--set", "encoder.spatial=mean-pose", "--set", "encoder.dims=8", "--set", "batch=8"]
    go("recognizer", "pretrain", "made/clips", "-o", "trained", "--epochs", "1", "--device", "cpu", *sets)
    assert json.loads((here / "trained" / "config.json").read_text())["encoder"]["spatial"] == "mean-pose"


def test_an_option_of_providers_is_a_flag_and_its_place(tmp_path: Path) -> None:
    """Two files: what is said by the flag stands in the manifest, which a resume compares."""
    shutil.copytree(
        ROOT / "mgllm", tmp_path / "mgllm", ignore=shutil.ignore_patterns("__pycache__", "*.safetensors")
    )
    for name in ("scenarios", "prompts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "mgllm" / "backends" / "more.py").write_text(dict(BLOCKS)["backends"])
    changes = {
        "cli/run.py": (
            "    temperature: ",
            '    top_p: Annotated[float | None, option("--top-p", "Nucleus.")] = None,\n    temperature: ',
        ),
        "commands/_options.py": ("RUN_PLACES = {", 'RUN_PLACES = {\n    "top_p": "reach.model_args.top_p",'),
    }
    for name, (old, new) in changes.items():
        path = tmp_path / "mgllm" / name
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))
    words = ["run", "emotion", "--model", "parrot/p", "--limit", "2", "--top-p", "0.9", "--model-arg", "k=1"]
    subprocess.run(
        [sys.executable, "-m", "mgllm", *words],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=True, timeout=120,
    )  # fmt: skip
    run = next((tmp_path / "results").iterdir())
    assert json.loads((run / "manifest.json").read_text())["model_args"] == {"k": 1, "top_p": 0.9}


def test_the_package_under_test_is_this_one() -> None:
    assert Path(mgllm.__file__).parent == ROOT / "mgllm"
