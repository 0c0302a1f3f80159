import json

import pytest

from caracalai_transport_mcp import ANSWERS, MandateError, challenge, error_body, error_text

# Frozen: clients and the other language rely on each of these.
PINNED = {
    "missing_token": (401, None),
    "invalid_token": (401, "invalid_token"),
    "invalid_zone": (401, "invalid_token"),
    "session_revoked": (401, "invalid_token"),
    "delegation_stale": (401, "invalid_token"),
    "insufficient_scope": (403, "insufficient_scope"),
    "agent_required": (403, "insufficient_scope"),
    "delegation_required": (403, "insufficient_scope"),
    "chain_mismatch": (403, "insufficient_scope"),
    "hop_count_exceeded": (403, "insufficient_scope"),
    "verification_unavailable": (503, None),
}


def test_the_table_of_codes() -> None:
    assert {code: tuple(answer) for code, answer in ANSWERS.items()} == PINNED
    with pytest.raises(TypeError):
        # What types forbid has to fail as well.
        ANSWERS["missing_token"] = ANSWERS["invalid_token"]  # type: ignore[index]


def test_a_missing_scope() -> None:
    error = MandateError("insufficient_scope", "scope", "Missing scope: b", "Grant it.", ("a", "b"))
    answer = challenge(error, resource_metadata="https://a.example/meta")
    assert answer.status == 403
    assert dict(answer.headers) == {
        "content-type": "application/json",
        "cache-control": "no-store",
        "www-authenticate": 'Bearer error="insufficient_scope", '
        'error_description="Missing scope: b", scope="a b", '
        'resource_metadata="https://a.example/meta"',
    }
    assert (
        json.loads(answer.body)
        == error_body(error)
        == {
            "error": "insufficient_scope",
            "error_description": "Missing scope: b",
            "error_hint": "Grant it.",
        }
    )


@pytest.mark.parametrize(
    ("scopes", "header"), [((), "Bearer"), (None, "Bearer"), (("a", "b"), 'Bearer scope="a b"')]
)
def test_a_missing_token_names_no_error(scopes: tuple[str, ...] | None, header: str) -> None:
    error = MandateError("missing_token", "bearer", "Missing bearer token", "None.", scopes)
    assert challenge(error).headers["www-authenticate"] == header


def test_an_outage_is_worth_a_retry_and_no_challenge() -> None:
    error = MandateError("verification_unavailable", "jwks_unavailable", "Down", "Look.")
    answer = challenge(error, resource_metadata="https://a.example/meta")
    assert answer.status == 503
    assert answer.headers["retry-after"] == "1"
    assert "www-authenticate" not in answer.headers


def test_what_may_not_stand_between_quotes_is_masked_as_often_as_javascript_masks_it() -> None:
    error = MandateError("chain_mismatch", "chain", 'é"\\\r\n\x00\x7f\U0001f511~ !', "é\u2028")
    assert challenge(error).headers["www-authenticate"] == (
        'Bearer error="insufficient_scope", error_description="?????????~ !"'
    )
    assert error_text(error) == (
        '{"error":"chain_mismatch","error_description":"é\\"\\\\\\r\\n\\u0000\x7f\U0001f511~ !",'
        '"error_hint":"é\u2028"}'
    )
