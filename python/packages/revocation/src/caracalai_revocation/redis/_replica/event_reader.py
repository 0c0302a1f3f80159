"""Reading the events of one stream."""

from collections.abc import Iterable
from typing import cast

from ..._revocation_store import RevocationEvent
from .._events.event_trust import EventTrust
from .._events.event_verifier import create_event_verifier
from .._events.invalid_event_error import InvalidEventError
from .._events.parse_delegation_event import parse_delegation_event
from .._events.parse_revocation_event import parse_revocation_event
from .._streams.stream_reply import StreamEntry
from .stream_state import StreamName


class EventReader:
    """Reads the events of one stream. What can't be believed is left out: the consumer keeps it.

    Args:
        name: Which stream it is.
        stream: Its name in Redis, which is part of what is signed.
        trust: Which events are believed.

    Raises:
        ConfigurationError: The trust is not one.
    """

    def __init__(self, name: StreamName, stream: str, trust: EventTrust) -> None:
        is_revocations = name == "revocations"
        self._parse = parse_revocation_event if is_revocations else parse_delegation_event
        self._verify = create_event_verifier(
            stream,
            signature_keys=cast("list[str] | None", trust.signature_keys),
            allow_unsigned=cast("bool | None", trust.allow_unsigned),
        )
        self.ignored = 0
        """How many entries were left out."""
        self.wrong_signatures = 0
        """How many of them had a signature of none of the keys."""

    def read(self, entries: Iterable[StreamEntry]) -> list[RevocationEvent]:
        """What the entries say."""
        return [event for entry in entries for event in self._read(entry)]

    def _read(self, entry: StreamEntry) -> list[RevocationEvent]:
        # Without fields, the entry was deleted between two looks.
        if entry.fields is None:
            return []
        try:
            return self._parse(entry.fields, self._verify)
        except InvalidEventError as error:
            self.ignored += 1
            if error.problem == "wrong_signature":
                self.wrong_signatures += 1
            return []
