"""The migrations and the tables say the same, on both databases, up and down."""

import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from processes.migrate import MigrationBroke, downgrade, opened, revisions, upgrade
from processes.tables import metadata


def tables_of(url):
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def test_up_down_and_up_again_leave_what_the_tables_say(database_url):
    upgrade(database_url)
    assert tables_of(database_url) == set(metadata().tables)
    downgrade(database_url)
    assert tables_of(database_url) == set()
    upgrade(database_url)
    upgrade(database_url)  # twice is once
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
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
