"""The tables: what is kept, column by column. `*_sealed` is AES-256-GCM under our own key."""

from sqlalchemy import BigInteger, Integer

from verifier.tables.api import API_ANSWERS, API_SESSIONS
from verifier.tables.core import DISCLOSURES, REGISTRATIONS, RIGHTS, TRANSACTIONS
from verifier.tables.dossiers import DOSSIERS
from verifier.tables.figures import FIGURES
from verifier.tables.metadata import METADATA
from verifier.tables.permits import APPLICATIONS, ATTACHMENTS, STEPS
from verifier.tables.processing import PROCESSING, PURGES
from verifier.tables.staff import STAFF_LOG, STAFF_LOGINS, STAFF_SESSIONS
from verifier.tables.webhooks import DELIVERIES

__all__ = [
    "API_ANSWERS",
    "API_SESSIONS",
    "APPLICATIONS",
    "ATTACHMENTS",
    "DELIVERIES",
    "DISCLOSURES",
    "DOSSIERS",
    "FIGURES",
    "METADATA",
    "PROCESSING",
    "PURGES",
    "REGISTRATIONS",
    "RIGHTS",
    "STAFF_LOG",
    "STAFF_LOGINS",
    "STAFF_SESSIONS",
    "STEPS",
    "TRANSACTIONS",
]

for _table in METADATA.tables.values():
    for _column in _table.columns:
        if isinstance(_column.type, Integer):
            # A moment after 2038 does not fit PostgreSQL's INTEGER; SQLite's is as wide as BIGINT.
            _column.type = BigInteger().with_variant(Integer(), "sqlite")
