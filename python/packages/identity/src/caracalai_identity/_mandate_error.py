"""The one error of a verification."""

from typing import Any

from ._code import Check, Code


class MandateError(Exception):
    """A mandate was refused, or could not be judged (`verification_unavailable`).

    It never holds a token, a header or a claim of the caller, and has no cause: what goes in is
    text of this library and the names that the operator configured.

    Attributes:
        code: Why it was refused.
        check: Which check refused it.
        description: One short sentence for the caller.
        hint: One sentence for the operator: what to look at.
        required_scopes: For `missing_token` and `insufficient_scope`, every scope that the
            operation needs; else None.
    """

    code: Code
    check: Check
    description: str
    hint: str
    required_scopes: tuple[str, ...] | None

    def __init__(
        self,
        code: Code,
        check: Check,
        description: str,
        hint: str,
        required_scopes: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__(description)
        self.code = code
        self.check = check
        self.description = description
        self.hint = hint
        self.required_scopes = required_scopes

    def to_dict(self) -> dict[str, Any]:
        """The safe fields, for logs and answers; scopes as a list, so that it is JSON as it is."""
        scopes = self.required_scopes
        return {
            "code": self.code,
            "check": self.check,
            "description": self.description,
            "hint": self.hint,
            "required_scopes": None if scopes is None else list(scopes),
        }

    def __reduce__(self) -> tuple[Any, ...]:
        fields = (self.code, self.check, self.description, self.hint, self.required_scopes)
        return (type(self), fields)
