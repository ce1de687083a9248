"""What lint finds in a register: one change each, with the code, the line and how to mend it."""

from datetime import date

import pytest
from support.registerfiles import REAL, TEST, changed, check, files, text_of
from support.scheme import ISSUER, VOORBEELDWONEN, WESTHOVE

from registrar import lines, municipalities, numbers, texts
from registrar.findings import wrong


def one(name, old, new, scheme=TEST):
    """The findings after one change in one file."""
    text = changed(name, old, new)
    return check(files(scheme, **{name.replace("-", "_"): text})), text


def test_the_example_register_is_clean():
    assert check(files()) == []


LOCAL = 'hosts = ["localhost"]'
RETENTION = "\n".join(
    line for line in text_of(VOORBEELDWONEN).splitlines() if line.startswith("retention.")
)
GROUND = """\
[[service.intended_use.legal_basis]]
gdpr = "6.1.f"
law.nl = "Gerechtvaardigd belang: passende woningen aanbieden"
law.en = "Legitimate interest: offering homes that fit"
"""
CASES = [
    # party, old, new, code, level, what stands on the line
    (VOORBEELDWONEN, '"age_over_18"', '"bsn"', "lint.claim_unknown", "error", "bsn"),
    (
        VOORBEELDWONEN,
        'optional = ["municipality_code"]',
        'optional = ["disclosure_restricted"]',
        "lint.claim_never_asked",
        "error",
        "disclosure_restricted",
    ),
    (
        VOORBEELDWONEN,
        '["given_name", "family_name"]',
        '["given_name", "age_over_18"]',
        "lint.claim_twice",
        "error",
        "age_over_18",
    ),
    (
        VOORBEELDWONEN,
        'optional = ["municipality_code"]',
        'optional = ["address"]',
        "lint.more_than_least",
        "advice",
        "address",
    ),
    (
        VOORBEELDWONEN,
        'required = ["housing_pseudonym"]\noptional = ["municipality_code"]',
        'required = ["housing_pseudonym", "municipality_code"]',
        "lint.need_not_be_required",
        "advice",
        "municipality_code",
    ),
    (
        VOORBEELDWONEN,
        'category = "woonduur"',
        'category = "wonen"',
        "lint.category_unknown",
        "error",
        'category = "wonen"',
    ),
    (VOORBEELDWONEN, 'category = "woonduur"\n', "", "lint.category_none", "advice", None),
    (VOORBEELDWONEN, '"age_over_18"', f'"{"9" * 5000}"', "lint.claim_unknown", "error", "99"),
    (
        VOORBEELDWONEN,
        'support_uri = "',
        'support_uri = "tel:\u00e9" # ',
        "lint.unreadable",
        "error",
        "tel:",
    ),
    (
        WESTHOVE,
        "since = 2025-01-01T00:00:00Z",
        "since = 0001-01-01",
        "toml.member",
        "error",
        "0001",
    ),
    (
        WESTHOVE,
        'name = "Gemeente Westhove"',
        f'name = "Gemeente {"Westhove" * 8}"',
        "lint.name_long",
        "error",
        "WesthoveWesthove",
    ),
    (VOORBEELDWONEN, 'id = "inschrijven"', 'id = ".."', "party.use_id", "error", '".."'),
    (VOORBEELDWONEN, 'id = "inschrijven"', 'id = "-x"', "party.use_id", "error", '"-x"'),
    (VOORBEELDWONEN, 'id = "inschrijving"', 'id = ".x"', "party.service_id", "error", '".x"'),
    (VOORBEELDWONEN, "recipients = []\n", "", "lint.recipients_missing", "advice", None),
    (
        VOORBEELDWONEN,
        RETENTION[: RETENTION.index("retention.starts")],
        "",
        "toml.missing",
        "error",
        None,
    ),
    (
        VOORBEELDWONEN,
        GROUND,
        "",
        "lint.legal_basis",
        "error",
        None,
    ),
    (VOORBEELDWONEN, 'gdpr = "6.1.f"', 'gdpr = "9.2.a"', "lint.legal_basis", "error", None),
    (VOORBEELDWONEN, 'gdpr = "6.1.f"', 'gdpr = "6.1.a"', "lint.consent", "advice", "6.1.a"),
    (
        VOORBEELDWONEN,
        'law.nl = "AVG, artikelen 12 en 15 tot en met 21"\nlaw.en = "GDPR, articles 12 and 15 to 21"\n',
        "",
        "lint.law_missing",
        "error",
        "6.1.c",
    ),
    (
        VOORBEELDWONEN,
        'purpose.en = "Registering you as a home seeker"',
        'purpose.en = "Inschrijven als woningzoekende"',
        "lint.same_text",
        "advice",
        'purpose.en = "Inschrijven als woningzoekende"',
    ),
    (
        VOORBEELDWONEN,
        '"https://voorbeeldwonen.example/privacy#woonduur"',
        '"http://voorbeeldwonen.example/privacy#woonduur"',
        "lint.unreadable",
        "error",
        "http://",
    ),
    (
        VOORBEELDWONEN,
        'website = "https://voorbeeldwonen.example"',
        'website = "https://jan@voorbeeldwonen.example"',
        "lint.unreadable",
        "error",
        "jan@",
    ),
    (
        VOORBEELDWONEN,
        'email = "klantcontact@voorbeeldwonen.example"',
        'email = "klantcontact"',
        "lint.mail",
        "error",
        "klantcontact",
    ),
    (VOORBEELDWONEN, 'phone = "+31880712140"', 'phone = "088"', "lint.phone", "advice", "088"),
    (
        VOORBEELDWONEN,
        'oin = "00000099000000003000"',
        'oin = "00000005000000003000"',
        "lint.oin_prefix",
        "error",
        "oin",
    ),
    (
        VOORBEELDWONEN,
        'oin = "00000099000000003000"',
        'oin = "00000001123456789000"',
        "lint.oin_rsin",
        "error",
        "oin",
    ),
    (
        VOORBEELDWONEN,
        'oin = "00000099000000003000"',
        'oin = "00000003900000020000"',
        "lint.oin_kvk",
        "error",
        "oin",
    ),
    (
        VOORBEELDWONEN,
        'oin = "00000099000000003000"',
        'oin = "00000003900000010001"',
        "lint.oin_suffix",
        "error",
        "oin",
    ),
    (VOORBEELDWONEN, '"NTRNL-90000001"', '"NTRNL-9000001"', "lint.identifier", "error", "NTRNL"),
    (VOORBEELDWONEN, '"NTRNL-90000001"', '"NTRBE-90000001"', "lint.identifier", "error", "NTRBE"),
    (WESTHOVE, '["0518"]', '["9999"]', "lint.municipality_unknown", "error", "9999"),
    (WESTHOVE, '["0518"]', '["0788"]', "lint.municipality_ended", "error", "0788"),
    (WESTHOVE, '["0518"]', '["0530"]', "lint.municipality_ended", "error", "0530"),
    (WESTHOVE, '["0518"]', "[]", "lint.municipality_none", "advice", "[]"),
    (
        WESTHOVE,
        f'status_prefix = "{ISSUER}',
        'status_prefix = "https://elders.example',
        "lint.prefix_host",
        "advice",
        "elders",
    ),
    (
        WESTHOVE,
        "since = 2025-01-01T00:00:00Z",
        "since = 2025-01-01\nwithdrawn = 2024-01-01\nwithdrawal_reason = 'ceased'",
        "lint.withdrawn_before",
        "error",
        "withdrawn = 2024",
    ),
    (
        WESTHOVE,
        "since = 2025-01-01T00:00:00Z",
        "since = 2025-01-01\nwithdrawn = 2026-01-01\nwithdrawal_reason = 'zomaar'",
        "lint.withdrawal_reason",
        "error",
        "zomaar",
    ),
    (
        WESTHOVE,
        "since = 2025-01-01T00:00:00Z",
        "since = 2025-01-01\nwithdrawn = 2026-01-01\nwithdrawal_reason = 'merged'",
        "lint.merged_into_nobody",
        "error",
        "withdrawn = 2026",
    ),
]


@pytest.mark.spec("Regie trust", "9.2", "a file that nobody reads is a fault")
@pytest.mark.parametrize(
    "path",
    [
        f"parties/{VOORBEELDWONEN}/steps.toml",
        "parties/groep/nieuw.toml",
        "parties/groep/uses/a.b.toml",
        "kinds/groep/nieuw.toml",
    ],
)
def test_a_file_that_nobody_reads_is_told(path):
    (hit,) = check({**files(), path: b'what = "compromised"'})
    assert (hit.code, hit.level, hit.file) == ("lint.unread", "error", path)


@pytest.mark.parametrize(
    "text",
    ["a" + ".a" * 50_000 + " = 1", "[a" + ' . "a"' * 9 + "]", 'x = 1\n"a"' + ".'b'" * 8 + "=2"],
)
def test_a_key_that_costs_all_memory_is_not_read(text):
    found = check(files(gemeente_westhove=text))
    assert [(one.code, one.line) for one in found] == [("toml.deep", text.count("\n") + 1)]


def test_dots_in_a_text_are_no_key():
    dots = "a" + ".a" * 20
    text = text_of(WESTHOVE) + f"\n# {dots}\n"
    assert check(files(gemeente_westhove=text)) == []
    for quoted in (f'"{dots}"', f"'{dots}'", f'"""\n{dots}\\""" # """', f"'''{dots}'''"):
        assert lines.deep(f"k = {quoted}\nb.c = 1.5\n") is None, quoted


def test_a_service_has_an_id_of_its_own():
    once = text_of(VOORBEELDWONEN)
    second = once[once.index("[[service]]") :].replace('id = "', 'id = "tweede-')
    twice = f"{once}\n{second.replace('tweede-inschrijving', 'inschrijving', 1)}"
    hits = [one for one in check(files(woonstichting_voorbeeldwonen=twice)) if one.level == "error"]
    assert [(one.code, one.what) for one in hits] == [("party.service_repeated", "inschrijving")]
    line = twice.splitlines()[hits[0].line - 1]
    assert line == "[[service]]"
    assert hits[0].line > len(once.splitlines())
    apart = f"{once}\n{second}"
    assert [
        one for one in check(files(woonstichting_voorbeeldwonen=apart)) if one.level == "error"
    ] == []
    # Of who issues, the party's own id is taken too, and so is that of its registration.
    second = second.replace("Woonstichting Voorbeeldwonen", "Loket Westhove")
    for own, code in (("gemeente-westhove", "party.service_repeated"), ("loket", None)):
        loket = second.replace("tweede-inschrijving", own, 1)
        found = check(files(gemeente_westhove=f"{text_of(WESTHOVE)}\n{loket}"))
        assert [one.code for one in found if one.level == "error"] == ([code] if code else [])
    issuing = second.replace("tweede-inschrijven", "issuing", 1)
    found = check(files(gemeente_westhove=f"{text_of(WESTHOVE)}\n{issuing}"))
    assert [one.code for one in found if one.level == "error"] == ["party.use_id"]


@pytest.mark.spec("Regie trust", "9.2", "lint names file and line and says how to mend it")
@pytest.mark.parametrize(
    ("party", "old", "new", "code", "level", "stands"), CASES, ids=lambda one: str(one)[:24]
)
def test_each_fault_is_found_where_it_stands(party, old, new, code, level, stands):
    found, text = one(party, old, new)
    hits = [one for one in found if one.code == code]
    assert hits, [(one.code, one.what) for one in found]
    for hit in hits:
        assert (hit.level, hit.file) == (level, f"parties/{party}.toml")
        line = text.splitlines()[hit.line - 1]
        assert stands is None or stands in line, (hit.line, line)
        for lang in texts.LANGUAGES:
            params = {"where": hit.where, "what": hit.what}
            assert texts.find(lang, hit.code, **params)
            assert texts.find(lang, f"mend.{hit.code}", **params)


def test_outside_a_test_made_up_numbers_and_hosts_are_refused():
    found = {(one.code, one.where) for one in wrong(check(files(REAL)))}
    assert ("lint.oin_test", VOORBEELDWONEN) in found
    assert ("lint.host", WESTHOVE) in found


@pytest.mark.parametrize(
    ("host", "public"),
    [("kaarten.voorbeeld.nl", True), ("10.0.0.1", False), ("x.local", False), ("intranet", False)],
)
def test_a_public_host(host, public):
    text = changed(WESTHOVE, LOCAL, f'hosts = ["{host}"]')
    found = [one.what for one in check(files(REAL, gemeente_westhove=text))]
    assert (host not in found) is public


def test_numbers_of_the_trade_register():
    def faults(oin, identifier="NTRNL-68750110", **kw):
        one = numbers.Organisation(oin, identifier, "NL")
        return numbers.oin_faults(one, development=False, **kw)

    assert faults("00000003687501100000") == ()
    # Logius itself, from the public example of its own register.
    assert faults("00000001822477348000") == ()
    assert faults("00000001822477349000") == ("rsin",)
    assert faults("00000001000000000000") == ("rsin",)
    assert faults("00000004194049711000") == ()
    for identifier, right in (
        ("NTRNL-68750110", True),
        ("VATNL-999999999B01", True),
        ("LEIXG-724500AAAAAAAAAAAA01", True),
        ("PNONL-999999990", False),
        ("NTRNL-ABCDEFGH", False),
    ):
        one = numbers.Organisation("", identifier, "NL")
        assert numbers.identifier_is_right(one) is right, identifier


def test_the_table_of_municipalities():
    haaren = municipalities.find("0788")
    assert haaren is not None
    assert (haaren.name, haaren.ended) == ("Haaren", date(2021, 1, 1))
    assert municipalities.heir("0788") == "0824"
    assert municipalities.heir("0530") == "1992"
    assert municipalities.heir("0599") is None
    assert municipalities.find("1999") is None, "the register of non-residents is no municipality"
    codes = [f"{number:04d}" for number in range(10_000)]
    now = [one for code in codes if (one := municipalities.find(code)) and one.ended is None]
    assert len(now) == 342


def test_a_municipality_may_end_after_its_code_ended():
    text = changed(WESTHOVE, '["0518"]', '["0788"]')
    text = text.replace(
        "since = 2025-01-01T00:00:00Z",
        "since = 2020-01-01\nwithdrawn = 2021-01-01\nwithdrawal_reason = 'ceased'",
    )
    assert check(files(gemeente_westhove=text)) == []


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_every_finding_of_lint_has_a_sentence_and_a_way_to_mend_it(lang):
    said = texts.texts(lang)
    for group in ("toml", "party", "lint", "config"):
        assert set(said[group]) == set(said["mend"][group]), group


@pytest.mark.spec("House rules", "3", "everything foreign is bounded")
def test_a_text_that_every_device_would_fetch_has_an_end():
    street = next(line for line in text_of(VOORBEELDWONEN).splitlines() if "street" in line)
    value = street.split('street = "')[1].split('"')[0]
    for size, codes in ((500, []), (501, ["toml.long"])):
        found, _ = one(VOORBEELDWONEN, f'street = "{value}"', f'street = "{"x" * size}"')
        assert [each.code for each in found] == codes
    hosts = [f"h{number}.localhost" for number in range(65)]
    for count, codes in ((64, []), (65, ["toml.many"])):
        listed = str(hosts[:count]).replace("'", '"')
        found, _ = one(VOORBEELDWONEN, LOCAL, f"hosts = {listed}")
        assert [each.code for each in wrong(found) if each.code.startswith("toml")] == codes
