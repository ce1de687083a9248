"""Ten thousand copies of five people: what a municipality and all verifiers could compare.

Through the store and the signer, as a wallet's refills make them: 40 hours of one week, five
kinds, ten copies each. Nothing may be in common but the kind, the week and the issuer.
"""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations, pairwise

import pytest
from sqlalchemy import select
from support import issuer_home
from support.issuer_home import FIVE, with_settings
from support.settled import settle
from support.wallet_simulator import new_key

from credential import base64url, jose, kinds
from credential.names import vct_of
from issuer import box
from issuer.config import Status
from issuer.service import batches, statuslists
from issuer.service.access import Access, Asked
from issuer.service.batches import Batch, Claims
from issuer.status import SPREAD_SECONDS
from issuer.tables import issued, status_indices

# Of one house and of another, long settled and just arrived, with and without a nationality.
PEOPLE = ("999999345", "999999357", "999993872", "999994748", "999992971")
HOURS = 40
COPIES = 10
SIZE = 131_072
LISTS = 2


@dataclass(frozen=True)
class Copy:
    """One card as its parts; who and which batch are known to the test alone."""

    person: str
    batch: int
    header: str
    payload: dict
    signature: str
    disclosures: tuple[str, ...]

    @property
    def kind(self) -> str:
        return self.payload["vct"].split("/")[-2]

    @property
    def place(self) -> tuple[str, int]:
        found = self.payload["status"]["status_list"]
        return found["uri"], found["idx"]

    def opened(self) -> list[list]:
        return [json.loads(base64url.decode(one)) for one in self.disclosures]


@pytest.fixture(scope="module")
def office_and_copies(tmp_path_factory):
    town = issuer_home.make(tmp_path_factory.mktemp("unlinkable"))
    with_settings(town, status=Status(size=SIZE, lists=LISTS, announce_hours=0))
    made: list[Copy] = []
    for person in PEOPLE:
        made += copies_of(town, person, len(made))
    yield town, made
    town.office.close()


@pytest.fixture(scope="module")
def town(office_and_copies):
    return office_and_copies[0]


@pytest.fixture(scope="module")
def copies(office_and_copies):
    return office_and_copies[1]


def copies_of(town, person: str, first: int) -> list[Copy]:
    settled = settle(town, FIVE, bsn=person)
    office, grant = town.office, settled.grant
    found = box.open_box(office.secret, settled.refresh_token, grant.box)
    access = Access(
        bearer="x",
        token_hash="x",
        municipality=office.municipality("0599"),
        subject=grant.subject,
        jkt=grant.jkt,
        client="",
        identifiers=False,
        kinds=grant.kinds,
        grant_id=grant.grant_id,
        expires_at=grant.expires_at,
        box=found,
        refilled=True,
    )
    made = []
    for hour in range(HOURS):
        asked = Asked("POST", "", (), (), None, town.now + hour * 3_600)
        for kind in FIVE:
            keys = [jose.public_jwk(new_key().public_key()) for _ in range(COPIES)]
            claims = Claims(found.claims[kind], found.ask_again_at, registered=True)
            answer = batches.of_grant(office, access, Batch(kind, keys), claims, asked)
            number = first + len(made)
            made += [read(one["credential"], person, number) for one in answer["credentials"]]
    return made


def read(card: str, person: str, batch: int) -> Copy:
    issuer_jwt, *disclosures, end = card.split("~")
    assert end == ""
    header, payload, signature = issuer_jwt.split(".")
    body = json.loads(base64url.decode(payload))
    return Copy(person, batch, header, body, signature, tuple(disclosures))


def digests(value) -> list[str]:
    """Every digest in a value, those of array elements too."""
    if isinstance(value, dict):
        own = [*value.get("_sd", [])] + ([value["..."]] if "..." in value else [])
        return own + [one for inner in value.values() for one in digests(inner)]
    if isinstance(value, list):
        return [one for inner in value for one in digests(inner)]
    return []


def chi_square(counts, bins: int) -> float:
    expected = sum(counts.values()) / bins
    return sum((counts[one] - expected) ** 2 / expected for one in range(bins))


# ---- unique


@pytest.mark.spec("RFC 9901", "10.1", "no salt, digest, key, place or signature comes twice")
def test_what_is_unique(copies):
    assert len(copies) == len(PEOPLE) * len(FIVE) * HOURS * COPIES == 10_000
    for values in (
        [one.signature for one in copies],
        [one.payload["cnf"]["jwk"]["x"] for one in copies],
        [one.place for one in copies],
        [text for one in copies for text in one.disclosures],
    ):
        assert len(set(values)) == len(values)


@pytest.mark.spec("RFC 9901", "9.3", "every salt is drawn once")
def test_salts_are_unique(copies):
    salts = [content[0] for one in copies for content in one.opened()]
    assert len(set(salts)) == len(salts)
    assert {len(salt) for salt in salts} == {24}


@pytest.mark.spec("RFC 9901", "10.1", "no digest comes twice, nested and decoys included")
def test_digests_are_unique(copies):
    found = []
    for one in copies:
        found += digests(one.payload)
        found += [digest for content in one.opened() for digest in digests(content[-1])]
    assert len(set(found)) == len(found)


# ---- the same for everybody


@pytest.mark.spec("SD-JWT VC", "2.2", "nothing in common but the kind, the week and the issuer")
def test_what_is_in_common(town, copies):
    assert len({one.header for one in copies}) == 1
    assert {frozenset(one.payload) for one in copies} == {
        frozenset(("vct", "iat", "nbf", "exp", "cnf", "status", "_sd", "_sd_alg"))
    }
    assert {frozenset(one.payload["cnf"]["jwk"]) for one in copies} == {
        frozenset(("kty", "crv", "x", "y"))
    }
    assert {frozenset(one.payload["status"]["status_list"]) for one in copies} == {
        frozenset(("idx", "uri"))
    }
    frames = {
        tuple(one.payload[name] for name in ("vct", "iat", "nbf", "exp", "_sd_alg"))
        for one in copies
    }
    issuers = {
        (vct_of(kind), iat, iat, exp, "sha-256")
        for kind in FIVE
        for iat, exp in [kinds.times(kind, town.now)]
    }
    assert frames == issuers


@pytest.mark.spec("RFC 9901", "4.2.5", "how many claims a person has cannot be counted")
def test_nothing_can_be_counted(copies):
    assert {len(one.payload["_sd"]) for one in copies} == {16}
    objects, lists = set(), set()
    for one in copies[::COPIES]:
        for content in one.opened():
            match content[-1]:
                case {"_sd": hidden, **rest}:
                    assert not rest
                    objects.add(len(hidden))
                case list() as elements:
                    assert all(set(element) == {"..."} for element in elements)
                    lists.add(len(elements))
    assert objects == {8}
    assert lists == {16}


def test_people_differ_in_what_is_hidden(copies):
    """Else the tests above would show nothing."""
    hidden = defaultdict(set)
    for one in copies:
        hidden[one.kind].add(len(one.disclosures))
    assert all(len(counts) > 1 for kind, counts in hidden.items() if kind != "huishouden")


# ---- places


@pytest.mark.spec("Token Status List", "13.2", "indices are drawn over the whole of every list")
def test_places_are_uniform(copies):
    bins = 64
    counts = Counter()
    uris = sorted({one.place[0] for one in copies})
    assert len(uris) == LISTS
    for one in copies:
        uri, index = one.place
        counts[uris.index(uri) * bins + index * bins // SIZE] += 1
    # 127 degrees of freedom: above 200 once in 25,000 times, and the entropy is a fixed stream.
    assert chi_square(counts, LISTS * bins) < 200
    low_bits = Counter(one.place[1] % 64 for one in copies)
    assert chi_square(low_bits, 64) < 120


@pytest.mark.spec("Token Status List", "13.2", "the next place does not follow from the last")
def test_places_tell_no_order(copies):
    """Neither in time nor within a batch: the distances are those of independent draws."""
    steps = Counter()
    for before, after in pairwise(one.place[1] for one in copies):
        steps[(after - before) % SIZE * 32 // SIZE] += 1
    assert chi_square(steps, 32) < 75
    near = total = 0
    by_batch = defaultdict(list)
    for one in copies:
        by_batch[one.batch].append(one.place)
    for places in by_batch.values():
        for (uri, index), (other, second) in combinations(places, 2):
            total += 1
            near += uri == other and abs(index - second) < SIZE // 100
    # One pair in a hundred is that near by chance.
    assert 0.5 < near / (total / 100) < 1.5


@pytest.mark.spec("Token Status List", "13.2", "each list hides a copy among those of everybody")
def test_lists_are_shared_by_all(copies):
    kinds_of, people_of = defaultdict(set), defaultdict(set)
    for one in copies:
        kinds_of[one.place[0]].add(one.kind)
        people_of[one.place[0]].add(one.person)
    assert all(len(found) == len(FIVE) for found in kinds_of.values())
    assert all(len(found) == len(PEOPLE) for found in people_of.values())


# ---- revoked, last: it changes the town


@pytest.mark.spec("Regie formats", "7", "the copies of a batch are revoked at moments of their own")
def test_revocations_are_spread(town):
    municipality = town.office.municipality("0599")
    statuslists.revoke(
        town.office,
        municipality,
        PEOPLE[0],
        frozenset(FIVE),
        now=town.now,
        at_once=False,
        reason="request",
    )
    with town.office.store._database.reading() as connection:
        rows = connection.execute(
            select(status_indices.c.issued_id, status_indices.c.revoked_at)
            .join(issued, issued.c.issued_id == status_indices.c.issued_id)
            .where(status_indices.c.revoked_at.is_not(None))
        ).all()
    assert len(rows) == len(FIVE) * (HOURS * COPIES + 1)
    moments = defaultdict(list)
    for batch, moment in rows:
        assert 0 <= moment - town.now < SPREAD_SECONDS
        moments[batch].append(moment)
    hours = Counter((moment - town.now) // 3_600 for _, moment in rows)
    # 23 degrees of freedom: above 60 once in 30,000 times.
    assert chi_square(hours, 24) < 60
    whole = [found for found in moments.values() if len(found) == COPIES]
    assert len(whole) == len(FIVE) * HOURS
    spans = [max(found) - min(found) for found in whole]
    # Ten draws span nine elevenths of a day on average.
    assert 0.78 < sum(spans) / len(spans) / SPREAD_SECONDS < 0.86
    assert min(spans) > SPREAD_SECONDS // 4
