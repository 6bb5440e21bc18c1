"""The door: parse, build one options model, call one command, print."""

from mgllm.cli.app import main

__all__ = ["main"]
