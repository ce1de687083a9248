"""A new key and certificate: no request under way is lost, and every step may be the last."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support.holder_simulator import Answer, Request
from support.scheme import VOORBEELDWONEN, build
from support.verifier_home import Browser, VerifierHome, attempt, run

from credential import jose, receipt
from credential.names import TYP_RECEIPT
from verifier import clock, config, identity, keys
from verifier.cli.main import cli
from verifier.errors import VerifierError
from verifier.service import rotation
from verifier.service.verifier import open_verifier
from verifier.transaction import Outcome


def handed_over(home: VerifierHome, name: str = "handed") -> Path:
    """What the registrar gives back for the next key."""
    settings = config.load(home.home)
    key = keys.access_key(settings.keys, identity.NEXT_KEY)
    home.scheme.keys[VOORBEELDWONEN]["inschrijving.access"] = key
    home.scheme.add(home.scheme.parties[VOORBEELDWONEN])
    folder = home.folder / name
    for path, data in home.scheme.files[VOORBEELDWONEN].items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return folder


def renewed(home: VerifierHome) -> rotation.Installed:
    settings = config.load(home.home)
    rotation.prepare(settings)
    return rotation.install(settings, handed_over(home), home.clock.at)


async def started(home: VerifierHome, http: Any) -> str:
    http.cookies.clear()
    return (await Browser(http).start()).other_device


def signer_of(token: str) -> bytes:
    return jose.parse(token, typ=TYP_RECEIPT, max_bytes=100_000).x5c()[0]


@pytest.mark.spec("HAIP 1.0", "5", "a request under way when the certificate changes is answered")
def test_nothing_under_way_is_lost(home: VerifierHome) -> None:
    """Started, or also fetched, under the old name; answered under it; the process never stopped."""
    verifier = home.open()
    old = verifier.chain[0]

    async def story() -> tuple[list[Answer], list[Request]]:
        async with home.client() as http:
            holder = home.holder(http)
            fetched = await holder.fetch(await started(home, http))
            waiting = await started(home, http)
            assert renewed(home).new
            assert verifier.chain[0] != old
            requests = [fetched, await holder.fetch(waiting)]
            requests.append(await holder.fetch(await started(home, http)))
            return [await holder.answer(one) for one in requests], requests

    answers, requests = run(story())
    names = [one.payload["client_id"] for one in requests]
    assert names[0] == names[1] == identity.client_id_of(old)
    assert names[2] == verifier.client_id != names[0]
    for answer, request in zip(answers, requests, strict=True):
        token = answer.body["receipt"]
        stated = receipt.dangerous_read(token)
        # The receipt is of who asked, and signed by the certificate that asked.
        assert stated.client_id == request.payload["client_id"]
        assert identity.client_id_of(signer_of(token)) == stated.client_id
    assert attempt(home)[1].outcome is Outcome.ACCEPTED


def test_another_process_knows_both(home: VerifierHome) -> None:
    """One that was opened before, and one after: each answers what the other started."""
    before = home.open()

    async def story() -> None:
        async with home.client() as http:
            holder = home.holder(http)
            request = await holder.fetch(await started(home, http))
            renewed(home)
            home._opened = open_verifier(home.home, now=home.clock)
            assert home._opened.client_id != request.payload["client_id"]
        async with home.client() as http:
            holder.http = http
            answer = await holder.answer(request)
            assert (
                receipt.dangerous_read(answer.body["receipt"]).client_id
                == (request.payload["client_id"])
            )

    run(story())
    assert before.client_id == home.open().client_id
    before.close()


@pytest.mark.spec("Regie formats", "4", "rights: asked by a receipt of before, answered after")
def test_rights_after_a_rotation(home: VerifierHome) -> None:
    from credential import rights
    from credential.rights import Right, State
    from verifier.service import rights as service

    answer, _ = attempt(home)
    renewed(home)
    verifier = home.open()
    holder = home.holder(None, [])  # type: ignore[arg-type]
    where = {"endpoint": verifier.config.rights_endpoint, "oin": verifier.leaf.oin}
    question = holder.question(Right.STATUS, answer, **where)
    told = rights.verify_answer(
        service.ask(verifier, question.encode()).body.decode(),
        trust=home.scheme.trust,
        oin=verifier.leaf.oin,
        request=question,
        jkt=jose.thumbprint(answer.rights_key.public_key()),
        now=home.clock.at,
    )
    assert told.state is State.DONE
    assert told.client_id == verifier.client_id


def test_the_old_pair_goes_after_its_last_request(home: VerifierHome) -> None:
    settings = config.load(home.home)
    renewed(home)
    kept = list((settings.keys / identity.PREVIOUS).iterdir())
    assert [file.stat().st_mode & 0o777 for file in kept] == [0o600]
    longest = settings.session_seconds + settings.request_seconds
    assert rotation.tidy(settings, home.clock.at + longest) == 0
    assert len(identity.before(settings)) == 1
    assert rotation.tidy(settings, home.clock.at + longest + rotation.MARGIN_SECONDS + 1) == 1
    assert identity.before(settings) == {}
    assert not list((settings.keys / identity.PREVIOUS).iterdir())


def test_prepared_twice_is_one_key(home: VerifierHome) -> None:
    settings = config.load(home.home)
    request = rotation.prepare(settings)
    first = (settings.keys / identity.NEXT_KEY).read_bytes()
    assert rotation.prepare(settings) == request
    assert (settings.keys / identity.NEXT_KEY).read_bytes() == first
    assert (settings.keys / identity.NEXT_KEY).stat().st_mode & 0o777 == 0o600
    assert attempt(home)[1].outcome is Outcome.ACCEPTED  # nothing changed yet


def test_the_same_certificate_again(home: VerifierHome) -> None:
    settings = config.load(home.home)
    renewed(home)
    again = rotation.install(settings, home.folder / "handed", home.clock.at)
    assert not again.new
    assert len(identity.before(settings)) == 1


CHILD = """
import os, sys
from pathlib import Path
from verifier import config
from verifier.service import rotation
home, folder, now, left = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
replace, unlink = Path.replace, Path.unlink
def counted(function):
    def called(self, *arguments, **named):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return function(self, *arguments, **named)
    return called
Path.replace, Path.unlink = counted(replace), counted(unlink)
rotation.install(config.load(home), folder, now)
"""


@pytest.mark.crash
@pytest.mark.spec("Architecture", "Storage", "killed between any two steps of a rotation: no harm")
def test_killed_at_every_step(home: VerifierHome) -> None:
    """At every change to a file; each time it serves, and the next try finishes."""
    settings = config.load(home.home)
    old = home.open().client_id
    rotation.prepare(settings)
    folder = handed_over(home)
    names = set()
    for steps in range(60):
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(home.home), str(folder), str(home.clock.at),
             str(steps)],
            env={"PATH": os.environ["PATH"]}, check=False, capture_output=True,
        )  # fmt: skip
        home.close()
        verifier = home.open()  # whatever was reached, it starts and serves
        names.add(verifier.client_id)
        assert attempt(home)[1].outcome is Outcome.ACCEPTED
        if done.returncode == 0:
            break
        assert done.returncode == 9, done.stderr.decode()
    assert done.returncode == 0
    assert len(names) == 2
    assert old in names
    assert not (settings.keys / identity.NEXT_KEY).exists()
    assert set(identity.before(settings)) == {old.rpartition(":")[2][:8]}


def test_a_certificate_no_wallet_would_take(home: VerifierHome) -> None:
    """Of another scheme: refused before anything changes."""
    settings = config.load(home.home)
    rotation.prepare(settings)
    home.scheme, ours = build(), home.scheme
    folder = handed_over(home, "foreign")
    home.scheme = ours
    before = (settings.certificates / "access.pem").read_bytes()
    with pytest.raises(VerifierError) as caught:
        rotation.install(settings, folder, home.clock.at)
    assert caught.value.exit_code == 5
    assert (settings.certificates / "access.pem").read_bytes() == before


def test_a_broken_certificate_does_not_stop_who_serves(home: VerifierHome) -> None:
    verifier = home.open()
    before = verifier.client_id
    file = verifier.config.certificates / "access.pem"
    broken = file.with_name("broken.pem")
    broken.write_bytes(home.scheme.files["gemeente-voorbeeldstad"]["access.pem"])
    broken.replace(file)
    assert verifier.client_id == before
    assert attempt(home)[1].outcome is Outcome.ACCEPTED


def test_on_the_command_line(home: VerifierHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: home.clock.at)
    at = ["--home", str(home.home), "--lang", "nl"]
    done = CliRunner().invoke(cli, [*at, "rotate"])
    assert done.exit_code == 0, done.output
    assert Path(done.stdout.strip()).read_bytes().startswith(b"-----BEGIN CERTIFICATE REQUEST")
    told = CliRunner().invoke(cli, [*at, "doctor"]).stdout
    assert "wacht op het certificaat" in told
    done = CliRunner().invoke(cli, [*at, "install-certificates", str(handed_over(home))])
    assert done.exit_code == 0, done.output
    assert "beantwoordt nog verzoeken" in CliRunner().invoke(cli, [*at, "doctor"]).stdout
