"""Code that awaits, from ordinary code: outside a loop and inside one."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import traceback
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest

import mgllm
from mgllm.experiment.blocking import run_blocking

Go = Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]
COLOUR: ContextVar[str] = ContextVar("COLOUR", default="none")


def outside(make: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return run_blocking(make())


def in_asyncio_run(make: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    async def cell() -> Any:
        return run_blocking(make())

    return asyncio.run(cell())


def inside(make: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """As in a notebook: the kernel's loop leaves interrupts to Python."""

    async def cell() -> Any:
        return run_blocking(make())

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(cell())
    finally:
        loop.close()


@pytest.fixture(params=[outside, in_asyncio_run, inside], ids=lambda where: where.__name__)
def go(request: pytest.FixtureRequest) -> Go:
    where: Go = request.param
    return where


async def seven() -> int:
    await asyncio.sleep(0.01)
    return 7


def test_the_result_comes_back_twice_in_a_row(go: Go) -> None:
    assert [go(seven), go(seven)] == [7, 7]


def test_the_loop_outside_goes_on_afterwards() -> None:
    async def main() -> list[int]:
        return [run_blocking(seven()), await seven(), run_blocking(seven())]

    assert asyncio.run(main()) == [7, 7, 7]


def test_only_a_running_loop_costs_a_thread() -> None:
    async def thread() -> threading.Thread:
        return threading.current_thread()

    assert outside(thread) is threading.current_thread()
    assert inside(thread) is not threading.current_thread()


def test_an_exception_keeps_its_class_and_its_trace(go: Go) -> None:
    async def break_down() -> None:
        await asyncio.sleep(0)
        raise LookupError("lost")

    with pytest.raises(LookupError, match="lost") as caught:
        go(break_down)
    assert "break_down" in [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]


def test_a_cancelled_coroutine_is_no_interrupt(go: Go) -> None:
    async def give_up() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        go(give_up)


def test_context_variables_come_along_and_do_not_leak_back(go: Go) -> None:
    async def look() -> str:
        found = COLOUR.get()
        COLOUR.set("green")
        return found

    before = COLOUR.set("red")
    try:
        assert go(look) == "red"
        assert COLOUR.get() == "red"
    finally:
        COLOUR.reset(before)


def interrupt() -> None:
    """What Ctrl-C and the stop button of a notebook do."""
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_cancels_and_waits_for_the_clean_up(go: Go) -> None:
    done: list[str] = []

    async def work() -> None:
        threading.Timer(0.05, interrupt).start()
        try:
            await asyncio.sleep(30)
        finally:
            await asyncio.sleep(0.05)
            done.append("cleaned up")

    with pytest.raises(KeyboardInterrupt):
        go(work)
    assert done == ["cleaned up"]
    assert go(seven) == 7


def test_a_second_interrupt_does_not_wait() -> None:
    release = threading.Event()

    async def hang() -> None:
        threading.Timer(0.05, interrupt).start()
        threading.Timer(0.30, interrupt).start()
        try:
            await asyncio.sleep(30)
        finally:
            release.wait(30)  # deaf, as a long computation is

    try:
        with pytest.raises(KeyboardInterrupt):
            inside(hang)
        assert not release.is_set()
    finally:
        release.set()


def test_what_ends_well_in_spite_of_an_interrupt_is_returned() -> None:
    async def finish_anyway() -> int:
        threading.Timer(0.05, interrupt).start()
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            return 8
        return 9

    assert inside(finish_anyway) == 8


def test_it_is_the_only_door() -> None:
    package = Path(mgllm.__file__).parent
    users = [path for path in package.rglob("*.py") if "asyncio.run(" in path.read_text(encoding="utf-8")]
    assert [path.name for path in users] == ["blocking.py"]
