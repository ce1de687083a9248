"""Every claim that is ever issued has a name and a label in the registered type metadata."""

import tomllib
from pathlib import Path

import pytest
from support.register import KINDS, NOW, records

from issuer import declared
from issuer.cards import Rules, decide
from issuer.config import Declared
from issuer.sources import Granted
from issuer.texts import texts

FOLDER = Path(__file__).parents[2] / "registrar" / "kinds"


def _paths(value, path=()):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, (*path, name))
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, (*path, "*"))
    if path:
        yield ".".join(path)


@pytest.mark.spec("Regie domain", "2.6", "claims of each kind")
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_issued_path_is_registered(kind):
    metadata = tomllib.loads((FOLDER / f"{kind}.toml").read_text("utf-8"))
    registered = {claim["path"] for claim in metadata["claim"]}
    issued = set()
    left_out = set()
    for record in records().values():
        decision = decide(record, kind, NOW, Rules(frozenset({"0599"})))
        if isinstance(decision, Granted):
            issued |= set(_paths(decision.claims))
            left_out |= {one.claim for one in decision.left_out}
    assert issued <= registered
    assert left_out <= registered
    assert left_out <= texts("nl")["claim"].keys()
    assert "housing_pseudonym" in registered


@pytest.mark.spec("Regie domain", "2.6", "claims of the kinds that a person decides about")
@pytest.mark.parametrize("kind", ["urgentie", "contactgegevens", "vertegenwoordiging"])
def test_every_decided_claim_is_registered(kind):
    metadata = tomllib.loads((FOLDER / f"{kind}.toml").read_text("utf-8"))
    registered = {claim["path"] for claim in metadata["claim"]}
    decided = {claim.name for claim in declared.claims_of(Declared(kind=kind, fields=()))}
    always = {"source", "reference_moment", "municipality_code", "housing_pseudonym"}
    assert registered == decided | always | {"housing_pseudonym_previous"}
