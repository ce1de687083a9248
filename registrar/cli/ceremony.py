"""`root ceremony`: the steps at the root one by one, with people who check one another."""

import hashlib
from pathlib import Path
from typing import Final, get_args

import click

from credential.plaintext import terminal_safe
from registrar import clock, machine, papers
from registrar.ceremony import DUTIES, Check, Report, What, read
from registrar.cli.common import File, Folder, Session, day
from registrar.cli.papers import token_options
from registrar.cli.root import NewFile, folder_option, root
from registrar.errors import BadInput
from registrar.home import SCHEME
from registrar.keystore import TOKEN
from registrar.roothome import RootHome
from registrar.service import rooting
from registrar.service.ceremony import Ceremony
from registrar.texts import Language, sentence

_YES: Final = frozenset({"ja", "j", "yes", "y"})
_NOTHING: Final = "-"


@root.command("ceremony")
@click.argument("what", type=click.Choice(get_args(What)))
@click.argument("request", type=File, required=False)
@folder_option
@click.option("--scheme", "scheme_file", type=File, help="Settings of the scheme; with init.")
@click.option("--out", type=NewFile, help="Where the answer goes; not with init.")
@click.option("--backup", type=Folder, required=True, help="A folder on another medium.")
@token_options
@click.pass_obj
def ceremony(
    session: Session,
    what: What,
    request: Path | None,
    folder: Path,
    scheme_file: Path | None,
    out: Path | None,
    backup: Path,
    token: bytes | None,
) -> None:
    """Walk through a ceremony: who, on what machine, what is signed, and the report of it."""
    settings = scheme_file if scheme_file is not None else folder / SCHEME
    takes = {"sign": request is not None, "roll": True}
    if not settings.is_file() or not takes.get(what, request is None):
        raise BadInput("ceremony.given")
    if (what == "init") != (out is None):
        raise BadInput("ceremony.out")
    held = Ceremony(
        RootHome(folder),
        what,
        settings.read_text("utf-8"),
        session.passphrase(),
        begun=clock.now(),
        token=token,
    )
    _before(session, held)
    asked = None if request is None else request.read_bytes()
    if asked is not None and request is not None:
        session.say("ceremony.request", file=request.name)
        _heard(session, held, "request", hashlib.sha256(asked).digest(), "words_register")
    if what == "roll":
        _kept(session, held, asked)
    done = held.perform(asked, now=clock.now(), entropy=clock.random_bytes)
    for name in done.fresh:
        session.say("root.fresh", name=name)
    for name in done.dropped:
        session.say("root.dropped", name=name)
    if done.already:
        session.say("root.already")
    _aloud(session, held, "fingerprint", done.fingerprint)
    if out is not None:
        _aloud(session, held, "answer", held.answer(out))
    _after(session, held, backup, out)


def _before(session: Session, held: Ceremony) -> None:
    """Who is there, and in what state the machine is."""
    held.people([(_ask(session, duty), duty) for duty in DUTIES])
    for check in held.machine():
        _note(session, held, check)
    session.say("ceremony.clock", day=day(held.begun))
    _agree(session, held, "clock", day(held.begun))
    version, digest = machine.program()
    session.say("ceremony.program", version=version, words=papers.spoken(digest))
    _agree(session, held, "program", digest.hex())


def _after(session: Session, held: Ceremony, backup: Path, out: Path | None) -> None:
    """The backup, what is left behind, and the report."""
    if (held.root.path / TOKEN).is_file():
        said = _ask(session, "token_backup")
        held.note(Check("token_backup", good=bool(said.strip()), detail=said.strip()[:400]))
    held.backup(backup)
    session.say("ceremony.backup", folder=str(backup))
    _note(session, held, held.clean(session.passphrase_file, out))
    for code in ("phrase_apart", "media_away"):
        _agree(session, held, code, "")
    told = _told(session.language, held.report)
    file, digest = held.close(told, now=clock.now())
    click.echo(told, err=session.json)
    session.say("ceremony.report", file=str(file), words=papers.spoken(digest))
    session.data(
        what=held.what,
        fingerprint=held.report.fingerprint,
        report=str(file),
        sha256=digest.hex(),
        certified={**(held.report.certified or {})},
        accepted=[one.code for one in held.report.checks if not one.good],
        **({"answer": str(out)} if out is not None else {}),
    )


def _kept(session: Session, held: Ceremony, asked: bytes | None) -> None:
    """A new root certifies the signer of snapshots it has only when its key is nobody else's."""
    for name in rooting.carried(held.root, asked):
        session.say("ceremony.signer", name=name)
        if _ask(session, "signer").strip().lower() not in _YES:
            raise BadInput("root.signer_kept", name=name)
        held.kept(name)


def _note(session: Session, held: Ceremony, check: Check) -> None:
    state = "good" if check.good else "bad"
    session.say(f"ceremony.check.{check.code}", detail=check.detail or _NOTHING)
    session.say(f"ceremony.{state}")
    held.note(check, "" if check.good else _ask(session, "why"))


def _agree(session: Session, held: Ceremony, code: str, detail: str) -> None:
    """A yes of people to what only they can see; a no needs a reason to go on."""
    good = _ask(session, code).strip().lower() in _YES
    held.note(Check(code, good, detail), "" if good else _ask(session, "why"))


def _aloud(session: Session, held: Ceremony, code: str, digest: bytes) -> None:
    """One reads the words, the other types what was heard."""
    session.say(f"ceremony.aloud_{code}", words=papers.spoken(digest))
    _heard(session, held, code, digest, "heard")


def _heard(session: Session, held: Ceremony, code: str, digest: bytes, question: str) -> None:
    """Ten words of the list as somebody types them; a slip of the fingers is asked again."""
    while True:
        try:
            held.heard(code, digest, _ask(session, question))
        except BadInput as error:
            if error.code != "paper.fingerprint":
                raise
            place = error.params["place"]
            session.say(f"ceremony.again_{'word' if place else 'count'}", place=place)
        else:
            return


def _ask(session: Session, key: str) -> str:
    text = sentence(session.language, f"ceremony.ask.{key}")
    return str(click.prompt(text, default="", show_default=False, err=True))


def _told(language: Language, found: Report) -> str:
    """The report as text, to print and to sign by hand."""

    def line(key: str, **params: str | int) -> str:
        safe = {name: terminal_safe(str(value)) for name, value in params.items()}
        return sentence(language, f"ceremony.told.{key}", **safe)

    def duty_of(code: str) -> str:
        # A report of before says the duty in the words of its own language.
        return sentence(language, f"ceremony.duty.{code}") if code in DUTIES else code

    people = [line("person", name=name, duty=duty_of(duty)) for name, duty in found.people]
    checks = [
        line(
            "good",
            what=sentence(language, f"ceremony.check.{one.code}", detail=one.detail or _NOTHING),
        )
        if one.good
        else line(
            "accepted",
            what=sentence(language, f"ceremony.check.{one.code}", detail=one.detail or _NOTHING),
            why=one.why,
        )
        for one in found.checks
    ]
    certified = [
        line("certified" if name in found.fresh else "stands", name=name, sha256=digest)
        for name, digest in (found.certified or {}).items()
    ]
    certified += [line("dropped", name=name) for name in found.dropped]
    signed = [line("signature", name=name) for name, _ in found.people]
    head = line("title", what=sentence(language, f"ceremony.what.{found.what}"))
    about = line("about", operator=found.operator, oin=found.oin, day=day(found.begun))
    finger = line("fingerprint", fingerprint=found.fingerprint)
    parts = [head, about, "", *people, "", *checks, "", finger, *certified, "", *signed]
    return "\n".join(parts) + "\n"


@root.command("program")
@click.pass_obj
def show_program(session: Session) -> None:
    """Say the words of this program, to put on paper with a release."""
    version, digest = machine.program()
    session.say("ceremony.program", version=version, words=papers.spoken(digest))
    session.data(program=version, sha256=digest.hex(), words=papers.spoken(digest))


@root.command("report")
@click.argument("file", type=File)
@click.option("--fingerprint", required=True, help="Of the root, as read aloud or in full.")
@click.pass_obj
def check_report(session: Session, file: Path, fingerprint: str) -> None:
    """Check the report of a ceremony against the root it is about."""
    found = read(file.read_bytes(), fingerprint=papers.heard(fingerprint))
    text = _told(session.language, found)
    click.echo(text, err=session.json)
    session.data(
        what=found.what,
        fingerprint=found.fingerprint,
        people=[name for name, _ in found.people],
        request=found.request,
        answer=found.answer,
        certified={**(found.certified or {})},
        accepted=[one.code for one in found.checks if not one.good],
    )


COMMANDS: tuple[click.Command, ...] = ()
"""Its commands stand under `root`."""
