"""The operator's own keys: certified by a root elsewhere, changed with overlap, never in between."""

import hashlib
import stat

import pytest
from cryptography import x509
from support import scheme as schemes
from support.operator import DAY, NOW, Operator

from credential.errors import CredentialError
from credential.trust import Role
from registrar import certificates, own
from registrar.certificates import Anchor
from registrar.errors import BadInput, RegistrarError, Untrusted
from registrar.home import Home
from registrar.own import NOTICE
from registrar.roothome import RootHome
from registrar.service import keys, rooting

PARTY = schemes.VOORBEELDSTAD


@pytest.fixture
def operator(tmp_path):
    made = Operator(tmp_path)
    made.begin()
    return made


def card_leaf(operator):
    return operator.town.issuer(PARTY).card.x5c


def anchors(trust):
    return {leaf for issuer in trust.issuers for one in issuer.services for leaf in one.anchors}


@pytest.mark.spec("Regie formats", "8", "the root's key is nowhere where a snapshot is made")
def test_a_publication_needs_no_root(operator):
    held = {file.stem for file in (operator.home.path / "keys").iterdir()}
    assert held == set(own.SLOTS)
    (operator.root.path / "keys" / "root.key").unlink()
    trust = operator.publish()
    assert [one.name for one in trust.issuers] == ["Gemeente Voorbeeldstad"]
    assert operator.town.tree["crl/root.crl"]


def test_keys_are_for_nobody_else(operator):
    files = [*(operator.home.path / "keys").iterdir(), *(operator.root.path / "keys").iterdir()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    file = operator.home.path / "keys" / "card.key"
    file.chmod(0o640)
    with pytest.raises(RegistrarError, match=r"home\.key_mode"):
        operator.home.authority(None, now=NOW)


@pytest.mark.spec("Architecture", "Trust", "a role's authority changes with overlap")
def test_a_new_authority_is_listed_before_it_signs(operator):
    operator.publish()
    before = card_leaf(operator)
    (old,) = operator.home.authority(None, now=operator.now).listed(Role.CARD)
    done = operator.rotate("card")
    assert (done.name, done.since) == ("card-2", None)
    assert [one.name for one in operator.through().coming] == ["card-2"]
    # Again: it says where it stands and makes nothing.
    again = operator.rotate("card")
    assert (again.name, again.since) == ("card-2", NOW + NOTICE)
    trust = operator.publish(NOW + DAY)
    authority = operator.home.authority(None, now=operator.now)
    assert authority.name_of(Role.CARD) == "card"
    assert len(authority.listed(Role.CARD)) == 2
    assert {old.der, authority.listed(Role.CARD)[1].der} <= anchors(trust)
    assert card_leaf(operator) == before
    for name in ("ca/card.cer", "ca/card-2.cer", "crl/card.crl", "crl/card-2.crl"):
        assert name in operator.town.tree

    trust = operator.publish(NOW + NOTICE)
    authority = operator.home.authority(None, now=operator.now)
    assert authority.name_of(Role.CARD) == "card-2"
    fresh = card_leaf(operator)
    assert fresh != before
    leaf = x509.load_der_x509_certificate(fresh[0])
    places = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert places[0].full_name[0].value.endswith("/crl/card-2.crl")


def test_the_old_one_drops_out_when_its_last_leaf_ended(operator):
    operator.publish()
    operator.rotate("card")
    operator.through()
    operator.publish(NOW + NOTICE)
    last = max(
        one.not_after
        for one in operator.town.ledger.certificates
        if one.role == "card" and not one.authority
    )
    for moment, listed in ((last - 1, 2), (last, 1)):
        found = operator.home.owned().listed("card", operator.home.ledger(), moment)
        assert [one.name for one in found] == ["card-2", "card"][:listed]
    assert keys.finish(operator.home, "card", None, now=last - 1) == ()
    assert keys.kept(operator.home, "card", now=last - 1) == (("card", last),)
    assert keys.kept(operator.home, "card", now=last) == ()
    assert keys.finish(operator.home, "card", None, now=last) == ("card",)
    assert not (operator.home.path / "keys" / "card.key").exists()
    assert operator.home.authority(None, now=last).name_of(Role.CARD) == "card-2"


@pytest.mark.spec("Architecture", "Trust", "a stolen authority ends at once, with all it signed")
def test_a_compromised_authority_is_gone_at_once(operator):
    operator.publish()
    stolen = card_leaf(operator)
    operator.rotate("card", compromised=True)
    done = operator.through()
    assert done.dropped == ("card",)
    assert done.coming == ()
    trust = operator.publish(NOW + 60)
    authority = operator.home.authority(None, now=operator.now)
    assert [name for name, _ in authority.named(Role.CARD)] == ["card-2"]
    assert card_leaf(operator) != stolen
    anchor = x509.load_der_x509_certificate(authority.role(Role.CARD).der)
    assert anchors(trust) >= {authority.role(Role.CARD).der}
    assert not certificates.under(x509.load_der_x509_certificate(stolen[0]), Anchor(anchor))
    crl = x509.load_der_x509_crl(operator.town.tree["crl/root.crl"])
    assert [one.serial_number for one in crl] == [operator.home.own()[0].certificate.serial_number]
    with pytest.raises(Untrusted, match=r"root\.taken_back"):
        rooting.sign(
            operator.root, _request_for(operator, "card"), None, now=NOW, entropy=operator.entropy
        )


def _request_for(operator, name):
    from registrar import papers

    scheme = operator.home.scheme()
    pem = keys._request(operator.home.keys(None), name)
    return papers.dump_request(papers.Request(scheme.operator, scheme.oin, {name: pem}, {}))


def test_registrations_are_signed_anew_under_a_new_authority(operator):
    operator.publish()
    before = operator.town.verifier().registrations["inschrijven"]
    operator.rotate("registration", compromised=True)
    operator.through()
    trust = operator.publish(NOW + 60)
    after = operator.town.verifier()
    from credential import registration

    found = registration.verify_registration(
        after.registrations["inschrijven"],
        trust,
        now=operator.now,
        leaf=trust.verifier_leaf(after.access.x5c, operator.now),
    )
    assert found.intended_use_id == "inschrijven"
    assert after.registrations["inschrijven"] != before
    with pytest.raises(CredentialError):
        registration.verify_registration(
            before,
            trust,
            now=operator.now,
            leaf=trust.verifier_leaf(after.access.x5c, operator.now),
        )


def test_a_signer_below_an_online_authority_needs_no_root(operator):
    operator.publish()
    done = operator.rotate("registration-signer")
    assert done.since == NOW
    assert (
        operator.home.authority(None, now=NOW).generations["registration-signer"][0][0] == done.name
    )
    operator.publish(NOW + 60)
    with pytest.raises(BadInput, match=r"rotate\.above"):
        operator.rotate("registration-signer", compromised=True)
    with pytest.raises(BadInput, match=r"rotate\.unknown"):
        operator.rotate("nergens")


@pytest.mark.spec("Regie trust", "4.6", "a coming signer of lists is pinned before it signs")
def test_a_new_signer_of_lists_is_pinned_first(operator):
    operator.publish()
    operator.rotate("list-signer")
    operator.through()
    operator.publish(NOW + DAY)
    coming = operator.town.tree["signers/list-signer-2.cer"]
    operator.publish(NOW + NOTICE)
    assert operator.town.tree["signers/lists.cer"] == coming
    assert "signers/list-signer-2.cer" not in operator.town.tree


@pytest.mark.spec("Regie formats", "8", "a new root is signed by the old")
def test_a_new_root_is_followed_by_who_was_given_the_old_one(operator):
    operator.publish()
    old = hashlib.sha256(operator.town.root).digest()
    card = card_leaf(operator)
    done = rooting.roll(
        operator.root, None, signer_kept=True, now=NOW + DAY, entropy=operator.entropy
    )
    operator.now = NOW + DAY
    installed = operator.through()
    assert installed.fingerprint == done.fingerprint != old
    trust = operator.publish()
    for fingerprint in (old, done.fingerprint):
        assert operator.read(operator.town.tree, fingerprint).sequence == trust.sequence
    assert "roots.json" in operator.town.tree
    # Authorities keep their keys: what they signed holds, and no leaf was made anew for it.
    assert card_leaf(operator) == card
    assert operator.town.tree["ca/root-2.cer"] == operator.town.root
    assert operator.town.tree["crl/root-2.crl"]
    # Cut off before it was carried away, and given again: the same answer, no third root.
    again = rooting.roll(
        operator.root, None, signer_kept=True, now=NOW + 2 * DAY, entropy=operator.entropy
    )
    assert again.already
    assert again.fingerprint == done.fingerprint


def _roll(operator, now, **more):
    request = operator.home.path / keys.REQUEST
    data = request.read_bytes() if request.is_file() else None
    operator.now = now
    return rooting.roll(operator.root, None, data, now=now, entropy=operator.entropy, **more)


@pytest.mark.spec("Architecture", "Trust", "no stolen key comes under a new root")
def test_a_new_root_leaves_a_stolen_signer_behind(operator):
    operator.publish()
    stolen = operator.home.certificate("snapshot-signer").public_key()
    with pytest.raises(BadInput, match=r"root\.signer_kept"):
        _roll(operator, NOW + DAY)
    # Somebody rolled before it came out: the thief's key is under the second root.
    _roll(operator, NOW + DAY, signer_kept=True)
    operator.through()
    assert operator.home.certificate("snapshot-signer").public_key() == stolen
    # Thirty days have not passed, and another root is needed all the same.
    operator.rotate("snapshot-signer", compromised=True)
    done = _roll(operator, NOW + 2 * DAY)
    assert (len(done.answer.roots), done.already, done.dropped) == (3, False, ("snapshot-signer",))
    assert stolen not in [one.public_key() for one in done.answer.certificates.values()]
    # Cut off, and given again: the same root.
    assert _roll(operator, NOW + 3 * DAY).answer == done.answer
    keys.install(
        operator.home,
        done.answer,
        None,
        fingerprint=None,
        now=operator.now,
        entropy=operator.entropy,
    )
    trust = operator.publish()
    assert operator.town.root == trust_root(done)
    assert operator.read(operator.town.tree, done.fingerprint).sequence == trust.sequence


def test_a_signer_taken_back_after_a_new_root_asks_for_another(operator):
    operator.publish()
    _roll(operator, NOW + DAY, signer_kept=True)
    operator.through()
    operator.rotate("snapshot-signer", compromised=True)
    operator.now = NOW + 2 * DAY
    operator.through()
    assert len(_roll(operator, NOW + 3 * DAY, signer_kept=True).answer.roots) == 3
    assert _roll(operator, NOW + 4 * DAY, signer_kept=True).already


def trust_root(done):
    return done.answer.roots[-1].certificate


class Killed(Exception):
    pass


@pytest.mark.spec("Architecture", "Trust", "a change of key may be killed at any step")
@pytest.mark.parametrize("name", ["card", "list-signer", "root"])
def test_a_rotation_may_be_killed_at_any_write(operator, monkeypatch, name):
    """Every write is the last one once; the next command finds everything and ends the same."""
    from registrar import home as homes

    operator.publish()
    whole, writes = homes.write_whole, []

    def step():
        if name == "root":
            rooting.roll(
                operator.root, None, signer_kept=True, now=operator.now, entropy=operator.entropy
            )
        elif operator.home.owned().coming(name, operator.now) is None:
            operator.rotate(name)
        operator.through()

    for limit in range(20):
        writes.clear()

        def counted(target, data, *, mode=0o644, limit=limit):
            if len(writes) == limit:
                raise Killed
            writes.append(target)
            whole(target, data, mode=mode)

        with monkeypatch.context() as patch:
            patch.setattr(homes, "write_whole", counted)
            try:
                step()
                break
            except Killed:
                pass
        # What is there holds together at every moment.
        assert operator.publish().sequence
    else:
        pytest.fail("never finished")
    assert limit > 1
    owned = operator.home.owned()
    if name == "root":
        assert len(owned.roots) == 2
        assert len(operator.root.safe().roots) == 2
    else:
        assert [one.name for one in owned.of(name)] == [name, f"{name}-2"]
        assert len([one for one in operator.root.safe().issued if one.name.startswith(name)]) == 2


def test_a_home_without_certificates_says_so(tmp_path):
    from support.operator import SCHEME

    from registrar.service import setup

    home = Home(tmp_path / "home")
    setup.init(home, SCHEME, None)
    with pytest.raises(RegistrarError, match=r"home\.no_root"):
        home.authority(None, now=NOW)
    assert not RootHome(tmp_path / "root").exists


def findings(operator, tree=None):
    from registrar import audit

    tree = operator.town.tree if tree is None else tree
    found = audit.check(
        tree.__getitem__,
        operator.town.ledger,
        fingerprint=operator.town.fingerprint,
        now=operator.now,
    )
    return [(one.code, one.level) for one in found]


@pytest.mark.spec("Regie trust", "8", "every authority that is listed has its revocation list")
def test_the_audit_knows_every_generation(operator):
    operator.publish()
    operator.rotate("verifier-access")
    operator.through()
    operator.publish(NOW + NOTICE)
    town = operator.town
    first, second = [one for one in town.ledger.certificates if one.role == "verifier-access"]
    assert (first.authority, second.authority) == ("", "verifier-access-2")
    town.ledger = town.ledger.with_revoked([first.fingerprint, second.fingerprint], operator.now)
    operator.home.save_ledger(town.ledger)
    town.authority = operator.home.authority(None, now=operator.now)
    town.publish()
    assert findings(operator) == []
    serials = {
        name: [one.serial_number for one in x509.load_der_x509_crl(town.tree[f"crl/{name}.crl"])]
        for name in ("verifier-access", "verifier-access-2")
        if f"crl/{name}.crl" in town.tree
    }
    assert serials["verifier-access-2"] == [second.serial]
    # Taken back as a whole: its old certificates are nobody's any more, and need no list.
    operator.rotate("verifier-access", compromised=True)
    operator.through()
    town.authority = operator.home.authority(None, now=operator.now)
    town.publish()
    assert findings(operator) == []


def test_a_list_of_the_root_that_ended_is_told_and_stops_nothing(operator):
    operator.publish()
    operator.now = NOW + 10 * DAY
    rooting.roll(operator.root, None, signer_kept=True, now=operator.now, entropy=operator.entropy)
    operator.through()
    operator.publish()
    assert findings(operator) == []
    operator.publish(NOW + 400 * DAY)
    assert findings(operator) == [("audit.crl", "advice")] * 2
    rooting.renew(operator.root, None, now=operator.now)
    operator.through()
    operator.publish()
    # The present root's list is renewed; the one before it can no longer be.
    assert findings(operator) == [("audit.crl", "advice")]


@pytest.mark.spec("Regie trust", "1.4", "cards of the old and of the new authority both count")
def test_a_reader_takes_cards_of_both_generations(operator):
    operator.publish()
    old = operator.town.issuer(PARTY)
    operator.rotate("card")
    operator.through()
    trust = operator.publish(NOW + NOTICE)
    fresh = operator.town.issuer(PARTY)
    assert fresh.card.x5c != old.card.x5c
    vct = next(iter(trust.issuers[0].services[0].vcts))
    for chain in (old.card.x5c, fresh.card.x5c):
        leaf, issuer = trust.card_signer(chain, vct=vct, issued_at=NOW, now=operator.now)
        assert issuer.name == "Gemeente Voorbeeldstad"
        assert leaf.fingerprint == hashlib.sha256(chain[0]).hexdigest()


@pytest.mark.spec("Regie trust", "4.6", "every role is listed with what is coming")
def test_every_role_is_listed_with_its_next_authority(operator):
    for role in Role:
        operator.rotate(role.value)
    operator.through()
    trust = operator.publish()
    authority = operator.home.authority(None, now=operator.now)
    for role in Role:
        listed = {one.der for one in authority.listed(role)}
        assert len(listed) == 2
        assert set(trust.anchors(role)) == listed
    assert findings(operator) == []


def test_a_key_that_lay_beside_a_stolen_one_is_not_used(operator):
    operator.publish()
    keys_of = operator.home.keys(None)
    operator.rotate("status")
    waiting = keys_of.load("status-2").public_key()
    operator.rotate("status", compromised=True)
    fresh = keys_of.load("status-2").public_key()
    assert fresh != waiting
    # Given again before the root has answered: the request stays what it is.
    operator.rotate("status", compromised=True)
    assert keys_of.load("status-2").public_key() == fresh
    assert operator.through().dropped == ("status",)
    assert operator.home.certificate("status").public_key() == fresh
