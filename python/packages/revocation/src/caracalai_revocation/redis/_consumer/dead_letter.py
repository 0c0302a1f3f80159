"""Events that are set aside."""

import json
import re

from .._events.invalid_event_error import EventProblem
from .._events.read_fields import FieldList

_MAX_FIELDS = 32
_MAX_TEXT = 256
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def dead_letter_of(
    stream: str, entry_id: str, problem: EventProblem, fields: FieldList
) -> list[str]:
    """The fields of a dead letter: where the event came from, what was wrong, and its beginning.

    At most 32 fields of at most 256 bytes a name or value, as JSON, with what is not UTF-8 replaced
    and control characters escaped.
    """
    kept = fields[: 2 * _MAX_FIELDS]
    is_whole = len(kept) == len(fields) and all(len(part) <= _MAX_TEXT for part in kept)
    beginnings = json.dumps(
        [_beginning_of(part) for part in kept], ensure_ascii=False, separators=(",", ":")
    )
    return [
        *("stream", stream, "id", entry_id, "problem", problem),
        *("fields", _escape_controls(beginnings)),
        *("complete", "true" if is_whole else "false"),
    ]


def _beginning_of(part: str | bytes) -> str:
    if isinstance(part, bytes):
        return part[:_MAX_TEXT].decode("utf-8-sig", "replace")
    return part[:_MAX_TEXT].encode("utf-8", "replace").decode()


def _escape_controls(text: str) -> str:
    """JSON escapes some control characters; the others act on terminals too."""
    return _CONTROL_CHARACTER.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
