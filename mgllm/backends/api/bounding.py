"""Reads a body as it arrives, up to a limit. Needs httpx2, so it is imported with the first
client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from httpx2 import AsyncByteStream, Response

from mgllm.backends.api.bodies import MOST_BYTES, too_long

_PACKED = "x-mgllm-packed"
"""Header in which the body's encoding is hidden from the client's decoder, which has no limit."""


class TooLong(Exception):
    """A body over the limit."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"the server sent {too_long()} (HTTP {status})")
        self.headers = headers


async def bound(response: Response) -> None:
    """Called before a body is read: limit it, and hide its encoding from the client's decoder."""
    headers = headers_of(response)
    if "content-encoding" in response.headers:
        response.headers[_PACKED] = response.headers.pop("content-encoding")
    assert isinstance(response.stream, AsyncByteStream)
    response.stream = _Bounded(response.stream, response.status_code, headers)


def headers_of(response: Response) -> dict[str, str]:
    """Headers by lower-case name, as the server sent them."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    if _PACKED in headers:
        headers["content-encoding"] = headers.pop(_PACKED)
    return headers


class _Bounded(AsyncByteStream):
    """Raises an error if a body is longer than the limit, or its header says so."""

    def __init__(self, inner: AsyncByteStream, status: int, headers: Mapping[str, str]) -> None:
        self._inner = inner
        self._error = TooLong(status, headers)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = 0
        stated = self._error.headers.get("content-length", "")
        if stated.isdecimal() and (len(stated) > len(str(MOST_BYTES)) or int(stated) > MOST_BYTES):
            raise self._error
        async for piece in self._inner:
            length += len(piece)
            if length > MOST_BYTES:
                raise self._error
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()
