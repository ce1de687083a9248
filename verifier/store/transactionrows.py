"""A row of `transactions` as the state it is in, and what every state has in common as columns."""

from typing import Any

from sqlalchemy import Row

from credential import jose
from verifier.keys import Sealer
from verifier.texts import language_of
from verifier.transaction import (
    About,
    Answered,
    Bound,
    Created,
    Device,
    Fetched,
    Origin,
    Outcome,
    Secrets,
    Transaction,
)


def bound(row: Row[Any]) -> Bound:
    """A result that belongs to one browser."""
    return Bound(
        row.id,
        row.profile,
        language_of(row.lang),
        Device(row.device),
        Outcome(row.outcome),
        row.rule,
        row.disclosure,
        row.registration,
        _about_of(row),
    )


def columns_of(about: About) -> dict[str, str | None]:
    """Who started it and what it belongs to, column by column."""
    return {
        "origin": about.origin.value,
        "started_by": about.started_by,
        "return_uri": about.return_uri,
        "dossier": about.dossier,
        "application": about.application,
        "trace": about.trace,
    }


def _about_of(row: Row[Any]) -> About:
    return About(
        Origin(row.origin),
        row.started_by,
        row.return_uri,
        row.dossier,
        row.application,
        row.trace,
    )


def _transaction_data(row: Row[Any], sealer: Sealer) -> tuple[str, ...]:
    sealed = row.transaction_data_sealed
    if sealed is None:
        return ()
    return tuple(sealer.open(sealed, f"transactions.transaction_data.{row.id}"))


def read(row: Row[Any], sealer: Sealer) -> Transaction:
    """The state this row is in."""
    lang, device, about = language_of(row.lang), Device(row.device), _about_of(row)
    match row.state:
        case "created":
            return Created(
                row.id,
                row.profile,
                lang,
                device,
                row.created,
                row.expires,
                about,
                _transaction_data(row, sealer),
            )
        case "fetched":
            kept = sealer.open(row.secrets_sealed, f"transactions.secrets.{row.id}")
            secrets = Secrets(
                nonce=kept["nonce"],
                state=kept["state"],
                kid=row.kid,
                key=jose.private_key_from_pem(kept["key"].encode()),
                request_hash=kept["request_hash"],
                registration_hash=kept["registration_hash"],
                transaction_data=_transaction_data(row, sealer),
            )
            return Fetched(
                row.id, row.profile, lang, device, row.created, row.expires, about, secrets
            )
        case "answered":
            return Answered(
                row.id,
                row.profile,
                lang,
                device,
                Outcome(row.outcome),
                row.rule,
                row.disclosure,
                row.registration,
                row.confirm_until,
                row.confirm_tries,
                about,
                row.wallet_error,
            )
        case _:
            return bound(row)
