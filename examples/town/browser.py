"""The person at the sign-up page: follows links, fills in forms, reads what it says."""

from __future__ import annotations

import html.parser
import json
import ssl
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from examples.town.processes import StepFailed


@dataclass
class Form:
    """One form of a page: where it goes, what it already holds, and its buttons with a name."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, list[str]] = field(default_factory=dict)
    """Ticked boxes, by name."""
    buttons: list[list[str]] = field(default_factory=list)
    """Name, value and what stands on it."""


class _Reader(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self._open: Form | None = None
        self._button: list[str] | None = None
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag in {"script", "style", "svg"}:
            self._silent += 1
        elif tag == "form":
            self._open = Form(values.get("action", ""), values.get("method", "get").lower())
            self.forms.append(self._open)
        elif tag == "button" and self._open is not None and values.get("name"):
            self._button = [values["name"], values.get("value", ""), ""]
            self._open.buttons.append(self._button)
        elif tag == "input" and values.get("type") in {"checkbox", "radio"}:
            if self._open is not None and "checked" in values:
                self._open.boxes.setdefault(values["name"], []).append(values["value"])
        elif tag in {"input", "textarea"} and self._open is not None:
            if values.get("name"):
                self._open.fields[values["name"]] = values.get("value", "")
        elif tag == "a" and values.get("href"):
            self.links.append(values["href"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "button":
            self._button = None
        elif tag in {"script", "style", "svg"}:
            self._silent = max(0, self._silent - 1)

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.texts.append(data.strip())
            if self._button is not None:
                self._button[2] = f"{self._button[2]} {data.strip()}".strip()


class Browser:
    """A browser session: cookies kept, one page at a time."""

    def __init__(self, tls_ca: str) -> None:
        self._client = httpx.Client(
            verify=ssl.create_default_context(cafile=tls_ca), follow_redirects=True, timeout=20
        )
        self.address = ""
        self._html = ""
        self._page = _Reader()

    def open(self, address: str) -> None:
        """Open a page."""
        self._read(self._client.get(urllib.parse.urljoin(self.address, address)))

    def press(self, label: str) -> None:
        """Press the button on which this stands."""
        for form in self._page.forms:
            for name, value, said in form.buttons:
                if label in said:
                    self.submit(form, **{name: value})
                    return
        raise StepFailed(f"no button {label} on {self.address}: {self.text[:300]}")

    def submit(self, form: Form, *, expect: int = 200, **values: str | list[str]) -> None:
        """Send a form with `values` filled in; ticked boxes go along."""
        fields: dict[str, str | list[str]] = {**form.fields, **form.boxes, **values}
        target = urllib.parse.urljoin(self.address, form.action)
        if form.method == "post":
            sent = self._client.post(target, data=fields, headers={"Origin": self.origin})
            self._read(sent, expect)
        else:
            self._read(self._client.get(target, params=fields))

    @property
    def origin(self) -> str:
        """The scheme, host and port of the open page."""
        parts = urllib.parse.urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    def form_with(self, name: str) -> Form:
        """Return the form that has a field called `name`."""
        for form in self._page.forms:
            if name in form.fields:
                return form
        raise StepFailed(f"no form with {name} on {self.address}: {self.text[:300]}")

    def has_field(self, name: str) -> bool:
        """Tell whether the page has a form with this field."""
        return any(name in form.fields for form in self._page.forms)

    def post_form(self) -> Form:
        """Return the first form that sends something."""
        for form in self._page.forms:
            if form.method == "post":
                return form
        raise StepFailed(f"no form on {self.address}: {self.text[:300]}")

    @property
    def forms(self) -> list[Form]:
        """All forms of the page."""
        return self._page.forms

    @property
    def page_links(self) -> list[str]:
        """All links of the page."""
        return self._page.links

    @property
    def text(self) -> str:
        """All visible text of the page, in one line."""
        return " ".join(self._page.texts)

    def upload(
        self, form: Form, values: dict[str, str], files: dict[str, tuple[str, bytes]]
    ) -> None:
        """Send a form with files, as a browser does: also an empty one where none was chosen."""
        parts = [
            (f'name="{name}"', value.encode())
            for name, value in {**form.fields, **values}.items()
            if name != "file"
        ]
        for name, (given, data) in ({"file": ("", b"")} | files).items():
            parts.append((f'name="{name}"; filename="{given}"', data))
        mark = "----een-vorm-met-bijlagen"
        body = b"".join(
            f"--{mark}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + data + b"\r\n"
            for head, data in parts
        )
        kind = f"multipart/form-data; boundary={mark}"
        sent = self._client.post(
            urllib.parse.urljoin(self.address, form.action),
            content=body + f"--{mark}--\r\n".encode(),
            headers={"Origin": self.origin, "Content-Type": kind},
        )
        self._read(sent)

    def _read(self, response: httpx.Response, expect: int = 200) -> None:
        if response.status_code >= 400 and response.status_code != expect:  # noqa: PLR2004
            raise StepFailed(
                f"{response.request.method} {response.url.path}: {response.status_code}"
            )
        self.address = str(response.url)
        self._show(response.text)

    def _show(self, text: str) -> None:
        self._html = text
        self._page = _Reader()
        self._page.feed(text)

    def save(self, path: Path) -> None:
        """Keep the session (address, cookies, page) for a later process."""
        cookies = [
            (cookie.name, cookie.value, cookie.domain, cookie.path)
            for cookie in self._client.cookies.jar
        ]
        content = {"address": self.address, "cookies": cookies, "html": self._html}
        path.touch(0o600)
        path.write_text(json.dumps(content), "utf-8")

    @classmethod
    def restore(cls, tls_ca: str, path: Path) -> Browser:
        """Return the session that was saved."""
        content = json.loads(path.read_text("utf-8"))
        browser = cls(tls_ca)
        for name, value, domain, where in content["cookies"]:
            browser._client.cookies.set(name, value, domain, where)
        browser.address = content["address"]
        browser._show(content["html"])
        return browser

    def close(self) -> None:
        """Forget the session."""
        self._client.close()
