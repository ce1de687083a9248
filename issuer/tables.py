"""The tables, in one place; `migrations/` holds how they came to be."""

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
    UniqueConstraint,
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
    Index("cases_by_trace", "trace"),
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
    Column("bits", LargeBinary),  # as last signed: what was invalid then stays so
)

issued = Table(
    "issued",
    metadata,
    Column("issued_id", Integer, primary_key=True, autoincrement=True),
    Column("municipality", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(43), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("grant_id", String(22)),  # the wallet's standing grant it was handed out under
    Column("facts", Text),  # {claim: keyed hash}: what a later look-up is compared with
    Column("true_until", BigInteger),  # when it stops being true by itself (end of a title)
    Column("renew_at", BigInteger),  # when a birthday makes a new card better; empty when told
    Index("issued_by_subject", "municipality", "subject", "kind"),
    Index("issued_by_truth", "municipality", "true_until"),
    Index("issued_by_renewal", "municipality", "renew_at"),
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
    Index("status_by_moment", "municipality", "number", "revoked_at"),
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
    Column("subject", String(43)),  # keyed: with it residents find what is about them
    Index("brp_queries_by_end", "keep_until"),
    Index("brp_queries_by_subject", "subject"),
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
    Index("processing_by_end", "end_time"),
)

# ---- logging in from home (OpenID4VCI 1.0, 5) ------------------------------------------------

pushed_requests = Table(
    "pushed_requests",
    metadata,
    Column("uri_hash", String(43), primary_key=True),
    Column("municipality", String(16), nullable=False),
    Column("request", Text, nullable=False),  # issuer.authorization.Request as JSON
    Column("expires_at", BigInteger, nullable=False),
)

logins = Table(  # a browser between `authorize` and the way back to the wallet
    "logins",
    metadata,
    Column("session_hash", String(43), primary_key=True),  # of the browser's cookie
    Column("state_hash", String(43), unique=True),  # of `state` at the login provider, used once
    Column("municipality", String(16), nullable=False),
    Column("request", Text, nullable=False),
    Column("subject", String(43)),  # once somebody logged in: an event ends their login
    Column("sealed", LargeBinary, nullable=False),  # nonce and verifier, then the person's box
    Column("expires_at", BigInteger, nullable=False),
)

codes = Table(
    "codes",
    metadata,
    Column("code_hash", String(43), primary_key=True),
    Column("municipality", String(16), nullable=False),
    Column("request", Text, nullable=False),
    Column("subject", String(43), nullable=False),
    Column("kinds", Text, nullable=False),
    Column("box", LargeBinary),  # opens with the code alone; erased when it is used
    Column("grant_id", String(22)),  # set when used: a second use ends that grant (RFC 6749 4.1.2)
    Column("expires_at", BigInteger, nullable=False),
)

home_offers = Table(  # an offer for whoever logs in; its link and its `issuer_state` open once
    "home_offers",
    metadata,
    Column("reference_hash", String(43), primary_key=True),
    Column("state_hash", String(43), unique=True, nullable=False),
    Column("municipality", String(16), nullable=False),
    Column("kinds", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

grants = Table(  # what one wallet may come back for
    "grants",
    metadata,
    Column("grant_id", String(22), primary_key=True),
    Column("municipality", String(16), nullable=False),
    Column("subject", String(43), nullable=False),
    Column("origin", String(8), nullable=False),  # login or desk
    Column("case_id", String(16)),  # the desk case it waits for
    Column("client", Text, nullable=False),  # client_id, or "" for an anonymous wallet
    Column("jkt", String(43), nullable=False),  # the DPoP key every use must prove
    Column("instance", String(43)),  # thumbprint of the attested client instance key
    Column("kinds", Text, nullable=False),
    Column("refresh_hash", String(43), unique=True),
    Column("box", LargeBinary),  # opens with the refresh token alone
    Column("state", String(8), nullable=False),  # waiting, active or ended
    Column("changed", Integer, nullable=False),  # events; any: ask the register before a refill
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("grants_by_subject", "municipality", "subject"),
    Index("grants_by_case", "case_id"),
)

grant_tokens = Table(
    "grant_tokens",
    metadata,
    Column("token_hash", String(43), primary_key=True),
    Column(
        "grant_id", String(22), ForeignKey("grants.grant_id", ondelete="CASCADE"), nullable=False
    ),
    Column("jkt", String(43), nullable=False),
    Column("identifiers", Integer, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("refilled", Integer, nullable=False),  # 1: from a refresh token
    Column("box", LargeBinary, nullable=False),  # opens with the access token alone
    Column("expires_at", BigInteger, nullable=False),
    Index("grant_tokens_by_grant", "grant_id"),
)

refills = Table(  # one batch per kind per hour: the unique row is the permission
    "refills",
    metadata,
    Column("grant_id", String(22), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("hour", BigInteger, primary_key=True),
    Column("request", String(43), nullable=False),  # of the access token and the keys it proved
    Column("batches", Integer, nullable=False),  # 2: the same request came once more
)

promises = Table(  # a credential request that waits for a person's decision
    "promises",
    metadata,
    Column("transaction_hash", String(43), primary_key=True),
    Column(
        "grant_id", String(22), ForeignKey("grants.grant_id", ondelete="CASCADE"), nullable=False
    ),
    Column("kind", String(32), nullable=False),
    Column("keys", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("promises_by_grant", "grant_id"),
)

notifications = Table(
    "notifications",
    metadata,
    Column("notification_hash", String(43), primary_key=True),
    Column("holder", String(22), nullable=False),  # the grant whose tokens may use it
    Column("kind", String(32), nullable=False),
    Column("event", String(32)),
    Column("expires_at", BigInteger, nullable=False),
)

# ---- what people decide: applications and corrections ----------------------------------------

applications = Table(
    "applications",
    metadata,
    Column("case_id", String(16), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("municipality", String(16), nullable=False),
    Column("subject", String(43), nullable=False),
    Column("type", String(16), nullable=False),  # card or correction
    Column("kind", String(32), nullable=False),
    Column("phase", String(24), nullable=False),  # as in `state`, to search by
    Column("state", Text, nullable=False),  # issuer.application.Application as JSON
    Column("sealed", LargeBinary),  # what was declared and decided; erased after its term
    Column("request_key", String(43), unique=True),  # of the resident's Idempotency-Key
    Column("request_hash", String(43)),  # of what came with it
    Column("received_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("erase_at", BigInteger),
    Column("trace", String(32), nullable=False),
    Index("applications_by_subject", "municipality", "subject"),
    Index("applications_by_phase", "municipality", "phase", "due_at"),
    Index("applications_by_end", "erase_at"),
)

attachments = Table(
    "attachments",
    metadata,
    Column(
        "case_id",
        String(16),
        ForeignKey("applications.case_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("number", Integer, primary_key=True),
    Column("media", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

notices = Table(  # what a resident is told about their cards: revoked, renewable, and why
    "notices",
    metadata,
    Column("notice_id", Integer, primary_key=True, autoincrement=True),
    Column("municipality", String(16), nullable=False),
    Column("subject", String(43), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("event", String(16), nullable=False),  # revoked or renewable
    Column("reason", String(32), nullable=False),
    Column("issued_id", Integer, nullable=False),  # the newest batch it is about
    Column("at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    # One event tells a person once, however often and by however many it is found.
    UniqueConstraint("municipality", "subject", "kind", "event", "reason", "at"),
    Index("notices_by_end", "expires_at"),
)

bookmarks = Table(  # how far a feed was read
    "bookmarks",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# ---- the desk ----------------------------------------------------------------------------------

clerk_logins = Table(
    "clerk_logins",
    metadata,
    Column("session_hash", String(43), primary_key=True),
    Column("state_hash", String(43), unique=True, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

clerk_sessions = Table(
    "clerk_sessions",
    metadata,
    Column("session_hash", String(43), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),  # name, roles, the person at the desk
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

clerk_names = Table(  # who a name on record is: one login of one provider, by iss and sub
    "clerk_names",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("identity", String(43), unique=True, nullable=False),
    Column("keep_until", BigInteger, nullable=False),
)

desk_actions = Table(  # who did what at the desk; kept as long as the settings say
    "desk_actions",
    metadata,
    Column("action_id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("keep_until", BigInteger, nullable=False),
    Column("municipality", String(16), nullable=False),
    Column("clerk", Text, nullable=False),
    Column("action", String(32), nullable=False),
    Column("case_id", String(16)),
    Column("subject", String(43)),
    Column("purpose", Text, nullable=False),
    Index("desk_actions_by_case", "case_id"),
    Index("desk_actions_by_subject", "subject"),
    Index("desk_actions_by_end", "keep_until"),
)
