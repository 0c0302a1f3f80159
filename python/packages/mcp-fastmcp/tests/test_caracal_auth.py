import ast
import json
from pathlib import Path
from typing import Any

import pytest

from caracalai_mcp_fastmcp import (
    CaracalAuth,
    CaracalAuthError,
    CaracalContext,
    ConfigurationError,
    create_key_cache,
)
from caracalai_revocation import InMemoryRevocationStore
from caracalai_transport_mcp import MandateError
from support.dev_sts import AUDIENCE, DevSts, agent, delegated

SEED = Path(__file__).parent / "snippets" / "seed_verifier.txt"


def make(sts: DevSts, **changes: Any) -> CaracalAuth:
    options = {
        "issuer": sts.issuer,
        "audience": AUDIENCE,
        "zone_id": "zone_dev",
        "revocations": InMemoryRevocationStore(),
        "key_cache": create_key_cache(),
    }
    merged = {**options, **changes}
    return CaracalAuth(**{name: value for name, value in merged.items() if value is not ...})


async def run_seed(sts: DevSts, token: str) -> dict[str, Any]:
    """The page's snippet, as written but for the issuer's URL."""
    source = SEED.read_text().replace("https://sts.example.com", sts.issuer)
    code = compile(source, str(SEED), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names: dict[str, Any] = {"revocations": InMemoryRevocationStore(), "token": token}
    await eval(code, names)
    return names


async def test_the_seeds_snippet(sts: DevSts) -> None:
    names = await run_seed(sts, sts.mint("zone_prod", **agent()))
    context = names["context"]
    assert (context.sub, context.zone_id, context.scope) == (
        "user_dev",
        "zone_prod",
        "mcp:tool:call",
    )


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({}, "agent_required"),
        (agent(scope="other"), "insufficient_scope"),
        (agent(aud=["https://other.example"]), "invalid_token"),
        (agent(target=["https://other.example"]), "invalid_token"),
        (agent(zone_id="zone_dev"), "invalid_zone"),
    ],
)
async def test_the_seeds_snippet_refuses(sts: DevSts, claims: dict[str, Any], code: str) -> None:
    with pytest.raises(RuntimeError, match=f"^{code}$") as caught:
        await run_seed(sts, sts.mint("zone_prod", **claims))
    assert isinstance(caught.value.__cause__, CaracalAuthError)


async def test_what_a_context_says(sts: DevSts) -> None:
    auth = make(sts)
    token = sts.mint(scope="a b", **delegated(2))
    for context in (await auth.verify_token(token), await auth(token)):
        assert isinstance(context, CaracalContext)
        assert (context.sub, context.zone_id, context.scope) == ("user_dev", "zone_dev", "a b")
        assert (context.client_id, context.scopes) == ("app_dev", ["a", "b"])
        assert context.expires_at == context.mandate.exp
        assert context.mandate.delegation_path == ("edge_1", "edge_2")
        assert context.principal.hop_count == 2
        # What FastMCP binds a session to.
        assert context.subject == "user:zone_dev:user_dev"
        assert (context.claims["sub"], context.claims["iss"]) == ("user_dev", sts.issuer)
        assert context.claims["delegation_chain"][2] == {
            "application_id": "app_dev",
            "agent_session_id": "agent_session_dev",
        }
        assert json.loads(json.dumps(context.claims)) == context.claims
        assert token not in repr(context)
        assert token not in str(context)


async def test_what_an_error_says(sts: DevSts) -> None:
    auth = make(sts, required_scopes=["a", "b"])
    token = sts.mint(scope="a")
    with pytest.raises(CaracalAuthError) as caught:
        await auth.verify_token(token)
    error = caught.value
    assert isinstance(error, MandateError)
    assert (error.code, error.check) == ("insufficient_scope", "scope")
    assert error.description == str(error) == "Missing scope: b"
    assert error.hint.startswith("The operation needs: a b.")
    assert (error.__cause__, error.__context__) == (None, None)
    assert token not in repr(error) + str(error.to_dict())


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "\ud800", "x" * 20_000])
async def test_whatever_the_token_it_is_our_error(sts: DevSts, token: str) -> None:
    with pytest.raises(CaracalAuthError):
        await make(sts)(token)


async def test_warmup(sts: DevSts) -> None:
    await make(sts).warmup()
    with pytest.raises(CaracalAuthError) as caught:
        await make(sts, zone_id=["zone_dev", "zone_nowhere"]).warmup()
    assert caught.value.code == "verification_unavailable"
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": ...},
        {"issuer": "http://sts.example.com"},
        {"audience": ...},
        {"zone_id": ...},
        {"zone_id": []},
        {"revocations": ...},
        {"revocations": InMemoryRevocationStore},
        {"required_scope": ["a"]},
        {"verify": False},
        {"token_verifier": None},
        {"base_url": "notes"},
        {"base_url": "http://notes.example.com"},
        {"base_url": "https://a.example?x"},
        {"base_url": 1},
        {"authorization_servers": ["https://a.example"]},
        {"scopes_supported": ["a"]},
        {"base_url": AUDIENCE, "authorization_servers": []},
        {"base_url": AUDIENCE, "authorization_servers": ["a"]},
        {"base_url": AUDIENCE, "scopes_supported": ["a b"]},
    ],
    ids=str,
)
def test_wrong_configuration_is_an_error_at_start(sts: DevSts, changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        make(sts, **changes)


@pytest.mark.parametrize(
    "needs",
    [
        {"scope": ["a"]},
        {"required_scopes": ["a"]},
        {"scopes": "a"},
        {"agent": 1},
        {"max_hop_count": -1},
    ],
    ids=str,
)
def test_wrong_requirements_are_errors_where_they_are_written(sts: DevSts, needs: Any) -> None:
    auth = make(sts)
    with pytest.raises(ConfigurationError):
        auth.require(**needs)
    for part in ("tools", "resources", "prompts"):
        with pytest.raises(ConfigurationError):
            auth.guard({part: {"name": needs}})


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        ({"scopes": "a"}, "scopes has to be a list of strings"),
        ({"scopes": ["a", "b c"]}, 'scopes: "b c" is not one scope (RFC 6749 section 3.3)'),
        ({"targets": "a"}, "targets has to be a list of strings"),
        ({"agent": 1}, "agent has to be True or False"),
        ({"delegation": 1}, "delegation has to be True or False"),
        ({"chain_contains": "a"}, "chain_contains has to be a list of strings"),
        ({"chain_integrity": 1}, "chain_integrity has to be True or False"),
        ({"max_hop_count": -1}, "max_hop_count has to be an integer of 0 or more"),
    ],
    ids=str,
)
def test_an_error_names_a_requirement_as_it_is_written(sts: DevSts, needs: Any, said: str) -> None:
    auth = make(sts)
    with pytest.raises(ConfigurationError) as caught:
        auth.require(**needs)
    assert str(caught.value) == f"require: {said}"
    with pytest.raises(ConfigurationError) as caught:
        auth.guard({"tools": {"pay": needs}})
    assert str(caught.value) == f"guard: tools: pay: {said}"


@pytest.mark.parametrize(
    "table", [[], {"tool": {}}, {"tools": []}, {"tools": {"a": ["b"]}}], ids=str
)
def test_a_wrong_table_is_an_error(sts: DevSts, table: Any) -> None:
    with pytest.raises(ConfigurationError):
        make(sts).guard(table)


@pytest.mark.parametrize(
    "options",
    [
        {"allow_local": 1},
        {"local_mandate": "token"},
        {"allow_local": True, "local_mandate": lambda: "a"},
        {"allow_locals": True},
    ],
)
def test_wrong_options_of_a_guard_are_errors(sts: DevSts, options: Any) -> None:
    with pytest.raises(ConfigurationError):
        make(sts).guard(**options)


def test_it_is_a_provider_that_fastmcp_does_not_take_for_none(sts: DevSts) -> None:
    assert bool(make(sts)) is True


async def test_the_verifier_never_raises(sts: DevSts) -> None:
    verifier = make(sts).verifier
    context = await verifier.verify_token(sts.mint())
    assert context is not None
    assert context.sub == "user_dev"
    for token in ("", "nonsense", sts.mint(aud=["other"])):
        assert await verifier.verify_token(token) is None
    down = make(sts, issuer="http://127.0.0.1:1").verifier
    assert await down.verify_token(sts.mint()) is None
