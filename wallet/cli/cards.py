"""`regie-wallet cards`: what the resident holds. Starts fast: no network, no certificates."""

import click

from credential.strictjson import Object
from wallet.cli.again import tell_again
from wallet.cli.output import Output
from wallet.cli.render import local_day, moment
from wallet.cli.session import Session
from wallet.outcomes import told_text
from wallet.service import awaited
from wallet.service import cards as service
from wallet.service.cards import COMPROMISE, USABLE, Held


@click.command("cards")
@click.pass_obj
def command(session: Session) -> None:
    """List your cards."""
    now, say = session.now(), session.say
    with session.open(write=False, now=now) as wallet:
        held = service.held(wallet, now=now)
        again = awaited.again(wallet, now=now)
    for one in held:
        say.line(summary(one))
        for line in lines(one, say):
            say.plain(line)
    if not held and not again:
        say.text("cards.none")
    tell_again(again, say)


def summary(one: Held) -> Object:
    """A card without its data."""
    card = one.card
    return {
        "card": card.id,
        "kind": card.kind,
        "issuer": card.issuer_name,
        "issuer_oin": card.issuer_oin,
        "now": [*one.now],
        "state": one.state,
        "reason": one.reason or None,
        "copies": card.copies,
        "issued": moment(card.issued_at),
        "expires": moment(card.expires_at),
        "looked": moment(one.known_at),
    }


def lines(one: Held, say: Output) -> tuple[str, ...]:
    """A card in two lines: what it is, and how it stands; a third says why, and what to do."""
    card = one.card
    title = say.texts.find(f"kind.{card.kind}") or card.kind
    state = say.texts.get(
        f"cards.state.{_word(one)}",
        expires=local_day(card.expires_at),
        starts=local_day(one.starts_at),
        looked=local_day(one.known_at),
    )
    if one.state in USABLE:
        left = "copy" if card.copies == 1 else "copies"
        state = f"{say.texts.get(f'cards.{left}', count=card.copies)}, {state}"
    first = say.texts.get("cards.line", id=card.id[:8], title=title, issuer=_issuer(one, say))
    why = told_text(one.reason, say.texts) if one.reason else ""
    then = None if one.for_good else say.texts.find(f"cards.then.{_word(one)}")
    more = [text for text in (why, then) if text]
    return first, f"          {state}", *(f"          {text}" for text in more)


def _word(one: Held) -> str:
    """The state; whose signer's key leaked was not taken back by its issuer."""
    return COMPROMISE if (one.state, one.reason) == ("revoked", COMPROMISE) else one.state


def _issuer(one: Held, say: Output) -> str:
    """Who issued it, and who that is now where it went up in another or has another name."""
    if not one.now:
        return one.card.issuer_name
    return say.texts.get("cards.now", issuer=one.card.issuer_name, names=", ".join(one.now))
