"""Events of revocations."""

from ..._revocation_store import AnchorRevoked, RevocationEvent
from .event_verifier import EventVerifier
from .invalid_event_error import InvalidEventError
from .read_fields import FieldList, is_name, read_fields

# `edge_id` is what older producers call `delegation_edge_id`.
_ANCHOR_FIELDS = (
    "session_id",
    "sid",
    "root_sid",
    "agent_session_id",
    "delegation_edge_id",
    "edge_id",
)


def parse_revocation_event(fields: FieldList, verify: EventVerifier) -> list[RevocationEvent]:
    """Reads an entry of the stream of revocations (wire format, "Revocation").

    Every anchor that it names, each once. An anchor that is empty counts as not named. Fields
    beside the anchors may be missing and others may be there: neither is a reason to leave a
    revocation undone.

    Raises:
        InvalidEventError: The fields are not strictly formed, the signature does not hold, or no
            anchor is named.
    """
    read = read_fields(fields)
    verify(read)
    named = [anchor for anchor in (read.get(name) for name in _ANCHOR_FIELDS) if anchor]
    if not named:
        raise InvalidEventError("no_anchor")
    if not all(map(is_name, named)):
        raise InvalidEventError("too_large")
    return [AnchorRevoked(anchor) for anchor in dict.fromkeys(named)]
