"""What a link, a QR code or a pasted line asks (OpenID4VCI 1.0, 4.1; OpenID4VP 1.0, 5)."""

import re
import warnings
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from wallet.refusals import LinkError

MAX_LINK_CHARACTERS: Final = 16_384
MAX_IMAGE_BYTES: Final = 8 * 1024 * 1024
MAX_IMAGE_PIXELS: Final = 25_000_000
IMAGE_SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg"})
OFFER_SCHEMES: Final = frozenset({"openid-credential-offer", "haip-vci"})
PRESENTATION_SCHEMES: Final = frozenset({"openid4vp", "haip-vp"})
SCHEMES: Final = OFFER_SCHEMES | PRESENTATION_SCHEMES
"""What a desktop can be told to open with this wallet."""
_SPACE: Final = re.compile(r"\s")
_MAX_HOST: Final = 254
_MAX_LABEL: Final = 63
_JPEG: Final = b"\xff\xd8"
_SCAN: Final = b"\xff\xda"
_MAX_SCANS: Final = 64


@dataclass(frozen=True)
class OfferByValue:
    """A credential offer that stands in the link itself; it holds a redeemable code."""

    offer: str = field(repr=False)


@dataclass(frozen=True)
class OfferByReference:
    """A credential offer to be fetched once."""

    uri: str = field(repr=False)


@dataclass(frozen=True)
class PresentationLink:
    """An invitation to fetch one request object."""

    client_id: str
    request_uri: str = field(repr=False)
    post: bool = False


Link = OfferByValue | OfferByReference | PresentationLink


def host_of(url: str) -> str:
    """The host, with its port unless that is 443, in lower case: what a person compares."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    return host if parts.port in (None, 443) else f"{host}:{parts.port}"


def https_url(text: str, code: str) -> str:
    """The same URL, if it is https, names a host, and carries no user or fragment."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise LinkError(code) from None
    if (
        parts.scheme.lower() != "https"
        or not parts.hostname
        or not _can_be_found(parts.hostname)
        or parts.username is not None
        or parts.password is not None
        or parts.fragment
        or port == 0
        or _SPACE.search(text)
        or not (text.isascii() and text.isprintable())
    ):
        raise LinkError(code)
    return text


def _can_be_found(host: str) -> bool:
    """Whether a name has parts that can be looked up (RFC 1035 2.3.4), or is an address."""
    labels = host.removesuffix(".").split(".")
    return ":" in host or (
        len(host) <= _MAX_HOST and all(1 <= len(label) <= _MAX_LABEL for label in labels)
    )


def parse(text: str) -> Link:
    """The one thing this link asks; refuses what is ambiguous, repeated or of another scheme."""
    text = text.strip()
    if not text or len(text) > MAX_LINK_CHARACTERS or _SPACE.search(text):
        raise LinkError("link.malformed")
    if not text.isprintable():
        raise LinkError("link.malformed")
    scheme, separator, rest = text.partition(":")
    if not separator:
        raise LinkError("link.malformed")
    scheme = scheme.lower()
    if scheme in OFFER_SCHEMES:
        return _offer(_parameters(rest.partition("?")[2]))
    if scheme in PRESENTATION_SCHEMES:
        return _presentation(_parameters(rest.partition("?")[2]))
    if scheme == "https":
        return _https(https_url(text, "link.malformed"))
    raise LinkError("link.unknown_scheme")


def _parameters(query: str) -> dict[str, str]:
    """The query as a mapping; a parameter that stands twice has no meaning (RFC 6749 3.1)."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=32)
    except ValueError:
        raise LinkError("link.malformed") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise LinkError("link.repeated_parameter")
    return found


def _offer(parameters: dict[str, str]) -> OfferByValue | OfferByReference:
    """OpenID4VCI 1.0 4.1: exactly one of the two forms of delivery."""
    by_value = parameters.get("credential_offer")
    by_reference = parameters.get("credential_offer_uri")
    if (by_value is None) == (by_reference is None):
        raise LinkError("link.offer_both_or_neither")
    if by_reference is not None:
        return OfferByReference(https_url(by_reference, "link.not_https"))
    assert by_value is not None
    return OfferByValue(by_value)


def _presentation(parameters: dict[str, str]) -> PresentationLink:
    """OpenID4VP 1.0 5 and HAIP 1.0 5.1: signed requests by reference only."""
    if "request" in parameters:
        raise LinkError("link.request_by_value")
    client_id = parameters.get("client_id", "")
    request_uri = parameters.get("request_uri", "")
    if not client_id or not request_uri:
        raise LinkError("link.incomplete")
    if not client_id.isprintable():
        raise LinkError("link.malformed")
    method = parameters.get("request_uri_method", "get")
    if method not in ("get", "post"):
        raise LinkError("link.request_uri_method")
    return PresentationLink(
        client_id, https_url(request_uri, "link.not_https"), post=method == "post"
    )


def _https(url: str) -> Link:
    """A claimed https link: with parameters it is an invocation, bare it is an offer to fetch."""
    query = urlsplit(url).query
    if not query:
        return OfferByReference(url)
    parameters = _parameters(query)
    if "credential_offer" in parameters or "credential_offer_uri" in parameters:
        return _offer(parameters)
    if "request_uri" in parameters or "client_id" in parameters or "request" in parameters:
        return _presentation(parameters)
    raise LinkError("link.unknown_scheme")


def is_image(argument: str) -> bool:
    """Whether this argument names an image file rather than a link."""
    scheme = argument.strip().partition(":")[0].lower()
    path = image_path(argument)
    named = path.suffix.lower() in IMAGE_SUFFIXES
    return named and scheme not in SCHEMES and ":/" not in str(path)


def image_path(argument: str) -> Path:
    """The file, also as it is written when it is dragged into a terminal."""
    text = argument.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    elif "\\ " in text:
        text = text.replace("\\ ", " ")
    if text.startswith("file:///"):
        text = unquote(text.removeprefix("file://"))
    return Path(text).expanduser() if text.startswith("~/") else Path(text)


def from_image(path: Path) -> str:
    """The text of the one QR code in a PNG or JPEG; refuses none, several different, or too big."""
    import zxingcpp  # noqa: PLC0415  a megabyte that only this door needs
    from PIL import Image  # noqa: PLC0415

    try:
        with path.open("rb") as file:
            content = file.read(MAX_IMAGE_BYTES + 1)
        # Every scan of a progressive JPEG goes over all its pixels once more.
        scans = content.count(_SCAN) if content.startswith(_JPEG) else 0
        if len(content) > MAX_IMAGE_BYTES or scans > _MAX_SCANS:
            raise LinkError("link.image_too_big")
        with warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning):
            opened = Image.open(BytesIO(content), formats=("PNG", "JPEG"))
        with opened as image:
            if image.width * image.height > MAX_IMAGE_PIXELS:
                raise LinkError("link.image_too_big")
            grey = image.convert("L")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise LinkError("link.image_too_big") from None
    except (OSError, ValueError, SyntaxError):
        raise LinkError("link.image_unreadable") from None
    pixels = memoryview(grey.tobytes()).cast("B", (grey.height, grey.width))
    codes = zxingcpp.read_barcodes(
        pixels, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    )
    texts = {code.text for code in codes if code.valid}
    if not texts:
        raise LinkError("link.image_without_code")
    if len(texts) > 1:
        raise LinkError("link.image_with_several_codes")
    return str(texts.pop())
