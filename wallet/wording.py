"""The question as lines of plain text: the same for terminal and screens."""

from credential.disclosurepolicy import Verdict
from credential.plaintext import terminal_safe
from wallet.attachments import size_text
from wallet.cautionwords import details
from wallet.options import Option, Pick
from wallet.phrases import basis_text, claim_text, listed, retention_lines, sharing_line, within
from wallet.question import Asker, Question, ToSign, Untouched
from wallet.texts import Texts


def lines(question: Question, option: Option | None, texts: Texts) -> list[str]:
    """The whole question in the order of the design; without an option, what is lacking.

    Headings stand at the margin, what belongs to them is indented.
    """
    found = [
        *_who(question.asker, texts),
        *_why(question, texts),
        *_to_sign(question.to_sign, texts),
        *(which(option, texts) if option is not None else _lacking(question, texts)),
        *_not_asked(question.not_asked, texts),
        *_how_long(question, texts),
    ]
    warnings = question.warnings if option is None else option.warnings
    if warnings:
        found.append(texts.get("question.mind"))
    for warning in warnings:
        found.append(f"  ! {texts.get(f'warning.{warning.value}')}")
        found.extend(f"      - {line}" for line in details(question, option, warning, texts))
    return found


def which(option: Option, texts: Texts) -> list[str]:
    """The data that would leave, the value beside each; what a code means is said once."""
    found = [texts.get("question.which")]
    explained: set[str] = set()
    for pick in option.picks:
        found.append("  " + texts.get("question.from_card", title=pick.title, issuer=pick.issuer))
        found.extend(f"    {line}" for line in wish(pick, texts))
        for item in pick.items:
            found.append(
                f"    {item.label}: {claim_text(item.path, item.value, texts, ours=pick.ours)}"
            )
            if item.always:
                found.append(f"      ({texts.get('question.always')})")
            if item.explained and item.label not in explained:
                explained.add(item.label)
                found.append(f"      ({within(item.explained)})")
        if not pick.items:
            found.append("    " + texts.get("question.only_existence"))
    return found


def alternatives(question: Question, texts: Texts) -> tuple[str, ...]:
    """Every other allowed answer by how it differs from the first, which the asker prefers."""
    if not question.options:
        return ()
    first, *others = question.options
    return tuple(_difference(first, other, texts) for other in others)


def _difference(first: Option, other: Option, texts: Texts) -> str:
    without = _only_in(first, other)
    also = _only_in(other, first)
    parts = []
    if without:
        parts.append(texts.get("question.without", labels=listed(without, texts)))
    if also:
        parts.append(texts.get("question.also", labels=listed(also, texts)))
    if not parts:
        titles = list(dict.fromkeys(pick.title for pick in other.picks))
        parts.append(texts.get("question.from_cards", titles=listed(titles, texts)))
    return ", ".join(parts)


def _only_in(one: Option, other: Option) -> list[str]:
    """Labels of what only `one` holds; of a card that is not in `other` at all, its title."""
    found: list[str] = []
    for pick in one.picks:
        missing = [item.label for item in pick.items if item.name not in other.names]
        found += [pick.title] if missing and _absent(pick, other) else missing
    return list(dict.fromkeys(found))


def _absent(pick: Pick, other: Option) -> bool:
    return all(one.vct != pick.vct for one in other.picks)


def _who(asker: Asker, texts: Texts) -> list[str]:
    found = [texts.get("question.who"), f"  {asker.name}", "  " + _known(asker, texts)]
    if asker.registered:
        key = "question.number" if asker.country == "NL" else "question.number_abroad"
        found.append("  " + texts.get(key, oin=asker.oin, country=asker.country))
    else:
        hosts = listed([*asker.hosts], texts) if asker.hosts else texts.get("question.no_host")
        found.append("  " + texts.get("question.certificate", hosts=hosts))
    if asker.request_host != asker.host:
        found.append("  " + texts.get("question.request_host", host=asker.request_host))
    found.append("  " + texts.get("question.host", host=asker.host))
    if asker.intermediary is not None:
        found.append("  " + texts.get("question.intermediary", name=asker.intermediary))
    if asker.support is not None:
        support = terminal_safe(asker.support.removeprefix("mailto:"))
        found.append("  " + texts.get("question.support", support=support))
    return found


def _known(asker: Asker, texts: Texts) -> str:
    if not asker.registered:
        return texts.get("question.unregistered", scheme=asker.scheme)
    if asker.legal_name == asker.name:
        return texts.get("question.known_same", scheme=asker.scheme)
    return texts.get("question.known", legal_name=asker.legal_name, scheme=asker.scheme)


def _why(question: Question, texts: Texts) -> list[str]:
    purpose = question.purpose or texts.get("question.purpose_not_stated")
    found = [texts.get("question.why"), f"  {terminal_safe(purpose)}"]
    if not question.legal_basis:
        found.append("  " + texts.get("question.basis_not_stated"))
    for one in question.legal_basis or ():
        basis, added = basis_text(one.gdpr, one.law.text(texts.lang), texts)
        found.append("  " + texts.get("question.basis", basis=basis))
        if added:
            found.append("  " + texts.get("question.law", law=added))
    policy = question.privacy_policy
    if policy is not None:
        found.append("  " + texts.get("question.policy", url=terminal_safe(policy)))
    return found


def _to_sign(items: tuple[ToSign, ...], texts: Texts) -> list[str]:
    found = [texts.get("question.to_sign")] if items else []
    for item in items:
        found.append("  " + texts.get("question.sign_item", title=item.title))
        found.append("  " + texts.get("question.sign_number", number=item.reference))
        if not item.attachments:
            found.append("  " + texts.get("question.sign_no_files"))
        for name, size in item.attachments:
            words = texts.get("question.sign_file", name=name, size=size_text(size))
            found.append("  " + words)
    if items:
        found.append("  " + texts.get("question.sign_means"))
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
    found += [f"  {line}" for line in retention_lines(question.retention, texts)]
    found.append("  " + sharing_line(question.recipients, texts))
    found.append("  " + _authority(question, texts))
    key = "question.rights" if question.rights_endpoint else "question.rights_elsewhere"
    found.append("  " + texts.get(key))
    return found


def _authority(question: Question, texts: Texts) -> str:
    """Who watches over them, and how to reach that authority; or that it is not stated."""
    stated = question.authority or {}
    contacts = [stated[one] for one in ("uri", "email", "phone") if stated.get(one)]
    name = stated.get("name")
    if not name and not contacts:
        return texts.get("question.authority_not_stated")
    reach = terminal_safe(", ".join(contacts))
    if not name:
        return texts.get("question.authority_nameless", reach=reach)
    named = terminal_safe(name)
    return texts.get("question.authority", name=f"{named}, {reach}" if reach else named)


def wish(pick: Pick, texts: Texts) -> tuple[str, ...]:
    """What the issuer of this card says about the organisation seeing it (ARF 3.0 EDP_06)."""
    if pick.wish is None or pick.wish.verdict is Verdict.OPEN:
        return ()
    key = "question.policy_met" if pick.wish.verdict.met else "question.policy_not_met"
    return (texts.get(key, issuer=pick.issuer),)
