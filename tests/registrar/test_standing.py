"""Suspended, resumed, ended, gone: what the snapshot and the revocation lists say of it."""

from dataclasses import replace

import pytest
from cryptography import x509
from support.scheme import NOW, VOORBEELDSTAD, VOORBEELDWONEN, build

from credential import jose, statuslist
from registrar import audit, standing
from registrar.findings import wrong
from registrar.ledger import dump, load
from registrar.life import Event, Step

DAY = 86_400
PARTY = VOORBEELDWONEN
BEGUN = Event(NOW - 30 * DAY, Step.ADMITTED)
HELD = Event(NOW, Step.SUSPENDED)


@pytest.fixture
def scheme():
    return build(names=(VOORBEELDSTAD, PARTY))


def live(scheme, *events, use=None, now=NOW):
    """State this life of the party, or of one purpose, and publish."""
    party = scheme.parties[PARTY]
    service = party.services[0]
    if use is None:
        party = replace(party, steps=events)
    else:
        uses = tuple(
            replace(one, steps=events) if use in (one.id, "all") else one
            for one in service.intended_uses
        )
        party = replace(party, services=(replace(service, intended_uses=uses),))
    scheme.now = now
    scheme.parties[PARTY] = party
    scheme.ledger = standing.applied(scheme.ledger, scheme.parties.values(), now=now)
    scheme.add(party)
    return scheme.publish()


def certificates(scheme):
    return {one.fingerprint for one in scheme.ledger.certificates if one.party == PARTY}


def registrations(scheme, use=None):
    return {
        one.sha256
        for one in scheme.ledger.registrations
        if one.party == PARTY and use in (None, one.use)
    }


def held(scheme):
    """Serial numbers and reasons on the revocation list of verifiers."""
    crl = x509.load_der_x509_crl(scheme.read("crl/verifier-access.crl"))
    return {
        one.serial_number: one.extensions.get_extension_for_class(x509.CRLReason).value.reason
        for one in crl
    }


def bits(scheme):
    payload = jose.parse(
        scheme.read("registration-status/1.jwt").decode(), typ="statuslist+jwt"
    ).dangerous_payload()
    return statuslist.decode(payload["status_list"]["lst"])


def clean(scheme):
    return audit.check(scheme.read, scheme.ledger, fingerprint=scheme.fingerprint, now=scheme.now)


@pytest.mark.spec("Regie trust", "1.4", "a suspended purpose holds its registration alone")
def test_one_purpose_suspended(scheme):
    trust = live(scheme, BEGUN, HELD, use="inschrijven")
    assert trust.suspended == registrations(scheme, "inschrijven")
    assert trust.revoked_registrations == registrations(scheme, "inschrijven")
    assert not trust.revoked_certificates
    index = next(o.index for o in scheme.ledger.registrations if o.use == "inschrijven")
    assert bits(scheme)[index // 8] >> index % 8 & 1
    assert clean(scheme) == []
    assert not any("inschrijven.jwt" in path for path in scheme.tree if "wrp/" not in path)


@pytest.mark.spec("Regie trust", "1.4", "a suspended party: every WRPRC and its WRPAC")
@pytest.mark.parametrize("use", [None, "all"], ids=["the party", "all its purposes"])
def test_everything_suspended_holds_the_access_certificate_too(scheme, use):
    trust = live(scheme, BEGUN, HELD, use=use)
    assert trust.suspended == certificates(scheme) | registrations(scheme)
    serials = {one.serial for one in scheme.ledger.certificates if one.party == PARTY}
    assert held(scheme) == dict.fromkeys(serials, x509.ReasonFlags.certificate_hold)
    assert clean(scheme) == []


@pytest.mark.spec("RFC 5280", "5.3.1", "a held certificate that is released leaves the list")
def test_resumed_is_as_it_was(scheme):
    before = dict(scheme.files[PARTY])
    live(scheme, BEGUN, HELD)
    assert scheme.files[PARTY] == before
    trust = live(scheme, BEGUN, HELD, Event(NOW + DAY, Step.RESUMED), now=NOW + DAY)
    assert not trust.suspended
    assert not trust.revoked_certificates
    assert not held(scheme)
    assert scheme.files[PARTY] == before
    assert clean(scheme) == []


def test_what_ended_is_taken_back_for_good(scheme):
    live(scheme, BEGUN, Event(NOW, Step.CEASED))
    taken = certificates(scheme) | registrations(scheme)
    trust = scheme.trust
    assert trust.revoked_certificates | trust.revoked_registrations == taken
    assert not trust.suspended
    assert set(held(scheme).values()) == {x509.ReasonFlags.cessation_of_operation}
    # A file that forgets the end gives nothing back; what is registered anew is signed anew.
    again = Event(NOW + DAY, Step.ADMITTED)
    trust = live(scheme, BEGUN, Event(NOW, Step.CEASED), again, now=NOW + DAY)
    assert taken <= trust.revoked_certificates | trust.revoked_registrations
    assert (certificates(scheme) | registrations(scheme)) - taken
    assert clean(scheme) == []


@pytest.mark.spec("Regie trust", "9.3", "nothing it signed counts any more, nor ever will")
def test_who_asks_and_is_compromised_holds_nothing_any_more(scheme):
    later = NOW + 370 * DAY
    first = certificates(scheme)
    trust = live(scheme, BEGUN, Event(later, Step.COMPROMISED), now=later)
    # What ended before as well: the key is the same, and whoever has it writes any date.
    assert first <= certificates(scheme) == trust.revoked_certificates
    assert not trust.suspended
    assert {scheme.ledger.reasons[one] for one in first} == {"compromised"}
    again = Event(later + DAY, Step.ADMITTED)
    known = certificates(scheme)
    live(scheme, BEGUN, Event(later, Step.COMPROMISED), again, now=later + DAY)
    assert certificates(scheme) == known, "a key that was taken back is never certified again"


def test_nothing_is_signed_before_the_first_day(scheme):
    later = Event(NOW + 30 * DAY, Step.ADMITTED)
    scheme.files[PARTY], known = {}, certificates(scheme) | registrations(scheme)
    trust = live(scheme, later, now=NOW)
    assert certificates(scheme) | registrations(scheme) == known
    assert known == trust.revoked_certificates | trust.revoked_registrations
    assert [*scheme.files[PARTY]] == ["party.json"]


@pytest.mark.spec("Regie trust", "8", "what the register no longer states counts for nobody")
def test_who_leaves_the_register_takes_everything_along(scheme):
    del scheme.parties[PARTY], scheme.files[PARTY]
    scheme.ledger = standing.applied(scheme.ledger, scheme.parties.values(), now=NOW)
    trust = scheme.publish(without=PARTY)
    assert certificates(scheme) == trust.revoked_certificates
    party = registrations(scheme)
    assert party == trust.revoked_registrations


def test_another_text_supersedes_the_old_one_a_week_later(scheme):
    party = scheme.parties[PARTY]
    service = party.services[0]
    first = registrations(scheme, "inschrijven")
    fewer = tuple(
        replace(one, claims=one.claims[:1]) if one.id == "inschrijven" else one
        for one in service.intended_uses
    )
    scheme.change(PARTY, services=(replace(service, intended_uses=fewer),))
    for days, gone in ((0, set()), (6, set()), (7, first)):
        now = NOW + days * DAY
        scheme.ledger = standing.applied(scheme.ledger, scheme.parties.values(), now=now)
        assert scheme.publish(now).revoked_registrations == gone


def publish_at(scheme, now):
    """A publication of the register as it is, days later."""
    scheme.now = now
    scheme.ledger = standing.applied(scheme.ledger, scheme.parties.values(), now=now)
    scheme.add(scheme.parties[PARTY])
    return scheme.publish(now)


@pytest.mark.spec("Regie trust", "1.4", "seven days from the first text that replaced it")
def test_another_word_each_week_keeps_no_old_text_in_force(scheme):
    first = registrations(scheme, "inschrijven")
    service = scheme.parties[PARTY].services[0]
    for day in range(0, 30, 5):
        uses = tuple(
            replace(one, purpose=replace(one.purpose, nl=f"Woord {day}"))
            if one.id == "inschrijven"
            else one
            for one in service.intended_uses
        )
        services = (replace(service, intended_uses=uses),)
        scheme.parties[PARTY] = replace(scheme.parties[PARTY], services=services)
        gone = publish_at(scheme, NOW + day * DAY).revoked_registrations
        assert (first <= gone) is (day >= 7), day
    # What the register states again is what it states: its first text is not taken back anew.
    scheme.parties[PARTY] = replace(scheme.parties[PARTY], services=(service,))
    publish_at(scheme, NOW + 31 * DAY)
    present = registrations(scheme, "inschrijven") - scheme.ledger.revoked.keys()
    assert len(present) == 3
    assert len(present & publish_at(scheme, NOW + 60 * DAY).revoked_registrations) == 2


@pytest.mark.spec("Regie trust", "1.4", "what is no longer stated stays good in nobody's hands")
@pytest.mark.parametrize("what", ["host", "key"])
def test_another_access_certificate_supersedes_the_old_one_a_week_later(scheme, what):
    party = scheme.parties[PARTY]
    first = certificates(scheme)
    if what == "host":
        service = replace(party.services[0], hosts=("elders.localhost",))
        scheme.parties[PARTY] = replace(party, services=(service,))
    else:
        scheme.keys[PARTY]["inschrijving.access"] = jose.generate_key()
    for day, gone in ((0, set()), (6, set()), (7, first)):
        assert publish_at(scheme, NOW + day * DAY).revoked_certificates == gone
    assert clean(scheme) == []
    assert load(dump(scheme.ledger)) == scheme.ledger


def test_a_renewed_access_certificate_lets_the_old_one_run_out(scheme):
    first = certificates(scheme)
    for day in (250, 260):
        assert not publish_at(scheme, NOW + day * DAY).revoked_certificates
    assert certificates(scheme) > first
    # The other host ends both, the older one too.
    party = scheme.parties[PARTY]
    service = replace(party.services[0], hosts=("elders.localhost",))
    both, scheme.parties[PARTY] = certificates(scheme), replace(party, services=(service,))
    publish_at(scheme, NOW + 261 * DAY)
    assert publish_at(scheme, NOW + 268 * DAY).revoked_certificates == both


@pytest.mark.spec("Regie trust", "4.5", "cards from before stay good, and run out")
def test_a_year_after_an_orderly_end_no_card_can_be_signed_any_more(scheme):
    party, end = scheme.parties[VOORBEELDSTAD], NOW + DAY
    issuing = replace(party.issuing, withdrawn=end, withdrawal_reason="ceased")
    scheme.parties[VOORBEELDSTAD] = replace(party, issuing=issuing)
    signers = {one.fingerprint for one in scheme.ledger.certificates if one.role == "card"}
    for now, gone in ((end + 371 * DAY - 1, set()), (end + 371 * DAY, signers)):
        scheme.now = now
        scheme.ledger = standing.applied(scheme.ledger, scheme.parties.values(), now=now)
        for one in (*scheme.parties.values(),):
            scheme.add(one)
        taken = scheme.publish(now).revoked_certificates
        assert taken & signers == gone
    assert {one.fingerprint for one in scheme.ledger.certificates if one.role == "card"} == signers
    assert not wrong(clean(scheme))


@pytest.mark.spec("Regie trust", "9.3", "nothing it signed counts any more, for any reader")
def test_a_compromised_issuer_holds_nothing_any_more(scheme):
    party = scheme.parties[VOORBEELDSTAD]
    files, now = dict(scheme.files[VOORBEELDSTAD]), NOW + DAY
    ended = replace(party.issuing, withdrawn=now, withdrawal_reason="compromised")
    scheme.parties[VOORBEELDSTAD] = replace(party, issuing=ended)
    for moment in (now - 1, now):
        before = scheme.ledger
        scheme.ledger = standing.applied(before, scheme.parties.values(), now=moment)
        assert (scheme.ledger == before) is (moment < now)
    scheme.now = now
    scheme.add(scheme.parties[VOORBEELDSTAD])
    trust = scheme.publish()
    own = [one for one in scheme.ledger.certificates if one.party == VOORBEELDSTAD]
    assert {one.role for one in own} == {"card", "status", "issuer-access"}
    assert {one.fingerprint for one in own} <= trust.revoked_certificates
    for one in own:
        crl = x509.load_der_x509_crl(scheme.read(f"crl/{one.role}.crl"))
        found = crl.get_revoked_certificate_by_serial_number(one.serial)
        reason = found.extensions.get_extension_for_class(x509.CRLReason).value.reason
        assert reason is x509.ReasonFlags.key_compromise
    issuing = {o.sha256 for o in scheme.ledger.registrations if o.party == VOORBEELDSTAD}
    assert issuing <= trust.revoked_registrations
    # Nothing is signed anew for keys that are in the wrong hands.
    kept = {name: data for name, data in files.items() if name != "party.json"}
    assert kept.items() <= scheme.files[VOORBEELDSTAD].items()
    assert clean(scheme) == []


@pytest.mark.spec("Regie trust", "9.3", "what a compromised verifier holds is taken back as that")
@pytest.mark.parametrize("use", [None, "all"], ids=["the party", "all its purposes"])
def test_a_compromised_verifier_loses_what_ended_too(scheme, use):
    later = NOW + 250 * DAY
    publish_at(scheme, later)
    old, now = certificates(scheme), NOW + 400 * DAY
    assert len(old) == 2
    stolen = Event(now, Step.COMPROMISED)
    for moment in (now - 1, now):
        trust = live(scheme, BEGUN, stolen, use=use, now=moment)
        assert (old <= trust.revoked_certificates) is (moment == now)
    taken = old | {one for one in registrations(scheme) if one in scheme.ledger.revoked}
    assert taken > old
    assert {scheme.ledger.reasons[one] for one in taken} == {"compromised"}
    assert certificates(scheme) == old
    # The list of the root needs a ceremony by now.
    assert [one.where for one in clean(scheme)] == ["crl/root.crl"]


@pytest.mark.spec("RFC 5280", "5.3.1", "the list says why")
@pytest.mark.parametrize(
    ("reason", "flag"),
    [
        ("compromised", x509.ReasonFlags.key_compromise),
        ("superseded", x509.ReasonFlags.superseded),
        ("withdrawn", x509.ReasonFlags.privilege_withdrawn),
    ],
)
def test_a_reason_is_on_the_list(scheme, reason, flag):
    found = scheme.ledger.revocable(PARTY, NOW)
    scheme.ledger = scheme.ledger.with_revoked(found, NOW, reason)
    scheme.publish()
    assert set(held(scheme).values()) == {flag}


def test_a_key_that_was_taken_back_is_never_certified_again(scheme):
    found = scheme.ledger.revocable(PARTY, NOW)
    scheme.ledger = scheme.ledger.with_revoked(found, NOW, "compromised")
    scheme.files[PARTY] = {}
    held_keys = scheme.keys[PARTY]
    known = certificates(scheme)
    scheme.add(scheme.parties[PARTY])
    assert certificates(scheme) == known
    assert "access.pem" not in scheme.files[PARTY]
    held_keys["inschrijving.access"] = jose.generate_key()
    scheme.add(scheme.parties[PARTY])
    assert len(certificates(scheme) - known) == 1


def test_a_new_key_brings_new_registrations_after_a_compromise(scheme):
    found = scheme.ledger.revocable(PARTY, NOW)
    scheme.ledger = scheme.ledger.with_revoked(found, NOW, "compromised")
    before = dict(scheme.files[PARTY])
    scheme.add(scheme.parties[PARTY])
    assert scheme.files[PARTY] == before
    scheme.keys[PARTY]["inschrijving.access"] = jose.generate_key()
    scheme.add(scheme.parties[PARTY])
    trust = scheme.publish()
    leaf = trust.verifier_leaf(scheme.verifier(PARTY).access.x5c, NOW)
    assert leaf.oin == scheme.parties[PARTY].oin
    for name, data in scheme.files[PARTY].items():
        if name.startswith("registration/"):
            assert data != before[name]
    assert clean(scheme) == []


@pytest.mark.spec("Regie trust", "1.4", "what was taken back by hand comes back for nobody's word")
@pytest.mark.parametrize("reason", ["", "withdrawn", "ceased", "compromised"])
def test_a_registration_taken_back_by_hand_stays_so_in_other_words(scheme, reason):
    party, name = scheme.parties[PARTY], "registration/inschrijven.jwt"
    (own,) = registrations(scheme, "inschrijven")
    scheme.ledger = scheme.ledger.with_revoked([own], NOW, reason)
    service = party.services[0]
    uses = tuple(
        replace(one, purpose=replace(one.purpose, nl="Inschrijven.", en="Sign up."))
        for one in service.intended_uses
    )
    scheme.parties[PARTY] = replace(party, services=(replace(service, intended_uses=uses),))
    before = dict(scheme.files[PARTY])
    publish_at(scheme, NOW + DAY)
    assert scheme.files[PARTY][name] == before[name]
    assert registrations(scheme, "inschrijven") == {own}
    others = {one.use for one in scheme.ledger.registrations if one.party == PARTY and one.index}
    assert len(registrations(scheme)) == 1 + 2 * len(others - {"inschrijven"})
    # Nor when the register lost the file, or when it would be due.
    del scheme.files[PARTY][name]
    publish_at(scheme, NOW + 150 * DAY)
    assert registrations(scheme, "inschrijven") == {own}
    assert name not in scheme.files[PARTY]
    assert clean(scheme) == []
    # Somebody says so in so many words: a new one, and the old one as it was.
    scheme.ledger = scheme.ledger.released([own], standing.ENDED)
    trust = publish_at(scheme, NOW + 151 * DAY)
    (fresh,) = registrations(scheme, "inschrijven") - {own}
    assert own in trust.revoked_registrations
    assert fresh not in trust.revoked_registrations
    assert name in scheme.files[PARTY]
    assert clean(scheme) == []
