"""Bring a database's tables up to date, or take them back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, NullPool, create_engine, event, text

from processes import job_tables

HERE = Path(__file__).parent / "migrations"
VERSIONS = HERE / "versions"


class MigrationBroke(Exception):  # noqa: N818  it is what happened, as every error of the house
    """A migration would leave rows that point nowhere; nothing was changed. The message names the tables."""


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the tables to a revision, in one transaction; safe to run from several nodes at once.

    In: a SQLAlchemy URL. Errors: MigrationBroke (SQLite), what the database raises.
    """
    with opened(database_url) as config:
        command.upgrade(config, revision)
        if revision == "head":
            job_tables.apply(config.attributes["connection"])


def downgrade(database_url: str, revision: str = "base") -> None:
    """Take the tables back to a revision; `base` drops them all. Errors: as `upgrade`."""
    with opened(database_url) as config:
        command.downgrade(config, revision)
        if revision == "base":
            job_tables.drop(config.attributes["connection"])


def revisions() -> list[str]:
    """Every revision there is, the oldest first."""
    return [it.revision for it in reversed(list(ScriptDirectory(str(HERE)).walk_revisions()))]


@contextmanager
def opened(database_url: str) -> Iterator[Config]:
    """An Alembic configuration on one connection in one transaction, committed at the end."""
    engine = _engine(database_url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(HERE))
        config.attributes["connection"] = connection
        yield config
        if connection.dialect.name == "sqlite":
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                raise MigrationBroke(", ".join(sorted({f"{row[0]} -> {row[2]}" for row in broken})))
    engine.dispose()


def _engine(database_url: str) -> Engine:
    engine = create_engine(database_url, poolclass=NullPool)
    if engine.dialect.name != "sqlite":
        return engine

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        # Batch changes rebuild tables: with the keys on, dropping the old one deletes its children. The pragma
        # is without effect inside a transaction, so it comes before the first one.
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA busy_timeout=30000")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
