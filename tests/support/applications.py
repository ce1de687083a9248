"""An application signed with the wallet, and what the organisation then says of it."""

import dataclasses
from typing import Any

from support.wallet_world import World

from credential import base64url, rights, transactiondata
from credential.names import TRANSACTION_APPLICATION
from credential.permitcase import Case, Phase, Step
from credential.rights import Right
from credential.transactiondata import Attachment, Item, Title

DAY = 86_400
NUMBER = "1234-5678-9012"
ITEM = Item(
    type=TRANSACTION_APPLICATION,
    credential_ids=("person",),
    title=Title("Een terras plaatsen", "Putting up a terrace"),
    reference=NUMBER,
    application_hash=base64url.encode(bytes(32)),
    attachments=(Attachment("plan.pdf", base64url.encode(bytes(32)), 10),),
)


def signed(town: World) -> str:
    """A disclosure with which an application was signed; its activity."""
    town.verifier.transaction_data = (transactiondata.encode(ITEM),)
    return town.share().id


def says(town: World, *phases: Phase, due: int | None = None, **members: Any) -> None:
    """What the organisation answers to `status` from now on."""
    history = tuple(
        Step(phase, town.now - DAY * (len(phases) - place)) for place, phase in enumerate(phases)
    )
    case = Case(NUMBER, history[-1].phase, history[-1].at, due, history, members.get("reason"))

    def change(answer: rights.RightsAnswer) -> rights.RightsAnswer:
        if answer.right is not Right.STATUS:
            return answer
        return dataclasses.replace(answer, case=case, retry_after=members.get("after"))

    town.verifier.answer_change = change
