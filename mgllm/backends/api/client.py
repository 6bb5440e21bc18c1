"""One request to an OpenAI-style server: the `openai` client over aiohttp, without its retries.

The reply's JSON is read here, not with the client's models, so that it can be limited in size.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mgllm.backends.api.address import Address, Secret
from mgllm.backends.api.bodies import Answer, Json, read_answer
from mgllm.errors import FatalBackendError

if TYPE_CHECKING:
    import aiohttp
    from httpx2 import Response

CONNECTIONS = 256
"""Most connections open at the same time."""


class Client:
    """Sends requests to one server. Make it inside a running event loop."""

    def __init__(self, address: Address, secret: Secret, timeout_s: float) -> None:
        from httpx2 import Limits
        from openai import AsyncOpenAI, DefaultAioHttpClient

        from mgllm.backends.api.bounding import bound
        from mgllm.backends.api.trust import trusted

        self._address, self._secret, self._timeout_s = address, secret, timeout_s
        encrypted = "https://" in f"{address.base_url} {address.proxy.url if address.proxy else ''}"
        http = DefaultAioHttpClient(
            limits=Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            timeout=None,  # one limit for the whole attempt, below
            follow_redirects=False,  # a loopback server must not send prompts elsewhere
            verify=trusted(os.environ) if encrypted else True,
            proxy=address.proxy.url if address.proxy else None,
            trust_env=False,  # the proxy is known already: it decides whether questions leave this machine
            headers={"Accept-Encoding": "gzip, deflate"},
            event_hooks={"response": [bound]},
        )
        self._openai = AsyncOpenAI(
            api_key=secret.reveal(), base_url=address.base_url, max_retries=0, timeout=None, http_client=http
        )
        # The client reads these from the environment; they are not meant for this server.
        self._openai.admin_api_key = None
        if urlsplit(address.base_url).hostname != "api.openai.com":
            self._openai.organization = self._openai.project = None

    async def post(self, path: str, body: Json) -> Answer:
        """Send a JSON object.

        Raises:
            FatalBackendError: the server cannot prove who it is, or does not use TLS.
        """
        from httpx2 import Response

        return await self._answer(self._openai.post(path, body=body, cast_to=Response))

    async def get(self, path: str) -> Answer:
        """Request a JSON object; see `post`."""
        from httpx2 import Response

        return await self._answer(self._openai.get(path, cast_to=Response))

    async def close(self) -> None:
        await self._openai.close()

    async def _answer(self, request: Awaitable[Response]) -> Answer:
        import openai

        try:
            async with asyncio.timeout(self._timeout_s):
                response = await request
        except TimeoutError:
            return Answer(0, {}, {}, f"no answer within {self._timeout_s:g} s")
        except openai.APIStatusError as error:
            response = error.response
        except Exception as error:  # whatever a server does, only this one question is lost
            return await self._no_answer(error)
        from mgllm.backends.api.bounding import headers_of

        return read_answer(response.status_code, headers_of(response), response.content, self._secret)

    async def _no_answer(self, error: BaseException) -> Answer:
        import aiohttp

        from mgllm.backends.api.bounding import TooLong

        causes = list(_causes(error))
        for cause in causes:
            if isinstance(cause, TooLong):
                return Answer(0, cause.headers, {}, str(cause), final=True)
            if isinstance(cause, aiohttp.ClientSSLError):
                await self._refuse_untrusted(cause)
        words = self._why(causes[-1])
        broke = any(isinstance(cause, aiohttp.ClientPayloadError) for cause in causes)
        return Answer(0, {}, {}, f"the answer is incomplete ({words})" if broke else words)

    async def _refuse_untrusted(self, error: aiohttp.ClientSSLError) -> None:
        """End the run if the certificate is not trusted: another attempt would get the same one."""
        import aiohttp

        base_url = self._address.base_url
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            reason = getattr(error.certificate_error, "verify_message", "") or str(error.certificate_error)
            advice = "name the file of the authority that signed it in SSL_CERT_FILE"
            if "ostname" in reason or "IP address" in reason:
                advice = "give the host for which it was made as --base-url"
            await self.close()
            raise FatalBackendError(f"the certificate of {base_url} is not trusted ({reason}); {advice}")
        if "WRONG_VERSION_NUMBER" in str(error) or "RECORD_LAYER" in str(error):
            await self.close()
            raise FatalBackendError(f"the server at {base_url} does not use TLS; write http:// in --base-url")

    def _why(self, error: BaseException) -> str:
        words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        words = re.sub(r"//[^/@\s]*@", "//", words)  # a proxy's password
        if self._address.proxy is None:
            return words
        host = urlsplit(self._address.base_url).hostname
        return (
            f"{words}; asked through the proxy in {self._address.proxy.variable}; set NO_PROXY={host} to "
            "avoid it"
        )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and its causes: libraries wrap it several times under misleading names."""
    while True:
        yield error
        inner = error.__cause__ or error.__context__
        if inner is None:
            return
        error = inner
