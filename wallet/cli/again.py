"""After a move: which cards to fetch again, and how; nothing in every other wallet."""

from collections.abc import Iterable

from wallet.cli.output import Output
from wallet.service.awaited import Again


def tell_again(again: Iterable[Again], say: Output) -> None:
    """One sentence and one command per issuer."""
    for one in again:
        titles = ", ".join(say.texts.find(f"kind.{kind}") or kind for kind in one.kinds)
        say.talk("restore.again", titles=titles, issuer=one.name)
        say.talk_plain(f"  regie-wallet get {one.oin} {' '.join(one.kinds)}")
