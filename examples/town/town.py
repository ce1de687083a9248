"""The example town: a scheme operator, a municipality with its register, a corporation, a mirror.

Everything runs on loopback, in one temporary folder, through the commands as they are installed.
"""

from __future__ import annotations

import json
import secrets
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from examples.town import asker, grasping
from examples.town.browser import Browser
from examples.town.network import Network
from examples.town.processes import (
    Processes,
    Result,
    StepFailed,
    free_ports,
    listens,
    write_private,
)
from examples.town.settings import (
    CLERKS,
    RESIDENTS,
    STAFF,
    issuer_settings,
    login_clients,
    staff_settings,
)

HERE = Path(__file__).parent
# The head of a household of five, from the official fictitious test persons (brp/README.md).
RESIDENT = "999999345"
EMAIL = "bewoner@voorbeeld.example"
WORDS = "vijf rustige woorden vooraf bedacht"
PROFILES = (
    "inschrijven",
    "inschrijven-papier",
    "mede-aanvrager",
    "profiel-aanvullen",
    "rechten",
    "toewijzing",
    "woonduur",
)
LOOPBACK = ("127.0.0.0/8", "::1/128")


@dataclass
class Town:
    """One town in one folder."""

    folder: Path
    ports: dict[str, int]
    processes: Processes
    network: Network
    fingerprint: str = ""
    wallet_home: Path = field(init=False)

    @classmethod
    def found(cls) -> Self:
        """Choose a fresh folder and free ports; nothing is started yet."""
        folder = Path(tempfile.mkdtemp(prefix="regie-voorbeeldstad-"))
        folder.chmod(0o700)
        (folder / "network").mkdir()
        names = ("issuer", "register", "login", "verifier", "mirror", "grasping")
        ports = dict(zip(names, free_ports(len(names)), strict=True))
        return cls(folder, ports, Processes(folder), Network(folder / "network"))

    @classmethod
    def of(cls, folder: Path) -> Town:
        """The town that another process built in this folder."""
        ports = json.loads((folder / "town.json").read_text("utf-8"))
        return cls(folder, ports, Processes(folder), Network(folder / "network"))

    def remember(self) -> None:
        """Write down what another process needs to find this town."""
        (self.folder / "town.json").write_text(json.dumps(self.ports), "utf-8")

    def __post_init__(self) -> None:
        self.wallet_home = self.folder / "wallet"

    def url(self, name: str) -> str:
        """Return the address of one of the town's servers."""
        return f"https://localhost:{self.ports[name]}"

    @property
    def tls(self) -> Path:
        """The folder with the town's https files."""
        return self.folder / "registrar" / "tls"

    @property
    def tls_ca(self) -> str:
        """The authority of the town's https certificates."""
        return str(self.tls / "ca.pem")

    @property
    def mirror_folder(self) -> Path:
        """What the mirror serves: the scheme and the status lists."""
        return self.folder / "mirror"

    # --- the parties -----------------------------------------------------------------------

    def build(self) -> dict[str, Any]:
        """Make everybody's keys, certificates and lists, and start the servers."""
        self._make_scheme()
        self._make_issuer()
        self._make_verifier()
        self._make_grasping()
        published = self.registrar("publish", "--to", str(self.mirror_folder)).json()
        certificates = published["certificates"]
        both = Path(certificates["gemeente-voorbeeldstad"]).parent
        self._install("regie-issuer", "issuer", str(both))
        self._install("regie-verifier", "verifier", certificates["woonstichting-voorbeeldwonen"])
        self._start_mirror()
        self.issuer("sync")
        self._start_login()
        self.start_municipality()
        self.issuer("publish-status")
        self.verifier("sync")
        self.start_verifier()
        return {
            "folder": str(self.folder),
            "fingerprint": self.fingerprint,
            "ports": self.ports,
            "scheme": published["sequence"],
        }

    def _make_scheme(self) -> None:
        made = self.registrar("init", "--test", "--registry", self.url("mirror")).json()
        self.fingerprint = made["fingerprint"]
        for policy in sorted((HERE / "scheme" / "disclosure").glob("*.toml")):
            kind = self.folder / "registrar" / "kinds" / policy.name
            kind.write_text(kind.read_text("utf-8") + policy.read_text("utf-8"), "utf-8")

    def _make_issuer(self) -> None:
        settings = self.folder / "issuer.toml"
        settings.write_text(self._settings(), "utf-8")
        self.issuer("init", "--settings", str(settings))
        keys = self.folder / "issuer" / "keys"
        given = {name: secrets.token_urlsafe(32) for name in (RESIDENTS, CLERKS, STAFF)}
        write_private(keys / "login-residents", given[RESIDENTS])
        write_private(keys / "login-clerks", given[CLERKS])
        clients = login_clients(self.url("issuer"), self.url("verifier"), given)
        write_private(self.folder / "login.json", json.dumps(clients))
        for name in ("gemeente-voorbeeldstad", "gemeente-westhove"):
            self._add("add-issuer", name, self.folder / "issuer" / "csr")

    def _settings(self) -> str:
        return issuer_settings(self.ports, str(self.tls), str(self.mirror_folder), self.fingerprint)

    def _make_verifier(self) -> None:
        self.verifier(
            "init",
            "--base-url",
            self.url("verifier"),
            "--scheme",
            self.url("mirror"),
            "--fingerprint",
            self.fingerprint,
            "--tls-cert",
            str(self.tls / "server.pem"),
            "--tls-key",
            str(self.tls / "server.key"),
            "--tls-ca",
            self.tls_ca,
            *(part for name in PROFILES for part in ("--profile", name)),
        )
        self._add("add-verifier", "woonstichting-voorbeeldwonen", self.folder / "verifier" / "csr")
        clients = json.loads((self.folder / "login.json").read_text("utf-8"))
        home = self.folder / "verifier"
        write_private(home / "keys" / "login-staff", clients[STAFF]["secret"])
        with (home / "verifier.toml").open("a", encoding="utf-8") as out:
            out.write(staff_settings(self.ports, str(self.tls)))

    def _make_grasping(self) -> None:
        grasping.make_keys(self.folder / "grasping")
        self._add("add-verifier", "woonstichting-grijpgraag", self.folder / "grasping" / "csr")

    def _add(self, command: str, party: str, requests: Path) -> None:
        settings = [f"--set={name}={self.url(name)}" for name in ("issuer", "verifier", "mirror")]
        file = HERE / "scheme" / f"{party}.toml"
        self.registrar(command, str(file), "--csr", str(requests), *settings)

    def _install(self, program: str, home: str, certificates: str) -> None:
        self._run(program, home, "install-certificates", certificates)

    # --- the servers -----------------------------------------------------------------------

    def _start_mirror(self) -> None:
        self.processes.start(
            "mirror",
            self.ports["mirror"],
            sys.executable,
            str(HERE / "mirror.py"),
            str(self.mirror_folder),
            str(self.ports["mirror"]),
            str(self.tls / "server.pem"),
            str(self.tls / "server.key"),
        )

    def _start_login(self) -> None:
        """Start the imitation of a login provider, for residents and clerks."""
        self.processes.start(
            "login",
            self.ports["login"],
            sys.executable,
            *("-m", "examples.town.login"),
            *("--port", str(self.ports["login"])),
            *("--tls-cert", str(self.tls / "server.pem")),
            *("--tls-key", str(self.tls / "server.key")),
            *("--clients", str(self.folder / "login.json")),
            *("--municipality", "0599"),
        )

    def start_municipality(self) -> None:
        """Start the register and the issuer's server."""
        self.processes.start(
            "register",
            self.ports["register"],
            "regie-issuer",
            "--home",
            str(self.folder / "issuer"),
            "serve-register",
            "--data",
            str(HERE / "brp"),
            *("--kvk", str(HERE / "kvk"), "--bag", str(HERE / "bag")),
            "--port",
            str(self.ports["register"]),
            "--tls-cert",
            str(self.tls / "server.pem"),
            "--tls-key",
            str(self.tls / "server.key"),
            "--changes",
            str(self.folder / "changes.jsonl"),
        )
        self.processes.start(
            "issuer",
            self.ports["issuer"],
            "regie-issuer",
            "--home",
            str(self.folder / "issuer"),
            "serve",
        )

    def stop_municipality(self) -> None:
        """End the register and the issuer's server; their ports then refuse connections."""
        self.processes.stop("issuer")
        self.processes.stop("register")
        if listens(self.ports["issuer"]) or listens(self.ports["register"]):
            raise StepFailed("something still listens on the municipality's ports")

    def start_verifier(self) -> None:
        """Start the corporation's server."""
        home = str(self.folder / "verifier")
        self.processes.start(
            "verifier", self.ports["verifier"], "regie-verifier", "--home", home, "serve"
        )

    def start_grasping(self) -> str:
        """Start the asker that asks too much; return its link."""
        folder = self.folder / "grasping"
        certificates = self.folder / "registrar" / "certificates" / "woonstichting-grijpgraag"
        asker.start(
            self,
            key=folder / "access.key",
            certificate=next(certificates.glob("*access*.pem")),
            registration=next((certificates / "registration").glob("*.jwt")),
            notes=folder / "notes.json",
        )
        return grasping.link(certificates, self.url("grasping"))

    def grasping_notes(self) -> dict[str, Any]:
        """What came back to the asker that asks too much."""
        return asker.notes(self.folder / "grasping" / "notes.json")

    def stop(self, name: str) -> None:
        """End one server."""
        self.processes.stop(name)

    def close(self, *, keep: bool) -> None:
        """End every process and, unless it is kept, remove the folder."""
        self.processes.stop_all()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    # --- the commands ----------------------------------------------------------------------

    def _run(
        self,
        program: str,
        home: str | Path,
        *command: str,
        **options: Any,  # noqa: ANN401
    ) -> Result:
        name = options.pop("name", program.removeprefix("regie-"))
        return self.processes.run(
            name, program, "--home", str(self.folder / home), "--json", *command, **options
        )

    def registrar(self, *command: str) -> Result:
        """Run `regie-registrar`."""
        return self._run("regie-registrar", "registrar", *command)

    def issuer(self, *command: str) -> Result:
        """Run `regie-issuer`; as a process of its own name, the server is called `issuer`."""
        return self._run("regie-issuer", "issuer", *command, name="issuer-cli")

    def verifier(self, *command: str) -> Result:
        """Run `regie-verifier`."""
        return self._run("regie-verifier", "verifier", *command, name="verifier-cli")

    def wallet(
        self, *command: str, expect: int | tuple[int, ...] = 0, home: Path | None = None
    ) -> Result:
        """Run `regie-wallet` with the passphrase from a file."""
        words = self.secret_file("words", WORDS)
        return self._run(
            "regie-wallet",
            home or self.wallet_home,
            "--passphrase-file",
            str(words),
            *command,
            expect=expect,
        )

    def secret_file(self, name: str, text: str) -> Path:
        """Write a secret to a file only the owner reads; command lines never hold one."""
        return write_private(self.folder / f"{name}.secret", text + "\n")

    # --- what people do --------------------------------------------------------------------

    def make_wallet(self) -> dict[str, Any]:
        """Make the resident's wallet."""
        networks = [part for network in LOOPBACK for part in ("--allow-network", network)]
        made = self.wallet(
            "init",
            "--scheme",
            self.url("mirror"),
            "--fingerprint",
            self.fingerprint,
            "--tls-ca",
            self.tls_ca,
            *networks,
        ).json()
        return {"synced": made["synced"]}

    def offer(self, kinds: str = "all") -> dict[str, Any]:
        """Let a desk clerk offer cards to the resident."""
        person = self.secret_file("person", RESIDENT)
        who = ("--person-file", str(person), "--municipality", "0599", "--clerk", "balie-1")
        return self.issuer("offer", *who, "--kinds", kinds).json()

    def confirm(self, case: str, number: str) -> None:
        """Let the clerk type the number that the resident reads from the wallet."""
        self.issuer("decide", case, "--number", number, "--clerk", "balie-1")

    def revoke(self, kind: str) -> dict[str, Any]:
        """Take a kind of card back at once and publish the status lists."""
        person = self.secret_file("person", RESIDENT)
        done = self.issuer(
            "revoke", "--person-file", str(person), "--kinds", kind, "--now", "--reason", "request"
        ).json()
        lists = self.issuer("publish-status").json()
        return {"revoked": done["revoked"], "lists": lists["lists"]}

    def sign_up_link(self, browser: Browser) -> str:
        """Open the sign-up page, start, and return the link for a wallet on another device."""
        browser.open(f"{self.url('verifier')}/nl/inschrijven")
        browser.submit(browser.post_form())
        links = [link for link in browser.page_links if link.startswith("openid4vp:")]
        if not links:
            raise StepFailed(f"no link for the wallet on the page: {browser.text[:200]}")
        return links[-1]

    def finish_sign_up(
        self, browser: Browser, answer: dict[str, Any], *, contact: bool = True
    ) -> str:
        """Type the code that the wallet shows, leave an e-mail address, return the page's text."""
        form = browser.form_with("code")
        browser.submit(form, code=str(answer["confirm_code"]))
        if contact:
            browser.submit(browser.form_with("email"), email=EMAIL)
        return browser.text

    def copy_wallet(self, name: str) -> Path:
        """Copy the wallet's folder."""
        target = self.folder / f"wallet-{name}"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.wallet_home, target, ignore=shutil.ignore_patterns("socket"))
        return target

    def browser(self) -> Browser:
        """A new browser session that trusts the town's https certificates."""
        return Browser(self.tls_ca)
