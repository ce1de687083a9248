"""A good answer, changed anywhere: never accepted, never another error than ours, nobody registered.

Every region of a presentation and of the whole response is changed; hypothesis draws the same
changes in every run.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK
from support.holder_simulator import Card, Request
from support.presenting import Shown, disclosure, flipped
from support.scheme import build
from support.service_door import ARRIVED, NOTHING, UNREAD, Door, Met
from support.verifier_home import VerifierHome, make_home

from credential import base64url, jose, strictjson
from verifier.transaction import Outcome

NOW = 1_767_225_600
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
CHARACTERS = st.sampled_from(f"{ALPHABET}=.~+/ \n\0é")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**70) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


def tries(count: int) -> Callable[[Any], Any]:
    """So many changes, the same ones in every run."""
    return settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


class Bench:
    """One verifier and two good cards; every change meets a fresh request."""

    def __init__(self, home: VerifierHome) -> None:
        self.door = Door(home)
        self.cards: list[Card] = home.cards()

    def ask(self) -> tuple[Request, dict[str, Shown]]:
        return (request := self.door.ask()), self.door.shown(request, self.cards)

    def shown(self, change: Callable[[Shown], str]) -> Met:
        """The first presentation changed."""
        request, parts = self.ask()
        first, *_ = parts
        token = {name: [one.compact] for name, one in parts.items()}
        return self.check(self.door.answer(request, {**token, first: [change(parts[first])]}))

    def whole(self, change: Callable[[Request, dict[str, Any]], bytes]) -> Met:
        """The whole response changed."""
        request, parts = self.ask()
        token = {name: [one.compact] for name, one in parts.items()}
        payload = {"vp_token": token, "state": request.payload["state"]}
        return self.check(self.door.send(request, change(request, payload)))

    def check(self, met: Met) -> Met:
        """What holds for every change."""
        assert met.wire in (UNREAD, NOTHING, ARRIVED), met
        assert met.outcome is not Outcome.ACCEPTED, met
        assert met.rule, "a refusal names its rule"
        assert self.door.registered == 0
        return met


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    home = make_home(tmp_path_factory.mktemp("mutation"), build_scheme=build())
    yield Bench(home)
    home.close()


def test_unchanged_is_accepted(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is changed below is good before."""
    home = make_home(tmp_path_factory.mktemp("unchanged"), build_scheme=build())
    one = Bench(home)
    request, parts = one.ask()
    token = {name: [shown.compact] for name, shown in parts.items()}
    assert one.door.answer(request, token).outcome is Outcome.ACCEPTED
    home.close()


# ---- bytes


def regions(compact: str) -> list[tuple[int, int]]:
    """Header, payload and signature of the card and of its binding, and each disclosure."""
    found, start = [], 0
    for at, character in enumerate(f"{compact}~"):
        if character in ".~":
            found.append((start, at))
            start = at + 1
    return found


def changed(text: str, at: int, how: str, character: str) -> str:
    """One change at one place, which makes another text."""
    before, here, after = text[:at], text[at : at + 1], text[at + 1 :]
    match how:
        case "replace":
            return before + (character if character != here else "!") + after
        case "insert":
            return before + character + here + after
        case "remove":
            return before + after
        case "double":
            return before + here + here + after
        case _:
            return before


HOW = st.sampled_from(("replace", "replace", "replace", "insert", "remove", "double", "cut"))


@pytest.mark.spec("RFC 9901", "7.1", "one byte of a presentation changed, in every region")
@tries(100)
@given(
    region=st.integers(0, 30),
    place=st.floats(0, 1, exclude_max=True),
    how=HOW,
    character=CHARACTERS,
)
def test_bytes(bench: Bench, region: int, place: float, how: str, character: str) -> None:
    def change(shown: Shown) -> str:
        all_of = regions(shown.compact)
        start, end = all_of[region % len(all_of)]
        at = start + int(place * max(end - start, 1))
        return changed(shown.compact, at, how, character)

    bench.shown(change)


@pytest.mark.spec("RFC 9901", "4.1", "each part of a presentation once emptied, doubled or moved")
def test_every_region(bench: Bench) -> None:
    _, parts = bench.ask()
    count = len(regions(next(iter(parts.values())).compact))
    assert count > 8
    for region in range(count):
        for how in ("empty", "double", "flip", "swap"):

            def change(shown: Shown, region: int = region, how: str = how) -> str:
                text = shown.compact
                start, end = regions(text)[region]
                part = text[start:end]
                match how:
                    case "empty":
                        other = ""
                    case "double":
                        other = part + part
                    case "flip":
                        other = flipped(part, len(part) // 2)
                    case _:
                        other = part[::-1]
                return text[:start] + other + text[end:]

            bench.shown(change)


# ---- claims and headers


def _with(jws: str, part: int, change: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    """A JWS whose header or payload says something else under the old signature."""
    pieces = jws.split(".")
    members = strictjson.loads_object(base64url.decode(pieces[part]))
    pieces[part] = base64url.encode(strictjson.dumps(change(dict(members))))
    return ".".join(pieces)


def _members(jws: str, part: int) -> list[str]:
    return sorted(strictjson.loads_object(base64url.decode(jws.split(".")[part])))


@pytest.mark.spec("RFC 7515", "5.2", "any member of any header or payload: changed, gone or new")
@tries(80)
@given(
    of=st.sampled_from(("card", "binding")),
    part=st.integers(0, 1),
    member=st.integers(0, 20),
    gone=st.booleans(),
    value=JSON,
)
def test_members(bench: Bench, of: str, part: int, member: int, gone: bool, value: Any) -> None:
    def change(shown: Shown) -> str:
        jws = shown.issuer_jwt if of == "card" else shown.kb_jwt
        names = [*_members(jws, part), "new", "crit"]
        name = names[member % len(names)]

        def other(members: dict[str, Any]) -> dict[str, Any]:
            if gone and name in members:
                return {n: v for n, v in members.items() if n != name}
            return {**members, name: _finite(value)}

        made = _with(jws, part, other)
        if made == jws:
            made = flipped(jws, 4)
        if of == "card":
            return shown.bound(shown.joined(made))
        return shown.presented + made

    bench.shown(change)


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity."""
    if isinstance(value, float):
        return str(value)
    if isinstance(value, list):
        return [_finite(one) for one in value]
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    return value


@pytest.mark.spec("RFC 9901", "7.3", "what a key binding must say, said otherwise by its holder")
@tries(60)
@given(name=st.sampled_from(("aud", "nonce", "iat", "sd_hash")), value=JSON)
def test_binding_of_the_holder(bench: Bench, name: str, value: Any) -> None:
    """Signed by the right key; a time that is in time is drawn in no case."""
    said = _finite(value)
    near = isinstance(said, int) and not isinstance(said, bool) and abs(said - NOW) < 1000
    bench.shown(lambda shown: shown.bound(**{name: 0 if near else said}))


HEADERS: dict[str, dict[str, Any]] = {
    "crit": {"crit": ["exp"], "exp": NOW},
    "b64": {"b64": False, "crit": ["b64"]},
    "b64 alone": {"b64": False},
    "jku": {"jku": "https://example.org/keys"},
    "x5u": {"x5u": "https://example.org/chain"},
    "x5c is text": {"x5c": "MIIB"},
    "x5c is empty": {"x5c": []},
    "x5c is nonsense": {"x5c": ["AAAA"]},
    "typ of another": {"typ": "vc+jwt"},
    "alg none": {"alg": "none"},
    "alg of another": {"alg": "HS256"},
}


@pytest.mark.spec("RFC 8725", "3.2", "headers that nobody of good will signs, well signed")
@pytest.mark.parametrize(
    ("name", "of"),
    # A key binding has no chain, and none is read.
    [(n, of) for n in HEADERS for of in ("card", "binding") if of == "card" or "x5c" not in n],
)
def test_headers(bench: Bench, name: str, of: str) -> None:
    def change(shown: Shown) -> str:
        jws = shown.issuer_jwt if of == "card" else shown.kb_jwt
        header = strictjson.loads_object(base64url.decode(jws.split(".")[0])) | HEADERS[name]
        key = shown.home.scheme.issuer().card.signer if of == "card" else None
        signer = key or jose.KeySigner(shown.card.key)
        made = _signed(header, jws.split(".")[1], signer)
        return shown.bound(shown.joined(made)) if of == "card" else shown.presented + made

    bench.shown(change)


def _signed(header: dict[str, Any], payload: str, signer: jose.Signer) -> str:
    head = f"{base64url.encode(strictjson.dumps(header))}.{payload}"
    return f"{head}.{base64url.encode(signer.sign(head.encode()))}"


# ---- disclosures


@pytest.mark.spec("RFC 9901", "7.1", "disclosures added, removed, doubled or moved after signing")
@tries(60)
@given(data=st.data())
def test_disclosures(bench: Bench, data: st.DataObject) -> None:
    """Any other list than the one the holder signed; where it is signed anew, what never fits."""

    def change(shown: Shown) -> str:
        own = shown.disclosures
        foreign = [*shown.hidden, disclosure("salt", "age_over_18", True), "QQ", ""]
        drawn = data.draw(st.lists(st.sampled_from([*own, *foreign]), max_size=8))
        if drawn == own:
            drawn = own[::-1]
        if len(set(drawn)) != len(drawn) and data.draw(st.booleans()):
            return shown.bound(shown.joined(disclosures=drawn))
        return shown.joined(disclosures=drawn) + shown.kb_jwt

    bench.shown(change)


@pytest.mark.spec("RFC 9901", "7.1.5", "each disclosure: altered inside, well bound, and refused")
def test_each_disclosure(bench: Bench) -> None:
    _, parts = bench.ask()
    for at in range(len(next(iter(parts.values())).disclosures)):
        for altered in (
            lambda salt, name, value: disclosure(salt, name, not value),
            lambda salt, name, value: disclosure(salt, f"{name}_", value),
            lambda salt, name, value: disclosure(f"{salt}A", name, value),
            lambda salt, name, value: disclosure(salt, name),
            lambda salt, name, value: disclosure(salt, name, value, value),
        ):

            def change(shown: Shown, at: int = at, altered: Any = altered) -> str:
                own = list(shown.disclosures)
                own[at] = altered(*strictjson.loads(base64url.decode(own[at])))
                return shown.bound(shown.joined(disclosures=own))

            bench.shown(change)


# ---- the whole response


@pytest.mark.spec("RFC 7516", "7.1", "one byte of the envelope changed, in every part")
@tries(100)
@given(
    part=st.integers(0, 4),
    place=st.floats(0, 1, exclude_max=True),
    how=HOW,
    character=CHARACTERS,
)
def test_envelope_bytes(bench: Bench, part: int, place: float, how: str, character: str) -> None:
    def change(request: Request, payload: dict[str, Any]) -> bytes:
        token = bench.door.holder([]).encrypt(request, payload)
        pieces = token.split(".")
        start = sum(len(one) + 1 for one in pieces[:part])
        at = start + int(place * max(len(pieces[part]), 1))
        return urlencode({"response": changed(token, at, how, character)}).encode()

    assert bench.whole(change).wire == UNREAD


ENVELOPES: dict[str, dict[str, Any]] = {
    "enc A192GCM": {"enc": "A192GCM"},
    "enc A128CBC-HS256": {"enc": "A128CBC-HS256"},
    "alg ECDH-ES+A128KW": {"alg": "ECDH-ES+A128KW"},
    "zip": {"zip": "DEF"},
    "kid of another": {"kid": "another"},
    "crit": {"crit": ["x"], "x": 1},
}


@pytest.mark.spec("OpenID4VP 1.0", "8.3", "an envelope of another make than was asked for")
@pytest.mark.parametrize("name", ENVELOPES)
def test_envelopes(bench: Bench, name: str) -> None:
    def change(request: Request, payload: dict[str, Any]) -> bytes:
        [key] = request.payload["client_metadata"]["jwks"]["keys"]
        header = {"alg": "ECDH-ES", "enc": "A128GCM", "kid": key["kid"], **ENVELOPES[name]}
        made = JWE(strictjson.dumps(payload), protected=strictjson.dumps(header).decode())
        made.allowed_algs = [header["alg"], header["enc"]]
        made.header_registry = {**made.header_registry, "x": made.header_registry["kid"]}
        made.add_recipient(JWK(**{n: key[n] for n in ("kty", "crv", "x", "y")}))
        return urlencode({"response": made.serialize(compact=True)}).encode()

    assert bench.whole(change).wire == UNREAD


@pytest.mark.spec("OpenID4VP 1.0", "8.1", "vp_token in every shape but the one")
@tries(100)
@given(data=st.data())
def test_shapes(bench: Bench, data: st.DataObject) -> None:
    def change(request: Request, payload: dict[str, Any]) -> bytes:
        good = [one for texts in payload["vp_token"].values() for one in texts]
        texts = st.sampled_from(good) | JSON
        names = st.sampled_from([*payload["vp_token"], "", "more"])
        token = data.draw(
            JSON
            | texts
            | st.lists(texts, max_size=3)
            | st.dictionaries(names, texts | st.lists(texts, max_size=3), max_size=3)
        )
        if token == payload["vp_token"]:
            token = {name: one * 2 for name, one in payload["vp_token"].items()}
        return bench.door.sealed(request, {**payload, "vp_token": _finite(token)})

    bench.whole(change)


@pytest.mark.spec("OpenID4VP 1.0", "8.2", "members beside vp_token: each of a wrong shape")
@tries(60)
@given(name=st.sampled_from(("state", "rights_key", "error")), value=JSON)
def test_members_of_the_response(bench: Bench, name: str, value: Any) -> None:
    """`rights_key` of `null` is none at all, so it is not drawn."""
    said = "" if value is None and name == "rights_key" else _finite(value)
    bench.whole(lambda request, payload: bench.door.sealed(request, {**payload, name: said}))


@pytest.mark.spec("OpenID4VP 1.0", "8.3", "any bytes at all in place of the form")
@tries(40)
@given(body=st.binary(max_size=200) | st.text(max_size=80).map(lambda text: text.encode()))
def test_any_body(bench: Bench, body: bytes) -> None:
    for bare in (body, b"response=" + body, b"vp_token=" + body):
        assert bench.whole(lambda *_, bare=bare: bare).wire == UNREAD
