"""What can go wrong at the registrar: a stable code; the sentences are in `texts/`."""


class RegistrarError(Exception):
    """A command cannot be carried out; `code` names the sentence, `exit_code` the kind."""

    exit_code = 1

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class BadInput(RegistrarError):
    """A file or an argument is not what the command needs."""

    exit_code = 2


class NotReady(RegistrarError):
    """There is no registrar here yet, or there already is one."""

    exit_code = 4


class Untrusted(RegistrarError):
    """Someone's file does not prove what it should."""

    exit_code = 5


class NothingFound(RegistrarError):
    """Nothing here answers to that name."""

    exit_code = 7


class NetworkFailed(RegistrarError):
    """What was published could not be reached, or broke off."""

    exit_code = 6
