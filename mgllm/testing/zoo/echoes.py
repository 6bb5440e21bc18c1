"""Replies that repeat the key that they were asked with, whole or in part."""

from __future__ import annotations

from mgllm.testing.zoo.animal import Keeper

animal = Keeper("echoes")

KEY = "zk-Q7mD2vXw9LrT4bNs8HyJ5pKc3FgZ6aUe"
"""The key of whoever visits: no letter of it stands in any other text."""
