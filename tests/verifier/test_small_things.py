"""Sealing, limits, QR codes, texts and tables."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest
import zxingcpp
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from PIL import Image, ImageDraw
from support.scheme import counter

from verifier import dates, keys
from verifier.errors import NotReady, Refused
from verifier.store import Store
from verifier.tables import METADATA
from verifier.texts import LANGUAGES, _texts
from verifier.web import qr
from verifier.web.limits import Limiter
from verifier.web.qr import Drawings


def leaves(value: object, path: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        found = {}
        for key, member in value.items():
            found |= leaves(member, f"{path}.{key}".lstrip("."))
        return found
    assert isinstance(value, str)
    return {path: value}


def test_texts_have_the_same_keys_and_parameters() -> None:
    one, two = (leaves(_texts(lang)) for lang in LANGUAGES)
    assert one.keys() == two.keys()
    for key, text in one.items():
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", two[key])), key


def test_every_key_that_is_used_exists() -> None:
    root = Path(keys.__file__).parent
    used: set[str] = set()
    for file in [*root.rglob("*.html"), *root.rglob("*.py")]:
        used |= set(
            re.findall(
                r"""(?:say|sentence)\((?:lang, )?["']([a-z_]+\.[a-z_.]+)["']""", file.read_text()
            )
        )
    assert len(used) > 60
    there = leaves(_texts("nl")).keys()
    # What ends here in a dot or a dash is completed by a code: then some key begins so.
    missing = {
        key
        for key in used - there
        if key[-1] not in "._" or not any(one.startswith(key) for one in there)
    }
    assert missing == set()


def test_every_code_we_raise_has_a_sentence() -> None:
    root = Path(keys.__file__).parent
    codes: set[str] = set()
    for file in root.rglob("*.py"):
        codes |= set(
            re.findall(
                r'(?:NotReady|UsageError|NothingFound|NetworkFailed)\(\s*"([a-z_.]+)"',
                file.read_text(),
            )
        )
    assert len(codes) > 20
    missing = {c for c in codes if (_texts("nl")["error"].get(c.replace(".", "_"))) is None}
    assert missing == {"fetch.missing"}  # caught where it is raised


def test_tables_equal_their_migrations(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/a.db", migrate=True)
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    store.close()


def test_a_database_of_another_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"store\.migrate"):
        Store.open(f"sqlite:///{tmp_path}/empty.db")


def test_sealed_columns_are_bound_to_their_place() -> None:
    sealer = keys.sealer(b"s" * 32, counter())
    sealed = sealer.seal({"email": "z@voorbeeld.nl"}, "a.b.1")
    assert b"voorbeeld" not in sealed
    assert sealer.open(sealed, "a.b.1") == {"email": "z@voorbeeld.nl"}
    with pytest.raises(NotReady):
        sealer.open(sealed, "a.b.2")
    with pytest.raises(NotReady):
        keys.sealer(b"t" * 32, counter()).open(sealed, "a.b.1")
    assert sealer.person("p") != keys.sealer(b"t" * 32, counter()).person("p")
    assert "p" not in repr(sealer)


def test_key_files_others_may_read_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.key"
    keys.write_private(file, b"x")
    assert keys.read_private(file) == b"x"
    file.chmod(0o640)
    with pytest.raises(NotReady, match=r"keys\.mode"):
        keys.read_private(file)
    with pytest.raises(FileExistsError):
        keys.write_private(file, b"y")


def test_limiter() -> None:
    now = [0.0]
    limiter = Limiter(3, lambda: now[0])
    for _ in range(3):
        limiter.take("a")
    with pytest.raises(Refused) as caught:
        limiter.take("a")
    assert caught.value.status == 429
    limiter.take("b")
    now[0] = 20.0
    limiter.take("a")


def test_a_code_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(qr, "_draw", lambda text: (drawn.append(text), (21, "M0 0"))[1])
    drawings = Drawings()
    for number in range(qr.MOST_KEPT + 1):
        for _ in range(3):
            drawings.svg(f"link {number}", "label")
    assert len(drawn) == qr.MOST_KEPT + 1
    drawings.svg("link 0", "label")  # forgotten: the room has an end
    assert len(drawn) == qr.MOST_KEPT + 2


def test_qr_code_is_readable() -> None:
    link = "openid4vp://?client_id=x509_hash%3A" + "A" * 43 + "&request_uri=https%3A%2F%2Flocalhost"
    svg = str(Drawings().svg(link, 'label "quoted" & <more>'))
    assert 'aria-label="label &#34;quoted&#34; &amp; &lt;more&gt;"' in svg
    size = int(re.search(r'viewBox="0 0 (\d+)', svg)[1])  # type: ignore[index]
    image = Image.new("L", (size * 4, size * 4), 255)
    draw = ImageDraw.Draw(image)
    for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg):
        left, top = int(x) * 4, int(y) * 4
        draw.rectangle((left, top, left + 3, top + 3), fill=0)
    (found,) = zxingcpp.read_barcodes(image)
    assert found.text == link


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-12-31T22:59:59+00:00", date(2026, 12, 31)),
        ("2026-12-31T23:00:00+00:00", date(2027, 1, 1)),
        ("2026-06-30T22:00:00+00:00", date(2026, 7, 1)),
    ],
)
def test_the_day_begins_in_the_netherlands(moment: str, day: date) -> None:
    assert dates.dutch_day(int(datetime.fromisoformat(moment).timestamp())) == day
