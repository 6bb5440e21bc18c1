"""Which software made a run: mgllm, the libraries that change numbers, and the commit of a clone.

`import mgllm` reads this file for the version, so heavy imports are inside the functions.
"""

from __future__ import annotations

from pathlib import Path

__version__ = "0.1.0"
PACKAGES = ("torch", "transformers", "tokenizers", "openai", "datasets", "jinja2", "numpy", "scipy", "pandas")
"""Libraries whose version may change numbers."""


def versions() -> dict[str, str]:
    """Installed versions of mgllm, Python and the libraries in PACKAGES."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"mgllm": __version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def commit() -> str | None:
    """Commit of the clone that mgllm runs from; None for an installed wheel."""
    import subprocess

    root = Path(__file__).parent.parent.parent
    if not (root / ".git").exists():
        return None

    def git(*words: str) -> str:
        command = ["git", "-C", str(root), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)  # noqa: S603  fixed words
        return done.stdout.strip()

    try:
        return git("rev-parse", "HEAD") + ("+dirty" if git("status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.SubprocessError):
        return None
