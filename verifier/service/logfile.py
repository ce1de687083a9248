"""A log that a resident exported, looked at offline: what it says, by whom, and what does not hold.

Every hash, head and transaction is computed again (formats.md 2, Export).
"""

from typing import Any

from credential import base64url
from credential.errors import CredentialError
from credential.log import judging
from credential.log.export import unseal
from credential.log.rendering import render
from credential.trust import Trust
from verifier.errors import NotTrusted, UsageError


def inspect_log(token: str, passphrase: str, trust: Trust, now: int) -> dict[str, Any]:
    """Each statement with whose it is, the documents behind it, and every fault by name."""
    try:
        found = unseal(token, render, passphrase=passphrase)
    except CredentialError as error:
        if error.code == "pbes2.passphrase":
            raise UsageError("check.passphrase_wrong", error.section) from None
        raise NotTrusted(error.code, error.section) from None
    judged = judging.judge(found, trust, now=now)
    return {
        "type": "log-export",
        "ok": not judged.faults,
        "log": base64url.encode(found.segment.log_id),
        "rows": len(found.segment.rows),
        "withheld": found.withheld,
        "statements": [
            {
                "n": one.n,
                "activity": one.activity,
                "kind": one.kind,
                "at": one.at,
                "signed_by": one.signed_by,
            }
            for one in judged.statements
        ],
        "documents": [
            {"type": one.typ, "signed_by": one.organisation, "oin": one.oin, "at": one.at}
            for one in judged.documents
        ],
        "unchecked": judged.unchecked,
        "faults": [{"code": fault.code, "n": fault.n} for fault in judged.faults],
    }
