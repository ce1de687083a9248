"""What a row of a table of refusals can do: an answer that is wrong in one way, at the service door."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.holder_simulator import PERSON, Card, Lies
from support.presenting import Shown
from support.service_door import Door, Met
from support.verifier_home import VerifierHome

from credential import base64url, transactiondata
from credential.names import TRANSACTION_APPLICATION

Act = Callable[[Door], Met]


def may_ask_to_sign(home: VerifierHome) -> None:
    """The profile may have its people sign for an application."""
    file = home.home / "profiles" / "inschrijven.toml"
    text = file.read_text("utf-8")
    file.write_text(f'transaction_data = ["{TRANSACTION_APPLICATION}"]\n{text}', "utf-8")


def in_force(home: VerifierHome) -> Path:
    """The folder that `sync` put in force."""
    scheme = home.home / "scheme"
    return scheme / (scheme / "current").read_text()


def lie(**lies: Any) -> Act:
    """A holder that lies about this."""
    return lambda door: door.lie(Lies(**lies))


def card(make: Callable[[VerifierHome], Card]) -> Act:
    """An honest holder of one card that is not good, and of one that is."""

    def act(door: Door) -> Met:
        return door.lie(Lies(), [make(door.home), door.home.maker.card("verblijfsrecht")])

    return act


def person(**members: Any) -> Act:
    return card(lambda home: home.maker.card("persoonsgegevens", **members))


def claims(kind: str, **changed: Any) -> Act:
    """Cards of which one says this."""

    def act(door: Door) -> Met:
        cards = [
            door.home.maker.card(one, PERSON[one] | (changed if one == kind else {}))
            for one in ("persoonsgegevens", "verblijfsrecht")
        ]
        return door.lie(Lies(), cards)

    return act


def shown(change: Callable[[Shown], str]) -> Act:
    """An honest presentation of each card, the first of them changed."""

    def act(door: Door) -> Met:
        request = door.ask()
        parts = door.shown(request, door.home.cards())
        first, *_ = parts
        token = {name: [one.compact] for name, one in parts.items()}
        return door.answer(request, {**token, first: [change(parts[first])]})

    return act


def token(change: Callable[[dict[str, list[str]]], Any]) -> Act:
    return lie(vp_token=change)


def listed(make: Callable[[VerifierHome], bytes]) -> Act:
    """The status list in the cache is replaced by this one, for as long as the row lasts."""

    def act(door: Door) -> Met:
        home = door.home
        path, _ = home.maker.status_list()
        file = in_force(home) / path
        honest = file.read_bytes()
        file.write_bytes(make(home))
        home.close()
        try:
            return Door(home).lie(Lies())
        finally:
            file.write_bytes(honest)
            home.close()

    return act


def signing(claims: Callable[[list[str]], dict[str, Any]]) -> Act:
    """A request that is to be signed for by the first card, and what its holder says of it."""

    def act(door: Door) -> Met:
        texts = tuple(map(application, ("2026-1", "2026-2")))
        request = door.ask(transaction_data=texts)
        parts = door.shown(request, door.home.cards())
        first, *_ = parts
        said = claims([transactiondata.digest(text) for text in texts])
        token = {name: [one.compact] for name, one in parts.items()}
        return door.answer(request, {**token, first: [parts[first].bound(**said)]})

    return act


def application(reference: str) -> str:
    """Transaction data: an application under this number, as it is sent."""
    return transactiondata.encode(
        transactiondata.Item(
            type=TRANSACTION_APPLICATION,
            credential_ids=("persoonsgegevens",),
            title=transactiondata.Title("Aanvraag", "Application"),
            reference=reference,
            application_hash=base64url.sha256(reference),
            attachments=(),
        )
    )
