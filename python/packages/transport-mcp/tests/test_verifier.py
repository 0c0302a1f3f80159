import asyncio
import math
import time
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caracalai_identity import KeyQuery, refuse_token
from caracalai_identity._base64url import decode_base64url
from caracalai_revocation import InMemoryRevocationStore, RevocationQuery, RevocationState
from caracalai_transport_mcp import (
    AuthResult,
    MandateError,
    Principal,
    Requirements,
    authenticate,
    check_active_authority,
    create_key_cache,
)
from support.http_server import answer, serve
from support.test_key import SigningKey, base64url, claims
from support.verifier import KEY, options, served, token, verifier


def outcome(result: AuthResult) -> str:
    return "ok" if result.ok else f"{result.error.code} {result.error.check}"


def principal_in(result: AuthResult) -> Principal:
    assert result.ok
    return result.principal


async def test_a_right_mandate_is_let_in() -> None:
    made = token(scope="notes:read notes:write", target=["https://mcp.example.com"])
    principal = principal_in(await verifier().authenticate(made))
    assert (principal.sub, principal.zone_id, principal.client_id) == ("user-1", "zone-1", "app-1")
    assert principal.scopes == ("notes:read", "notes:write")
    assert principal.targets == ("https://mcp.example.com",)
    assert made not in repr(principal)
    with pytest.raises(AttributeError):
        # What types forbid has to fail as well.
        principal.sub = "other"  # type: ignore[misc]
    assert outcome(await authenticate(made, **options())) == "ok"


@pytest.mark.parametrize("value", ["", None, 1, b"a.b.c", [], {}], ids=repr)
async def test_what_is_no_token_is_missing(value: Any) -> None:
    assert outcome(await verifier().authenticate(value)) == "missing_token bearer"


ANY_TOKEN = (
    st.text()
    | st.text(alphabet="abc.-_=\ud800é", max_size=60)
    | st.lists(st.text(alphabet="eyJhbGciOi_-", max_size=20), min_size=3, max_size=3).map(".".join)
)


@settings(max_examples=300, deadline=None)
@given(ANY_TOKEN)
def test_whatever_the_token_an_answer_comes_out(value: str) -> None:
    async def judge() -> AuthResult:
        return await verifier().authenticate(value)

    result = asyncio.run(judge())
    assert not result.ok
    if value != "":
        # Its words are those of the check, and nothing of the token's.
        # Of a mandate that is refused as a token, `check` is one of a token's.
        assert result.error.to_dict() == refuse_token(result.error.check).to_dict()  # type: ignore[arg-type]


async def test_one_changed_character_anywhere_is_refused() -> None:
    judge = verifier()
    made = token()
    for index, character in enumerate(made):
        changed = made[:index] + ("A" if character != "A" else "B") + made[index + 1 :]
        result = await judge.authenticate(changed)
        assert not result.ok


async def test_the_length_of_a_token_is_counted_as_javascript_counts_it() -> None:
    judge = verifier()
    for text, check in (
        ("a" * 16_384, "encoding"),
        ("a" * 16_385, "size"),
        ("\U0001f511" * 8_192, "encoding"),
        ("\U0001f511" * 8_192 + "a", "size"),
        ("." * 1_000_000, "size"),
    ):
        assert outcome(await judge.authenticate(text)) == f"invalid_token {check}"


@pytest.mark.parametrize(
    "clock",
    [
        lambda: math.nan,
        lambda: math.inf,
        lambda: -math.inf,
        lambda: "now",
        lambda: None,
        lambda: 1 / 0,
        lambda: True,
    ],
)
async def test_a_clock_that_tells_no_time_lets_nothing_through(clock: Any) -> None:
    made = token()
    principal = principal_in(await verifier().authenticate(made))
    judge = verifier(now=clock)
    assert outcome(await judge.authenticate(made)) in ("invalid_token expiry", "invalid_token time")
    recheck = await judge.recheck(principal)
    assert outcome(recheck) == "invalid_token expiry"


async def test_from_the_second_exp_on() -> None:
    exp = 1_800_000_000
    made = token(iat=exp - 900, exp=exp)
    for now, expected in ((exp - 0.001, "ok"), (exp, "invalid_token expiry")):
        judge = verifier(now=partial(float, now))
        assert outcome(await judge.authenticate(made)) == expected
    principal = principal_in(await verifier(now=lambda: exp - 1).authenticate(made))
    for now, expected in (
        (exp - 0.001, "ok"),
        (exp, "invalid_token expiry"),
        (math.nan, "invalid_token expiry"),
    ):
        judge = verifier(now=partial(float, now))
        assert outcome(await judge.recheck(principal)) == expected
        store = InMemoryRevocationStore()
        assert outcome(await check_active_authority(principal.mandate, store, now)) == expected


class TestNarrowing:
    async def test_a_route_narrows_and_never_widens(self) -> None:
        judge = verifier(required_scopes=["a"], max_hop_count=1, require_agent=False)
        narrow = judge.require(
            {"required_scopes": ["b"], "require_agent": True, "max_hop_count": 5}
        )
        assert narrow.defaults.required_scopes == ("a", "b")
        assert narrow.defaults.require_agent is True
        assert narrow.defaults.max_hop_count == 1
        assert narrow.require({"require_agent": False}).defaults.require_agent is True
        assert judge.defaults.required_scopes == ("a",)

    async def test_by_each_method(self) -> None:
        judge = verifier()
        made = token(scope="a")
        principal = principal_in(await judge.authenticate(made, {"required_scopes": ["a"]}))
        route: Requirements = {"required_scopes": ["b"]}
        for result in (
            await judge.authenticate(made, route),
            await judge.authorization(f"Bearer {made}", route),
            await judge.recheck(principal, route),
            await judge.require(route).authenticate(made),
        ):
            assert outcome(result) == "insufficient_scope scope"
        assert judge.permits(principal)
        assert not judge.permits(principal, route)


class TestRevocation:
    @pytest.mark.parametrize("anchor", ["sid-1", "root-1", "agent-1", "edge-1"])
    async def test_each_anchor(self, anchor: str) -> None:
        store = InMemoryRevocationStore()
        judge = verifier(revocations=store)
        made = token(agent_session_id="agent-1", delegation_edge_id="edge-1")
        principal = principal_in(await judge.authenticate(made))
        store.mark_revoked(anchor)
        assert outcome(await judge.authenticate(made)) == "session_revoked revocation"
        assert outcome(await judge.recheck(principal)) == "session_revoked revocation"
        assert judge.permits(principal), "lists ask no store"

    async def test_the_epoch(self) -> None:
        store = InMemoryRevocationStore()
        judge = verifier(revocations=store)
        made = token(delegation_edge_id="edge-1", delegation_graph_epoch=5)
        store.mark_delegation_epoch("zone-1", 5)
        assert outcome(await judge.authenticate(made)) == "ok"
        store.mark_delegation_epoch("zone-1", 6)
        assert outcome(await judge.authenticate(made)) == "delegation_stale epoch"
        assert outcome(await judge.authenticate(token())) == "ok"


class Store:
    """A store whose answers are as they are told."""

    def __init__(self, revoked: Any = False, epoch: Any = 0) -> None:
        self.revoked, self.epoch = revoked, epoch

    def is_revoked(self, _: str) -> Any:
        return self.revoked() if callable(self.revoked) else self.revoked

    def current_delegation_epoch(self, _: str) -> Any:
        return self.epoch() if callable(self.epoch) else self.epoch

    def mark_revoked(self, anchor: str, ttl_ms: float | None = None) -> None: ...

    def mark_delegation_epoch(
        self, zone_id: str, epoch: int, ttl_ms: float | None = None
    ) -> None: ...


class BatchStore(Store):
    def __init__(self, state: Any) -> None:
        super().__init__()
        self.state = state

    def check(self, _: RevocationQuery) -> Any:
        return self.state() if callable(self.state) else self.state


def fail() -> None:
    raise RuntimeError("store down")


async def fail_later() -> None:
    raise RuntimeError("store down")


async def hang() -> bool:
    await asyncio.sleep(3_600)
    return False


async def cancel() -> bool:
    raise asyncio.CancelledError


class Stubborn:
    def __await__(self) -> Any:
        """Answers False, and late: when it is cancelled."""
        try:
            yield from asyncio.sleep(3_600).__await__()
        except asyncio.CancelledError:
            return False


NO_EPOCHS: tuple[Any, ...] = (None, -1, 1.5, 0.0, "0", True, 2**53, math.nan, fail, hang)
NO_STATES: tuple[Any, ...] = (None, {}, True, fail, fail_later, hang, cancel)
NO_ANSWERS: tuple[Any, ...] = (
    None,
    0,
    1,
    "false",
    "",
    [],
    {},
    object(),
    fail,
    fail_later,
    hang,
    cancel,
)


@pytest.mark.parametrize(
    "store",
    [
        *(Store(revoked=value) for value in NO_ANSWERS),
        *(Store(epoch=value) for value in NO_EPOCHS),
        *(BatchStore(value) for value in NO_STATES),
        # A store that keeps to no type.
        *(BatchStore(RevocationState(value, 0)) for value in (None, 0, "no")),  # type: ignore[arg-type]
        # A store that keeps to no type.
        *(BatchStore(RevocationState(False, value)) for value in (None, -1, 0.5, True)),  # type: ignore[arg-type]
        Store(revoked=Stubborn),
    ],
    ids=lambda store: str(vars(store))[:60],
)
async def test_a_store_without_an_answer_is_an_outage_in_time(store: Any) -> None:
    judge = verifier(revocations=store, revocation_timeout_ms=50)
    made = token(delegation_edge_id="edge-1")
    started = time.monotonic()
    result = await judge.authenticate(made)
    assert outcome(result) == "verification_unavailable revocations_unavailable"
    assert time.monotonic() - started < 10
    assert not result.ok
    assert result.error.__cause__ is None
    assert result.error.__context__ is None
    assert "store down" not in str(result.error.to_dict())


async def test_stores_that_answer_at_once_and_later_are_the_same() -> None:
    async def later(value: object) -> object:
        await asyncio.sleep(0)
        return value

    for store, expected in (
        (Store(), "ok"),
        (Store(revoked=lambda: later(False), epoch=lambda: later(0)), "ok"),
        (Store(revoked=lambda: later(True)), "session_revoked revocation"),
        (Store(revoked=True, epoch=lambda: later(0)), "session_revoked revocation"),
        (Store(epoch=lambda: later(1)), "delegation_stale epoch"),
        (
            BatchStore(lambda: later(RevocationState(revoked=True, delegation_epoch=0))),
            "session_revoked revocation",
        ),
        (BatchStore(RevocationState(revoked=False, delegation_epoch=0)), "ok"),
    ):
        judge = verifier(revocations=store)
        assert outcome(await judge.authenticate(token(delegation_edge_id="edge-1"))) == expected


class CountingChecks(InMemoryRevocationStore):
    """Counts how often it is asked."""

    checks = 0

    def check(self, query: RevocationQuery) -> RevocationState:
        self.checks += 1
        return super().check(query)


class TestUntilEnded:
    """For what stays open; the clock is real, since so are the waits."""

    @staticmethod
    async def ended(judge: Any, principal: Principal, act: Any = lambda: None) -> tuple[str, float]:
        started = time.monotonic()
        waiting = asyncio.create_task(judge.until_ended(principal))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        act()
        error = await asyncio.wait_for(waiting, 20)
        return f"{error.code} {error.check}", time.monotonic() - started

    async def test_by_expiry(self) -> None:
        now = int(time.time())
        judge = verifier()
        principal = principal_in(await judge.authenticate(token(iat=now, exp=now + 2)))
        outcome_, seconds = await self.ended(judge, principal)
        assert outcome_ == "invalid_token expiry"
        assert seconds < 10

    @pytest.mark.parametrize("is_told", [True, False])
    async def test_by_revocation(self, is_told: bool) -> None:
        store = InMemoryRevocationStore()
        if not is_told:
            # A store without a subscription, which is not asked of one.
            store.subscribe = None  # type: ignore[method-assign, assignment]
        judge = verifier(revocations=store)
        made = token(delegation_edge_id="edge-1", delegation_graph_epoch=1)
        principal = principal_in(await judge.authenticate(made))

        def revoke() -> None:
            store.mark_revoked("another")
            store.mark_revoked("edge-1")

        assert (await self.ended(judge, principal, revoke))[0] == "session_revoked revocation"
        other = principal_in(await verifier().authenticate(made))

        def change() -> None:
            store.mark_delegation_epoch("zone-2", 9)
            store.mark_delegation_epoch("zone-1", 2)

        store = InMemoryRevocationStore()
        judge = verifier(revocations=store)
        assert (await self.ended(judge, other, change))[0] == "delegation_stale epoch"

    async def test_a_store_that_tells_is_not_asked_but_heard(self) -> None:
        store = CountingChecks()
        judge = verifier(revocations=store)
        principal = principal_in(await judge.authenticate(token()))
        waiting = asyncio.create_task(judge.until_ended(principal))
        await asyncio.sleep(2.5)
        assert store.checks == 2, "one to let in, one for what went unheard, and no more"
        store.mark_revoked("sid-1")
        error = await asyncio.wait_for(waiting, 10)
        assert error.code == "session_revoked"

    async def test_the_store_is_listened_to_as_long_as_somebody_waits(self) -> None:
        store = InMemoryRevocationStore()
        listening: list[object] = []
        subscribe = store.subscribe

        def counted(listener: Any) -> Any:
            listening.append(listener)
            end = subscribe(listener)

            def ended() -> None:
                listening.remove(listener)
                end()

            return ended

        # A method of this one store is counted.
        store.subscribe = counted  # type: ignore[method-assign]
        judge = verifier(revocations=store)
        principal = principal_in(await judge.authenticate(token()))
        waiting = [
            asyncio.create_task(each.until_ended(principal)) for each in (judge, judge.require({}))
        ]
        await asyncio.sleep(0.05)
        assert len(listening) == 1
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert listening == []


async def test_a_request_that_is_cancelled_is_cancelled() -> None:
    judge = verifier(revocations=Store(revoked=hang), revocation_timeout_ms=10_000)
    waiting = asyncio.create_task(judge.authenticate(token()))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


class Cache:
    """A key cache of the operator's own, which does as it is told."""

    def __init__(self, found: Any) -> None:
        self.found = found

    def find(self, _: KeyQuery) -> Any:
        return self.found() if callable(self.found) else self.found

    def warmup(self, issuer: str, zone_id: str) -> Any:  # noqa: ARG002
        return self.found() if callable(self.found) else self.found


@pytest.mark.parametrize("found", [None, 1, "found", object(), fail, fail_later, cancel], ids=str)
async def test_a_key_cache_without_an_answer_is_an_outage(found: Any) -> None:
    judge = verifier(key_cache=Cache(found))
    assert outcome(await judge.authenticate(token())) == "verification_unavailable jwks_unavailable"
    with pytest.raises(MandateError) as caught:
        await judge.warmup()
    assert caught.value.check == "jwks_unavailable"


async def test_warmup_fetches_all_zones() -> None:
    async with serve(answer({"keys": [KEY.jwk]})) as sts:
        judge = verifier(issuer=sts.issuer, zone_id=["a", "b"], key_cache=create_key_cache())
        await judge.warmup()
        assert sorted(sts.requests) == [f"/.well-known/jwks.json?zone_id={zone}" for zone in "ab"]
        sts.answer = answer({}, 500)
        with pytest.raises(MandateError):
            await verifier(issuer=sts.issuer, key_cache=create_key_cache()).warmup()


async def test_zones_that_only_tokens_name_are_never_asked_for() -> None:
    async with serve(answer({"keys": [KEY.jwk]})) as sts:
        judge = verifier(issuer=sts.issuer, zone_id=["a", "b"], key_cache=create_key_cache())
        for index in range(1_000):
            named = KEY.token(claims(iss=sts.issuer, zone_id=f"zone-{index}"))
            assert outcome(await judge.authenticate(named)) == "invalid_zone zone"
        assert (
            outcome(await judge.authenticate(KEY.token(claims(iss=sts.issuer, zone_id="b"))))
            == "ok"
        )
        assert len(sts.requests) == 2


async def test_a_key_of_another_zone_signs_nothing_for_this_one() -> None:
    ours, theirs = SigningKey("kid"), SigningKey("kid")
    made = theirs.token(claims())
    judge = verifier(key_cache=create_key_cache(http_client=served(ours.jwk)))
    assert outcome(await judge.authenticate(made)) == "invalid_token signature"


async def test_no_secret_is_in_an_answer() -> None:
    secret = "s3cr3t-0f-the-caller"
    spoilt: list[str] = [
        secret,
        f"{secret}.{secret}.{secret}",
        KEY.token(claims(sub=secret), {"alg": secret, "kid": "key-1"}),
        KEY.token(claims(), {"alg": "ES256", "kid": secret}),
        KEY.token(claims(), {"alg": "ES256", "kid": "key-1", "typ": secret}),
        KEY.token(secret.encode()),
        *(
            KEY.token(claims(**{name: secret}))
            for name in ("iss", "aud", "exp", "iat", "nbf", "use", "zone_id", "sub_type", "target")
        ),
        token(scope=secret),
    ]
    judge = verifier(required_scopes=["a"], required_targets=["b"], require_agent=True)
    for made in spoilt:
        for result in (await judge.authenticate(made), await judge.authorization(f"Bearer {made}")):
            assert not result.ok
            error = result.error
            shown = (
                f"{error!r} {error} {error.to_dict()} {error.args} {error.__cause__} {vars(error)}"
            )
            assert secret not in shown
            assert made not in shown
            assert error.__context__ is None


async def test_a_revocation_that_arrives_while_a_verification_is_under_way_counts() -> None:
    gate = asyncio.Event()

    async def slow(writer: asyncio.StreamWriter) -> None:
        await gate.wait()
        await answer({"keys": [KEY.jwk]})(writer)

    async with serve(slow) as sts:
        store = InMemoryRevocationStore()
        judge = verifier(issuer=sts.issuer, revocations=store, key_cache=create_key_cache())
        waiting = asyncio.create_task(judge.authenticate(KEY.token(claims(iss=sts.issuer))))
        await asyncio.sleep(0.05)
        store.mark_revoked("sid-1")
        gate.set()
        assert outcome(await waiting) == "session_revoked revocation"


async def test_an_altered_but_valid_signature_escapes_nothing() -> None:
    """For every r and s there is a second s: no state may hang on the bytes of a token."""
    n = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    made = token()
    signing_input, _, signature = made.rpartition(".")
    raw = decode_base64url(signature)
    twin = raw[:32] + (n - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    store = InMemoryRevocationStore()
    judge = verifier(revocations=store)
    altered = f"{signing_input}.{base64url(twin)}"
    assert outcome(await judge.authenticate(altered)) == "ok"
    store.mark_revoked("sid-1")
    for each in (made, altered):
        assert outcome(await judge.authenticate(each)) == "session_revoked revocation"
