"""Where everything is put together, once; app, worker, command line and tests are faces of it. No globals."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from engine.clock import Clock, SystemClock
from engine.definition import Library
from engine.message import Expiry
from engine.runtime import Runtime
from engine.service import Services, Step
from engine.worker import Worker
from notifications.address import Postmark
from notifications.clamd import Scanner
from notifications.delivery import Delivery
from notifications.sources import Postbox
from processes import job_tables, leaving, migrate, municipality
from processes.actions import demonstration
from processes.actions.alike_search import AlikeSearching
from processes.actions.digesting import Digesting
from processes.actions.letter_writing import LetterWriting
from processes.actions.retention import Retention
from processes.actions.scanning import Scanning
from processes.actions.undelivered import Undelivered
from processes.database import Database
from processes.document import Store
from processes.errors import NotFound
from processes.invitation import Links
from processes.listener import CaseListener
from processes.post import Post, PostOffice
from web.cluster import Cluster
from web.demo import Demo, KeptClock
from web.loop import Loop
from web.noting import NotingDatabase
from web.receiving import Receiving
from web.render import Renderer
from web.settings import Settings
from web.transport import pace, transport
from web.watching import Watch, WatchedRuntime

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = ROOT / "bpmn"


@dataclass(frozen=True)
class Contact:
    """How people reach the municipality: what the foot of every page says."""

    name: str
    kind: str
    email: str
    phone: str
    address: str
    opening_hours: str


@dataclass
class Kaasa:
    """The product, composed. `clock` is the procedure's time; `wall` is the one sign-in sessions live by.

    They differ in the demonstration alone, where the first is moved by hand.
    """

    settings: Settings
    clock: Clock
    wall: Clock
    database: Database
    library: Library
    runtime: Runtime
    worker: Worker
    delivery: Delivery
    postbox: Postbox | None
    store: Store
    links: Links
    post_office: PostOffice
    renderer: Renderer
    loop: Loop
    demo: Demo | None
    watch: Watch
    known_contact: Contact | None = None

    @cached_property
    def receiving(self) -> Receiving:
        """Where mail comes in; nothing listens before it is started."""
        return Receiving(self)

    @property
    def municipality_id(self) -> str:
        return self.settings.municipality_id

    def contact(self) -> Contact | None:
        """Whose front door this is; None until the municipality is in the database."""
        if self.known_contact is None:
            self.known_contact = self._read_contact()
        return self.known_contact

    def _read_contact(self) -> Contact | None:
        with self.database.session() as session:
            try:
                row = municipality.get(session, self.municipality_id)
            except (
                NotFound,
                DBAPIError,
                sqlite3.Error,
            ):  # a page that says the database is away must not ask it again
                return None
            return Contact(row.name, row.kind, row.email, row.phone, row.address, row.opening_hours)

    def schema_problem(self) -> str:
        """Out: a sentence when the tables are not those of this version; empty when they are."""
        wanted = migrate.revisions()[-1]
        with self.database.engine.connect() as connection:
            there = inspect(connection).has_table("alembic_version")
            found = (
                connection.execute(text("select version_num from alembic_version")).scalar()
                if there
                else None
            )
            complete = job_tables.complete(connection)
        if found == wanted and complete:
            return ""
        if found == wanted:
            return "The tables of the job library are missing or old: run `python3 -m web migrate`."
        return f"The database is at {found or 'no revision'}, this version needs {wanted}: run `python3 -m web migrate`."

    def next_due(self) -> datetime | None:
        """When time next brings something."""
        with self.database.session() as session:
            timer, now = self.worker.next_due(session), self.clock.now()
            return demonstration.next_event(
                session, municipality_id=self.municipality_id, timer=timer, now=now
            )

    def cast(self) -> dict[str, tuple[str, str]]:
        """Who plays which role in the demonstration: id and name."""
        with self.database.session() as session:
            return demonstration.cast(session, municipality_id=self.municipality_id)

    def close(self) -> None:
        """Let go of connections; the loop is stopped first."""
        self.receiving.stop()
        self.loop.stop()
        self.delivery.close()
        self.database.close()


def compose(settings: Settings, *, clock: Clock | None = None, wall: Clock | None = None) -> Kaasa:
    """Put an installation together. In: its settings; tests give their own clocks. Out: nothing has begun yet."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    secret = settings.secret()
    wall = wall or SystemClock()
    clock = clock or (KeptClock(settings.folder / "clock", wall.now()) if settings.demo else wall)
    database = NotingDatabase(settings.database(), clock)
    scanner = Scanner(settings.clamd_url) if settings.clamd_url else None
    store = Store(settings.folder / "documents", scanned=scanner is not None)
    links = Links(secret)
    postmark = Postmark(secret, settings.sender_address.partition("@")[2])
    office = PostOffice(links, postmark, settings.url())
    services = Services("processes.services")
    library = Library(services)
    given = tools(office, links, store)
    runtime = WatchedRuntime(services, tools=given, listeners=[CaseListener()], library=library)
    given[Runtime] = lambda _step: runtime
    runtime.watch = Watch()
    worker = Worker(runtime, database.open_transaction, clock)
    mailbox = settings.folder / "postbox"
    carrier = transport(settings, mailbox, wall)
    delivery = Delivery(
        database.open_transaction, carrier, clock.now, pace=pace(settings),
        outdated=lambda session, letters: leaving.outdated(session, letters, clock.now()),
    )  # fmt: skip
    retention = Retention(database.open_transaction, clock, store)
    writing = LetterWriting(database.open_transaction, office, clock)
    drains = {
        "step": worker.drain,
        "write": writing.drain,
        "digest": Digesting(database.open_transaction, office, clock).drain,
        "alike": AlikeSearching(database, clock).drain,
        "deliver": delivery.drain,
        "undelivered": Undelivered(database.open_transaction, office, clock).drain,
        "scan": Scanning(database, store, scanner).drain,
        "retain": retention.drain,
        "expire": Expiry(database.open_transaction, clock).drain,
    }
    one_node = database.engine.dialect.name == "sqlite"
    loop = (
        Loop(list(drains.values()))
        if one_node
        else Cluster(database.url, drains, heartbeat=settings.heartbeat)
    )
    kaasa = Kaasa(
        settings=settings, clock=clock, wall=wall, database=database, library=library, runtime=runtime,
        worker=worker, delivery=delivery, postbox=Postbox(mailbox) if settings.demo and not settings.smtp_url else None, store=store,
        links=links, post_office=office, renderer=Renderer(reload=settings.reload_templates), loop=loop, demo=None, watch=runtime.watch,
    )  # fmt: skip
    kaasa.watch.of_installation(kaasa)
    if settings.demo and isinstance(clock, KeptClock):
        kaasa.demo = Demo(clock, kaasa.next_due, loop.settle, kaasa.cast)
    return kaasa


def tools(office: PostOffice, links: Links, store: Store) -> dict[type, Callable[[Step], Any]]:
    """What services may ask for by type, and how it is made for a step."""
    return {Post: office.of_step, Links: lambda _step: links, Store: lambda _step: store}
