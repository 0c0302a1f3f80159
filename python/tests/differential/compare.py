"""Runs the same cases in both languages and says where the answers differ."""

import asyncio
import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx

from caracalai_revocation import InMemoryRevocationStore
from caracalai_transport_mcp import (
    AuthResult,
    MandateVerifier,
    challenge,
    create_key_cache,
    create_mandate_verifier,
)
from support.run_vector import OPTION_NAMES

from .cases import SETTINGS, make_cases

_JUDGE = Path(__file__).parent / "judge.mjs"


class Difference(NamedTuple):
    """One case of which the answers differ."""

    case: dict[str, Any]
    typescript: Any
    python: Any


class Comparison(NamedTuple):
    """What came out of a run."""

    outcomes: Counter[str]
    """Code and check, or `ok`, of Python's answers."""
    differences: list[Difference]


def compare(seed: int, count: int) -> Comparison:
    """Judges so many cases in both languages."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answers:
        with subprocess.Popen(
            ["node", str(_JUDGE)], stdin=subprocess.PIPE, stdout=answers, text=True
        ) as node:
            assert node.stdin is not None
            node.stdin.write(json.dumps(SETTINGS) + "\n")
            for case in make_cases(seed, count):
                node.stdin.write(json.dumps(case) + "\n")
        if node.returncode != 0:
            raise RuntimeError(f"node ended with {node.returncode}")
        answers.seek(0)
        return asyncio.run(_compare(make_cases(seed, count), answers))


async def _compare(cases: Iterable[dict[str, Any]], answers: Iterable[str]) -> Comparison:
    judges = [_Judge(setting) for setting in SETTINGS]
    outcomes: Counter[str] = Counter()
    differences: list[Difference] = []
    for case, line in zip(cases, answers, strict=True):
        typescript = json.loads(line)
        answer = _answer_of(await judges[case["setting"]].judge(case))
        error = answer.get("error")
        outcomes["ok" if error is None else f"{error['code']} {error['check']}"] += 1
        # As text, so that 1, 1.0 and true are told apart.
        if json.dumps(answer, sort_keys=True) != json.dumps(typescript, sort_keys=True):
            differences.append(Difference(case, typescript, answer))
    return Comparison(outcomes, differences)


class _Judge:
    """A verifier of one setting; the clock is that of the case."""

    def __init__(self, setting: dict[str, Any]) -> None:
        revocations = InMemoryRevocationStore()
        for anchor in setting["revoked"]:
            revocations.mark_revoked(anchor)
        for zone, epoch in setting["epochs"].items():
            revocations.mark_delegation_epoch(zone, epoch)

        def serve(request: httpx.Request) -> httpx.Response:
            (zone,) = parse_qs(urlsplit(str(request.url)).query)["zone_id"]
            key_set = setting["keySets"].get(zone)
            return httpx.Response(404) if key_set is None else httpx.Response(200, json=key_set)

        self._now = 0.0
        client = httpx.AsyncClient(transport=httpx.MockTransport(serve))
        self._verifier: MandateVerifier = create_mandate_verifier(
            **{OPTION_NAMES[name]: value for name, value in setting["config"].items()},
            revocations=revocations,
            key_cache=create_key_cache(
                http_client=client, retry_ms=600_000, on_warning=lambda _: None
            ),
            now=lambda: self._now,
        )

    async def judge(self, case: dict[str, Any]) -> AuthResult:
        self._now = case["now"]
        if "token" in case:
            return await self._verifier.authenticate(case["token"])
        return await self._verifier.authorization(case["authorization"])


def _answer_of(result: AuthResult) -> dict[str, Any]:
    """As the TypeScript half writes it."""
    if result.ok:
        principal = asdict(result.principal)
        mandate = principal.pop("mandate")
        named = {_camel_case(name): value for name, value in principal.items()}
        return {"principal": named, "mandate": _without_none(mandate)}
    error = result.error
    fields = error.to_dict()
    scopes = fields.pop("required_scopes")
    answer = challenge(error)
    return {
        "error": fields if scopes is None else {**fields, "requiredScopes": scopes},
        "status": answer.status,
        "headers": dict(answer.headers),
        "body": answer.body,
    }


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_none(item) for name, item in value.items() if item is not None}
    return [_without_none(item) for item in value] if isinstance(value, tuple) else value


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
