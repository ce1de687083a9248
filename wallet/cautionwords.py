"""What belongs to each warning of a question: names, addresses, before and after."""

from credential.plaintext import terminal_safe
from wallet.caution import Warn
from wallet.options import Option, Pick
from wallet.phrases import retention_lines, sharing_line, within
from wallet.question import Question, Since
from wallet.texts import Texts


def details(
    question: Question, option: Option | None, warning: Warn, texts: Texts
) -> tuple[str, ...]:
    """What belongs to one warning: names, addresses, before and after."""
    asker, since = question.asker, question.since
    match warning:
        case Warn.OVER_ASKING:
            return question.over_asked
        case Warn.WEBSITE_DIFFERS:
            return (
                texts.get("question.from_host", host=asker.request_host),
                texts.get("question.to_host", host=asker.host),
            )
        case Warn.UNREGISTERED:
            return (texts.get("question.unchecked"),)
        case Warn.DISCLOSURE_POLICY if option is not None:
            return tuple(line for pick in option.picks for line in _objection(pick, texts))
        case Warn.PURPOSE_CHANGED if since is not None:
            return (*_reason(question, since, texts), *_other_terms(question, since, texts))
        case Warn.RETENTION_CHANGED if since is not None:
            return _kept_before(question, since, texts)
        case Warn.SHARING_CHANGED if since is not None:
            return _shared_before(question, since, texts)
        case Warn.ASKS_MORE if since is not None:
            return (*since.more, *_less(since, texts))
        case _:
            return ()


def _objection(pick: Pick, texts: Texts) -> tuple[str, ...]:
    """Why an issuer objects, in its words where it has some, and where it explains itself."""
    said = pick.wish
    if said is None or said.verdict.met:
        return ()
    found = [texts.get(f"policy.{said.verdict.value}", title=pick.title, issuer=pick.issuer)]
    if said.description:
        found.append(texts.get("policy.words", text=within(said.description)))
    if said.info_url:
        found.append(texts.get("policy.more", url=said.info_url))
    return tuple(found)


def _reason(question: Question, since: Since, texts: Texts) -> tuple[str, ...]:
    unstated = texts.get("question.purpose_not_stated")
    return (
        texts.get("question.purpose_before", purpose=since.purpose or unstated),
        texts.get("question.purpose_now", purpose=terminal_safe(question.purpose or unstated)),
    )


def _other_terms(question: Question, since: Since, texts: Texts) -> tuple[str, ...]:
    """What else is different when the reason is."""
    found: list[str] = []
    if since.changed.retention:
        found += _kept_before(question, since, texts)
    if since.changed.recipients:
        found += _shared_before(question, since, texts)
    if since.more:
        found.append(texts.get("question.more", labels=", ".join(since.more)))
    return (*found, *_less(since, texts))


def _kept_before(question: Question, since: Since, texts: Texts) -> tuple[str, ...]:
    return _twice(
        within(" ".join(retention_lines(since.changed.before.retention, texts))),
        within(" ".join(retention_lines(question.retention, texts))),
        texts,
    )


def _shared_before(question: Question, since: Since, texts: Texts) -> tuple[str, ...]:
    return _twice(
        within(sharing_line(since.changed.before.recipients, texts)),
        within(sharing_line(question.recipients, texts)),
        texts,
    )


def _twice(before: str, now: str, texts: Texts) -> tuple[str, ...]:
    return texts.get("question.before", what=before), texts.get("question.now", what=now)


def _less(since: Since, texts: Texts) -> tuple[str, ...]:
    return (texts.get("question.less", labels=", ".join(since.less)),) if since.less else ()
