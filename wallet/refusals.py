"""The refusals of the protocols: whose fault, which exit code, whether data left."""

from wallet.errors import Distrusted, ExitCode, Fault, Shared, Usage, WalletError


class LinkError(Usage):
    """The link, image or typed text is not one this wallet understands."""


class MessageError(Distrusted):
    """The other side's message breaks a rule; `rule` and `section` say which."""

    def __init__(
        self, rule: str, section: str = "", *, shared: Shared = Shared.NOT_APPLICABLE
    ) -> None:
        super().__init__("message.not-trusted", shared=shared, rule=rule, section=section)
        self.rule = rule


class NetworkError(WalletError):
    """No usable answer over the network."""

    def __init__(
        self, code: str, *, shared: Shared = Shared.NOT_APPLICABLE, **params: str | int
    ) -> None:
        super().__init__(code, fault=Fault.NETWORK, exit=ExitCode.NETWORK, shared=shared)
        self.params = params


class NotSent(NetworkError):
    """Connecting or TLS failed before any byte of the request: the other side has nothing."""


class Lost(NetworkError):
    """The request left, or may have left, and no usable answer came back."""
