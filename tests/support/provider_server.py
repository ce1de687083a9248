"""The pilot wallet provider on the network in memory."""

import json

from support.issuer_simulator import endless
from support.network import reply
from support.wallet_world import World

from wallet.fetch import Call, Reply
from wallet.provider.attest import Provider, Refusal

PROVIDER = "https://localhost:8446"


class ProviderServer:
    """The pilot provider as it answers over the wire."""

    def __init__(self, town: World) -> None:
        credentials = town.scheme.wallet_provider()
        town.scheme.publish()
        self.town = town
        self.provider = Provider(
            PROVIDER, credentials.signer, credentials.x5c, bytes(32), endless()
        )
        self.bodies: list[dict] = []
        self.change = lambda found: found

    def __call__(self, call: Call) -> Reply:
        assert not {name for name in call.headers if name.startswith("oauth")}
        if call.url.endswith("/challenge"):
            body = {"challenge": self.provider.challenge(now=self.town.now)}
            return reply(200, json.dumps(body), "application/json")
        self.bodies.append(json.loads(call.body))
        try:
            found = self.provider.vouch(call.body, now=self.town.now)
        except Refusal as refusal:
            return reply(400, json.dumps({"error": refusal.code}), "application/json")
        return reply(200, json.dumps(self.change(found)), "application/json")
