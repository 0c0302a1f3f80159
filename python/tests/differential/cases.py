"""Settings, tokens and headers, by a seed."""

import base64
import json
from collections.abc import Iterator
from random import Random
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from support.paths import VECTORS

from .json_text import any_value, write_object

NOW = 1_800_000_000
ISSUER, AUDIENCE = "https://sts.example", "https://mcp.example"

_KEYS_FILE = json.loads((VECTORS / "keys.json").read_text())
_KEY_SETS = _KEYS_FILE["keySets"]
_ODD = (
    *("\t", "\n", "\x0b", "\x0c", "\r", " ", "\x1c", "\x1f", "\x00", "\x7f", "\x85", "\u00a0"),
    *("\u1680", "\u180e", "\u2003", "\u200b", "\u2028", "\u202f", "\u3000", "\ufeff", "\U0001f511"),
    *("é", "\u017f", "\u212a", "+", "/", "=", ".", ",", "-", "_", "A", "\ud800"),
)
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _private_key(jwk: dict[str, str]) -> ec.EllipticCurvePrivateKey:
    secret = base64.urlsafe_b64decode(jwk["d"] + "=")
    return ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())


_PRIVATE_KEYS = {name: _private_key(jwk) for name, jwk in _KEYS_FILE["keys"].items()}

_BASE = {"issuer": ISSUER, "audience": AUDIENCE, "zoneId": "zone-1"}
_SERVED = {"zone-1": _KEY_SETS["zone-1"], "zone-2": _KEY_SETS["zone-2"]}


def _setting(config: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "config": {**_BASE, **config},
        "keySets": more.get("key_sets", _SERVED),
        "revoked": more.get("revoked", []),
        "epochs": more.get("epochs", {}),
    }


SETTINGS = (
    _setting({}),
    _setting({"zoneId": ["zone-1", "zone-2"]}),
    _setting({"zoneId": ["zone-1", "zone-3"]}),
    _setting({"zoneId": "zone-3"}),
    _setting({}, revoked=["sid-2", "agent-1"], epochs={"zone-1": 5}),
    _setting({"requiredScopes": ["notes:read", "a"], "requiredTargets": [AUDIENCE]}),
    _setting({"requireAgent": True, "requireDelegation": True, "maxHopCount": 1}),
    _setting({"requireChainContains": ["app-1", "é\U0001f511"], "requireChainIntegrity": True}),
    _setting({"clockToleranceSeconds": 0, "maxLifetimeSeconds": 900}),
    _setting({}, key_sets={"zone-1": {"keys": [*_KEY_SETS["zone-1"]["keys"]] * 2}}),
    _setting({}, key_sets={"zone-1": _KEY_SETS["zone-1-rotating"]}),
)


def make_cases(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """So many cases: a setting, by its number, the time, and a token or a header."""
    random = Random(seed)
    for _ in range(count):
        setting = random.randrange(len(SETTINGS)) if random.random() < 0.5 else 0
        now = NOW + random.choice((0, 0, 0, 0, 0.5, 889, 890, 899.999, 900, -61, -60, -59.5))
        token = _token(random)
        case: dict[str, Any] = {"setting": setting, "now": now}
        if random.random() < 0.75:
            case["token"] = token
        else:
            case["authorization"] = _authorization(random, token)
        yield case


def _claims(random: Random) -> dict[str, Any]:
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": random.choice(([AUDIENCE], AUDIENCE, ["a", AUDIENCE], [AUDIENCE, ""])),
        "sub": random.choice(("user-1", "é\U0001f511", " ")),
        "sub_type": random.choice(("user", "user", "application")),
        "client_id": "app-1",
        "zone_id": random.choice(("zone-1",) * 8 + ("zone-2", "zone-3", "zone-4")),
        "jti": "jti-1",
        "iat": NOW - 10 + random.choice((0, 0, 0, 70, 71)),
        "exp": NOW + random.choice((890,) * 6 + (0, 3_590, 3_591)),
        "use": random.choice(("resource",) * 10 + ("session", "gateway", "")),
        "sid": random.choice(("sid-1", "sid-1", "sid-2")),
        "root_sid": "root-1",
    }
    if random.random() < 0.5:
        claims["scope"] = random.choice(
            ("notes:read a", "a  notes:read ", "a\tnotes:read", "notes:readx a", "", "a\u00a0b")
        )
    if random.random() < 0.4:
        claims["target"] = random.choice(([AUDIENCE], [], ["x"] * 64, ["x"] * 65, [AUDIENCE, ""]))
    if random.random() < 0.3:
        claims["agent_session_id"] = random.choice(("agent-1", "agent-2", ""))
    if random.random() < 0.3:
        claims |= _delegation(random)
    if random.random() < 0.1:
        claims["nbf"] = NOW + random.choice((-10, 60, 61, 71))
    return claims


def _delegation(random: Random) -> dict[str, Any]:
    hops = random.choice((0, 1, 1, 2, 2, 3, 11))
    edges = [f"edge-{index if random.random() < 0.95 else 0}" for index in range(hops)]
    chain: list[Any] = [
        {"application_id": f"app-{index}", "delegation_edge_id": edge}
        for index, edge in enumerate(edges)
    ]
    chain.append({"application_id": "app-1", "x": 1})
    members: dict[str, Any] = {
        "delegation_edge_id": edges[-1] if edges else "edge-0",
        "delegation_path": edges,
        "delegation_chain": chain,
        "hop_count": hops + random.choice((0, 0, 0, 0, -1, 1)),
        "delegation_graph_epoch": random.choice((0, 4, 5, 6)),
        "source_session_id": "s",
        "target_session_id": "",
    }
    return {name: value for name, value in members.items() if random.random() < 0.9}


def _header(random: Random, kid: str) -> dict[str, Any]:
    header: dict[str, Any] = {"alg": "ES256", "typ": "JWT", "kid": kid}
    if random.random() < 0.15:
        header["typ"] = random.choice(("jwt", "at+jwt", "AT+JWT", "jw\u0074", "JWT ", "\u017fwt"))
    if random.random() < 0.05:
        name = random.choice(("crit", "b64", "zip", "cty", "jku", "x5c", "__proto__"))
        header[name] = random.choice((None, [], ["exp"], False, "x"))
    if random.random() < 0.05:
        header["kid"] = random.choice(
            (
                "",
                "k" * 256,
                "k" * 257,
                "\U0001f511" * 256,
                "\U0001f511" * 257,
                "a\x85",
                "zone-2-key",
            )
        )
    return header


def _token(random: Random) -> str:
    key_name = random.choice(("zone1",) * 8 + ("zone2", "zone1Next", "attacker"))
    kid = _KEYS_FILE["keys"]["zone1" if key_name == "attacker" else key_name]["kid"]
    spoil = random.choice((0, 0, 0, 0.3, 0.3, 0.6))
    header = write_object(random, _header(random, kid), spoil / 3)
    payload = write_object(random, _claims(random), spoil)
    if random.random() < 0.02:
        payload = any_value(random)
    parts = [_encode(random, header), _encode(random, payload)]
    signing_input = ".".join(parts)
    signature = _sign(random, key_name, signing_input.encode())
    token = f"{signing_input}.{_base64url(signature)}"
    return _damage(random, token) if random.random() < 0.15 else token


def _encode(random: Random, text: str) -> str:
    data = text.encode("utf-8", "surrogatepass")
    if random.random() < 0.02:
        place = random.randrange(len(data) + 1)
        data = (
            data[:place]
            + random.choice((b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf"))
            + data[place:]
        )
    return _base64url(data)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _sign(random: Random, key_name: str, signing_input: bytes) -> bytes:
    # Deterministic, so that a seed says everything.
    signature = _PRIVATE_KEYS[key_name].sign(
        signing_input, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    )
    r, s = utils.decode_dss_signature(signature)
    if random.random() < 0.03:
        s = _N - s
    elif random.random() < 0.03:
        r, s = random.choice(((0, s), (r, 0), (r, _N), (_N, s), (s, r), (r, s ^ 1), (0, 0)))
    whole = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return (
        whole
        if random.random() < 0.98
        else random.choice((whole[:-1], whole + b"\0", b"", signature))
    )


def _damage(random: Random, token: str) -> str:
    kind = random.randrange(5)
    place = random.randrange(len(token) + 1)
    if kind == 0:
        return token[:place] + random.choice(_ODD) + token[place:]
    if kind == 1:
        return token[:place] + random.choice(_ODD) + token[place + 1 :]
    if kind == 2:
        return token[:place]
    if kind == 3:
        return random.choice((token + ".", "." + token, token.replace(".", "", 1), token * 2, ""))
    size = random.choice((16_383, 16_384, 16_385))
    filler = random.choice(("a", "\U0001f511"))
    return filler * (size // len(filler.encode("utf-16-le")) * 2) + random.choice(("", "a", "."))


def _authorization(random: Random, token: str) -> Any:
    if random.random() < 0.1:
        return random.choice((None, [], [_value(random, token), _value(random, token)], [""]))
    return _value(random, token)


def _value(random: Random, token: str) -> str:
    scheme = random.choice(
        ("Bearer",) * 6
        + ("bearer", "BEARER", "Basic", "BearerX", "Bearer\u017f", "Bearer-", "", "\ufeffBearer")
    )
    separator = random.choice(
        (" ",) * 8 + ("  ", "", "\t", "\u00a0", " \u00a0", "\x1c", " " * 64, ":")
    )
    end = random.choice(("",) * 10 + (" ", ",", ", x", "\u2028", "\x85", "\ufeff", " b"))
    return f"{scheme}{separator}{token}{end}"
