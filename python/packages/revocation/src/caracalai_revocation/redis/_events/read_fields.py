"""The fields of an event, read strictly."""

import re
from collections.abc import Mapping, Sequence

from .invalid_event_error import InvalidEventError

FieldList = Sequence[str | bytes]
"""The fields of one entry of a stream, as Redis lists them: name, value, name, value."""

_MAX_FIELDS = 64
_MAX_EVENT_BYTES = 262_144
_MAX_NAME_LENGTH = 16_384

# Names that cannot be confused in what is signed: without "=" and line feeds, and ASCII, whose
# order is the same by characters and by bytes.
_FIELD_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def read_fields(fields: FieldList) -> Mapping[str, str]:
    """Reads the fields of an event strictly (wire format, "Revocation").

    At most 64 of them and 256 KiB in all, UTF-8, no control character, no name twice.

    Raises:
        InvalidEventError: They are not so.
    """
    if not isinstance(fields, list | tuple) or len(fields) == 0 or len(fields) % 2 != 0:
        raise InvalidEventError("malformed")
    if len(fields) > 2 * _MAX_FIELDS or sum(map(_size_of, fields)) > _MAX_EVENT_BYTES:
        raise InvalidEventError("too_large")
    read: dict[str, str] = {}
    for index in range(0, len(fields), 2):
        name = _read_text(fields[index])
        value = _read_text(fields[index + 1])
        if _FIELD_NAME.fullmatch(name) is None:
            raise InvalidEventError("field_name")
        if name in read:
            raise InvalidEventError("duplicate_field")
        read[name] = value
    return read


def is_name(value: str) -> bool:
    """Whether an event's anchor or zone is of a length that a mandate can name.

    A mandate is at most 16 KiB long in base64url, and no claim of it can be longer.
    """
    return 0 < utf16_length(value) <= _MAX_NAME_LENGTH


def utf16_length(text: str) -> int:
    """How long a text is in UTF-16 units, which both languages count in."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def _size_of(part: object) -> int:
    """A character of text is at most three bytes of UTF-8: the limit need not be exact for text."""
    if isinstance(part, str):
        return utf16_length(part)
    return len(part) if isinstance(part, bytes) else 0


def _read_text(part: object) -> str:
    text = part if isinstance(part, str) else _decode(part)
    if _SURROGATE.search(text):
        raise InvalidEventError("not_utf8")
    if _CONTROL_CHARACTER.search(text):
        raise InvalidEventError("control_character")
    return text


def _decode(part: object) -> str:
    """A byte-order mark is kept: what is signed are the bytes that were sent."""
    if not isinstance(part, bytes):
        raise InvalidEventError("malformed")
    try:
        return part.decode()
    except UnicodeDecodeError:
        raise InvalidEventError("not_utf8") from None
