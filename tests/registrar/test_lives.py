"""The life of a party: from the steps of its file to what it may do on a day."""

from dataclasses import replace

import pytest
from support.registerfiles import text_of
from support.scheme import NOW, REGISTRY, VOORBEELDSTAD, VOORBEELDWONEN, WESTHOVE, example_party

from credential.trust.spans import Span, counts
from registrar import config, life, lint, parties, register, texts
from registrar.findings import wrong
from registrar.life import Event, Standing, Step
from registrar.party import Succession

SCHEME = config.parse(config.TEST_SCHEME.replace("{registry}", REGISTRY))
WEEK = 7 * 86_400
HEAD = """
id = "gemeente-westhove"
name = "Gemeente Westhove"
oin = "00000099000000002000"
organization_identifier = "NTRNL-90000012"
public_body = true
email = "a@westhove.example"
website = "https://westhove.example"
address = { street = "x", postal_code = "0000 AA", locality = "x" }
authority = { name = "AP", phone = "+31880712140" }

[issuing]
id = "uitgifte"
name = "Gemeente Westhove"
hosts = ["localhost"]
support_uri = "https://westhove.example/kaartjes"
privacy_policy = "https://westhove.example/privacy"
description = { nl = "Uitgifte", en = "Issue" }
municipality_codes = ["0518"]
status_prefix = "https://localhost/0518/status/"
status_aggregation = "https://localhost/0518/status-lists"
"""


def file(*steps):
    return HEAD + "".join(f"[[issuing.step]]\n{step}\n" for step in steps)


def read(*steps):
    return parties.parse(file(*steps), "gemeente-westhove.toml")


def faults(*steps):
    found = {"parties/gemeente-westhove.toml": file(*steps).encode()}
    found["scheme.toml"] = config.TEST_SCHEME.replace("{registry}", REGISTRY).encode()
    return [one.code for one in wrong(lint.check(register.read(found), now=NOW))]


def day(text):
    import tomllib

    return int(tomllib.loads(f"d = {text}T00:00:00Z")["d"].timestamp())


ADMITTED = 'on = 2020-01-01\nwhat = "admitted"\nkinds = ["woonadres", "huishouden"]'
EXTENDED = 'on = 2021-01-01\nwhat = "extended"\nkinds = ["urgentie"]'
REDUCED = 'on = 2022-01-01\nwhat = "reduced"\nkinds = ["huishouden"]'
RENAMED = 'on = 2022-06-01\nwhat = "renamed"\nformerly = "Gemeente Oosthove"'
SUSPENDED = 'on = 2023-01-01\nwhat = "suspended"'
PAUSED = SUSPENDED + '\ncards = "stay"'
RESUMED = 'on = 2023-02-01\nwhat = "resumed"'
CEASED = 'on = 2024-01-01\nwhat = "ceased"'
COMPROMISED = 'on = 2025-01-01\nwhat = "compromised"'
WHOLE = (ADMITTED, EXTENDED, REDUCED, RENAMED, SUSPENDED, RESUMED, CEASED)


@pytest.mark.spec("Regie trust", "9.3", "what may be issued on a day follows from the steps")
def test_a_whole_life():
    issuing = read(*WHOLE).issuing
    assert issuing.since == day("2020-01-01")
    assert issuing.kinds == ("woonadres", "huishouden", "urgentie")
    assert (issuing.withdrawn, issuing.withdrawal_reason) == (day("2024-01-01"), "ceased")
    for moment, allowed in (
        ("2019-12-31", ()),
        ("2020-01-01", ("woonadres", "huishouden")),
        ("2021-01-01", ("woonadres", "huishouden", "urgentie")),
        ("2022-01-01", ("woonadres", "urgentie")),
        ("2023-01-15", ()),
        ("2023-02-01", ("woonadres", "urgentie")),
        ("2024-01-01", ()),
    ):
        assert issuing.allowed(day(moment)) == allowed, moment
    assert issuing.spans("huishouden")[:2] == (
        Span(day("2020-01-01"), "notified"),
        Span(day("2022-01-01"), "withdrawn", "reduced"),
    )
    assert read(*WHOLE).formerly == (("Gemeente Oosthove", day("2022-06-01")),)
    assert faults(*WHOLE) == []


def test_the_short_form_says_the_same_as_its_steps():
    short = HEAD.replace(
        'municipality_codes = ["0518"]',
        'municipality_codes = ["0518"]\nsince = 2020-01-01\nkinds = ["woonadres", "huishouden"]\n'
        'withdrawn = 2024-01-01\nwithdrawal_reason = "ceased"',
    )
    one = parties.parse(short, "gemeente-westhove.toml").issuing
    other = read(ADMITTED, CEASED).issuing
    assert one.steps == ()
    assert one.life == other.life
    for kind in (None, *one.kinds):
        assert one.spans(kind) == other.spans(kind)
    assert (one.since, one.kinds, one.withdrawn) == (other.since, other.kinds, other.withdrawn)


@pytest.mark.parametrize("steps", [(), (ADMITTED, EXTENDED, CEASED)])
def test_an_end_that_is_put_in_its_place_counts(steps):
    issuing = read(*steps).issuing if steps else example_party(WESTHOVE).issuing
    ended = replace(issuing, withdrawn=NOW, withdrawal_reason="compromised")
    assert ended.allowed(NOW) == ()
    spans = ended.spans("woonadres")
    assert spans[-1] == Span(NOW, "withdrawn", "compromised")
    assert not counts(spans, issued_at=issuing.since + WEEK, now=NOW)
    going = replace(issuing, withdrawn=None, withdrawal_reason=None)
    assert "woonadres" in going.allowed(NOW)
    silent = replace(issuing, withdrawn=NOW, withdrawal_reason=None).spans("woonadres")
    assert silent[-1] == Span(NOW, "withdrawn")
    assert not counts(silent, issued_at=issuing.since + WEEK, now=NOW)


@pytest.mark.spec("Regie trust", "4.5", "a compromise after the end is still a compromise")
def test_a_compromise_after_the_end():
    issuing = read(ADMITTED, CEASED, COMPROMISED).issuing
    assert faults(ADMITTED, CEASED, COMPROMISED) == []
    spans = issuing.spans("woonadres")
    before, after = day("2024-06-01"), day("2025-01-01")
    assert counts(spans, issued_at=day("2021-01-01"), now=before)
    assert not counts(spans, issued_at=day("2021-01-01"), now=after)


def test_cards_of_before_a_suspension():
    at, issued = day("2023-01-15"), day("2021-01-01")
    refused, stays = (read(ADMITTED, one).issuing.spans("woonadres") for one in (SUSPENDED, PAUSED))
    assert not counts(refused, issued_at=issued, now=at)
    assert counts(stays, issued_at=issued, now=at)


def test_more_kinds_undo_no_suspension():
    events = (
        Event(1, Step.ADMITTED, ("woonadres",)),
        Event(2, Step.SUSPENDED),
        Event(3, Step.EXTENDED, ("huishouden", "woonadres")),
    )
    assert life.spans(events)[-1].state == "withdrawn"
    assert life.spans(events, "woonadres")[-1].state == "withdrawn"


IMPOSSIBLE = [
    ((EXTENDED,), "lint.step_first"),
    ((ADMITTED, REDUCED, EXTENDED), "lint.step_order"),
    ((ADMITTED, SUSPENDED, SUSPENDED.replace("suspended", "resumed")), "lint.step_order"),
    ((ADMITTED, ADMITTED.replace("2020", "2021")), "lint.step_again"),
    ((ADMITTED, SUSPENDED, EXTENDED.replace("2021", "2024")), "lint.step_while_suspended"),
    ((ADMITTED, SUSPENDED, SUSPENDED.replace("-01-01", "-03-01")), "lint.step_while_suspended"),
    ((ADMITTED, RESUMED), "lint.step_not_suspended"),
    ((ADMITTED, EXTENDED, EXTENDED.replace("2021", "2022")), "lint.step_kind_already"),
    ((ADMITTED, REDUCED, REDUCED.replace("2022", "2023")), "lint.step_kind_never"),
    ((ADMITTED, CEASED, SUSPENDED.replace("2023", "2025")), "lint.step_after_end"),
    ((ADMITTED, COMPROMISED, ADMITTED.replace("2020", "2026")), "lint.step_after_compromise"),
    ((ADMITTED, RENAMED.replace("Oosthove", "Westhove")), "lint.renamed"),
    ((ADMITTED, 'on = 2024-01-01\nwhat = "merged"'), "lint.merged_into_nobody"),
    ((ADMITTED, 'on = 2024-01-01\nwhat = "verdwenen"'), "party.step"),
    ((ADMITTED.partition("\nkinds")[0],), "party.step_kinds"),
    ((ADMITTED, CEASED + '\nkinds = ["woonadres"]'), "party.step_member"),
    ((ADMITTED, CEASED + '\ncards = "stay"'), "party.step_member"),
    ((ADMITTED, RENAMED.partition("\nformerly")[0]), "party.step_formerly"),
    ((ADMITTED, CEASED + '\nformerly = "x"'), "party.step_formerly"),
    ((ADMITTED, SUSPENDED + '\ncards = "misschien"'), "party.step_cards"),
    ((ADMITTED.replace("2020-01-01", '"2020-01-01"'),), "toml.member"),
]


@pytest.mark.parametrize(("steps", "code"), IMPOSSIBLE, ids=map(str, range(len(IMPOSSIBLE))))
def test_steps_that_cannot_have_been(steps, code):
    assert code in faults(*steps)


def test_a_day_has_room_for_a_new_name_beside_another_step():
    assert faults(ADMITTED, RENAMED, SUSPENDED.replace("2023-01-01", "2022-06-01")) == []


def test_steps_and_the_short_form_exclude_each_other():
    text = file(ADMITTED).replace("[[issuing.step]]", "since = 2020-01-01\n[[issuing.step]]", 1)
    [found] = parties.read(("gemeente-westhove.toml", text.encode())).findings
    assert (found.code, found.what) == ("party.steps_and_short", "issuing.since")
    assert text.splitlines()[found.line - 1].startswith("since")


def test_both_sides_name_the_same_day():
    heir, old = example_party(VOORBEELDSTAD), example_party(WESTHOVE)

    def step(party, at):
        return Succession(party.organization_identifier, party.oin, ("0518",), at)

    def check(until, heirs, predecessor):
        ending = replace(
            old.issuing,
            withdrawn=until,
            withdrawal_reason="merged",
            successors=(step(heir, heirs),),
            status_successor=heir.oin,
        )
        taking = replace(heir.issuing, predecessors=(step(old, predecessor),))
        found = [replace(heir, issuing=taking), replace(old, issuing=ending)]
        checked = wrong(lint.check(register.of(found, SCHEME), now=NOW))
        return {one.code for one in checked}

    assert check(NOW, NOW, NOW) == set()
    assert check(NOW, NOW, NOW + 1) == {"lint.succession_day"}
    assert check(NOW, NOW + 1, NOW + 1) == {"lint.succession_end"}


# ---- who asks


def asking(party_steps=(), use_steps=()):
    party = example_party(VOORBEELDWONEN)
    service = party.services[0]
    use = replace(service.intended_uses[0], steps=use_steps)
    services = (replace(service, intended_uses=(use, *service.intended_uses[1:])),)
    return replace(party, services=services, steps=party_steps), use


@pytest.mark.spec("Regie trust", "9.3", "a purpose stands as its party does, or worse")
def test_how_a_purpose_stands():
    admitted = Event(10, Step.ADMITTED)
    held = (admitted, Event(20, Step.SUSPENDED), Event(30, Step.RESUMED))
    party, use = asking()
    assert party.standing(0, use) is Standing.IN_FORCE
    party, use = asking(use_steps=held)
    states = [party.standing(at, use).value for at in (9, 10, 20, 29, 30)]
    assert states == ["not_yet", "in_force", "suspended", "suspended", "in_force"]
    assert party.standing(20) is Standing.IN_FORCE
    party, use = asking(party_steps=(*held, Event(40, Step.CEASED)))
    assert party.standing(25, use) is Standing.SUSPENDED
    assert party.standing(40, use) is Standing.ENDED


def test_steps_of_who_asks_know_no_kinds():
    text = (
        "[[step]]\non = 2020-01-01\nwhat = 'admitted'\nkinds = ['woonadres']\n"
        "[[step]]\non = 2021-01-01\nwhat = 'merged'\n"
    )
    whole = text_of(VOORBEELDWONEN).replace("[address]", text + "[address]", 1)
    found = parties.read((f"{VOORBEELDWONEN}.toml", whole.encode())).findings
    assert {one.code for one in found} >= {"party.step", "party.step_member"}


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("step", [one.value for one in Step])
def test_each_step_can_be_named_in_a_sentence(lang, step):
    assert step in texts.sentence(lang, "lint.step_order", where="x", what=step)


def _monthly(count, what, more=""):
    """This step in each of so many months from 2027 on."""
    days = [f"{2027 + number // 12}-{number % 12 + 1:02}-01" for number in range(count)]
    return [f'on = {one}\nwhat = "{what}"\n{more.format(one=one)}' for one in days]


def _held(count, year):
    """Suspended and resumed again, so many times from this year on."""
    found = []
    for number in range(count):
        month = f"{year + number // 12}-{number % 12 + 1:02}"
        found += [f'on = {month}-01\nwhat = "suspended"', f'on = {month}-02\nwhat = "resumed"']
    return found


@pytest.mark.spec("Regie trust", "4.4", "what a reader would refuse a list for is not registered")
def test_a_life_that_no_reader_takes():
    begun = 'on = 2019-01-01\nwhat = "admitted"\nkinds = ["woonadres"]'
    assert faults(begun, *_monthly(16, "renamed", 'formerly = "Gemeente {one}"')) == []
    named = faults(begun, *_monthly(17, "renamed", 'formerly = "Gemeente {one}"'))
    assert set(named) == {"lint.many_names"}
    assert faults(begun, *_held(8, 2027)) == []
    assert set(faults(begun, *_held(9, 2027))) == {"lint.many_coming"}
    assert faults(begun, *_held(31, 2020)) == []
    assert set(faults(begun, *_held(32, 2020))) == {"lint.many_steps"}
