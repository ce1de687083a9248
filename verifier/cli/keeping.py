"""Keeping no longer than was promised, and giving account: purge, statistics."""

import json

import click

from verifier import clock, config
from verifier.cli.talk import Run, command
from verifier.store import Store


@click.command()
@command
def purge(run: Run) -> None:
    """Remove what was kept long enough; safe to run at any time, and twice at once."""
    from verifier.service import retention, rotation
    from verifier.store import purges

    settings = config.load(run.home)
    store = Store.open(settings.database)
    now = clock.now()
    try:
        done = retention.purge(settings, store, now)
        statements = purges.of_moment(store, now) if done.counts else ()
    finally:
        store.close()
    keys = rotation.tidy(settings, now)
    members = {**done.counts, "keys": keys}
    run.out(
        {**members, "receipts_removed": list(done.numbers), "statements": list(statements)},
        "  ".join(f"{name} {count}" for name, count in members.items()),
    )


@click.command()
@click.option("--months", is_flag=True, help="Per month, with requests, erasures and purges.")
@click.option("--processing", is_flag=True, help="The processing log, without persons (LDV).")
@click.option("--statements", is_flag=True, help="The signed statements of every purge.")
@command
def statistics(run: Run, months: bool, processing: bool, statements: bool) -> None:
    """Figures without persons: answers per profile, outcome and rule."""
    from verifier.store import purges, retention

    settings = config.load(run.home)
    store = Store.open(settings.database)
    try:
        if processing:
            _processing(run, settings.base_url, store)
        elif statements:
            for token in purges.all_of(store):
                run.out({"statement": token}, token)
        elif months:
            _months(run, store)
        else:
            for profile, outcome, rule, count in retention.counts(store):
                members = {"profile": profile, "outcome": outcome, "rule": rule, "count": count}
                run.out(members, f"{count:6d}  {profile}  {outcome}  {rule}")
    finally:
        store.close()


def _processing(run: Run, base_url: str, store: Store) -> None:
    from verifier.service import processing

    for row in processing.export(base_url, store):
        run.out(row, json.dumps(row))


def _months(run: Run, store: Store) -> None:
    from verifier.service import figures

    for key, count in sorted(figures.counted(store).items()):
        run.out(
            {**key._asdict(), "count": count},
            f"{count:6d}  {key.month}  {key.profile}  {key.name}  {key.rule}",
        )
