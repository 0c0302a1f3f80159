"""JSON as no library writes it: every spelling of a number, members twice, escapes, and worse."""

import json
from random import Random
from typing import Any

NUMBERS = (
    *("0", "-0", "1", "1e2", "1E+2", "1e-2", "100e-2", "1.0", "1.50", "0.1e1", "4.35"),
    *("9007199254740991", "9007199254740992", "9007199254740993", "9007199254740991.4"),
    *("9007199254740990.6", "1e400", "-1e400", "1e-400", "5e-324", "2.5e-324", "1" * 400),
    *("123456789012345678901234567890", "0.30000000000000004", "1.7976931348623159e308"),
    *("01", "+1", ".5", "1.", "1e", "1e+", "-", "0x10", "1_000", "\u0663", "NaN", "Infinity"),
)
STRINGS = (
    *('"a"', '""', '"\\u0061"', '"\\ud83d\\ude00"', '"\\uD83D\\uDE00x"', '"\\/"', '"\\b\\f\\n"'),
    *('"\\ud83d"', '"\\ude00"', '"\\ude00\\ud83d"', '"\\x41"', '"\\u00g0"', '"\\u+041"', '"\\a"'),
    *('"a\tb"', '"a\x01b"', '"\x7f"', '"é"', '"\u2028"', '"\U0001f511"', '"\\u0000"', '"\\\\"'),
    *('"open', '"{[["', "'a'", '"user"', '"application"', '"resource"', '"ES256"', '"zone-1"'),
)
NAMES = ('"a"', '"\\u0061"', '"__proto__"', '"constructor"', '"1"', '"01"', '""', "a")
WHITE_SPACE = ("", "", "", "", " ", "\n", "\t", "\r", "\u00a0", "\x0b", "\ufeff")


def any_value(random: Random, depth: int = 0) -> str:
    """JSON, or nearly."""
    kind = random.random()
    if depth > 4 or kind < 0.35:
        return random.choice(NUMBERS)
    if kind < 0.65:
        return random.choice(STRINGS)
    if kind < 0.75:
        return random.choice(("true", "false", "null", "True", "undefined", "[]", "{}"))
    if kind < 0.78:
        levels = random.choice((60, 61, 62, 63, 64, 65, 5_000))
        return "[" * levels + "]" * levels
    gap = random.choice(WHITE_SPACE)
    items = [any_value(random, depth + 1) for _ in range(random.randrange(3))]
    if kind < 0.9:
        return f"[{gap}{','.join(items)}]"
    return "{" + ",".join(f"{random.choice(NAMES)}{gap}:{item}" for item in items) + "}"


def write_object(random: Random, members: dict[str, Any], spoil: float) -> str:
    """An object, with members left out, changed, added and doubled as often as `spoil` says."""
    written = [(json.dumps(name), json.dumps(value)) for name, value in members.items()]
    while random.random() < spoil:
        place = random.randrange(len(written) + 1)
        kind = random.randrange(6)
        if kind == 0 and place < len(written):
            del written[place]
        elif kind <= 3 and place < len(written):
            written[place] = (written[place][0], any_value(random))
        elif kind == 4 and written:
            written.insert(place, random.choice(written))
        else:
            written.insert(place, (random.choice(NAMES), any_value(random)))
    if random.random() < 0.3:
        random.shuffle(written)
    gap = random.choice(WHITE_SPACE) if random.random() < spoil else ""
    text = "{" + ",".join(f"{gap}{name}:{value}" for name, value in written) + "}"
    if random.random() < spoil / 4:
        place = random.randrange(len(text) + 1)
        text = text[:place] + random.choice('{}[]:,"\\ \ufeff1') + text[place:]
    return text
