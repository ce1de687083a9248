"""`regie-wallet reset`: wipes the whole wallet, its log included, after asking twice."""

import click

from wallet.cli.session import Session
from wallet.errors import ExitCode, Usage, WalletError
from wallet.service.reset import reset
from wallet.texts import LANGUAGES, Texts


@click.command("reset")
@click.option("--yes", is_flag=True)
@click.option("--word", default="", metavar="WORD")
@click.pass_obj
def command(session: Session, yes: bool, word: str) -> None:
    """Wipe this wallet: cards, keys and log."""
    say = session.say
    say.talk("reset.what", home=session.home)
    say.talk("reset.backup")
    if yes and not word:
        raise Usage("reset.word", word=say.texts.get("reset.word"))
    if not yes:
        if not say.confirm("reset.question", instead="--yes --word"):
            raise WalletError("declined", exit=ExitCode.DECLINED)
        word = say.ask("reset.type", word=say.texts.get("reset.word"))
    if not is_word(word):
        raise Usage("reset.word", word=say.texts.get("reset.word"))
    reset(session.home)
    say.result({"outcome": "wiped"})
    say.text("reset.done")


def is_word(typed: str) -> bool:
    """Whether this is the word that has to be typed, in either language."""
    return typed.strip().casefold() in {Texts(lang).get("reset.word") for lang in LANGUAGES}
