"""Every table of the product, in one place: importing this module is knowing them all."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any

from sqlalchemy import MetaData
from sqlmodel import SQLModel

import engine
import notifications
import processes
import processes.database  # the naming convention must be set before the first table

ROOMS: tuple[ModuleType, ...] = (engine, notifications, processes)
NOT_OURS = "procrastinate_"


def metadata() -> MetaData:
    """Import every module that lies directly on the three lower floors. Out: their tables."""
    for floor in ROOMS:
        for room in pkgutil.iter_modules(floor.__path__):
            if not room.ispkg:
                importlib.import_module(f"{floor.__name__}.{room.name}")
    return SQLModel.metadata


def defaults_differ(*given: Any) -> bool | None:
    """Whether a column's default in the database differs from the table's; None leaves it to Alembic.

    SQLite tells an empty text as `('')`, and it is one. In: what Alembic's `compare_server_default` gives.
    """
    in_database, in_table = given[-3], given[-1]
    bare = "()'"
    return False if (in_database or "").strip(bare) == (in_table or "").strip(bare) else None
