"""What this terminal can show: its characters, and whose warnings."""

from __future__ import annotations

import codecs
import logging
import os
import sys
import unicodedata
import warnings
from typing import Any, TextIO

HANDLER = "mgllm"
READABLE = {
    "−": "-",
    "–": "-",
    "—": "-",
    "‑": "-",
    "…": "...",
    "·": ".",
    "•": "*",
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "«": '"',
    "»": '"',
    "→": "->",
    "←": "<-",
    "↑": "^",
    "↓": "v",
    "×": "x",
    "±": "+/-",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "≈": "~",
    "✓": "yes",
    "✗": "no",
    "█": "#",
    "▒": "+",
    "░": ".",
    "●": "*",
    "○": "o",
    "─": "-",
    "━": "-",
    "│": "|",
    "┃": "|",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "α": "alpha",
    "β": "beta",
    "κ": "kappa",
    "σ": "sigma",
    "Δ": "Delta",
    "\u00a0": " ",
    "\u2009": " ",
    "\u202f": " ",
}
"""What stands for a character that a terminal cannot show; other letters lose their accents."""
QUIET = {
    "PYTHONWARNINGS": "ignore",  # child processes: workers, and Python's own tracker of shared memory
    "TRANSFORMERS_VERBOSITY": "error",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_VERBOSITY": "error",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "GLOG_minloglevel": "3",
    "OPENCV_LOG_LEVEL": "ERROR",
}
"""Variables that make other libraries silent; what the user has set stays."""


def prepare(*, debug: bool) -> None:
    """Let every character be written somehow, and keep what other libraries say off the terminal.

    Args:
        debug: whether other libraries may speak.
    """
    codecs.register_error(HANDLER, _readable)
    for stream in (sys.stdout, sys.stderr):
        _make_lenient(stream)
    if not debug:
        _silence()


def shows_all(stream: TextIO | None = None) -> bool:
    """Whether a stream, stdout if none is named, can write every character."""
    encoding = getattr(stream or sys.stdout, "encoding", None) or "ascii"
    return codecs.lookup(encoding).name.startswith("utf")


def _make_lenient(stream: TextIO) -> None:
    """A stream that cannot write a character writes one that is like it."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None and not shows_all(stream):
        reconfigure(errors=HANDLER)


def _readable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_like(character, error.encoding) for character in text), error.end


def _like(character: str, encoding: str) -> str:
    """The character without accents, or a question mark."""
    if character in READABLE:
        return READABLE[character]
    bare = unicodedata.normalize("NFKD", character)
    return bare.encode(encoding, "ignore").decode(encoding) or "?"


def _silence() -> None:
    """Warnings and logs of other libraries are left out; ours stay, a line each."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    logging.getLogger().addHandler(logging.NullHandler())  # else Python prints what nobody handles
    logging.captureWarnings(False)
    if not sys.warnoptions:  # a user who asks Python for warnings gets them
        warnings.simplefilter("ignore")
        warnings.filterwarnings("default", category=UserWarning, module=r"mgllm(\.|$)")
    warnings.showwarning = _show


def _show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    """A warning as a line."""
    from mgllm.errors import one_line

    kind = "" if category is UserWarning else f" ({category.__name__})"
    sys.stderr.write(f"mgllm: warning{kind}: {one_line(str(message))}\n")
