"""`regie-wallet settings [NAME [VALUE]]`: how the wallet is set, and setting it otherwise."""

import click

from credential.strictjson import Object
from wallet import config
from wallet.cli.completing import complete_setting, complete_value
from wallet.cli.output import Output, declined
from wallet.cli.session import Session
from wallet.config import Config
from wallet.service import settings as service
from wallet.service.settings import SETTINGS, Setting
from wallet.service.wallet import key_file


@click.command("settings")
@click.argument("name", required=False, shell_complete=complete_setting)
@click.argument("value", required=False, shell_complete=complete_value)
@click.option("--yes", is_flag=True)
@click.pass_obj
def command(session: Session, name: str | None, value: str | None, yes: bool) -> None:
    """Show how the wallet is set, or set it otherwise."""
    say, home = session.say, session.home
    key_file(home)
    if name is None:
        for one in SETTINGS:
            _show(one, config.load(home), say)
        say.text("settings.how")
        return
    found = service.setting(name)
    if value is None:
        _show(found, config.load(home), say)
        return
    # Before anything is asked: a value that cannot be needs no passphrase.
    service.changed(config.load(home), found.name, value)
    now = session.now()
    with session.open(write=True, now=now) as wallet:
        if found.trust and not yes:
            say.talk(f"settings.{found.name}.what")
            say.talk("settings.trust")
            if not say.confirm("settings.question"):
                declined()
        service.change(wallet, found.name, value, now=now)
        _show(found, wallet.config, say)


def words(one: Setting, settings: Config, say: Output) -> str:
    """How a setting stands, for people."""
    value = service.text_of(settings, one.name)
    return say.texts.find(f"settings.{one.name}.value.{value or 'none'}") or (
        value or say.texts.get("settings.not-set")
    )


def _show(one: Setting, settings: Config, say: Output) -> None:
    line: Object = {
        "setting": one.name,
        "value": service.text_of(settings, one.name),
        "default": service.text_of(Config(), one.name),
        "choices": [*one.choices],
    }
    say.line(line)
    title = say.texts.get(f"settings.{one.name}.title")
    say.text("settings.line", title=title, name=one.name, value=words(one, settings, say))
