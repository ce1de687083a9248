"""Verifiers of another scheme: shown as unregistered where an anchor was chosen, else refused."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.scheme import VERIFIER
from support.strangers import Stranger
from support.terminal import Terminal
from support.wallet_world import World

from credential import jose
from wallet import foreign
from wallet.caution import Warn
from wallet.config import Config
from wallet.errors import ExitCode, Shared, Usage, WalletError
from wallet.events import Kind
from wallet.question import Question
from wallet.service import exporting
from wallet.sharing import Acknowledged
from wallet.texts import Texts
from wallet.wording import lines

VP = "OpenID4VP 1.0"


def from_elsewhere(
    town: World, folder: Path, *, client_id: str | None = None, **stranger: object
) -> Stranger:
    """Makes the asker one of another scheme, and its authority one this wallet trusts."""
    made = Stranger(town.now, **stranger)  # type: ignore[arg-type]
    trust(town, made.write(folder / "elsewhere.pem"))
    asks_as(town, made, client_id or made.client_id)
    return made


def trust(town: World, place: Path) -> None:
    town.wallet.config = dataclasses.replace(town.wallet.config, foreign_anchors=str(place))
    town.wallet._foreign = None


def asks_as(town: World, made: Stranger, client_id: str) -> None:
    simulator = town.verifier
    simulator.signer, simulator.header = made.signer, lambda _: made.header

    def claims(asked: dict) -> dict:
        return {k: v for k, v in asked.items() if k != "verifier_info"} | {"client_id": client_id}

    simulator.claims = claims
    simulator.party = dataclasses.replace(simulator.party)
    object.__setattr__(simulator, "foreign_id", client_id)


def link(town: World) -> str:
    return town.verifier.link_for(town.verifier.foreign_id)  # type: ignore[attr-defined]


def words(question: Question, lang: str = "nl") -> str:
    return "\n".join(lines(question, question.options[0], Texts(lang)))


@pytest.mark.spec(VP, "5.9.3", "x509_hash of a certificate under a chosen anchor")
def test_shown_as_unregistered(town: World, tmp_path: Path) -> None:
    from_elsewhere(town, tmp_path)
    question = town.receive(link(town)).question
    assert (question.asker.name, question.asker.registered) == ("Fremde Wohnen", False)
    assert question.warnings[0] is Warn.UNREGISTERED
    assert Warn.OVER_ASKING not in question.warnings
    text = words(question)
    for unstated in (
        "Niet opgegeven",
        "grondslag: niet opgegeven",
        "Hoe lang: niet opgegeven",
        "Met wie: niet opgegeven",
        "Toezicht: niet opgegeven",
    ):
        assert unstated in text
    assert "Deze organisatie is niet bekend bij" in text
    assert "not known to" in words(town.receive(link(town), lang="en").question, "en")


def test_each_warning_must_be_accepted(town: World, tmp_path: Path) -> None:
    from_elsewhere(town, tmp_path)
    posed = town.receive(link(town))
    with pytest.raises(WalletError) as caught:
        town.share(posed, accepted=(Warn.FIRST_TIME,))
    assert caught.value.params["warnings"] == "unregistered"
    assert town.network.posts() == []


def test_shares_and_says_so_in_the_log(town: World, tmp_path: Path) -> None:
    from_elsewhere(town, tmp_path)
    town.verifier.answer = lambda _: {}
    town.verifier._answer = lambda _message: {}  # type: ignore[method-assign]
    done = town.share(town.receive(link(town)))
    assert isinstance(done.settlement, Acknowledged)
    assert town.kinds(done.id)[-1] == "receipt.absent"
    body = town.body(done.id, Kind.SHARE_INTENDED)
    assert body["registered"] == "no"
    assert body["party"]["name"] == "Fremde Wohnen"
    assert body["party"]["oin"] == "id:NTRDE-HRB123"
    assert body["purpose"] is body["retention"] is body["shared_with"] is None
    assert {"code": "unregistered", "accepted": True} in body["warnings"]
    assert {one.role for one in town.wallet.store.evidence(done.id)} == {"scheme"}
    # Kept all the same: a reader of an export could not judge it, the resident can show it.
    assert town.wallet.store.texts(done.id)["request"] == town.verifier.request_object.encode()
    # No rights endpoint is registered, so there is no key for one (formats.md 4).
    assert town.wallet.store.rights_key(done.id) is None
    again = town.wallet.store
    assert again.known_party("id:NTRDE-HRB123", "")


@pytest.mark.spec("Regie formats", "1", "a party is known by a number that our scheme gave")
def test_never_taken_for_a_registered_organisation(town: World, tmp_path: Path) -> None:
    """A foreign authority may sign any number, name and service."""
    first = town.share()
    known = town.body(first.id, Kind.SHARE_INTENDED)["party"]
    from_elsewhere(town, tmp_path, oin=known["oin"], service=known["service_id"])
    posed = town.receive(link(town))
    assert posed.question.asker.oin == f"id:{known['oin']}"
    assert {Warn.UNREGISTERED, Warn.FIRST_TIME} <= {*posed.question.warnings}
    assert posed.question.since is None
    town.verifier._answer = lambda _message: {}  # type: ignore[method-assign]
    town.share(posed)
    holdings = town.wallet.store.holdings()
    assert {(one.party_oin, one.times) for one in holdings} == {
        (known["oin"], 1),
        (f"id:{known['oin']}", 1),
    }


@pytest.mark.spec("Regie trust", "6", "foreign: an answer elsewhere names both hosts")
def test_both_hosts_are_named(town: World, tmp_path: Path) -> None:
    from_elsewhere(town, tmp_path, hosts=("fremd.example",))
    base = town.verifier.claims
    town.verifier.claims = lambda asked: {
        **base(asked),
        "response_uri": "https://antwort.example/response/1",
    }
    question = town.receive(link(town)).question
    assert Warn.WEBSITE_DIFFERS in question.warnings
    text = words(question)
    assert "Het verzoek komt van: localhost:8442" in text
    assert "Je antwoord gaat naar: antwort.example" in text
    assert "Hun certificaat geldt voor: fremd.example." in text


@pytest.mark.spec(VP, "5.9.3", "x509_san_dns: the answer goes to that name")
@pytest.mark.parametrize(
    ("name", "response", "rule"),
    [
        ("localhost", f"{VERIFIER}/response/1", None),
        ("LOCALHOST", f"{VERIFIER}/response/1", None),
        ("localhost", "https://elsewhere.example/1", "request.host"),
        ("localhost", "https://sub.localhost/1", "request.host"),
        ("elsewhere.example", "https://elsewhere.example/1", "request.client_id_dns"),
        ("", f"{VERIFIER}/response/1", "request.client_id_dns"),
    ],
)
def test_san_dns(town: World, tmp_path: Path, name: str, response: str, rule: str | None) -> None:
    from_elsewhere(town, tmp_path, client_id=f"x509_san_dns:{name}")
    base = town.verifier.claims
    town.verifier.claims = lambda asked: {**base(asked), "response_uri": response}
    if rule is None:
        assert town.receive(link(town)).question.options
        return
    with pytest.raises(WalletError) as caught:
        town.receive(link(town))
    assert caught.value.params["rule"] == rule
    assert town.network.posts() == []


@pytest.mark.spec(VP, "5.9.3", "x509_san_dns of a registered asker")
def test_san_dns_of_our_own_scheme(town: World) -> None:
    town.verifier.claims = lambda asked: {**asked, "client_id": "x509_san_dns:localhost"}
    posed = town.receive(town.verifier.link_for("x509_san_dns:localhost"))
    assert posed.question.asker.registered
    assert posed.request.registration is not None


@pytest.mark.spec("Regie trust", "2.6", "no anchor: refused, and no way around it")
def test_without_an_anchor_there_is_no_question(town: World) -> None:
    made = Stranger(town.now)
    asks_as(town, made, made.client_id)
    with pytest.raises(WalletError) as caught:
        town.receive(link(town))
    assert caught.value.params["rule"] == "x5c.no_anchor"
    assert caught.value.exit == ExitCode.NOT_TRUSTED
    assert caught.value.shared is Shared.NOTHING
    assert town.network.posts() == []


def test_another_anchor_is_no_anchor(town: World, tmp_path: Path) -> None:
    made = from_elsewhere(town, tmp_path)
    trust(town, Stranger(town.now).write(tmp_path / "other.pem"))
    asks_as(town, made, made.client_id)
    with pytest.raises(WalletError) as caught:
        town.receive(link(town))
    assert caught.value.params["rule"] == "x5c.no_anchor"


@pytest.mark.spec("HAIP 1.0", "5", "no anchor in x5c, foreign ones neither")
def test_the_anchor_may_not_come_along(town: World, tmp_path: Path) -> None:
    made = from_elsewhere(town, tmp_path)
    town.verifier.header = lambda _: jose.x5c_header((made.leaf, made.root))
    with pytest.raises(WalletError) as caught:
        town.receive(link(town))
    assert str(caught.value.params["rule"]).startswith("x5c.")


def test_an_expired_certificate_is_refused(town: World, tmp_path: Path) -> None:
    from_elsewhere(town, tmp_path, not_after=0)
    town.now += 86_400
    with pytest.raises(WalletError) as caught:
        town.receive(link(town))
    assert caught.value.params["rule"] == "x5c.expired"


def test_our_own_asker_needs_its_registration_all_the_same(town: World, tmp_path: Path) -> None:
    """A chosen anchor elsewhere opens no way around the registration of our scheme."""
    trust(town, Stranger(town.now).write(tmp_path / "elsewhere.pem"))
    town.verifier.claims = lambda asked: {k: v for k, v in asked.items() if k != "verifier_info"}
    with pytest.raises(WalletError) as caught:
        town.receive()
    assert caught.value.params["rule"] == "registration.absent"


def test_machines_see_what_is_not_stated(
    town: World, tmp_path: Path, at: Callable[[World], Terminal]
) -> None:
    from_elsewhere(town, tmp_path)
    code, [shown] = at(town).run("share", link(town), "--show")
    assert code == ExitCode.OK
    assert shown["asker"]["registered"] is False
    assert shown["asker"]["certificate_hosts"] == ["localhost"]
    for member in ("purpose", "legal_basis", "retention", "recipients", "authority"):
        assert shown[member] is None
    assert json.dumps(shown).count("Anna") == 0


def test_anchors_of_a_file_or_a_folder(tmp_path: Path) -> None:
    first, second = Stranger(1_767_225_600), Stranger(1_767_225_600)
    folder = tmp_path / "anchors"
    folder.mkdir()
    file = first.write(folder / "a.pem")
    second.write(folder / "b.crt")
    (folder / "readme.txt").write_text("nothing")
    assert foreign.anchors(Config()) == ()
    assert foreign.anchors(Config(foreign_anchors=str(file))) == (first.root,)
    assert foreign.anchors(Config(foreign_anchors=str(folder))) == (first.root, second.root)


@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\n!!!\n", b"x" * 300_000])
def test_what_holds_no_anchor_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.pem"
    file.write_bytes(content)
    for place in (file, tmp_path / "gone.pem"):
        with pytest.raises(Usage) as caught:
            foreign.anchors(Config(foreign_anchors=str(place)))
        assert caught.value.params["key"] == "foreign_anchors"


def test_it_can_be_looked_back_at_and_exported(
    town: World, tmp_path: Path, at: Callable[[World], Terminal]
) -> None:
    from_elsewhere(town, tmp_path)
    town.verifier._answer = lambda _message: {}  # type: ignore[method-assign]
    done = town.share(town.receive(link(town)))
    terminal = at(town)
    for command in (["activity", done.id], ["activities"], ["who"]):
        code, out = terminal.plain(*command)
        assert code == ExitCode.OK
        assert "Fremde Wohnen" in out
    file = tmp_path / "log.jwe"
    exporting.export(town.wallet, file, "een heel lang wachtwoord", activities=None, now=town.now)
    checked = exporting.check(town.wallet, file, "een heel lang wachtwoord", now=town.now)
    assert checked.judgement.faults == ()
