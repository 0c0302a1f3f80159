import copy
from typing import Any

import pytest

from caracalai_revocation import InMemoryRevocationStore
from caracalai_transport_mcp import (
    CapturedRequirements,
    ConfigurationError,
    capture_requirements,
    create_mandate_verifier,
    protected_resource_metadata,
    protected_resource_metadata_url,
)
from support.test_key import AUDIENCE, ISSUER
from support.verifier import options, token, verifier


class WithoutEpochs:
    def is_revoked(self, anchor: str) -> bool:
        return not anchor


class WithoutCheck(InMemoryRevocationStore):
    # A store that keeps to no type.
    check = "not a function"  # type: ignore[assignment]


BAD_TEXTS: tuple[Any, ...] = (
    ...,
    None,
    "",
    " a",
    "a ",
    "a\n",
    "a\x00",
    "a\x7f",
    "\ufeffa",
    "\u00a0a",
    "\ud800",
    1,
    b"a",
)
BAD_URLS = (
    "sts.example.com",
    "http://sts.example.com",
    "http://0.0.0.0",
    "http://127.0.0.256",
    "http://[::2]",
    "ftp://a.example",
    "https://",
    "https://u@a.example",
    "https://a.example?",
    "https://a.example#",
    "https://a.example/a b",
    "https://a.example\\x",
    "https://a.example:99999",
    "https://a%41",
)
BAD_LISTS: tuple[Any, ...] = (
    "a",
    b"a",
    {"a"},
    {"a": 1},
    [1],
    [None],
    [""],
    ["a\x00"],
    ["\ud800"],
    1,
)

BAD_FLAGS: tuple[Any, ...] = (0, 1, "no", [])

REFUSED: list[tuple[str, Any]] = [
    *(("issuer", value) for value in (*BAD_TEXTS, *BAD_URLS)),
    *(("audience", value) for value in BAD_TEXTS),
    *(("zone_id", value) for value in (*BAD_TEXTS, [], [""], ["a", 1], {"a"})),
    *(("revocations", value) for value in (..., None, object(), InMemoryRevocationStore)),
    ("revocations", WithoutEpochs()),
    ("revocations", WithoutCheck()),
    *(
        ("required_scopes", value)
        for value in (*BAD_LISTS, ["a b"], ['"'], ["\\"], ["é"], ["\x7f"])
    ),
    *(("required_targets", value) for value in BAD_LISTS),
    *(("require_chain_contains", value) for value in BAD_LISTS),
    *(("require_agent", value) for value in BAD_FLAGS),
    *(("require_delegation", value) for value in BAD_FLAGS),
    ("require_chain_integrity", "yes"),
    *(("max_hop_count", value) for value in (-1, 1.5, 1.0, True, "1", 2**53)),
    *(("clock_tolerance_seconds", value) for value in (-1, 601, 0.5, True, "60")),
    *(("max_lifetime_seconds", value) for value in (0, 82_801, 1.5, True)),
    *(("revocation_timeout_ms", value) for value in (0, 10_001, 1.5, True)),
    *(("key_cache", value) for value in (object(), "a", 1)),
    *(("now", value) for value in (0, "now")),
    *((name, 1) for name in ("requiredScopes", "verify", "jwks_uri", "__class__", "scopes")),
]


@pytest.mark.parametrize(("name", "value"), REFUSED, ids=lambda value: repr(value)[:30])
def test_refused_at_construction_by_name(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"{name}|has to be an instance"):
        create_mandate_verifier(**options(**{name: value}))


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://sts.example.com/path/"},
        {"issuer": "http://localhost:8080"},
        {"issuer": "http://127.1.2.3"},
        {"issuer": "http://[::1]:8080"},
        {"issuer": "HTTPS://STS.example.com"},
        {"audience": "urn:notes"},
        {"audience": "é\U0001f511 x"},
        {"zone_id": ["a", "b", "a"]},
        {"zone_id": ("a",)},
        {"clock_tolerance_seconds": 0, "max_lifetime_seconds": 82_800, "max_hop_count": 0},
        dict.fromkeys(("required_scopes", "require_agent", "max_hop_count", "key_cache", "now")),
    ],
    ids=str,
)
def test_taken(changes: Any) -> None:
    create_mandate_verifier(**options(**changes))


async def test_options_are_captured_and_left_as_they_are() -> None:
    scopes, zones = ["notes:read"], ["zone-1"]
    given = options(required_scopes=scopes, zone_id=zones)
    before = copy.copy(given)
    made = create_mandate_verifier(**given)
    assert given == before
    scopes.clear()
    zones[:] = ["other"]
    result = await made.authenticate(token())
    assert not result.ok
    assert result.error.code == "insufficient_scope"


def test_what_a_verifier_shows() -> None:
    made = verifier(required_scopes=["a"])
    assert (made.issuer, made.audience, made.defaults.required_scopes) == (ISSUER, AUDIENCE, ("a",))
    with pytest.raises(AttributeError):
        # What types forbid has to fail as well.
        made.defaults.require_agent = True  # type: ignore[misc]


@pytest.mark.parametrize(
    "route",
    [
        {"requiredScopes": []},
        {"scopes": []},
        {"required_scopes": "a"},
        {"max_hop_count": -1},
        [],
        1,
    ],
    ids=str,
)
async def test_a_malformed_route_is_refused_where_it_is_given(route: Any) -> None:
    made = verifier()
    result = await made.authenticate(token())
    assert result.ok
    for use in (made.require, capture_requirements, lambda r: made.permits(result.principal, r)):
        with pytest.raises(ConfigurationError):
            use(route)
    for judge in (
        made.authenticate(token(), route),
        made.authorization("Bearer a", route),
        made.recheck(result.principal, route),
    ):
        with pytest.raises(ConfigurationError):
            await judge


def test_requirements_that_were_made_by_hand_are_validated_too() -> None:
    # Text in the place of a tuple: what types forbid has to fail as well.
    by_hand = CapturedRequirements("abc", (), False, False, (), False, None)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError):
        verifier().require(by_hand)


@pytest.mark.parametrize(
    ("resource", "url"),
    [
        ("https://a.example", "https://a.example/.well-known/oauth-protected-resource"),
        ("https://a.example/", "https://a.example/.well-known/oauth-protected-resource"),
        ("https://a.example/mcp", "https://a.example/.well-known/oauth-protected-resource/mcp"),
        ("https://a.example/mcp/", "https://a.example/.well-known/oauth-protected-resource/mcp/"),
        ("https://A.example:443/x", "https://a.example/.well-known/oauth-protected-resource/x"),
        ("http://127.0.0.1:80/é", "http://127.0.0.1/.well-known/oauth-protected-resource/%C3%A9"),
        ("http://[::1]:8080", "http://[::1]:8080/.well-known/oauth-protected-resource"),
    ],
)
def test_where_metadata_is_served(resource: str, url: str) -> None:
    assert protected_resource_metadata_url(resource) == url


def test_the_metadata_document() -> None:
    made = protected_resource_metadata(
        resource="https://a.example",
        authorization_servers=["https://sts.example", "https://sts.example"],
        scopes_supported=["a", "b"],
    )
    assert made == {
        "resource": "https://a.example",
        "authorization_servers": ["https://sts.example"],
        "bearer_methods_supported": ["header"],
        "scopes_supported": ["a", "b"],
    }
    without = protected_resource_metadata(
        resource="https://a.example", authorization_servers=["https://sts.example"]
    )
    assert "scopes_supported" not in without


@pytest.mark.parametrize(
    "changes",
    [
        {"resource": "a"},
        {"resource": "https://a.example?x"},
        {"authorization_servers": []},
        {"authorization_servers": None},
        {"authorization_servers": ["http://a.example"]},
        {"scopes_supported": ["a b"]},
        {"scopesSupported": []},
    ],
    ids=str,
)
def test_metadata_that_is_refused(changes: Any) -> None:
    right = {"resource": "https://a.example", "authorization_servers": ["https://sts.example"]}
    with pytest.raises(ConfigurationError):
        protected_resource_metadata(**{**right, **changes})
