"""`activity ID --evidence`: the signed documents behind it, verified on the spot, or as files."""

from pathlib import Path

from credential.strictjson import Json
from wallet.cli.render import local_time, moment
from wallet.cli.session import Session
from wallet.errors import ExitCode
from wallet.proofwords import facts_of, labels, name_of, verdict_of
from wallet.service import cards, evidence
from wallet.service.evidence import Examined


def show(session: Session, activity_id: str, folder: Path | None) -> int:
    """Every document: what it is, whose, whether it holds, and what it says."""
    say, now = session.say, session.now()
    with session.open(write=False) as wallet:
        found = wallet.store.activity(wallet.store.find_activity(activity_id))
        assert found is not None
        examined = evidence.examine(wallet, found.id, now=now)
        types = cards.types(wallet)
    saved = [] if folder is None else evidence.save(folder, examined)
    whole = all(one.holds for one in examined)
    say.result({"activity": found.id, "ok": whole, "evidence": [*map(_object, examined)]})
    label = labels(found.claims, types, say.texts.lang)
    for one in examined:
        say.plain(name_of(one, say.texts))
        say.plain(f"  {verdict_of(one, say.texts, local_time)}")
        for what, said in facts_of(one, say.texts, local_time, label):
            say.plain(f"  {what}: {said}")
        say.plain(f"  SHA-256 {one.sha256}")
    if not examined:
        say.talk("proof.none")
    else:
        say.talk("proof.as-of", when=local_time(now))
        if examined[0].as_of < now:
            say.talk("proof.old-list", when=local_time(examined[0].as_of))
    for name in saved:
        say.talk("proof.saved", file=name)
    return ExitCode.OK if whole else ExitCode.LOG_BROKEN


def _object(one: Examined) -> Json:
    return {
        "role": one.role,
        "sha256": one.sha256,
        "size": one.size,
        "entry": one.entry,
        "signer": one.signer or None,
        "oin": one.oin or None,
        "signed_at": None if one.signed_at is None else moment(one.signed_at),
        "verdict": one.verdict or "holds",
        "as_of": moment(one.as_of),
    }
