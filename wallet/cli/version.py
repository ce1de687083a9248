"""`--version`: the release, and the one version of every standard it speaks (ARCHITECTURE.md)."""

from importlib import metadata
from typing import Final

from wallet.cli.output import Output

STANDARDS: Final = (
    "SD-JWT (RFC 9901)",
    "SD-JWT VC (HAIP 1.0)",
    "OpenID4VCI 1.0",
    "OpenID4VP 1.0, DCQL",
    "HAIP 1.0",
    "Token Status List (HAIP 1.0)",
    "PAR (RFC 9126), PKCE (RFC 7636), DPoP (RFC 9449), RFC 9207",
    "OAuth 2.0 Attestation-Based Client Authentication (HAIP 1.0)",
    "ETSI TS 119 602, ETSI TS 119 475",
    "ARF 3.0, TS5, TS7, TS8, TS10",
    "Regie log, receipt, rights 1",
)


def show(say: Output) -> None:
    """Prints the release and the standards."""
    release = metadata.version("regie")
    say.result({"release": release, "standards": list(STANDARDS)})
    say.plain(f"regie-wallet {release}")
    for standard in STANDARDS:
        say.plain(f"  {standard}")
