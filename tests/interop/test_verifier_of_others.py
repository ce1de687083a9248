"""Our wallet answers a verifier made by others: `@openid4vc/openid4vp`, over real https.

Its answer is judged by `dcql` and `@sd-jwt/sd-jwt-vc`. What the libraries cannot do, and who does
it then, stands at the top of `openid4vp/verifier.mjs`.
"""

import base64
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crash.servers import Tls
from support.elsewhere import ForeignAuthority, choose
from support.node_wallet import NodeWallet
from support.scheme import Credentials, build
from support.wallet_world import World, world

from credential import jose
from credential.names import vct_of
from credential.trust import Role
from wallet import links
from wallet.fetch import HttpsFetch
from wallet.links import PresentationLink
from wallet.service import share
from wallet.service.share import Posed
from wallet.sharing import Acknowledged

pytestmark = pytest.mark.interop

PROGRAMS = "openid4vp"
HOST = "localhost"
PERSON = vct_of("persoonsgegevens")
RESIDENCE = vct_of("verblijfsrecht")
NAME = {"path": ["given_name"]}
QUERY: dict[str, Any] = {
    "credentials": [
        {
            "id": "person",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [PERSON]},
            "claims": [NAME, {"path": ["age_over_18"], "values": [True]}],
        }
    ]
}


@dataclasses.dataclass
class Asked:
    """A wallet of ours with cards, and a verifier of another make that it reaches over https."""

    town: World
    node: NodeWallet
    authority: ForeignAuthority

    def be(self, leaf: Credentials, **knobs: Any) -> None:
        town = self.town
        anchor = town.scheme.authority.role(Role.CARD).der
        self.node(
            "be",
            x5c=[base64.b64encode(one).decode() for one in leaf.x5c],
            key=jose.private_key_to_pem(leaf.signer._key).decode(),
            issuer=base64.b64encode(anchor).decode(),
            host=HOST,
            at=town.now,
            **{"query": QUERY, **knobs},
        )

    def receive(self, **how: Any) -> Posed:
        found = links.parse(self.node("request", **how)["link"])
        assert isinstance(found, PresentationLink)
        town = self.town
        return share.receive(town.wallet, town.network, found, lang="nl", now=town.now)

    def saw(self) -> dict[str, Any]:
        return dict(self.node("saw"))


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    tls = Tls.make(tmp_path / "tls")
    town = world(tmp_path, scheme=build())
    authority = ForeignAuthority(town.now)
    choose(town, authority.pem(tmp_path / "anchors.pem"))
    town.network = HttpsFetch(tls_ca=tls.ca, allow_networks=["127.0.0.0/8"])  # type: ignore[assignment]
    node = NodeWallet(tmp_path, tls.ca, town.now, PROGRAMS, "verifier.mjs")
    node("open", certificate=tls.certificate, key=tls.key)
    yield Asked(town, node, authority)
    node.close()
    town.wallet.close()


def shared(there: Asked, posed: Posed) -> dict[str, Any]:
    """What the verifier holds after a "yes" to the first option."""
    done = there.town.share(posed)
    saw = there.saw()
    assert isinstance(done.settlement, Acknowledged), saw
    assert saw["satisfied"]
    return saw


@pytest.mark.parametrize("prefix", ["x509_hash", "x509_san_dns"])
@pytest.mark.parametrize("post", [False, True], ids=["get", "post"])
@pytest.mark.spec("OpenID4VP 1.0", "8.3", "a signed request and an encrypted answer, unregistered")
def test_a_verifier_nobody_registered(asked: Asked, prefix: str, post: bool) -> None:
    asked.be(asked.authority.leaf(host=HOST), prefix=prefix)
    posed = asked.receive(post=post)
    assert posed.request.registration is None
    saw = shared(asked, posed)
    [person] = saw["presented"]["person"]
    assert {"given_name", "age_over_18"} <= set(person["claims"])
    assert "family_name" not in person["claims"]
    assert saw["header"]["enc"] == "A256GCM"
    if post:
        assert saw["form"]["wallet"]["vp_formats_supported"]["dc+sd-jwt"]
        assert len(saw["form"]["nonce"]) >= 43


@pytest.mark.spec("OpenID4VP 1.0", "8.3", "A128GCM where that is all there is")
def test_the_weaker_encryption(asked: Asked) -> None:
    asked.be(asked.authority.leaf(host=HOST), prefix="x509_hash", encs=["A128GCM"])
    assert shared(asked, asked.receive())["header"]["enc"] == "A128GCM"


@pytest.mark.spec("OpenID4VP 1.0", "8.3", "keys it cannot use are passed over")
def test_unusable_keys(asked: Asked) -> None:
    unusable = [
        {
            "kty": "OKP",
            "crv": "X25519",
            "x": "A" * 43,
            "kid": "okp",
            "alg": "ECDH-ES",
            "use": "enc",
        },
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "bad", "alg": "ECDH-ES"},
    ]
    asked.be(asked.authority.leaf(host=HOST), prefix="x509_hash", unusable=unusable)
    assert shared(asked, asked.receive())["satisfied"]


@pytest.mark.spec("OpenID4VP 1.0", "6.2", "several cards, and a part that may stay away")
def test_several_cards(asked: Asked) -> None:
    query = {
        "credentials": [
            *QUERY["credentials"],
            {
                "id": "residence",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [RESIDENCE]},
                "claims": [{"path": ["housing_residence_right"]}],
            },
            {
                "id": "permit",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": ["https://elsewhere.example/permit"]},
                "claims": [{"path": ["number"]}],
            },
        ],
        "credential_sets": [
            {"options": [["person", "residence"]]},
            {"options": [["permit"]], "required": False},
        ],
    }
    asked.be(asked.authority.leaf(host=HOST), prefix="x509_hash", query=query)
    saw = shared(asked, asked.receive(post=True))
    assert set(saw["presented"]) == {"person", "residence"}


@pytest.mark.spec("OpenID4VP 1.0", "8.5", "a no that another library can read")
def test_no(asked: Asked) -> None:
    asked.be(asked.authority.leaf(host=HOST), prefix="x509_hash")
    share.decline(asked.town.wallet, asked.town.network, asked.receive(), now=asked.town.now)
    saw = asked.saw()
    assert saw["opened"] == {"error": "access_denied", "state": saw["state"]}


@pytest.mark.spec("Regie trust", "2.7", "a registered verifier, by software of another make")
def test_a_registered_verifier(asked: Asked) -> None:
    from credential import registration

    verifier = asked.town.verifier
    party = verifier.party
    info = registration.to_verifier_info(next(iter(party.registrations.values())))
    asked.be(party.access, prefix="x509_hash", info=info)
    posed = asked.receive(post=True)
    assert posed.request.registration is not None
    assert shared(asked, posed)["satisfied"]
