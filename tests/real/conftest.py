"""A program that cannot be had fails its test with one sentence that says what to do, and no traceback."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.real.debian import NotToBeHad


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    return (yield from _said())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    return (yield from _said())


def _said() -> Generator[None, object, object]:
    try:
        return (yield)
    except NotToBeHad as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
