"""What a change of the register lets whom do: told, and never told as less than it is."""

from dataclasses import fields, is_dataclass, replace

import pytest
from support.registerfiles import changed, files, text_of
from support.scheme import NOW, VOORBEELDSTAD, VOORBEELDWONEN, WESTHOVE

from registrar import changes, kinds, register
from registrar.life import Event, Step
from registrar.party import Succession, WalletProvider
from registrar.texts import LANGUAGES

DAY = 86_400
FIRST_CARD = 'required = ["age_over_18", "housing_pseudonym"]'


def told(old, new, lang="nl"):
    return changes.compare(register.read(old), register.read(new), lang)


def of_verifier(old, new, count=1):
    """What is told of an edit in the verifier's file, as direction and code."""
    after = files(woonstichting_voorbeeldwonen=changed(VOORBEELDWONEN, old, new, count))
    return [(one.direction, one.code) for one in told(files(), after)]


def of_issuer(old, new, name=WESTHOVE):
    after = files(**{name.replace("-", "_"): changed(name, old, new)})
    return [(one.direction, one.code) for one in told(files(), after)]


def test_nothing_changed_says_nothing():
    assert told(files(), files()) == ()


@pytest.mark.spec(
    "Regie trust", "9.5", "a change says what it lets whom do, and whether that is more"
)
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            FIRST_CARD,
            'required = ["age_over_18", "housing_pseudonym", "birthdate"]',
            [("wider", "claim_required")],
        ),
        (
            'optional = ["given_name", "family_name"]',
            'optional = ["given_name", "family_name", "birthdate"]',
            [("wider", "claim_optional")],
        ),
        (
            'optional = ["given_name", "family_name"]',
            'optional = ["given_name"]',
            [("narrower", "claim_gone")],
        ),
        (
            FIRST_CARD,
            'required = ["housing_pseudonym"]',
            [("narrower", "claim_gone")],
        ),
        ('"P2Y"', '"P3Y"', [("wider", "retention_longer")]),
        ('"P2Y"', '"P1Y"', [("narrower", "retention_shorter")]),
        ('"P2Y"', '"P730D"', [("narrower", "retention_shorter")]),
        (
            'starts = "end_of_registration"',
            'starts = "disclosure"',
            [("wider", "retention_start")],
        ),
        ("Tot twee jaar na", "Hooguit twee jaar na", [("neutral", "retention_text")]),
        ("recipients = []", 'recipients = ["Iemand"]', [("wider", "recipient_added")]),
        ("recipients = []\n", "", [("wider", "recipients_gone")]),
        (
            'purpose.nl = "Inschrijven als woningzoekende"',
            'purpose.nl = "Reclame sturen"',
            [("wider", "purpose")],
        ),
        (
            'gdpr = "6.1.b"',
            'gdpr = "6.1.f"',
            [("wider", "ground_added"), ("wider", "other_text"), ("narrower", "ground_gone")],
        ),
        (
            'hosts = ["localhost"]',
            'hosts = ["elders.example"]',
            [("wider", "host_added"), ("narrower", "host_gone")],
        ),
        ("#inschrijven", "#anders", [("neutral", "privacy_policy")]),
        ("/rights", "/rechten", [("neutral", "rights")]),
        ("privacy@voorbeeldwonen.example", "privacy@elders.example", [("wider", "rights")]),
        ('oin = "00000099000000003000"', 'oin = "00000099000000003001"', [("wider", "oin")]),
        ("Huurdersweg 12", "Huurdersweg 14", [("neutral", "contact")]),
        (
            'id = "inschrijven"\n',
            (
                'id = "inschrijven"\nstep = [{ on = 2026-03-01, what = "admitted" },'
                ' { on = 2026-05-01, what = "suspended" }]\n'
            ),
            [("wider", "step.admitted"), ("narrower", "step.suspended")],
        ),
    ],
)
def test_one_line_of_a_verifiers_file(old, new, expected):
    assert of_verifier(old, new) == expected


def test_where_rights_are_used_is_told_before_and_after():
    after = files(woonstichting_voorbeeldwonen=changed(VOORBEELDWONEN, "/rights", "/rechten"))
    (found,) = told(files(), after)
    assert found.text.index("/rechten") < found.text.index("/rights")


def test_what_becomes_required_is_wider():
    text = changed(
        VOORBEELDWONEN, FIRST_CARD, 'required = ["age_over_18", "housing_pseudonym", "given_name"]'
    )
    text = text.replace('optional = ["given_name", "family_name"]', 'optional = ["family_name"]', 1)
    after = files(woonstichting_voorbeeldwonen=text)
    assert [one.code for one in told(files(), after)] == ["claim_now_required"]
    assert [one.code for one in told(after, files())] == ["claim_now_optional"]


def test_a_part_of_what_was_asked_is_no_more_than_before():
    part = changed(
        VOORBEELDWONEN,
        'optional = ["address", "municipality", "municipality_code", "resident_since"]',
        'optional = ["address.postal_code", "municipality", "municipality_code", "resident_since"]',
    )
    after = files(woonstichting_voorbeeldwonen=part)
    assert [(one.direction, one.code) for one in told(files(), after)] == [
        ("neutral", "claim_part"),
        ("narrower", "claim_gone"),
    ]
    assert [(one.direction, one.code) for one in told(after, files())] == [
        ("wider", "claim_optional")
    ]


def test_a_new_party_is_told_whole():
    before = files()
    del before[f"parties/{VOORBEELDWONEN}.toml"]
    found = told(before, files())
    assert found[0].code == "party_added"
    assert {one.party for one in found} == {VOORBEELDWONEN}
    codes = [one.code for one in found]
    assert codes.count("use_added") == 6
    asked = sum(
        len(use.claims)
        for party in register.read(files()).parties
        for service in party.services
        for use in service.intended_uses
    )
    assert codes.count("claim_required") + codes.count("claim_optional") == asked
    assert {one.direction for one in found} == {"wider"}
    (gone,) = told(files(), before)
    assert (gone.direction, gone.code) == ("narrower", "party_gone")


@pytest.mark.spec("Regie trust", "4.5", "steps in the life of an issuer are told")
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"verblijfsrecht"]', '"verblijfsrecht", "urgentie"]', [("wider", "kind_added")]),
        (', "verblijfsrecht"]', "]", [("narrower", "kind_struck")]),
        ("since = 2025-01-01", "since = 2024-01-01", [("wider", "step_moved")]),
        ("since = 2025-01-01", "since = 2026-01-01", [("narrower", "step_moved")]),
        (
            "since = 2025-01-01T00:00:00Z",
            'since = 2025-01-01T00:00:00Z\nwithdrawn = 2027-01-01\nwithdrawal_reason = "ceased"',
            [("narrower", "step.ceased")],
        ),
        (
            'municipality_codes = ["0518"]',
            'municipality_codes = ["0518", "0519"]',
            [("wider", "code_added")],
        ),
        ("/0518/status/", "/0518/lijsten/", [("neutral", "status_prefix")]),
    ],
)
def test_one_line_of_an_issuers_file(old, new, expected):
    assert of_issuer(old, new) == expected


def test_striking_out_a_step_is_its_reverse():
    short = text_of(WESTHOVE)
    stopped = short.replace(
        "since = 2025-01-01T00:00:00Z",
        'since = 2025-01-01T00:00:00Z\nwithdrawn = 2027-01-01\nwithdrawal_reason = "compromised"',
    )
    found = told(files(gemeente_westhove=stopped), files())
    assert [(one.direction, one.code) for one in found] == [("wider", "step_gone")]
    assert "niet meer te vertrouwen" in found[0].text


def test_a_suspension_says_whether_cards_stay():
    def suspended(cards):
        step = f'[[issuing.step]]\non = 2026-05-01\nwhat = "suspended"\ncards = "{cards}"\n'
        kinds_of = ", ".join(
            f'"{kind}"'
            for kind in (
                "persoonsgegevens",
                "woonadres",
                "huishouden",
                "woongeschiedenis",
                "verblijfsrecht",
            )
        )
        begun = f'[[issuing.step]]\non = 2025-01-01\nwhat = "admitted"\nkinds = [{kinds_of}]\n'
        text = changed(WESTHOVE, "since = 2025-01-01T00:00:00Z\n", "")
        head, tail = text.split("kinds = [", 1)
        return files(gemeente_westhove=head + tail.split("]", 1)[1] + "\n" + begun + step)

    assert not register.read(suspended("stay")).faults
    codes = [one.code for one in told(files(), suspended("stay"))]
    assert codes == ["step.paused"]
    (found,) = told(files(), suspended("refused"))
    assert found.code == "step.suspended"
    assert found.text.endswith("Kaartjes van daarvoor tellen zolang niet.")
    (found,) = told(suspended("refused"), suspended("stay"))
    assert (found.direction, found.code) == ("wider", "cards_stay")


def test_a_key_that_is_another_is_wider():
    before = {f"{VOORBEELDSTAD}/{VOORBEELDSTAD}.card": "a"}
    after = {f"{VOORBEELDSTAD}/{VOORBEELDSTAD}.card": "b", f"{VOORBEELDSTAD}/x": "c"}
    same = register.read(files())
    found = changes.compare(same, same, "nl", requests=(before, after))
    assert [(one.direction, one.code) for one in found] == [
        ("wider", "key"),
        ("neutral", "key_added"),
    ]


def test_kinds_and_who_they_are_meant_for():
    shipped = dict(kinds.shipped())
    name = "kinds/woonadres.toml"
    text = shipped[name].decode()
    always = text.replace('sd = "allowed"', 'sd = "never"', 1)
    meant = text + (
        '\n[disclosure]\nuri = "https://regie.example/beleid"\ntext = "Alleen woningcorporaties"\n'
        'sectors = ["woningcorporatie"]\n'
    )

    def compared(old, new):
        sides = [{**files(), **shipped, name: one.encode()} for one in (old, new)]
        assert not any(register.read(side).faults for side in sides)
        return [(one.direction, one.code) for one in told(*sides)]

    for old, new, direction, code in (
        ('en = "Postal code"', 'en = "Postcode"', "wider", "type_claim_text"),
        ('background = "', 'background = "#112233" # ', "neutral", "type_look"),
        ('description = "', 'description = "Nieuw. ', "wider", "type_text"),
        ('path = "address"\n', 'path = "address"\nmandatory = true\n', "neutral", "type_mandatory"),
    ):
        assert old in text, old
        assert compared(text, text.replace(old, new, 1)) == [(direction, code)]
    assert compared(text, always) == [("wider", "type_sd.never")]
    assert compared(text, meant) == [("narrower", "policy_added")]
    assert compared(meant, text) == [("wider", "policy_gone")]
    assert compared(meant, meant.replace("Alleen", "Vooral")) == [("wider", "policy")]
    # A kind that builds on another answers for that one too.
    own = b'vct = "https://provincie.example/kaart/woonpas/1"\nextends = "woonadres"\n'
    before = {**files(), **shipped}
    added = told(before, {**before, "kinds/woonpas.toml": own})
    assert [(one.direction, one.code) for one in added] == [
        ("neutral", "type_added"),
        ("wider", "type_answers"),
    ]
    assert added[1].text.startswith("Kan ook gebruikt worden waar om Woonadres wordt gevraagd")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_line_has_a_sentence_in_both_languages(lang):
    nothing = {"scheme.toml": files()["scheme.toml"]}
    for old, new in ((nothing, files()), (files(), nothing)):
        for one in told(old, new, lang):
            assert one.text.strip()
            assert "{" not in one.text


def differing(value):
    """Copies of this value, each with one thing in it that is different."""
    if is_dataclass(value):
        for field in fields(value):
            for other in differing(getattr(value, field.name)):
                yield replace(value, **{field.name: other})
    elif isinstance(value, tuple):
        for place, one in enumerate(value):
            for other in differing(one):
                yield (*value[:place], other, *value[place + 1 :])
        if value:
            yield value[:-1]
    elif value is not None:
        yield another(value)


def another(value):
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case int():
            return value + DAY
        case Step():
            return Step.CEASED if value is not Step.CEASED else Step.COMPROMISED
        case str() if value.startswith("6.1."):
            return "6.1.d"
        case str() if value.startswith("P") and value[1:2].isdecimal():
            return "P9Y"
        case str():
            return f"{value}x"
        case _:
            pytest.fail(f"a kind of member this test does not know: {value!r}")


def whole():
    """Parties that state everything a file can state."""
    read = register.read(files()).parties
    provider = WalletProvider("Wallet", ("wallet.example",), "https://wallet.example/privacy")
    begun = (Event(NOW, Step.ADMITTED), Event(NOW + DAY, Step.RENAMED, formerly="Vroeger"))
    succession = Succession("NTRNL-1", "1" * 20, ("0001",), NOW)
    for party in read:
        issuing = party.issuing and replace(
            party.issuing,
            successors=(succession,),
            predecessors=(succession,),
            status_successor="1" * 20,
        )
        services = tuple(
            replace(
                one,
                intended_uses=tuple(
                    replace(use, steps=begun, category="inschrijven")
                    for use in one.intended_uses[-1:]
                ),
            )
            for one in party.services
        )
        yield replace(
            party,
            issuing=issuing,
            services=services,
            wallet_provider=provider,
            sector="woningcorporatie",
            steps=begun,
        )


@pytest.mark.spec("Regie trust", "9.5", "no member of a file changes unsaid")
@pytest.mark.parametrize("party", list(whole()), ids=lambda one: one.id)
def test_nothing_changes_unsaid(party):
    known = kinds.standard()
    before = register.of([party], None, known)
    seen = 0
    for other in differing(party):
        after = register.of([other], None, known)
        assert changes.compare(before, after, "nl"), other
        seen += 1
    assert seen > 60
