"""What the log can say: the kinds of events and the member names of their bodies.

Source: formats.md 2. No body holds a value of a card; paths, digests and counts only.
"""

from enum import StrEnum

from credential.log import Event as Kind

__all__ = ["Kind", "Outcome", "Type"]


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


# Members of the body of a disclosure (formats.md 2). `request.received` and `share.intended` carry
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
#   policies       [{query, policy, verdict, overruled}], where an issuer says who should see a card
#   peers          [host]                        response_size  int
#   outcome        an `Outcome` word, only where the kind alone does not tell it
#   reason         stable code of why it did not complete, or which rule failed
#   kind           kind of card, in `card.*` events; beside it issuer {name, oin, country,
#                  service_id, contacts}, registrar_url, copies, copies_asked (ARF 3.0 DASH_05),
#                  trigger "user" | "wallet"; kinds [kind] in `card.offered`
#   right, state, erased, kept, jti: in `right.*` events (formats.md 4)
#   case, case_type, phase, due, extended, decision, step, paths, attachments: in `case.*` events;
#   issuer and kind beside them
# Added by the store: evidence [{role, sha256}], texts [{name, sha256 (blinded)}].
