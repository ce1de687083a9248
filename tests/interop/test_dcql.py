"""DCQL twice: ours and the `dcql` package on the same random queries and cards.

Every difference is explained by a rule below, and each rule is shown to be the whole explanation:
with what it names taken away, the two agree.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from support.dcql_pairs import Maker, Pair
from support.node_wallet import NodeWallet

from credential import dcql
from credential.errors import CredentialError

pytestmark = pytest.mark.interop

PROGRAMS = "openid4vp"
SEED = 20_260_101
PAIRS = 12_000
AT_ONCE = 2_000
Verdict = dict[str, Any]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeWallet]:
    made = NodeWallet(tmp_path_factory.mktemp("judge"), "", 0, PROGRAMS, "judges.mjs")
    yield made
    made.close()


def by_them(judge: NodeWallet, pairs: list[Pair]) -> list[Verdict]:
    found: list[Verdict] = []
    for start in range(0, len(pairs), AT_ONCE):
        found += judge("dcql", pairs=[one.for_them() for one in pairs[start : start + AT_ONCE]])
    return found


def by_us(pair: Pair) -> Verdict:
    try:
        query = dcql.parse(pair.query)
    except CredentialError:
        return {"malformed": True}
    cards = [
        dcql.Candidate(
            ref=str(number),
            format="dc+sd-jwt",
            vct=card["vct"],
            payload=card["claims"],
            bound=card["bound"],
            expired=False,
            authority_key_ids=frozenset([card["authority"]] if card["authority"] else []),
        )
        for number, card in enumerate(pair.cards)
    ]
    found = dcql.evaluate(query, cards)
    answers = {
        asked.id: [
            [int(answer.ref), [one.set_index for one in answer.alternatives]]
            for answer in found.answers.get(asked.id, ())
        ]
        for asked in query.credentials
    }
    return {"satisfiable": found.satisfiable, "answers": answers}


# ---- the rules: what is different, whose reading it is, and the pair without it


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    """The value with every value in it changed, the innermost first."""
    if isinstance(value, dict):
        value = {name: _each(one, change) for name, one in value.items()}
    elif isinstance(value, list):
        value = [_each(one, change) for one in value]
    return change(value)


def _in_cards(pair: Pair, change: Callable[[Any], Any]) -> Pair:
    cards = tuple({**card, "claims": _each(card["claims"], change)} for card in pair.cards)
    return pair if cards == pair.cards else replace(pair, cards=cards)


def _in_queries(pair: Pair, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Pair:
    asked = [change(one) for one in pair.query["credentials"]]
    return replace(pair, query={**pair.query, "credentials": asked})


def null_is_there(pair: Pair) -> Pair:
    """OpenID4VP 1.0, 7.1: a claim whose value is `null` is selected; they call it not there."""
    return _in_cards(pair, lambda value: "something" if value is None else value)


def nothing_selected_is_an_error(pair: Pair) -> Pair:
    """OpenID4VP 1.0, 7.1: all elements of an empty array are none, so the claim is not there.

    They count it as there.
    """
    return _in_cards(pair, lambda value: ["something"] if value == [] else value)


def one_wrong_element_is_an_error(pair: Pair) -> Pair:
    """OpenID4VP 1.0, 7.1: if any selected element is not an object, or no array, it is an error.

    They pass over the elements that do not fit, as long as one does.
    """
    paths = [c["path"] for one in pair.query["credentials"] for c in one.get("claims", ())]
    if not any(None in path[:-1] for path in paths if isinstance(path, list)):
        return pair
    return _in_cards(pair, lambda value: value[:1] if isinstance(value, list) else value)


def nothing_is_no_answer(pair: Pair) -> Pair:
    """OpenID4VP 1.0, 6.4.2: with only optional sets and none of them met, nothing may be returned.

    They call the query satisfied; ours says that there is nothing to ask the resident.
    """
    sets = pair.query.get("credential_sets")
    if not sets or any(one.get("required", True) for one in sets):
        return pair
    needed = [{**one, "required": True} for one in sets]
    return replace(pair, query={**pair.query, "credential_sets": needed})


def meta_is_required(pair: Pair) -> Pair:
    """OpenID4VP 1.0, 6.1 and B.3.5: `meta` with `vct_values` is required; they go without."""

    def typed(asked: dict[str, Any]) -> dict[str, Any]:
        types = asked.get("meta", {}).get("vct_values")
        return {**asked, "meta": {"vct_values": types or ["urn:none"]}}

    return _in_queries(pair, typed)


def values_are_not_empty(pair: Pair) -> Pair:
    """OpenID4VP 1.0, 6.3: `values` is a non-empty array; they accept an empty one."""

    def filled(asked: dict[str, Any]) -> dict[str, Any]:
        claims = [
            {name: value for name, value in claim.items() if (name, value) != ("values", [])}
            for claim in asked.get("claims", ())
        ]
        return {**asked, "claims": claims} if claims else asked

    return _in_queries(pair, filled)


def an_option_names_something(pair: Pair) -> Pair:
    """OpenID4VP 1.0, 6.2: an option is a list of identifiers; they accept one of none at all."""
    sets = pair.query.get("credential_sets", ())
    if not any([] in one["options"] for one in sets):
        return pair
    first = pair.query["credentials"][0]["id"]
    named = [{**one, "options": [option or [first] for option in one["options"]]} for one in sets]
    return replace(pair, query={**pair.query, "credential_sets": named})


RULES: tuple[Callable[[Pair], Pair], ...] = (
    null_is_there,
    nothing_selected_is_an_error,
    one_wrong_element_is_an_error,
    nothing_is_no_answer,
    meta_is_required,
    values_are_not_empty,
    an_option_names_something,
)


def without_all(pair: Pair) -> Pair:
    for rule in RULES:
        pair = rule(pair)
    return pair


@pytest.mark.spec("OpenID4VP 1.0", "6.4", "12,000 random queries, decided as another library does")
def test_agree_or_explained(judge: NodeWallet) -> None:
    maker = Maker(SEED)
    pairs = [maker.pair() for _ in range(PAIRS)]
    ours = [by_us(pair) for pair in pairs]
    kinds = Counter(str(one.get("satisfiable", "malformed")) for one in ours)
    assert min(kinds.values()) > PAIRS // 20, f"the draw is not worth much: {kinds}"
    different = [
        pair
        for pair, us, them in zip(pairs, ours, by_them(judge, pairs), strict=True)
        if us != them
    ]
    assert len(different) < PAIRS // 8
    # One rule is the whole explanation, or several together are.
    left = different
    explained: Counter[str] = Counter()
    for rule in (*RULES, without_all):
        changed = [(pair, rule(pair)) for pair in left]
        verdicts = by_them(judge, [other for _, other in changed])
        still = []
        for (pair, other), them in zip(changed, verdicts, strict=True):
            if other is not pair and by_us(other) == them:
                explained[rule.__name__] += 1
            else:
                still.append(pair)
        left = still
    assert left == [], f"{len(left)} not explained, the first: {left[0]}"
    assert all(explained[rule.__name__] for rule in RULES), explained


@pytest.mark.spec("OpenID4VP 1.0", "7.1", "differences by rule: each reading, shown on one query")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule(judge: NodeWallet, rule: Callable[[Pair], Pair]) -> None:
    """The smallest pair that shows it: they differ, and no longer once it is taken away."""
    plain = {"id": "q", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:a"]}}

    def asks(*path: str | int | None, of: Any) -> Pair:
        card = {"vct": "urn:a", "claims": {"naam": of}, "bound": True, "authority": None}
        return Pair({"credentials": [{**plain, "claims": [{"path": ["naam", *path]}]}]}, (card,))

    pair = {
        null_is_there: asks(of=None),
        nothing_selected_is_an_error: asks(None, of=[]),
        one_wrong_element_is_an_error: asks(None, "x", of=[{"x": 1}, 2]),
        nothing_is_no_answer: Pair(
            {
                "credentials": [plain],
                "credential_sets": [{"options": [["q"]], "required": False}],
            },
            (),
        ),
        meta_is_required: Pair({"credentials": [{**plain, "meta": {}}]}, ()),
        values_are_not_empty: Pair(
            {"credentials": [{**plain, "claims": [{"path": ["naam"], "values": []}]}]}, ()
        ),
        an_option_names_something: Pair(
            {"credentials": [plain], "credential_sets": [{"options": [[]]}]}, ()
        ),
    }[rule]
    assert by_us(pair) != by_them(judge, [pair])[0]
    other = rule(pair)
    assert by_us(other) == by_them(judge, [other])[0]
