"""Wallets that are wrong in one way each; a harness that lets one of them pass is no harness."""

from collections.abc import Callable

from wallet.service import asking, collecting, share
from wallet.store import Store
from wallet.store.chain import Chain


def entry_after_sending() -> None:
    """Sends first and writes it down afterwards."""
    recorded: list[tuple[tuple, dict]] = []
    record, post = Store.record_share_intended, asking.post

    def later(self, *args, **members):
        recorded.append(((self, *args), members))

    def first(fetch, url, form):
        reply = post(fetch, url, form)
        for args, members in recorded:
            record(*args, **members)
        recorded.clear()
        return reply

    Store.record_share_intended = later  # type: ignore[assignment, method-assign]
    asking.post = first  # type: ignore[assignment]
    share.post = first  # type: ignore[attr-defined]


def copy_not_spent() -> None:
    """Forgets which copies it has used."""
    Store._spend = lambda self, activity, use: None  # type: ignore[method-assign]


def other_transaction_for_copies() -> None:
    """Spends the copies a little later than it writes down that it does."""
    record, spend = Store.record_share_intended, Store._spend

    def apart(self, activity, body, *, copies, **members):
        entry = record(self, activity, body, copies=(), **members)
        with self.database.transaction():
            for use in copies:
                spend(self, activity, use)
        return entry

    Store.record_share_intended = apart  # type: ignore[assignment, method-assign]


def never_uncertain() -> None:
    """Does not notice that sharing was interrupted."""
    Store.settle_interrupted = lambda self, *, at: ()  # type: ignore[method-assign]


def head_not_mended() -> None:
    """Leaves the head file as the crash left it."""
    Chain.mend = lambda self, database: ()  # type: ignore[method-assign]


def head_before_commit() -> None:
    """Writes the head file while the transaction can still be lost."""
    seal, publish = Chain.seal, Chain.publish

    def early(self, database, *, at):
        seal(self, database, at=at)
        publish(self)

    Chain.seal = early  # type: ignore[method-assign]


def unsent_when_interrupted() -> None:
    """Believes that what it did not finish did not happen."""
    from wallet.events import Kind

    def settle(self, *, at):
        for row in self.database.rows("SELECT id FROM activities WHERE outcome = 'intended'"):
            copies = self.database.rows("SELECT id FROM copies WHERE activity = ?", (row["id"],))
            returned = [copy["id"] for copy in copies]
            self.settle(row["id"], Kind.SHARE_UNSENT, {}, at=at, returned_copies=returned)
        return ()

    Store.settle_interrupted = settle  # type: ignore[method-assign]


def forgotten_is_denied() -> None:
    """Takes a card that was delivered to nobody for one that is refused."""
    collecting.FORGOTTEN = None  # type: ignore[misc, assignment]


MUTANTS: dict[str, Callable[[], None]] = {
    made.__name__: made
    for made in (
        entry_after_sending,
        copy_not_spent,
        other_transaction_for_copies,
        never_uncertain,
        head_not_mended,
        head_before_commit,
        unsent_when_interrupted,
        forgotten_is_denied,
    )
}
