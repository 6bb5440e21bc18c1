"""Does body language help a language model to understand people?

    mgllm.run(model="local", scenarios="emotion")    ask a model; a folder has every answer
    mgllm.compare("latest")                          what the gestures did
    mgllm.load_run("latest").to_frame()              the records, as a pandas frame
    mgllm.report("latest", "report.html")            a page to open in a browser
    mgllm.render("emotion", item="emotion-01a")      one item's prompts, arm by arm
    mgllm.load_items("items.jsonl")                  items, checked
    mgllm.transcribe("talk.mp4", out="transcripts")  the gestures of a recording

`help(mgllm.run)` explains every keyword; docs/python.md has an example of each. Names are resolved
when they are first used: `import mgllm` loads nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mgllm.errors import InputError as InputError, MgllmError as MgllmError
from mgllm.experiment.versions import __version__ as __version__

_FUNCTIONS = ("compare", "load_items", "load_run", "render", "report", "run", "transcribe")
__all__ = [
    "InputError",
    "MgllmError",
    "__version__",
    "compare",
    "load_items",
    "load_run",
    "render",
    "report",
    "run",
    "transcribe",
]

if TYPE_CHECKING:
    from mgllm.commands.api.compare import compare as compare
    from mgllm.commands.api.load_items import load_items as load_items
    from mgllm.commands.api.load_run import load_run as load_run
    from mgllm.commands.api.render import render as render
    from mgllm.commands.api.report import report as report
    from mgllm.commands.api.run import run as run
    from mgllm.commands.api.transcribe import transcribe as transcribe
else:  # a type checker that saw this function would take any name for known

    def __getattr__(name: str) -> object:
        """PEP 562: find a public function in its file."""
        if name not in _FUNCTIONS:
            raise AttributeError(f"module 'mgllm' has no attribute '{name}'")
        return getattr(import_module(f"mgllm.commands.api.{name}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
