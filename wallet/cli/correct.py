"""`regie-wallet correct CARD`: asks the municipality to mend what is wrong on a card."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from credential import strictjson
from credential.errors import CredentialError
from credential.names import Path, path_text
from credential.strictjson import Json
from wallet import attachments, casewords, doors
from wallet.attachments import Attachment, size_text
from wallet.cli.cases import details, read_text, summary, tell
from wallet.cli.output import Output
from wallet.cli.session import Session
from wallet.errors import ExitCode, Usage, WalletError
from wallet.naming import label_of
from wallet.phrases import claim_text
from wallet.service import cards
from wallet.service import correct as service
from wallet.service.cards import Held
from wallet.service.correct import Attribute, Claimed

if TYPE_CHECKING:
    from wallet.naming import Types


@dataclass(frozen=True)
class Wish:
    """What is wrong and what it should be, with why."""

    claims: tuple[Claimed, ...]
    explanation: str = field(default="", repr=False)


@click.command("correct")
@click.argument("card_id", metavar="CARD")
@click.option("--from-file", metavar="FILE")
@click.option("--attach", metavar="FILE", multiple=True)
@click.option("--yes", is_flag=True)
@click.pass_obj
def command(
    session: Session, card_id: str, from_file: str | None, attach: tuple[str, ...], yes: bool
) -> int:
    """Ask the municipality to correct what is on a card."""
    now, say = session.now(), session.say
    added = attachments.require(tuple(attachments.read(name) for name in attach))
    with session.open(write=True, now=now) as wallet:
        one = cards.one(wallet, card_id, now=now)
        types = cards.types(wallet)
        items = service.attributes(one, types)
        if from_file is None:
            wish = _asked(one, items, say, types)
        else:
            wish = _read(items, read_text(session, from_file))
        if not yes:
            # Values only where somebody is there to read them.
            _overview(one, wish, added, say, types)
            if not say.confirm("correct.question", issuer=one.card.issuer_name):
                raise WalletError("declined", exit=ExitCode.DECLINED)
        fetch = doors.network(wallet.config)
        found = service.send(wallet, fetch, one, wish.claims, wish.explanation, added, now=now)
    say.result({**summary(found), **details(found)})
    say.text("correct.sent", issuer=found.issuer)
    tell(found, say, now)
    return ExitCode.PENDING


def _asked(one: Held, items: tuple[Attribute, ...], say: Output, types: "Types") -> Wish:
    """The item by its number, what it should be, and why; as a person is asked."""
    say.needs_terminal("--from-file")
    vct = one.card.vct
    for number, item in enumerate(items, 1):
        say.talk_plain(f"{number:>3}  {_label(vct, item, types, say)}: {_value(item, say)}")
    typed = say.ask("correct.which")
    if not typed.isdecimal() or not 0 < int(typed) <= len(items):
        raise Usage("correct.nothing")
    item = items[int(typed) - 1]
    claimed = service.claim(item, say.ask("correct.should", label=_label(vct, item, types, say)))
    return Wish((claimed,), say.ask("correct.why"))


def _read(items: tuple[Attribute, ...], text: str) -> Wish:
    """From a file: {"claims": [{"path": [...], "claimed": text or null}], "explanation"}."""
    try:
        found = strictjson.loads_object(text)
        claims = tuple(_claim(items, item) for item in strictjson.array(found, "claims"))
        return Wish(claims, strictjson.text_or_none(found, "explanation") or "")
    except CredentialError:
        raise Usage("correct.file") from None


def _claim(items: tuple[Attribute, ...], item: Json) -> Claimed:
    if not isinstance(item, dict):
        raise Usage("correct.file")
    path: Path = tuple(
        part
        for part in strictjson.array(item, "path")
        if part is None or isinstance(part, str | int)
    )
    attribute = next((one for one in items if one.path == path), None)
    if attribute is None:
        raise Usage("correct.path", path=path_text(path))
    claimed = item.get("claimed")
    if claimed is not None and not isinstance(claimed, str):
        raise Usage("correct.file")
    return service.claim(attribute, claimed or "")


def _overview(
    one: Held, wish: Wish, added: tuple[Attachment, ...], say: Output, types: "Types"
) -> None:
    """Everything that will be sent, before it is."""
    title = say.texts.find(f"kind.{one.card.kind}") or one.card.kind
    say.talk("correct.overview", title=title, issuer=one.card.issuer_name)
    for claimed in wish.claims:
        item = claimed.attribute
        change = casewords.change(item.path, claimed.message(), say.texts)
        say.talk_plain(f"  {_label(one.card.vct, item, types, say)}: {change}")
    if wish.explanation:
        say.talk_plain(f"  {say.texts.get('case.text.explanation')}: {wish.explanation}")
    for file in added:
        say.talk("correct.attached", name=file.name, size=size_text(file.size))


def _label(vct: str, item: Attribute, types: "Types", say: Output) -> str:
    return label_of(vct, item.path, types, say.texts.lang)


def _value(item: Attribute, say: Output) -> str:
    if not item.held:
        return say.texts.get("correct.absent")
    return claim_text(item.path, item.value, say.texts)
