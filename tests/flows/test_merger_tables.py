"""What a merger is by national table 33, and what settings may say of it."""

import dataclasses
import json
from functools import cache

import pytest
from support.merging import HEIRS, OLD, SETTINGS, TAKES_OVER, Story, section
from support.register import FOLDER

from issuer.brp.codes import all_within, merged_into, present_codes
from issuer.config import parse
from issuer.errors import SettingsFault
from issuer.service import heritage


@pytest.fixture
def story(tmp_path):
    made = Story(tmp_path)
    yield made
    made.here.town.office.close()


# ---- the national table


@cache
def table() -> dict[str, dict]:
    tables = json.loads((FOLDER / "landelijke-tabellen.json").read_text("utf-8"))
    return {one["code"]: one for one in tables["gemeenten33"]}


ENDED = sorted(code for code, one in table().items() if "nieuweCode" in one)


@pytest.mark.spec("Regie domain", "2.3", "every ended code leads to one that exists")
def test_every_code_that_ended_leads_to_codes_that_exist():
    assert len(ENDED) > 500
    for code in ENDED:
        step = merged_into(code)
        assert step is not None
        assert table()[code]["nieuweCode"] in step[0] | {
            after for one in step[0] for after in present_codes(one)
        }
        last = {one for one in present_codes(code) if merged_into(one) is None}
        assert last
        for one in last:
            assert one in table()
            assert "nieuweCode" not in table()[one]


def test_the_codes_that_were_split_have_each_of_their_heirs():
    assert merged_into(OLD)[0] == set(HEIRS)
    assert {len(merged_into(code)[0]) for code in ("0055", "0140", "1671")} == {2, 3, 4}
    # In a region only when every part is; a house that is in it tells for itself.
    assert all_within(OLD, frozenset(HEIRS))
    assert not all_within(OLD, frozenset(HEIRS[1:]))


@pytest.mark.parametrize("code", ["0788", "0140", "0543", "0218", "1671", "0055"])
def test_who_stood_under_a_code_that_ended_has_not_left_by_that(story, code):
    municipality = next(iter(story.here.town.office.municipalities.values()))
    ended = (
        parse((SETTINGS + section(story.scheme, "0757", TAKES_OVER.replace(OLD, code))).encode())
        .municipality[0]
        .takes_over[0]
    )
    by_table = dataclasses.replace(
        heritage.Holder(code, municipality, None, ""), ended=_without_successors(ended)
    )
    for after in present_codes(code):
        assert by_table.keeps(after)
    assert not by_table.keeps("0363")


def _without_successors(ended):
    return type(ended)(code=ended.code, withdrawn=ended.withdrawn)


# ---- settings


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('[[municipality.takes_over]]\ncode = "78"\nwithdrawn = 2021-01-01', "takes_over.code"),
        (TAKES_OVER + TAKES_OVER, "municipality.takes_over"),
        (TAKES_OVER.replace(OLD, "0757", 1), "municipality.takes_over"),
        (TAKES_OVER + 'base_url = "http://old.example"', "takes_over.base_url"),
    ],
)
def test_a_wrong_succession_is_refused_by_name(story, more, key):
    with pytest.raises(SettingsFault) as caught:
        parse((SETTINGS + section(story.scheme, "0757", more)).encode())
    assert key in str(caught.value.params["key"])
