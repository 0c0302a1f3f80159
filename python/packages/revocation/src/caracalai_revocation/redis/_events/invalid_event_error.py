"""Events that must not be acted on."""

from typing import Literal

EventProblem = Literal[
    "malformed",
    "too_large",
    "not_utf8",
    "control_character",
    "field_name",
    "duplicate_field",
    "unsigned",
    "wrong_signature",
    "no_anchor",
    "no_zone",
    "no_epoch",
]
"""Why an event is set aside. Part of a dead letter, so that an operator can act on it."""

_DESCRIPTIONS: dict[EventProblem, str] = {
    "malformed": "is not a list of names and values",
    "too_large": "is too large, or one of its fields is",
    "not_utf8": "holds what is not UTF-8",
    "control_character": "holds a control character",
    "field_name": "has a field name that no producer uses",
    "duplicate_field": "names a field twice",
    "unsigned": "has no signature",
    "wrong_signature": "has a signature of none of the configured keys",
    "no_anchor": "names no anchor",
    "no_zone": "names no zone",
    "no_epoch": "has no epoch that is a decimal integer",
}


class InvalidEventError(Exception):
    """An event that must not be acted on. Its message says what is wrong and quotes nothing.

    Attributes:
        problem: See `EventProblem`.
    """

    def __init__(self, problem: EventProblem) -> None:
        super().__init__(f"The event {_DESCRIPTIONS[problem]}.")
        self.problem: EventProblem = problem
