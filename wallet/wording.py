"""The question as lines of plain text: the same for terminal and screens."""

from credential.plaintext import terminal_safe
from wallet.phrases import duration_text, value_text
from wallet.question import Asker, Option, Question, Untouched
from wallet.texts import Texts


def lines(question: Question, option: Option | None, texts: Texts) -> list[str]:
    """The whole question in the order of the design; without an option, what is lacking."""
    found = [
        *_who(question.asker, texts),
        *_why(question, texts),
        *(_which(option, texts) if option is not None else _lacking(question, texts)),
        *_not_asked(question.not_asked, texts),
        *_how_long(question, texts),
    ]
    warnings = question.warnings if option is None else option.warnings
    if warnings:
        found.append(texts.get("question.mind"))
    for warning in warnings:
        found.append(f"  ! {texts.get(f'warning.{warning.value}')} [{warning.value}]")
        if warning == "over_asking":
            found.extend(f"      - {label}" for label in question.over_asked)
        if warning == "purpose_changed" and question.purpose_before is not None:
            before = texts.get("question.purpose_before", purpose=question.purpose_before)
            found.append(f"      {before}")
    return found


def _who(asker: Asker, texts: Texts) -> list[str]:
    found = [
        texts.get("question.who"),
        f"  {asker.name}",
        "  " + texts.get("question.known", legal_name=asker.legal_name, scheme=asker.scheme),
        "  " + texts.get("question.host", host=asker.host),
    ]
    if asker.intermediary is not None:
        found.append("  " + texts.get("question.intermediary", name=asker.intermediary))
    return found


def _why(question: Question, texts: Texts) -> list[str]:
    found = [texts.get("question.why"), f"  {terminal_safe(question.purpose)}"]
    if not question.legal_basis:
        found.append("  " + texts.get("question.basis_not_stated"))
    for basis in question.legal_basis or ():
        law = terminal_safe(basis.law.text(texts.lang))
        found.append("  " + texts.get("question.basis", law=law, gdpr=terminal_safe(basis.gdpr)))
    return found


def _which(option: Option, texts: Texts) -> list[str]:
    found = [texts.get("question.which")]
    for pick in option.picks:
        found.append("  " + texts.get("question.from_card", title=pick.title, issuer=pick.issuer))
        found.extend(
            f"    {item.label}: {value_text(item.value, texts)}   [{item.name}]"
            for item in pick.items
        )
        if not pick.items:
            found.append("    " + texts.get("question.only_existence"))
    return found


def _lacking(question: Question, texts: Texts) -> list[str]:
    found = [texts.get("question.which")]
    for asked in question.asked:
        found.append(f"  {asked.title}: {', '.join(asked.labels)}")
        if asked.lack is not None:
            key = f"lack.{asked.lack.value}"
            found.append("    " + texts.get(key, label=asked.lacking or asked.title))
    return [*found, texts.get("question.cannot_answer")]


def _not_asked(untouched: tuple[Untouched, ...], texts: Texts) -> list[str]:
    if not untouched:
        return []
    return [
        texts.get("question.not_asked"),
        *(f"  {one.title}: {', '.join(one.labels)}" for one in untouched),
    ]


def _how_long(question: Question, texts: Texts) -> list[str]:
    found = [texts.get("question.how_long")]
    if question.retention is None:
        found.append("  " + texts.get("question.retention_not_stated"))
    else:
        stated = question.retention
        found.append(
            "  "
            + texts.get(
                f"question.retention.{stated.starts}",
                duration=duration_text(stated.duration, texts),
            )
        )
        text = stated.text.text(texts.lang)
        if text:
            found.append(f"  {terminal_safe(text)}")
    match question.recipients:
        case None:
            found.append("  " + texts.get("question.recipients_not_stated"))
        case ():
            found.append("  " + texts.get("question.not_passed_on"))
        case recipients:
            names = ", ".join(terminal_safe(one) for one in recipients)
            found.append("  " + texts.get("question.passed_on", recipients=names))
    key = "question.rights" if question.rights_endpoint else "question.rights_elsewhere"
    found.append("  " + texts.get(key))
    return found
