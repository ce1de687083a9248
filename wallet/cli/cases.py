"""Cases on the command line: how one stands, and what a resident does about it."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from credential.strictjson import Json, Object
from wallet import attachments, casewords, doors, files
from wallet.casefile import Said, words
from wallet.cli.output import Output
from wallet.cli.render import moment
from wallet.cli.session import Session
from wallet.errors import ExitCode, NotReady, WalletError
from wallet.service import cards, casework
from wallet.service import cases as service
from wallet.service.cases import Standing

if TYPE_CHECKING:
    from wallet.naming import Types

MOST_BYTES: Final = 4 * casework.MOST_TEXT


@click.command("show")
@click.argument("case_id", metavar="CASE")
@click.pass_obj
def show(session: Session, case_id: str) -> None:
    """Everything about one case, and what you wrote in it."""
    now, say = session.now(), session.say
    with session.open(write=False, now=now) as wallet:
        found = service.one(wallet, case_id)
        written = service.written(wallet, found.case.activity)
        types = {} if session.json_mode else cards.types(wallet)
    say.result({**summary(found), **details(found), "texts": dict(written)})
    if not session.json_mode:
        tell(found, say, now)
        wrote(found, written, say, types)


@click.command("supplement")
@click.argument("case_id", metavar="CASE")
@click.option("--text-file", metavar="FILE")
@click.option("--attach", metavar="FILE", multiple=True)
@click.pass_obj
def supplement(
    session: Session, case_id: str, text_file: str | None, attach: tuple[str, ...]
) -> None:
    """Add what the municipality asked: words, files, or both."""
    now, say = session.now(), session.say
    added = tuple(attachments.read(name) for name in attach)
    with session.open(write=True, now=now) as wallet:
        found = service.one(wallet, case_id)
        text = "" if text_file is None else read_text(session, text_file)
        if text_file is None and say.interactive:
            for sentence in [] if found.file is None else casewords.asked(found.file, say.texts):
                say.talk_plain(sentence)
            text = say.ask("case.ask-text")
        fetch = doors.network(wallet.config)
        done = casework.supplement(wallet, fetch, found.case.id, text, added, now=now)
    _done(done, say, now, "case.supplemented")


@click.command("withdraw")
@click.argument("case_id", metavar="CASE")
@click.option("--yes", is_flag=True)
@click.pass_obj
def withdraw(session: Session, case_id: str, yes: bool) -> None:
    """Take a request back, before it is decided."""
    now, say = session.now(), session.say
    with session.open(write=True, now=now) as wallet:
        found = service.one(wallet, case_id)
        say.talk_plain(casewords.title(found, say.texts))
        if not yes and not say.confirm("case.withdraw"):
            raise WalletError("declined", exit=ExitCode.DECLINED)
        done = casework.withdraw(wallet, doors.network(wallet.config), found.case.id, now=now)
    _done(done, say, now, "case.withdrawn")


@click.command("recipients")
@click.argument("case_id", metavar="CASE")
@click.option("--tell/--no-tell", default=None)
@click.pass_obj
def recipients(session: Session, case_id: str, tell: bool | None) -> None:
    """Say whether the municipality must tell who received the old data."""
    now, say = session.now(), session.say
    with session.open(write=True, now=now) as wallet:
        found = service.one(wallet, case_id)
        wanted = (
            say.confirm("case.recipients", instead="--tell / --no-tell") if tell is None else tell
        )
        fetch = doors.network(wallet.config)
        done = casework.tell_recipients(wallet, fetch, found.case.id, wanted, now=now)
    _done(done, say, now, f"case.told.{'yes' if wanted else 'no'}")


def summary(found: Standing) -> Object:
    """A case in one line for a machine."""
    file = found.file
    return {
        "request": found.case.id,
        "type": "case",
        "case_type": found.case.type,
        "state": found.phase,
        "kind": found.case.kind,
        "issuer": found.issuer,
        "issuer_oin": found.case.issuer_oin,
        "activity": found.case.activity,
        "received": None if file is None else moment(file.received_at),
        "since": None if file is None else moment(file.since),
        "due": None if file is None else moment(file.due),
        "extended": file is not None and file.extended,
        "outcome": found.outcome,
        "waits_for_you": file is not None and file.wants_answer,
        "decision": found.proof or None,
    }


def details(found: Standing) -> Object:
    """What a machine gets of one case besides."""
    file = found.file
    if file is None:
        return {}
    history: list[Json] = [{"phase": step.phase, "at": moment(step.at)} for step in file.history]
    return {
        "question": _said(file.question),
        "reason": _said(file.reason),
        "remedy": _said(file.remedy),
        "history": history,
        "may_supplement": file.may_supplement,
        "ask_recipients": file.ask_recipients,
        "tell_recipients": file.tell_recipients,
    }


def tell(found: Standing, say: Output, now: int) -> None:
    """A case in sentences: what, where, until when, what is asked, what was decided."""
    texts, file = say.texts, found.file
    say.plain(f"{found.issuer}: {casewords.title(found, texts)}")
    say.plain(f"  {texts.get('case.number', id=found.case.id)}")
    say.plain(f"  {casewords.now_sentence(found, texts)}")
    if file is None:
        return
    for sentence in (
        texts.get("case.since", phase=casewords.phase(found, texts), day=casewords.day(file.since)),
        casewords.term(file, texts, now),
        *casewords.asked(file, texts),
        *casewords.ruling(found, texts),
    ):
        if sentence:
            say.plain(f"  {sentence}")
    short = found.case.id[:8]
    if file.may_supplement:
        say.plain("  " + texts.get("case.do.supplement", id=short))
    if file.ask_recipients and file.tell_recipients is None:
        say.plain("  " + texts.get("case.do.recipients", id=short))
    if found.to_fetch:
        say.plain("  " + texts.get("case.do.refresh"))
    if file.may_withdraw:
        say.plain("  " + texts.get("case.do.withdraw", id=short))


def wrote(found: Standing, written: dict[str, str], say: Output, types: "Types") -> None:
    """What the resident asked and explained, as long as it was not wiped."""
    if found.file is not None:
        say.text("case.history")
        for line in casewords.history(found.file, say.texts):
            say.plain(f"  {line}")
    if written:
        say.text("case.written")
    for label, text in casewords.written(found, written, say.texts, types):
        say.plain(f"  {label}: {text}")


def read_text(session: Session, name: str) -> str:
    """Words from a file or from standard input; never from the command line."""
    if name == "-":
        return session.read_input()
    data = files.read_bounded(Path(name), MOST_BYTES)
    if data is None:
        raise NotReady("secret.file-unreadable", file=name)
    return data.decode(errors="replace").strip()


def _said(said: Said | str | None) -> Json:
    return {"nl": words(said, "nl"), "en": words(said, "en")} if said is not None else None


def _done(found: Standing, say: Output, now: int, key: str) -> None:
    say.result({**summary(found), **details(found)})
    say.text(key, issuer=found.issuer)
    if not say.json_mode:
        tell(found, say, now)
