"""What the log can say: the kinds of events and the member names of their bodies.

Source: regie.md 2. No body holds a value of a card; paths, digests and counts only.
"""

from enum import StrEnum


class Kind(StrEnum):
    """The kinds of events of regie.md 2; stored text, never renamed."""

    REQUEST_RECEIVED = "request.received"
    REQUEST_REFUSED = "request.refused"
    REQUEST_DECLINED = "request.declined"
    REQUEST_UNMATCHED = "request.unmatched"
    SHARE_INTENDED = "share.intended"
    SHARE_ACKNOWLEDGED = "share.acknowledged"
    SHARE_REJECTED = "share.rejected"
    SHARE_UNSENT = "share.unsent"
    SHARE_UNKNOWN = "share.unknown"
    RECEIPT_VERIFIED = "receipt.verified"
    RECEIPT_INVALID = "receipt.invalid"
    RECEIPT_ABSENT = "receipt.absent"
    CARD_OFFERED = "card.offered"
    CARD_RECEIVED = "card.received"
    CARD_REFUSED = "card.refused"
    CARD_RENEWED = "card.renewed"
    CARD_REVOKED = "card.revoked"
    CARD_EXPIRED = "card.expired"
    CARD_DELETED = "card.deleted"
    CASE_OPENED = "case.opened"
    CASE_STATE = "case.state"
    CASE_DECIDED = "case.decided"
    RIGHT_ASKED = "right.asked"
    RIGHT_ANSWERED = "right.answered"
    REPORT_MADE = "report.made"
    PROCESSING_FETCHED = "processing.fetched"
    TRUST_UPDATED = "trust.updated"
    LOG_EXPORTED = "log.exported"
    LOG_IMPORTED = "log.imported"
    BACKUP_MADE = "backup.made"
    WALLET_RESTORED = "wallet.restored"
    REMOVED = "removed"
    SETTINGS_CHANGED = "settings.changed"
    PIN_CHANGED = "pin.changed"


class Outcome(StrEnum):
    """How an activity stands, derived from its events; `--outcome` takes these words."""

    OPEN = "open"
    INTENDED = "intended"
    SHARED = "shared"
    REJECTED = "rejected"
    UNSENT = "unsent"
    UNKNOWN = "maybe-shared"
    DECLINED = "declined"
    REFUSED = "refused"
    UNMATCHED = "unmatched"
    DONE = "done"


class Type(StrEnum):
    """What an activity is about; `--type` takes these words."""

    DISCLOSURE = "disclosure"
    CARD = "card"
    CASE = "case"
    RIGHT = "right"
    REPORT = "report"
    TRUST = "trust"
    LOG = "log"
    WALLET = "wallet"


# Members of the body of a disclosure (regie.md 2). `request.received` and `share.intended` carry
# all that is known at that moment; later events only what is new.
#   party          {name, oin, service_id, service_name, country, contacts {email, phone, uri}}
#   intermediary   {name, oin} | null            registered   "yes" | "no" | "not stated"
#   purpose        {id, nl, en}                  legal_basis  {gdpr: [..], law {nl, en}, uri} | null
#   retention      {duration, starts, nl, en} | null          shared_with  [text] | null
#   policy_url     text | null                   authority    {name, country, contacts} | null
#   registrar_url  text | null                   rights_endpoint  text | null
#   asked          [{query, vct, paths: [path text], required}]
#   shared         [{query, vct, issuer, paths: [path text], digests: {path text: [digest, ...]}}]
#   transaction_types [text]                     warnings     [{code, accepted}]
#   peers          [host]                        response_size  int
#   outcome        an `Outcome` word, only where the kind alone does not tell it
#   reason         stable code of why it did not complete, or which rule failed
#   kind           kind of card, in `card.*` events; issuer {name, oin} beside it
#   right, state, erased, kept, jti: in `right.*` events (regie.md 4)
# Added by the store: evidence [{role, sha256}], texts [{name, sha256 (blinded)}].
