"""The installation under watch: every step leaves a line in the log and its time in a histogram, once it is committed.

`metrics` writes all figures in Prometheus' text format. Every application has its own registry.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from functools import wraps
from time import perf_counter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import structlog
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlmodel import Session

from engine.instance import Instance
from engine.runtime import Runtime
from processes.actions import watching

if TYPE_CHECKING:
    from web.compose import Kaasa

VERBS = ("start", "complete", "tell", "fire", "run_job", "skip", "cancel", "move_deadline")
BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_log = structlog.get_logger(__name__)


class Watch:
    """What is counted in this process. `registry` holds it; `of_installation` adds what the database knows."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.steps = Histogram(
            "kaasa_step_seconds",
            "Time of an engine's step, by verb",
            ["verb"],
            buckets=BUCKETS,
            registry=self.registry,
        )

    def of_installation(self, kaasa: Kaasa) -> None:
        """Count by SQL whenever the figures are asked for."""
        self.registry.register(_Counted(kaasa))

    def text(self) -> bytes:
        """Out: every figure in Prometheus' text format."""
        return generate_latest(self.registry)


class WatchedRuntime(Runtime):
    """A runtime that tells of each step when its transaction has been committed; of what was rolled back, nothing."""

    watch: Watch


def _watched(verb: str) -> Callable[..., Instance]:
    method: Callable[..., Instance] = getattr(Runtime, verb)

    @wraps(method)
    def step(self: WatchedRuntime, session: Session, *args: Any, **more: Any) -> Instance:
        began = perf_counter()
        instance = method(self, session, *args, **more)
        spent = perf_counter() - began
        ids = {"instance": instance.id, "revision": instance.revision, "status": instance.status}

        def committed(_session: Any) -> None:
            self.watch.steps.labels(verb).observe(spent)
            _log.info("step_taken", verb=verb, ms=round(spent * 1_000, 1), **ids)

        sa.event.listen(session, "after_commit", committed, once=True)
        return instance

    return step


for _verb in VERBS:
    setattr(WatchedRuntime, _verb, _watched(_verb))


class _Counted(Collector):
    """Figures the database knows; an installation whose database is away has none."""

    def __init__(self, kaasa: Kaasa) -> None:
        self._kaasa = kaasa

    def describe(self) -> Iterable[Metric]:
        return []  # nothing is counted before somebody asks

    def collect(self) -> Iterable[Metric]:
        kaasa = self._kaasa
        with kaasa.database.session() as session:
            found = watching.figures(session, kaasa.municipality_id, now=kaasa.clock.now())
        yield _by("kaasa_waits", "What cases wait for, by kind", "kind", found.waits)
        yield GaugeMetricFamily("kaasa_jobs_due", "Jobs and timers that are due", value=found.due_jobs)
        yield GaugeMetricFamily(
            "kaasa_job_oldest_seconds", "How long the oldest due job has been due", value=found.oldest_job
        )
        yield GaugeMetricFamily("kaasa_jobs_stopped", "Jobs that are out of tries", value=found.stopped_jobs)
        yield GaugeMetricFamily("kaasa_incidents_open", "Failures that need a person", value=found.incidents)
        yield _by("kaasa_letters", "Letters not sent, by state", "state", found.letters)
        yield GaugeMetricFamily(
            "kaasa_letter_oldest_seconds",
            "How long the oldest due letter has been due",
            value=found.oldest_letter,
        )


def _by(name: str, text: str, label: str, found: Any) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, many in sorted(found.items()):
        family.add_metric([value], many)
    return family


def may_read(kaasa: Kaasa, authorization: str, client: str, *, forwarded: bool) -> bool:
    """Whether somebody may read the figures: with the token of the settings; without one, only on this machine.

    An installation that people reach through a proxy needs the token: there everybody seems to come from here.
    """
    token = kaasa.settings.metrics_token()
    if token:
        return hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())
    return kaasa.settings.local() and client in {"127.0.0.1", "::1"} and not forwarded
