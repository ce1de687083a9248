"""The tables as the first version made them; never changed again."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

cases = Table(
    "cases",
    metadata,
    Column("case_id", String(16), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("municipality", String(16), nullable=False),
    Column("reference_hash", String(43), unique=True),  # of the offer's unguessable link
    Column("code_hash", String(43), unique=True),  # of the pre-authorized code
    Column("tx_code_mac", String(43)),  # keyed: six digits are guessed from a bare hash
    Column("state", Text, nullable=False),  # issuer.offer.Case as JSON
    Column("expires_at", BigInteger, nullable=False),
    Column("trace", String(32), nullable=False),
    Column("sealed", LargeBinary),  # person and claims, encrypted; erased when it ends
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_hash", String(43), primary_key=True),
    Column("case_id", String(16), ForeignKey("cases.case_id", ondelete="CASCADE"), nullable=False),
    Column("jkt", String(43), nullable=False),
    Column("identifiers", Integer, nullable=False),  # 1: the wallet asked authorization_details
    Column("kinds", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

deferred = Table(
    "deferred",
    metadata,
    Column("transaction_hash", String(43), primary_key=True),
    Column(
        "token_hash",
        String(43),
        ForeignKey("tokens.token_hash", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("kind", String(32), nullable=False),
    Column("keys", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

used_once = Table(
    "used_once",
    metadata,
    Column("what", String(16), primary_key=True),
    Column("digest", String(43), primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
)

status_lists = Table(
    "status_lists",
    metadata,
    Column("municipality", String(16), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("announced_at", BigInteger, nullable=False),
    Column("iat", BigInteger),
    Column("token", Text),
)

issued = Table(
    "issued",
    metadata,
    Column("issued_id", Integer, primary_key=True, autoincrement=True),
    Column("municipality", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(43), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("issued_by_subject", "municipality", "subject", "kind"),
    Index("issued_by_end", "expires_at"),
)

status_indices = Table(
    "status_indices",
    metadata,
    Column("municipality", String(16), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("idx", Integer, primary_key=True),  # once taken never given again, not even a decoy's
    Column("issued_id", Integer, ForeignKey("issued.issued_id", ondelete="SET NULL")),
    Column("revoked_at", BigInteger),  # from then on it is published as invalid
    Index("status_by_issued", "issued_id"),
)

brp_queries = Table(  # kept for 20 years (Wet BRP 3.11)
    "brp_queries",
    metadata,
    Column("query_id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("keep_until", BigInteger, nullable=False),
    Column("municipality", String(16)),
    Column("official", Text, nullable=False),  # the system or person that received the data
    Column("operation", Text, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("found", Integer, nullable=False),
    Column("person", LargeBinary, nullable=False),  # the BSN, encrypted
    Index("brp_queries_by_end", "keep_until"),
)

processing = Table(
    "processing",
    metadata,
    Column("span_id", String(16), primary_key=True),
    Column("trace_id", String(32), nullable=False),
    Column("parent_span_id", String(16)),
    Column("status", String(5), nullable=False),
    Column("name", Text, nullable=False),
    Column("start_time", BigInteger, nullable=False),
    Column("end_time", BigInteger, nullable=False),
    Column("activity_id", Text, nullable=False),
    Column("data_subject_id", String(43), nullable=False),
    Column("municipality", String(16), nullable=False),
    Index("processing_by_subject", "data_subject_id"),
)
