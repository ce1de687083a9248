"""A mirror that answers as it likes takes neither the memory nor the time of who reads it."""

import fcntl
import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import issuer.fetch
import registrar.fetch
import verifier.fetch
from issuer import bounded as issuer_bounded
from issuer.service import sync as issuer_sync
from registrar import bounded as registrar_bounded
from registrar import tls
from verifier import bounded as verifier_bounded
from verifier import clock
from verifier.service import sync as verifier_sync

READERS = {
    "issuer": (issuer.fetch, issuer_bounded),
    "registrar": (registrar.fetch, registrar_bounded),
    "verifier": (verifier.fetch, verifier_bounded),
}
Talk = Callable[[ssl.SSLSocket], None]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tls.make("localhost", now=clock.now(), entropy=clock.random_bytes)
    here = tmp_path_factory.mktemp("tls")
    (here / "ca.pem").write_bytes(made.ca)
    (here / "server.pem").write_bytes(made.certificate + made.key)
    return here


@contextmanager
def mirror(folder: Path, talk: Talk) -> Iterator[str]:
    """One https server for one connection; `talk` is its whole behaviour."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def run() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            connection.settimeout(10)
            with context.wrap_socket(connection, server_side=True) as stream:
                talk(stream)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join(10)


def fetched(who: str, folder: Path, talk: Talk) -> str:
    """What this reader says of one file there: its code, or "" when it was taken."""
    with mirror(folder, talk) as place:
        try:
            with READERS[who][0].reader(place, folder / "ca.pem") as read:
                read("root.cer")
        except Exception as error:  # noqa: BLE001 - three trees of errors, all with a code
            return str(getattr(error, "code", repr(error)))
    return ""


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "deflate"])
@pytest.mark.spec("Regie formats", "8", "nothing a mirror sends is inflated before it is checked")
def test_nothing_is_inflated(folder: Path, who: str, encoding: str) -> None:
    asked: list[bytes] = []
    body = gzip.compress(gzip.compress(bytes(1 << 20)))

    def talk(stream: ssl.SSLSocket) -> None:
        asked.append(stream.recv(65_536))
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}"
        stream.sendall(f"{head}\r\n\r\n".encode() + body)

    assert fetched(who, folder, talk) == "fetch.encoded"
    assert b"accept-encoding: identity\r\n" in asked[0].lower()


def dripping(before: bytes) -> Talk:
    """After `before` one octet at a time, for ever."""

    def talk(stream: ssl.SSLSocket) -> None:
        stream.recv(65_536)
        stream.sendall(before)
        stop = threading.Event()
        with suppress(OSError):
            while not stop.wait(0.05):
                stream.sendall(b"x")

    return talk


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize(
    "before",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "],
    ids=["body", "headers"],
)
@pytest.mark.spec("Regie formats", "8", "a file has its time, however slowly it drips in")
def test_a_file_has_its_time(
    folder: Path, who: str, before: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(READERS[who][1], "FILE_SECONDS", 0.3)
    assert fetched(who, folder, dripping(before)) == "fetch.slow"


@pytest.mark.parametrize("who", READERS)
def test_a_mirror_has_its_time(who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file just in time, and yet not a thousand of them."""
    bounded = READERS[who][1]
    moment = 0.0
    monkeypatch.setattr(bounded.clock, "monotonic", lambda: moment)
    patience = bounded.Patience()
    for _ in range(10):
        with patience.for_a_file():
            assert 0 < patience.left() <= bounded.FILE_SECONDS
            moment += 60
    with patience.for_a_file(), pytest.raises(Exception, match="too slow"):
        patience.left()


@pytest.mark.parametrize("who", [verifier_sync, issuer_sync], ids=["verifier", "issuer"])
def test_no_sync_waits_for_another(tmp_path: Path, who: object) -> None:
    """One that hangs is told of by the next one, at once."""
    with (tmp_path / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        busy = pytest.raises(Exception, match=r"(sync|scheme)\.busy")
        with busy as caught, who._alone(tmp_path):  # type: ignore[attr-defined]
            pass
    assert getattr(caught.value, "exit_code", getattr(caught.value, "exit", 0)) == 4
    with who._alone(tmp_path):  # type: ignore[attr-defined]
        pass


@pytest.mark.parametrize("who", READERS)
def test_a_folder_ends_too(tmp_path: Path, who: str) -> None:
    """A link out of the folder, a device, and a file without end."""
    (tmp_path / "root.cer").symlink_to("/dev/zero")
    with (tmp_path / "scheme.jws").open("wb") as sparse:
        sparse.truncate(1 << 40)
    with READERS[who][0].reader(str(tmp_path), None) as read:
        for path in ("root.cer", "scheme.jws"):
            with pytest.raises((OSError, *_errors(who))):
                read(path)


def _errors(who: str) -> tuple[type[Exception], ...]:
    import issuer.errors
    import registrar.errors
    import verifier.errors

    return {
        "issuer": (issuer.errors.IssuerError,),
        "registrar": (registrar.errors.RegistrarError,),
        "verifier": (verifier.errors.VerifierError,),
    }[who]
