"""`regie-wallet get ISSUER KIND --fields-file F`: a card a person decides on, without a browser."""

from credential import strictjson
from credential.errors import CredentialError
from wallet import attachments, doors
from wallet.cli.add import tell as tell_cards
from wallet.cli.cases import details, read_text, summary, tell
from wallet.cli.session import Session
from wallet.errors import ExitCode, Usage
from wallet.service import apply as service


def apply_for(
    session: Session, issuer: str, kinds: tuple[str, ...], name: str, attach: tuple[str, ...]
) -> int:
    """Sends what the file declares, {"FIELD": "text"}, to an issuer that was logged in to."""
    if len(kinds) != 1 or not name:
        raise Usage("apply.one_kind")
    try:
        given = strictjson.loads_object(read_text(session, name))
    except CredentialError:
        raise Usage("apply.file") from None
    fields = {key: value for key, value in given.items() if isinstance(value, str)}
    if len(fields) != len(given):
        raise Usage("apply.file")
    added = tuple(attachments.read(one) for one in attach)
    now, say = session.now(), session.say
    with session.open(write=True, now=now) as wallet:
        fetch = doors.network(wallet.config)
        found, progress = service.apply(wallet, fetch, issuer, kinds[0], fields, added, now=now)
    say.result({**summary(found), **details(found)})
    say.text("correct.sent", issuer=found.issuer)
    if not session.json_mode:
        tell(found, say, now)
        if progress is not None:
            tell_cards(progress, say)
    return ExitCode.PENDING
