"""An example register: the Haal Centraal APIs over a folder of the shape of `data/brp`.

For the example town and the tests; it serves test persons and is no register of anyone.
"""

from issuer.register.app import Limits, create_app
from issuer.register.tokens import Tokens

__all__ = ["Limits", "Tokens", "create_app"]
