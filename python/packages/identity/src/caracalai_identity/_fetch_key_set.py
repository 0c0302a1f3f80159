"""Fetching the key set of a zone, by `httpx`."""

import functools
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple
from urllib.parse import quote

import httpx

from ._bounded_body import read_bounded
from ._settle_within import settle_within


class FetchLimits(NamedTuple):
    """How a key set is fetched."""

    http_client: httpx.AsyncClient | None
    """The client to use, for a proxy or client certificates; None: one of our own."""
    timeout_ms: int
    """Milliseconds for the whole answer, body included."""
    max_bytes: int
    """The longest body, in bytes as decompressed."""


def key_set_url(issuer: str, zone_id: str) -> str:
    """Where the STS serves the key set of a zone."""
    zone = quote(zone_id, safe="-_.!~*'()")
    return f"{issuer.removesuffix('/')}/.well-known/jwks.json?zone_id={zone}"


async def fetch_key_set(url: str, limits: FetchLimits) -> bytes:
    """Fetches the body of a key set. Redirects are not followed.

    Raises:
        Exception: There is no answer with status 200 within the limits.
    """
    return await settle_within(_download(url, limits), limits.timeout_ms)


async def _download(url: str, limits: FetchLimits) -> bytes:
    # A compressed answer is not asked for; an STS that sends one all the same is understood.
    headers = {"accept": "application/json", "accept-encoding": "identity"}
    timeout = limits.timeout_ms / 1_000
    async with (
        _client(limits.http_client) as client,
        client.stream(
            "GET", url, headers=headers, follow_redirects=False, timeout=timeout
        ) as response,
    ):
        if response.status_code != httpx.codes.OK:
            raise ValueError(f"The STS answered {response.status_code}")
        content_encoding = response.headers.get("content-encoding", "")
        if response.is_stream_consumed:
            # A transport that does not stream, such as those of tests, has read it already.
            return await read_bounded(_once(response.content), "", limits.max_bytes)
        return await read_bounded(response.aiter_raw(), content_encoding, limits.max_bytes)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


@asynccontextmanager
async def _client(given: httpx.AsyncClient | None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of our own lives for one fetch: it belongs to the event loop that made it."""
    if given is not None:
        yield given
        return
    # Proxies and credentials of the environment are not ours to read.
    async with httpx.AsyncClient(trust_env=False, verify=_trusted_roots()) as client:
        yield client


@functools.cache
def _trusted_roots() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
