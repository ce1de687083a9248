"""The desk's decisions: who gets an offer, of what, by whom, and what stays on paper."""

import base64
import json
import sqlite3
from pathlib import Path

import pytest
from support import issuer_home
from support.issuer_home import DATA, FIVE, RESIDENT
from support.wallet_simulator import cards_of, new_key

from credential import sdjwtvc
from credential.names import vct_of
from issuer.brp.errors import NotABsn, NotFound
from issuer.errors import NothingFound, SettingsFault
from issuer.service import batches
from issuer.sources import Granted
from issuer.store.accounts import Accounts


@pytest.mark.spec("Regie formats", "1", "the issuer of a card is the resident's own municipality")
def test_a_resident_of_elsewhere_gets_nothing(town):
    elsewhere = next(bsn for bsn, code in _everyone().items() if code == "0518")
    with pytest.raises((NothingFound, NotFound)):
        town.offer(None, elsewhere)


def test_someone_unknown_or_mistyped(town):
    with pytest.raises(NotABsn):
        town.offer(None, "123456789")
    with pytest.raises((NotFound, NothingFound)):
        town.offer(None, "999999011")


def test_the_deceased_get_nothing_and_the_reason_has_a_sentence(town):
    from issuer.texts import LANGUAGES, find

    people = json.loads((DATA / "personen.json").read_bytes())
    found = _people(people)
    gone = next(
        one["burgerservicenummer"]
        for one in found
        if one.get("opschortingBijhouding", {}).get("reden", {}).get("code") == "O"
        and one.get("gemeenteVanInschrijving", {}).get("code") == "0599"
    )
    with pytest.raises(NothingFound) as refused:
        town.offer(None, gone)
    assert refused.value.code == "refusal.deceased"
    for language in LANGUAGES:
        assert find(language, refused.value.code)


def test_unknown_kinds_are_refused_before_the_register_is_asked(town):
    from issuer.errors import DeskFault

    with pytest.raises(DeskFault, match="unknown_kind"):
        town.offer(("rijbewijs",))
    assert Accounts(town.office.store._database).query_count() == 0


@pytest.mark.spec("Regie formats", "1", "the housing pseudonym: in every personal kind, the same")
def test_the_pseudonym_is_one_over_all_cards(town):
    wallet, _ = town.confirmed(None)
    found = set()
    for kind in FIVE:
        (card,) = cards_of(wallet.ask_cards(kind, [new_key()]))
        read = sdjwtvc.verify_card(card, town.scheme.trust, now=town.now, vct=vct_of(kind))
        found.add(read.payload["housing_pseudonym"])
        assert RESIDENT not in json.dumps(read.payload)
    assert len(found) == 1


@pytest.mark.spec("Wet BRP", "3.11", "every query is protocolled, the BSN encrypted")
def test_every_query_is_protocolled(town):
    town.offer(None)
    rows = _rows(
        town.home, "select at, keep_until, official, operation, kinds, person from brp_queries"
    )
    assert {row[3] for row in rows} == {"personen", "adres", "historie"}
    assert all(row[2] == "anna" for row in rows)
    assert all(row[1] - row[0] == 20 * 31_557_600 for row in rows)
    assert all(RESIDENT.encode() not in row[5] for row in rows)
    from issuer.sealing import Sealer
    from issuer.service.office import open_keys

    keys = open_keys(town.home, town.office.settings)
    sealer = Sealer(keys.secret("protocol"), "brp-protocol", issuer_home.stream())
    named = {sealer.open(row[5], str(row[0])).decode() for row in rows}
    assert RESIDENT in named
    assert len(named) == 5  # a household of five, each under their own number
    with pytest.raises(SettingsFault):
        sealer.open(rows[0][5], "another row")


@pytest.mark.spec(
    "Logboek Dataverwerkingen", "1", "one line per processing, with a trace and without a BSN"
)
def test_the_processing_log(town):
    wallet, made = town.confirmed(("huishouden",))
    header = "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"
    url = wallet.at("credential")
    nonce = wallet.c_nonce()
    proof = wallet.dpop("POST", url, token=wallet.token, nonce=wallet.rs_nonce)
    body = {
        "credential_configuration_id": "huishouden",
        "proofs": {"jwt": [wallet.proof(new_key(), nonce)]},
    }
    headers = {"Authorization": f"DPoP {wallet.token}", "DPoP": proof, "traceparent": header}
    assert wallet.send("POST", url, json=body, headers=headers).status_code == 200
    wallet.ask_cards("huishouden", [new_key()])
    rows = _rows(
        town.home, "select name, trace_id, parent_span_id, data_subject_id from processing"
    )
    assert [row[0] for row in rows] == ["offer huishouden", "issue huishouden", "issue huishouden"]
    assert rows[1][1:3] == ("ab" * 16, "cd" * 8)
    assert rows[0][1] == rows[2][1] == town.office.store.cases.find(made.case).trace
    assert len({row[3] for row in rows}) == 1


@pytest.mark.spec(
    "Architecture", "Issuer", "kept per issuance: kind, places, expiry and a keyed name"
)
def test_what_is_kept_of_an_issuance(town):
    wallet, _ = town.confirmed(("huishouden",))
    wallet.ask_cards("huishouden", [new_key(), new_key()])
    assert _columns(town.home, "issued") == [
        "issued_id",
        "municipality",
        "kind",
        "subject",
        "expires_at",
        "grant_id",
        "facts",
        "true_until",
        "renew_at",
    ]
    ((kind, subject),) = _rows(town.home, "select kind, subject from issued")
    assert kind == "huishouden"
    assert len(subject) == 43


@pytest.mark.spec("House rules", "8", "no BSN and no claim in the database, in any encoding")
def test_canary_in_every_file(town):
    wallet, made = town.confirmed(None)
    for kind in FIVE:
        cards_of(wallet.ask_cards(kind, [new_key()]))
    town.office.store.close()
    secrets = [RESIDENT, made.code, wallet.token, made.link.rpartition("/")[2]]
    people = json.loads((DATA / "personen.json").read_bytes())
    person = next(p for p in _people(people) if p["burgerservicenummer"] == RESIDENT)
    secrets += [
        person["naam"]["geslachtsnaam"],
        person["verblijfplaats"]["verblijfadres"]["officieleStraatnaam"],
    ]
    haystack = b"".join(
        path.read_bytes() for path in town.home.glob("issuer.db*") if path.is_file()
    )
    for secret in secrets:
        for form in _encodings(secret):
            assert form not in haystack, f"found in the form of {len(form)} bytes"


def test_faults_are_logged_without_persons(town, caplog):
    caplog.set_level("DEBUG", logger="issuer")
    wallet, made = town.redeemed(("huishouden",))
    wallet.ask_token(wallet.token, made.code)
    wallet.ask_cards("x", [new_key()])
    wallet.collect("nothing")
    said = caplog.text
    assert "refused" in said
    for secret in (RESIDENT, wallet.token, made.code, wallet.jkt):
        assert secret not in said


@pytest.mark.spec("Architecture", "Trust", "a leaf outlives what it signs")
def test_a_leaf_that_ends_too_soon_signs_nothing(town):
    leaf = town.office.municipality("0599").certificates.card
    leaf.require_signs(town.now, town.now + 1)
    with pytest.raises(SettingsFault, match="too_old"):
        leaf.require_signs(town.now, leaf.not_after - 30 * 86_400 + 1)
    with pytest.raises(SettingsFault, match="too_young"):
        leaf.require_signs(leaf.not_before - 1, leaf.not_before)


def test_an_issuer_whose_leaf_is_too_old_answers_that_it_cannot(town):
    wallet, _ = town.confirmed(("persoonsgegevens",))
    leaf = town.office.municipality("0599").certificates.card
    town.office.municipality("0599").certificates.__dict__["card"] = type(leaf)(
        leaf.signer, leaf.der, leaf.not_before, town.now + 86_400
    )
    answer = wallet.ask_cards("persoonsgegevens", [new_key()])
    assert (answer.status_code, answer.json()) == (503, {"error": "temporarily_unavailable"})


def test_sealed_data_opens_only_in_its_own_case(town):
    made = town.offer(("huishouden",))
    stored = town.office.store.cases.find(made.case)
    assert batches.open_sealed(town.office, stored).claims["huishouden"]
    with pytest.raises(SettingsFault):
        town.office.cases.open(stored.sealed, "ANOTHER")
    assert repr(batches.open_sealed(town.office, stored)) == "Box()"


def _rows(home: Path, query: str) -> list:
    with sqlite3.connect(home / "issuer.db") as connection:
        rows = connection.execute(query).fetchall()
    connection.close()
    return rows


def _columns(home: Path, table: str) -> list[str]:
    return [row[1] for row in _rows(home, f"pragma table_info({table})")]


def _people(data) -> list[dict]:
    return data if isinstance(data, list) else data["personen"]


def _everyone() -> dict[str, str]:
    people = _people(json.loads((DATA / "personen.json").read_bytes()))
    return {
        one["burgerservicenummer"]: one.get("gemeenteVanInschrijving", {}).get("code", "")
        for one in people
    }


def _encodings(text: str) -> list[bytes]:
    raw = text.encode()
    found = [raw, raw.hex().encode(), text.encode("utf-16-le"), json.dumps(text)[1:-1].encode()]
    for offset in range(3):
        encoded = base64.urlsafe_b64encode(b"\0" * offset + raw).rstrip(b"=")
        found.append(encoded[4 if offset else 0 : -1])
    return found


@pytest.mark.spec("Wet BRP", "2.26", "from a BSN under investigation nothing is derived")
def test_no_pseudonym_from_a_doubtful_number(town, monkeypatch):
    granted = Granted({"persons_at_address": 1}, with_pseudonym=False)
    monkeypatch.setattr("issuer.cards.decide", lambda *_: granted)
    made = town.offer(("huishouden",))
    stored = town.office.store.cases.find(made.case)
    claims = batches.open_sealed(town.office, stored).claims["huishouden"]
    assert claims == {"persons_at_address": 1}
