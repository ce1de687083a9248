"""What `check` found, in sentences for people; the members themselves are for machines."""

from collections.abc import Iterator
from typing import Any

from credential.plaintext import terminal_safe
from verifier.dates import stamp
from verifier.texts import Language, find, sentence

Told = dict[str, Any]


def told(lang: Language, found: Told) -> Iterator[str]:
    """One sentence that says it all, and then the particulars."""
    if found["type"] == "log-export":
        yield from _log(lang, found)
        return
    said = _sentence(lang, found)
    if said is not None:
        yield said
    if "certificate_expired" in found:
        yield sentence(lang, "looking.expired", at=found["certificate_expired"])
    if "certificate_revoked" in found:
        yield sentence(lang, "looking.revoked", at=found["certificate_revoked"])
    if "now" in found:
        who = terminal_safe(str(found["signed_by"]))
        yield sentence(lang, "looking.now", name=who, now=terminal_safe(", ".join(found["now"])))
    for name, value in found.items():
        yield f"{name}: {terminal_safe(str(value))}"


def _sentence(lang: Language, found: Told) -> str | None:
    who, at = terminal_safe(str(found.get("signed_by"))), stamp(found.get("at")) or ""
    if "erasure_proof" in found:
        paths = ", ".join(found["erased"])
        name = "erased" if paths else "not_erased"
        return sentence(lang, f"looking.{name}", name=who, at=at, paths=paths, state=found["state"])
    if "receipt" in found:
        paths = ", ".join(found["disclosed"])
        return sentence(lang, "looking.received", name=who, at=at, paths=paths)
    if "removed" in found:
        return sentence(lang, "looking.purged", name=who, at=at, count=len(found["receipts"]))
    return None


def _log(lang: Language, found: Told) -> Iterator[str]:
    """Line by line whose word it is; what does not hold comes last, where it is read."""
    for one in found["statements"]:
        whose = (
            sentence(lang, "looking.own")
            if one["signed_by"] is None
            else sentence(lang, "looking.signed_by", name=terminal_safe(one["signed_by"]))
        )
        yield f"{one['n']}  {stamp(one['at'])}  {one['kind']}  {one['activity'][:8]}  [{whose}]"
    for one in found["faults"]:
        what = find(lang, f"looking.fault.{one['code'].replace('.', '_')}")
        other = sentence(lang, "looking.fault.other", code=one["code"])
        yield sentence(lang, "looking.line", n=one["n"], what=what or other)
    if found["withheld"]:
        yield sentence(lang, "looking.withheld", count=found["withheld"])
    if found["unchecked"]:
        yield sentence(lang, "looking.unchecked", count=found["unchecked"])
    yield sentence(lang, "looking.whole" if found["ok"] else "looking.broken")
    yield sentence(lang, "looking.word")
