"""Figures for whoever keeps the servers running (Prometheus): counts and times, never a person.

One registry per process, as a value; `prometheus_client` is imported here alone. What happens is
counted per process, what stands in the database is the same from whichever process you ask.
"""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from verifier.service import freshness
from verifier.service.verifier import Verifier
from verifier.store import standing

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OTHER: Final = "other"


class Metrics:
    """What is counted while requests come in, and what is looked up when somebody asks."""

    def __init__(self, verifier: Verifier) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Counted(verifier))
        self.registry.register(_Standing(verifier))
        self._requests = Counter(
            "regie_verifier_requests",
            "Requests answered, by route and by hundreds of the status code.",
            ("route", "status"),
            registry=self.registry,
        )
        self._times = Histogram(
            "regie_verifier_request_seconds",
            "How long an answer took, by route.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )

    def answered(self, route: str, status: int, seconds: float) -> None:
        """One request is answered; `route` is the pattern of its address, never the address."""
        self._requests.labels(route, f"{status // 100}xx").inc()
        self._times.labels(route).observe(seconds)

    def serve(self, host: str, port: int) -> None:
        """Show everything on this address, in a thread of its own, until the process ends."""
        start_http_server(port, host, self.registry)


class _Counted(Collector):
    """What happened in this process since it started."""

    _SORTS: Final = (
        ("answer", "Answers of wallets, by profile and outcome.", ("profile", "outcome")),
        ("right", "Rights requests, by right and state.", ("right", "state")),
        ("delivery", "Messages to other systems, by outcome.", ("outcome",)),
    )

    def __init__(self, verifier: Verifier) -> None:
        self._counts = verifier.counts

    def collect(self) -> Iterator[CounterMetricFamily]:
        """One family per sort."""
        for name, text, labels in self._SORTS:
            family = CounterMetricFamily(f"regie_verifier_{name}s", text, labels=labels)
            for key, count in sorted(self._counts.of(name).items()):
                family.add_metric(key, count)
            yield family


class _Standing(Collector):
    """How things stand in the database, on disk and with the certificates at this moment."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ages, terms and what waits."""
        verifier = self._verifier
        now = verifier.now()
        found = standing.read(verifier.store, now)
        requests = GaugeMetricFamily(
            "regie_verifier_open_requests", "Requests for data by state.", labels=("state",)
        )
        for state, count in sorted(found.requests.items()):
            requests.add_metric((state,), count)
        yield requests
        for name, text, value in (
            ("open_cases", "Rights requests that wait for a person.", found.open_cases),
            ("late_cases", "Rights requests whose term has passed.", found.late_cases),
            ("waiting_deliveries", "Messages not taken yet.", found.waiting_deliveries),
            ("given_up_deliveries", "Messages that were given up.", found.given_up),
        ):
            yield GaugeMetricFamily(f"regie_verifier_{name}", text, value=value)
        yield from self._ages(now)
        left = GaugeMetricFamily(
            "regie_verifier_certificate_seconds", "Until a certificate ends.", labels=("name",)
        )
        left.add_metric(("access",), verifier.leaf.not_after - now)
        for one in verifier.profiles.values():
            left.add_metric((one.profile.intended_use,), one.registration.exp - now)
        yield left

    def _ages(self, now: int) -> Iterator[GaugeMetricFamily]:
        ages = freshness.ages(self._verifier)
        for name, text, moment in (
            ("scheme_age", "Since the scheme in force was signed.", ages.scheme_issued),
            ("oldest_list_age", "Since the oldest status list was signed.", ages.oldest_list),
            ("newest_list_age", "Since the newest status list was signed.", ages.newest_list),
        ):
            if moment is not None:
                yield GaugeMetricFamily(f"regie_verifier_{name}_seconds", text, value=now - moment)
        if ages.scheme_until is not None:
            yield GaugeMetricFamily(
                "regie_verifier_scheme_seconds",
                "Until the scheme in force ends.",
                value=ages.scheme_until - now,
            )
        yield GaugeMetricFamily(
            "regie_verifier_lists_missing", "Announced lists we do not have.", value=ages.missing
        )
