"""Mandates that were verified before: what is not judged again, and what is."""

import asyncio
import math
import time
from typing import Any

import pytest

from caracalai_identity import KeyQuery, MaybeAwaitable
from caracalai_identity._base64url import decode_base64url
from caracalai_revocation import InMemoryRevocationStore
from caracalai_transport_mcp import (
    AuthResult,
    ConfigurationError,
    Decision,
    MandateVerifier,
    Principal,
    create_key_cache,
)
from support.dev_sts import delegated
from support.test_key import SigningKey, base64url, claims
from support.verifier import KEY, served, token, verifier

ANCHORS = {
    "sid": "anchor-sid",
    "root_sid": "anchor-root",
    "agent_session_id": "anchor-agent",
    "delegation_edge_id": "anchor-edge",
}


def verdict(result: AuthResult) -> str:
    return "ok" if result.ok else f"{result.error.code} {result.error.check}"


def principal_in(result: AuthResult) -> Principal:
    assert result.ok
    return result.principal


class Keys:
    """A key cache whose answers a test decides."""

    def __init__(self, found: Any) -> None:
        self.found = found
        self.queries: list[KeyQuery] = []

    def find(self, query: KeyQuery) -> MaybeAwaitable[Any]:
        self.queries.append(query)
        return self.found

    async def warmup(self, issuer: str, zone_id: str) -> bool:  # noqa: ARG002
        return True


class Known:
    """A verifier that knows a mandate, its clock and its store."""

    def __init__(self, **changes: Any) -> None:
        self.now = time.time()
        self.revocations = InMemoryRevocationStore()
        self.decisions: list[Decision] = []
        self.verifier: MandateVerifier = verifier(
            **{
                "revocations": self.revocations,
                "now": lambda: self.now,
                "on_decision": self.decisions.append,
                **changes,
            }
        )
        self.token = ""

    async def knowing(self, **changes: Any) -> "Known":
        self.token = token(**{**delegated(1), **ANCHORS, **changes})
        for _ in range(2):
            assert await self.say() == "ok"
        assert self.cached == [False, True]
        return self

    async def say(self) -> str:
        return verdict(await self.verifier.authenticate(self.token))

    @property
    def cached(self) -> list[bool]:
        return [decision.cached for decision in self.decisions]


async def test_it_is_known_by_every_method_and_route() -> None:
    known = await Known().knowing(scope="a b")
    first = principal_in(await known.verifier.authenticate(known.token))
    for result in (
        await known.verifier.authorization(f"Bearer {known.token}"),
        await known.verifier.authorization([f"bearer   {known.token}"]),
        await known.verifier.authenticate(known.token, {"required_scopes": ["a"]}),
        await known.verifier.require({"require_agent": True}).authenticate(known.token),
    ):
        assert principal_in(result) is first
    assert set(known.cached[1:]) == {True}


@pytest.mark.parametrize("anchor", ANCHORS.values())
async def test_its_revocation_is_asked_for_each_time(anchor: str) -> None:
    known = await Known().knowing()
    known.revocations.mark_revoked(anchor)
    assert await known.say() == "session_revoked revocation"
    assert known.decisions[-1].cached
    assert known.decisions[-1].zone_id == "zone-1"


async def test_its_epoch_is_asked_for_each_time() -> None:
    known = await Known().knowing()
    known.revocations.mark_delegation_epoch("zone-1", 1)
    assert await known.say() == "delegation_stale epoch"


async def test_its_authority_is_judged_each_time() -> None:
    known = await Known().knowing(scope="a")

    async def under(**route: Any) -> str:
        # Any keywords in the place of a TypedDict.
        return verdict(await known.verifier.authenticate(known.token, route))  # type: ignore[arg-type]

    assert await under(required_scopes=["b"]) == "insufficient_scope scope"
    assert await under(max_hop_count=0) == "hop_count_exceeded hops"
    assert await under(required_scopes=["a"]) == "ok"


async def test_its_times_are_judged_each_time_and_what_has_ended_is_known_no_more() -> None:
    iat = int(time.time())
    known = await Known().knowing(iat=iat, nbf=iat + 50, exp=iat + 900)
    is_known = True
    for now, expected in (
        (iat + 899.999, "ok"),
        (iat + 900, "invalid_token expiry"),
        (iat + 900, "invalid_token expiry"),
        (math.nan, "invalid_token expiry"),
        (iat - 10, "ok"),
        (iat - 11, "invalid_token time"),
        (iat - 61, "invalid_token time"),
        (iat + 1, "ok"),
    ):
        known.now = now
        assert await known.say() == expected
        assert known.decisions[-1].cached is is_known
        assert known.decisions[-1].zone_id == ("zone-1" if expected == "ok" else None)
        is_known = expected == "ok"


async def test_its_key_is_looked_for_each_time() -> None:
    key = create_key_cache(http_client=served(KEY.jwk))
    found = await _find(key)
    keys = Keys(found)
    known = await Known(key_cache=keys).knowing()
    assert [query.kid for query in keys.queries] == ["key-1", "key-1"]

    # It left the key set: no signature is verified to say so the first time, and from then on it is
    # known no more, also where another one comes back under its key id.
    keys.found = "unknown"
    assert await known.say() == "invalid_token key"
    assert await known.say() == "invalid_token key"
    keys.found = await _find(create_key_cache(http_client=served(SigningKey().jwk)))
    assert await known.say() == "invalid_token signature"
    keys.found = found
    assert await known.say() == "ok"
    assert known.cached == [False, True, True, False, False, False]

    keys.found = await _find(create_key_cache(http_client=served(SigningKey().jwk)))
    assert await known.say() == "invalid_token signature"
    keys.found = "unavailable"
    assert await known.say() == "verification_unavailable jwks_unavailable"


async def test_the_same_key_read_anew_is_the_same() -> None:
    keys = Keys(await _find(create_key_cache(http_client=served(KEY.jwk))))
    known = await Known(key_cache=keys).knowing()
    keys.found = await _find(create_key_cache(http_client=served(KEY.jwk)))
    assert await known.say() == "ok"
    assert known.cached[-1]


async def test_an_outage_of_the_keys_is_one_for_a_known_mandate_too() -> None:
    keys = Keys(await _find(create_key_cache(http_client=served(KEY.jwk))))
    known = await Known(key_cache=keys).knowing()
    found, keys.found = keys.found, "unavailable"
    assert await known.say() == "verification_unavailable jwks_unavailable"
    keys.found = found
    assert await known.say() == "ok"
    assert known.cached == [False, True, True, True]


async def _find(cache: Any) -> Any:
    query = KeyQuery(issuer="https://sts.example.com", zone_id="zone-1", kid="key-1")
    return await cache.find(query)


@pytest.mark.parametrize(
    ("check", "made"),
    [
        ("encoding", f"{token()}="),
        ("algorithm", KEY.token(claims(), {"alg": "none", "kid": "key-1"})),
        ("key", SigningKey("unknown").token(claims())),
        ("signature", SigningKey().token(claims())),
        ("audience", token(aud="https://other.example.com")),
        ("expiry", token(iat=1, exp=2)),
        ("zone", token(zone_id="zone-2")),
        ("size", "x" * 20_000),
    ],
)
async def test_what_is_refused_by_its_claims_or_before_is_not_remembered(
    check: str, made: str
) -> None:
    known = Known()
    known.token = made
    for _ in range(3):
        assert (await known.say()).endswith(f" {check}")
    assert known.cached == [False, False, False]


async def test_what_is_refused_afterwards_is() -> None:
    known = Known(required_scopes=["a"])
    for scope, expected in (("b", "insufficient_scope scope"), ("a", "session_revoked revocation")):
        known.revocations.mark_revoked("sid-1")
        known.token = token(scope=scope)
        assert [await known.say() for _ in range(2)] == [expected, expected]
    assert known.cached == [False, True, False, True]


async def test_none_is_remembered_where_that_is_said() -> None:
    known = Known(verified_mandates=False)
    known.token = token()
    for _ in range(3):
        assert await known.say() == "ok"
    assert known.cached == [False, False, False]


async def test_those_go_that_were_not_asked_for_the_longest() -> None:
    known = Known(verified_mandates={"max_entries": 2})
    one, two, three = (token(jti=f"jti-{index}") for index in range(3))
    for made, is_cached in (
        (one, False),
        (two, False),
        (one, True),
        (three, False),
        (one, True),
        (two, False),
        (three, False),
    ):
        known.token = made
        assert await known.say() == "ok"
        assert known.cached[-1] is is_cached
    assert len(known.verifier._config.verified._entries) == 2


async def test_their_memory_is_bounded() -> None:
    known = Known(verified_mandates={"max_bytes": 65_536})
    for index in range(200):
        known.token = token(jti=f"jti-{index}", scope="x" * 1_000)
        assert await known.say() == "ok"
    verified = known.verifier._config.verified
    assert 1 < len(verified._entries) < 60
    assert verified._bytes == sum(entry.size for entry in verified._entries.values()) <= 65_536
    # One that has no room at all takes none from the others.
    known = Known(verified_mandates={"max_bytes": 65_536})
    known.token = token(scope=" ".join(f"s{index}" for index in range(1_500)))
    assert [await known.say() for _ in range(2)] == ["ok", "ok"]
    assert known.cached == [False, False]


@pytest.mark.parametrize(
    "value",
    [True, 1, [], {"max_entries": 0}, {"max_entries": 1.5}, {"max_bytes": 1}, {"entries": 1}],
    ids=str,
)
def test_wrong_limits_are_errors(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="verified_mandates"):
        verifier(verified_mandates=value)


async def test_no_token_is_taken_for_one_that_it_resembles() -> None:
    known = await Known().knowing()
    made = known.token
    header, payload, signature = made.split(".")
    for each in (
        f"{made}=",
        f"{made} ",
        f" {made}",
        made[:-1],
        f"{header}.{payload}.",
        f"{header}.{payload}.{signature[4:]}AAAA",
        f"{header}.{payload[:-4]}.{signature}",
        made.replace("e", "\u0165", 1),
        made.replace("e", "\ud865", 1),
        made.lower(),
    ):
        assert not (await known.verifier.authenticate(each)).ok


async def test_the_other_valid_signature_ends_with_the_mandate() -> None:
    known = await Known().knowing()
    start, end = known.token.rsplit(".", 1)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    raw = decode_base64url(end)
    mirrored = raw[:32] + (order - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    other = f"{start}.{base64url(mirrored)}"
    for is_cached in (False, True):
        assert verdict(await known.verifier.authenticate(other)) == "ok"
        assert known.cached[-1] is is_cached
    known.revocations.mark_revoked("anchor-edge")
    for each in (known.token, other):
        assert verdict(await known.verifier.authenticate(each)) == "session_revoked revocation"


async def test_a_revocation_while_it_is_being_remembered_counts() -> None:
    revocations = InMemoryRevocationStore()

    def now() -> float:
        # Read between the signature and the moment when the mandate is remembered.
        revocations.mark_revoked("sid-1")
        return time.time()

    judge = verifier(revocations=revocations, now=now)
    made = token()
    for _ in range(2):
        assert verdict(await judge.authenticate(made)) == "session_revoked revocation"


async def test_verifiers_of_other_options_have_answers_of_their_own() -> None:
    now = int(time.time())
    cache = create_key_cache(http_client=served(KEY.jwk))
    tokens = [
        token(),
        token(iat=now + 30, exp=now + 930),
        token(exp=now + 2_000),
        token(aud=["https://other.example.com", "https://mcp.example.com"]),
        token(zone_id="zone-2"),
    ]
    variants: list[dict[str, Any]] = [
        {},
        {"audience": "https://other.example.com"},
        {"issuer": "http://localhost:1"},
        {"zone_id": "zone-2"},
        {"zone_id": ["zone-1", "zone-2"]},
        {"clock_tolerance_seconds": 0},
        {"max_lifetime_seconds": 1_000},
    ]
    judges = [verifier(**{"key_cache": cache, **variant}) for variant in variants]
    seen = set()
    for _ in range(3):
        for variant, judge in zip(variants, judges, strict=True):
            fresh = verifier(**{"key_cache": cache, **variant, "verified_mandates": False})
            for made in tokens:
                expected = verdict(await fresh.authenticate(made))
                assert verdict(await judge.authenticate(made)) == expected
                seen.add(expected)
    assert len(seen) > 5


async def test_it_may_be_asked_in_several_threads() -> None:
    judge = verifier(verified_mandates={"max_entries": 2})
    tokens = [token(jti=f"jti-{index}") for index in range(4)]

    def work() -> set[str]:
        async def run() -> set[str]:
            return {verdict(await judge.authenticate(tokens[index % 4])) for index in range(200)}

        return asyncio.run(run())

    await judge.warmup()
    assert await asyncio.gather(*(asyncio.to_thread(work) for _ in range(4))) == [{"ok"}] * 4


async def test_nothing_of_the_token_is_remembered() -> None:
    known = await Known().knowing()
    signature = known.token.rsplit(".", 1)[1]
    for digest, entry in known.verifier._config.verified._entries.items():
        assert len(digest) == 32
        assert signature not in repr(entry)
        assert known.token.split(".")[1] not in repr(entry)
