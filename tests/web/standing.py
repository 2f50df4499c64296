"""One application for all tests of one kind of installation; only whose product it shows changes.

Registering every route takes half a second, and nothing registered knows which product it serves.
"""

from __future__ import annotations

from litestar import Litestar

from web.app import create_app
from web.compose import Kaasa

_KEPT: dict[tuple[bool, bytes], tuple[Kaasa, Litestar]] = {}


def application(kaasa: Kaasa) -> Litestar:
    """The application of a product, without its background loop. What it is made of: https or not, and the secret."""
    key = kaasa.settings.https(), kaasa.settings.secret()
    if key not in _KEPT:
        standing = object.__new__(Kaasa)
        standing.__dict__ = kaasa.__dict__
        _KEPT[key] = standing, create_app(standing, loop=False)
    standing, app = _KEPT[key]
    standing.__dict__ = kaasa.__dict__  # the very same state: it is the product of the test at hand
    app.state.kaasa = kaasa
    return app
