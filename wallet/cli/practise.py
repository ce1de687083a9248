"""`regie-wallet practise`: the question with an invented person; nothing is kept or sent."""

import click

from wallet.cli.session import Session
from wallet.cli.share import asked
from wallet.practice import question


@click.command("practise")
@click.pass_obj
def command(session: Session) -> None:
    """Practise answering a question."""
    say, posed = session.say, question(session.say.texts)
    say.talk("practise.what")
    say.talk("practise.who")
    option = asked(say, posed, frozenset())
    answer = "declined" if option is None else "shared"
    say.result({"practise": True, "answer": answer, "shared": "nothing"})
    say.text(f"practise.{answer}", name=posed.asker.name)
    say.text(f"practise.then-{answer}")
    say.text("practise.nothing")
