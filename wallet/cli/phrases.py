"""A new passphrase: the one the wallet proposes, or one of your own, typed twice."""

from credential import words
from wallet import clock, keyfile
from wallet.cli.output import Output
from wallet.errors import Usage


def choose(say: Output, instead: str = "--passphrase-file") -> str:
    """The phrase the person chose, or that option gives; nothing is stored."""
    say.needs_terminal(instead)
    proposed = words.phrase(clock.random_bytes)
    say.talk("init.proposal", phrase=proposed)
    say.talk("init.not-recoverable")
    own = say.secret("init.own-or-enter")
    phrase = own or proposed
    keyfile.check_own_phrase(phrase)
    if say.secret("init.again").split() != phrase.split():
        raise Usage("passphrase.differs")
    return phrase
