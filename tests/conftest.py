"""Fixtures every room may use: a fresh database of each kind, and nothing that reaches the network."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests import postgres

_number = count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One PostgreSQL server for this test process, started when the first test asks for it."""
    try:
        with postgres.server() as running:
            yield running
    except postgres.NoPostgres as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def prepare_database() -> Callable[[str], None] | None:
    """What is done once to the template every PostgreSQL database is cloned from; a folder may override it."""
    return None


@pytest.fixture(scope="session")
def postgres_template(
    postgres_server: postgres.Server, prepare_database: Callable[[str], None] | None
) -> Iterator[str]:
    """The name of the database the others are cloned from: empty, or as `prepare_database` leaves it."""
    name = f"template_{os.getpid()}_{next(_number)}"
    postgres_server.create(name)
    if prepare_database is not None:
        prepare_database(postgres_server.url(name))
    yield name
    postgres_server.drop(name)


@pytest.fixture
def postgresql_url(postgres_server: postgres.Server, postgres_template: str) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database."""
    name = f"test_{os.getpid()}_{next(_number)}"
    postgres_server.create(name, template=postgres_template)
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path, prepare_database: Callable[[str], None] | None) -> str:
    """The URL of a fresh SQLite database in a file."""
    url = f"sqlite:///{tmp_path / 'kaasa.db'}"
    if prepare_database is not None:
        prepare_database(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database; every test that asks for it runs on both kinds."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
