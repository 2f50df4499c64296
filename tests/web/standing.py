"""One application for all tests of one kind of installation; only whose product it shows changes.

Registering every route takes half a second and megabytes, and nothing registered knows which product it serves.
"""

from __future__ import annotations

from pathlib import Path

from litestar import Litestar

from web.app import create_app
from web.compose import Kaasa

SECRET = "the secret that the installations of tests share"
MOST = 4  # the people, the public house, the demonstration, and one to spare
_KEPT: dict[tuple[bool, bytes], tuple[Kaasa, Litestar]] = {}


def application(kaasa: Kaasa) -> Litestar:
    """The application of a product, without its background loop. What it is made of: https or not, and the secret."""
    key = kaasa.settings.https(), kaasa.settings.secret()
    if key not in _KEPT:
        assert len(_KEPT) < MOST, (
            "a test makes a secret of its own; share_secret(folder) before its compose()"
        )
        standing = object.__new__(Kaasa)
        standing.__dict__ = kaasa.__dict__
        _KEPT[key] = standing, create_app(standing, loop=False)
    standing, app = _KEPT[key]
    standing.__dict__ = kaasa.__dict__  # the very same state: it is the product of the test at hand
    app.state.kaasa = kaasa
    return app


def share_secret(folder: Path) -> None:
    """Give an installation that is not composed yet the secret of the others, so that it can stand in for them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "secret").write_text(SECRET)
