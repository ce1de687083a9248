"""Alembic's scripts: the tables of each release, and the way from one to the next."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, select

HERE: Final = Path(__file__).parent
_LOCK: Final = 0x5265676965  # "Regie"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    return config


def upgrade(engine: Engine) -> None:
    """Bring the tables to this release; running it twice changes nothing."""
    config = _config()
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Two that start together: the second finds the work done. SQLite has one writer anyway.
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """Whether the tables are those of this release."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
