import json
import math
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caracalai_identity._json_object import parse_json_object

DEEPEST = '{"a":' + "[" * 63 + "]" * 63 + "}"


def value_of(text: str) -> Any:
    parsed = parse_json_object(('{"n":%s}' % text).encode("utf-8", "surrogatepass"))  # noqa: UP031
    return None if parsed is None else parsed["n"]


# As JavaScript reads them: every number is the nearest double.
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("-0", 0),
        ("1", 1),
        ("1.0", 1),
        ("1e2", 100),
        ("1E+2", 100),
        ("100e-2", 1),
        ("0.1e1", 1),
        ("9007199254740991", 2**53 - 1),
        ("9007199254740992", 2**53),
        ("9007199254740993", 2**53),
        ("9007199254740991.4", 2**53 - 1),
        ("9007199254740990.6", 2**53 - 1),
        ("1e400", math.inf),
        ("-1e400", -math.inf),
        ("1e-400", 0),
        ("5e-324", 5e-324),
        ("1" * 400, math.inf),
        ("1" * 5_000, math.inf),
    ],
)
def test_numbers_are_doubles(text: str, number: float) -> None:
    value = value_of(text)
    assert type(value) is float
    assert value == number


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "01",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "-",
        "0x10",
        "1_000",
        "\u0663",
        "\u00b2",
        "1\u0660",
        "True",
        "None",
        "undefined",
        "'a'",
        '"\\x41"',
        '"\\u00g0"',
        '"\\u+041"',
        '"\\u 041"',
        '"\\u0_41"',
        '"a\tb"',
        '"a\x00b"',
        '"a\x1fb"',
        '"open',
        "[1,]",
        '{"a":1,}',
        "[1] //",
        "\u00a01",
        "\ufeff1",
        "1\x0b",
        "1\x0c",
        "",
        # Lone surrogates, by escapes and by bytes.
        '"\\ud83d"',
        '"\\ude00"',
        '"\\ude00\\ud83d"',
        '"\\ud83d\\u0041"',
        '{"\\ud83d":1}',
        '["a",{"b":"\\udfff"}]',
        '"\ud83d\ude00"',
        # Members that stand twice, however they are written.
        '{"a":1,"a":1}',
        '{"a":1,"\\u0061":2}',
        '{"__proto__":1,"__proto__":1}',
        '[{"b":{"a":1,"a":2}}]',
    ],
)
def test_what_is_not_strict_json(text: str) -> None:
    assert value_of(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"\\ud83d\\ude00"', "\U0001f600"),
        ('"\\uD83D\\uDE00x"', "\U0001f600x"),
        ('"\U0001f600"', "\U0001f600"),
        ('"\\u0000"', "\x00"),
        ('"\x7f"', "\x7f"),
        ('"\u2028"', "\u2028"),
        ('"\\/\\b\\f\\n\\r\\t\\"\\\\"', '/\b\f\n\r\t"\\'),
        (" \t\r\n[ ] ", []),
        ('{"__proto__":null,"constructor":true}', {"__proto__": None, "constructor": True}),
        ('{"a":1,"A":2,"a ":3}', {"a": 1, "A": 2, "a ": 3}),
    ],
)
def test_what_is(text: str, value: object) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize("text", ["[]", '"a"', "1", "null", "true", "[{}]", "", " ", "{}x", "{}{}"])
def test_only_one_object(text: str) -> None:
    assert parse_json_object(text.encode()) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf{}",
        b'{"a":"\xff"}',
        b'{"a":"\xc0\x80"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\xf4\x90\x80\x80"}',
        b'{"a":"\xe2\x82"}',
        "{}".encode("utf-16"),
        "{}".encode("utf-32-le"),
    ],
)
def test_only_utf8_without_a_mark(data: bytes) -> None:
    assert parse_json_object(data) is None


@pytest.mark.parametrize(
    ("text", "is_taken"),
    [
        (DEEPEST, True),
        (DEEPEST.replace("[]", "[[]]"), False),
        ('{"a":' * 64 + "1" + "}" * 64, True),
        ('{"a":' * 65 + "1" + "}" * 65, False),
        # Brackets within strings are none, and many side by side are not deep.
        ('{"a":"' + "[" * 1_000 + '"}', True),
        ('{"a":"\\"' + "[" * 1_000 + '\\\\"}', True),
        ('{"a":[' + ",".join(["[]"] * 1_000) + "]}", True),
        ('{"a":"' + "[" * 1_000, False),
        ('{"a":"\\', False),
    ],
)
def test_64_levels(text: str, is_taken: bool) -> None:
    assert (parse_json_object(text.encode()) is not None) is is_taken


@pytest.mark.parametrize("levels", [1_000, 100_000, 1_000_000])
@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_deep_nesting_is_no_recursion(levels: int, opening: str) -> None:
    limit = sys.getrecursionlimit()
    closing = opening.replace('{"a":', "}").replace("[", "]")[::-1]
    for text in (opening * levels, opening * levels + "1" + closing * levels):
        assert parse_json_object(f'{{"x":{text}}}'.encode()) is None
    assert sys.getrecursionlimit() == limit


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON_VALUES, max_size=5), st.booleans())
def test_whatever_is_an_object_comes_out_as_it_was(value: dict[str, Any], ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert parse_json_object(text.encode()) == value


ALMOST_JSON = st.text(alphabet='{}[]:,"\\ue0123456789.-+naitrfls ').map(str.encode)


@given(st.binary(max_size=200) | ALMOST_JSON)
def test_whatever_it_is_nothing_is_raised(data: bytes) -> None:
    parsed = parse_json_object(data)
    assert parsed is None or isinstance(parsed, dict)
