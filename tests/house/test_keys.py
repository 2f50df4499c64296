"""No key of any table can leave its municipality: it stands first in every one of them."""

import pytest
from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

from processes.tables import metadata

OWNERS = ("municipality_id", "tenant_id")
TABLES = sorted(metadata().tables.values(), key=lambda table: table.name)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_key_begins_with_the_municipality(table):
    keys = [
        it
        for it in table.constraints
        if isinstance(it, PrimaryKeyConstraint | UniqueConstraint | ForeignKeyConstraint)
    ]
    assert keys
    for key in keys:
        assert next(iter(key.columns)).name in OWNERS, f"{key.name} does not begin with the municipality"
        if isinstance(key, ForeignKeyConstraint):
            assert next(iter(key.elements)).column.name in OWNERS
    for index in table.indexes:
        assert not index.unique or next(iter(index.columns)).name in OWNERS


def test_the_lower_floors_have_never_heard_of_municipalities():
    for table in TABLES:
        lower = table.name.startswith(("engine_", "outgoing_"))
        assert ("tenant_id" in table.columns) == lower
        assert ("municipality_id" in table.columns) != lower


def test_every_moment_is_stored_in_utc_and_every_name_fits_postgresql():
    for table in TABLES:
        for column in table.columns:
            kind = type(column.type).__name__
            assert kind not in {"DateTime", "JSON", "JSONB"}, f"{table.name}.{column.name} is {kind}"
        assert len(table.name) < 63
