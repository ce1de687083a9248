"""Requests changed in one thing, and the refusal that must come of it."""

from collections.abc import Callable
from typing import Any

import pytest
from support.wallet_world import World

from wallet.errors import WalletError


def refused(town: World, link: str | None = None, told: str | None = None) -> WalletError:
    """The refusal; `told` is the one word the asker got, None where nothing but the GET happened."""
    with pytest.raises(WalletError) as caught:
        town.receive(link)
    assert [one["error"] for one in town.verifier.errors] == ([] if told is None else [told])
    assert len(town.network.posts()) == len(town.verifier.errors)
    return caught.value


def without(name: str) -> Callable[[dict], dict]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def having(**more: Any) -> Callable[[dict], dict]:
    return lambda claims: {**claims, **more}


def in_metadata(**more: Any) -> Callable[[dict], dict]:
    return lambda claims: {**claims, "client_metadata": {**claims["client_metadata"], **more}}


def in_key(**more: Any) -> Callable[[dict], dict]:
    def change(claims: dict) -> dict:
        key = {**claims["client_metadata"]["jwks"]["keys"][0], **more}
        key = {name: value for name, value in key.items() if value is not None}
        return in_metadata(jwks={"keys": [key]})(claims)

    return change
