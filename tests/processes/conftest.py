"""Databases of these tests begin with the tables of this version."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import tables


@pytest.fixture(scope="session")
def prepare_database() -> Callable[[str], None]:
    return tables.lay
