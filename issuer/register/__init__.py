"""An example register: the two Haal Centraal APIs over a folder of the shape of `data/brp`.

For the example town and the tests; it serves test persons and is no register of anyone.
"""

from issuer.register.app import Limits, create_app

__all__ = ["Limits", "create_app"]
