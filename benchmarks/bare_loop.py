"""The yardstick of `api_load.py`: the same requests in a bare aiohttp loop, replies appended to a
file.

    python benchmarks/bare_loop.py URL PROMPTS.jsonl LOG.jsonl WIDTH

Asks again after 429 (when told), 500 and dropped connections, so that it can run against faults
too.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import aiohttp


async def ask_all(url: str, prompts: Iterator[str], log: TextIO, width: int) -> None:
    """Post every prompt, `width` at a time."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=width)) as session:

        async def work() -> None:
            for prompt in prompts:
                body = {
                    "model": "fake",
                    "messages": json.loads(prompt),
                    "temperature": 0.0,
                    "max_tokens": 256,
                }
                log.write(json.dumps({"reply": await _ask(session, url, body)}) + "\n")
                log.flush()

        await asyncio.gather(*(work() for _ in range(width)))


async def _ask(session: aiohttp.ClientSession, url: str, body: dict[str, object]) -> str:
    while True:
        try:
            async with session.post(f"{url}/chat/completions", json=body) as answer:
                if answer.status == 200:
                    return str((await answer.json())["choices"][0]["message"]["content"])
                await asyncio.sleep(float(answer.headers.get("Retry-After", 0.1)))
        except aiohttp.ClientError:
            await asyncio.sleep(0.1)


def main(url: str, prompts: str, log: str, width: str) -> None:
    """Run once."""
    with Path(log).open("w") as file, Path(prompts).open() as lines:
        asyncio.run(ask_all(url, iter(lines), file, int(width)))


if __name__ == "__main__":
    main(*sys.argv[1:])
