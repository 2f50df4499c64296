"""Several nodes on one PostgreSQL: procrastinate says when each drain is called, and by which node.

The work itself is rows of ours (jobs, letters), written in the step that causes them; procrastinate only ticks.
A tick is deferred once in the whole cluster and taken by one node; a tick that finds the last one still at work
goes to another node, so a long queue is shared. A request defers nothing: it wakes the drains of its own node.
See docs/decisions/0017.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import DeleteJobCondition, Job, Status
from sqlalchemy import make_url

from web.loop import PAUSE, Loop

LOG = logging.getLogger("kaasa.cluster")
TICK = "* * * * * */5"
"""Every five seconds (the sixth field), once in the cluster."""
SWEEP = "* * * * * */15"
QUIET = 60.0
"""Seconds after which a node that was given nothing looks for itself: late, never lost."""
TURN = 10.0
"""Seconds a tick works at most, two ticks long: two nodes at once share a long queue, of however many there are."""
ROUNDS = 20
"""Most rounds of a node that looks for itself."""
MISSED = 3
"""Heartbeats missed before a node is taken for dead."""


class Cluster(Loop):
    """A node's worker; stands in for `Loop`. In: the database's URL, drains by name, seconds between heartbeats."""

    def __init__(self, url: str, drains: Mapping[str, Callable[[], int]], *, heartbeat: float = 10.0) -> None:
        self._locks = {name: threading.Lock() for name in drains}
        self._named = {name: self._alone(name, drain) for name, drain in drains.items()}
        super().__init__(list(self._named.values()))
        self._conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._heartbeat = heartbeat
        self._last = time.monotonic()

    def run(self) -> None:
        """Work until stopped; a database that goes away is waited for."""
        logging.getLogger("procrastinate").setLevel(logging.ERROR)
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        while not self._stopping:
            try:
                asyncio.run(self._work())
            except Exception as error:  # noqa: BLE001  whatever broke, the node comes back
                LOG.warning("worker_broke", extra={"kind": type(error).__name__})
            if not self._stopping:
                time.sleep(PAUSE)

    async def _work(self) -> None:
        app = self.app()
        threads = ThreadPoolExecutor(2 * len(self._named) + 4, thread_name_prefix="kaasa-drain")
        asyncio.get_running_loop().set_default_executor(threads)
        async with app.open_async():
            worker = asyncio.ensure_future(
                app.run_worker_async(
                    concurrency=len(self._named) + 1,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=PAUSE,
                    delete_jobs=DeleteJobCondition.ALWAYS,
                    update_heartbeat_interval=self._heartbeat,
                    stalled_worker_timeout=self._heartbeat * MISSED,
                    shutdown_graceful_timeout=10,
                )
            )
            near = asyncio.ensure_future(self._near())
            await asyncio.wait({worker, near}, return_when=asyncio.FIRST_COMPLETED)
            for task in (worker, near):
                task.cancel()
            results = await asyncio.gather(worker, near, return_exceptions=True)
            for result in results:
                if isinstance(result, Exception):
                    raise result

    async def _near(self) -> None:
        """What this node's own requests left to do, at once; and everything, when nobody called for a while."""
        while True:
            woken = await asyncio.to_thread(self._wake.wait, 1.0)
            if self._stopping:
                return
            if woken or time.monotonic() - self._last > QUIET:
                self._wake.clear()
                await asyncio.to_thread(self.settle, ROUNDS)
                self._last = time.monotonic()

    def app(self) -> App:
        """The job library's application: a task for each drain, and one that looks after dead nodes."""
        app = App(connector=PsycopgConnector(conninfo=self._conninfo, min_size=1, max_size=4, timeout=10))
        for name, drain in self._named.items():
            self._add(app, name, drain)

        @app.periodic(cron=SWEEP)
        @app.task(name="retry_stalled", queueing_lock="retry_stalled")
        async def retry_stalled(timestamp: int) -> None:  # noqa: ARG001  the library gives it
            await self.retry_stalled(app)

        return app

    async def retry_stalled(self, app: App) -> int:
        """Give what a dead node had begun to a living one. Out: how much."""
        stalled = list(
            await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._heartbeat * MISSED)
        )
        for job in stalled:
            LOG.warning("tick_of_a_dead_node", extra={"task": job.task_name})
            await _again(app, job)
        return len(stalled)

    def _add(self, app: App, name: str, drain: Callable[[], int]) -> None:
        @app.periodic(cron=TICK)
        @app.task(name=name, queueing_lock=name)
        async def tick(timestamp: int) -> None:  # noqa: ARG001  the library gives it
            self._last = time.monotonic()
            await asyncio.to_thread(self._settle, name, drain)

    def _settle(self, name: str, drain: Callable[[], int]) -> None:
        """Until nothing is due or another has the turn. A drain that fails is logged: the next tick tries again."""
        until = time.monotonic() + TURN
        try:
            while drain() and not self._stopping and time.monotonic() < until:
                pass
        except Exception:
            LOG.exception("drain_failed", extra={"drain": name})

    def _alone(self, name: str, drain: Callable[[], int]) -> Callable[[], int]:
        """One thread of this node at a time; other nodes share the work by their claims."""

        def drain_alone() -> int:
            with self._locks[name]:
                return drain()

        return drain_alone


async def _again(app: App, job: Job) -> None:
    try:
        await app.job_manager.retry_job(job)
    except (AlreadyEnqueued, ConnectorException):
        # The same drain is called already by a later tick, which does all that is due.
        await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
