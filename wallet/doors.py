"""The doors of the command line: a link, a QR image, or a line from standard input."""

from collections.abc import Callable
from pathlib import Path

from wallet import links
from wallet.config import Config
from wallet.fetch import HttpsFetch
from wallet.links import Link
from wallet.refusals import LinkError


def read_link(argument: str, read_input: Callable[[], str]) -> Link:
    """What the argument asks; `-` is a line from standard input, an image is read for its code."""
    if argument == "-":
        return links.parse(read_input())
    if links.is_image(argument):
        path = Path(argument)
        if not path.is_file():
            raise LinkError("link.image_unreadable")
        return links.parse(links.from_image(path))
    return links.parse(argument)


def network(config: Config) -> HttpsFetch:
    """The way out that these settings allow."""
    return HttpsFetch(tls_ca=config.tls_ca or None, allow_networks=config.allow_networks)
