"""Municipalities for wallets of another make, and such wallets."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import login_world, node_wallet
from support.login_world import LoginWorld
from support.stranger import Stranger

Meet = Callable[[LoginWorld], Stranger]


@pytest.fixture(scope="module", autouse=True)
def _node(request: pytest.FixtureRequest) -> None:
    node_wallet.needed(getattr(request.module, "PROGRAMS", "openid4vci"))


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginWorld]:
    """Public wallets are welcome, attested ones too."""
    with login_world.world(tmp_path_factory.mktemp("there"), with_scheme=True) as made:
        yield made


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginWorld]:
    """HAIP, and every card on a key that somebody vouches for."""
    folder = tmp_path_factory.mktemp("strict")
    knobs = {"haip": True, "key_attestation": "required"}
    with login_world.world(folder, with_scheme=True, **knobs) as made:
        yield made


@pytest.fixture
def meet(tmp_path: Path) -> Iterator[Meet]:
    """Makes a wallet at a municipality."""
    met: list[tuple[Stranger, int]] = []

    def make(there: LoginWorld) -> Stranger:
        found = Stranger(tmp_path, there)
        met.append((found, there.town.now))
        return found

    yield make
    for one, start in met:
        one.close()
        one.there.town.now = one.there.provider.now = start


@pytest.fixture
def wallet(meet: Meet, there: LoginWorld) -> Stranger:
    return meet(there)
