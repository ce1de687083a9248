"""Every broken chain, at the real doors of wallet and verifier: refused, and understood.

One table per door. Each row has a code of its own, and a sentence and a hint of its own in both
languages; `pytest -s` prints them to be read.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.brokenchains import ASKERS, CARDS, USE, Broken, leaf_hash
from support.holder_simulator import CardMaker
from support.scheme import GRIJPGRAAG, TestScheme, build
from support.verifier_home import VerifierHome, attempt, make_home, nothing_kept
from support.wallet_world import World, world

from credential import registration
from credential.kinds import LONGEST
from verifier.errors import VerifierError
from verifier.service.verifier import open_verifier
from verifier.texts import find
from verifier.transaction import Outcome
from wallet.caution import Warn
from wallet.errors import Distrusted, WalletError
from wallet.events import Kind
from wallet.refusalwords import hint, sentence
from wallet.texts import Texts

LANGUAGES = ("nl", "en")
Said = tuple[str, str]


@pytest.fixture(scope="module")
def scheme() -> TestScheme:
    return build()


@pytest.fixture(scope="module")
def told() -> Iterator[dict[str, dict[str, Said]]]:
    """What was said, per door and row: printed at the end, and compared."""
    found: dict[str, dict[str, Said]] = {}
    yield found
    for door, rows in found.items():
        sys.stdout.write(f"\n{door}\n")
        for what, (nl, en) in rows.items():
            sys.stdout.write(f"  {what}\n    nl  {nl}\n    en  {en}\n")


def tell(told: dict[str, dict[str, Said]], door: str, row: Broken, said: Said) -> None:
    told.setdefault(door, {})[row.what] = said
    for number, text in enumerate(said):
        others = [one[number] for what, one in told[door].items() if what != row.what]
        assert text not in others, row.what


def in_words(error: WalletError) -> Said:
    """The sentence with its hint, in both languages; neither may be the general one."""
    rule = str(error.params["rule"])
    found = []
    for lang in LANGUAGES:
        texts = Texts(lang)
        assert texts.find(f"rule.{rule}"), rule
        said, then = sentence(error, texts), hint(error, texts)
        assert rule in said
        assert then, rule
        found.append(f"{said} {then}")
    return found[0], found[1]


# --- the wallet is asked --------------------------------------------------------------------------


def asked(town: World, row: Broken) -> None:
    verifier = town.verifier
    if row.show is not None:
        shown = row.show(town.scheme)
        verifier.signer, verifier.header = shown.signer, lambda _: shown.header
        client_id = leaf_hash(shown)
    else:
        client_id = verifier.party.client_id

    def claims(honest: dict) -> dict:
        made = {**honest, "client_id": client_id}
        if row.registration is not None:
            compact = row.registration(town.scheme)
            del made["verifier_info"]
            if compact is not None:
                made["verifier_info"] = registration.to_verifier_info(compact)
        return made if row.claims is None else row.claims(made)

    verifier.claims = claims
    town.now += row.later
    verifier.now = town.now
    town.receive(verifier.link_for(client_id))


@pytest.mark.spec("Regie trust", "7", "every broken chain of who asks is refused, in its own words")
@pytest.mark.parametrize("row", ASKERS, ids=lambda row: row.what)
def test_wallet_that_is_asked(scheme, told, row: Broken, tmp_path: Path) -> None:
    town = world(tmp_path, scheme=row.apply(scheme), cards=False)
    with town.wallet, pytest.raises(WalletError) as caught:
        asked(town, row)
    error = caught.value
    assert (error.params.get("rule"), error.code) == (row.code, error.code), error
    assert town.verifier.received == []
    tell(told, "De wallet wordt iets gevraagd", row, in_words(error))


def test_wallet_that_is_asked_honestly(scheme, tmp_path: Path) -> None:
    """The same door opens for who is in order: the rows are refused for what they say."""
    town = world(tmp_path, scheme=scheme, cards=False)
    with town.wallet:
        asked(town, Broken("", ""))


@pytest.mark.spec("Regie trust", "2.8", "another purpose of the same party: a warning, on record")
def test_wallet_that_is_asked_under_another_purpose(scheme, tmp_path: Path) -> None:
    """What may be asked for "woonduur" is less: the rest is over-asking, and nothing goes unseen."""
    row = Broken("", "", registration=lambda s: s.verifier().registrations["woonduur"])
    town = world(tmp_path, scheme=scheme)
    with town.wallet:
        asked(town, row)
        posed = town.receive()
        assert posed.question.over_asked
        with pytest.raises(WalletError):
            town.share(posed, accepted=())
        assert town.verifier.received == []
        town.share(posed, accepted=tuple(Warn))
        told_later = [entry.body for entry in town.wallet.store.events(posed.id)]
        assert Warn.OVER_ASKING.value in str(told_later)


# --- the wallet gets a card -----------------------------------------------------------------------


def received(town: World, row: Broken) -> WalletError | str:
    """The refusal of an offer, or the rule a delivered card was refused for."""
    issuer = town.issuer
    if row.show is not None:
        issuer.party = replace(issuer.party, card=row.show(town.scheme))
    if row.issued_at is not None:
        at = row.issued_at
        issuer.payload = lambda made: {**made, "iat": at, "nbf": at, "exp": at + LONGEST}
    town.now += row.later
    issuer.now = town.now
    try:
        progress = town.add()
    except WalletError as error:
        return error
    assert progress.state == "refused"
    assert progress.denied
    assert town.kinds(progress.activity)[-1] == Kind.CARD_REFUSED
    return progress.denied[0][1]


@pytest.mark.spec("Regie trust", "7", "every broken chain of who issues is refused by the wallet")
@pytest.mark.parametrize("row", CARDS, ids=lambda row: row.what)
def test_wallet_that_gets_a_card(scheme, told, row: Broken, tmp_path: Path) -> None:
    town = world(tmp_path, scheme=row.apply(scheme), cards=False)
    with town.wallet:
        found = received(town, row)
        assert town.wallet.store.cards() == ()
    if isinstance(found, WalletError):
        rule = found.params.get("rule")
        error = found
    else:
        rule = found
        error = Distrusted("message.not-trusted", rule=found, section="Regie trust 7")
    assert rule == (row.earlier or row.code)
    tell(told, "De wallet krijgt een kaartje", row, in_words(error))


# --- the verifier gets a card ---------------------------------------------------------------------


@pytest.mark.spec("Regie trust", "7", "every broken chain of who issues is refused by the verifier")
@pytest.mark.parametrize("row", CARDS, ids=lambda row: row.what)
def test_verifier_that_gets_a_card(scheme, told, row: Broken, tmp_path: Path) -> None:
    home = make_home(tmp_path, build_scheme=row.apply(scheme))
    maker: CardMaker = home.maker
    at = row.issued_at
    times = {} if at is None else {"iat": at, "nbf": at, "exp": at + LONGEST}
    if row.show is not None:
        maker = replace(maker, signer=row.show(home.scheme))
    cards = [maker.card(kind, **times) for kind in ("persoonsgegevens", "verblijfsrecht")]
    home.clock.at += row.later
    if row.later:
        # Without a scheme in force not even a question is put.
        with pytest.raises(VerifierError) as caught:
            attempt(home, cards=cards)
        rule = caught.value.code
    else:
        _, found = attempt(home, cards=cards)
        assert found.outcome is Outcome.REFUSED
        assert nothing_kept(home)
        rule = found.rule
    assert rule == row.code
    home.close()
    said = [find(lang, f"refused.{rule.replace('.', '_')}") for lang in LANGUAGES]
    assert all(said), rule
    tell(told, "De ontvanger krijgt een kaartje", row, (str(said[0]), str(said[1])))


# --- the verifier starts --------------------------------------------------------------------------


def _foreign_use(home: VerifierHome) -> None:
    folder = home.home / "certificates" / "registration"
    (folder / f"{USE}.jwt").write_text((folder / "woonduur.jwt").read_text())


def _swapped(home: VerifierHome) -> None:
    other = home.scheme.verifier(GRIJPGRAAG).registrations[USE]
    (home.home / "certificates" / "registration" / f"{USE}.jwt").write_text(other)


@pytest.mark.spec("Regie trust", "2.8", "a verifier does not start with what it may not ask")
@pytest.mark.parametrize(
    ("change", "code"),
    [(_foreign_use, "profile.intended_use"), (_swapped, "registration.bond_identifier")],
    ids=["foreign intended use", "swapped registration certificate"],
)
def test_verifier_that_starts(scheme, tmp_path: Path, change, code: str) -> None:
    home = make_home(tmp_path, build_scheme=scheme)
    open_verifier(home.home, now=home.clock).close()
    change(home)
    with pytest.raises(VerifierError) as caught:
        open_verifier(home.home, now=home.clock)
    assert caught.value.code == code


PUBLISHED = [
    row for row in ASKERS if row.change and not (row.show or row.claims or row.registration)
]
"""What the registrar did, rather than what was sent."""


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row.what)
def test_verifier_whose_own_chain_is_broken(scheme, row: Broken, tmp_path: Path) -> None:
    """What wallets would refuse is not asked; everything else of that verifier goes on."""
    home = make_home(tmp_path, build_scheme=row.apply(scheme))
    verifier = open_verifier(home.home, now=home.clock)
    why = verifier.closed(verifier.profile(USE))
    verifier.close()
    assert why == ("profile.suspended" if "suspended" in row.code else "profile.revoked")


def test_codes_differ() -> None:
    for rows in (ASKERS, CARDS):
        codes = [row.code for row in rows]
        assert len(codes) == len(set(codes))
