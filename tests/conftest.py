"""Fixtures every room may use: a fresh database of each kind, and nothing that reaches the network."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests import postgres

Prepare = Callable[[str], None]
# What takes longest begins first, so that the processes of one run end together.
FIRST = (
    "end_to_end/test_every_page.py", "integration/", "end_to_end/", "chaos/", "web/test_reading.py", "engine/story/",
    "notifications/", "corpora/",
)  # fmt: skip
_number = count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    return next((turn for turn, path in enumerate(FIRST) if f"tests/{path}" in item.nodeid), len(FIRST))


def pytest_collection_finish() -> None:
    """What was imported stays for the whole run: the garbage collector need not look at it after each test."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One PostgreSQL server for this test process, started when the first test asks for it."""
    try:
        with postgres.server() as running:
            yield running
    except postgres.NoPostgres as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration at its start, to be copied; see tests/seeded.py."""
    from tests import seeded

    return seeded.folder(tmp_path_factory)


@pytest.fixture(scope="session")
def prepare_database() -> Callable[[str], None] | None:
    """What is done once to the template every PostgreSQL database is cloned from; a folder may override it."""
    return None


@pytest.fixture(scope="session")
def postgres_templates(postgres_server: postgres.Server) -> Iterator[Callable[[Prepare | None], str]]:
    """Gives the name of the database that others are cloned from: one for each way of preparing it."""
    made: dict[Prepare | None, str] = {}

    def template(prepare: Prepare | None) -> str:
        if prepare not in made:
            name = f"template_{os.getpid()}_{next(_number)}"
            postgres_server.create(name)
            if prepare is not None:
                prepare(postgres_server.url(name))
            made[prepare] = name
        return made[prepare]

    yield template
    for name in made.values():
        postgres_server.drop(name)


@pytest.fixture
def postgresql_url(
    postgres_server: postgres.Server,
    postgres_templates: Callable[[Prepare | None], str],
    prepare_database: Prepare | None,
) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database."""
    name = f"test_{os.getpid()}_{next(_number)}"
    postgres_server.create(name, template=postgres_templates(prepare_database))
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Prepare], Path]:
    """Gives the file that others are copied from: one for each way of preparing it."""
    made: dict[Prepare, Path] = {}

    def template(prepare: Prepare) -> Path:
        if prepare not in made:
            made[prepare] = tmp_path_factory.mktemp("sqlite") / "template.db"
            prepare(f"sqlite:///{made[prepare]}")
        return made[prepare]

    return template


@pytest.fixture
def sqlite_url(
    tmp_path: Path, sqlite_templates: Callable[[Prepare], Path], prepare_database: Prepare | None
) -> str:
    """The URL of a fresh SQLite database in a file."""
    file = tmp_path / "kaasa.db"
    if prepare_database is not None:
        shutil.copyfile(sqlite_templates(prepare_database), file)
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database; every test that asks for it runs on both kinds."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
