"""Tools for tests, also those of extensions: a scripted backend, a fake server, a zoo, contract
checks."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mgllm.testing.behaviour import Behaviour as Behaviour, FakeReply as FakeReply, Fault as Fault
    from mgllm.testing.contract import (
        a_question as a_question,
        check_backend as check_backend,
        check_construction as check_construction,
        check_refusal as check_refusal,
    )
    from mgllm.testing.corpora import answer_as_reader as answer_as_reader, check_import as check_import
    from mgllm.testing.fake_server import FakeServer as FakeServer
    from mgllm.testing.scripted import Script as Script, ScriptedBackend as ScriptedBackend, say as say
    from mgllm.testing.zoo.server import Zoo as Zoo

_HOMES = {
    "Behaviour": "behaviour",
    "FakeReply": "behaviour",
    "FakeServer": "fake_server",
    "Fault": "behaviour",
    "Script": "scripted",
    "ScriptedBackend": "scripted",
    "Zoo": "zoo.server",
    "a_question": "contract",
    "answer_as_reader": "corpora",
    "check_backend": "contract",
    "check_construction": "contract",
    "check_import": "corpora",
    "check_refusal": "contract",
    "say": "scripted",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
