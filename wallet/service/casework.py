"""Opening a case and acting in it: send, supplement, answer, take back.

What leaves is on record before it leaves; what a resident wrote stays in the erasable texts, never
in an entry (formats.md 2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from credential import strictjson
from credential.strictjson import Object
from wallet import casefile
from wallet.attachments import Attachment, require
from wallet.casefile import SENDING
from wallet.errors import ExitCode, Fault, Usage, WalletError
from wallet.events import Kind, Outcome
from wallet.fetch import Fetch
from wallet.refusals import MessageError, NetworkError, NotSent
from wallet.service.cases import (
    Standing,
    body_of,
    deliver,
    give_up,
    one,
    outcome_of,
    take,
    written,
)
from wallet.service.session import IssuerSession, open_session
from wallet.service.wallet import Wallet
from wallet.store.values import Case, Outgoing

MOST_TEXT: Final = 2_000


@dataclass(frozen=True)
class Opening:
    """What a new case is about; `paths` are named in the log, values are not."""

    type: str
    kind: str
    paths: tuple[str, ...] = ()
    attachments: int = 0


def submit(
    wallet: Wallet,
    session: IssuerSession,
    opening: Opening,
    request: Object,
    *,
    texts: Mapping[str, bytes],
    now: int,
) -> Standing:
    """Opens a case; if the answer is lost it stays `sending` and is settled by the next look."""
    case = Case(
        issuer_oin=session.oin,
        id=wallet.store.new_id(),
        type=opening.type,
        kind=opening.kind,
        phase=SENDING,
        due=None,
        document={},
        activity=wallet.store.new_activity(),
    )
    body = body_of(session, case, phase=SENDING, outcome=Outcome.OPEN.value)
    body |= {"paths": [*opening.paths], "attachments": opening.attachments}
    outgoing = Outgoing("/cases", strictjson.dumps(request))
    wallet.store.open_case(case, body, at=now, outgoing=outgoing, texts=texts)
    try:
        return deliver(wallet, session, case, now)
    except (NetworkError, MessageError) as error:
        if not isinstance(error, NotSent):
            raise _maybe(session, error) from None
        give_up(wallet, session, case, error, now)
        raise _unsent(session) from None
    except WalletError as error:
        give_up(wallet, session, case, error, now)
        raise


def supplement(
    wallet: Wallet,
    fetch: Fetch,
    case_id: str,
    text: str,
    attachments: tuple[Attachment, ...],
    *,
    now: int,
) -> Standing:
    """Adds what was asked: words, files, or both."""
    found = one(wallet, case_id)
    if found.file is None or not found.file.may_supplement:
        raise Usage("case.no_supplement")
    if not text and not attachments:
        raise Usage("case.empty")
    require_text(text)
    request: Object = {
        "text": text,
        "attachments": [attachment.message() for attachment in require(attachments)],
    }
    sent = sum(name.startswith("supplement") for name in written(wallet, found.case.activity))
    texts = {f"supplement-{sent + 1}": text.encode()} if text else {}
    step: Object = {"step": "supplement", "attachments": len(attachments)}
    return _act(wallet, fetch, found, "supplement", request, step, now, texts=texts)


def tell_recipients(
    wallet: Wallet, fetch: Fetch, case_id: str, tell: bool, *, now: int
) -> Standing:
    """Whether the municipality must tell who received the old data (Wet BRP 3.23)."""
    found = one(wallet, case_id)
    if found.file is None or not found.file.ask_recipients:
        raise Usage("case.no_recipients")
    step: Object = {"step": "recipients", "tell": tell}
    return _act(wallet, fetch, found, "recipients", {"tell": tell}, step, now)


def withdraw(wallet: Wallet, fetch: Fetch, case_id: str, *, now: int) -> Standing:
    """Takes a request back, before it is decided."""
    found = one(wallet, case_id)
    if found.file is None or not found.file.may_withdraw:
        raise Usage("case.no_withdraw")
    return _act(wallet, fetch, found, "withdraw", {}, {"step": "withdraw"}, now)


def require_text(text: str) -> str:
    """The same text, if it is not too long."""
    if len(text) > MOST_TEXT:
        raise Usage("case.text_size", limit=MOST_TEXT)
    return text


def _act(
    wallet: Wallet,
    fetch: Fetch,
    found: Standing,
    path: str,
    request: Object,
    step: Object,
    now: int,
    *,
    texts: Mapping[str, bytes] | None = None,
) -> Standing:
    case, file = found.case, found.file
    assert file is not None
    session = open_session(wallet, fetch, case.issuer_oin, now=now)
    step = {**body_of(session, case, outcome=outcome_of(file, found.proof).value), **step}
    wallet.store.append(case.activity, Kind.CASE_STATE, step, at=now, texts=texts)
    try:
        answer = session.post(f"/cases/{case.id}/{path}", request)
    except NotSent as error:
        failed = {**step, "reason": error.code}
        wallet.store.append(case.activity, Kind.CASE_STATE, failed, at=now)
        raise _unsent(session) from None
    except NetworkError as error:
        raise _maybe(session, error) from None
    except WalletError as error:
        reason = str(error.params.get("reason", error.code))
        failed = {**step, "reason": reason}
        wallet.store.append(case.activity, Kind.CASE_STATE, failed, at=now)
        raise
    told = answer if "case" in answer else session.get(f"/cases/{case.id}")
    return take(wallet, session, case, casefile.read_answer(told).case, now)


def _unsent(session: IssuerSession) -> WalletError:
    return WalletError(
        "case.unsent", exit=ExitCode.NETWORK, fault=Fault.NETWORK, issuer=session.name
    )


def _maybe(session: IssuerSession, error: WalletError) -> WalletError:
    return WalletError("case.maybe", exit=error.exit, fault=error.fault, issuer=session.name)
