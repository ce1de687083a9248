"""A wallet that got its first cards at the desk and comes back with its refresh token."""

from dataclasses import dataclass
from typing import Any

import httpx
from support.issuer_home import RESIDENT, TestIssuerHome
from support.wallet_simulator import WalletSimulator, cards_of, new_key

from issuer.accounting import subject
from issuer.store import Grant

KINDS = ("persoonsgegevens", "huishouden")


@dataclass
class Settled:
    """The town, the wallet, and what it may come back for."""

    town: TestIssuerHome
    wallet: WalletSimulator
    refresh_token: str
    case: str

    def later(self, seconds: int) -> None:
        self.town.now = self.wallet.now = self.town.now + seconds

    def ask(self, wallet: WalletSimulator | None = None, **more: Any) -> httpx.Response:
        """One token request as it is."""
        form = {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        return (wallet or self.wallet).ask_token(None, None, form={**form, **more})

    def refresh(self, wallet: WalletSimulator | None = None) -> httpx.Response:
        """The honest token request: once more if the nonce was stale."""
        wallet = wallet or self.wallet
        answer = self.ask(wallet)
        if answer.status_code == 400 and answer.json()["error"] == "use_dpop_nonce":
            answer = self.ask(wallet)
        if answer.status_code == 200:
            wallet.token = answer.json()["access_token"]
            wallet.c_nonce()  # brings a fresh DPoP nonce of the endpoints for cards
        return answer

    @property
    def grant(self) -> Grant:
        found = self.town.office.store.grants.by_case(self.case)
        assert found is not None
        return found

    @property
    def subject(self) -> str:
        issuer = self.town.office.municipality("0599")
        return subject(issuer.subject_key, "0599", RESIDENT)


def settle(town: TestIssuerHome, kinds: tuple[str, ...] = KINDS, bsn: str = RESIDENT) -> Settled:
    """Desk, number, first cards, and a first refresh."""
    made = town.offer(kinds, bsn)
    wallet = town.wallet()
    answer = wallet.redeem(made.link, made.code)
    town.confirm(made, wallet)
    for kind in kinds:
        assert len(cards_of(wallet.ask_cards(kind, [new_key()]))) == 1
    settled = Settled(town, wallet, answer.json()["refresh_token"], made.case)
    assert settled.refresh().status_code == 200
    return settled
