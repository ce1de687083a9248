"""Founding a scheme and adding the parties to it."""

from collections.abc import Mapping
from typing import Literal

from registrar import authority, certificates, config, parties, plans, publication, tls
from registrar.certificates import Entropy
from registrar.errors import BadInput, NotReady
from registrar.home import Home
from registrar.parties import Party

Adds = Literal["issuer", "verifier", "wallet_provider"]
"""What a party is added as; its file must state that."""


def init(
    home: Home, scheme_toml: str, passphrase: bytes | None, *, now: int, entropy: Entropy
) -> str:
    """A new registrar with fresh keys; the fingerprint of its root."""
    scheme = config.parse(scheme_toml)
    if passphrase is None and not scheme.development:
        raise BadInput("home.passphrase_needed")
    with home.locked():
        if home.exists:
            raise NotReady("home.present", home=str(home.path))
        made = authority.create(scheme, now=now, entropy=entropy)
        home.create(scheme_toml, made, passphrase)
    return publication.fingerprint(made).hex()


def add_tls(home: Home, host: str, *, now: int, entropy: Entropy) -> None:
    """The https authority and certificate of a test town."""
    home.write_tls(tls.make(host, now=now, entropy=entropy))


def add_party(
    home: Home,
    text: str,
    source: str,
    values: dict[str, str],
    requests: Mapping[str, bytes],
    *,
    adds: Adds,
) -> Party:
    """A party with its certificate requests; nothing is signed before the next publication."""
    filled = parties.fill(text, values)
    party = parties.parse(filled, source)
    held = {
        "issuer": party.issuing is not None,
        "verifier": bool(party.services),
        "wallet_provider": party.wallet_provider is not None,
    }
    if not held[adds]:
        raise BadInput(f"party.role_{adds}", party=party.id)
    needed: dict[str, bytes] = {}
    for one in plans.wanted(party, home.scheme()):
        # A folder may hold the requests of several parties of one server.
        if one.name not in requests:
            raise BadInput("csr.missing", name=one.name)
        certificates.requested_key(requests[one.name])
        needed[one.name] = requests[one.name]
    with home.locked():
        home.add_party(party, filled, needed)
    return party
