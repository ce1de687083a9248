"""A check-up in sentences; for the screens and the command."""

from collections.abc import Mapping

from credential.plaintext import terminal_safe
from wallet import refusalwords
from wallet.cli.render import local_day
from wallet.errors import NotReady
from wallet.findings import Finding
from wallet.texts import Texts


def what(finding: Finding, texts: Texts) -> str:
    """How it stands, in a sentence; a chain that does not hold is told as everywhere else."""
    if finding.chain is not None and not finding.chain.holds:
        from credential.trust import walkwords  # noqa: PLC0415 - heavy

        return walkwords.headline(finding.chain, texts.lang)
    return texts.get(f"doctor.{finding.code}.what", **_params(finding, texts))


def then(finding: Finding, texts: Texts) -> str:
    """What to do about it; nothing where nothing needs to be done."""
    if finding.chain is not None and not finding.chain.holds:
        from credential.trust import walkwords  # noqa: PLC0415 - heavy

        return walkwords.fault(finding.chain, texts.lang).then
    said = texts.find(f"doctor.{finding.code}.then", **_params(finding, texts))
    if said is None and finding.error:
        said = texts.find(f"error.{finding.error}.hint", **finding.params)
    return said or ""


def links(finding: Finding, texts: Texts) -> list[str]:
    """Every link of the chain it is about: which certificate, until when, signed by whom."""
    if finding.chain is None:
        return []
    from credential.trust import walkwords  # noqa: PLC0415 - heavy

    return walkwords.lines(finding.chain, texts.lang)


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
