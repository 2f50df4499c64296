"""Run by Alembic: on the connection it was given, in one transaction, one runner at a time."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, text
from sqlalchemy_utc import UtcDateTime
from sqlmodel.sql.sqltypes import AutoString

from processes.tables import NOT_OURS, defaults_differ, metadata

LOCK = 7_246_001  # any number, as long as every node takes the same


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our two column types without the library they come from needing to stay the same."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen.imports.add("from sqlalchemy_utc import UtcDateTime")
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()" if item.length is None else f"sa.String(length={item.length})"
    return False


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave the job library's own tables alone."""
    return not (kind == "table" and name is not None and name.startswith(NOT_OURS))


def run(connection: Connection) -> None:
    """Bring the connection's database to the wanted revision."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})
    context.configure(
        connection=connection,
        target_metadata=metadata(),
        render_as_batch=True,
        compare_type=True,
        compare_server_default=defaults_differ,
        render_item=render_item,
        include_name=include_name,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
