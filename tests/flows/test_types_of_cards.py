"""A kind of the scheme's own that extends another, from the register to a presentation.

The registrar and the wallet are the real ones, and the presentation is judged as verifiers do it.
"""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from support.scheme import VOORBEELDSTAD, VOORBEELDWONEN, TestScheme, build
from support.wallet_world import World, world

from credential import rendering
from credential.names import vct_of
from registrar import kinds
from registrar.kinds import earlier
from registrar.party import Claim
from wallet.refusalwords import rule_words
from wallet.texts import Texts
from wallet.wording import lines

DOCUMENT = "SD-JWT VC"
ADDRESS = vct_of("woonadres")
PASS = "https://provincie.example/kaart/woonpas/1"
OWN = f"""vct = "{PASS}"
extends = "woonadres"

[nl]
name = "Woonpas"
description = "Je adres, voor de woonpas."

[en]
name = "Housing pass"
description = "Your address, for the housing pass."

[[claim]]
path = "municipality"
nl = "Woongemeente"
en = "Home municipality"
"""
ASKED: dict[str, Any] = {
    "credentials": [
        {
            "id": "home",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [ADDRESS]},
            "claims": [{"path": ["municipality"]}, {"path": ["address", "postal_code"]}],
        }
    ]
}


def scheme(*listed: str, text: str = OWN) -> TestScheme:
    """A scheme with the pass, of which the municipality may issue these kinds."""
    files = {**kinds.shipped(), "kinds/woonpas.toml": text.encode()}
    found = build(names=(VOORBEELDSTAD, VOORBEELDWONEN), kinds=kinds.read(files).require())
    issuing = found.parties[VOORBEELDSTAD].issuing
    assert issuing is not None
    found.change(VOORBEELDSTAD, issuing=dataclasses.replace(issuing, kinds=listed))
    service = found.parties[VOORBEELDWONEN].services[0]
    use = next(use for use in service.intended_uses if use.id == "inschrijven")
    claims = tuple(
        Claim("woonadres", path, required=True)
        for path in (("municipality",), ("address", "postal_code"))
    )
    asking = dataclasses.replace(use, claims=claims)
    services = (dataclasses.replace(service, intended_uses=(asking,)),)
    found.change(VOORBEELDWONEN, services=services)
    found.publish()
    return found


def resident(folder: Path, made: TestScheme, **members: Any) -> World:
    """Somebody before a municipality that gives the pass."""
    found = world(folder, scheme=made, cards=False, query=ASKED)
    found.issuer.kinds = ("woonadres",)

    def metadata(stated: dict) -> dict:
        offered = stated["credential_configurations_supported"]["woonadres"]
        own = {"woonadres": {**offered, "vct": PASS}}
        return {**stated, "credential_configurations_supported": own}

    found.issuer.metadata = metadata
    found.issuer.payload = lambda payload: {**payload, "vct": PASS, **members}
    return found


def refused(town: World) -> str:
    """The rule for which the card is not taken; it has words and says what to do."""
    [(_, rule)] = town.add().denied
    assert town.wallet.store.cards() == ()
    for lang in ("nl", "en"):
        assert rule_words(rule, Texts(lang)) not in (None, Texts(lang).get("rule.type.other"))
        assert Texts(lang).find(f"rule-hint.{rule}")
    return rule


@pytest.fixture(scope="module")
def both() -> TestScheme:
    return scheme("woonadres", PASS)


@pytest.mark.spec(DOCUMENT, "2.4", "asked for a type, a card that extends it may be shown")
def test_a_pass_answers_for_the_address_it_extends(both: TestScheme, tmp_path: Path) -> None:
    pinned = {"vct#integrity": both.trust.types.integrity(PASS)}
    town = resident(tmp_path, both, **pinned)
    town.add()
    [card] = town.wallet.store.cards()
    assert (card.vct, card.kind) == (PASS, PASS)
    question = town.receive().question
    text = "\n".join(lines(question, question.options[0], Texts("nl")))
    # By its own name; a label it says itself, and one that its parent says.
    assert "Woonpas" in text
    assert "Woongemeente: Voorbeeldstad" in text
    assert "Postcode: 1234AB" in text
    town.share()
    # Judged by the rules of verifiers, over the scheme as it was published.
    shown = town.verifier.presented["home"]
    assert (shown.vct, shown.as_type) == (PASS, ADDRESS)


@pytest.mark.spec(DOCUMENT, "2.5", "who may issue a child may not issue its parent by that")
def test_a_pass_of_who_may_not_issue_addresses_answers_for_itself_alone(tmp_path: Path) -> None:
    town = resident(tmp_path, scheme(PASS))
    town.add()
    assert town.receive().question.options == ()


@pytest.mark.spec(DOCUMENT, "7", "a card made by another text than is published is refused")
def test_another_text(both: TestScheme, tmp_path: Path) -> None:
    town = resident(tmp_path, both, **{"vct#integrity": rendering.integrity_of(b"{}")})
    assert refused(town) == "type.integrity"


@pytest.mark.spec(DOCUMENT, "7", "a card made by an earlier text is taken as long as that stands")
def test_an_earlier_text(tmp_path: Path) -> None:
    old = kinds.read({**kinds.shipped(), "kinds/woonpas.toml": OWN.encode()}).require().documents
    made = scheme("woonadres", PASS, text=OWN.replace('"Woongemeente"', '"Gemeente van je huis"'))
    pinned = {"vct#integrity": rendering.integrity_of(old["woonpas-1.json"])}
    assert refused(resident(tmp_path / "before", made, **pinned)) == "type.integrity"
    made.earlier = earlier.to_keep(old)
    made.publish()
    town = resident(tmp_path / "after", made, **pinned)
    town.add()
    question = town.receive().question
    text = "\n".join(lines(question, question.options[0], Texts("nl")))
    # What people read is the scheme's word of today.
    assert "Gemeente van je huis: Voorbeeldstad" in text


@pytest.mark.spec(DOCUMENT, "9", "what the parent demands, the child's card meets")
def test_a_card_that_misses_what_its_parent_demands(tmp_path: Path) -> None:
    text = OWN.replace('en = "Home municipality"', 'en = "Home municipality"\nmandatory = true')
    town = resident(tmp_path, scheme("woonadres", PASS, text=text))
    town.issuer.claims["woonadres"] = {"address": {"postal_code": "1234AB"}}
    assert refused(town) == "type.mandatory"
