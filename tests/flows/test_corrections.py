"""Corrections and applications with the real things: wallet and municipality, over https."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import login_world
from support.login_world import LoginWorld
from support.resident import Resident, wallet_at

from issuer.application import Outcome as Ruling
from issuer.application import Withdrawn
from issuer.dossier import Words
from issuer.service import deciding
from wallet import casewords, log
from wallet.attachments import Attachment
from wallet.errors import WalletError
from wallet.events import Kind, Outcome
from wallet.fetch import HttpsFetch
from wallet.service import apply, cards, cases, casework, correct, processing, refresh
from wallet.service.cases import Standing
from wallet.texts import Texts

CLERK = "j.balie"
GRANTED = {"urgency_granted": True, "category": "medisch", "valid_until": "2026-12-31"}
SEEDS = itertools.count(100_000, 10_000)
NL = Texts("nl")
AKTE = Attachment("akte.pdf", "application/pdf", b"%PDF-1.7 een akte")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LoginWorld, str]]:
    folder = tmp_path_factory.mktemp("login")
    with login_world.world(folder) as made:
        yield made, str(folder / "tls" / "ca.pem")


@pytest.fixture
def resident(built: tuple[LoginWorld, str], tmp_path: Path) -> Iterator[Resident]:
    there, ca = built
    start = there.town.now
    # One municipality for all tests: no two wallets may draw the same numbers.
    with wallet_at(tmp_path, start, there.issuer, seed=next(SEEDS), tls_ca=ca) as wallet:
        network = HttpsFetch(tls_ca=ca, allow_networks=wallet.config.allow_networks)
        found = Resident(wallet, network, there)
        found.get("persoonsgegevens", "woonadres")
        yield found
        network.close()
    there.town.now = there.provider.now = start


def asked(one: Resident, explanation: str = "Zie mijn akte.") -> Standing:
    """A correction of the given name, with a file."""
    held = cards.one(one.wallet, "persoonsgegevens", now=one.now)
    name = next(
        item
        for item in correct.attributes(held, cards.types(one.wallet))
        if item.path == ("family_name",)
    )
    claimed = correct.claim(name, "Van Anders")
    files = (AKTE,)
    return correct.send(one.wallet, one.network, held, (claimed,), explanation, files, now=one.now)


def look(one: Resident, case: str) -> Standing:
    assert cases.refresh(one.wallet, one.network, now=one.now) == ()
    return cases.one(one.wallet, case)


def later(one: Resident, seconds: int) -> None:
    one.there.town.now = one.there.provider.now = one.now + seconds


@pytest.mark.spec("Regie domain", "1.5", "a correction, from the wallet to the new card (2.58)")
def test_a_correction_from_question_to_new_card(resident: Resident) -> None:
    office, now = resident.there.town.office, resident.now
    found = asked(resident)
    case = found.case.id
    assert (found.phase, found.case.due) == ("received", now + 28 * 86_400)
    seen = deciding.read(office, case, clerk=CLERK, now=now)
    assert seen.dossier.claims[0].claimed == "Van Anders"
    assert [one.media for one in seen.attachments] == ["application/pdf"]

    deciding.take(office, case, clerk=CLERK, now=now)
    assert look(resident, case).phase == "in_progress"
    deciding.ask(office, case, "Welke akte bedoelt u?", clerk=CLERK, now=now)
    found = look(resident, case)
    assert found.file is not None
    assert casewords.asked(found.file, NL) == ["De gemeente vraagt: Welke akte bedoelt u?"]
    found = casework.supplement(
        resident.wallet, resident.network, case, "De akte van 1980.", (), now=now
    )
    assert found.phase == "in_progress"

    deciding.decide(office, case, Ruling.GRANTED, clerk=CLERK, now=now)
    found = look(resident, case)
    assert (found.outcome, found.to_fetch) == ("granted", False)
    assert found.file is not None
    assert found.file.wants_answer
    found = casework.tell_recipients(resident.wallet, resident.network, case, True, now=now)
    assert found.file is not None
    assert found.file.tell_recipients is True

    later(resident, 2 * 3_600)
    deciding.corrected(office, case, clerk=CLERK, now=resident.now)
    found = look(resident, case)
    assert (found.phase, found.to_fetch) == ("closed", True)
    [news] = refresh.look(resident.wallet, resident.network, now=resident.now).issuers
    told = {one.kind: (one.state, one.reason) for one in news.told}
    assert told["persoonsgegevens"] == ("revoked", "corrected")
    assert "persoonsgegevens" in news.fetch
    progress = refresh.renew(resident.wallet, resident.network, news, now=resident.now)
    assert "persoonsgegevens" in {card.kind for card in progress.received}
    states = {one.card.kind: one.state for one in cards.held(resident.wallet, now=resident.now)}
    assert states["persoonsgegevens"] == "valid"

    activity = found.case.activity
    kinds = [entry.kind for entry in resident.wallet.store.events(activity)]
    assert kinds[0] == Kind.CASE_OPENED
    assert Kind.CASE_DECIDED in kinds
    kept = {one.role for one in resident.wallet.store.evidence(activity)}
    assert kept == {"decision"}
    assert log.verify(resident.wallet.store).ok


@pytest.mark.spec("Regie domain", "2.9", "a refusal has a reason and says how to object (2.60)")
def test_a_refusal_with_reason_and_remedy(resident: Resident) -> None:
    office, now = resident.there.town.office, resident.now
    case = asked(resident).case.id
    deciding.take(office, case, clerk=CLERK, now=now)
    reason = Words("In de akte staat het zoals het is.", "The certificate says so.")
    deciding.decide(office, case, Ruling.REFUSED, clerk=CLERK, now=now, reason=reason)
    found = look(resident, case)
    assert (found.outcome, found.proof) == ("refused", "verified")
    said = casewords.ruling(found, NL)
    assert said[0] == "De gemeente legt uit: In de akte staat het zoals het is."
    assert said[1].startswith("Ben je het er niet mee eens? ")
    assert case in said[1]
    activity = resident.wallet.store.activity(found.case.activity)
    assert activity is not None
    assert activity.outcome == Outcome.REFUSED


def test_more_time_is_taken_with_a_reason(resident: Resident) -> None:
    office, now = resident.there.town.office, resident.now
    case = asked(resident).case.id
    deciding.take(office, case, clerk=CLERK, now=now)
    words = Words("Wij vragen de akte op in het buitenland.", "We ask for it abroad.")
    deciding.extend(office, case, words, clerk=CLERK, now=now)
    found = look(resident, case)
    assert found.file is not None
    assert found.file.due == now + 84 * 86_400
    term = casewords.term(found.file, NL, now)
    assert "De gemeente heeft meer tijd genomen." in term
    assert "Wij vragen de akte op in het buitenland." in term


def test_taken_back_by_the_resident(resident: Resident) -> None:
    office = resident.there.town.office
    case = asked(resident).case.id
    found = casework.withdraw(resident.wallet, resident.network, case, now=resident.now)
    assert found.phase == "withdrawn"
    assert isinstance(deciding.find(office, case, resident.now), Withdrawn)
    with pytest.raises(WalletError, match=r"case\.no_withdraw"):
        casework.withdraw(resident.wallet, resident.network, case, now=resident.now)


@pytest.mark.spec("Regie domain", "1.5", "who got my data, through the wallet (3.22)")
def test_what_the_municipality_did_with_the_data(resident: Resident) -> None:
    asked(resident)
    found = processing.fetch_own(
        resident.wallet, resident.network, "Voorbeeldstad", lang="nl", now=resident.now
    )
    assert any("Kaartje uitgegeven" in step.name for step in found.steps)
    assert any("Aanvraag ontvangen" in step.name for step in found.steps)
    assert {query.official_role for query in found.queries} == {"Computer van de gemeente"}
    assert any("naam.geslachtsnaam" in query.fields for query in found.queries)


@pytest.mark.spec("Architecture", "Issuer", "a person decides; the wallet follows it to the card")
def test_urgency_applied_for_from_the_wallet(resident: Resident) -> None:
    office, now = resident.there.town.office, resident.now
    declared = {"reden": "medisch", "uitleg": "Ik kan de trap niet op."}
    found, progress = apply.apply(
        resident.wallet, resident.network, "Voorbeeldstad", "urgentie", declared, (AKTE,), now=now
    )
    assert progress is None, "the login was for other cards"
    case = found.case.id
    assert (found.case.type, found.phase) == ("card", "received")
    assert casewords.written(
        found, cases.written(resident.wallet, found.case.activity), NL, {}
    ) == [
        ("Reden", "medisch"),
        ("Uitleg", "Ik kan de trap niet op."),
    ]
    deciding.take(office, case, clerk=CLERK, now=now)
    deciding.decide(office, case, Ruling.GRANTED, clerk=CLERK, now=now, claims=GRANTED)
    found = look(resident, case)
    assert (found.outcome, found.to_fetch) == ("granted", True)
    got = resident.get("urgentie")
    assert [card.kind for card in got.received] == ["urgentie"]
    assert look(resident, case).phase == "issued"
