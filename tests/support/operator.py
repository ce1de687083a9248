"""A register on disk with its root beside it, and parties registered under its keys."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from support import scheme as schemes
from support.scheme import NOW, REGISTRY, TestScheme, counter

from credential import snapshot
from credential.trust import Trust
from registrar import config
from registrar.home import Home
from registrar.roothome import RootHome
from registrar.service import keys, setup

DAY = 86_400
SCHEME = config.TEST_SCHEME.replace("{registry}", REGISTRY)


class Operator:
    """What the operator of a test does, day by day."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home")
        self.root = RootHome(self.home.path / "root")
        self.entropy: Callable[[int], bytes] = counter(7000)
        self.now = NOW
        self.town: TestScheme | None = None

    def begin(self) -> str:
        return setup.init_test(self.home, SCHEME, None, now=self.now, entropy=self.entropy)

    def rotate(self, name: str, *, compromised: bool = False) -> keys.Rotation:
        return keys.rotate(
            self.home, name, None, compromised=compromised, now=self.now, entropy=self.entropy
        )

    def through(self) -> keys.Installed:
        return keys.through(self.home, self.root, None, now=self.now, entropy=self.entropy)

    def publish(self, now: int | None = None) -> Trust:
        """Every party's files renewed where that is due, and the tree over them."""
        self.now = self.now if now is None else now
        authority = self.home.authority(None, now=self.now)
        if self.town is None:
            self.town = TestScheme(
                now=self.now, authority=authority, parties={}, entropy=self.entropy
            )
        town = self.town
        town.now, town.authority = self.now, authority
        names = [*town.parties] or [schemes.VOORBEELDSTAD, schemes.VOORBEELDWONEN]
        for name in names:
            town.add(town.parties.get(name) or schemes.example_party(name))
        trust = town.publish()
        # The register counts what was signed from its own file.
        self.home.save_ledger(town.ledger)
        return trust

    def read(self, tree: dict[str, bytes], fingerprint: bytes, now: int | None = None) -> Trust:
        return snapshot.open_scheme(
            tree.__getitem__, fingerprint=fingerprint, floor=0, now=now or self.now
        )


__all__ = ["DAY", "NOW", "SCHEME", "Operator", "replace"]
