"""Applying from the wallet for a card that a person decides on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.canary import findings
from support.logging_in import log_in
from support.my_simulator import MySimulator, my
from support.wallet_world import World, world

from wallet.errors import ExitCode, NoMatch, Usage
from wallet.refusals import MessageError
from wallet.service import apply, cases
from wallet.service.cases import Standing
from wallet.service.collecting import Progress

FIELDS = [
    {
        "name": "reden",
        "type": "choice",
        "required": True,
        "most": 200,
        "choices": ["medisch", "sociaal"],
        "label": {"nl": "Reden", "en": "Reason"},
    },
    {"name": "uitleg", "required": False, "most": 20, "label": {"nl": "Uitleg"}},
]
DECLARED = {"reden": "medisch", "uitleg": "Bibberkenmerk"}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[World]:
    town = world(tmp_path, cards=False, issuing=MySimulator)
    my(town).declared = {"woonadres": FIELDS}
    my(town).waits = frozenset({"woonadres"})
    log_in(town, "persoonsgegevens")
    town.network.calls.clear()
    yield town
    town.wallet.close()


def ask(town: World, **given: str) -> tuple[Standing, Progress | None]:
    return apply.apply(
        town.wallet, town.network, "Voorbeeldstad", "woonadres", given, (), now=town.now
    )


def test_what_is_declared_is_sent_and_not_in_the_log(home: World) -> None:
    found, progress = ask(home, **DECLARED)
    assert progress is None
    assert (found.case.type, found.phase) == ("card", "received")
    ((path, asked),) = my(home).posted
    assert path == "cases"
    assert asked == {"type": "card", "kind": "woonadres", "fields": DECLARED, "attachments": []}
    entries = json.dumps([one.body for one in home.wallet.store.events(found.case.activity)])
    assert not findings(entries.encode(), ["Bibberkenmerk", "medisch"])
    written = cases.written(home.wallet, found.case.activity)
    assert json.loads(written["fields"])["fields"][1] == {
        "nl": "Uitleg",
        "en": "Uitleg",
        "value": "Bibberkenmerk",
    }


def test_the_card_is_asked_for_where_the_login_was_for_it(home: World) -> None:
    log_in(home, "persoonsgegevens", "woonadres")
    for pending in home.wallet.store.issuances():
        home.wallet.store.drop_issuance(pending.id, at=home.now)
    _, progress = ask(home, reden="sociaal")
    assert progress is not None
    assert (progress.state, progress.kinds) == ("pending", ("woonadres",))


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({}, "apply.missing", "reden"),
        ({"reden": "  "}, "apply.missing", "reden"),
        ({"reden": "haast"}, "apply.choice", "reden"),
        ({"reden": "medisch", "uitleg": "x" * 21}, "apply.long", "uitleg"),
        ({"reden": "medisch", "bsn": "1"}, "apply.unknown", "bsn"),
    ],
    ids=["nothing", "blank", "choice", "long", "unknown"],
)
def test_what_does_not_fit_is_named_and_nothing_is_sent(
    home: World, given: dict[str, str], code: str, field: str
) -> None:
    with pytest.raises(Usage) as refusal:
        ask(home, **given)
    assert (refusal.value.code, refusal.value.params["field"]) == (code, field)
    assert home.network.calls == []


def test_a_kind_that_is_not_declared_and_a_party_that_is_unknown(home: World) -> None:
    with pytest.raises(Usage, match=r"apply\.not_declared"):
        apply.apply(home.wallet, home.network, "Voorbeeldstad", "urgentie", {}, (), now=home.now)
    with pytest.raises(NoMatch, match=r"processing\.no_party"):
        apply.apply(home.wallet, home.network, "Westhove", "urgentie", {}, (), now=home.now)


def test_what_a_municipality_declares_is_read_strictly(home: World) -> None:
    (stored,) = home.wallet.store.sessions()
    stored.declared["woonadres"] = [{"name": 5}]
    with pytest.raises(MessageError) as refusal:
        apply.asked(stored, "woonadres")
    assert refusal.value.rule == "issuer.declared_malformed"


def test_the_command(home: World, at, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    fields = tmp_path / "velden.json"
    fields.write_text(json.dumps(DECLARED), "utf-8")
    terminal = at(home)
    options = ("get", "Voorbeeldstad", "woonadres", "--fields-file", str(fields))
    code, lines = terminal.run(*options)
    assert code == ExitCode.PENDING
    assert (lines[0]["case_type"], lines[0]["state"]) == ("card", "received")
    code, out = terminal.plain("requests", "show", lines[0]["request"])
    assert "Reden: medisch" in out
    for content in ("{", "[]", '{"reden": 5}'):
        fields.write_text(content, "utf-8")
        assert terminal.run(*options)[0] == ExitCode.USAGE
    fields.write_text("{}", "utf-8")
    assert terminal.run(*options)[0] == ExitCode.USAGE
    assert terminal.run("get", "Voorbeeldstad", "--fields-file", str(fields))[0] == ExitCode.USAGE
    assert terminal.run("get", "Voorbeeldstad", "woonadres", "--attach", "x")[0] == ExitCode.USAGE
    assert len(my(home).posted) == 1
