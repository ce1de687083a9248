"""Requests that leave a choice, cards to choose between, and issuers who say who should see one."""

import dataclasses
from typing import Any

from support.wallet_world import World

from credential.names import vct_of
from wallet.store.values import NewCard, NewCopy

URI = "https://gemeente.example/beleid/1"
OURS = "NTRNL-90000001"
OTHER = "NTRNL-90000099"


def part(name: str, kind: str, *claims: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [vct_of(kind)]},
        "claims": [{"path": [claim]} for claim in claims],
        **more,
    }


PERSON = part("person", "persoonsgegevens", "family_name")
RESIDENCE = part("residence", "verblijfsrecht", "housing_residence_right")


def second(town: World, kind: str = "persoonsgegevens") -> str:
    """Another card of this kind, with copies that can be shared: as from another municipality."""
    store = town.wallet.store
    [first] = [card for card in store.cards() if card.kind == kind]
    copies = store.fresh_copies(first.id, 4)
    taken = "DELETE FROM copies WHERE id IN (?, ?, ?, ?)"
    with store.database.transaction():
        store.database.execute(taken, tuple(copy.id for copy in copies))
    names = [one.name for one in dataclasses.fields(NewCard) if one.name != "policy"]
    card = NewCard(**{name: getattr(first, name) for name in names})
    card = dataclasses.replace(card, issuer_oin="00000099000000005000", issuer_name="Gemeente Twee")
    made = [
        NewCopy(one.compact, one.private_key_pem, one.status_uri, one.status_index)
        for one in copies
    ]
    return store.add_card(card, made, activity=store.new_activity(), body={}, at=town.now).id


def issued_for(town: World, identifier: str, kind: str = "persoonsgegevens") -> None:
    """The cards of this municipality, of which one kind is for one organisation."""
    policy = {
        "policy_uri": URI,
        "policy_type": "authorized_rp_only",
        "authorized_parties": [{"identifier": identifier}],
        "description": "Alleen voor woningcorporaties.",
        "policy_info_url": "https://gemeente.example/beleid",
    }
    with_policy(town, policy, kind)
    town.add()
    town.network.calls.clear()


def with_policy(town: World, policy: Any, kind: str = "persoonsgegevens") -> None:
    def metadata(found: dict) -> dict:
        configurations = found["credential_configurations_supported"]
        said = {"credential_metadata": {"embedded_disclosure_policy": policy}}
        changed = {**configurations, kind: {**configurations[kind], **said}}
        return {**found, "credential_configurations_supported": changed}

    town.issuer.metadata = metadata
