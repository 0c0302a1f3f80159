"""Every case of `vectors/`: the same outcome, check and principal as in TypeScript."""

import json
from typing import Any

import pytest

from support.paths import VECTORS
from support.run_vector import Vector, allowed_urls, run_vector

KEY_SETS = json.loads((VECTORS / "keys.json").read_text())["keySets"]
FILES = sorted(set(VECTORS.glob("*.json")) - {VECTORS / "keys.json", VECTORS / "schema.json"})
CASES = [case for file in FILES for case in json.loads(file.read_text())["cases"]]

# Only a mandate that passed everything else is worth a question to the store.
STORE_ASKED = ("ok", "session_revoked", "delegation_stale")


@pytest.mark.parametrize("vector", CASES, ids=lambda vector: vector["id"])
async def test_vector(vector: Vector) -> None:
    run = await run_vector(vector, KEY_SETS)
    assert _typed(run.expected) == _typed(vector["expected"]), vector["comment"]

    assert set(run.fetched) <= set(allowed_urls(vector))
    assert (run.store_calls > 0) == (vector["expected"]["outcome"] in STORE_ASKED)
    if vector.get("io") == "none":
        assert (run.fetched, run.key_lookups, run.store_calls) == ([], 0, 0)


def test_there_are_enough_vectors_and_enough_of_them_are_accepted() -> None:
    assert len(CASES) >= 1_000
    accepted = [case for case in CASES if case["expected"]["outcome"] == "ok"]
    assert len(accepted) >= 150


def _typed(value: Any) -> Any:
    """JSON text tells 1 from 1.0 and from true, which Python takes for the same."""
    return json.loads(json.dumps(value), parse_int=repr, parse_float=repr)
