"""A register of the example parties as files, to change a line of and look at with lint."""

from pathlib import Path

from support.scheme import (
    GRIJPGRAAG,
    ISSUER,
    NOW,
    OTHER_VERIFIER,
    REGISTRY,
    VERIFIER,
    VOORBEELDSTAD,
    VOORBEELDWONEN,
    WESTHOVE,
)

from registrar import config, lint, parties, register

FOLDER = Path(__file__).parents[2] / "examples" / "town" / "scheme"
TEST = config.TEST_SCHEME.replace("{registry}", REGISTRY)
OWN_OIN, OWN_NUMBER = '"00000099000000000000"', '"NTRNL-90000000"'


def no_test(text: str) -> str:
    """The settings of a scheme that is no test, with numbers such as the trade register gives."""
    assert OWN_OIN in text
    assert OWN_NUMBER in text
    real = text.replace(OWN_OIN, '"00000003687501100000"').replace(OWN_NUMBER, '"NTRNL-68750110"')
    return real.replace("development = true", "development = false")


REAL = no_test(TEST)


def text_of(name):
    verifier = OTHER_VERIFIER if name == GRIJPGRAAG else VERIFIER
    values = {"issuer": ISSUER, "verifier": verifier, "mirror": REGISTRY}
    return parties.fill((FOLDER / f"{name}.toml").read_text("utf-8"), values)


def files(scheme=TEST, **changed):
    """A register of the example parties, with other text for those that are named."""
    found = {name: text_of(name) for name in (VOORBEELDSTAD, WESTHOVE, VOORBEELDWONEN)}
    found |= {name.replace("_", "-"): text for name, text in changed.items()}
    listed = {f"parties/{name}.toml": text.encode() for name, text in found.items()}
    return {"scheme.toml": scheme.encode(), **listed}


def check(found, now=NOW):
    return lint.check(register.read(found), now=now)


def changed(name, old, new, count=1):
    text = text_of(name)
    assert old in text, old
    return text.replace(old, new, count)
