"""One application for all tests of one kind of installation; only whose product it shows changes.

Registering every route takes half a second, and nothing registered knows which product it serves.
"""

from __future__ import annotations

from typing import Any

from litestar import Litestar

from web.app import create_app
from web.compose import Kaasa

_KEPT: dict[tuple[bool, bytes], tuple[Standing, Litestar]] = {}


class Standing(Kaasa):
    """Stands where a product stands, and is the one of the test at hand."""

    def __init__(self, product: Kaasa) -> None:
        object.__setattr__(self, "_product", product)

    def __getattribute__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "_product"), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(object.__getattribute__(self, "_product"), name, value)


def application(kaasa: Kaasa) -> Litestar:
    """The application of a product, without its background loop. What it is made of: https or not, and the secret."""
    key = kaasa.settings.https(), kaasa.settings.secret()
    if key not in _KEPT:
        standing = Standing(kaasa)
        _KEPT[key] = standing, create_app(standing, loop=False)
    standing, app = _KEPT[key]
    object.__setattr__(standing, "_product", kaasa)
    app.state.kaasa = kaasa
    return app
