"""Who keeps cards and lists under which code: municipalities here, and those they carry on."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from issuer import accounting
from issuer.brp.codes import merged_into, present_codes
from issuer.cards import Rules
from issuer.config import TakenOver
from issuer.errors import WalletFault
from issuer.service.office import Municipality, Office


@dataclass(frozen=True, repr=False)
class Holder:
    """What is kept under one code: by a municipality itself, or by the heir of one that ended."""

    code: str
    by: Municipality
    """Who signs its lists and answers for its cards."""
    ended: TakenOver | None
    identifier: str

    @property
    def closed_at(self) -> int | None:
        """From when it issues nothing."""
        if self.ended is None:
            return None
        return int(datetime.combine(self.ended.withdrawn, time(), UTC).timestamp())

    @property
    def aggregation_uri(self) -> str:
        """Where the addresses of all its lists stand."""
        if self.ended is None and self.by.certificates.status_aggregation is not None:
            return self.by.certificates.status_aggregation
        return f"{self.identifier}/status-lists"

    def status_uri(self, number: int) -> str:
        """The address of one of its lists; what cards refer to."""
        return f"{self.identifier}/status/{number}"

    def subject(self, bsn: str) -> str:
        """How it names this person in its accounts."""
        return accounting.subject(self.by.subject_key, self.code, bsn)

    @property
    def codes(self) -> frozenset[str]:
        """The register codes its residents stood under when its cards were made."""
        if self.ended is None:
            return frozenset({self.code, *self.by.settings.register_codes})
        return frozenset({self.code})

    def keeps(self, code: str) -> bool:
        """Whether who stands under this code now has not left its ground.

        A merger moves nobody: the codes that its own became, by table 33 or as the settings say,
        are its own.
        """
        named = frozenset(self.ended.successors if self.ended is not None else ())
        return any(code in present_codes(one) for one in self.codes | named)


def rules(municipality: Municipality) -> Rules:
    """What its cards go by: its housing region, and the mergers it carries on."""
    mergers: dict[str, tuple[frozenset[str], date]] = {}
    for one in municipality.settings.takes_over:
        listed = merged_into(one.code)
        ground = frozenset(one.successors) or (listed[0] if listed else {municipality.code})
        mergers[one.code] = frozenset(ground), one.withdrawn
    return Rules(frozenset(municipality.settings.region_codes), mergers)


def holders(office: Office) -> list[Holder]:
    """Everything that is kept here, municipalities before those they carry on."""
    found = [Holder(one.code, one, None, one.identifier) for one in office.municipalities.values()]
    for one in office.municipalities.values():
        for old in one.settings.takes_over:
            base = old.base_url or office.settings.base_url
            found.append(Holder(old.code, one, old, f"{base}/{old.code}"))
    return found


def holder(office: Office, code: str) -> Holder:
    """Who keeps what is kept under this code; no other address exists."""
    for one in holders(office):
        if one.code == code:
            return one
    raise WalletFault("not_found", "municipality.unknown", "RFC 9110 15.5.5", status=404)
