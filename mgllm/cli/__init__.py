"""The door: parse, build one options model, call one flow, print."""

from mgllm.cli.app import main

__all__ = ["main"]
