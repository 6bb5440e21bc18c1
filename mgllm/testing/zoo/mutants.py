"""Replies changed at random."""

from __future__ import annotations

from mgllm.testing.zoo.animal import Keeper
from mgllm.testing.zoo.expecting import ANY
from mgllm.testing.zoo.mutating import mutate
from mgllm.testing.zoo.saying import Say

animal = Keeper("mutants")

animal(
    "mutant",
    "Sends another reply each time: real replies with something changed at random.",
    lambda ask: mutate(ask.nth) if ask.place is not None else Say("deceptive")(ask),
    ANY,
    flags=("--max-retries", "0", "--timeout", "20"),
)
