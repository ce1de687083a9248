"""How old the scheme and the status lists are: for the pages, `doctor`, health and the figures."""

from dataclasses import dataclass

from credential.errors import CredentialError
from verifier.errors import VerifierError
from verifier.scheme import Generation
from verifier.service.verifier import Verifier


@dataclass(frozen=True)
class Ages:
    """Moments at which things were signed; `None` where there is nothing."""

    scheme_issued: int | None
    scheme_until: int | None
    oldest_list: int | None
    newest_list: int | None
    lists: int
    missing: int


def ages(verifier: Verifier) -> Ages:
    """As of the generation in force."""
    try:
        return of(verifier.scheme.generation(verifier.now()))
    except (CredentialError, VerifierError):
        return Ages(None, None, None, None, 0, 0)


def of(generation: Generation) -> Ages:
    """The same of one generation."""
    announced = generation.announced()
    signed = [one.iat for one in announced if one.iat is not None]
    return Ages(
        scheme_issued=generation.trust.issued,
        scheme_until=generation.trust.next_update,
        oldest_list=min(signed, default=None),
        newest_list=max(signed, default=None),
        lists=len(signed),
        missing=len(announced) - len(signed),
    )
