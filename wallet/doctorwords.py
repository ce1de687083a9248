"""A check-up in sentences; for the screens and the command."""

from collections.abc import Mapping

from credential.plaintext import terminal_safe
from wallet import refusalwords
from wallet.cli.render import local_day
from wallet.errors import NotReady
from wallet.findings import Finding
from wallet.texts import Texts


def what(finding: Finding, texts: Texts) -> str:
    """How it stands, in a sentence."""
    return texts.get(f"doctor.{finding.code}.what", **_params(finding, texts))


def then(finding: Finding, texts: Texts) -> str:
    """What to do about it; nothing where nothing needs to be done."""
    said = texts.find(f"doctor.{finding.code}.then", **_params(finding, texts))
    if said is None and finding.error:
        said = texts.find(f"error.{finding.error}.hint", **finding.params)
    return said or ""


def _params(finding: Finding, texts: Texts) -> Mapping[str, str | int]:
    found = dict(finding.params)
    for name, value in finding.params.items():
        if name == "until" and isinstance(value, int):
            found[name] = local_day(value)
        elif name == "kind":
            found[name] = texts.find(f"kind.{value}") or terminal_safe(str(value))
        elif isinstance(value, str):
            found[name] = terminal_safe(value)
    if finding.error:
        error = NotReady(finding.error, **finding.params)
        found["refusal"] = refusalwords.sentence(error, texts)
    return found
