"""A party: who it is, from where it works, what it asks, what it issues."""

from registrar.changes import lives, purposes
from registrar.changes.notes import Notes, matched, wider_if
from registrar.party import Issuing, Party, Service, Succession, WalletProvider


def compare(old: Party | None, new: Party | None, notes: Notes) -> None:
    """What changed for one party; one that is new or gone is told whole."""
    if new is None:
        assert old is not None
        notes.add("narrower", "party_gone", name=old.name)
        return
    if old is None:
        notes.add("wider", "party_added", name=new.name, number=new.organization_identifier)
        if new.legal_name != new.name:
            notes.add("wider", "legal_name_added", new=new.legal_name)
        if new.sector:
            notes.add("wider", "sector_added", new=new.sector)
        if new.public_body:
            notes.add("wider", "public_body")
    else:
        _identity(old, new, notes)
        lives.compare(old.life, new.life, notes)
    _services(old, new, notes)
    _issuing(old.issuing if old else None, new.issuing, notes)
    _provider(old.wallet_provider if old else None, new.wallet_provider, notes)
    if old is None:
        lives.compare((), new.life, notes)


def _identity(old: Party, new: Party, notes: Notes) -> None:
    # Whose name people see is who they think it is.
    notes.moved("name", old.name, new.name, "wider")
    known = {old.name, old.legal_name, *(name for name, _ in old.formerly)}
    for name in dict.fromkeys(name for name, _ in new.formerly):
        if name not in known:
            notes.add("wider", "formerly_unknown", new=name, old=old.name)
    # Under another number everything below is somebody else's.
    for code, before, after in (
        ("legal_name", old.legal_name, new.legal_name),
        ("number", old.organization_identifier, new.organization_identifier),
        ("oin", old.oin, new.oin),
        ("country", old.country, new.country),
    ):
        if before != after:
            notes.add("wider", code, old=before, new=after)
    if old.sector != new.sector:
        # A kind may be meant for a sector: who is in it is warned about less.
        told = {"old": notes.said(old.sector), "new": notes.said(new.sector)}
        notes.add(wider_if(new.sector), "sector", **told)
    if old.public_body != new.public_body:
        notes.add("neutral", "public_body" if new.public_body else "public_body_gone")
    contacts = [(one.address, one.email, one.website, one.authority) for one in (old, new)]
    if contacts[0] != contacts[1]:
        notes.add("neutral", "contact")


def _services(old: Party | None, new: Party, notes: Notes) -> None:
    before = old.services if old else ()
    for was, now in matched(before, new.services, lambda one: one.id):
        if now is None:
            assert was is not None
            notes.add("narrower", "service_gone", service=was.name)
        else:
            if was is None:
                notes.add("wider", "service_added", service=now.name)
            _service(was, now, notes)
        uses = matched(
            was.intended_uses if was else (),
            now.intended_uses if now else (),
            lambda one: one.id,
        )
        for old_use, new_use in uses:
            use = new_use or old_use
            assert use is not None
            purposes.compare(old_use, new_use, notes.about(notes.party, use.id))


def _service(old: Service | None, new: Service, notes: Notes) -> None:
    notes.each(old.hosts if old else (), new.hosts, "host")
    if old is None:
        notes.add("wider", "description_added", new=notes.words.text(new.description))
        notes.other("wider", new.description)
    else:
        notes.moved("service_name", old.name, new.name, "wider")
        notes.moved("support", old.support_uri, new.support_uri)
        notes.moved("service_id", old.id, new.id)
        notes.told("neutral", "description", old.description, new.description)


def _issuing(old: Issuing | None, new: Issuing | None, notes: Notes) -> None:
    if new is None:
        if old is not None:
            notes.add("narrower", "issuing_gone")
        return
    if old is None:
        notes.add("wider", "issuing_added", service=new.service.name)
    lives.compare(old.life if old else (), new.life, notes)
    _service(old.service if old else None, new.service, notes)
    notes.each(old.municipality_codes if old else (), new.municipality_codes, "code")
    for code, before, after in (
        ("successor", old.successors if old else (), new.successors),
        ("predecessor", old.predecessors if old else (), new.predecessors),
    ):
        told = [[_succession(one, notes) for one in found] for found in (before, after)]
        notes.each(told[0], told[1], code, more="neutral", less="neutral")
    if old is None:
        return
    if old.status_successor != new.status_successor:
        # Who signs status lists says which cards still count.
        heirs = {"old": notes.said(old.status_successor), "new": notes.said(new.status_successor)}
        notes.add(wider_if(new.status_successor), "status_successor", **heirs)
    notes.moved("privacy_policy", old.privacy_policy, new.privacy_policy)
    notes.moved("status_prefix", old.status_prefix, new.status_prefix)
    notes.moved("status_aggregation", old.status_aggregation, new.status_aggregation)


def _succession(one: Succession, notes: Notes) -> str:
    codes = ", ".join(one.municipality_codes)
    day = notes.words.day(one.effective)
    return f"{one.organization_identifier}, OIN {one.oin} ({codes}), {day}"


def _provider(old: WalletProvider | None, new: WalletProvider | None, notes: Notes) -> None:
    if new is None:
        if old is not None:
            notes.add("narrower", "wallet_gone", name=old.name)
        return
    if old is None:
        notes.add("wider", "wallet_added", name=new.name)
    else:
        notes.moved("wallet_name", old.name, new.name, "wider")
        notes.moved("privacy_policy", old.privacy_policy, new.privacy_policy)
    notes.each(old.hosts if old else (), new.hosts, "host")
