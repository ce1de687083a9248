"""Where a visitor of another system goes on to when they are done here: a link, never a redirect.

Our pages let a form lead nowhere but to ourselves (CSP `form-action`), and a person should see
that they leave. The address was checked when the session began; all it holds is the session.
"""

from typing import Final
from urllib.parse import urlsplit

from verifier.service.verifier import Verifier
from verifier.store import api as store

_ENDS: Final = ("result.html", "refused.html", "declined.html", "supplement.html")


def onward(
    verifier: Verifier, template: str, session: str | None, profile: str
) -> dict[str, str] | None:
    """The address and its host, on pages where a visit ends."""
    if template not in _ENDS or session is None:
        return None
    found = store.return_of(verifier.store, verifier.sealer.session(session), profile)
    return None if found is None else {"url": found, "host": urlsplit(found).hostname or ""}
