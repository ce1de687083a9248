"""Chains told link by link: the verdict is the reader's, the words are there for every code."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import forge
from support import scheme as schemes
from support.scheme import NOW, VOORBEELDWONEN, TestScheme

import credential
from credential import names, registration
from credential.errors import CredentialError
from credential.names import TYP_REGISTRATION, vct_of
from credential.trust import Trust, walk, walktree, walkwords, words
from credential.trust.walk import Level, Place, Use, Walk
from credential.trust.words import LANGUAGES

DAY = 86_400
SOURCES = ("trust/*.py", "registration/*.py", "snapshot.py", "rootchain.py")
RAISED = re.compile(
    r"(?:Malformed|NotTrusted|NotValidNow|NotAllowed|Undetermined)\(\s*\"([a-z0-9_]+\.[a-z0-9_]+)\""
)
WALKED = re.compile(r"\"((?:walk|trust|x5c|scheme|lote)\.[a-z0-9_]+)\"")


def codes() -> set[str]:
    root = Path(credential.__file__).parent
    texts = [file.read_text("utf-8") for glob in SOURCES for file in root.glob(glob)]
    return {code for text in texts for form in (RAISED, WALKED) for code in form.findall(text)}


@pytest.fixture(scope="module")
def whole() -> TestScheme:
    return schemes.shared()


@pytest.fixture
def own() -> TestScheme:
    return schemes.build()


def asking(scheme: TestScheme, trust: Trust, now: int) -> Walk:
    x5c = scheme.verifier().access.x5c
    return walk.chain(
        Use.ASKING, x5c, trust, lambda: trust.verifier_leaf(x5c, now), whose="Wonen", now=now
    )


def asked(scheme: TestScheme, der: bytes) -> Walk:
    trust = scheme.trust
    return walk.chain(
        Use.ASKING, (der,), trust, lambda: trust.verifier_leaf((der,), NOW), whose="x", now=NOW
    )


def cards(scheme: TestScheme, x5c: tuple[bytes, ...], now: int = NOW) -> Walk:
    trust, vct = scheme.trust, vct_of("woonadres")
    return walk.chain(
        Use.CARD,
        x5c,
        trust,
        lambda: trust.card_signer(x5c, vct=vct, issued_at=now, now=now),
        whose="Gemeente",
        what="woonadres",
        now=now,
    )


def tree(scheme: TestScheme, now: int, fingerprint: bytes | None = None) -> dict[str, Walk]:
    pin = scheme.fingerprint if fingerprint is None else fingerprint
    found = walktree.scheme(scheme.read, fingerprint=pin, now=now)
    return {one.what or one.use.value: one for one in found}


# Words.


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_about_trust_has_words(lang: str) -> None:
    found = codes()
    assert {"x5c.expired", "trust.certificate_revoked", "lote.signer", "walk.soon"} <= found
    for code in found:
        said = words.said(lang, code)
        assert said is not None, code
        assert all(said), code


@pytest.mark.spec("House rules", "7", "a refusal about trust says what to do, each its own way")
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_people_meet_is_said_apart(lang: str) -> None:
    own = [code for code in codes() if code in words.texts(lang)["fault"]]
    told = [words.texts(lang)["fault"][code]["what"] for code in own]
    assert len(set(told)) == len(told)
    assert {one for one in codes() if one.startswith(("trust.", "walk."))} <= {*own}


def test_both_languages_say_the_same_things() -> None:
    def keys(table: dict[str, object], above: str = "") -> set[str]:
        found: set[str] = set()
        for name, value in table.items():
            nested = isinstance(value, dict)
            found |= keys(value, f"{above}{name}/") if nested else {f"{above}{name}"}
        return found

    assert keys(words.texts("nl")) == keys(words.texts("en"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_they_fit_residents_and_administrators(lang: str) -> None:
    for one in words.texts(lang)["fault"].values():
        text = f" {one['what']} {one['then']} ".lower()
        assert not re.search(r"\W(je|jij|jouw|u|uw|you|your)\W", text), text


def test_a_code_nobody_foresaw_is_named() -> None:
    assert words.said("nl", "martian.landing") is None
    assert "martian.landing" in walkwords.said("nl", "martian.landing").what


# Chains.


def test_a_chain_in_order_names_every_link(whole: TestScheme) -> None:
    found = asking(whole, whole.trust, NOW)
    assert (found.level, found.code) == (Level.OK, "")
    assert [one.place for one in found.links] == [Place.LEAF, Place.AUTHORITY, Place.LIST]
    leaf = whole.leaf()
    assert found.links[0].fingerprint == leaf.fingerprint[:16]
    assert (found.links[0].since, found.until) == (leaf.not_before, leaf.not_after)
    assert found.links[0].signer == found.links[1].name
    lines = walkwords.lines(found, "nl")
    assert "geldig van 24 december 2025 tot 1 januari 2027" in lines[0]
    assert leaf.fingerprint[:16] in lines[0]
    assert "ondertekend door Stelselbeheerder" in lines[0]
    assert walkwords.headline(found, "en").startswith("The access of Wonen to ask for data: in ")
    machine = walkwords.members(found)
    assert machine["until"] == "2027-01-01T00:00:00Z"


@pytest.mark.spec("Regie trust", "2.6", "a registration is told with its signer and its list")
def test_a_document_is_the_first_link(whole: TestScheme) -> None:
    text = whole.verifier().registrations["inschrijven"]
    trust, leaf = whole.trust, whole.leaf()

    def told(decide: Callable[[], object]) -> Walk:
        return walk.signed(
            Use.REGISTRATION, text, TYP_REGISTRATION, trust, decide,
            whose="Wonen", what="inschrijven", now=NOW,
        )  # fmt: skip

    found = told(lambda: registration.verify_registration(text, trust, now=NOW, leaf=leaf))
    assert [one.place for one in found.links] == [
        Place.DOCUMENT, Place.LEAF, Place.AUTHORITY, Place.LIST,
    ]  # fmt: skip
    assert found.holds
    other = whole.leaf(schemes.GRIJPGRAAG)
    found = told(lambda: registration.verify_registration(text, trust, now=NOW, leaf=other))
    assert found.code == "registration.bond_identifier"
    assert "andere organisatie" in walkwords.headline(found, "nl")


def test_text_that_is_no_document_is_told(whole: TestScheme) -> None:
    found = walk.signed(
        Use.STATUS, "x", names.TYP_STATUS_LIST, whole.trust, lambda: None, whose="x", now=NOW
    )
    assert found.level is Level.FAULT
    assert walkwords.headline(found, "nl")


BROKEN = {
    "expired": "x5c.expired",
    "early": "x5c.not_yet_valid",
    "revoked": "trust.certificate_revoked",
    "role": "trust.wrong_role",
    "root": "x5c.anchor_inside",
    "order": "x5c.not_an_authority",
    "elsewhere": "x5c.no_anchor",
    "none": "x5c.length",
    "garbage": "x5c.certificate",
    "kind": "trust.kind_not_listed",
}


def broken(scheme: TestScheme, how: str) -> Walk:
    issuer = scheme.issuer()
    x5c = issuer.card.x5c
    match how:
        case "expired":
            return asked(scheme, forge.access(scheme, VOORBEELDWONEN, not_after=NOW - 1))
        case "early":
            return asked(scheme, forge.access(scheme, VOORBEELDWONEN, not_before=NOW + DAY))
        case "revoked":
            record = next(one for one in scheme.ledger.certificates if one.name.endswith(".card"))
            scheme.revoke(record.fingerprint)
            return cards(scheme, x5c)
        case "role":
            return cards(scheme, issuer.status.x5c)
        case "root":
            anchor = scheme.trust.anchors(walk.ROLES[Use.CARD])[0]
            return cards(scheme, (*x5c, anchor))
        case "order":
            return cards(scheme, (*x5c, *issuer.status.x5c))
        case "elsewhere":
            return cards(schemes.build(NOW + DAY), x5c, NOW + DAY)
        case "none":
            return cards(scheme, ())
        case "garbage":
            return cards(scheme, (b"\x30\x03\x02\x01\x01",))
        case _:
            trust = scheme.trust
            return walk.chain(
                Use.CARD, x5c, trust,
                lambda: trust.card_signer(x5c, vct="urn:none", issued_at=NOW, now=NOW),
                whose="Gemeente", now=NOW,
            )  # fmt: skip


@pytest.mark.spec("RFC 5280", "6.1", "a broken chain is told where it breaks")
@pytest.mark.parametrize("how", BROKEN)
def test_broken_chains(own: TestScheme, how: str) -> None:
    found = broken(own, how)
    assert not found.holds
    assert found.cause == BROKEN[how]
    for lang in LANGUAGES:
        said = words.said(lang, found.cause)
        assert said is not None
        assert said.what in walkwords.headline(found, lang)
        for line in walkwords.lines(found, lang):
            assert "{" not in line
            assert "None" not in line


def test_each_is_told_in_other_words(own: TestScheme) -> None:
    told = {walkwords.said("nl", code).what for code in BROKEN.values()}
    assert len(told) == len(BROKEN)


@pytest.mark.spec("Architecture", "Trust", "never in order where a reader refuses")
def test_the_verdict_is_the_readers(whole: TestScheme) -> None:
    def refuses() -> None:
        raise CredentialError("trust.issuer_withdrawn", "Regie trust 4.5")

    x5c = whole.verifier().access.x5c
    found = walk.chain(Use.ASKING, x5c, whole.trust, refuses, whose="x", now=NOW)
    assert all(one.level is Level.OK for one in found.links)
    assert (found.holds, found.code) == (False, "trust.issuer_withdrawn")
    assert found.distrusted
    assert not found.broken  # a decision, not a chain that broke


def test_what_ends_soon_is_told_in_time(own: TestScheme) -> None:
    until = own.leaf().not_after
    own.publish(until - 31 * DAY)
    assert asking(own, own.trust, until - 31 * DAY).level is Level.OK
    own.publish(until - 29 * DAY)
    found = asking(own, own.trust, until - 29 * DAY)
    assert (found.level, found.code, found.holds) == (Level.WARNING, "walk.soon", True)
    assert "niet lang meer: tot 1 januari 2027" in walkwords.headline(found, "nl")


@given(st.lists(st.binary(max_size=64), max_size=6))
def test_garbage_is_told_and_never_raises(x5c: list[bytes]) -> None:
    scheme = schemes.shared()
    found = walk.chain(
        Use.ASKING, x5c, scheme.trust,
        lambda: scheme.trust.verifier_leaf(x5c, NOW), whose="x", now=NOW,
    )  # fmt: skip
    assert not found.holds
    assert walkwords.members(found)
    assert walkwords.lines(found, "en")


@pytest.mark.spec("House rules", "7", "what comes from outside is plain text before it is told")
def test_names_from_outside_are_made_plain(whole: TestScheme) -> None:
    found = walk.missing(Use.ASKING, "Wonen\x1b[2J\u202e", "x\ny", "walk.certificate_missing")
    assert "\x1b" not in walkwords.headline(found, "nl")
    assert "\u202e" not in found.whose
    assert "\n" not in found.what


# The scheme on disk.


def test_a_scheme_in_order(whole: TestScheme) -> None:
    found = tree(whole, NOW)
    assert set(found) == {"scheme", *names.LISTS, "revoked"}
    assert {one.level for one in found.values()} == {Level.OK}
    assert [one.place for one in found["scheme"].links] == [
        Place.DOCUMENT, Place.SIGNER, Place.ROOT,
    ]  # fmt: skip
    for lang in LANGUAGES:
        for one in found.values():
            assert "{" not in walkwords.headline(one, lang)


def test_a_scheme_about_to_expire(whole: TestScheme) -> None:
    found = tree(whole, NOW + 5 * DAY)
    assert {one.code for one in found.values()} - {""} == {"walk.soon_list"}


@pytest.mark.spec("Regie formats", "8", "a snapshot that no reader opens is explained")
def test_a_scheme_that_is_not_trusted(own: TestScheme) -> None:
    assert tree(own, NOW + 8 * DAY)["scheme"].code == "scheme.expired"
    assert tree(own, NOW - DAY)["scheme"].code == "scheme.not_yet_valid"
    other = tree(own, NOW, bytes(32))
    assert other["scheme"].code == "scheme.fingerprint"
    assert set(other) == {"scheme"}  # what it names cannot be judged
    del own.tree["scheme.jws"]
    found = tree(own, NOW)["scheme"]
    assert (found.code, found.distrusted) == ("scheme.missing", False)


def test_one_list_does_not_hide_another(own: TestScheme) -> None:
    own.swap("lote/wrpac-providers.jwt", own.tree["lote/wrprc-providers.jwt"])
    del own.tree["lote/wallet-providers.jwt"]
    own.swap("revoked.json", b'{"certificates":[],"registrations":[] }')
    found = {name: one.code for name, one in tree(own, NOW).items()}
    assert found["wrpac-providers"] == "scheme.file_hash"
    assert found["wallet-providers"] == "walk.unread"
    assert found["revoked"] == "scheme.file_hash"
    assert found["pub-eaa-providers"] == found["scheme"] == ""


def test_what_is_wrong_with_the_scheme_is_told_once(own: TestScheme) -> None:
    now = NOW + 8 * DAY
    scheme = tree(own, now)["scheme"]
    repeats = asking(own, own.trust, now)
    assert repeats.code == scheme.code
    ended = asking(own, own.trust, NOW + 400 * DAY)
    assert walk.told_once([scheme, repeats, ended]) == [scheme, ended]
    assert walk.worst([scheme]) is Level.FAULT
    assert walk.worst([]) is Level.OK
