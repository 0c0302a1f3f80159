"""What the values of keys say about a mandate."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from ..._revocation_store import RevocationQuery, RevocationState
from .._commands.replies import unexpected
from .._events.parse_epoch import parse_epoch
from .revocation_keys import RevocationKeys


class Question(NamedTuple):
    """One key to be read, and what its value is about."""

    key: str
    about: Literal["anchor", "epoch", "ambiguous"]


def questions_of(keys: RevocationKeys, query: RevocationQuery) -> list[Question]:
    """Every key that a query is about: those of its anchors, and that of its zone's epoch."""
    questions: list[Question] = []
    for anchor in query.anchors:
        questions.append(Question(keys.anchor(anchor), "anchor"))
        if keys.is_reserved(anchor):
            questions.append(Question(keys.ambiguous(anchor), "ambiguous"))
    if query.zone_id is not None:
        questions.append(Question(keys.epoch(query.zone_id), "epoch"))
    return questions


def state_of(questions: Sequence[Question], values: Sequence[str | None]) -> RevocationState:
    """What the values say.

    Raises:
        RedisStoreError: A value is not what its key can hold.
    """
    revoked, epoch = False, 0
    for question, value in zip(questions, values, strict=True):
        if value is None:
            continue
        if question.about == "anchor":
            revoked = _read_anchor(value)
        elif question.about == "epoch":
            epoch = _read_epoch(value)
        else:
            # The epoch of a zone, or the revocation of this anchor by another writer.
            raise unexpected("clear: the anchor is named like a zone's epoch")
    return RevocationState(revoked=revoked, delegation_epoch=epoch)


def _read_anchor(value: str) -> bool:
    if value != "1":
        raise unexpected("the value of a revoked anchor")
    return True


def _read_epoch(value: str) -> int:
    epoch = parse_epoch(value)
    if epoch is None:
        raise unexpected("a delegation epoch")
    return epoch
