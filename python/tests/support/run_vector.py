"""One case of `vectors/`, run; vectors/README.md describes the members."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from caracalai_identity import KeyLookup, KeyQuery, MaybeAwaitable
from caracalai_revocation import InMemoryRevocationStore
from caracalai_transport_mcp import (
    KeyCache,
    MandateVerifier,
    Principal,
    create_key_cache,
    create_mandate_verifier,
)

Vector = Mapping[str, Any]

# Options of the verifier, by their names in the vectors.
OPTION_NAMES = {
    "issuer": "issuer",
    "audience": "audience",
    "zoneId": "zone_id",
    "requiredScopes": "required_scopes",
    "requiredTargets": "required_targets",
    "requireAgent": "require_agent",
    "requireDelegation": "require_delegation",
    "requireChainContains": "require_chain_contains",
    "requireChainIntegrity": "require_chain_integrity",
    "maxHopCount": "max_hop_count",
    "clockToleranceSeconds": "clock_tolerance_seconds",
    "maxLifetimeSeconds": "max_lifetime_seconds",
}


class Run(NamedTuple):
    """What came out, and which questions were put to the STS and to the store."""

    expected: dict[str, Any]
    fetched: list[str]
    key_lookups: int
    store_calls: int


async def run_vector(vector: Vector, named_key_sets: Mapping[str, object]) -> Run:
    """Runs a case, on a key cache and a store of its own."""
    fetched: list[str] = []
    serve = _serve(vector, named_key_sets, fetched)
    async with httpx.AsyncClient(transport=httpx.MockTransport(serve)) as client:
        cache = CountingCache(create_key_cache(http_client=client, on_warning=lambda _: None))
        store = CountingStore(vector)
        verifier = create_mandate_verifier(
            **{OPTION_NAMES[name]: value for name, value in vector["config"].items()},
            revocations=store,
            key_cache=cache,
            now=lambda: float(vector["now"]),
        )
        outcome = await _judge(verifier, vector)
    return Run(outcome, fetched, cache.lookups, store.calls)


async def _judge(verifier: MandateVerifier, vector: Vector) -> dict[str, Any]:
    if "token" in vector:
        result = await verifier.authenticate(_expand(vector["token"]))
    else:
        result = await verifier.authorization(_expand_header(vector["authorization"]))
    if result.ok:
        return {"outcome": "ok", "principal": _plain(result.principal)}
    return {"outcome": result.error.code, "check": result.error.check}


def allowed_urls(vector: Vector) -> list[str]:
    """The URLs that a case may lead to: of the configured zones, and no other."""
    config = vector["config"]
    zones = config["zoneId"]
    zone_ids: list[str] = zones if isinstance(zones, list) else [zones]
    return [_key_set_url(config["issuer"], zone_id) for zone_id in zone_ids]


def _key_set_url(issuer: str, zone_id: str) -> str:
    zone = quote(zone_id, safe="-_.!~*'()")
    url = f"{issuer.removesuffix('/')}/.well-known/jwks.json?zone_id={zone}"
    return str(httpx.URL(url))


def _serve(
    vector: Vector, named: Mapping[str, object], fetched: list[str]
) -> Callable[[httpx.Request], httpx.Response]:
    """An STS that serves the key sets of a case and notes what it is asked."""
    bodies: dict[str, bytes] = {}
    for zone, served in vector["keySets"].items():
        if isinstance(served, dict) and "body" in served:
            body = served["body"]
        else:
            body = json.dumps(named[served] if isinstance(served, str) else served["document"])
        bodies[_key_set_url(vector["config"]["issuer"], zone)] = body.encode()

    def answer(request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        fetched.append(url)
        body = bodies.get(url)
        return httpx.Response(404) if body is None else httpx.Response(200, stream=_Stream(body))

    return answer


class _Stream(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> Any:
        yield self._body


class CountingCache:
    """Counts how often a key is looked for."""

    def __init__(self, cache: KeyCache) -> None:
        self._cache = cache
        self.lookups = 0

    def find(self, query: KeyQuery) -> MaybeAwaitable[KeyLookup]:
        self.lookups += 1
        return self._cache.find(query)

    async def warmup(self, issuer: str, zone_id: str) -> bool:
        return await self._cache.warmup(issuer, zone_id)


class CountingStore(InMemoryRevocationStore):
    """What a case says is revoked; counts how often it is asked."""

    def __init__(self, vector: Vector) -> None:
        super().__init__()
        self.calls = 0
        for anchor in vector.get("revoked", []):
            self.mark_revoked(anchor)
        for zone, epoch in vector.get("epochs", {}).items():
            self.mark_delegation_epoch(zone, epoch)

    def is_revoked(self, anchor: str) -> bool:
        self.calls += 1
        return super().is_revoked(anchor)

    def current_delegation_epoch(self, zone_id: str) -> int:
        self.calls += 1
        return super().current_delegation_epoch(zone_id)


def _expand_header(header: Any) -> str | Sequence[str] | None:
    if header is None:
        return None
    return [_expand(value) for value in header] if isinstance(header, list) else _expand(header)


def _expand(text: Any) -> str:
    if isinstance(text, str):
        return text
    parts = (
        part if isinstance(part, str) else part["repeat"] * part["times"] for part in text["parts"]
    )
    return "".join(parts)


def _plain(principal: Principal) -> dict[str, Any]:
    """The documented members, as JSON has them."""
    return {
        "sub": principal.sub,
        "subType": principal.sub_type,
        "clientId": principal.client_id,
        "zoneId": principal.zone_id,
        "scope": principal.scope,
        "scopes": list(principal.scopes),
        "targets": list(principal.targets),
        "agentSessionId": principal.agent_session_id,
        "hopCount": principal.hop_count,
        "expiresAt": principal.expires_at,
    }
