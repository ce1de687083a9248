"""The verifier's side of DCQL: whether what arrived answers what was asked.

The wallet is never taken at its word (OpenID4VP 1.0, 8.6): the query is run
again on the processed payloads.
"""

from collections.abc import Collection, Mapping, Sequence

from credential.dcql.evaluate import claim_paths, is_type, vouched
from credential.dcql.paths import covers
from credential.dcql.query import CredentialQuery, Query
from credential.errors import NotAllowed
from credential.names import Path
from credential.strictjson import Object


def check_answer(query: Query, presented: Mapping[str, Sequence[tuple[str, Object]]]) -> None:
    """Refuse unless the presented (vct, payload) pairs answer the query in full."""
    for query_id, presentations in presented.items():
        asked = query.credential(query_id)
        if asked is None:
            raise NotAllowed("dcql.unknown_query", "OpenID4VP 1.0 8.1")
        if not presentations or (len(presentations) > 1 and not asked.multiple):
            raise NotAllowed("dcql.number", "OpenID4VP 1.0 8.1", query=query_id)
        for vct, payload in presentations:
            if not is_type(vct, payload, asked.vct_values):
                raise NotAllowed("dcql.type", "OpenID4VP 1.0 6.1", query=query_id)
            if not satisfies(asked, payload):
                raise NotAllowed("dcql.claims", "OpenID4VP 1.0 6.4.1", query=query_id)
    if not sets_satisfied(query, presented.keys()):
        raise NotAllowed("dcql.unsatisfied", "OpenID4VP 1.0 6.4.2")


def check_authorities(query: Query, presented: Mapping[str, Sequence[Collection[str]]]) -> None:
    """Refuse a card of none of the authorities its query names (OpenID4VP 1.0, 6.1.1).

    `presented` holds, for each presentation, the key identifiers in the chain of its card.
    """
    for query_id, presentations in presented.items():
        asked = query.credential(query_id)
        if asked is not None and not all(vouched(asked, ids) for ids in presentations):
            raise NotAllowed("dcql.trusted_authorities", "OpenID4VP 1.0 6.1.1", query=query_id)


def satisfies(asked: CredentialQuery, payload: Object) -> bool:
    """Whether one full claim set is there, each claim with an accepted value."""
    return any(
        all(claim_paths(claim, payload) for claim in claims) for claims in asked.alternatives()
    )


def sets_satisfied(query: Query, answered: Collection[str]) -> bool:
    """Whether the answered queries satisfy every required set, or all queries without sets."""
    if query.credential_sets is None:
        return all(asked.id in answered for asked in query.credentials)
    return bool(answered) and all(
        any(option <= set(answered) for option in one.options)
        for one in query.credential_sets
        if one.required
    )


def requested_paths(query: Query, query_id: str) -> tuple[Path, ...]:
    """Every path the query names for this credential, whatever the claim set."""
    asked = query.credential(query_id)
    return tuple(dict.fromkeys(claim.path for claim in (asked and asked.claims) or ()))


def is_requested(query: Query, query_id: str, disclosed: Path) -> bool:
    """Whether a disclosed claim is asked for, leads to one, or is part of one; else drop it."""
    return any(covers(path, disclosed) for path in requested_paths(query, query_id))
