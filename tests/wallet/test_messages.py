"""Strict decoders: garbage raises our error, and no error or repr shows what was received."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential.errors import CredentialError
from wallet import messages, offer
from wallet.errors import WalletError
from wallet.phrases import duration_text, value_text
from wallet.refusals import MessageError
from wallet.texts import Texts

SHAPES = [
    messages.OfferMessage,
    messages.IssuerMetadata,
    messages.ServerMetadata,
    messages.Token,
    messages.Nonce,
    messages.CredentialAnswer,
    messages.Problem,
    messages.PostAnswer,
    messages.ClientMetadata,
]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_garbage_raises_only_our_error(data: bytes) -> None:
    for shape in SHAPES:
        with contextlib.suppress(MessageError):
            messages.decode(data, shape, "rule")


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_garbage_offers(data: bytes) -> None:
    with contextlib.suppress(WalletError, CredentialError):
        offer.read_offer(data)


@pytest.mark.spec("RFC 8259", "4", "duplicate names are refused")
def test_duplicate_names() -> None:
    with pytest.raises(MessageError):
        messages.decode(b'{"c_nonce":"a","c_nonce":"b"}', messages.Nonce, "rule")


def test_nothing_received_is_shown() -> None:
    token = messages.decode(b'{"access_token":"secret","token_type":"DPoP"}', messages.Token, "r")
    assert "secret" not in repr(token)
    with pytest.raises(MessageError) as caught:
        messages.decode(b'{"access_token":{"secret":1},"token_type":"DPoP"}', messages.Token, "r")
    assert "secret" not in str(caught.value) + repr(caught.value)


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.2", "the well-known part stands between host and path")
@pytest.mark.parametrize(
    ("identifier", "url"),
    [
        ("https://h/t/1", "https://h/.well-known/openid-credential-issuer/t/1"),
        ("https://h/t/1/", "https://h/.well-known/openid-credential-issuer/t/1"),
        ("https://h:8441", "https://h:8441/.well-known/openid-credential-issuer"),
    ],
)
def test_well_known(identifier: str, url: str) -> None:
    assert offer.well_known(identifier, "openid-credential-issuer") == url


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "ja"),
        (False, "nee"),
        (None, "geen"),
        ("1980-04-02", "02-04-1980"),
        ("2010-05", "05-2010"),
        ("2010", "2010"),
        (7, "7"),
        (["NL", "DE"], "NL; DE"),
        ([], "geen"),
        ({"a": "Dorpsstraat", "b": 7}, "a: Dorpsstraat, b: 7"),
        ("a\x1b[2Jb\nc", "ab c"),
    ],
)
def test_values_in_words(value: object, text: str) -> None:
    assert value_text(value, Texts("nl")) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("period", "text"),
    [
        ("P1Y", "1 jaar"),
        ("P2Y", "2 jaar"),
        ("P1M", "1 maand"),
        ("P1Y6M", "1 jaar 6 maanden"),
        ("P30D", "30 dagen"),
        ("P2W", "2 weken"),
        ("soon", "soon"),
        ("P", "P"),
    ],
)
def test_periods_in_words(period: str, text: str) -> None:
    assert duration_text(period, Texts("nl")) == text
