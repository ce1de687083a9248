"""Opens the register of residents that the settings name."""

from pathlib import Path

from issuer.accounting import BrpProtocol
from issuer.brp.client import BrpClient, RegisterSettings
from issuer.brp.source import HaalCentraalSource
from issuer.config import Settings
from issuer.keys import read_private
from issuer.sources import Source


def haal_centraal(settings: Settings, home: Path, protocol: BrpProtocol) -> Source:
    """The Haal Centraal APIs, every query protocolled."""
    brp = settings.brp
    key = read_private(home / brp.api_key_file).decode("ascii").strip()
    client = BrpClient(
        RegisterSettings(
            base_url=brp.url,
            api_key=key,
            tls_ca=None if brp.tls_ca is None else home / brp.tls_ca,
            client_certificate=None if brp.tls_cert is None else home / brp.tls_cert,
            client_key=None if brp.tls_key is None else home / brp.tls_key,
        )
    )
    return HaalCentraalSource(client, protocol)
