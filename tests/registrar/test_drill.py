"""`revoke` with its reason, and `drill`: who refuses within which time, held against the readers."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from support import scheme as schemes
from support.operator import DAY, NOW, Operator
from support.registrar_command import Command

from credential import staleness
from credential.errors import CredentialError
from credential.trust import Role
from registrar import publication, texts
from registrar.errors import NothingFound
from registrar.home import Home
from registrar.service import revoking

PARTY, OTHER = schemes.VOORBEELDSTAD, schemes.VOORBEELDWONEN


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    operator = Operator(tmp_path_factory.mktemp("drill"))
    operator.begin()
    operator.publish()
    return operator


@pytest.fixture
def command(capsys, monkeypatch):
    return Command(capsys, monkeypatch, NOW)


@pytest.mark.spec("Architecture", "Trust", "a drill says who refuses within which time")
@pytest.mark.parametrize(
    ("name", "readers", "stays"),
    [
        (PARTY, {"verifier", "wallet_cards", "wallet_fetching"}, {"again", "judged", "log"}),
        (OTHER, {"wallet_asked"}, {"receipts", "rights", "log"}),
        ("card", {"verifier", "wallet_cards"}, {"again", "judged", "log"}),
        ("registration", {"wallet_asked"}, {"receipts", "rights", "log"}),
    ],
)
def test_who_refuses_within_which_time(published, command, name, readers, stays):
    before = published.home.ledger()
    found = command.data("--home", published.home.path, "drill", name)
    times = {one["reader"]: one for one in found["readers"]}
    assert readers <= set(times)
    assert stays <= set(found["stays"])
    for one in found["readers"]:
        assert one["usual"] <= one["most"]
    for code in readers:
        assert times[code]["most"] == staleness.SCHEME_LIFE
    assert all(one["count"] > 0 for one in found["taken"])
    assert published.home.ledger() == before, "a drill takes nothing back"
    out, _ = command.run("--lang", "en", "--home", published.home.path, "drill", name)
    assert "7 days" in out


@pytest.mark.spec("Architecture", "Trust", "a drill never says that what it takes stays good")
@pytest.mark.parametrize(
    ("name", "not_readers", "not_stays"),
    [
        # Who issues asks nothing, and whose card certificate is gone has no good cards left.
        (PARTY, {"wallet_asked"}, {"cards_kept", "receipts", "rights"}),
        ("snapshot-signer", set(), {"cards_kept", "cards_of_others"}),
        ("list-signer", set(), {"cards_kept", "cards_of_others"}),
        (OTHER, {"verifier", "wallet_cards", "wallet_fetching"}, {"cards_kept", "again"}),
    ],
)
def test_a_drill_does_not_contradict_itself(published, command, name, not_readers, not_stays):
    found = command.data("--home", published.home.path, "drill", name)
    assert not not_readers & {one["reader"] for one in found["readers"]}
    assert not not_stays & {*found["stays"]}
    # Without the certificate that signs cards, those at home do stay good.
    assert "cards_kept" in revoking.drill(published.home, "issuer-access", now=NOW).stays


def test_what_was_taken_back_before_is_said_as_that(tmp_path, command):
    operator = Operator(tmp_path)
    operator.begin()
    operator.publish()
    words = ("--lang", "en", "--home", operator.home.path)
    one = next(one for one in operator.home.ledger().certificates if one.party == OTHER)
    command.run(*words, "revoke", one.fingerprint, "--reason", "superseded")
    day = time.strftime("%Y-%m-%d", time.gmtime(NOW))
    for again in (("revoke", one.fingerprint, "--reason", "ceased"), ("drill", one.fingerprint)):
        _, said = command.run(*words, *again, code=7)
        assert f"was taken back already, on {day}." in said
    command.run(*words, "revoke", one.fingerprint, "--reason", "compromised")
    _, said = command.run(*words, "revoke", one.fingerprint, "--reason", "compromised", code=7)
    assert f"on {day}: a key is in other hands" in said
    command.at(NOW + 3 * 370 * DAY)
    _, said = command.run(*words, "revoke", PARTY, code=7)
    assert "There is nothing to take back" in said
    assert "--reason compromised" in said


def test_what_nobody_holds_is_not_drilled(published, command):
    _, said = command.run("--home", published.home.path, "drill", "nergens", code=7)
    assert "hint: " in said


@pytest.mark.spec("Regie formats", "8", "no reader decides with a snapshot of before for longer")
def test_the_times_of_a_drill_are_those_of_the_readers(tmp_path):
    """What `drill` says at the most is when the old snapshot is refused, to the second."""
    operator = Operator(tmp_path)
    operator.begin()
    old = operator.publish()
    leaf = operator.town.verifier().access.x5c
    tree = dict(operator.town.tree)
    revoking.revoke(operator.home, OTHER, "compromised", now=NOW + 1)
    operator.town.ledger = operator.home.ledger()
    trust = operator.town.publish(NOW + 1)
    with pytest.raises(CredentialError):
        trust.verifier_leaf(leaf, NOW + 1)
    # Who has fetched nothing since believes it until the end of that snapshot, and not after.
    (reader,) = [
        one
        for one in revoking.drill(operator.home, PARTY, now=NOW).readers
        if one.code == "verifier"
    ]
    assert old.verifier_leaf(leaf, NOW + reader.most - 1)
    operator.read(tree, operator.town.fingerprint, NOW + reader.most - 1)
    with pytest.raises(CredentialError, match=r"scheme\.expired"):
        operator.read(tree, operator.town.fingerprint, NOW + reader.most)
    crl = x509.load_der_x509_crl(tree["crl/verifier-access.crl"])
    assert crl.next_update_utc.timestamp() == NOW + publication.PERIOD


@pytest.mark.spec("RFC 5280", "5.3.1", "a revocation list says why")
def test_a_reason_reaches_everybody(tmp_path, command):
    operator = Operator(tmp_path)
    operator.begin()
    operator.publish()
    words = ("--home", operator.home.path, "revoke", OTHER)
    first = command.data(*words, "--reason", "ceased")["revoked"]
    # Afterwards it turns out to be worse: the same proofs, the graver reason, the first moment.
    command.at(NOW + DAY)
    assert set(command.data(*words, "--reason", "compromised")["revoked"]) == set(first)
    command.run(*words, "--reason", "compromised", code=7)
    command.run(*words, "--reason", "zomaar", code=2)
    ledger = Home(operator.home.path).ledger()
    assert {ledger.reasons[one] for one in first} == {"compromised"}
    assert {ledger.revoked[one] for one in first} == {NOW}
    operator.town.ledger = ledger
    operator.town.publish(NOW + DAY)
    crl = x509.load_der_x509_crl(operator.town.tree[f"crl/{Role.VERIFIER_ACCESS.value}.crl"])
    (one,) = crl
    why = one.extensions.get_extension_for_class(x509.CRLReason).value.reason
    assert why == x509.ReasonFlags.key_compromise


@pytest.mark.spec("Architecture", "Trust", "a stolen key writes any date")
@pytest.mark.parametrize("by", ["party", "hash"])
def test_a_compromise_reaches_the_certificates_of_earlier_years(tmp_path, by):
    operator = Operator(tmp_path)
    operator.begin()
    operator.publish()
    later = NOW + 370 * DAY
    first = [one for one in operator.home.ledger().certificates if one.party == OTHER]
    again = replace(first[0], fingerprint="ab" * 32, serial=1, not_after=later + DAY)
    operator.home.save_ledger(operator.home.ledger().with_certificate(again, later))
    name = OTHER if by == "party" else again.fingerprint
    assert first[0].not_after < later
    assert revoking.revoke(operator.home, name, "superseded", now=later) == (again.fingerprint,)
    found = revoking.revoke(operator.home, name, "compromised", now=later)
    assert set(found) == {again.fingerprint, first[0].fingerprint}
    assert operator.home.ledger().revoked.keys() >= {one.fingerprint for one in first}
    with pytest.raises(NothingFound):
        revoking.revoke(operator.home, name, "compromised", now=later)


def test_every_reader_and_every_rest_has_its_sentence():
    readers = {code for codes in revoking._READERS.values() for code in codes}
    readers |= {"others_crl", "others_place", "others_status"}
    stays = {code for codes in revoking._STAYS.values() for code in codes}
    for language in texts.LANGUAGES:
        found = texts.texts(language)["drill"]
        assert set(found["reader"]) == readers
        assert set(found["stays"]) == stays
        for kind in revoking._READERS:
            assert f"taken_{kind}" in found


def test_the_timers_of_a_drill_are_those_of_the_handbook():
    text = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
    assert revoking.SERVER_SYNC == 3600
    assert "OnCalendar=hourly" in text
    assert "| hour | `regie-issuer sync` (scheme) |" in text
