"""Signed heads and their eight words."""

import pytest
from support.keys import test_signer as signer_of

from credential import jose, log
from credential.errors import CredentialError, Malformed, NotTrusted
from credential.names import TYP_LOG_HEAD, TYP_RECEIPT

LOG_KEY = signer_of("log key")
LOG_ID = b"0123456789abcdef"
H = bytes(range(32))


@pytest.mark.spec("Regie formats", "2", "a head is signed by the log key and names log, n, h, at")
def test_round_trip():
    token = log.sign_head(LOG_ID, 5, H, 1790000000, LOG_KEY)
    assert log.open_head(token, LOG_KEY.public_key) == log.Head(LOG_ID, 5, H, 1790000000)
    payload = jose.parse(token, typ=TYP_LOG_HEAD).dangerous_payload()
    assert payload == {
        "log": "MDEyMzQ1Njc4OWFiY2RlZg",
        "n": 5,
        "h": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "at": 1790000000,
    }


@pytest.mark.spec("Regie formats", "2", "a head by another key, or of another type")
def test_refused():
    token = log.sign_head(LOG_ID, 5, H, 0, LOG_KEY)
    with pytest.raises(NotTrusted, match=r"jose\.signature"):
        log.open_head(token, signer_of("another key").public_key)
    other = jose.sign({"log": "x", "n": 1}, typ=TYP_RECEIPT, signer=LOG_KEY)
    with pytest.raises(NotTrusted, match=r"jose\.typ"):
        log.open_head(other, LOG_KEY.public_key)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"log": "AAAA", "n": 1, "h": "AAAA", "at": 1},
        {
            "log": "MDEyMzQ1Njc4OWFiY2RlZg",
            "n": -1,
            "h": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            "at": 1,
        },
        {
            "log": "MDEyMzQ1Njc4OWFiY2RlZg",
            "n": True,
            "h": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            "at": 1,
        },
    ],
    ids=["empty", "short", "negative", "boolean"],
)
def test_malformed(payload):
    token = jose.sign(payload, typ=TYP_LOG_HEAD, signer=LOG_KEY)
    with pytest.raises(CredentialError):
        log.open_head(token, LOG_KEY.public_key)


@pytest.mark.parametrize(("log_id", "n", "h"), [(b"", 1, H), (LOG_ID, -1, H), (LOG_ID, 1, b"")])
def test_heads_that_are_none(log_id, n, h):
    with pytest.raises(Malformed):
        log.sign_head(log_id, n, h, 0, LOG_KEY)


@pytest.mark.spec("Regie formats", "2", "a head as eight words to keep elsewhere")
def test_words():
    words = log.head_words(H)
    assert len(words) == 8
    assert log.words_match(" ".join(words), H)
    assert log.words_match("-".join(words).upper(), H)
    assert not log.words_match(" ".join(words), H[::-1])
    assert not log.words_match(" ".join(words[:6]), H)
    with pytest.raises(Malformed):
        log.words_match("dit is geen hoofd", H)
