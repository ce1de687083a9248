"""A housing corporation that asks more than it is registered for, to show what a wallet does.

Usage: grasping.py KEY CERTIFICATE REGISTRATION PORT TLS-CERTIFICATE TLS-KEY NOTES
Its certificates are genuine, its software is not: it signs a request for the birth date and the
whole address although its registration names neither. It writes to NOTES which parameters came
back, never a value.
"""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import secrets
import ssl
import sys
import time
import urllib.parse
from pathlib import Path

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

KIND = "https://regie.example/ns/kaart/{}/1"
WANTED = {
    "persoonsgegevens": [["given_name"], ["family_name"], ["birthdate"]],
    "woonadres": [["address", "street_address"], ["address", "house_number"]],
}


def base64url(data: bytes) -> str:
    """Encode without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def make_keys(folder: Path) -> None:
    """Write a key and the certificate request for it, as any party does."""
    (folder / "csr").mkdir(parents=True)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "access.key").touch(0o600)
    (folder / "access.key").write_bytes(pem)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "inschrijving")])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject)
    (folder / "csr" / "inschrijving.access.csr").write_bytes(
        request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )


def leaf_of(certificate: Path) -> bytes:
    """Return the DER of a certificate in a PEM file."""
    pem = certificate.read_bytes()
    return x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)


def decoded(text: str) -> bytes:
    """Decode what has no padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def opened(token: str, key: ec.EllipticCurvePrivateKey) -> dict[str, object]:
    """Open an answer that was encrypted to this key (RFC 7518, 4.6: ECDH-ES, direct)."""
    protected, _, iv, content, tag = token.split(".")
    header = json.loads(decoded(protected))
    point = (int.from_bytes(decoded(header["epk"][name]), "big") for name in ("x", "y"))
    theirs = ec.EllipticCurvePublicNumbers(*point, ec.SECP256R1()).public_key()
    bits = {"A128GCM": 128, "A256GCM": 256}[header["enc"]]
    parts = [header["enc"].encode(), decoded(header.get("apu", "")), decoded(header.get("apv", ""))]
    about = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    derived = ConcatKDFHash(hashes.SHA256(), bits // 8, about + bits.to_bytes(4, "big")).derive(
        key.exchange(ec.ECDH(), theirs)
    )
    plain = AESGCM(derived).decrypt(
        decoded(iv), decoded(content) + decoded(tag), protected.encode()
    )
    found: dict[str, object] = json.loads(plain)
    return found


def invocation(leaf: bytes, base: str) -> tuple[str, str]:
    """Return the client identifier and the link that invokes a wallet."""
    client_id = "x509_hash:" + base64url(hashlib.sha256(leaf).digest())
    query = urllib.parse.urlencode({"client_id": client_id, "request_uri": f"{base}/request"})
    return client_id, f"openid4vp://?{query}"


def link(certificates: Path, base: str) -> str:
    """Return the link of the asker whose certificates stand in this folder."""
    return invocation(leaf_of(next(certificates.glob("*access*.pem"))), base)[1]


class Asker:
    """Builds one signed request per visit and notes what came back."""

    def __init__(self, key: Path, certificate: Path, registration: Path, base: str) -> None:
        private = serialization.load_pem_private_key(key.read_bytes(), None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise SystemExit("the access key is not a P-256 key")
        self.key = private
        self.leaf = leaf_of(certificate)
        self.registration = registration.read_text("ascii").strip()
        self.base = base
        self.recipient = ec.generate_private_key(ec.SECP256R1())
        self.client_id, _ = invocation(self.leaf, base)

    def request_object(self) -> str:
        """Sign a request for more than the registration names."""
        numbers = self.recipient.public_key().public_numbers()
        recipient = {
            "kty": "EC",
            "crv": "P-256",
            "x": base64url(numbers.x.to_bytes(32, "big")),
            "y": base64url(numbers.y.to_bytes(32, "big")),
            "use": "enc",
            "alg": "ECDH-ES",
            "kid": secrets.token_urlsafe(12),
        }
        now = int(time.time())
        claims = {
            "client_id": self.client_id,
            "response_type": "vp_token",
            "response_mode": "direct_post.jwt",
            "response_uri": f"{self.base}/response",
            "aud": "https://self-issued.me/v2",
            "nonce": secrets.token_urlsafe(24),
            "state": secrets.token_urlsafe(24),
            "iat": now,
            "exp": now + 300,
            "client_metadata": {
                "jwks": {"keys": [recipient]},
                "encrypted_response_enc_values_supported": ["A128GCM", "A256GCM"],
                "vp_formats_supported": {
                    "dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}
                },
            },
            "dcql_query": {
                "credentials": [
                    {
                        "id": kind,
                        "format": "dc+sd-jwt",
                        "meta": {"vct_values": [KIND.format(kind)]},
                        "claims": [{"path": path} for path in paths],
                    }
                    for kind, paths in WANTED.items()
                ]
            },
            "verifier_info": [{"format": "registration_cert", "data": self.registration}],
        }
        header = {
            "typ": "oauth-authz-req+jwt",
            "x5c": [base64.b64encode(self.leaf).decode()],
        }
        return jwt.encode(claims, self.key, algorithm="ES256", headers=header)


def handler_for(asker: Asker, notes: Path) -> type[http.server.BaseHTTPRequestHandler]:
    """Return a handler that serves the request and notes the answer."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def _answer(self, body: bytes, content_type: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            if self.path == "/request":
                self._answer(asker.request_object().encode(), "application/oauth-authz-req+jwt")
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("Content-Length", "0")), 1_000_000))
            fields = urllib.parse.parse_qs(body.decode("utf-8", "replace"))
            found = opened(fields["response"][0], asker.recipient) if "response" in fields else {}
            told = {"fields": sorted({*fields, *found} - {"response"}), "error": found.get("error")}
            notes.write_text(json.dumps(told), "utf-8")
            self._answer(b"{}", "application/json")

    return Handler


def main() -> None:
    """Serve until ended."""
    key, certificate, registration, port, tls_certificate, tls_key, notes = sys.argv[1:8]
    asker = Asker(Path(key), Path(certificate), Path(registration), f"https://localhost:{port}")
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", int(port)), handler_for(asker, Path(notes))
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls_certificate, tls_key)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    server.serve_forever()


if __name__ == "__main__":
    main()
