"""UUIDs as numbers."""

import re

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def read_uuid(text: str) -> int | None:
    """The 128 bits of a UUID in its canonical form (RFC 9562 section 4) and in lower case.

    That is the only form whose text its 128 bits give back. Any version and variant, nil and max
    included. None where the text is no such UUID.
    """
    return int(text.replace("-", ""), 16) if _UUID.fullmatch(text) else None


def print_uuid(bits: int) -> str:
    """The text of a UUID: the reverse of `read_uuid`."""
    digits = f"{bits:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
