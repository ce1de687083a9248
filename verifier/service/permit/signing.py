"""What the wallet shows and signs besides the cards: which application, with which files."""

from typing import TYPE_CHECKING

from credential import transactiondata
from credential.names import TRANSACTION_APPLICATION
from credential.transactiondata import Attachment, Item, Title
from verifier.profiles import BoundProfile
from verifier.service.verifier import Verifier

if TYPE_CHECKING:
    from verifier.service.permit.concept import Concept


def transaction_data(
    verifier: Verifier, profile: BoundProfile, found: "Concept", application_hash: str
) -> str:
    """The text as it is sent, about this version of the application (OpenID4VP 1.0, 8.4)."""
    chosen = verifier.config.permit.activity(found.form.activity)
    names = profile.profile.titles if chosen is None else chosen.names
    return transactiondata.encode(
        Item(
            type=TRANSACTION_APPLICATION,
            credential_ids=tuple(one.id for one in profile.profile.query.credentials),
            title=Title(names["nl"], names["en"]),
            reference=found.application.number,
            application_hash=application_hash,
            attachments=tuple(
                Attachment(one.attachment.name, one.attachment.sha256, one.attachment.size)
                for one in found.attachments
                if not one.later
            ),
        )
    )
