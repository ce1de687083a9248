"""The resident's own endpoint over https: cards, cases, decisions, and who got their data."""

import dataclasses
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from crash.servers import Served, Tls, listener
from support import issuer_home
from support.issuer_home import RESIDENT, with_declared
from support.settled import settle
from support.wallet_simulator import WalletSimulator, new_key

from credential import base64url, decision, strictjson
from issuer.accounting import subject
from issuer.application import DAY, Outcome
from issuer.config import Declared, Field
from issuer.dossier import Words
from issuer.evidence import MAX_BYTES
from issuer.mymessages import MAX_CASE_BYTES
from issuer.service import applications, deciding, desk, my, statuslists
from issuer.service.access import Access
from issuer.sources import Occasion

CONTACT = Declared(
    kind="contactgegevens",
    fields=(Field(name="telephone", nl="Telefoon", en="Telephone", type="phone"),),
)
CARD = {
    "type": "card",
    "kind": "contactgegevens",
    "fields": {"telephone": "020-5550123"},
    "attachments": [],
}
CORRECTION = {
    "type": "correction",
    "kind": "persoonsgegevens",
    "claims": [{"path": ["given_name"], "held": "Merel", "claimed": "Marel"}],
    "explanation": "Zo staat het in mijn akte.",
    "attachments": [{"media": "application/pdf", "data": base64url.encode(b"%PDF-1.7 akte")}],
}
REASON = Words("Uw akte zegt iets anders.", "Your certificate says otherwise.")


class Https(WalletSimulator):
    """The same wallet, over the network."""

    client: httpx.Client

    def send(self, method: str, url: str, **more: Any) -> httpx.Response:
        at = httpx.URL(url).copy_with(port=self.port)
        return self.client.request(method, at, **more)

    port: int = 0

    def my(self, method: str, path: str = "", body: Any = None, **more: Any) -> httpx.Response:
        """One request to the resident's own endpoint, twice if the nonce was stale."""
        for _ in range(2):
            answer = self.once(method, path, body, **more)
            if answer.status_code != 401 or answer.json()["error"] != "use_dpop_nonce":
                break
        return answer

    def once(
        self,
        method: str,
        path: str = "",
        body: Any = None,
        *,
        key: str | None = None,
        headers: dict | None = None,
        proof: dict | None = None,
    ) -> httpx.Response:
        url = self.at(f"my{path}")
        knobs: dict = {"nonce": self.rs_nonce, "token": self.token, **(proof or {})}
        sent = {
            "Authorization": f"DPoP {self.token}",
            "DPoP": self.dpop(method, url, **knobs),
            **({} if key is None else {"Idempotency-Key": key}),
            **(headers or {}),
        }
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, bytes) else strictjson.dumps(body)
        answer = self.send(method, url, headers=sent, content=body)
        self.rs_nonce = answer.headers.get("DPoP-Nonce", self.rs_nonce)
        return answer

    def open(self, body: Any, key: str = "k1", **more: Any) -> httpx.Response:
        return self.my("POST", "/cases", body, key=key, **more)


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    return Tls.make(tmp_path_factory.mktemp("tls") / "files")


@pytest.fixture
def town(tmp_path):
    made = issuer_home.make(tmp_path)
    with_declared(made, CONTACT)
    yield made
    made.office.close()


@pytest.fixture
def served(town, tls):
    ours = listener()
    server = Served(town.app, ours, tls)
    yield ours.getsockname()[1]
    server.stop()


def over_https(town, port, tls, known):
    wallet = Https(town.app, town.identifier, town.now, key=known.key)
    wallet.token, wallet.port = known.token, port
    context = ssl.create_default_context(cafile=tls.ca)
    wallet.client = httpx.Client(verify=context, trust_env=False)
    return wallet


@pytest.fixture
def settled(town):
    return settle(town)


@pytest.fixture
def wallet(town, served, tls, settled):
    made = over_https(town, served, tls, settled.wallet)
    yield made
    made.client.close()


def refused(answer, error, status):
    assert (answer.status_code, answer.json()) == (status, {"error": error})


# ---- what stands


@pytest.mark.spec("Regie formats", "12", "the overview: cards, cases, when to ask again")
def test_the_overview(wallet, settled):
    answer = wallet.my("GET")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    states = {one["kind"]: one["state"] for one in found["cards"]}
    assert states == {
        "persoonsgegevens": "valid",
        "woonadres": "none",
        "huishouden": "valid",
        "woongeschiedenis": "none",
        "verblijfsrecht": "none",
        "contactgegevens": "none",
    }
    assert found["cases"] == []
    assert found["refill"] == {"persoonsgegevens": 0, "huishouden": 0}
    settled.wallet.ask_cards("persoonsgegevens", [new_key()])
    found = wallet.my("GET").json()["refill"]
    assert found["huishouden"] == 0
    assert 0 < found["persoonsgegevens"] <= 3_600


def test_a_card_that_was_taken_back_says_why(town, wallet):
    issuer = town.office.municipality("0599")
    kinds = frozenset({"huishouden"})
    statuslists.revoke(
        town.office, issuer, RESIDENT, kinds, now=town.now, at_once=True, reason="error"
    )
    cards = {one["kind"]: one for one in wallet.my("GET").json()["cards"]}
    assert cards["huishouden"] == {
        "kind": "huishouden",
        "state": "revoked",
        "reason": "corrected",
        "at": town.now,
    }
    assert cards["persoonsgegevens"]["state"] == "valid"


# ---- cases


@pytest.mark.spec("Regie formats", "12", "a case is opened once per Idempotency-Key and content")
def test_a_case_from_beginning_to_end(town, wallet):
    answer = wallet.open(CORRECTION)
    assert answer.status_code == 201
    case = answer.json()["case"]
    assert case == {
        "id": case["id"],
        "type": "correction",
        "kind": "persoonsgegevens",
        "phase": "received",
        "received_at": town.now,
        "due": town.now + 28 * DAY,
        "extended": False,
        "history": [{"phase": "received", "at": town.now}],
        "may_supplement": True,
        "ask_recipients": False,
        "about": ["given_name"],
    }
    assert wallet.open(CORRECTION).json()["case"]["id"] == case["id"]
    refused(wallet.open(CARD), "key_reused", 409)

    path = f"/cases/{case['id']}"
    deciding.take(town.office, case["id"], clerk="anna", now=town.now)
    deciding.ask(town.office, case["id"], "Stuur de hele akte.", clerk="anna", now=town.now)
    asked = wallet.my("GET", path).json()
    assert asked["case"]["phase"] == "information_requested"
    assert asked["case"]["question"] == "Stuur de hele akte."
    assert "decision" not in asked
    files = [{"media": "text/plain", "data": base64url.encode(b"akte")}]
    more = wallet.my("POST", f"{path}/supplement", {"text": "Hierbij.", "attachments": files})
    assert more.status_code == 200
    assert more.json()["case"]["phase"] == "in_progress"

    seen = deciding.read(town.office, case["id"], clerk="anna", now=town.now)
    assert [one.media for one in seen.attachments] == ["application/pdf", "text/plain"]
    assert seen.dossier.claims[0].claimed == "Marel"
    deciding.decide(
        town.office, case["id"], Outcome.PARTLY, reason=REASON, clerk="anna", now=town.now
    )
    found = wallet.my("GET", path).json()
    assert found["case"]["outcome"] == "partly"
    assert found["case"]["reason"] == {"nl": REASON.nl, "en": REASON.en}
    assert found["case"]["ask_recipients"] is True
    issuer = town.office.municipality("0599")
    proof = decision.verify(
        found["decision"],
        trust=town.scheme.trust,
        oin=issuer.settings.oin,
        now=town.now,
        case=case["id"],
    )
    assert (proof.kind, proof.type, proof.outcome) == ("persoonsgegevens", "correction", "partly")
    assert proof.reason == decision.Words(REASON.nl, REASON.en)
    assert proof.remedy.nl == found["case"]["remedy"]["nl"]
    assert proof.issuer == town.identifier

    told = wallet.my("POST", f"{path}/recipients", {"tell": True})
    assert told.json()["case"]["tell_recipients"] is True
    refused(wallet.my("POST", f"{path}/withdraw", {}), "invalid_request", 409)
    refused(wallet.my("POST", f"{path}/supplement", {"text": "Nog iets"}), "invalid_request", 409)
    (one,) = wallet.my("GET").json()["cases"]
    assert one["phase"] == "decided"


def test_a_case_taken_back(wallet):
    case = wallet.open(CARD).json()["case"]["id"]
    path = f"/cases/{case}/withdraw"
    assert wallet.my("POST", path, {}).json()["case"]["phase"] == "withdrawn"
    assert wallet.my("POST", path, {}).json()["case"]["phase"] == "withdrawn"
    assert wallet.open(CARD, "k2").status_code == 201


def test_many_at_once_with_one_key_make_one_case(wallet):
    wallet.my("GET")  # a fresh nonce
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: wallet.once("POST", "/cases", CARD, key="k"), range(10)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["case"]["id"] for one in answers}) == 1
    assert len(wallet.my("GET").json()["cases"]) == 1


def test_a_case_with_all_that_may_come_along(wallet):
    large = b"%PDF-" + b"0" * (MAX_BYTES - 5)
    files = [{"media": "application/pdf", "data": base64url.encode(large)}] * 5
    answer = wallet.open({**CARD, "attachments": files})
    assert answer.status_code == 201


# ---- refusals


@pytest.mark.parametrize(
    ("body", "error", "status"),
    [
        (b"{", "invalid_request", 400),
        (b"[]", "invalid_request", 400),
        (b'{"type":"card","type":"card"}', "invalid_request", 400),
        ({**CARD, "type": "offer"}, "invalid_request", 400),
        ({**CARD, "kind": 7}, "invalid_request", 400),
        ({**CARD, "kind": "woonadres"}, "invalid_request", 400),
        ({**CARD, "fields": []}, "invalid_request", 400),
        ({**CARD, "fields": {}}, "invalid_field", 400),
        ({**CARD, "fields": {"telephone": "bel maar"}}, "invalid_field", 400),
        ({**CARD, "fields": {"telephone": {"a": 1}}}, "invalid_field", 400),
        ({**CARD, "attachments": "no"}, "invalid_request", 400),
        ({**CARD, "attachments": [{}] * 6}, "invalid_request", 400),
        ({**CARD, "attachments": [{"media": "image/png"}]}, "invalid_request", 400),
        ({**CARD, "attachments": [{"media": "image/png", "data": "a=b"}]}, "invalid_request", 400),
        (
            {**CARD, "attachments": [{"media": "image/png", "data": base64url.encode(b"GIF")}]},
            "invalid_request",
            400,
        ),
        (
            {**CARD, "attachments": [{"media": "image/png", "data": "A" * (MAX_BYTES * 3 // 2)}]},
            "invalid_request",
            413,
        ),
        ({**CORRECTION, "claims": {}}, "invalid_request", 400),
        ({**CORRECTION, "claims": []}, "invalid_request", 400),
        ({**CORRECTION, "claims": [{"path": ["given_name"]}]}, "invalid_request", 400),
        ({**CORRECTION, "claims": [{"path": [1.5], "claimed": 1}]}, "invalid_request", 400),
        ({**CORRECTION, "explanation": None}, "invalid_request", 400),
        ({**CORRECTION, "kind": "contactgegevens"}, "invalid_request", 400),
    ],
)
def test_what_is_not_accepted(wallet, body, error, status):
    refused(wallet.open(body), error, status)
    assert wallet.my("GET").json()["cases"] == []


def test_a_body_that_is_too_large(wallet):
    refused(wallet.open(b" " * (MAX_CASE_BYTES + 1)), "invalid_request", 413)
    case = wallet.open(CARD).json()["case"]["id"]
    refused(wallet.my("POST", f"/cases/{case}/withdraw", b" " * 5_000), "invalid_request", 413)


@pytest.mark.parametrize("keys", [[], ["a b"], ["a" * 129], [""]])
def test_a_new_case_needs_a_key(wallet, keys):
    headers = {"Idempotency-Key": keys[0]} if keys else {}
    refused(wallet.my("POST", "/cases", CARD, headers=headers), "invalid_request", 400)


def test_only_json(wallet):
    answer = wallet.my("POST", "/cases", b"{}", key="k", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_what_does_not_exist(wallet):
    for method, path, body in (
        ("GET", "/cases/ABCDEFGHIJ", None),
        ("POST", "/cases/ABCDEFGHIJ/withdraw", {}),
        ("POST", "/cases/ABCDEFGHIJ/supplement", {"text": "x"}),
        ("POST", "/cases/ABCDEFGHIJ/recipients", {"tell": True}),
    ):
        refused(wallet.my(method, path, body), "not_found", 404)
    refused(wallet.my("GET", "/cases"), "invalid_request", 405)


@pytest.mark.parametrize(
    ("path", "body"),
    [("recipients", {"tell": "yes"}), ("recipients", {}), ("withdraw", []), ("supplement", [])],
)
def test_steps_that_are_not_understood(wallet, path, body):
    case = wallet.open(CARD).json()["case"]["id"]
    refused(wallet.my("POST", f"/cases/{case}/{path}", body), "invalid_request", 400)


@pytest.mark.spec("RFC 9449", "7", "a token comes with a proof by its own key, for this address")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_with_a_proof(wallet, method):
    path, body = ("", None) if method == "GET" else ("/cases", CARD)
    wallet.my("GET")
    for headers, proof in (
        ({"Authorization": ""}, {}),
        ({"Authorization": f"Bearer {wallet.token}"}, {}),
        ({"Authorization": "DPoP nonsense"}, {}),
        ({"DPoP": ""}, {}),
        ({}, {"key": new_key()}),
        ({}, {"claims": {"htu": wallet.at("credential")}}),
        ({}, {"claims": {"htm": "DELETE"}}),
    ):
        answer = wallet.once(method, path, body, key="k", headers=headers, proof=proof)
        assert answer.status_code == 401, (headers, proof)
        assert answer.headers["www-authenticate"].startswith("DPoP ")
    assert wallet.my("GET").json()["cases"] == []


def test_a_stranger_with_a_large_body_is_heard_out_and_refused(wallet):
    body = strictjson.dumps({**CARD, "x": "x" * 3_000_000})
    answer = wallet.once("POST", "/cases", body, key="k", headers={"Authorization": "DPoP no"})
    refused(answer, "invalid_token", 401)


@pytest.mark.spec(
    "Regie formats", "6", "before the clerk confirmed, nobody knows whose wallet it is"
)
def test_not_before_the_clerk_confirmed(town, served, tls):
    known, made = town.redeemed(("huishouden",))
    wallet = over_https(town, served, tls, known)
    refused(wallet.my("GET"), "insufficient_scope", 403)
    refused(wallet.open(CARD), "insufficient_scope", 403)
    town.confirm(made, known)
    assert wallet.my("GET").json()["refill"] == {}
    assert wallet.open(CARD).status_code == 201
    wallet.client.close()


def test_another_resident_sees_nothing_of_it(town, served, tls, wallet):
    case = wallet.open(CARD).json()["case"]["id"]
    made = town.offer(("persoonsgegevens",), bsn="999993872")
    known = town.wallet()
    assert known.redeem(made.link, made.code).status_code == 200
    town.confirm(made, known)
    other = over_https(town, served, tls, known)
    assert other.my("GET").json()["cases"] == []
    refused(other.my("GET", f"/cases/{case}"), "not_found", 404)
    refused(other.my("POST", f"/cases/{case}/withdraw", {}), "not_found", 404)
    other.client.close()


# ---- who got my data


@pytest.mark.spec("Wet BRP", "3.22", "the resident reads what was asked and done, by role")
def test_what_was_done_with_my_data(town, wallet):
    case = wallet.open(CORRECTION).json()["case"]["id"]
    deciding.take(town.office, case, clerk="anna", now=town.now)
    found = wallet.my("GET", "/processing").json()
    assert {one["name"] for one in found["processing"]} == {
        "Kaartjes aangeboden: Persoonsgegevens, Huishouden",
        "Kaartje uitgegeven: Persoonsgegevens",
        "Kaartje uitgegeven: Huishouden",
        "Aanvraag ontvangen: Persoonsgegevens",
        "Aanvraag in behandeling genomen: Persoonsgegevens",
    }
    assert {one["activity"] for one in found["processing"]} == {
        "card-offer",
        "card-issuance",
        "application",
    }
    assert all(one["purpose"] and one["at"] == town.now for one in found["processing"])
    queries = found["queries"]
    assert {one["official_role"] for one in queries} == {"Medewerker van de gemeente"}
    assert {one["purpose"] for one in queries} == {"Kaartjes uitgeven"}
    assert any(field.startswith("naam") for one in queries for field in one["fields"])
    assert all(one["found"] is True for one in queries)
    assert "anna" not in str(found)
    english = wallet.my("GET", "/processing", headers={"Accept-Language": "en-GB"}).json()
    assert {one["official_role"] for one in english["queries"]} == {"Employee of the municipality"}


def test_a_housemate_does_not_read_what_another_applied_for(town, settled):
    office, issuer = town.office, town.office.municipality("0599")
    now = town.now + 60
    occasion = Occasion("anna", "card-issuance", "0599")
    kinds = frozenset({"huishouden"})
    record = office.source.fetch(RESIDENT, kinds, now, occasion=occasion)
    everyone = {
        subject(issuer.subject_key, "0599", one.burgerservicenummer)
        for one in record.household.occupants
    }
    assert len(everyone) == 5
    access = authorised(town, settled)
    for name in everyone:
        asked = [one.operation for one in office.store.accounts.queries_of(name, most=50)]
        found = my.processing(office, dataclasses.replace(access, subject=name), "nl")
        if name == settled.subject:
            assert asked.count("adres") == 2
            assert len(found["queries"]) == len(asked)
        else:
            # Protocolled under their own number, and not for them to read who applied.
            assert asked == ["adres", "adres"]
            assert found["queries"] == []


def authorised(town, settled):
    return Access(
        bearer="",
        token_hash="",
        municipality=town.office.municipality("0599"),
        subject=settled.subject,
        jkt="",
        client="",
        identifiers=False,
        kinds=(),
        grant_id="",
        expires_at=0,
    )


def test_the_processing_log_is_kept_for_its_term(town, wallet):
    office = town.office
    assert wallet.my("GET", "/processing").json()["processing"]
    keep = office.settings.keep_processing_days * DAY
    own = subject(office.municipality("0599").subject_key, "0599", RESIDENT)
    desk.purge(office, town.now + keep, DAY)
    assert office.store.accounts.processing_of("0599", own, most=5)
    desk.purge(office, town.now + keep + 1, DAY)
    assert office.store.accounts.processing_of("0599", own, most=5) == []
    # The query protocol stays for its 20 years.
    assert office.store.accounts.queries_of(own, most=5)


def test_nothing_of_a_resident_stands_in_the_log_or_an_address(town, wallet, caplog):
    caplog.set_level("DEBUG")
    case = wallet.open(CORRECTION).json()["case"]["id"]
    wallet.open({**CARD, "fields": {"telephone": "not 0205550199"}}, "k2")
    wallet.my("GET", f"/cases/{case}")
    applications.find_own(
        town.office,
        town.office.municipality("0599"),
        subject(town.office.municipality("0599").subject_key, "0599", RESIDENT),
        case,
        town.now,
    )
    for secret in (RESIDENT, "Marel", "0205550199", "akte", wallet.token):
        assert secret not in caplog.text
