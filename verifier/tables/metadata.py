"""The one catalogue of tables."""

from typing import Final

from sqlalchemy import MetaData

METADATA: Final = MetaData()
