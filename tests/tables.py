"""The tables of this version in a database of a test: laid by the migrations once, and copied from then on."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from processes import migrate


def lay(url: str) -> None:
    """Lay the tables unless they are there. In: a SQLAlchemy URL; a file of SQLite may not be opened yet."""
    place = sa.make_url(url)
    if place.get_backend_name() == "sqlite" and not Path(place.database or "").exists():
        shutil.copyfile(_laid(), place.database or "")
        return
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        there = sa.inspect(connection).has_table("alembic_version")
    engine.dispose()
    if not there:
        migrate.upgrade(url)


@cache
def _laid() -> Path:
    """A file of SQLite with the tables and nothing in them."""
    folder = tempfile.TemporaryDirectory(prefix="kaasa-tables-")
    _KEPT.append(folder)
    file = Path(folder.name) / "kaasa.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


_KEPT: list[tempfile.TemporaryDirectory[str]] = []  # they go when the process ends
