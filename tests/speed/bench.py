"""How near the limit: ratios to raw P-256, measured in this process and this run.

`python tests/speed/bench.py [--json] [--quick]`. Ours and the raw operation take turns in
blocks of 2 ms and the best block of each counts: on a busy machine a longer one is never alone.
After that looking back over a long log (`tests/speed/lookback.py`), against `python -c pass`.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from speed import lookback  # noqa: E402
from speed.answer import VERIFIES, exchange, judged  # noqa: E402
from support.cards import AUD, LIST, NONCE, NOW, VCT, FakeTrust, envelope  # noqa: E402
from support.keys import test_key, test_signer  # noqa: E402
from support.scheme import NOW as SCHEME_NOW  # noqa: E402
from support.scheme import build  # noqa: E402

from credential import (  # noqa: E402
    base64url,
    jose,
    keybinding,
    log,
    sdjwt,
    sdjwtvc,
    statuslist,
    strictjson,
)
from credential.names import TYP_CARD, TYP_PROOF  # noqa: E402

Operation = Callable[[], object]
ES256 = ec.ECDSA(hashes.SHA256())
ANSWER = "answer of two cards, to the verdict"
PATHS = [("claim_01",), ("claim_04",), ("claim_07",), ("claim_10",)]


@dataclass(frozen=True)
class Line:
    name: str
    micros: float
    ratio: float | None
    goal: float | None

    def __str__(self) -> str:
        text = f"{self.name:38}{self.micros:11.1f} µs{1e6 / self.micros:12,.0f}/s"
        if self.ratio is None:
            return text
        if self.goal is None:
            return f"{text}{self.ratio:9.2f}"
        return f"{text}{self.ratio:9.2f}   goal {self.goal:.2f} {'ok' if self.ratio >= self.goal else 'BELOW'}"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Pinned(FakeTrust):
    """One issuer under one key, known beforehand: what is measured is the card, not the chain."""

    def card_signer(self, *_: object, **__: object) -> object:
        return self._leaf("issuer"), self.issuer


def best(operations: list[Operation], rounds: int, seconds: float = 0.002) -> list[float]:
    """The best time of one call of each, in microseconds; they take turns in short blocks."""
    counts = []
    for operation in operations:
        started = time.perf_counter()
        operation()
        once = time.perf_counter() - started
        counts.append(max(1, int(seconds / max(once, 1e-7))))
    found = [float("inf")] * len(operations)
    for _ in range(rounds):
        for at, (operation, count) in enumerate(zip(operations, counts, strict=True)):
            started = time.perf_counter()
            for _ in range(count):
                operation()
            found[at] = min(found[at], (time.perf_counter() - started) / count)
    return [one * 1e6 for one in found]


def raw() -> tuple[Operation, Operation]:
    """Raw sign and raw verify of as many bytes as a card has, under one parsed key."""
    key, message = test_key("issuer"), bytes(1500)
    public, signature = key.public_key(), key.sign(message, ES256)
    return lambda: key.sign(message, ES256), lambda: public.verify(signature, message, ES256)


def cards() -> dict[str, Operation]:
    """Twelve flat claims; four of them shown, with a key binding."""
    issuer, holder, trust = test_signer("issuer"), test_signer("holder"), Pinned()
    claims = {f"claim_{n:02}": f"waarde {n}" for n in range(12)}

    shown_to_all = envelope()

    def issue() -> str:
        hidden = {name: sdjwt.Disclosable(value) for name, value in claims.items()}
        return sdjwt.issue(
            shown_to_all | hidden, signer=issuer, x5c=[b"issuer"], typ=TYP_CARD, entropy=os.urandom
        )

    compact = issue()
    held = sdjwtvc.verify_card(compact, trust, now=NOW, vct=VCT)  # type: ignore[arg-type]

    def bind(selection: sdjwt.Selection) -> str:
        return keybinding.make(selection.compact, signer=holder, aud=AUD, nonce=NONCE, iat=NOW)

    def reopen_and_present() -> str:
        return bind(sdjwt.dangerous_reopen(sdjwt.parse(compact, typ=TYP_CARD)).select(PATHS))

    shown = bind(held.select(PATHS))

    def verify() -> object:
        return keybinding.verify_presentation(
            shown,
            trust,
            now=NOW,
            aud=AUD,
            nonce=NONCE,
            vct_values=(VCT,),
            rights_jkt=None,
            transaction_data=(),  # type: ignore[arg-type]
        )

    proof = jose.sign(
        {"aud": LIST, "iat": NOW, "nonce": NONCE},
        typ=TYP_PROOF, signer=holder, header={"jwk": jose.public_jwk(holder.public_key)},
    )  # fmt: skip

    def verify_proof() -> object:
        parsed = jose.parse(proof, typ=TYP_PROOF)
        return jose.verify(parsed, parsed.jwk())

    say(f"card {len(compact)} bytes issued, {len(shown)} bytes presented")
    return {
        "issue": issue,
        "present": lambda: bind(held.select(PATHS)),
        "present, read from the store": reopen_and_present,
        "verify": verify,
        "verify a key proof": verify_proof,
    }


def in_a_scheme() -> Operation:
    """The same presentation under a whole scheme: `x5c`, a trusted list, the status address."""
    scheme = build(SCHEME_NOW)
    issuer, holder = scheme.issuer(), test_signer("holder")
    begun = SCHEME_NOW - 86_400
    status_list: strictjson.Object = {"idx": 7, "uri": f"{issuer.status_prefix}1"}
    members = envelope(iat=begun, nbf=begun, exp=SCHEME_NOW + 86_400) | {
        "status": {"status_list": status_list},
        **{f"claim_{n:02}": sdjwt.Disclosable(f"waarde {n}") for n in range(12)},
    }
    compact = sdjwt.issue(
        members,
        signer=issuer.card.signer,
        x5c=issuer.card.x5c,
        typ=TYP_CARD,
        entropy=os.urandom,
    )
    held = sdjwtvc.verify_card(compact, scheme.trust, now=SCHEME_NOW, vct=VCT)
    shown = keybinding.make(
        held.select(PATHS).compact, signer=holder, aud=AUD, nonce=NONCE, iat=SCHEME_NOW
    )
    return lambda: keybinding.verify_presentation(
        shown,
        scheme.trust,
        now=SCHEME_NOW,
        aud=AUD,
        nonce=NONCE,
        vct_values=(VCT,),
        rights_jkt=None,
        transaction_data=(),
    )


def status() -> list[Line]:
    """A list of a million with one in twenty set."""
    bits, trust = bytearray(125_000), FakeTrust()
    seed = 1
    while sum(map(int.bit_count, bits)) < 50_000:
        for _ in range(5000):
            seed = seed * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
            index = (seed >> 33) % 1_000_000
            bits[index >> 3] |= 1 << (index & 7)
    packed = bytes(bits)

    def build() -> str:
        return statuslist.build_token(
            LIST, packed, iat=NOW, exp=NOW + 604_800, ttl=43_200,
            signer=test_signer("status"), x5c=[b"status"],
        )  # fmt: skip

    token = build()

    def read() -> statuslist.StatusList:
        return statuslist.open_token(token, uri=LIST, issuer=trust.issuer, trust=trust, now=NOW)  # type: ignore[arg-type]

    found, reference = (
        read(),
        statuslist.StatusReference(
            LIST, next(n for n in range(99) if not bits[n >> 3] >> (n & 7) & 1)
        ),
    )
    names = ("status list: build and sign", "status list: open", "status list: check")
    times = best(
        [build, read, lambda: statuslist.check(reference, found, now=NOW, max_age=86_400)],
        15,
    )
    lst = len(statuslist.encode(packed)) * 3 // 4
    say(f"status list of 1,000,000, 5 % set: {lst:,} bytes compressed")
    return [Line(name, one, None, None) for name, one in zip(names, times, strict=True)]


def audit(entries: int = 20_000) -> Line:
    """The chain of a log, checked from the first entry to the signed head; per entry."""
    signer, log_id = test_signer("log"), bytes(16)
    h = log.genesis(log_id, base64url.decode(jose.thumbprint(signer.public_key)))
    rows = []
    for n in range(1, entries + 1):
        body: strictjson.Object = {"party": {"name": "Voorbeeldwonen", "oin": "0" * 20}, "n": n}
        entry = log.entry_bytes(n, "activity", log.Event.REQUEST_RECEIVED, NOW, body)
        blind = n.to_bytes(32, "big")
        c = log.entry_hash(blind, entry)
        h = log.link(n, h, c)
        rows.append((n, c, h, entry, blind))
    head = log.sign_head(log_id, entries, h, NOW, signer)

    def verify() -> None:
        report = log.verify_chain(
            rows, log_id=log_id, log_key=signer.public_key,
            heads=[head], head_file=head, kept_words=None,
        )  # fmt: skip
        assert report.ok

    (micros,) = best([verify], 10)
    return Line("log: chain audit, per entry", micros / entries, None, None)


def measure(rounds: int) -> list[Line]:
    """The raw limit first, then ours: goals as in docs/speed.md."""
    sign, verify = raw()
    with judged() as judge:
        ours = cards() | {"verify, the chain in x5c": in_a_scheme(), ANSWER: judge}
        raw_sign, raw_verify, raw_exchange, *times = best(
            [sign, verify, exchange(), *ours.values()], rounds
        )
    lines = [
        Line("raw P-256 sign", raw_sign, None, None),
        Line("raw P-256 verify", raw_verify, None, None),
    ]
    limits = {
        "issue": (raw_sign, 0.33),
        "present": (raw_sign, 0.45),
        "present, read from the store": (raw_sign, None),
        "verify": (2 * raw_verify, 0.65),
        "verify, the chain in x5c": (2 * raw_verify, None),
        "verify a key proof": (raw_verify, 0.65),
        ANSWER: (raw_exchange + VERIFIES * raw_verify, 0.45),
    }
    for name, micros in zip(ours, times, strict=True):
        limit, goal = limits[name]
        lines.append(Line(name, micros, limit / micros, goal))
    return [*lines, *status(), audit()]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="one object a line")
    arguments.add_argument("--quick", action="store_true", help="fewer rounds")
    chosen = arguments.parse_args()
    say(f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}")
    entries = 10_000 if chosen.quick else lookback.ENTRIES
    for line in (*measure(150 if chosen.quick else 600), *lookback.measure(entries, 5)):
        say(json.dumps({"version": 1, **vars(line)}) if chosen.json else str(line))


if __name__ == "__main__":
    main()
