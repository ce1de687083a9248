"""What is asked, received and registered, column by column.

Never here: a presentation or its hash, digests, the holder's thumbprint, a status address or
index, card times, a pseudonym in plain (formats.md 3).
"""

from typing import Final

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from verifier.tables.metadata import METADATA

TRANSACTIONS: Final = Table(
    "transactions",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("session", String(64), index=True),
    Column("owner", String(64), index=True),
    Column("profile", String(64), nullable=False),
    Column("lang", String(2), nullable=False),
    Column("device", String(8), nullable=False),
    Column("created", Integer, nullable=False),
    Column("expires", Integer, nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("kid", String(64), unique=True),
    Column("secrets_sealed", LargeBinary),
    Column("outcome", String(16)),
    Column("rule", String(64)),
    Column("disclosure", String(64)),
    Column("registration", String(64)),
    Column("return_code", String(64), unique=True),
    Column("confirm_code", String(64)),
    Column("confirm_until", Integer),
    Column("confirm_tries", Integer),
    Column("answer_sealed", LargeBinary),
    # Who started it: a visitor of the pages, the desk, another system, or a command.
    Column("origin", String(16), nullable=False, server_default="page"),
    Column("started_by", String(64)),
    Column("return_uri", String(512)),
    Column("dossier", String(64)),
    Column("application", String(64)),
    Column("wallet_error", String(64)),
    Column("trace", String(55)),
    # What the holder signs for besides the data, from the start until the answer (formats.md 13).
    Column("transaction_data_sealed", LargeBinary),
    # The request as it was handed out, for who asked with the same nonce (OpenID4VP 1.0, 5.10).
    Column("request_sealed", LargeBinary),
)

REGISTRATIONS: Final = Table(
    "registrations",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("profile", String(64), nullable=False),
    # The keyed hash of the pseudonym; taken out when the registration ends.
    Column("person", String(64), index=True),
    # The same, from then on: what is kept may still be asked for by whom it is about.
    Column("former", String(64), index=True),
    Column("founded_by", String(64), nullable=False),
    Column("since", Integer, nullable=False),
    Column("confirmed", Integer),
    Column("ended", Integer),
    Column("delete_by", Integer, index=True),
    Column("contact_sealed", LargeBinary),
    # A keyed hash of the address, to find who calls or mails; as long as the address itself.
    Column("contact_hash", String(64), index=True),
    Column("dossier", String(64), index=True),
    # Why it ended, and what starts its retention (formats.md 3): a code, never a text.
    Column("ended_by", String(32)),
    # Set while its person asked to leave the data alone (AVG 18): it is kept, and not used.
    Column("restricted", Integer),
    # Once it was told that the restriction ends: from when the data is used again.
    Column("restricted_until", Integer),
    UniqueConstraint("profile", "person", name="one_registration_per_person"),
)

DISCLOSURES: Final = Table(
    "disclosures",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("jti", String(64), unique=True),
    Column("rights_jkt", String(64), unique=True),
    Column("profile", String(64)),
    Column("received", Integer, index=True),
    Column("outcome", String(16)),
    Column("rule", String(64)),
    Column("checks", JSON),
    Column("kept", JSON),
    Column("values_sealed", LargeBinary),
    # What was derived: named decisions with their sentence, sealed like values.
    Column("decisions_sealed", LargeBinary),
    Column("registration", String(64), ForeignKey("registrations.id"), index=True),
    Column("retention", JSON),
    Column("delete_by", Integer, index=True),
    Column("receipt_sealed", LargeBinary),
    Column("receipt_until", Integer),
    Column("erased", Integer),
    Column("remove_after", Integer, index=True),
    Column("restricted", Integer),
    Column("restricted_until", Integer),
    Column("trace", String(55)),
)

RIGHTS: Final = Table(
    "rights_requests",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("rights_jkt", String(64), nullable=False, index=True),
    Column("jti", String(128), nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("asked", String(16), nullable=False),
    Column("received", Integer, nullable=False),
    Column("due", Integer),
    Column("state", String(24), nullable=False),
    Column("outcome", JSON, nullable=False),
    Column("body_sealed", LargeBinary),
    # The sentences an employee wrote with a decision: nobody knows what they name.
    Column("said_sealed", LargeBinary),
    Column("consequence", String(64)),
    # Sealed since an employee's sentence can be in it; the readable column is of before.
    Column("answer", String, nullable=False, server_default=""),
    Column("answer_sealed", LargeBinary),
    Column("told", Integer),
    Column("profile", String(64)),
    Column("extended", Integer),
    Column("decided", Integer),
    Column("decided_by", String(64)),
    Column("remove_after", Integer, nullable=False),
    UniqueConstraint("rights_jkt", "jti", name="one_answer_per_request"),
    # Somebody may have asked for a year, every hour: what is open or awaits a yes is found at once.
    Index("rights_requests_by_right", "rights_jkt", "asked", "state"),
    Index("rights_requests_by_moment", "rights_jkt", "received"),
)
