"""Signing events."""

from collections.abc import Mapping

from .event_signature import event_signature
from .event_trust import EventTrust, read_keys
from .read_fields import read_fields


def sign_event(stream: str, fields: Mapping[str, str], key: str) -> str:
    """Signs an event as producers do: what goes into its field `_sig` (wire format, "Revocation").

    Args:
        stream: The name of the stream.
        fields: The event. A `_sig` that is there already is not looked at.
        key: 32 bytes or more, in hex.

    Raises:
        ConfigurationError: The key is none.
        InvalidEventError: Consumers would refuse the fields.
    """
    read = read_fields([part for field in fields.items() for part in field])
    (read_key,) = read_keys(EventTrust([key]))
    return event_signature(stream, read, read_key)
