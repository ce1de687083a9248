"""The housing pseudonym, exactly as formats.md 1 writes it."""

import base64
import hashlib
import hmac

import pytest

from issuer.errors import SettingsFault
from issuer.pseudonym import LocalKey

KEY = bytes(range(32))
BSN = "999990019"

pytestmark = pytest.mark.spec("Regie formats", "1", "housing pseudonym")


def test_it_is_the_hmac_of_the_specification():
    mac = hmac.new(KEY, b"regie/housing/v1\x00rijnmond\x00999990019", hashlib.sha256).digest()
    expected = base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
    assert LocalKey(KEY, "rijnmond").of(BSN) == expected


def test_it_differs_by_person_region_and_key():
    made = {
        LocalKey(KEY, "rijnmond").of(BSN),
        LocalKey(KEY, "rijnmond").of("999990032"),
        LocalKey(KEY, "haaglanden").of(BSN),
        LocalKey(KEY[::-1], "rijnmond").of(BSN),
    }
    assert len(made) == 4


@pytest.mark.parametrize(
    "bsn", ["", "99999001", "999990018", "000000000", "९९९९९००१९", "999990019\n"]
)
def test_only_of_a_bsn(bsn):
    with pytest.raises(SettingsFault) as caught:
        LocalKey(KEY, "rijnmond").of(bsn)
    assert "99999" not in repr(caught.value)


def test_a_weak_key_or_no_region_is_refused():
    for key, region in ((b"short", "r"), (KEY, ""), (KEY, "a\0b")):
        with pytest.raises(SettingsFault):
            LocalKey(key, region)


def test_the_key_never_shows():
    assert KEY.hex() not in repr(LocalKey(KEY, "rijnmond"))
    assert repr(KEY) not in repr(LocalKey(KEY, "rijnmond"))
