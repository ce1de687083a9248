"""The example town's login provider as a process.

Usage: python -m examples.town.login --port PORT --tls-cert FILE --tls-key FILE --clients FILE

The clients are a JSON object of id to {"secret", "redirect_uri", "people"}, where people are
"residents", "clerks" or "employees", in a file that only its owner reads. SIGHUP changes the
signing key.
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import stat
import sys
from pathlib import Path

import uvicorn

from examples.town.login.app import build
from examples.town.login.people import clerks, employees, residents
from examples.town.login.provider import Client, Provider

BRP = Path(__file__).parents[1] / "brp"


def main() -> int:
    """Serve until ended."""
    parser = argparse.ArgumentParser(prog="python -m examples.town.login", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tls-cert", required=True)
    parser.add_argument("--tls-key", required=True)
    parser.add_argument("--clients", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=BRP, help="folder with the test persons")
    parser.add_argument(
        "--municipality", action="append", default=[], help="only its residents, and its clerks"
    )
    options = parser.parse_args()
    if options.clients.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        print(f"others can read {options.clients.name}: chmod 600", file=sys.stderr)
        return 4
    given = json.loads(options.clients.read_text("utf-8"))
    provider = Provider(
        f"https://localhost:{options.port}", clients(given, options.data, options.municipality)
    )
    signal.signal(signal.SIGHUP, lambda *_: provider.rotate())
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    uvicorn.run(
        build(provider),
        host="127.0.0.1",
        port=options.port,
        ssl_certfile=options.tls_cert,
        ssl_keyfile=options.tls_key,
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    return 0


def clients(given: dict[str, dict[str, str]], data: Path, places: list[str]) -> list[Client]:
    """The clients, each with the people who may log in there."""
    everyone = [one for one in residents(data) if not places or one.place in places]
    people = {
        "residents": everyone,
        "clerks": [one for place in places or ["0599"] for one in clerks(place)],
        "employees": employees(),
    }
    return [
        Client(
            id=name,
            secret=one["secret"],
            redirect_uri=one["redirect_uri"],
            people=tuple(people[one["people"]]),
            staff=one["people"] != "residents",
        )
        for name, one in given.items()
    ]


if __name__ == "__main__":
    sys.exit(main())
