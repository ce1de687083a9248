"""Founding a scheme and adding the parties to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from registrar import certificates, config, parties, plans, tls
from registrar.certificates import Entropy
from registrar.errors import BadInput, NotReady
from registrar.findings import require
from registrar.home import Home
from registrar.keystore import TOKEN, FileKeys
from registrar.own import ROOT, ROOTED
from registrar.party import Party
from registrar.roothome import RootHome
from registrar.service import keys, rooting

Adds = Literal["issuer", "verifier", "wallet_provider"]
"""What a party is added as; its file must state that."""


@dataclass(frozen=True)
class Stated:
    """A party's file as it was given, the files of its purposes, and values for their blanks."""

    source: str
    text: str
    uses: Mapping[str, str]
    values: dict[str, str]


def init(
    home: Home, scheme_toml: str, passphrase: bytes | None, *, token: bytes | None = None
) -> Path:
    """A new register with fresh keys of its own; the request to carry to the root.

    Given again while the root has not answered, it is the request that was made.
    """
    scheme = config.parse(scheme_toml)
    with home.locked():
        if home.exists:
            if not keys.waits(home) or home.scheme() != scheme or token is not None:
                raise NotReady("home.present", home=str(home.path))
            # A command that was killed may have left the settings without a request.
            made = home.path / keys.REQUEST
            return made if made.is_file() else keys.ask(home, passphrase)
        if token is not None:
            home.write(TOKEN, token)
        store = home.keys(passphrase)
        if isinstance(store, FileKeys) and passphrase is None and not scheme.development:
            raise BadInput("home.passphrase_needed")
        # The keys first: a command that was killed finds them again, and nobody saw them yet.
        for slot in ROOTED:
            store.make(slot)
        home.create(scheme_toml)
        return keys.ask(home, passphrase)


def init_test(
    home: Home, scheme_toml: str, passphrase: bytes | None, *, now: int, entropy: Entropy
) -> str:
    """A test in one step, with a root in a folder of its own; the fingerprint of that root."""
    if not config.parse(scheme_toml).development:
        raise BadInput("root.same_machine")
    if home.exists:
        raise NotReady("home.present", home=str(home.path))
    root = RootHome(home.path / ROOT)
    if not root.exists:
        rooting.init(root, scheme_toml, passphrase, now=now, entropy=entropy)
    init(home, scheme_toml, passphrase)
    done = keys.through(home, root, passphrase, now=now, entropy=entropy)
    return done.fingerprint.hex()


def add_tls(home: Home, host: str, *, now: int, entropy: Entropy) -> None:
    """The https authority and certificate of a test town."""
    home.write_tls(tls.make(host, now=now, entropy=entropy))


def add_party(home: Home, stated: Stated, requests: Mapping[str, bytes], *, adds: Adds) -> Party:
    """A party with its certificate requests; nothing is signed before the next publication."""
    text = parties.fill(stated.text, stated.values)
    party, uses = _read(home, stated, text)
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
        home.add_party(party, text, uses, needed)
    return party


def _read(home: Home, stated: Stated, text: str) -> tuple[Party, Mapping[str, bytes]]:
    """The party with the purposes given now, and with those that stand in the register already."""
    kinds = home.register().kinds.names
    alone = parties.read((stated.source, text.encode()), (), kinds)
    name = alone.party.id if alone.party else ""
    given = {
        f"parties/{name}/uses/{file}": parties.fill(use, stated.values).encode()
        for file, use in stated.uses.items()
    }
    uses = {**(home.uses(name) if name else {}), **given}
    found = parties.read((stated.source, text.encode()), sorted(uses.items()), kinds)
    require(found.findings)
    assert found.party is not None
    return found.party, given
