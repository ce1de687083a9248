"""`verblijfsrecht`: Huisvestingswet 2014 art. 10(2), from nationality or title."""

import pytest
from support.people import day, nationality, record
from support.register import NOW

from issuer.cards import decide
from issuer.sources import Granted, LeftOut, Refused

KIND = "verblijfsrecht"

pytestmark = pytest.mark.spec("Huisvestingswet 2014", "10(2)", "right of residence")

IRANIAN = nationality("0315")


def _decide(*nationalities, title=None, **members):
    return decide(
        record(nationaliteiten=list(nationalities), verblijfstitel=title, **members), KIND, NOW
    )


def _title(code, start="2020-01-01", end=None, **members):
    ends = {"datumEinde": day(end)} if end else {}
    return {"aanduiding": {"code": code}, "datumIngang": day(start), **ends, **members}


def _said(decision):
    assert isinstance(decision, Granted)
    claims = decision.claims
    return tuple(
        claims.get(name)
        for name in ("nationalities", "dutch_nationality", "housing_residence_right")
    )


def test_dutch():
    assert _said(_decide(nationality("0001"))) == (["NL"], True, True)


def test_treated_as_dutch_has_the_right_but_not_the_nationality():
    assert _said(_decide(nationality(kind="BehandeldAlsNederlander"))) == (None, False, True)


@pytest.mark.parametrize(("code", "iso"), [("0068", "MT"), ("0063", "IS"), ("0081", "CH")])
def test_union_eea_and_swiss_citizens_need_no_title(code, iso):
    assert _said(_decide(nationality(code))) == ([iso], False, True)


def test_an_ended_union_right_is_no_right():
    assert _said(_decide(nationality("0068"), title=_title("41"))) == (["MT"], False, False)


@pytest.mark.parametrize(
    ("code", "right"),
    [
        *((code, True) for code in ("21", "22", "23", "24", "25", "26", "27", "28", "29", "30")),
        *((code, True) for code in ("35", "36", "37", "38", "40", "91", "92", "93")),
        *((code, False) for code in ("31", "32", "33", "34", "39", "42", "43", "44", "45", "46")),
    ],
)
def test_titles_of_article_8_a_to_e_and_l(code, right):
    assert _said(_decide(IRANIAN, title=_title(code))) == (["IR"], False, right)


@pytest.mark.parametrize("code", ["09", "12", "20", "77"])
def test_a_title_of_the_old_act_or_unknown_is_for_the_desk(code):
    decision = _decide(IRANIAN, title=_title(code))
    assert _said(decision) == (["IR"], False, None)
    assert decision.left_out == (LeftOut("housing_residence_right", "residence_title_unclear"),)


def test_the_end_of_a_title_is_in_the_card():
    card = _decide(IRANIAN, title=_title("21", end="2027-05-01"))
    assert card.claims["residence_right_until"] == "2027-05-01"
    partial = _decide(IRANIAN, title=_title("21", end="2027"))
    assert partial.claims["residence_right_until"] == "2027"


@pytest.mark.parametrize(
    "title",
    [
        None,
        _title("21", end="2015-05-30"),
        _title("21", end="2026-01-01"),
        _title("21", end="?"),
        _title("21", end="2026"),
        _title("21", start="2026-01-02"),
    ],
)
def test_no_title_in_force_is_no_statement_about_the_right(title):
    decision = _decide(IRANIAN, title=title)
    assert _said(decision) == (["IR"], False, None)
    assert decision.left_out == (LeftOut("housing_residence_right", "residence_right_not_shown"),)


def test_a_title_runs_until_the_day_it_ends():
    assert _said(_decide(IRANIAN, title=_title("21", end="2026-01-02")))[2] is True


def test_stateless_with_a_title():
    assert _said(_decide(nationality(kind="Staatloos"), title=_title("25"))) == (None, False, True)


@pytest.mark.parametrize("nationalities", [(), (nationality(kind="NationaliteitOnbekend"),)])
def test_an_unknown_nationality_without_title_is_refused(nationalities):
    assert _decide(*nationalities) == Refused("nationality_unknown")


def test_an_unknown_nationality_with_a_title():
    decision = _decide(nationality(kind="NationaliteitOnbekend"), title=_title("25"))
    assert _said(decision) == (None, None, True)


def test_a_nationality_under_investigation_is_left_out_and_gives_no_right():
    doubted = nationality("0001", inOnderzoek={"nationaliteit": True, "type": True})
    assert _decide(doubted) == Refused("nationality_under_investigation")
    with_title = _decide(doubted, title=_title("25"))
    assert _said(with_title) == (None, None, True)
    assert {one.claim for one in with_title.left_out} == {"nationalities", "dutch_nationality"}


def test_one_of_two_under_investigation_leaves_the_list_out():
    doubted = nationality("0315", inOnderzoek={"nationaliteit": True})
    assert _said(_decide(nationality("0001"), doubted)) == (None, None, True)


def test_a_title_under_investigation_settles_nothing():
    title = _title("25", inOnderzoek={"aanduiding": True})
    decision = _decide(IRANIAN, title=title)
    assert _said(decision) == (["IR"], False, None)
    assert decision.left_out[0].code == "residence_title_under_investigation"


def test_a_nationality_without_a_country_code_is_left_out():
    decision = _decide(nationality("0083"), title=_title("25"))
    assert _said(decision) == (None, False, True)
    assert LeftOut("nationalities", "nationality_without_country") in decision.left_out


def test_the_title_itself_is_not_in_the_card():
    assert "25" not in repr(_decide(IRANIAN, title=_title("25")).claims)
