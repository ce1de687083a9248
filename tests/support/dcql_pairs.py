"""Random queries and cards from one seed: mostly well-formed, small enough to meet each other."""

import random
from dataclasses import dataclass
from typing import Any

TYPES = ("urn:a", "urn:b", "urn:c")
AUTHORITIES = ("MTIzNA", "NTY3OA", "OTAxMg")
NAMES = ("naam", "adres", "lijst", "leeg", "vlag", "tal")
VALUES: tuple[Any, ...] = ("x", "y", "", 0, 1, 2, True, False)
LEAVES: tuple[Any, ...] = (*VALUES * 3, None)

# Where, which member, and what stands there instead; `...` takes it away.
FAULTS: tuple[tuple[str, str, Any], ...] = (
    *(("asked", "id", value) for value in ("", "a b", "é", 7)),
    ("query", "credentials", []),
    ("again", "credentials", None),
    *(("asked", "meta", value) for value in (..., {}, {"vct_values": []}, {"vct_values": [7]})),
    *(("asked", "claims", [{"path": path}]) for path in ([], [-1], [True], [1.5], "a")),
    ("asked", "claims", []),
    ("asked", "claims", [{"path": ["naam"], "values": []}]),
    ("asked", "claims", [{"path": ["naam"], "values": [1.5]}]),
    ("asked", "claim_sets", [["unknown"]]),
    *(
        ("query", "credential_sets", value)
        for value in ([], [{"options": []}], [{"options": [[]]}], [{"options": [["unknown"]]}])
    ),
    ("asked", "multiple", "true"),
    *(("asked", "format", value) for value in (..., 7)),
)


@dataclass(frozen=True)
class Pair:
    """A query and the cards it meets; `authority` is the one a card's chain names."""

    query: dict[str, Any]
    cards: tuple[dict[str, Any], ...]

    def for_them(self) -> dict[str, Any]:
        """As the `dcql` package takes it."""
        cards = []
        for card in self.cards:
            one = {name: card[name] for name in ("vct", "claims")}
            one["cryptographic_holder_binding"] = card["bound"]
            if card["authority"] is not None:
                one["authority"] = {"type": "aki", "values": [card["authority"]]}
            cards.append(one)
        return {"query": self.query, "cards": cards}


class Maker:
    """Draws pairs; the same seed draws the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pair(self) -> Pair:
        cards = tuple(self._card() for _ in range(self._random.choice((0, 1, 2, 2, 3, 3))))
        return Pair(self._query(cards), cards)

    def _chance(self, of: float) -> bool:
        return self._random.random() < of

    def _card(self) -> dict[str, Any]:
        return {
            "vct": self._random.choice(TYPES),
            "claims": self._object(2),
            "bound": self._chance(0.9),
            "authority": self._random.choice((None, *AUTHORITIES)),
        }

    def _object(self, depth: int) -> dict[str, Any]:
        names = self._random.sample(NAMES, self._random.randint(1, len(NAMES)))
        return {name: self._value(depth) for name in names}

    def _value(self, depth: int) -> Any:
        if depth and self._chance(0.3):
            return self._object(depth - 1)
        if depth and self._chance(0.3):
            return [self._value(depth - 1) for _ in range(self._random.randint(0, 3))]
        return self._random.choice(LEAVES)

    def _query(self, cards: tuple[dict[str, Any], ...]) -> dict[str, Any]:
        count = self._random.randint(1, 3)
        asked = [self._credential(f"q{number}", cards) for number in range(count)]
        found: dict[str, Any] = {"credentials": asked}
        if self._chance(0.4):
            ids = [one["id"] for one in asked]
            found["credential_sets"] = [self._set(ids) for _ in range(self._random.randint(1, 2))]
        return self._spoil(found) if self._chance(0.12) else found

    def _credential(self, name: str, cards: tuple[dict[str, Any], ...]) -> dict[str, Any]:
        of = self._random.choice(cards) if cards and self._chance(0.95) else self._card()
        found: dict[str, Any] = {
            "id": name,
            "format": "dc+sd-jwt",
            "meta": {"vct_values": self._types(of["vct"])},
        }
        if self._chance(0.9):
            claims = [self._claim(of["claims"]) for _ in range(self._random.randint(1, 3))]
            if self._chance(0.4):
                for number, claim in enumerate(claims):
                    claim["id"] = f"c{number}"
                named = [claim["id"] for claim in claims]
                found["claim_sets"] = [
                    self._random.sample(named, self._random.randint(1, len(named)))
                    for _ in range(self._random.randint(1, 3))
                ]
            found["claims"] = claims
        if self._chance(0.3):
            found["require_cryptographic_holder_binding"] = self._chance(0.5)
        if self._chance(0.3):
            found["trusted_authorities"] = self._authorities(of["authority"])
        if self._chance(0.2):
            found["multiple"] = self._chance(0.5)
        return found

    def _authorities(self, wanted: str | None) -> list[dict[str, Any]]:
        values = [wanted] if wanted is not None and self._chance(0.7) else []
        more = self._random.sample(AUTHORITIES, self._random.randint(1, 2))
        return [{"type": "aki", "values": list(dict.fromkeys([*values, *more]))}]

    def _types(self, wanted: str) -> list[str]:
        more = self._random.sample(TYPES, self._random.randint(0, 2))
        return list(dict.fromkeys([wanted, *more]))

    def _claim(self, claims: dict[str, Any]) -> dict[str, Any]:
        """A path that mostly leads somewhere in this card, or just past it."""
        path: list[Any] = []
        at: Any = claims
        while isinstance(at, dict | list) and (not path or self._chance(0.75)):
            if isinstance(at, dict):
                step: Any = self._random.choice(NAMES if self._chance(0.05) or not at else [*at])
                at = at.get(step)
            else:
                step = self._random.choice([None, None, 0, 0, 1, 2])
                index = 0 if step is None else step
                at = at[index] if index < len(at) else None
            path.append(step)
        if self._chance(0.04):
            path.append(self._random.choice([*NAMES, 0, None]))
        found: dict[str, Any] = {"path": path}
        if self._chance(0.25):
            likely = [at] if isinstance(at, str | int) else []
            found["values"] = [*likely, *self._random.sample(VALUES, self._random.randint(1, 2))]
        return found

    def _set(self, ids: list[str]) -> dict[str, Any]:
        options = [
            self._random.sample(ids, self._random.randint(1, len(ids)))
            for _ in range(self._random.randint(1, 2))
        ]
        found: dict[str, Any] = {"options": options}
        if self._chance(0.5):
            found["required"] = self._chance(0.5)
        return found

    def _spoil(self, query: dict[str, Any]) -> dict[str, Any]:
        """One structural fault, as somebody might make it."""
        asked = self._random.choice(query["credentials"])
        where, member, faulty = self._random.choice(FAULTS)
        if member == "claim_sets" and self._chance(0.5):
            asked.pop("claims", None)
        if faulty is ...:
            asked.pop(member, None)
        elif where == "again":
            query["credentials"].append(dict(asked))
        else:
            (query if where == "query" else asked)[member] = faulty
        return query
