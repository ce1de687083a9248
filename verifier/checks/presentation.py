"""One presentation through its stages: form, binding, card, issuer, holder, status."""

from dataclasses import dataclass, field
from typing import Final

from credential import (
    jose,
    keybinding,
    sdjwt,
    sdjwtvc,
    statuslist,
    strictjson,
    transactiondata,
)
from credential.errors import CredentialError
from credential.keybinding import VerifiedPresentation
from credential.names import TYP_CARD, TYP_KEY_BINDING
from verifier.checks.results import Check, Found, Result, of_error
from verifier.decisions import NONE as NO_AMOUNTS
from verifier.decisions import Amounts
from verifier.profiles import Profile
from verifier.scheme import Generation
from verifier.transaction import Secrets

# In the order in which they are done.
STAGES: Final = (
    Check.FORM,
    Check.BINDING,
    Check.RIGHTS_KEY,
    Check.CARD,
    Check.ISSUER,
    Check.HOLDER,
    Check.STATUS,
)


@dataclass(frozen=True)
class Expected:
    """What the answer is held against: one request of ours."""

    profile: Profile
    client_id: str
    secrets: Secrets = field(repr=False)
    amounts: Amounts = NO_AMOUNTS

    def authorisable(self, query_id: str) -> tuple[str, ...]:
        """What a card of this query may authorise, as it was sent (OpenID4VP 1.0, 8.4)."""
        return tuple(
            text
            for text in self.secrets.transaction_data
            if query_id in transactiondata.decode(text).credential_ids
        )


@dataclass(frozen=True)
class Arrived:
    """What one presentation disclosed, by path and digest, once its key binding held."""

    query_id: str
    vct: str
    disclosed: tuple[sdjwt.Disclosed, ...] = field(repr=False)
    authorised: tuple[str, ...] = ()
    """Digests of the transaction data its holder signed for."""


class Presentation:
    """One presentation and how far it came."""

    def __init__(
        self,
        query_id: str,
        compact: str,
        expected: Expected,
        generation: Generation,
        now: int,
        index: int | None = None,
    ) -> None:
        self.query_id = query_id
        self.index = index
        self.compact = compact
        self.expected = expected
        self.generation = generation
        self.now = now
        self.card: VerifiedPresentation | None = None
        self._stopped: tuple[Check, CredentialError] | None = None

    def run(self, rights_jkt: str | None) -> list[Result]:
        """The result of every stage; those after the first that failed are not done."""
        note = ""
        try:
            self.card = self._verify(rights_jkt)
        except CredentialError as error:
            self._stopped = self._locate(error), error
        else:
            try:
                note = self._status(self.card)
            except CredentialError as error:
                self._stopped = Check.STATUS, error
        return self._results(note)

    def _verify(self, rights_jkt: str | None) -> VerifiedPresentation:
        asked = self.expected.profile.query.credential(self.query_id)
        assert asked is not None
        return keybinding.verify_presentation(
            self.compact,
            self.generation.trust,
            now=self.now,
            aud=self.expected.client_id,
            nonce=self.expected.secrets.nonce,
            vct_values=asked.vct_values,
            rights_jkt=rights_jkt,
            transaction_data=self.expected.authorisable(self.query_id),
        )

    def _status(self, card: VerifiedPresentation) -> str:
        """The status by the list we have; a list we lack is not fetched because of this."""
        profile = self.expected.profile
        found = self.generation.status_list(card.status.uri, card.issuer, self.now)
        statuslist.check(card.status, found, now=self.now, max_age=profile.status_max_age)
        assert found is not None
        return "status.old" if self.now - found.iat > profile.status_note_age else ""

    def _locate(self, error: CredentialError) -> Check:
        """Which stage said no: done again step by step, only when something failed."""
        if error.code == "kb.rights_jkt":
            return Check.RIGHTS_KEY
        if error.code.startswith("kb."):
            return Check.BINDING
        if error.code.startswith("type."):
            return Check.CARD
        try:
            unverified = sdjwt.parse(self.compact, typ=TYP_CARD)
            kb = jose.parse(unverified.kb_jwt or "", typ=TYP_KEY_BINDING)
        except CredentialError:
            return Check.FORM
        try:
            # What the binding must say and does not is a fault of the binding, not of the card.
            for name in ("aud", "nonce", "sd_hash"):
                strictjson.text(kb.dangerous_payload(), name)
            strictjson.numeric_date(kb.dangerous_payload(), "iat")
        except CredentialError:
            return Check.BINDING
        try:
            examined = self._examined(unverified)
        except CredentialError:
            return Check.CARD
        try:
            sdjwtvc.vouch(examined, self.generation.trust, now=self.now)
        except CredentialError:
            return Check.ISSUER
        return Check.HOLDER

    def _examined(self, unverified: sdjwt.UnverifiedSdJwt) -> sdjwtvc.ExaminedCard:
        asked = self.expected.profile.query.credential(self.query_id)
        assert asked is not None
        types = self.generation.trust.types
        return sdjwtvc.examine(unverified, now=self.now, vct_values=asked.vct_values, types=types)

    def _results(self, note: str) -> list[Result]:
        if self._stopped is None:
            return [
                self._result(stage, Found.OK, note if stage is Check.STATUS else "")
                for stage in STAGES
            ]
        stopped, error = self._stopped
        results = []
        for stage in STAGES:
            if stage is stopped:
                results.append(of_error(stage, self.query_id, error, self.index))
            else:
                before = STAGES.index(stage) < STAGES.index(stopped)
                results.append(self._result(stage, Found.OK if before else Found.NOT_DONE))
        return results

    def _result(self, stage: Check, found: Found, note: str = "") -> Result:
        return Result(stage, self.query_id, found, note=note, index=self.index)

    def arrived(self) -> Arrived | None:
        """What was disclosed, if the holder's key signed it for this request; else `None`."""
        card = self.card
        if card is not None:
            return Arrived(self.query_id, card.vct, card.disclosed, card.authorised)
        if self._stopped is None or self._stopped[0] in (Check.FORM, Check.BINDING, Check.HOLDER):
            return None
        # The card was refused, the binding to this request was not: the data did arrive.
        try:
            unverified = sdjwt.parse(self.compact, typ=TYP_CARD)
            opened = sdjwt.dangerous_reopen(unverified)
            cnf = opened.payload.get("cnf")
            key = jose.key_from_jwk(cnf.get("jwk") if isinstance(cnf, dict) else None)
            kb = jose.verify(jose.parse(unverified.kb_jwt or "", typ=TYP_KEY_BINDING), key).payload
            authorised = transactiondata.signed(kb, self.expected.authorisable(self.query_id))
        except CredentialError:
            return None
        vct = opened.payload.get("vct")
        named = vct if isinstance(vct, str) else ""
        return Arrived(self.query_id, named, opened.disclosed(), authorised)
