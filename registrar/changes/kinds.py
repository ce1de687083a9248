"""The kinds of the scheme: what stands on a card, what is always seen, who should see it."""

from collections.abc import Mapping

from credential.names import path_text
from credential.strictjson import Object
from credential.typemetadata import ClaimType, TypeMetadata
from registrar.changes.notes import Notes, matched, wider_if


def compare(old: Mapping[str, TypeMetadata], new: Mapping[str, TypeMetadata], notes: Notes) -> None:
    """What changed in the kinds themselves; a new kind by itself lets nobody ask anything."""
    for was, now in matched([*old.values()], [*new.values()], lambda one: one.vct):
        found = now or was
        assert found is not None
        own = notes.about(found.vct)
        name = found.name(notes.words.lang)
        if was is None:
            own.add("neutral", "type_added", kind=name)
            for vct in now.ancestors if now is not None else ():
                own.add("wider", "type_answers", kind=name, other=notes.words.kind(vct))
        elif now is None:
            own.add("narrower", "type_gone", kind=name)
        else:
            _kind(was, now, name, own)


def _kind(old: TypeMetadata, new: TypeMetadata, name: str, notes: Notes) -> None:
    # Other words are read at once on every card that is out: no rule can weigh them.
    for said in ("names", "descriptions"):
        _texts(getattr(old, said), getattr(new, said), "type_text", notes, kind=name)
    if (old.colours, old.logo) != (new.colours, new.logo):
        notes.add("neutral", "type_look", kind=name)
    if old.extends != new.extends:
        told = {"old": notes.said(old.extends), "new": notes.said(new.extends)}
        notes.add("wider", "type_extends", kind=name, **told)
    for was, now in matched(old.claims, new.claims, lambda one: repr(one.path)):
        found = now or was
        assert found is not None
        claim = notes.words.claim(new.vct, found.path)
        if was is None:
            always = found.sd == "never"
            code = "type_claim_added_never" if always else "type_claim_added"
            notes.add("wider" if always else "neutral", code, kind=name, claim=claim)
        elif now is None:
            notes.add("neutral", "type_claim_gone", kind=name, claim=claim)
        else:
            _claim(was, now, name, claim, notes)


def _claim(old: ClaimType, new: ClaimType, kind: str, claim: str, notes: Notes) -> None:
    if old.sd != new.sd:
        # What is never hidden is seen by whoever asks anything of this card.
        direction = wider_if(new.sd == "never" or old.sd == "always")
        notes.add(direction, f"type_sd.{new.sd}", kind=kind, claim=claim)
    if old.mandatory != new.mandatory:
        code = "type_mandatory" if new.mandatory else "type_not_mandatory"
        notes.add("neutral", code, kind=kind, claim=claim)
    path = path_text(new.path)
    for said in ("labels", "descriptions"):
        before, after = getattr(old, said), getattr(new, said)
        _texts(before, after, "type_claim_text", notes, kind=kind, path=path)


def _texts(
    old: Mapping[str, str], new: Mapping[str, str], code: str, notes: Notes, **params: str
) -> None:
    """A line for each language in which the words are others."""
    for lang in dict.fromkeys((*new, *old)):
        before, after = old.get(lang), new.get(lang)
        if before != after:
            told = {"old": notes.said(before), "new": notes.said(after)}
            notes.add("wider", code, lang=lang, **told, **params)


def policies(old: Mapping[str, Object], new: Mapping[str, Object], notes: Notes) -> None:
    """Who should see a kind: without such a wish nobody is warned (ARF 3.0 topic 43)."""
    for kind in sorted({*old, *new}):
        was, now = old.get(kind), new.get(kind)
        name = notes.words.kind(kind)
        if was == now:
            continue
        own = notes.about(kind)
        if was is None:
            assert now is not None
            own.add("narrower", "policy_added", kind=name, who=_who(now, own))
        elif now is None:
            own.add("wider", "policy_gone", kind=name, who=_who(was, own))
        else:
            own.add("wider", "policy", kind=name, old=_who(was, own), new=_who(now, own))


def _who(policy: Object, notes: Notes) -> str:
    found = policy.get("description")
    return notes.said(found if isinstance(found, str) else "")
