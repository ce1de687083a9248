"""The loopback address that the browser comes back to: one request, a constant page, then gone."""

import http.client
import threading
from urllib.parse import urlsplit

import pytest

from wallet import browser
from wallet.errors import ExitCode, WalletError


class Visitor(threading.Thread):
    """A browser on this computer; its visits one after the other."""

    def __init__(self, listener: browser.Listener, *visits: tuple[str, str, dict]) -> None:
        super().__init__(daemon=True)
        self.port = urlsplit(listener.redirect_uri).port
        self.visits = visits
        self.answers: list[tuple[int, dict, bytes]] = []
        self.start()

    def run(self) -> None:
        for method, path, headers in self.visits:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            self.answers.append((answer.status, dict(answer.getheaders()), answer.read()))
            connection.close()


@pytest.mark.spec("RFC 8252", "7.3", "loopback redirect on a port the system picks")
def test_the_address() -> None:
    with browser.Listener() as one, browser.Listener() as other:
        parts = urlsplit(one.redirect_uri)
        assert (parts.scheme, parts.hostname, parts.path) == ("http", "127.0.0.1", "/callback")
        assert one.redirect_uri != other.redirect_uri


def test_one_request_with_a_constant_page() -> None:
    with browser.Listener() as listener:
        visitor = Visitor(listener, ("GET", "/callback?code=geheim&state=s", {}))
        assert listener.wait(5) == "code=geheim&state=s"
        visitor.join()
    [(status, headers, body)] = visitor.answers
    assert status == 200
    assert "Ga terug naar uw wallet" in body.decode()
    assert b"geheim" not in body
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.spec("RFC 8252", "8.3", "it stops listening when the answer is there")
def test_it_is_gone_after_the_answer() -> None:
    listener = browser.Listener()
    visitor = Visitor(listener, ("GET", "/callback?a=b", {}))
    listener.wait(5)
    visitor.join()
    with pytest.raises(OSError, match="refused"):
        http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=5).request("GET", "/callback")


def test_other_paths_names_and_methods_are_not_the_answer() -> None:
    with browser.Listener() as listener:
        visitor = Visitor(
            listener,
            ("GET", "/favicon.ico", {}),
            ("GET", "/callback/?code=1", {}),
            ("GET", "/callback2?code=2", {}),
            ("POST", "/callback?code=3", {}),
            ("GET", "/callback?code=4", {"Host": "attacker.example"}),
            ("GET", "/callback?code=right", {}),
        )
        assert listener.wait(5) == "code=right"
        visitor.join()
    assert [status for status, _, _ in visitor.answers] == [404, 404, 404, 501, 404, 200]


def test_nothing_is_written_about_a_visit(capfd: pytest.CaptureFixture[str]) -> None:
    with browser.Listener() as listener:
        visitor = Visitor(
            listener, ("GET", "/x?code=geheim", {}), ("GET", "/callback?code=geheim", {})
        )
        listener.wait(5)
        visitor.join()
    out, err = capfd.readouterr()
    assert out == err == ""


def test_it_does_not_wait_forever() -> None:
    with browser.Listener() as listener, pytest.raises(WalletError) as caught:
        listener.wait(0)
    assert (caught.value.code, caught.value.exit) == ("get.too_long", ExitCode.NOT_READY)


def test_it_stops_when_told_to() -> None:
    with browser.Listener() as listener, pytest.raises(WalletError, match=r"get\.too_long"):
        listener.wait(60, cancelled=lambda: True)


def test_no_browser_in_this_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    import webbrowser

    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser("lynx"))
    assert browser.beside_terminal() is None
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.BackgroundBrowser("firefox"))
    assert browser.beside_terminal() is not None

    def none() -> None:
        raise webbrowser.Error

    monkeypatch.setattr(webbrowser, "get", none)
    assert browser.beside_terminal() is None
