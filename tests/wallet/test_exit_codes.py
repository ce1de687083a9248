"""Exit codes are a contract: never renumbered, and each kind of refusal has its own."""

import pytest

from credential.errors import Malformed, NotAllowed, NotTrusted, NotValidNow, Undetermined
from wallet.errors import (
    Distrusted,
    ExitCode,
    Fault,
    NoMatch,
    NotReady,
    Shared,
    Usage,
    from_credential,
)


@pytest.mark.spec("Architecture", "Commands", "exit codes")
def test_numbers():
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "UNEXPECTED": 1,
        "USAGE": 2,
        "DECLINED": 3,
        "NOT_READY": 4,
        "NOT_TRUSTED": 5,
        "NETWORK": 6,
        "NO_MATCH": 7,
        "PENDING": 8,
        "LOG_BROKEN": 9,
        "INTERRUPTED": 130,
        "CUT_OFF": 141,
    }


@pytest.mark.parametrize(
    ("error", "exit_code", "fault"),
    [
        (NotReady("x"), 4, Fault.USER),
        (Usage("x"), 2, Fault.USER),
        (NoMatch("x"), 7, Fault.USER),
        (Distrusted("x"), 5, Fault.OTHER_PARTY),
    ],
)
def test_kinds(error, exit_code, fault):
    assert (error.exit, error.fault, error.shared) == (exit_code, fault, Shared.NOT_APPLICABLE)
    assert str(error) == "x"


@pytest.mark.parametrize("cause", [Malformed, NotTrusted, NotAllowed, NotValidNow, Undetermined])
def test_refusals_of_credential_are_the_other_partys(cause):
    refused = from_credential(cause("jws.alg", "RFC 8725 3.1"), shared=Shared.NOTHING)
    assert (refused.exit, refused.fault, refused.shared) == (5, Fault.OTHER_PARTY, Shared.NOTHING)
    assert refused.params == {"rule": "jws.alg", "section": "RFC 8725 3.1"}
