"""How a registered party is named in the log: who it is, and how to reach it."""

from credential.registration import Registration
from credential.strictjson import Json, Object


def provider(registered: Registration) -> Object:
    """What an issuer's registration says of it (ARF 3.0 DASH_05); name and number stand beside."""
    contacts: dict[str, Json] = {"uri": registered.support_uri}
    if registered.rights is not None:
        contacts |= {"email": registered.rights.email, "phone": registered.rights.phone}
    return {
        "country": registered.country,
        "service_id": registered.service_id,
        "contacts": {name: value for name, value in contacts.items() if value},
        "registrar_url": registered.registry_uri,
    }


def issuer(name: str, oin: str, provider: Object, *, registered: bool) -> Object:
    """The members `issuer` and `registrar_url` of an event; one not registered is marked."""
    known = {key: value for key, value in provider.items() if key != "registrar_url" and value}
    mark: Object = {} if registered else {"registered": False}
    found: Object = {"issuer": {"name": name, "oin": oin, **known, **mark}}
    url = provider.get("registrar_url")
    return {**found, "registrar_url": url} if url else found
