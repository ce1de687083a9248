"""The tables: what is kept, column by column. `*_sealed` is AES-256-GCM under our own key."""

from verifier.tables.core import DISCLOSURES, REGISTRATIONS, RIGHTS, TRANSACTIONS
from verifier.tables.dossiers import DOSSIERS
from verifier.tables.metadata import METADATA
from verifier.tables.permits import APPLICATIONS, ATTACHMENTS, STEPS
from verifier.tables.processing import PROCESSING, PURGES
from verifier.tables.staff import STAFF_LOG, STAFF_LOGINS, STAFF_SESSIONS
from verifier.tables.webhooks import DELIVERIES

__all__ = [
    "APPLICATIONS",
    "ATTACHMENTS",
    "DELIVERIES",
    "DISCLOSURES",
    "DOSSIERS",
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
