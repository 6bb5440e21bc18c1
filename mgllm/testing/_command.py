"""The fake server's command line."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence

from mgllm.testing.behaviour import Behaviour
from mgllm.testing.fake_server import FakeServer


def serve(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted or terminated; the URL is the first line, the counts are the last."""
    options = _parser().parse_args(arguments)
    behaviour = Behaviour(
        latency_s=options.latency,
        rate_429=options.rate_429,
        retry_after_s=options.retry_after,
        rate_500=options.rate_500,
        rate_drop=options.rate_drop,
        seed=options.seed,
        logprobs=options.logprobs,
        rejects=tuple(options.reject),
    )
    server = FakeServer(behaviour, options.say, options.port)
    asyncio.run(_until_stopped(server))
    sys.stdout.write(json.dumps(server.stats()) + "\n")


async def _until_stopped(server: FakeServer) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        await stop.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mgllm.testing.fake_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every completion")
    parser.add_argument("--say", default="ok", help="the text of every completion")
    parser.add_argument("--logprobs", choices=("on", "null", "absent"), default="on")
    parser.add_argument("--rate-429", type=float, default=0.0)
    parser.add_argument("--retry-after", type=float, default=1.0, help="seconds that a 429 asks to wait")
    parser.add_argument("--rate-500", type=float, default=0.0)
    parser.add_argument("--rate-drop", type=float, default=0.0)
    parser.add_argument("--reject", action="append", default=[], help="a parameter to refuse; repeatable")
    parser.add_argument("--seed", type=int, default=0)
    return parser
