import copy
import json
import pickle
from collections.abc import Callable

import pytest

from caracalai_identity import ConfigurationError, MandateError, refuse_token, unavailable

ERROR = MandateError("insufficient_scope", "scope", "Missing scope: a", "Grant it.", ("a", "b"))


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))]
)
def test_an_error_survives_being_copied(again: Callable[[MandateError], object]) -> None:
    twin = again(ERROR)
    assert isinstance(twin, MandateError)
    assert twin.to_dict() == ERROR.to_dict()
    assert str(twin) == "Missing scope: a"


def test_an_error_as_json() -> None:
    assert json.loads(json.dumps(ERROR.to_dict())) == {
        "code": "insufficient_scope",
        "check": "scope",
        "description": "Missing scope: a",
        "hint": "Grant it.",
        "required_scopes": ["a", "b"],
    }


def test_each_refusal_is_an_error_of_its_own() -> None:
    assert refuse_token("key") is not refuse_token("key")
    assert unavailable("jwks_unavailable").code == "verification_unavailable"


@pytest.mark.parametrize("expected", [TypeError, ValueError, ConfigurationError])
def test_a_configuration_error_is_what_anyone_expects(expected: type[Exception]) -> None:
    with pytest.raises(expected):
        raise ConfigurationError("issuer is missing")
