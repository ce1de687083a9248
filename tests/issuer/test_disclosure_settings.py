"""Who should see which card, as the issuer's own file says it and its metadata carries it."""

import pytest
from support.issuer_home import SETTINGS, with_settings

from credential import disclosurepolicy
from issuer import config
from issuer.errors import SettingsFault
from issuer.service import metadata

GOOD = SETTINGS.format(decoys=0, four_eyes="false")
POLICY = """
[[disclosure]]
kind = "huishouden"
policy_uri = "https://voorbeeldstad.example/beleid/huishouden/1"
policy_type = "authorized_rp_only"
description = "Alleen voor woningcorporaties."
policy_info_url = "https://voorbeeldstad.example/beleid"

[[disclosure.authorized_parties]]
identifier = "NTRNL-90000001"
service_id = "inschrijving"
"""


def test_read_and_carried_as_wallets_read_it(town):
    settings = config.parse((GOOD + POLICY).encode())
    with_settings(town, disclosure=settings.disclosure)
    found = metadata.issuer(town.office, town.office.municipality("0599"), town.now)
    kinds = found["credential_configurations_supported"]
    carried = kinds["huishouden"]["credential_metadata"][disclosurepolicy.MEMBER]
    policy = disclosurepolicy.parse(carried)
    assert policy.form is disclosurepolicy.Form.PARTIES
    assert policy.parties[0].service_id == "inschrijving"
    assert "kind" not in carried
    assert disclosurepolicy.MEMBER not in kinds["woonadres"]["credential_metadata"]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"huishouden"', '"onbekend"', "disclosure.kind"),
        ("authorized_rp_only", "attribute_based", "disclosure.policy_type"),
        ("[[disclosure.authorized_parties]]", "[[disclosure.trusted_roots]]", "settings"),
        ('https://voorbeeldstad.example/beleid"', 'http://x"', "disclosure.policy_info_url"),
        ('policy_uri = "https', 'policy_uri = "" # https', "disclosure.policy_uri"),
    ],
)
def test_what_wallets_cannot_read_is_refused_at_start(old, new, key):
    with pytest.raises(SettingsFault) as caught:
        config.parse((GOOD + POLICY.replace(old, new)).encode())
    assert caught.value.params.get("key", "settings") == key


def test_one_policy_per_kind():
    with pytest.raises(SettingsFault) as caught:
        config.parse((GOOD + POLICY + POLICY).encode())
    assert caught.value.params["key"] == "disclosure.kind"
