"""Who asks: a wallet that someone vouches for, a registered one, or nobody in particular.

Sources: ABCA; HAIP 1.0 4.4.1; OpenID4VCI 1.0 Appendix E.
"""

from dataclasses import dataclass

from credential.strictjson import Object
from issuer import attestation
from issuer.authorization import require_client
from issuer.errors import SettingsFault, WalletFault
from issuer.service.access import Asked
from issuer.service.office import Municipality, Office

REQUIRED = "required"
OFF = "off"


@dataclass(frozen=True)
class Known:
    """A wallet as far as it proved who it is."""

    client_id: str
    """Nothing for a wallet that did not name itself."""
    instance: str | None = None
    """Thumbprint of its attested key."""
    replay: str | None = None

    @property
    def attested(self) -> str | None:
        """The `client_id`, if a wallet provider vouches for it."""
        return self.client_id if self.instance is not None else None


def policy(office: Office) -> str:
    """How attestations are treated here: `off`, `accepted` or `required`."""
    settings = office.settings
    if settings.haip:
        return REQUIRED
    # Without a scheme there is nobody to trust: what is only accepted is then not looked at.
    return settings.client_attestation if office.scheme is not None else OFF


def authenticate(
    office: Office, municipality: Municipality, asked: Asked, client_id: str | None
) -> Known:
    """The client behind a request; raises `WalletFault`. A proof is used up by `once`."""
    wanted = policy(office)
    if wanted != OFF and (asked.attestation or asked.attestation_pop):
        trust = office.trust(asked.now)
        if trust is None:
            raise SettingsFault("scheme.missing", "Regie formats 8")
        found = attestation.check(
            asked.attestation,
            asked.attestation_pop,
            attestation.Expected(
                issuer=municipality.identifier,
                now=asked.now,
                trust=trust,
                challenges=office.challenges,
            ),
        )
        attestation.require_same_client(client_id, found)
        return Known(found.client_id, found.instance, found.replay)
    if wanted == REQUIRED:
        raise WalletFault("invalid_client", "client.attestation_missing", "ABCA 8", status=401)
    if client_id is None:
        return Known("")
    return Known(require_client(client_id, office.settings.client).id)


def once(office: Office, known: Known, now: int) -> None:
    """Refuses an attestation's proof that was seen before (ABCA 8 12)."""
    if known.replay is None:
        return
    until = now + attestation.PAST_SECONDS + attestation.FUTURE_SECONDS + 1
    if not office.store.cases.use_once("attestation", frozenset({known.replay}), until):
        raise WalletFault(
            "invalid_client_attestation", "attestation.replayed", "ABCA 8 12", status=401
        )


def challenge(office: Office, now: int) -> Object:
    """A challenge for the proof of an attestation (ABCA 7)."""
    if policy(office) == OFF:
        raise WalletFault("not_found", "client.no_challenges", "RFC 9110 15.5.5", status=404)
    return {"attestation_challenge": office.challenges.mint(now)}
