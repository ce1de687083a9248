"""Over-asking: every path of every query against what was registered."""

import pytest
from support.scheme import NOW, shared

from credential import dcql
from credential.registration import (
    ClaimGrant,
    CredentialGrant,
    OverAsk,
    covers,
    over_asked,
    verify_registration,
)

A, B, C = "urn:a:1", "urn:b:1", "urn:c:1"


class Registered:
    """Only what `over_asked` looks at."""

    def __init__(self, *grants: CredentialGrant) -> None:
        self.credentials = grants


def grant(types, *claims, format_="dc+sd-jwt"):
    return CredentialGrant(
        format_,
        frozenset([types] if isinstance(types, str) else types),
        tuple(
            claim if isinstance(claim, ClaimGrant) else ClaimGrant(tuple(claim), None)
            for claim in claims
        ),
    )


def query(types, *paths, id_="q", format_="dc+sd-jwt", meta=None, **more):
    default = {"vct_values": [types] if isinstance(types, str) else types}
    asked = {"id": id_, "format": format_, "meta": default if meta is None else meta, **more}
    if paths:
        asked["claims"] = [
            path if isinstance(path, dict) else {"path": list(path)} for path in paths
        ]
    return asked


def check(registered, *queries, **more):
    return over_asked(dcql.parse({"credentials": list(queries), **more}), registered)


@pytest.mark.spec("ARF 3.0", "RPRC_21", "a registered parent covers its children only")
def test_a_child_does_not_cover_its_parent():
    registered = Registered(grant(A, ["address", "locality"]))
    assert check(registered, query(A, ["address", "locality"])) == ()
    assert check(registered, query(A, ["address"])) == (OverAsk("q", A, ("address",)),)
    parent = Registered(grant(A, ["address"]))
    assert check(parent, query(A, ["address", "locality"])) == ()


@pytest.mark.parametrize(
    ("granted", "asked", "covered"),
    [
        (("x", 0), ("x", 0), True),
        (("x", 0), ("x", None), False),
        (("x", 0), ("x", 1), False),
        (("x", None), ("x", 0), True),
        (("x", None), ("x", None), True),
        (("x", None), ("x", "naam"), False),
        (("x",), ("x", None, "y"), True),
        (("x", None, "y"), ("x", 3, "y"), True),
        (("x", None, "y"), ("x", None), False),
        ((), ("x",), False),
        (("x", 1), ("x", True), False),
        (("x", True), ("x", 1), False),
        (("x",), ("X",), False),
    ],
)
def test_covering(granted, asked, covered):
    assert covers(granted, asked) is covered


def test_a_type_alone_grants_no_attribute():
    registered = Registered(grant(A))
    assert check(registered, query(A, ["naam"])) == (OverAsk("q", A, ("naam",)),)


@pytest.mark.spec("ARF 3.0", "RPRC_21", "types do not borrow each other's paths")
def test_every_type_is_judged_by_itself():
    assert check(Registered(grant(A, ["x"])), query([A, B], ["x"])) == (OverAsk("q", B, None),)
    apart = Registered(grant(A, ["x"]), grant(B, ["y"]))
    assert check(apart, query([A, B], ["x"])) == (OverAsk("q", B, ("x",)),)
    together = Registered(grant([A, B], ["x"]))
    assert check(together, query([A, B], ["x"])) == ()
    two = Registered(grant(A, ["x"]), grant(A, ["y"]))
    assert check(two, query(A, ["x"], ["y"])) == ()


@pytest.mark.spec("ARF 3.0", "RPRC_21", "optional and unused parts count too")
def test_what_need_not_be_answered_still_counts():
    registered = Registered(grant(A, ["x"]))
    found = check(
        registered,
        query(A, ["x"]),
        query(A, ["y"], id_="optional"),
        credential_sets=[
            {"options": [["q"]]},
            {"options": [["optional"]], "required": False},
        ],
    )
    assert found == (OverAsk("optional", A, ("y",)),)
    unused = query(
        A,
        {"id": "x", "path": ["x"]},
        {"id": "y", "path": ["y"]},
        claim_sets=[["x"]],
    )
    assert check(registered, unused) == (OverAsk("q", A, ("y",)),)


def test_another_format_is_another_registration():
    registered = Registered(grant(A, ["x"], format_="mso_mdoc"))
    assert check(registered, query(A, ["x"])) == (OverAsk("q", A, None),)


def test_what_cannot_be_compared_is_over_asked():
    registered = Registered(grant(A, ["x"]))
    more = query(A, ["x"], meta={"vct_values": [A], "iets": 1})
    assert check(registered, more) == (OverAsk("q", None, None),)
    unknown = query(A, ["x"], format_="iets_anders")
    assert check(registered, unknown) == (OverAsk("q", None, None),)


def test_registered_values_bind_the_request():
    registered = Registered(grant(A, ClaimGrant(("year",), (2025, 1))))

    def asked(**values):
        return check(registered, query(A, {"path": ["year"], **values}))

    assert asked(values=[2025]) == ()
    assert asked(values=[2025, 1]) == ()
    for wrong in ({}, {"values": [2024]}, {"values": [2025, 2024]}, {"values": [True]}):
        assert asked(**wrong) == (OverAsk("q", A, ("year",)),)
    text = Registered(grant(A, ClaimGrant(("year",), ("2025",))))
    assert check(text, query(A, {"path": ["year"], "values": [2025]}))


def test_no_claims_asks_for_nothing_of_a_card_and_everything_of_an_mdoc():
    assert check(Registered(grant(A, ["x"])), query(A)) == ()
    assert check(Registered(grant(B, ["x"])), query(A)) == (OverAsk("q", A, None),)
    mdoc = Registered(grant(A, ["ns", "x"], format_="mso_mdoc"))
    whole = query(A, format_="mso_mdoc", meta={"doctype_value": A})
    assert check(mdoc, whole) == (OverAsk("q", A, None),)
    part = query(A, ["ns", "x"], format_="mso_mdoc", meta={"doctype_value": A})
    assert check(mdoc, part) == ()


def test_another_use_of_the_same_party_does_not_widen_this_one():
    """A narrow certificate with the wide question of `toewijzing`."""
    scheme = shared()
    uses = scheme.verifier().registrations
    asked = dcql.parse(
        {
            "credentials": [
                query(
                    "https://regie.example/ns/kaart/persoonsgegevens/1",
                    ["birthdate"],
                    ["housing_pseudonym"],
                )
            ]
        }
    )
    narrow, wide = (
        verify_registration(uses[use], scheme.trust, now=NOW, leaf=scheme.leaf())
        for use in ("inschrijven", "toewijzing")
    )
    assert over_asked(asked, wide) == ()
    assert [one.path for one in over_asked(asked, narrow)] == [("birthdate",)]
