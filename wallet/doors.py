"""The doors of the command line: a link, a QR image, or a line from standard input."""

from collections.abc import Callable

from wallet import links
from wallet.config import Config
from wallet.fetch import HttpsFetch
from wallet.links import Link
from wallet.refusals import LinkError


def read_link(argument: str, read_input: Callable[[], str]) -> Link:
    """What the argument asks; `-` is a line from standard input, an image is read for its code."""
    return links.parse(read_text(argument, read_input))


def read_text(argument: str, read_input: Callable[[], str]) -> str:
    """The link itself, from wherever the argument says it stands."""
    if argument == "-":
        return read_input().strip()
    if links.is_image(argument):
        path = links.image_path(argument)
        try:
            there = path.is_file()
        except OSError:
            there = False
        if not there:
            raise LinkError("link.image_unreadable")
        return links.from_image(path)
    return argument.strip()


def network(config: Config) -> HttpsFetch:
    """The way out that these settings allow."""
    return HttpsFetch(tls_ca=config.tls_ca or None, allow_networks=config.allow_networks)
