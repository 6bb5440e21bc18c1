"""`make browser` installs what is missing, as root with apt-get, or says how; who gets which tools."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKE = shutil.which("make")
LATEX = "texlive-latex-base texlive-latex-recommended poppler-utils"
NO_LATEX = "tests that compile tables are skipped: put pdflatex on PATH"
SKIPPED = "tests of the page in a browser are skipped: put chromium and chromedriver on PATH"
APT = """#!/bin/sh
echo "$DEBIAN_FRONTEND $*" >> "{here}/asked"
case "$* {works}" in
  *update*) echo chatter; exit 0;;
  *install*chromium*yes) for name in chromium chromedriver; do /bin/cp "$0" "{here}/$name"; done; echo x;;
  *install*texlive*yes) /bin/cp "$0" "{here}/pdflatex"; echo chatter;;
  *) echo 'E: Unable to locate package' >&2; exit 100;;
esac
"""

pytestmark = pytest.mark.skipif(MAKE is None, reason="no make here")


class Machine:
    """A folder that is the whole PATH."""

    def __init__(self, here: Path) -> None:
        self.here = here

    def has(self, name: str, script: str = "#!/bin/sh\n") -> None:
        path = self.here / name
        path.write_text(script)
        path.chmod(0o755)

    def is_user(self, number: int) -> None:
        self.has("id", f"#!/bin/sh\necho {number}\n")

    def has_apt(self, *, works: bool = True) -> None:
        self.has("apt-get", APT.format(here=self.here, works="yes" if works else "no"))

    @property
    def asked(self) -> list[str]:
        """What apt-get was asked, a line a call."""
        file = self.here / "asked"
        return file.read_text().splitlines() if file.exists() else []

    def make(self) -> str:
        done = subprocess.run(
            [str(MAKE), "--no-print-directory", "browser"],
            cwd=ROOT,
            env={"PATH": str(self.here)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_where_all_is_there_nothing_is_done(machine: Machine, name: str) -> None:
    machine.has(name)
    machine.has("chromedriver")
    machine.has("pdflatex")
    machine.is_user(0)
    machine.has_apt()
    assert machine.make() == ""
    assert machine.asked == []


@pytest.mark.parametrize("there", [("pdflatex",), ("pdflatex", "chromium"), ("pdflatex", "chromedriver")])
def test_root_with_apt_get_installs_what_is_missing(machine: Machine, there: tuple[str, ...]) -> None:
    for name in there:
        machine.has(name)
    machine.is_user(0)
    machine.has_apt()
    assert machine.make() == "installed chromium and its driver\n"
    assert machine.asked == [
        "noninteractive -qq update",
        "noninteractive -qq install --yes --no-install-recommends chromium chromium-driver",
    ]
    assert machine.make() == ""
    assert len(machine.asked) == 2


def test_latex_is_installed_for_the_tables(machine: Machine) -> None:
    machine.has("chromium")
    machine.has("chromedriver")
    machine.is_user(0)
    machine.has_apt()
    assert machine.make() == "installed pdflatex with booktabs\n"
    assert machine.asked[1:] == [f"noninteractive -qq install --yes --no-install-recommends {LATEX}"]


@pytest.mark.parametrize("why", ["no root", "no apt-get", "no package"])
def test_elsewhere_a_line_each_says_how(machine: Machine, why: str) -> None:
    machine.is_user(1000 if why == "no root" else 0)
    if why != "no apt-get":
        machine.has_apt(works=why != "no package")
    browser, latex = machine.make().splitlines()
    assert browser == f"{SKIPPED} (Debian, as root: apt-get install chromium chromium-driver)"
    assert latex == f"{NO_LATEX} (Debian, as root: apt-get install {LATEX})"
    assert bool(machine.asked) == (why == "no package")


def _recipe(target: str) -> str:
    """What make does for a target, its line of prerequisites included."""
    text = (ROOT / "Makefile").read_text()
    return text.partition(f"\n{target}:")[2].partition("\n\n")[0]


def test_the_tests_never_call_apt() -> None:
    assert "browser" not in _recipe("test")
    assert "$(APT)" not in _recipe("test")


def test_ci_runs_check_browser_and_test_alone() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line.startswith("make")] == ["make check", "make browser", "make test"]


@pytest.mark.parametrize("target", ["demo", "video"])
def test_users_get_no_linters(target: str) -> None:
    assert "[test]" not in _recipe(target)
    assert "$(VENV)/.tests" not in _recipe(target)


@pytest.mark.parametrize("target", ["test", "check", "fix", "bench", "slow"])
def test_developers_get_the_tools(target: str) -> None:
    assert _recipe(target).startswith(" $(VENV)/.tests")
    assert "[test]" in _recipe("$(VENV)/.tests")
