"""What may not be in the database is not: no value, digest or presentation, in any encoding."""

import base64
import json
import re
import zlib
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from support.holder_simulator import BSN_LIKE, PERSON, Lies
from support.verifier_home import Browser, VerifierHome, run

from credential import jose, sdjwt


def encodings(text: str) -> Iterator[tuple[str, bytes]]:
    """House rule 8: raw, JSON-escaped, percent, hex, UTF-16, base64 at three offsets."""
    raw = text.encode()
    yield "raw", raw
    yield "json", json.dumps(text).strip('"').encode()
    yield "percent", quote(text).encode()
    yield "hex", raw.hex().encode()
    yield "utf-16", text.encode("utf-16-le")
    for offset in range(3):
        padded = base64.urlsafe_b64encode(b"\0" * offset + raw).rstrip(b"=")
        inner = padded[(4, 4, 4)[offset] if offset else 0 : -2 or None]
        if len(inner) > 8:
            yield f"base64url+{offset}", inner


def inflated(data: bytes) -> bytes:
    """Everything that looks like zlib, opened."""
    found = [data]
    for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", data):
        try:
            found.append(zlib.decompressobj().decompress(data[match.start() :], 1_000_000))
        except zlib.error:
            continue
    return b"\n".join(found)


@pytest.mark.spec(
    "Regie formats", "3", "storage: no value in plain, no digest, no presentation, no BSN"
)
def test_database(home: VerifierHome) -> None:
    presented: dict[str, list[str]] = {}

    def watch(token: dict[str, list[str]]) -> dict[str, list[str]]:
        presented.update(token)
        return token

    bsn_card = home.maker.card("persoonsgegevens", PERSON["persoonsgegevens"] | {"bsn": BSN_LIKE})

    async def story() -> tuple[str, str]:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http, [bsn_card, home.maker.card("verblijfsrecht")])
            request = await holder.fetch(browser.same_device)
            lies = Lies(vp_token=watch, disclose_all=True)
            answer = await holder.answer(request, lies)
            await browser.get(answer.body["redirect_uri"])
            await browser.post("/nl/inschrijven/gegevens", email="zwaantje@voorbeeld.nl")
            assert "U bent ingeschreven" in browser.page
            return answer.body["receipt"], request.payload["nonce"]

    receipt, nonce = run(story())
    secrets = {
        "bsn": BSN_LIKE,
        "given": "Zwaantje",
        "family": "Verzonnen-Achternaam",
        "birthdate": "1981-04-05",
        "birthplace": "Onthouden",
        "pseudonym": "pseudonym-of-zwaantje",
        "email": "zwaantje@voorbeeld.nl",
        "nonce": nonce,
        "receipt": receipt[40:120],
        "list": home.maker.list_uri,
    }
    for query_id, (compact,) in presented.items():
        secrets[f"{query_id} presentation"] = compact[:80]
        secrets[f"{query_id} kb"] = compact.rsplit("~", 1)[1][:60]
        opened = sdjwt.dangerous_reopen(sdjwt.parse(compact, typ="dc+sd-jwt"))
        for number, part in enumerate(opened.disclosures):
            secrets[f"{query_id} digest {number}"] = part.digest
            secrets[f"{query_id} disclosure {number}"] = part.raw
        jwk = opened.payload["cnf"]["jwk"]  # type: ignore[index, call-overload]
        secrets[f"{query_id} holder"] = jose.thumbprint(jwk)  # type: ignore[arg-type]
    data = inflated(home.database_bytes())
    assert len(data) > 10_000
    found = [
        (name, how)
        for name, text in secrets.items()
        for how, needle in encodings(text)
        if needle in data
    ]
    assert found == []


def test_the_canary_would_sing(home: VerifierHome) -> None:
    with home.open().store.writing() as connection:
        connection.exec_driver_sql("UPDATE transactions SET rule='x' WHERE 0")
        connection.exec_driver_sql(
            "INSERT INTO transactions (id, profile, lang, device, created, expires, state) "
            "VALUES ('Zwaantje', 'p', 'nl', 'same', 0, 0, 'created')"
        )
    assert b"Zwaantje" in inflated(home.database_bytes())


def test_nothing_personal_in_reprs(home: VerifierHome) -> None:
    verifier = home.open()
    assert "AESGCM" not in repr(verifier)
    assert "private" not in repr(verifier).lower()
