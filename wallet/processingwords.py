"""What a municipality did with your data, in plain words; the same for terminal and screens."""

from credential.plaintext import terminal_safe
from wallet.service.processing import Query, Step
from wallet.texts import Texts


def step_lines(step: Step, texts: Texts) -> list[str]:
    """What was done, why, and who got it."""
    lines = [_said(step.name, texts)]
    if step.purpose:
        lines.append(texts.get("processing.why", why=_said(step.purpose, texts)))
    if step.recipient:
        lines.append(texts.get("processing.recipient", who=_said(step.recipient, texts)))
    return lines


def query_lines(query: Query, texts: Texts) -> list[str]:
    """Who asked the register, why, and which data."""
    lines = [texts.get("processing.asked-by", who=_said(query.official_role, texts))]
    if query.purpose:
        lines.append(texts.get("processing.why", why=_said(query.purpose, texts)))
    # A register has many fields of one subject: people know the subject.
    fields = dict.fromkeys(_field(name, texts) for name in query.fields)
    if fields:
        lines.append(texts.get("processing.fields", fields=", ".join(fields)))
    if not query.found:
        lines.append(texts.get("processing.nothing-found"))
    return lines


def _field(name: str, texts: Texts) -> str:
    subject = name.partition(".")[0]
    return texts.find(f"processing.field.{subject}") or terminal_safe(subject)


def _said(text: str, texts: Texts) -> str:
    return terminal_safe(text) or texts.get("processing.unknown")
