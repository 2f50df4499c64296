"""`settings.md`: every setting of an installation, from the class that reads them."""

from __future__ import annotations

from docs.reference.writing import field_words, page, table
from web.settings import Settings

OWN = {
    "host": "The address the server listens on.",
    "port": "The port the server listens on.",
}


def text() -> str:
    """Out: the page. Errors: KeyError for a setting that says nothing about itself."""
    words = {**OWN, **field_words(Settings)}
    prefix = str(Settings.model_config["env_prefix"])
    rows = [
        [f"`{prefix}{name.upper()}`", _default(it.default), words[name]]
        for name, it in Settings.model_fields.items()
    ]
    intro = (
        "An installation is set up by environment variables. They are read when a command starts; a changed setting "
        "needs a restart. How to put them together: [Run it in production](../how-to/run-in-production.md)."
    )
    return page(
        "Settings", "`web/settings.py`", intro, table(["variable", "when not set", "meaning"], rows), TESTS
    )


TESTS = """## Only for developers

| variable | meaning |
|---|---|
| `KAASA_VENV` | where the packages are installed; `.venv` in the checkout when not set |
| `KAASA_NO_BOOTSTRAP` | use the Python that runs the command as it is, installing nothing |
| `KAASA_TEST_CHROMIUM` | the browser the tests use, where the packaged one does not run |
"""


def _default(value: object) -> str:
    return "–" if value in (None, "") else f"`{value}`"
