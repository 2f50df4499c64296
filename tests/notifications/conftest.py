"""The doors the tests of the post office go through: a database with the outbox, and local mail servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.notifications.doors import Database
from tests.notifications.servers import Certificates, Sink


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    door = Database(database_url)
    yield door
    door.close()


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    return Certificates()
