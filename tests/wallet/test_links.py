"""What a link may ask, and what makes it no link at all."""

import contextlib
from pathlib import Path
from urllib.parse import quote

import pytest
import qrcode
from hypothesis import given
from hypothesis import strategies as st

from wallet import doors, links
from wallet.links import OfferByReference, OfferByValue, PresentationLink
from wallet.refusals import LinkError

URI = "https://localhost:8441/0599/o/ABC"
REQUEST = "https://localhost:8442/request/1"
CLIENT = "x509_hash:abc"


def code_of(text: str) -> str:
    with pytest.raises(LinkError) as refused:
        links.parse(text)
    return refused.value.code


@pytest.mark.parametrize("scheme", ["openid-credential-offer", "haip-vci", "HAIP-VCI"])
@pytest.mark.spec("OpenID4VCI 1.0", "4.1", "an offer by reference")
def test_offer_by_reference(scheme: str) -> None:
    found = links.parse(f"{scheme}://?credential_offer_uri={quote(URI, safe='')}")
    assert found == OfferByReference(URI)


@pytest.mark.spec("OpenID4VCI 1.0", "4.1", "an offer by value")
def test_offer_by_value() -> None:
    found = links.parse("openid-credential-offer://?credential_offer=%7B%22a%22%3A1%7D")
    assert found == OfferByValue('{"a":1}')


@pytest.mark.parametrize(
    "query", ["", "?", f"?credential_offer=%7B%7D&credential_offer_uri={quote(URI)}"]
)
@pytest.mark.spec("OpenID4VCI 1.0", "4.1", "both forms or neither are refused")
def test_offer_in_both_forms_or_neither(query: str) -> None:
    assert code_of(f"openid-credential-offer://{query}") in (
        "link.offer_both_or_neither",
        "link.malformed",
    )


@pytest.mark.parametrize("scheme", ["openid4vp", "haip-vp"])
def test_presentation(scheme: str) -> None:
    found = links.parse(f"{scheme}://?client_id={quote(CLIENT)}&request_uri={quote(REQUEST)}")
    assert found == PresentationLink(CLIENT, REQUEST)


@pytest.mark.spec("OpenID4VP 1.0", "5.10", "request_uri_method is get or post")
def test_request_uri_method() -> None:
    base = f"openid4vp://?client_id={CLIENT}&request_uri={quote(REQUEST)}&request_uri_method="
    assert links.parse(base + "post") == PresentationLink(CLIENT, REQUEST, post=True)
    assert code_of(base + "POST") == "link.request_uri_method"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("openid4vp://?client_id=a", "link.incomplete"),
        (f"openid4vp://?request_uri={quote(REQUEST)}", "link.incomplete"),
        ("openid4vp://?client_id=a&request=eyJ", "link.request_by_value"),
        (f"openid4vp://?client_id=a&client_id=b&request_uri={REQUEST}", "link.repeated_parameter"),
        ("openid4vp://?client_id=a&request_uri=http%3A%2F%2Flocalhost%2F1", "link.not_https"),
        ("openid4vp://?client_id=a&request_uri=https%3A%2F%2Fu%40localhost%2F1", "link.not_https"),
        ("openid4vp://?client_id=a&request_uri=https%3A%2F%2Fh%2F1%23f", "link.not_https"),
        ("http://localhost/o/1", "link.unknown_scheme"),
        ("javascript:alert(1)", "link.unknown_scheme"),
        ("file:///etc/passwd", "link.unknown_scheme"),
        ("https://localhost/?a=b", "link.unknown_scheme"),
        ("not a link", "link.malformed"),
        ("", "link.malformed"),
        ("x" * 20_000, "link.malformed"),
    ],
)
def test_refused(text: str, code: str) -> None:
    assert code_of(text) == code


def test_https_links_open_the_same_doors() -> None:
    assert links.parse("HTTPS://LOCALHOST:8441/0599/O/ABC") == OfferByReference(
        "HTTPS://LOCALHOST:8441/0599/O/ABC"
    )
    invoked = f"https://wallet.example/?client_id={CLIENT}&request_uri={quote(REQUEST)}"
    assert links.parse(invoked) == PresentationLink(CLIENT, REQUEST)
    offered = f"https://wallet.example/?credential_offer_uri={quote(URI)}"
    assert links.parse(offered) == OfferByReference(URI)


def test_a_code_in_a_link_is_not_shown() -> None:
    found = links.parse("openid-credential-offer://?credential_offer=%7B%22secret%22%3A1%7D")
    assert "secret" not in repr(found)


@given(st.text(max_size=200))
def test_garbage_raises_only_our_error(text: str) -> None:
    with contextlib.suppress(LinkError):
        links.parse(text)


def image(path: Path, text: str) -> Path:
    qrcode.make(text).save(str(path))
    return path


@pytest.mark.parametrize("name", ["code.png", "code.jpg"])
def test_qr_image(tmp_path: Path, name: str) -> None:
    link = f"openid4vp://?client_id={CLIENT}&request_uri={quote(REQUEST)}"
    picture = tmp_path / name
    qrcode.make(link).get_image().convert("L").save(picture)
    assert doors.read_link(str(picture), str) == PresentationLink(CLIENT, REQUEST)


def test_image_without_a_code(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("L", (200, 200), 255).save(tmp_path / "empty.png")
    with pytest.raises(LinkError, match=r"link\.image_without_code"):
        doors.read_link(str(tmp_path / "empty.png"), str)


def test_image_with_two_codes(tmp_path: Path) -> None:
    from PIL import Image

    one, two = (
        qrcode.make(text).get_image().convert("L") for text in ("https://a/1", "https://b/2")
    )
    both = Image.new("L", (one.width * 2 + 40, one.height), 255)
    both.paste(one, (0, 0))
    both.paste(two, (one.width + 40, 0))
    both.save(tmp_path / "two.png")
    with pytest.raises(LinkError, match=r"link\.image_with_several_codes"):
        doors.read_link(str(tmp_path / "two.png"), str)


@pytest.mark.parametrize("content", [b"", b"not an image", b"\x89PNG\r\n\x1a\n"])
def test_image_that_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.png").write_bytes(content)
    with pytest.raises(LinkError, match=r"link\.image_unreadable"):
        doors.read_link(str(tmp_path / "bad.png"), str)


def test_image_too_big(tmp_path: Path) -> None:
    (tmp_path / "big.png").write_bytes(bytes(links.MAX_IMAGE_BYTES + 1))
    with pytest.raises(LinkError, match=r"link\.image_too_big"):
        doors.read_link(str(tmp_path / "big.png"), str)
    with pytest.raises(LinkError, match=r"link\.image_unreadable"):
        doors.read_link(str(tmp_path / "absent.png"), str)


def test_from_standard_input() -> None:
    link = f"openid4vp://?client_id={CLIENT}&request_uri={quote(REQUEST)}\n"
    assert doors.read_link("-", lambda: link) == PresentationLink(CLIENT, REQUEST)


@pytest.mark.spec("RFC 1035", "2.3.4", "a name has parts of 1 to 63 characters, 253 in all")
def test_a_host_that_cannot_be_looked_up_is_refused() -> None:
    for host in ("a..example", ".", ".example", "a" * 64 + ".example", "a." * 127 + "ab"):
        with pytest.raises(LinkError, match="x"):
            links.https_url(f"https://{host}/", "x")
    for host in ("a" * 63 + ".example", "example.", "localhost", "[::1]:8443", "127.0.0.1"):
        assert links.https_url(f"https://{host}/", "x") == f"https://{host}/"
