"""`foreign_anchors`: only what can be read and may sign others; and doctor says what is wrong."""

import base64
from dataclasses import replace
from pathlib import Path

import pytest
from support.strangers import Stranger
from support.wallet_world import World

from wallet.errors import Usage
from wallet.service import doctor, settings


def pem(der: bytes) -> bytes:
    text = base64.b64encode(der)
    return b"-----BEGIN CERTIFICATE-----\n" + text + b"\n-----END CERTIFICATE-----\n"


@pytest.fixture(params=["no certificate", "of somebody who may not sign others"])
def useless(request: pytest.FixtureRequest, town: World, tmp_path: Path) -> Path:
    leaf = Stranger(town.now).leaf
    der = leaf if "somebody" in request.param else b"not a certificate at all"
    file = tmp_path / "anchors" / "x.pem"
    file.parent.mkdir()
    file.write_bytes(pem(der))
    return file


def test_what_is_no_authority_is_not_taken(town: World, useless: Path) -> None:
    with pytest.raises(Usage) as caught:
        settings.change(town.wallet, "foreign_anchors", str(useless), now=town.now)
    assert caught.value.params["key"] == "foreign_anchors"
    # Beside a good one it would refuse every party of the other.
    Stranger(town.now).write(useless.with_name("y.pem"))
    with pytest.raises(Usage):
        settings.change(town.wallet, "foreign_anchors", str(useless.parent), now=town.now)


def test_doctor_names_it_and_goes_on(town: World, useless: Path) -> None:
    town.wallet.save_config(replace(town.wallet.config, foreign_anchors=str(useless)))
    found = {one.code: one for one in doctor.inside(town.wallet, now=town.now)}
    assert found["refused"].params
    assert {"clock", "database"} <= found.keys()
