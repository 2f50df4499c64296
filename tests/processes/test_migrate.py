"""The migrations and the tables say the same, on both databases, up and down."""

import sqlite3
from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from processes import job_tables
from processes.migrate import MigrationBroke, downgrade, opened, revisions, upgrade
from processes.tables import NOT_OURS, defaults_differ, metadata


@pytest.fixture(scope="session")
def prepare_database() -> Callable[[str], None] | None:
    return None  # the migrations themselves are tried here, on nothing


def tables_of(url):
    engine = create_engine(url)
    try:
        names = set(inspect(engine).get_table_names()) - {"alembic_version"}
        return {name for name in names if not name.startswith(NOT_OURS)}
    finally:
        engine.dispose()


def ours(name, kind, _parents):
    return kind != "table" or not name.startswith(NOT_OURS)


def test_up_down_and_up_again_leave_what_the_tables_say(database_url):
    upgrade(database_url)
    assert tables_of(database_url) == set(metadata().tables)
    downgrade(database_url)
    assert tables_of(database_url) == set()
    upgrade(database_url)
    upgrade(database_url)  # twice is once
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_server_default": defaults_differ, "include_name": ours}
        )
        assert compare_metadata(context, metadata()) == []
    engine.dispose()


def test_each_revision_can_be_undone_and_done_again(database_url):
    for revision in revisions():
        upgrade(database_url, revision)
        downgrade(database_url, "-1")
        upgrade(database_url, revision)
    assert tables_of(database_url) == set(metadata().tables)


def test_a_migration_that_would_leave_orphans_changes_nothing(tmp_path):
    url = f"sqlite:///{tmp_path / 'kaasa.db'}"
    upgrade(url)

    def orphan():
        with opened(url) as config:
            config.attributes["connection"].execute(
                text("insert into role (municipality_id, person_id, role) values ('1', 'nobody', 'planner')")
            )

    with pytest.raises(MigrationBroke, match="role -> person"):
        orphan()
    with sqlite3.connect(tmp_path / "kaasa.db") as connection:
        assert connection.execute("select count(*) from role").fetchone() == (0,)
    connection.close()


def test_the_job_librarys_tables_come_and_go_with_ours_on_postgresql_alone(database_url):
    engine = create_engine(database_url)

    def theirs():
        with engine.connect() as connection:
            names = {name for name in inspect(connection).get_table_names() if name.startswith(NOT_OURS)}
            return names, job_tables.complete(connection)

    assert theirs() == (set(), engine.dialect.name == "sqlite")
    upgrade(database_url)
    upgrade(database_url)
    names, complete = theirs()
    assert complete
    assert ("procrastinate_jobs" in names) == (engine.dialect.name == "postgresql")
    downgrade(database_url)
    assert theirs() == (set(), engine.dialect.name == "sqlite")
    upgrade(database_url)
    assert theirs() == (names, True)
    engine.dispose()


def test_a_migration_the_job_library_brings_later_is_applied_once(postgresql_url, tmp_path, monkeypatch):
    upgrade(postgresql_url)
    for file in job_tables._files():
        (tmp_path / file.name).write_text("this must not run again")
    (tmp_path / "99.00.00_01_later.sql").write_text("create table procrastinate_later (id int); select 1;")
    monkeypatch.setattr(job_tables.SchemaManager, "get_migrations_path", staticmethod(lambda: str(tmp_path)))
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        assert not job_tables.complete(connection)
        assert job_tables.apply(connection) == 1
        assert job_tables.apply(connection) == 0
        assert job_tables.complete(connection)
        assert inspect(connection).has_table("procrastinate_later")
    engine.dispose()
