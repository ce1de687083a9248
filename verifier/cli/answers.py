"""Reading the register and answering people: registrations, requests, answer, purge, figures."""

from typing import Any

import click

from verifier import clock, config, keys
from verifier.cli.talk import Run, command
from verifier.dates import last_moment, stamp
from verifier.errors import NothingFound
from verifier.store import Store
from verifier.store.register import Listed, Visit


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also answers without a registration.")
@click.option("--values", is_flag=True, help="Show names and contact too.")
@click.option("--end", "ending", default=None, metavar="NUMBER", help="End a registration.")
@command
def registrations(run: Run, everything: bool, values: bool, ending: str | None) -> None:
    """List who is registered: number, since when, verdict and checks; no names unless asked."""
    from verifier.service import retention
    from verifier.store import register

    settings = config.load(run.home)
    store = Store.open(settings.database)
    try:
        if ending is not None:
            until = retention.end(store, ending, clock.now())
            run.out({"number": ending, "delete_by": stamp(until)}, f"{ending} → {stamp(until)}")
            return
        sealer = keys.load_sealer(settings.keys, clock.random_bytes) if values else None
        for item in register.registrations(store, sealer):
            _registration(run, item)
        if everything:
            for visit in register.visits(store):
                _visit(run, visit)
    finally:
        store.close()


def _registration(run: Run, item: Listed) -> None:
    one = item.registration
    state = "ended" if one.ended else "active" if one.confirmed else "unconfirmed"
    members: dict[str, Any] = {
        "number": one.number,
        "since": stamp(one.since),
        "profile": one.profile,
        "state": state,
        "verdict": item.outcome,
        "checks": item.checks,
    }
    if item.values is not None:
        members["values"] = [
            {"query": query_id, "path": path, "value": value}
            for query_id, path, value in item.values
        ]
        members["contact"] = item.contact
    run.out(members, f"{one.number}  {stamp(one.since)}  {one.profile}  {state}  {item.outcome}")


def _visit(run: Run, visit: Visit) -> None:
    members: dict[str, Any] = {
        "number": None,
        "since": stamp(visit.received),
        "profile": visit.profile,
        "state": "none",
        "verdict": visit.outcome,
        "rule": visit.rule,
        "checks": visit.checks,
    }
    run.out(members, f"-  {stamp(visit.received)}  {visit.profile}  {visit.outcome}  {visit.rule}")


@click.command()
@command
def requests(run: Run) -> None:
    """List rights requests; those in progress wait for `answer`."""
    from verifier.store import rights

    store = Store.open(config.load(run.home).database)
    try:
        for item in rights.requests(store):
            members = {
                "request": item.id,
                "right": item.asked,
                "state": item.state,
                "received": stamp(item.received),
                "due": stamp(item.due),
            }
            due = stamp(item.due) or "-"
            run.out(members, f"{item.id}  {item.asked}  {item.state}  {due}")
    finally:
        store.close()


@click.command()
@click.argument("request")
@click.option("--state", type=click.Choice(["done", "refused", "extended"]), required=True)
@click.option("--reason-nl", default=None, help="One sentence for the resident, in Dutch.")
@click.option("--reason-en", default=None, help="The same in English.")
@command
def answer(
    run: Run, request: str, state: str, reason_nl: str | None, reason_en: str | None
) -> None:
    """Decide on an open request; the wallet hears it, signed, when it next asks."""
    from verifier.store import rights
    from verifier.texts import sentence

    settings = config.load(run.home)
    store = Store.open(settings.database)
    try:
        found = next((item for item in rights.requests(store) if item.id == request), None)
        if found is None:
            raise NothingFound("rights.none", "Regie formats 4")
        due = last_moment(found.received, "P3M") if state == "extended" else None
        reason = [
            "decided",
            reason_nl or sentence("nl", "reason.decided"),
            reason_en or sentence("en", "reason.decided"),
        ]
        outcome = {"state": state, "reason": reason, "erased": []}
        if not rights.decide(store, request, state, due, outcome):
            raise NothingFound("rights.none", "Regie formats 4")
    finally:
        store.close()
    run.out({"request": request, "state": state, "due": stamp(due)}, f"{request}  {state}")


@click.command()
@command
def purge(run: Run) -> None:
    """Remove what was kept long enough; safe to run at any time."""
    from dataclasses import asdict

    from verifier.service import retention

    settings = config.load(run.home)
    store = Store.open(settings.database)
    try:
        done = retention.purge(settings, store, clock.now())
    finally:
        store.close()
    members = asdict(done)
    run.out(members, "  ".join(f"{name} {count}" for name, count in members.items()))


@click.command()
@command
def statistics(run: Run) -> None:
    """Figures without persons: answers per profile, outcome and rule."""
    from verifier.store import retention

    store = Store.open(config.load(run.home).database)
    try:
        for profile, outcome, rule, count in retention.counts(store):
            members = {"profile": profile, "outcome": outcome, "rule": rule, "count": count}
            run.out(members, f"{count:6d}  {profile}  {outcome}  {rule}")
    finally:
        store.close()
