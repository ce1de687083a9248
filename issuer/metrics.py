"""Figures for whoever keeps the server running (Prometheus): counts and times, never a person.

One registry per application, as a value; `prometheus_client` is imported here alone.
"""

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from issuer.certificates import Leaf
from issuer.service.office import Office

MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OTHER: Final = "other"


class Metrics:
    """What is counted while requests come in, and what is looked up when somebody asks."""

    def __init__(self, office: Office, now: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Standing(office, now))
        self._requests = Counter(
            "regie_issuer_requests",
            "Requests answered, by endpoint and by hundreds of the status code.",
            ("endpoint", "status"),
            registry=self._registry,
        )
        self._times = Histogram(
            "regie_issuer_request_seconds",
            "How long an answer took, by endpoint.",
            ("endpoint",),
            buckets=_SECONDS,
            registry=self._registry,
        )

    def answered(self, endpoint: str, status: int, seconds: float) -> None:
        """One request is answered; `endpoint` is the name of its route, never its address."""
        self._requests.labels(endpoint, f"{status // 100}xx").inc()
        self._times.labels(endpoint).observe(seconds)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self._registry)


class _Standing(Collector):
    """How things stand in the database and with the certificates at this moment."""

    def __init__(self, office: Office, now: Callable[[], int]) -> None:
        self._office = office
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = self._now()
        figures = self._office.store.figures(now)
        waiting = GaugeMetricFamily(
            "regie_issuer_open", "What is under way, by sort and state.", labels=("sort", "state")
        )
        for (sort, state), count in figures.open.items():
            waiting.add_metric((sort, state), count)
        yield waiting
        yield GaugeMetricFamily(
            "regie_issuer_late_applications",
            "Applications whose term has passed.",
            value=figures.late,
        )
        age = GaugeMetricFamily(
            "regie_issuer_status_list_age_seconds",
            "Since the list that was signed longest ago was signed.",
            labels=("municipality",),
        )
        room = GaugeMetricFamily(
            "regie_issuer_status_list_room",
            "Places that the status lists still give.",
            labels=("municipality",),
        )
        left = GaugeMetricFamily(
            "regie_issuer_certificate_seconds",
            "Until a certificate ends.",
            labels=("municipality", "role"),
        )
        for one in self._office.municipalities.values():
            lists = figures.lists.get(one.code)
            if lists is not None:
                age.add_metric((one.code,), now - lists.oldest)
                room.add_metric((one.code,), lists.room)
            leaves: tuple[tuple[str, Leaf], ...] = (
                ("card", one.certificates.card),
                ("status", one.certificates.status),
                ("access", one.certificates.access),
            )
            for role, leaf in leaves:
                left.add_metric((one.code, role), leaf.not_after - now)
        yield from (age, room, left)
