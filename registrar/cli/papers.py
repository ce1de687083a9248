"""What commands about keys share: options of a token, and how a paper is shown."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from registrar import keystore, papers
from registrar.cli.common import Session
from registrar.errors import BadInput

_F = TypeVar("_F", bound=Callable[..., Any])


class _Token(click.ParamType[bytes]):
    """MODULE:LABEL:PIN-FILE as the file that says which token holds the keys."""

    name = "module:label:pin-file"

    def convert(
        self,
        value: str | bytes,
        param: click.Parameter | None,  # noqa: ARG002 - click's own signature
        ctx: click.Context | None,  # noqa: ARG002
    ) -> bytes:
        if isinstance(value, bytes):
            return value
        module, _, rest = value.partition(":")
        label, _, pin_file = rest.partition(":")
        if not (module and label and pin_file):
            raise BadInput("token.option")
        return keystore.token_settings(module, label, pin_file)


def token_options(command: _F) -> _F:
    """`--pkcs11`: the keys are made in a token and never leave it."""
    return click.option(
        "--pkcs11",
        "token",
        type=_Token(),
        help="Keep the keys in a token (PKCS#11); the PIN file's path is below the folder.",
    )(command)


def asked(request: Path) -> dict[str, object]:
    """What machines are told of a paper that is to be carried."""
    digest = hashlib.sha256(request.read_bytes()).digest()
    return {"file": str(request), "sha256": digest.hex(), "words": papers.spoken(digest)}


def show(session: Session, file: Path) -> None:
    """The words of a paper, to read aloud on both sides."""
    told = asked(file)
    session.say("keys.paper", file=file.name, words=str(told["words"]))
