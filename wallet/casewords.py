"""A case in words: the same sentences for terminal and screens."""

from collections.abc import Mapping
from datetime import UTC, datetime

from credential import strictjson
from credential.names import Path, vct_of
from credential.plaintext import terminal_safe
from credential.strictjson import Json
from wallet.casefile import UNDER_WAY, CaseFile, words
from wallet.naming import Types, label_of
from wallet.phrases import claim_text
from wallet.service import partycases
from wallet.service.cases import Standing
from wallet.store.values import PartyCase
from wallet.texts import Texts


def application(case: PartyCase, texts: Texts) -> list[str]:
    """An application at an organisation: whose, what, where it is, until when, what they said."""
    party = terminal_safe(case.party)
    what = partycases.title(case, texts.lang) or texts.get("case.title.application")
    lines = [f"{party}: {what}", "  " + texts.get("case.number", id=terminal_safe(case.number))]
    words = application_phase(case, texts)
    if case.phase == partycases.SENT:
        lines.append("  " + texts.get("case.now.sent", issuer=party))
    else:
        lines.append("  " + texts.get("case.since", phase=words, day=day(case.at)))
    if case.due is not None:
        lines.append("  " + texts.get("case.due-party", issuer=party, day=day(case.due)))
    said = partycases.reason(case, texts.lang)
    if said:
        lines.append("  " + texts.get("case.says", issuer=party, text=said))
    return lines


def application_history(case: PartyCase, texts: Texts) -> list[str]:
    """Every phase with its day, oldest first."""
    return [
        f"{day(at)}  {texts.find(f'case.phase.{phase}') or terminal_safe(phase)}"
        for phase, at in partycases.history(case)
    ]


def application_phase(case: PartyCase, texts: Texts) -> str:
    """Where an application is, in a word or two."""
    return texts.get(f"case.phase.{case.phase}")


def title(found: Standing, texts: Texts) -> str:
    """What was asked, of which card."""
    kind = texts.find(f"kind.{found.case.kind}") or terminal_safe(found.case.kind)
    return texts.get(f"case.title.{found.case.type}", kind=kind)


def phase(found: Standing, texts: Texts) -> str:
    """Where it is, in a word or two; once decided, what was decided."""
    if found.outcome is not None and found.phase == "decided":
        return texts.get(f"case.ruling.{found.outcome}")
    return texts.get(f"case.phase.{found.phase}")


def day(at: int) -> str:
    """A day as a person reads it, in the time zone of this computer."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%d-%m-%Y")


def now_sentence(found: Standing, texts: Texts) -> str:
    """What happens now, and whether the resident has to do anything."""
    file = found.file
    if file is None:
        return texts.get("case.now.sending", issuer=found.issuer)
    if found.outcome is not None:
        which = f"case.now.{file.type}.{found.outcome}"
        at = which if file.phase == "decided" else f"{which}-{file.phase}"
        sentence = texts.find(at, issuer=found.issuer)
        if sentence:
            return sentence
    return texts.get(f"case.now.{file.phase}", issuer=found.issuer)


def term(file: CaseFile, texts: Texts, now: int) -> str:
    """Until when they may take, and why it takes longer; nothing once it was decided."""
    if file.phase not in UNDER_WAY:
        return ""
    if file.due < now:
        return texts.get("case.late", day=day(file.due))
    why = words(file.extension, texts.lang)
    longer = texts.get("case.extended", text=why) if file.extended and why else ""
    name = "case.due-extended" if file.extended else "case.due"
    return f"{texts.get(name, day=day(file.due))} {longer}".strip()


def asked(file: CaseFile, texts: Texts) -> list[str]:
    """What the municipality asks of the resident."""
    found: list[str] = []
    if file.phase == "information_requested":
        question = words(file.question, texts.lang)
        found.append(texts.get("case.question", text=question or texts.get("case.no-question")))
    if file.ask_recipients and file.tell_recipients is None:
        found.append(texts.get("case.recipients"))
    return found


def ruling(found: Standing, texts: Texts) -> list[str]:
    """The decision: why, what to do against it, whether it is proven."""
    file = found.file
    if file is None or not found.proof:
        return []
    if found.outcome is None:
        return [texts.get("case.no-proof", rule=found.proof)]
    said = [
        texts.get("case.reason", text=text) for text in [words(file.reason, texts.lang)] if text
    ]
    remedy = words(file.remedy, texts.lang)
    if remedy:
        said.append(texts.get("case.remedy", text=remedy))
    if file.tell_recipients is not None:
        said.append(texts.get(f"case.told.{'yes' if file.tell_recipients else 'no'}"))
    said.append(texts.get("case.proof"))
    later = words(found.later, texts.lang)
    return [*said, texts.get("case.later", text=later)] if later else said


def history(file: CaseFile, texts: Texts) -> list[str]:
    """Every phase with its day, oldest first."""
    return [
        f"{day(step.at)}  {texts.get(f'case.phase.{step.phase}')}"
        for step in sorted(file.history, key=lambda step: step.at)
    ]


def written(
    found: Standing, said: Mapping[str, str], texts: Texts, types: Types
) -> list[tuple[str, str]]:
    """What the resident asked and explained, as label and text; wiped texts are gone."""
    lines: list[tuple[str, str]] = []
    for name, content in said.items():
        if name == "fields":
            for item in strictjson.array(strictjson.loads_object(content), "fields"):
                if isinstance(item, dict):
                    label, value = item.get(texts.lang), item.get("value")
                    lines.append((terminal_safe(str(label)), terminal_safe(str(value))))
        elif name == "claims":
            vct = vct_of(found.case.kind)
            for item in strictjson.array(strictjson.loads_object(content), "claims"):
                if isinstance(item, dict):
                    path = _path(item.get("path"))
                    label = label_of(vct, path, types, texts.lang)
                    lines.append((label, change(path, item, texts)))
        else:
            label = texts.find(f"case.text.{name.partition('-')[0]}") or name
            lines.append((label, terminal_safe(content, max_length=len(content) + 1)))
    return lines


def change(path: Path, item: Mapping[str, Json], texts: Texts) -> str:
    """What the card says, and what it should be."""
    claimed = item.get("claimed")
    after = texts.get("case.remove") if claimed is None else claim_text(path, claimed, texts)
    if "held" not in item:
        return texts.get("case.add", after=after)
    return texts.get("case.change", before=claim_text(path, item["held"], texts), after=after)


def _path(value: Json) -> Path:
    parts = value if isinstance(value, list) else []
    return tuple(part for part in parts if part is None or isinstance(part, str | int))
