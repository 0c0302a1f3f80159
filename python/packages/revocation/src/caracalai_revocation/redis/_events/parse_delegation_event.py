"""Events of delegation changes."""

from ..._revocation_store import EpochRaised, RevocationEvent
from .event_verifier import EventVerifier
from .invalid_event_error import InvalidEventError
from .parse_epoch import parse_epoch
from .read_fields import FieldList, is_name, read_fields


def parse_delegation_event(fields: FieldList, verify: EventVerifier) -> list[RevocationEvent]:
    """Reads an entry of the stream of delegation changes (wire format, "Revocation").

    The zone, and the epoch that it has reached. Which edges changed, and how, is not looked at: a
    mandate of an earlier epoch is stale in any case.

    Raises:
        InvalidEventError: The fields are not strictly formed, the signature does not hold, or the
            zone or the epoch is missing.
    """
    read = read_fields(fields)
    verify(read)
    zone_id = read.get("zone_id", "")
    if zone_id == "":
        raise InvalidEventError("no_zone")
    if not is_name(zone_id):
        raise InvalidEventError("too_large")
    epoch = parse_epoch(read.get("epoch", ""))
    if epoch is None:
        raise InvalidEventError("no_epoch")
    return [EpochRaised(zone_id, epoch)]
