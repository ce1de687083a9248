"""Steps in the life of an issuer, a verifier or a purpose: admitted, suspended, ended."""

from collections.abc import Sequence
from typing import Final

from registrar.changes.notes import Direction, Notes, wider_if
from registrar.life import Event, Step

_WAY: Final[dict[Step, Direction]] = {
    Step.ADMITTED: "wider",
    Step.EXTENDED: "wider",
    Step.RESUMED: "wider",
    Step.REDUCED: "narrower",
    Step.SUSPENDED: "narrower",
    Step.MERGED: "narrower",
    Step.CEASED: "narrower",
    Step.COMPROMISED: "narrower",
    # Lists carry the former name until its day, and cards of then for ever.
    Step.RENAMED: "wider",
}
_ADDS: Final = {True: "kind_added", False: "kind_struck"}
_DROPS: Final = {True: "kind_reduced", False: "kind_kept"}
_BACK: Final[dict[Direction, Direction]] = {
    "wider": "narrower",
    "narrower": "wider",
    "neutral": "neutral",
}


def compare(old: Sequence[Event], new: Sequence[Event], notes: Notes) -> None:
    """What the steps of the new file let happen that those of the old did not, and the reverse.

    A step that is struck out is the reverse of that step; one with other kinds or another day is
    told as what differs.
    """
    gone = [one for one in old if one not in new]
    for event in (one for one in new if one not in old):
        same_day = [one for one in gone if (one.on, one.step) == (event.on, event.step)]
        begun = [one for one in gone if one.step is event.step is Step.ADMITTED]
        if same_day:
            gone.remove(same_day[0])
            _detail(same_day[0], event, notes)
        elif begun and len(begun) == 1:
            gone.remove(begun[0])
            _detail(begun[0], event, notes)
            earlier = event.on < begun[0].on
            notes.add(
                wider_if(earlier),
                "step_moved",
                old=notes.words.day(begun[0].on),
                new=notes.words.day(event.on),
            )
        else:
            _told(event, notes, cards=any(one.kinds for one in new))
    for event in gone:
        notes.add(
            "wider" if event.step is Step.RENAMED else _BACK[_WAY[event.step]],
            "step_gone",
            day=notes.words.day(event.on),
            step=notes.words.say(f"changes.step_name.{event.step.value}"),
        )


def _told(event: Event, notes: Notes, *, cards: bool) -> None:
    """The step, and of an issuer what a suspension means for the cards people have."""
    code = "paused" if event.step is Step.SUSPENDED and event.cards_stay else event.step.value
    named = event.kinds and event.step in (Step.ADMITTED, Step.EXTENDED, Step.REDUCED)
    notes.add(
        _WAY[event.step],
        f"step.{code}_kinds" if named else f"step.{code}",
        day=notes.words.day(event.on),
        kinds=_kinds(event, notes),
        formerly=event.formerly,
        cards=notes.words.say("changes.suspended_cards") if cards else "",
    )


def _detail(old: Event, new: Event, notes: Notes) -> None:
    """The same step on the same day, with other kinds or other consequences."""
    adds = new.step in (Step.ADMITTED, Step.EXTENDED)
    day = notes.words.day(new.on)
    for kinds, others, more in ((new.kinds, old.kinds, True), (old.kinds, new.kinds, False)):
        for kind in kinds:
            if kind not in others:
                code = _ADDS[more] if adds else _DROPS[more]
                notes.add(wider_if(adds == more), code, kind=notes.words.kind(kind), day=day)
    if old.cards_stay != new.cards_stay:
        stay = new.cards_stay
        notes.add(wider_if(stay), "cards_stay" if stay else "cards_refused", day=day)
    notes.moved("formerly", old.formerly, new.formerly, "wider")


def _kinds(event: Event, notes: Notes) -> str:
    return ", ".join(notes.words.kind(kind) for kind in event.kinds) or notes.said("")
