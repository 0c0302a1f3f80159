"""The signature of an event."""

import hashlib
import hmac
from collections.abc import Mapping

SIGNATURE_FIELD = "_sig"
"""The field that holds the signature of all the others."""


def event_signature(stream: str, fields: Mapping[str, str], key: bytes) -> str:
    """The signature of an event (wire format, "Revocation").

    HMAC-SHA256 of the stream's name and every field but `_sig`, a line each, sorted by name; in
    lower-case hex.

    Args:
        stream: The name of the stream.
        fields: As `read_fields` lets them through: elsewhere the lines are ambiguous.
        key: The bytes of the key.
    """
    names = sorted(name for name in fields if name != SIGNATURE_FIELD)
    lines = "".join(f"{name}={fields[name]}\n" for name in names)
    return hmac.new(key, f"{stream}\n{lines}".encode(), hashlib.sha256).hexdigest()
