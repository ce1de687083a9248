"""The settings of the servers, as an administrator would write them."""

from __future__ import annotations

ISSUER_TOML = """\
base_url = "https://localhost:{issuer}"
listen = "127.0.0.1:{issuer}"
tls_cert = "{tls}/server.pem"
tls_key = "{tls}/server.key"
publish_to = "{mirror_folder}"

[brp]
url = "https://localhost:{register}"
api_key_file = "keys/brp-api-key"
tls_ca = "{tls}/ca.pem"

[scheme]
url = "https://localhost:{mirror}"
fingerprint = "{fingerprint}"
tls_ca = "{tls}/ca.pem"

[login]
issuer = "https://localhost:{login}"
client_id = "{residents}"
client_secret_file = "keys/login-residents"
tls_ca = "{tls}/ca.pem"

[clerks]
issuer = "https://localhost:{login}"
client_id = "{clerks}"
client_secret_file = "keys/login-clerks"
tls_ca = "{tls}/ca.pem"

[status]
size = 16384
announce_hours = 0

[[declared]]
kind = "urgentie"
explanation_nl = "Een medewerker van de gemeente kijkt of u voorrang krijgt."
explanation_en = "An employee of the municipality decides whether you get priority."

[[declared.fields]]
name = "reason"
nl = "Waarom hebt u snel een woning nodig?"
en = "Why do you need a home soon?"
type = "long"
most = 600

[[municipality]]
id = "gemeente-voorbeeldstad"
code = "0599"
name = "Gemeente Voorbeeldstad"
oin = "00000099000000001000"
housing_region = "voorbeeldregio"
region_codes = ["0599", "0518"]
kinds = [
  "persoonsgegevens",
  "woonadres",
  "huishouden",
  "woongeschiedenis",
  "verblijfsrecht",
  "urgentie",
]

[[municipality]]
id = "gemeente-westhove"
code = "0518"
name = "Gemeente Westhove"
oin = "00000099000000002000"
housing_region = "voorbeeldregio"
region_codes = ["0599", "0518"]
"""

STAFF_TOML = """
[staff]
issuer = "https://localhost:{login}"
client_id = "{staff}"
client_secret_file = "keys/login-staff"
tls_ca = "{tls}/ca.pem"
"""

RESIDENTS = "voorbeeldstad-inwoners"
CLERKS = "voorbeeldstad-balie"
STAFF = "voorbeeldwonen-medewerkers"


def issuer_settings(ports: dict[str, int], tls: str, mirror_folder: str, fingerprint: str) -> str:
    """The file, for a town on these ports."""
    return ISSUER_TOML.format(
        **ports,
        tls=tls,
        mirror_folder=mirror_folder,
        fingerprint=fingerprint,
        residents=RESIDENTS,
        clerks=CLERKS,
    )


def staff_settings(ports: dict[str, int], tls: str) -> str:
    """Where employees of the corporation log in; it stands at the end of `verifier.toml`."""
    return STAFF_TOML.format(login=ports["login"], tls=tls, staff=STAFF)


def login_clients(issuer: str, verifier: str, secrets: dict[str, str]) -> dict[str, dict[str, str]]:
    """Who may send people to the imitation login provider, and where they come back."""
    return {
        RESIDENTS: {
            "secret": secrets[RESIDENTS],
            "redirect_uri": f"{issuer}/login/callback",
            "people": "residents",
        },
        CLERKS: {
            "secret": secrets[CLERKS],
            "redirect_uri": f"{issuer}/desk/callback",
            "people": "clerks",
        },
        STAFF: {
            "secret": secrets[STAFF],
            "redirect_uri": f"{verifier}/medewerkers/terug",
            "people": "employees",
        },
    }
