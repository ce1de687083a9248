"""A municipality that the scheme stopped: the desk says why, and nothing more is signed."""

import dataclasses

import msgspec
import pytest
from support import issuer_home
from support.clerk_desk import ClerkDesk
from support.from_home import SCHEME
from support.issuer_home import RESIDENT
from support.living import SHORT, Living, steps
from support.scheme import NOW, VOORBEELDSTAD
from support.wallet_simulator import new_key

from issuer import config
from issuer.errors import NothingFound
from issuer.service import metadata, permission, statuslists
from issuer.service.sync import sync
from issuer.texts import fault

DAY = 86_400
KINDS = '["persoonsgegevens", "woonadres", "huishouden", "woongeschiedenis", "verblijfsrecht"]'
ADMITTED = f"2025-01-01 admitted kinds = {KINDS}"
HALT = NOW + 3 * DAY  # 4 January 2026


@pytest.fixture
def living():
    made = Living()
    text = made.text(VOORBEELDSTAD)
    listed = text[text.index("kinds = [") : text.index("municipality_codes")]
    made.edit(VOORBEELDSTAD, (SHORT, ""), (listed, ""))
    return made


def town(home, living, *lines):
    """An issuer with this life, that fetched the scheme today."""
    living.edit(VOORBEELDSTAD, more=steps(ADMITTED, *lines))
    living.publish(NOW)
    mirror = living.scheme.write(home / "mirror")
    table = SCHEME.format(url=mirror, fingerprint=living.scheme.fingerprint.hex())
    made = issuer_home.make(home, tables=table, scheme=living.scheme)
    sync(home, config.load(home), NOW)
    return made


@pytest.mark.spec("Regie trust", "4.5", "new issuance needs to be in force on that day")
def test_on_the_day_the_desk_stops_without_a_new_list(tmp_path, living):
    here = town(tmp_path, living, "2026-01-04 suspended")
    assert here.offer(("woonadres",)).link
    before = here.office.store.accounts.query_count()
    here.now = HALT
    with pytest.raises(NothingFound) as caught:
        here.offer()
    assert caught.value.code == "refusal.issuer_suspended"
    assert "geschorst" in fault("nl", caught.value.code)[0]
    assert "suspended" in fault("en", caught.value.code)[0]
    # Nobody was looked up for a card that there will not be.
    assert here.office.store.accounts.query_count() == before
    # What it signed before is still followed: lists go on.
    statuslists.publish(here.office, here.now)
    here.office.close()


@pytest.mark.spec("House rules", "7", "the clerk reads why nothing can be issued")
@pytest.mark.parametrize(("lang", "word"), [("nl", "geschorst"), ("en", "has suspended")])
def test_the_page_of_the_clerk_says_why(tmp_path, living, lang, word):
    here = town(tmp_path, living, "2026-01-04 suspended")
    here.now = HALT
    browser = ClerkDesk(here).logged_in("desk", **{"accept-language": lang})
    browser.search(RESIDENT)
    browser.preview("woonadres")
    assert word in browser.text
    here.office.close()


@pytest.mark.spec("Regie trust", "4.5", "what was promised is not signed once it may not be")
def test_a_case_that_was_confirmed_gives_nothing_on_the_day(tmp_path, living):
    here = town(tmp_path, living, "2026-01-04 suspended")
    here.now = HALT - 60
    wallet, _ = here.confirmed(("persoonsgegevens",))
    here.now = wallet.now = HALT
    answer = wallet.ask_cards("persoonsgegevens", [new_key()])
    assert answer.status_code == 400
    assert answer.json()["error"] == "credential_request_denied"
    here.office.close()


@pytest.mark.spec("Regie trust", "4.5", "one kind may stop while the others go on")
def test_one_kind_less(tmp_path, living):
    here = town(tmp_path, living, '2026-01-04 reduced kinds = ["huishouden"]')
    here.now = HALT
    made = here.offer()
    assert {one.kind: one.reason for one in made.refused} == {"huishouden": "kind_withdrawn"}
    assert "huishouden" not in made.kinds
    with pytest.raises(NothingFound, match="kind_withdrawn"):
        here.offer(("huishouden",))
    here.office.close()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2026-01-04 compromised", "issuer_compromised"),
        ("2026-01-04 ceased", "issuer_withdrawn"),
        ('2026-01-04 suspended cards = "stay"', "issuer_suspended"),
    ],
)
def test_each_reason_has_its_own_sentence(tmp_path, living, line, reason):
    here = town(tmp_path, living, line)
    municipality = here.office.municipality("0599")
    assert permission.stopped(here.office, municipality, ("woonadres",), HALT - 1) == {}
    found = permission.stopped(here.office, municipality, ("woonadres",), HALT)
    assert found == {"woonadres": reason}
    sentences = {fault(lang, f"refusal.{reason}")[0] for lang in ("nl", "en")}
    assert len(sentences) == 2
    here.office.close()


def test_who_is_not_listed_issues_nothing(tmp_path, living):
    here = town(tmp_path, living)
    municipality = here.office.municipality("0599")
    other = dataclasses.replace(
        municipality,
        settings=msgspec.structs.replace(municipality.settings, oin="0" * 20),
    )
    found = permission.stopped(here.office, other, ("woonadres",), NOW)
    assert found == {"woonadres": "issuer_unknown"}
    here.office.close()


def test_without_a_scheme_there_is_nobody_to_ask(tmp_path):
    here = issuer_home.make(tmp_path)
    municipality = here.office.municipality("0599")
    assert permission.stopped(here.office, municipality, ("woonadres",), NOW) == {}
    assert metadata.issuer(here.office, municipality, NOW)
    here.office.close()
