"""Settings: what can be set, how it is read from text, and that a change is on record."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from credential.strictjson import Object
from wallet import foreign
from wallet.config import THEMES, Config
from wallet.errors import NoMatch, Usage
from wallet.events import Kind
from wallet.service.wallet import Wallet
from wallet.texts import LANGUAGES


@dataclass(frozen=True)
class Setting:
    """One thing that can be set; `trust` when it decides whom this wallet believes."""

    name: str
    choices: tuple[str, ...] = ()
    trust: bool = False


SETTINGS: Final = (
    Setting("lang", LANGUAGES),
    Setting("theme", THEMES),
    Setting("lock_minutes"),
    Setting("provider_url", trust=True),
    Setting("scheme_url", trust=True),
    Setting("fingerprint", trust=True),
    Setting("foreign_anchors", trust=True),
    Setting("tls_ca", trust=True),
    Setting("allow_networks", trust=True),
)
"""In the order in which people look for them."""

_FILES: Final = ("tls_ca", "foreign_anchors")


def setting(name: str) -> Setting:
    """The setting of this name; `settings.none` when there is no such one."""
    found = next((one for one in SETTINGS if one.name == name.replace("-", "_")), None)
    if found is None:
        raise NoMatch("settings.none", names=", ".join(one.name for one in SETTINGS))
    return found


def text_of(config: Config, name: str) -> str:
    """How a setting stands, as it can be typed; empty where nothing was set."""
    value = getattr(config, name)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def changed(config: Config, name: str, text: str) -> Config:
    """The settings with this one as the text says; empty text is how it was at the beginning."""
    text = text.strip()
    value: Any
    if not text:
        value = getattr(Config(), name)
    elif name == "lock_minutes":
        if not (text.isascii() and text.isdecimal() and len(text) <= 4):  # noqa: PLR2004
            raise Usage("config.value", key=name)
        value = int(text)
    elif name == "allow_networks":
        value = tuple(part.strip() for part in text.split(",") if part.strip())
    elif name in _FILES or (name == "scheme_url" and "://" not in text):
        value = _place(name, text)
    elif name == "fingerprint":
        value = text.replace(":", "").lower()
    else:
        value = text
    made = replace(config, **{name: value})
    foreign.anchors(made)
    return made


def change(wallet: Wallet, name: str, text: str, *, now: int) -> bool:
    """Changes one setting, on record by its name; False when it stood so already."""
    made = changed(wallet.config, name, text)
    if made == wallet.config:
        return False
    if name == "fingerprint" and (wallet.scheme_folder / "scheme.jws").exists():
        # Everything in this wallet hangs on that root: another one is another wallet.
        raise Usage("settings.fingerprint")
    body: Object = {"setting": name}
    wallet.store.append(wallet.store.new_activity(), Kind.SETTINGS_CHANGED, body, at=now)
    wallet.save_config(made)
    wallet.forget_trust()
    return True


def _place(name: str, text: str) -> str:
    place = Path(text).expanduser().absolute()
    try:
        found = place.is_dir() if name == "scheme_url" else place.exists()
    except OSError:
        found = False
    if not found:
        raise Usage("config.value", key=name)
    return str(place)
