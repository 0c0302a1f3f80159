from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caracalai_transport_mcp import extract_bearer
from caracalai_transport_mcp._extract_bearer import read_credentials


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
@pytest.mark.parametrize("spaces", [" ", "  ", " " * 64])
def test_one_token(scheme: str, spaces: str) -> None:
    assert extract_bearer(f"{scheme}{spaces}a.b.c") == "a.b.c"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        "Basic YTpi",
        "Bearer",
        "Bearer ",
        "Bearer \t\u00a0\ufeff",
        "BearerX a",
        "Bearer-a",
        "Bearer_a",
        "Bearer1",
        "a.b.c",
        " Bearer a",
        "\ufeffBearer a",
        [],
        [None],
        1,
        b"Bearer a",
        {"Bearer": "a"},
    ],
    ids=repr,
)
def test_missing(header: Any) -> None:
    assert read_credentials(header).kind == "missing"


@pytest.mark.parametrize(
    "header",
    [
        "Bearer\ta",
        "Bearer\u00a0a",
        "Bearer \u00a0a",
        "Bearer\ufeffa",
        "Bearer:a",
        "Bearer,a",
        "Bearer\x1ca",
        "Bearer\x85a",
        "Beareré",
        "Bearer a b",
        "Bearer a ",
        "Bearer a\t",
        "Bearer a,b",
        "Bearer a, Bearer b",
        "Bearer a\nb",
        "Bearer a\x1cb",
        "Bearer a\x85b",
        "Bearer a\ufeff",
        "Bearer a\u2028",
        "Bearer \x1ca",
        ["Bearer a", "Bearer a"],
        ["Bearer a", "Basic b"],
        ["Basic b", "Bearer a"],
        ("Bearer a", "Bearer b"),
        ["", ""],
    ],
    ids=repr,
)
def test_malformed(header: Any) -> None:
    assert read_credentials(header).kind == "malformed"
    assert extract_bearer(header) is None


@pytest.mark.parametrize("token", ["é", "a\u200b", "a\u180e", '"a"', "a=", "\U0001f511", "\ud800"])
def test_whatever_is_one_word_is_a_token_that_is_judged_later(token: str) -> None:
    assert extract_bearer(f"Bearer {token}") == token


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Bearer" + " " * 16_448, "missing"),
        ("Bearer" + " " * 16_449, "token"),
        ("Bearer " + "a " * 8_224, "token"),
        # In UTF-16 code units, of which these have two each.
        ("Bearer \U0001f511 " + "\U0001f511" * 8_223, "token"),
        ("Bearer \U0001f511 " + "\U0001f511" * 8_222, "malformed"),
    ],
    ids=lambda value: str(len(value)),
)
def test_what_is_too_long_is_not_read(header: str, kind: str) -> None:
    assert read_credentials(header).kind == kind


@given(st.text() | st.lists(st.text(), max_size=3))
def test_whatever_it_is_nothing_is_raised(header: Any) -> None:
    assert read_credentials(header).kind in ("token", "missing", "malformed")
