"""The recogniser that comes with the package: a checkpoint like any other."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).parent / "shipped"
"""Its folder. It has learned from made-up movements alone; its card says so. `mgllm recognizer rebuild` makes
its like again."""
