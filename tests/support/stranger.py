"""Somebody whose wallet is of another make, at our municipality."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from support.login_world import CODE, WALLET, LoginWorld
from support.node_wallet import NodeWallet
from support.scheme import listed_at
from support.wallet_provider import WalletProvider

from credential import jose, sdjwtvc
from credential.desk import confirmation_number
from credential.names import TYP_WALLET_ATTESTATION, vct_of
from credential.trust import Role
from issuer.service import desk

CLIENT = "regie-wallet"
STATE = "its own"
HOUR = 3_600


class Stranger(NodeWallet):
    """Somebody's wallet of another make, at our municipality."""

    def __init__(self, folder: Path, there: LoginWorld) -> None:
        super().__init__(folder, str(there.ca), there.town.now)
        self.there = there
        self.issuer = f"{there.issuer}/{CODE}"
        self.jkt = ""

    def be(self, **knobs: Any) -> dict[str, Any]:
        found = self("be", **knobs)
        self.jkt = found["jkt"]
        return found

    def later(self, seconds: int) -> None:
        self.there.town.now = self.there.provider.now = self.now = self.now + seconds

    def browse(self, url: str, **form: Any) -> str:
        """Logs in, ticks what the page proposes, and gives the address of the way back."""
        browser = self.there.browser()
        browser.get(url)
        browser.follow()
        browser.submit(**form)
        browser.answer()
        return browser.page.headers["location"]

    def batch(self, kind: str, copies: int, **more: Any) -> tuple[dict[str, Any], list[str]]:
        """The answer to a request for so many copies, and whose they must be."""
        keys = [jose.thumbprint(key) for key in self("prepare", copies=copies)["keys"]]
        return self("cards", kind=kind, **more), keys

    def verified(self, answer: dict[str, Any], kind: str, keys: list[str]) -> None:
        """The cards are of this kind, of the municipality, and each of its own key."""
        trust = listed_at(self.there.issuer).trust
        found = [
            sdjwtvc.verify_card(one["credential"], trust, now=self.now, vct=vct_of(kind))
            for one in answer["credentials"]
        ]
        assert [one.holder_jkt for one in found] == keys

    def confirm(self, case: str) -> None:
        """The clerk compares the number that a wallet shows of its key."""
        town = self.there.town
        number = confirmation_number(self.jkt)
        desk.confirm(town.office, case, number, clerk="anna", now=town.now)

    def redeemed(self, *kinds: str, **knobs: Any) -> desk.OfferMade:
        """An offer of the desk was read, and its code exchanged."""
        made = self.there.town.offer(kinds)
        self.be(**knobs)
        assert self("resolve", uri=made.uri)["offer"]["credential_issuer"] == self.issuer
        assert self("preauthorized", tx_code=made.code)["token_type"] == "DPoP"
        return made

    def authorize(self, *kinds: str, **knobs: Any) -> str:
        """The address for the browser of a wallet that begins by itself, with a `state`."""
        self("resolve", issuer=self.issuer, kinds=kinds)
        found = self("authorize", redirect_uri=WALLET, kinds=kinds, state=STATE, **knobs)["url"]
        # Nothing of the request itself goes through the browser (RFC 9126, 4).
        assert set(parse_qs(urlsplit(found).query)) == {"client_id", "request_uri"}
        return found

    def logged_in(self, *kinds: str, **knobs: Any) -> dict[str, Any]:
        """The whole way from home; the token answer, without the tokens."""
        url = self.authorize(*kinds, **knobs)
        return self("token", url=self.browse(url), state=STATE)

    def attest(self, provider: WalletProvider, instance: dict[str, Any]) -> str:
        """A provider's statement; the library wants the `iss` that ABCA dropped after -07."""
        claims = {
            "iss": "https://provider.example",
            "sub": CLIENT,
            "iat": self.now,
            "exp": self.now + HOUR,
            "cnf": {"jwk": instance},
        }
        return provider.sign(TYP_WALLET_ATTESTATION, claims)


def anchor(there: LoginWorld, role: Role) -> str:
    """The certificate of a role's authority, as a wallet is given it."""
    [found] = jose.x5c_header([there.town.scheme.authority.role(role).der])["x5c"]
    return found
