"""Does body language help a language model to understand people?

    mgllm.run(model="local", scenarios=["emotion"])   a run folder with every answer and a table
    mgllm.compare(["latest"])                          its effects, as a value
    mgllm.load_run("results/…").to_frame()             its records, as a pandas frame
    mgllm.load_items("items.jsonl")                    items, checked

Names are resolved when they are first used: `import mgllm` loads nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mgllm.experiment.versions import __version__

_WHERE = {
    "run": "mgllm.commands.api",
    "compare": "mgllm.commands.compare",
    "load_run": "mgllm.commands.api",
    "load_items": "mgllm.items.loading",
}
__all__ = ["__version__", "compare", "load_items", "load_run", "run"]

if TYPE_CHECKING:
    from mgllm.commands.api import load_run as load_run, run as run
    from mgllm.commands.compare import compare as compare
    from mgllm.items.loading import load_items as load_items


def __getattr__(name: str) -> object:
    """PEP 562: find a public name where it lives."""
    if name not in _WHERE:
        raise AttributeError(f"module 'mgllm' has no attribute '{name}'")
    return getattr(import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
