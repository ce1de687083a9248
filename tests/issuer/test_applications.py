"""What a person decides: opened by a resident, decided by a clerk, turned into a card, erased."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from sqlalchemy import select
from support import issuer_home
from support.issuer_home import RESIDENT, with_declared, with_settings
from support.settled import settle
from support.wallet_simulator import cards_of, new_key

from credential import sdjwt
from issuer import application, config, declared
from issuer.accounting import subject
from issuer.application import DAY, Closed, Decided, InProgress, Issued, Outcome, Why
from issuer.box import Box
from issuer.config import Claim, Declared, Desk, Field
from issuer.dossier import Words
from issuer.errors import (
    DeskFault,
    FieldFault,
    IssuerError,
    NothingFound,
    SettingsFault,
    WalletFault,
)
from issuer.evidence import MAX_BYTES, Attachment
from issuer.service import applications, deciding, desk, renewal, settling
from issuer.service.applications import Denied
from issuer.store.applications import Change
from issuer.tables import applications as applications_table
from issuer.tables import attachments

URGENCY = Declared(
    kind="urgentie",
    fields=(
        Field(name="reason", nl="Waarom", en="Why", type="long"),
        Field(name="children", nl="Kinderen", en="Children", type="number", required=False),
    ),
)
CONTACT = Declared(
    kind="contactgegevens",
    fields=(
        Field(name="telephone", nl="Telefoon", en="Telephone", type="phone", required=False),
        Field(name="email", nl="E-mail", en="E-mail", type="email", required=False),
    ),
    term_days=14,
    reminder_days=3,
)
STATED = {"reason": "Traplopen lukt niet meer."}
GRANTED = {"urgency_granted": "yes", "category": "medisch", "valid_until": "2026-06-30"}
REASON = Words("Er is een lift.", "There is a lift.")
PDF = Attachment("application/pdf", b"%PDF-1.7 medisch verslag")
NOTE = Attachment("text/plain", b"Brief van de huisarts")
NO_CLAIMS = Box(bsn=RESIDENT, subject="", claims={}, facts_at=0)


@pytest.fixture
def town(tmp_path, database_url):
    made = issuer_home.make(tmp_path, top=f'database = "{database_url}"\n')
    with_declared(made, URGENCY, CONTACT)
    yield made
    made.office.close()


def issuer(town):
    return town.office.municipality("0599")


def name(town, bsn=RESIDENT):
    return subject(issuer(town).subject_key, "0599", bsn)


def opened(town, kind="urgentie", fields=STATED, files=(), key="", who=None):
    return applications.open_card(
        town.office, issuer(town), who or name(town), kind, fields, files, town.now, key=key
    )


def case_of(view):
    return view.application.file.case


def granted(town, claims=GRANTED, kind="urgentie", fields=STATED):
    case = case_of(opened(town, kind, fields))
    deciding.take(town.office, case, clerk="anna", now=town.now)
    deciding.decide(town.office, case, Outcome.GRANTED, claims=claims, clerk="anna", now=town.now)
    return case


def claims_of(town, kind="urgentie", box=NO_CLAIMS):
    return applications.granted_claims(
        town.office, issuer(town), name(town), kind, town.now, box=box
    )


def refused(call, *args, fault=IssuerError, **more):
    with pytest.raises(fault) as found:
        call(*args, **more)
    return found.value.code


# ---- applying


def test_what_was_declared_is_sealed_and_comes_back(town):
    view = opened(town, fields={**STATED, "children": "2"}, files=(PDF, NOTE))
    assert view.dossier.fields == {**STATED, "children": 2}
    assert [(one.number, one.media, one.size) for one in view.attachments] == [
        (1, "application/pdf", len(PDF.data)),
        (2, "text/plain", len(NOTE.data)),
    ]
    again = applications.find_own(town.office, issuer(town), name(town), case_of(view), town.now)
    assert again == view
    with town.office.store._database.reading() as connection:
        rows = [
            connection.execute(select(table)).all() for table in (applications_table, attachments)
        ]
    assert [len(one) for one in rows] == [1, 2]
    data = b"".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for row in itertools.chain(*rows)
        for value in row
    )
    for secret in (b"Traplopen", b"medisch verslag", b"huisarts", RESIDENT.encode()):
        assert secret not in data


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "field.missing"),
        ({"reason": "  "}, "field.missing"),
        ({"reason": "a", "other": "b"}, "field.unknown"),
        ({"reason": "a" * 201}, "field.most"),
        ({"reason": "a\x1b[2J"}, "field.signs"),
        ({"reason": 7}, "field.text"),
        ({"reason": "a", "children": "two"}, "field.number"),
        ({"reason": "a", "children": True}, "field.number"),
        ({"reason": "a", "children": 1.5}, "field.number"),
        ({"reason": "a", "children": 10**16}, "field.number"),
    ],
)
def test_what_does_not_fit_is_named_and_never_quoted(town, fields, code):
    with pytest.raises(FieldFault) as found:
        opened(town, fields=fields)
    assert found.value.code == code
    assert set(found.value.params) <= {"field", "most"}
    assert applications.own(town.office, issuer(town), name(town), town.now) == []


@pytest.mark.parametrize(
    ("type_", "right", "wrong"),
    [
        ("date", "2026-02-28", ("2026-02-30", "28-02-2026", "20260228")),
        ("phone", "+31 (20) 555-0123", ("12", "call me", "0" * 30, "+31 20 555 x")),
        (
            "email",
            "a.b@voorbeeld.nl",
            ("a@b", "a b@c.nl", "@c.nl", "a@b@c.nl", f"a@{'b' * 260}.nl"),
        ),
        ("yesno", "no", ("maybe", 0, 1)),
        ("choice", "a", ("c", "A")),
    ],
)
def test_each_type_of_field(type_, right, wrong):
    choices = ("a", "b") if type_ == "choice" else ()
    field = Field(name="it", nl="Het", en="It", type=type_, choices=choices, most=300)
    assert declared.check((field,), {"it": right}) == {"it": False if type_ == "yesno" else right}
    for value in wrong:
        assert (
            refused(declared.check, (field,), {"it": value}, fault=FieldFault) == f"field.{type_}"
        )


def test_nothing_declared_is_no_application(town):
    assert refused(opened, town, "contactgegevens", {}) == "field.nothing"
    assert refused(opened, town, "contactgegevens", {"email": ""}) == "field.nothing"


@pytest.mark.spec("Architecture", "Issuer", "attachments: few, small, what they say they are")
@pytest.mark.parametrize(
    ("files", "code"),
    [
        ((PDF,) * 6, "attachment.many"),
        ((Attachment("application/pdf", b"%PDF-" + b"0" * MAX_BYTES),), "attachment.size"),
        ((Attachment("image/png", b"%PDF-1.7"),), "attachment.media"),
        ((Attachment("text/html", b"<script>"),), "attachment.media"),
        ((Attachment("text/plain", b"\x00\x01"),), "attachment.media"),
        ((Attachment("text/plain", b"\xff\xfe"),), "attachment.media"),
        ((Attachment("text/plain", b""),), "attachment.media"),
        ((Attachment("image/svg+xml", b"<svg/>"),), "attachment.media"),
    ],
)
def test_attachments_that_are_refused(town, files, code):
    assert refused(opened, town, files=files, fault=WalletFault) == code


def test_only_kinds_that_are_declared_here(town):
    for kind in ("woonadres", "vertegenwoordiging", "rijbewijs"):
        assert refused(opened, town, kind) == "application.kind"


def test_the_same_key_and_content_make_one_application(town):
    first = opened(town, key="k1", files=(PDF,))
    again = opened(town, key="k1", files=(PDF,))
    assert again == first
    assert refused(opened, town, key="k1", files=(NOTE,)) == "application.key_reused"
    # Another's key is another key.
    other = opened(town, key="k1", files=(PDF,), who=name(town, "999993872"))
    assert case_of(other) != case_of(first)


def test_ten_at_once_with_one_key_make_one_application(town):
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(lambda _: case_of(opened(town, key="k1")), range(10)))
    assert len(set(found)) == 1
    assert len(applications.own(town.office, issuer(town), name(town), town.now)) == 1


def test_one_open_application_of_a_kind_and_not_too_many(town):
    opened(town)
    assert refused(opened, town, fault=WalletFault) == "application.open_already"
    opened(town, "contactgegevens", {"telephone": "0205550123"})


# ---- following


def test_another_resident_finds_nothing(town):
    case = case_of(opened(town))
    other = name(town, "999993872")
    for call in (applications.find_own, applications.withdraw):
        with pytest.raises(WalletFault) as found:
            call(town.office, issuer(town), other, case, town.now)
        assert (found.value.code, found.value.status) == ("application.unknown", 404)
    assert (
        refused(applications.supplement, town.office, issuer(town), other, case, "x", (), town.now)
        == "application.unknown"
    )


def test_a_question_and_its_answer(town):
    case = case_of(opened(town))
    deciding.take(town.office, case, clerk="anna", now=town.now)
    deciding.ask(town.office, case, "Heeft u een verklaring?", clerk="anna", now=town.now)
    town.now += 3 * DAY
    view = applications.supplement(
        town.office, issuer(town), name(town), case, "Ja, hierbij.", (PDF,), town.now
    )
    assert isinstance(view.application, InProgress)
    assert [one.text for one in view.dossier.questions] == ["Heeft u een verklaring?"]
    assert [one.text for one in view.dossier.supplements] == ["Ja, hierbij."]
    assert view.application.file.due_at == view.application.file.received_at + 59 * DAY
    more = applications.supplement(
        town.office, issuer(town), name(town), case, "", (PDF,) * 4, town.now
    )
    assert [one.number for one in more.attachments] == [1, 2, 3, 4, 5]
    for text, files, code in (
        ("", (), "application.empty"),
        ("a" * 2_001, (), "application.text"),
        ("a\x07", (), "application.text"),
        ("", (PDF,), "attachment.many"),
    ):
        assert (
            refused(
                applications.supplement,
                *(town.office, issuer(town), name(town), case, text, files, town.now),
            )
            == code
        )


def test_what_a_clerk_saw_is_what_is_decided(town):
    case = case_of(opened(town))
    deciding.take(town.office, case, clerk="anna", now=town.now)
    seen = deciding.read(town.office, case, clerk="anna", now=town.now)
    applications.supplement(
        town.office, issuer(town), name(town), case, "Toch een lift.", (), town.now
    )
    more = {"reason": REASON, "clerk": "anna", "now": town.now}
    code = refused(
        deciding.decide, town.office, case, Outcome.REFUSED, version=seen.version, **more
    )
    assert code == "application.changed"
    seen = deciding.read(town.office, case, clerk="anna", now=town.now)
    done = deciding.decide(town.office, case, Outcome.REFUSED, version=seen.version, **more)
    assert isinstance(done.application, Decided)


@pytest.mark.spec("Architecture", "Issuer", "two clerks who decide at once: one does")
def test_two_clerks_at_once(town):
    case = case_of(opened(town))
    deciding.take(town.office, case, clerk="anna", now=town.now)

    def decide(clerk):
        try:
            outcome = Outcome.REFUSED if clerk == "anna" else Outcome.GRANTED
            deciding.decide(
                town.office,
                case,
                outcome,
                reason=REASON,
                claims=GRANTED if clerk == "bram" else None,
                clerk=clerk,
                now=town.now,
            )
        except DeskFault as fault:
            return fault.code
        return clerk

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(decide, ["anna", "bram"] * 4))
    assert told.count("application.decided_already") == 7
    winners = [one for one in told if one in ("anna", "bram")]
    view = deciding.read(town.office, case, clerk="anna", now=town.now)
    assert view.application.decided_by == winners[0]
    assert bool(view.dossier.decided) == (winners == ["bram"])


def test_two_clerks_take_at_once(town):
    case = case_of(opened(town))
    assert deciding.take(town.office, case, clerk="anna", now=town.now)
    more = {"clerk": "bram", "now": town.now}
    assert refused(deciding.take, town.office, case, **more) == "application.taken"
    taken = deciding.take(town.office, case, over=True, **more)
    assert taken.application.taken_by == "bram"


def test_every_step_of_a_clerk_is_on_record(town):
    case = granted(town)
    office = town.office
    deciding.end(office, case, REASON, clerk="bram", now=town.now + 1)
    rows = office.store.audit.actions_of("0599", name(town), most=20)
    assert [(one.clerk, one.action, one.purpose) for one in reversed(rows)] == [
        ("anna", "take", "card"),
        ("anna", "decide", "card (granted)"),
        ("bram", "revoke", "card"),
    ]
    assert {one.case_id for one in rows} == {case}
    steps = office.store.accounts.processing_of("0599", name(town), most=20)
    names = {one.name for one in steps}
    assert names == {
        "apply urgentie",
        "take urgentie",
        "decide urgentie (granted)",
        "revoke urgentie",
    }
    assert len({one.trace_id for one in steps}) == 1


def test_a_clerk_of_another_municipality_finds_nothing(town):
    case = case_of(opened(town))
    more = {"clerk": "anna", "now": town.now, "municipality": "0518"}
    for call in (deciding.read, deciding.take, deciding.told):
        assert refused(call, town.office, case, **more, fault=NothingFound) == (
            "application.unknown"
        )
    assert deciding.listing(town.office, town.now, municipality="0518") == []
    assert len(deciding.listing(town.office, town.now, municipality="0599")) == 1


def test_an_attachment_is_read_on_record(town):
    case = case_of(opened(town, files=(PDF, NOTE)))
    more = {"clerk": "anna", "now": town.now}
    assert deciding.attachment(town.office, case, 2, **more) == NOTE
    assert refused(deciding.attachment, town.office, case, 3, **more) == (
        "application.no_attachment"
    )
    (row,) = town.office.store.audit.actions_of("0599", name(town), most=5)
    assert (row.action, row.case_id) == ("attachment", case)


# ---- deciding


@pytest.mark.spec("Awb", "3:46", "a refusal, whole or in part, has a reason")
def test_a_refusal_needs_a_reason(town):
    case = case_of(opened(town))
    deciding.take(town.office, case, clerk="anna", now=town.now)
    more = {"clerk": "anna", "now": town.now}
    for outcome in (Outcome.REFUSED, Outcome.PARTLY):
        code = refused(deciding.decide, town.office, case, outcome, **more)
        assert code == "application.no_reason"
    for words in (Words(""), Words("\x1b"), Words("a" * 4_001)):
        code = refused(deciding.decide, town.office, case, Outcome.REFUSED, reason=words, **more)
        assert code == "application.words"
    code = refused(
        deciding.decide, town.office, case, Outcome.REFUSED, reason=REASON, claims=GRANTED, **more
    )
    assert code == "application.no_claims"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        (None, "field.missing"),
        ({**GRANTED, "valid_until": "2026-13-01"}, "field.date"),
        ({**GRANTED, "housing_pseudonym": "x"}, "field.unknown"),
        ({**GRANTED, "valid_until": "2025-12-01"}, "application.ends_before"),
    ],
)
def test_a_granted_card_says_what_its_kind_says(town, claims, code):
    case = case_of(opened(town))
    deciding.take(town.office, case, clerk="anna", now=town.now)
    more = {"clerk": "anna", "now": town.now, "claims": claims}
    assert refused(deciding.decide, town.office, case, Outcome.GRANTED, **more) == code
    assert deciding.proposed(
        town.office, opened(town, "contactgegevens", {"email": "a@voorbeeld.nl"})
    ) == {"email": "a@voorbeeld.nl"}


def test_four_eyes(town):
    with_settings(town, desk=Desk(four_eyes=True))
    case = case_of(opened(town))
    deciding.take(town.office, case, clerk="anna", now=town.now)
    more = {"claims": GRANTED, "now": town.now}
    code = refused(deciding.decide, town.office, case, Outcome.GRANTED, clerk="anna", **more)
    assert code == "desk.four_eyes"
    assert deciding.decide(town.office, case, Outcome.GRANTED, clerk="bram", **more)


def test_more_time_once_with_a_reason(town):
    case = case_of(opened(town))
    deciding.take(town.office, case, clerk="anna", now=town.now)
    more = {"clerk": "anna", "now": town.now}
    view = deciding.extend(town.office, case, Words("De arts heeft tijd nodig."), **more)
    assert view.application.file.due_at == town.now + 98 * DAY
    assert view.dossier.extension == Words("De arts heeft tijd nodig.")
    code = refused(deciding.extend, town.office, case, REASON, **more)
    assert code == "application.extended_already"


# ---- the card


@pytest.mark.spec("Regie domain", "2.6", "a decided card says what was decided, and whose it is")
def test_the_claims_of_a_granted_card(town):
    assert claims_of(town) is None
    case = case_of(opened(town))
    assert claims_of(town) is None
    deciding.take(town.office, case, clerk="anna", now=town.now)
    deciding.decide(town.office, case, Outcome.GRANTED, claims=GRANTED, clerk="anna", now=town.now)
    found = claims_of(town)
    assert found == {
        "urgency_granted": True,
        "category": "medisch",
        "valid_until": "2026-06-30",
        "source": "gemeente",
        "reference_moment": "2026-01-01",
        "municipality_code": "0599",
        "housing_pseudonym": issuer(town).housing.of(RESIDENT),
    }
    assert "housing_pseudonym" not in claims_of(town, box=None)


def test_the_code_is_that_of_the_other_cards_or_none(town):
    granted(town)
    box = msgspec.structs.replace(
        NO_CLAIMS, claims={"woonadres": {"housing_pseudonym": "P", "disclosure_restricted": True}}
    )
    found = claims_of(town, box=box)
    assert (found["housing_pseudonym"], found["disclosure_restricted"]) == ("P", True)
    # The number itself is under investigation: no card has a code, so this one neither.
    doubtful = msgspec.structs.replace(NO_CLAIMS, claims={"woonadres": {"municipality": "X"}})
    assert "housing_pseudonym" not in claims_of(town, box=doubtful)


def test_who_moved_away_or_died_gets_no_card_of_a_decision_that_stands(town, monkeypatch):
    granted(town)
    gone = NothingFound("desk.not_our_resident", "Regie formats 1")

    def moved(*_args, **_more):
        raise gone

    settled = settle(town)
    assert len(cards_of(settled.wallet.ask_cards("urgentie", [new_key()]))) == 1
    town.office.store.grants.mark_changed("0599", name(town))
    monkeypatch.setattr(renewal, "look_up", moved)
    settled.later(3_600)
    assert settled.refresh().status_code == 200
    answer = settled.wallet.ask_cards("urgentie", [new_key()])
    assert answer.json() == {"error": "credential_request_denied"}
    assert claims_of(town)["category"] == "medisch"


@pytest.mark.parametrize("kind", ["urgentie", "contactgegevens", "vertegenwoordiging"])
def test_the_shipped_examples_can_be_applied_for_and_decided(kind):
    text = (issuer_home.DATA.parents[1] / "settings" / "declared-kinds.toml").read_bytes()
    kinds = {
        one.kind: one
        for one in msgspec.toml.decode(text, type=dict[str, list[Declared]])["declared"]
    }
    found = kinds[kind]
    assert found.explanation_nl
    assert found.explanation_en
    base = issuer_home.SETTINGS.format(decoys=0, four_eyes="false").encode() + (
        f'kinds = ["woonadres", "{kind}"]\n'.encode()
    )
    settings = config.parse(base)
    declared.require(msgspec.structs.replace(settings, declared=(found,)))
    known = declared.claims_of(found)
    assert known
    example = {
        "text": "tekst",
        "long": "tekst",
        "date": "2026-05-01",
        "number": "3",
        "phone": "0205550123",
        "email": "a@voorbeeld.nl",
        "yesno": "yes",
    }
    for entries in (found.fields, known):
        given = {one.name: one.choices[0] if one.choices else example[one.type] for one in entries}
        assert set(declared.check(entries, given)) == set(given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "woonadres"},
        {"kind": "kvk-inschrijving"},
        {"term_days": 0},
        {"fields": ()},
        {"fields": (Field(name="a", nl="A", en="A"),) * 2},
        {"fields": (Field(name="A", nl="A", en="A"),)},
        {"fields": (Field(name="a", nl="A", en="A", type="secret"),)},
        {"fields": (Field(name="a", nl="A", en="A", type="choice"),)},
        {"claims": (Claim(name="a", ends=True),)},
        {
            "claims": (
                Claim(name="a", type="date", ends=True),
                Claim(name="b", type="date", ends=True),
            )
        },
    ],
)
def test_settings_that_could_not_work_are_refused(wrong):
    base = config.parse(
        issuer_home.SETTINGS.format(decoys=0, four_eyes="false").encode()
        + b'kinds = ["woonadres", "urgentie"]\n'
    )
    declared.require(msgspec.structs.replace(base, declared=(URGENCY,)))
    changed = msgspec.structs.replace(URGENCY, **wrong)
    with pytest.raises(SettingsFault) as found:
        declared.require(msgspec.structs.replace(base, declared=(changed,)))
    assert found.value.params["key"].startswith("declared.")


def test_a_municipality_may_say_itself_what_is_decided(town):
    own = msgspec.structs.replace(
        URGENCY, claims=(Claim(name="category", type="choice", choices=("a", "b")),)
    )
    with_settings(town, declared=(own,))
    case = granted(town, claims={"category": "b"})
    assert claims_of(town)["category"] == "b"
    assert deciding.read(town.office, case, clerk="a", now=town.now).application.ends_at is None


def test_the_card_is_collected_and_comes_back_until_the_decision_is_taken_back(town):
    settled = settle(town)
    case = granted(town)
    (card,) = cards_of(settled.wallet.ask_cards("urgentie", [new_key()]))
    signer = issuer(town).certificates.card.signer
    claims = sdjwt.verify(sdjwt.parse(card, typ="dc+sd-jwt"), signer.public_key).payload
    assert claims["category"] == "medisch"
    assert len(claims["housing_pseudonym"]) == 43
    view = deciding.read(town.office, case, clerk="anna", now=town.now)
    assert isinstance(view.application, Issued)
    deciding.end(town.office, case, REASON, clerk="bram", now=town.now)
    assert claims_of(town) == Denied("ended")
    (row,) = [
        one for one in town.office.store.audit.cards("0599", name(town)) if one.kind == "urgentie"
    ]
    assert (row.copies, row.revoked) == (1, 1)
    (notice,) = [
        one
        for one in town.office.store.notices.of("0599", name(town), town.now + DAY)
        if one.kind == "urgentie"
    ]
    assert (notice.event, notice.reason) == ("revoked", "withdrawn")
    settled.later(3_600)
    settled.refresh()
    answer = settled.wallet.ask_cards("urgentie", [new_key()])
    assert answer.json() == {"error": "credential_request_denied"}


def test_a_later_decision_takes_the_place_of_an_earlier_one(town):
    settled = settle(town)
    first = granted(town)
    assert len(cards_of(settled.wallet.ask_cards("urgentie", [new_key()]))) == 1
    settled.later(3_600)
    settled.refresh()
    second = granted(town, claims={**GRANTED, "category": "sociaal"})
    old = deciding.find(town.office, first, town.now)
    assert isinstance(old, Closed)
    assert old.why is Why.REPLACED
    assert claims_of(town)["category"] == "sociaal"
    assert len(cards_of(settled.wallet.ask_cards("urgentie", [new_key()]))) == 1
    rows = [
        (one.copies, one.revoked)
        for one in town.office.store.audit.cards("0599", name(town))
        if one.kind == "urgentie"
    ]
    assert sorted(rows) == [(1, 0), (1, 1)]
    assert isinstance(deciding.find(town.office, second, town.now), Issued)


def test_a_card_is_not_made_of_a_decision_that_is_taken_back_meanwhile(town, monkeypatch):
    settled = settle(town)
    case = granted(town)
    before = applications.granted_claims

    def late(*args, **more):
        found = before(*args, **more)
        deciding.end(town.office, case, REASON, clerk="bram", now=town.now)
        return found

    monkeypatch.setattr(applications, "granted_claims", late)
    answer = settled.wallet.ask_cards("urgentie", [new_key()])
    assert answer.json() == {"error": "credential_request_denied"}
    kinds = {one.kind for one in town.office.store.audit.cards("0599", name(town))}
    assert "urgentie" not in kinds


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (
            lambda town, case: applications.withdraw(
                town.office, issuer(town), name(town), case, town.now
            ),
            "withdrawn",
        ),
        (
            lambda town, case: (
                deciding.take(town.office, case, clerk="a", now=town.now),
                deciding.decide(
                    town.office, case, Outcome.REFUSED, reason=REASON, clerk="a", now=town.now
                ),
            ),
            "refused",
        ),
    ],
)
def test_why_there_is_no_card(town, step, code):
    step(town, case_of(opened(town)))
    assert claims_of(town) == Denied(code)
    if code == "refused":
        town.now += 60 * DAY
        assert claims_of(town) == Denied("refused")
    # Whoever applies again waits again.
    opened(town)
    assert claims_of(town) is None


# ---- what time does


def test_reminders_of_what_is_near_its_term_or_late(town):
    first = case_of(opened(town, "contactgegevens", {"telephone": "0205550123"}))
    opened(town)
    start = town.now
    assert settling.reminders(town.office, start + 10 * DAY) == []
    (near,) = settling.reminders(town.office, start + 11 * DAY)
    assert (near.application.file.case, near.what, near.late) == (first, "decide", False)
    assert near.due == start + 14 * DAY
    both = settling.reminders(town.office, start + 50 * DAY)
    assert [one.late for one in both] == [True, False]
    assert settling.reminders(town.office, start + 50 * DAY, municipality="0518") == []
    deciding.take(town.office, first, clerk="anna", now=start)
    deciding.ask(town.office, first, "Welk nummer?", clerk="anna", now=start + 13 * DAY)
    assert len(settling.reminders(town.office, start + 20 * DAY)) == 0


@pytest.mark.spec("Regie formats", "1", "what ends sooner ends through the status list, on the day")
def test_what_was_granted_ends_on_its_day(town):
    settled = settle(town)
    case = granted(town, claims={**GRANTED, "valid_until": "2026-01-20"})
    assert len(cards_of(settled.wallet.ask_cards("urgentie", [new_key()]))) == 1
    town.now += 19 * DAY
    desk.purge(town.office, town.now, DAY)
    assert isinstance(deciding.find(town.office, case, town.now), Issued)
    town.now += DAY
    assert claims_of(town) == Denied("ended")
    assert settling.settle(town.office, town.now) == 1
    assert settling.settle(town.office, town.now) == 0
    rows = {one.kind: one.revoked for one in town.office.store.audit.cards("0599", name(town))}
    assert rows["urgentie"] == 1
    assert deciding.find(town.office, case, town.now).why is Why.EXPIRED


@pytest.mark.spec("Architecture", "Issuer", "what residents sent goes a set time after closing")
def test_what_was_written_is_erased_after_its_time(town):
    case = case_of(opened(town, files=(PDF,)))
    office, who = town.office, name(town)
    applications.withdraw(office, issuer(town), who, case, town.now)
    keep = office.settings.keep_cases_days * DAY
    settling.settle(office, town.now + keep - 1)
    assert len(applications.own(office, issuer(town), who, town.now)) == 1
    settling.settle(office, town.now + keep)
    assert applications.own(office, issuer(town), who, town.now) == []
    assert office.store.applications.attachments(case) == []


def test_of_a_card_that_stands_the_claims_stay_and_nothing_else(town):
    no_end = msgspec.structs.replace(URGENCY, claims=(Claim(name="category"),))
    with_settings(town, declared=(no_end,))
    case = case_of(opened(town, files=(PDF,)))
    office = town.office
    deciding.take(office, case, clerk="anna", now=town.now)
    deciding.decide(
        office,
        case,
        Outcome.PARTLY,
        reason=REASON,
        claims={"category": "medisch"},
        clerk="anna",
        now=town.now,
    )
    town.now += (42 + office.settings.keep_cases_days) * DAY
    assert settling.settle(office, town.now) == 1
    view = deciding.read(office, case, clerk="anna", now=town.now)
    assert view.dossier == view.dossier.after_erasure()
    assert view.attachments == ()
    assert claims_of(town)["category"] == "medisch"
    assert settling.settle(office, town.now) == 0
    deciding.end(office, case, REASON, clerk="anna", now=town.now)
    # Taking it back is a decision too: one can object to it for six weeks.
    town.now += (42 + office.settings.keep_cases_days) * DAY
    assert settling.settle(office, town.now) == 1
    assert applications.own(office, issuer(town), name(town), town.now) == []


def test_nothing_of_it_shows_in_a_log(town, caplog, capsys):
    caplog.set_level("DEBUG")
    granted(town)
    view = opened(town, "contactgegevens", {"telephone": "0205550123"}, files=(PDF,))
    said = caplog.text + "".join(capsys.readouterr()) + repr(view) + repr(view.dossier)
    for secret in ("Traplopen", "medisch", "0205550123", RESIDENT):
        assert secret not in said


def test_the_store_wins_one_change(town):
    case = case_of(opened(town))
    store = town.office.store.applications
    stored = store.find(case)
    after = application.at(stored.application, town.now)
    store.change(case, lambda found: Change(after, found.sealed, None))
    assert store.find(case).version == stored.version + 1
    assert not store.forget(case, stored.version)
