"""Reading a query: structure, bounds, and what is ignored."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import dcql
from credential.errors import Malformed


def credential(**members):
    return {"id": "q", "format": "dc+sd-jwt", "meta": {"vct_values": ["v"]}, **members}


def query(*credentials, **members):
    return {"credentials": [*credentials], **members}


def refused(value):
    with pytest.raises(Malformed) as fault:
        dcql.parse(value)
    return fault.value.code


@pytest.mark.spec("OpenID4VP 1.0", "6.1", "defaults of a credential query")
def test_defaults():
    (asked,) = dcql.parse(query(credential())).credentials
    assert asked.require_binding is True
    assert asked.multiple is False
    assert asked.claims is asked.claim_sets is asked.trusted_authorities is None
    assert asked.alternatives() == ((),)


@pytest.mark.spec("OpenID4VP 1.0", "6", "unknown members are ignored at every level, and kept")
def test_unknown_members_are_ignored_and_kept():
    value = query(
        credential(claims=[{"path": ["a"], "purpose": "x"}], more=1),
        credential_sets=[{"options": [["q"]], "purpose": "y"}],
        later={},
    )
    parsed = dcql.parse(value)
    assert parsed.raw == value
    assert parsed.credentials[0].claims[0].path == ("a",)


@pytest.mark.spec("OpenID4VP 1.0", "6.1", "`multiple` is accepted and kept")
def test_multiple_is_accepted():
    assert dcql.parse(query(credential(multiple=True))).credentials[0].multiple is True


@pytest.mark.spec("OpenID4VP 1.0", "6.1.1", "trusted authorities are read")
def test_trusted_authorities_are_read():
    given_ = [{"type": "aki", "values": ["x"]}, {"type": "etsi_tl", "values": ["https://l"]}]
    (asked,) = dcql.parse(query(credential(trusted_authorities=given_))).credentials
    assert [(one.type, one.values) for one in asked.trusted_authorities] == [
        ("aki", ("x",)),
        ("etsi_tl", ("https://l",)),
    ]


@pytest.mark.spec("OpenID4VP 1.0", "6.1.1", "an authority has a type and values")
@pytest.mark.parametrize("one", ["x", {}, {"type": "aki"}, {"type": "", "values": ["x"]}], ids=str)
def test_malformed_authority(one):
    refused(query(credential(trusted_authorities=[one])))


def test_claims_are_objects():
    assert refused(query(credential(claims=["x"]))) == "dcql.shape"


@pytest.mark.spec("OpenID4VP 1.0", "6", "the query is an object with credentials")
@pytest.mark.parametrize(
    "value", [None, [], "x", 1, {}, {"credentials": {}}, query(1), query(None)]
)
def test_not_a_query(value):
    refused(value)


@pytest.mark.spec("OpenID4VP 1.0", "6.1", "ids are unique")
def test_duplicate_credential_id():
    assert refused(query(credential(), credential())) == "dcql.duplicate_id"


@pytest.mark.spec("OpenID4VP 1.0", "6.1", "ids hold letters, digits, hyphen and underscore")
@pytest.mark.parametrize("name", ["", "a.b", "a b", "é", "a\n", "x" * 129, 1, None, True])
def test_illegal_id(name):
    assert refused(query(credential(id=name))) == "dcql.id"


@pytest.mark.spec("OpenID4VP 1.0", "6.3", "claim ids are unique and legal")
def test_claim_ids():
    twice = [{"id": "a", "path": ["x"]}, {"id": "a", "path": ["y"]}]
    assert refused(query(credential(claims=twice))) == "dcql.duplicate_id"
    assert refused(query(credential(claims=[{"id": "a.b", "path": ["x"]}]))) == "dcql.id"


@pytest.mark.spec("OpenID4VP 1.0", "6.1", "claim sets name claims of this query")
def test_claim_set_of_unknown_claim():
    claims = [{"id": "a", "path": ["x"]}]
    assert refused(query(credential(claims=claims, claim_sets=[["b"]]))) == "dcql.unknown_id"


@pytest.mark.spec("OpenID4VP 1.0", "6.1", "claim sets need claims, and claims with ids")
def test_claim_sets_need_claims():
    assert refused(query(credential(claim_sets=[["a"]]))) == "dcql.claim_sets_without_claims"
    claims = [{"id": "a", "path": ["x"]}, {"path": ["y"]}]
    assert refused(query(credential(claims=claims, claim_sets=[["a"]]))) == "dcql.claim_without_id"


@pytest.mark.spec("OpenID4VP 1.0", "7", "a path is names, indices and null, and not empty")
@pytest.mark.parametrize(
    "path", [[], None, "a", {}, [1.0], [True], [-1], [["a"]], [{}], ["a"] * 25]
)
def test_malformed_path(path):
    assert refused(query(credential(claims=[{"path": path}]))) == "dcql.path"


@pytest.mark.spec("OpenID4VP 1.0", "6.3", "values are strings, integers and booleans")
@pytest.mark.parametrize("values", [[], None, "x", [None], [1.0], [["x"]], [{}]])
def test_malformed_values(values):
    assert refused(query(credential(claims=[{"path": ["a"], "values": values}]))) in (
        "dcql.values",
        "dcql.empty",
    )


@pytest.mark.spec("OpenID4VP 1.0", "B.2.3", "an mdoc path is namespace and element")
def test_mdoc_query():
    mdoc = {"id": "m", "format": "mso_mdoc", "meta": {"doctype_value": "d"}}
    dcql.parse(query({**mdoc, "claims": [{"path": ["n", "e"], "intent_to_retain": True}]}))
    assert refused(query({**mdoc, "claims": [{"path": ["n"]}]})) == "dcql.path"
    assert refused(query({**mdoc, "claims": [{"path": ["n", None]}]})) == "dcql.path"
    assert refused(query({**mdoc, "meta": {}})) == "dcql.doctype_value"
    kept = [{"path": ["n", "e"], "intent_to_retain": "yes"}]
    assert refused(query({**mdoc, "claims": kept})) == "dcql.flag"


@pytest.mark.spec("OpenID4VP 1.0", "B.1.1", "W3C formats name their types")
@pytest.mark.parametrize("format_", ["jwt_vc_json", "ldp_vc"])
def test_w3c_query(format_):
    dcql.parse(query(credential(format=format_, meta={"type_values": [["A", "B"]]})))
    for types in ([], [[]], ["A"], [[1]], None):
        refused(query(credential(format=format_, meta={"type_values": types})))


def test_a_format_nobody_knows_is_no_fault():
    assert dcql.parse(query(credential(format="later", meta={}))).credentials[0].vct_values == ()
    assert refused(query(credential(format=""))) == "dcql.format"


@pytest.mark.spec("OpenID4VP 1.0", "6.2", "options name credentials of this query")
def test_set_of_unknown_credential():
    assert refused(query(credential(), credential_sets=[{"options": [["z"]]}])) == "dcql.unknown_id"
    assert refused(query(credential(), credential_sets=["x"])) == "dcql.shape"


def test_bounds():
    many = [credential(id=f"q{n}") for n in range(33)]
    assert refused(query(*many)) == "dcql.too_large"
    claims = [{"path": [f"c{n}"]} for n in range(257)]
    assert refused(query(credential(claims=claims))) == "dcql.too_large"
    pairs = [credential(id=f"q{n}") for n in range(18)]
    sets = [{"options": [[f"q{2 * n}"], [f"q{2 * n + 1}"]]} for n in range(9)]
    assert refused(query(*pairs, credential_sets=sets)) == "dcql.too_many_choices"
    assert dcql.parse(query(*pairs, credential_sets=sets[:8])).credential_sets


def test_values_are_not_shown():
    parsed = dcql.parse(query(credential(claims=[{"path": ["a"], "values": ["geheim"]}])))
    assert "geheim" not in repr(parsed)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(
    JSON
    | st.fixed_dictionaries(
        {
            "credentials": st.lists(
                st.fixed_dictionaries(
                    {"id": JSON, "format": JSON, "meta": JSON, "claims": JSON, "claim_sets": JSON}
                )
            ),
            "credential_sets": JSON,
        }
    )
)
def test_garbage_raises_only_our_errors(value):
    with contextlib.suppress(Malformed):
        dcql.parse(value)
